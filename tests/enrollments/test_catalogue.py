"""The service catalogue: New York's, and taking one in."""

from dataclasses import replace

import pytest
from httpx import AsyncClient
from sqlalchemy import func, insert, select

from app.audit.models import AuditEntry
from app.core.db import Tx
from app.core.errors import Conflict
from app.core.settings import Settings
from app.enrollments import actions, catalogue
from app.enrollments.models import Participation, Service
from app.enrollments.rules import BEFORE_AN_ELEMENT
from app.worker import work
from tests.conftest import TODAY, TestDatabase
from tests.enrollments import world
from tests.people import DANA, ERIE

KINDS = {kind.key: kind for kind in world.catalogue()}

# What the worked cases of TEGL 10-16 Change 3, Attachment VII, say. None: for those alone who take part already.
TRIGGERS: dict[str, bool | None] = {
    "job_search_self_directed": False,
    "job_search_staff_assisted": True,
    "labor_market_information": False,
    "initial_assessment": True,
    "incumbent_worker_training": False,
    "supportive_services": None,
    "eligibility_determination": False,
    "referral_to_supportive_services": True,
    "information_on_supportive_services": False,
    "ui_claim_assistance": True,
    "rapid_response": None,
    "follow_up_services": None,
    "youth_supportive_services": True,
    "youth_follow_up_services": False,
    "tutoring": True,
}


@pytest.mark.parametrize(("key", "triggers"), TRIGGERS.items())
def test_what_begins_a_participation(key: str, triggers: bool | None) -> None:
    assert KINDS[key].triggers is bool(triggers)


def test_every_line_of_both_tables_is_there() -> None:
    youth = [kind for kind in KINDS.values() if "youth" in kind.programs and kind.settles is None]
    assert len(youth) == 14
    assert all(kind.programs == ("youth",) for kind in youth)
    training = {kind.training_type for kind in KINDS.values() if kind.training_type}
    assert training == {"01", "02", "03", "04", "05", "06", "08", "09", "10", "11", "12"}  # 07 is for Trade Adjustment alone
    rest = len(KINDS) - len(youth) - len(BEFORE_AN_ELEMENT)
    assert rest - (len(training) - 1) == 32  # Table A: training is one line there, and incumbent workers another


def test_what_comes_before_an_element_of_youth() -> None:
    """20 CFR 681.420(a); TEGL 10-16 Change 3, Attachment VII Table B. Each is settled by one kind, which itself does nothing else."""
    before = [kind for kind in KINDS.values() if kind.settles]
    assert sorted(str(kind.settles) for kind in before) == sorted(BEFORE_AN_ELEMENT)
    assert not [kind for kind in before if kind.triggers or kind.extends or kind.programs != ("youth",)]


def test_what_never_extends() -> None:
    """Self-service, information, follow-up, supportive services and rapid response delay no exit (20 CFR 677.150(c); note 13)."""
    assert {kind.category for kind in KINDS.values() if not kind.extends and not kind.settles} == {
        "basic",
        "supportive",
        "follow_up",
        "rapid_response",
        "training",
    }
    assert {kind.key for kind in KINDS.values() if kind.triggers and not kind.extends} == {"youth_supportive_services"}
    assert not KINDS["incumbent_worker_training"].extends


async def test_taking_in_the_same_again_changes_nothing(db: Tx) -> None:
    kinds = list(KINDS.values())
    assert await catalogue.adopt_catalogue(db, by=DANA.actor, kinds=kinds) == len(kinds)
    assert await catalogue.adopt_catalogue(db, by=DANA.actor, kinds=kinds) == 0
    assert (await db.all(select(AuditEntry.verb, AuditEntry.rows)))[-1] == ("adopt_service_catalogue", len(kinds))


async def test_a_line_changes_and_another_goes(db: Tx) -> None:
    kinds = list(KINDS.values())
    await catalogue.adopt_catalogue(db, by=DANA.actor, kinds=kinds)
    changed = [replace(KINDS["tutoring"], title="Tutoring"), *(kind for kind in kinds if kind.key not in ("tutoring", "adult_mentoring"))]
    assert await catalogue.adopt_catalogue(db, by=DANA.actor, kinds=changed) == 2
    kept = {row.key: row.title for row in await catalogue.catalogue(db, by=DANA.actor)}
    assert kept["tutoring"] == "Tutoring"
    assert "adult_mentoring" not in kept


async def test_what_a_kind_does_to_participations_is_derived_anew_where_it_changes(ground: TestDatabase, settings: Settings) -> None:
    """Guidance is found to delay no exit: a job takes it out of everybody's participations."""
    async with ground.transaction(DANA.actor) as tx:
        given = {"partner": ERIE.id, "kind": "career_counseling", "program": "adult", "given_on": TODAY}
        await actions.serve(tx, by=DANA.actor, today=TODAY, participant=world.ANN, **given)
        await tx.commit()
    changed = [*(kind for kind in KINDS.values() if kind.key != "career_counseling")]
    changed.append(replace(KINDS["career_counseling"], triggers=False, extends=False))
    async with ground.transaction(DANA.actor) as tx:
        assert await catalogue.adopt_catalogue(tx, by=DANA.actor, kinds=changed) == 1
        await tx.commit()
    standing = select(func.count()).select_from(Participation).where(Participation.superseded_at.is_(None))
    async with ground.reading(DANA.actor) as read:
        assert await read.scalar(standing) == 1
    await work(settings.model_copy(update={"today": TODAY}), ground.url, until_done=True)
    async with ground.reading(DANA.actor) as read:
        assert await read.scalar(standing) == 0


async def test_a_kind_of_recorded_services_stays(db: Tx) -> None:
    await world.lay(db)
    told = {"participant": world.ANN, "partner": ERIE.id, "kind": "tutoring", "program": "youth", "given_on": TODAY, "act": world.ANN}
    await db.run(insert(Service).values(**told))
    with pytest.raises(Conflict, match="tutoring"):
        await catalogue.adopt_catalogue(db, by=DANA.actor, kinds=[kind for kind in KINDS.values() if kind.key != "tutoring"])


async def test_everybody_in_the_state_reads_it(own_db: TestDatabase, alice: AsyncClient, pat: AsyncClient, nia: AsyncClient) -> None:
    async with own_db.transaction(DANA.actor) as tx:
        await catalogue.adopt_catalogue(tx, by=DANA.actor, kinds=list(KINDS.values()))
        await tx.commit()
    for caller in (alice, pat):
        items = (await caller.get("/v1/service-catalogue")).json()["items"]
        assert [item["key"] for item in items] == sorted(KINDS)
        assert next(item for item in items if item["key"] == "adult_mentoring")["elements"] == ["1410"]
    assert (await nia.get("/v1/service-catalogue")).json()["items"] == []
