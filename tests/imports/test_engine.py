"""An import from end to end, on a real database: all rows or none, each mistake with its line, the same content twice changes nothing."""

import asyncio
import base64
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl
import pytest
from sqlalchemy import func, insert, select, text

from app.audit.models import AuditEntry
from app.career_paths.models import CareerPath, Step
from app.core.db import Database
from app.core.ids import uuid7
from app.employment.models import EmploymentRecord
from app.enrollments.models import Credential, Enrollment, ExitReason, Participation, PlannedService, Service, ServiceKind, StepCompletion
from app.imports.engine import Load, Receipt, load
from app.imports.kinds import Kind, kinds
from app.imports.models import Import
from app.participants.models import Participant, Touched
from app.participants.sealing import KeyRing
from tests.conftest import TODAY
from tests.people import CHARLIE, DANA, NIA, Person

RING = KeyRing.parse("tests:" + base64.b64encode(b"a key of thirty-two bytes, tests").decode())
KINDS: Mapping[str, Kind] = kinds(RING)
Rows = Sequence[Mapping[str, Any]]

ADA: dict[str, Any] = {
    "partner": "erie_board", "reference": "E-1", "first_name": "Ada", "last_name": "Example", "birth_date": "1980-05-01",
    "ssn": "735-01-0001", "postal": "NY", "county": "36029", "registered_on": "2025-02-01", "sex": "2", "races": "white|asian",
}  # fmt: skip
BEN = ADA | {"reference": "E-2", "first_name": "Ben", "ssn": "", "postal": "NJ", "county": "", "races": ""}
PATH = {"partner": "erie_board", "participant": "E-1", "career_path": "welding", "started_on": "2025-02-10", "reference": "W-1"}
SERVED = {"partner": "erie_board", "participant": "E-1", "kind": "career_counseling", "program": "adult", "given_on": "2025-02-10"}


@pytest.fixture
async def ground(own_db: Database) -> Database:
    """A published path of two steps, offered everywhere, and one kind of service."""
    async with own_db.transaction(DANA.actor) as tx:
        path = {"key": "welding", "version": 1, "status": "published", "title": "Welding", "summary": "s", "source": "s", "weeks": 10}
        id_ = await tx.scalar(
            insert(CareerPath).values(**path, valid_from=date(2022, 7, 1), everywhere=True, leads_to=[]).returning(CareerPath.id)
        )
        step = {"career_path": id_, "kind": "course", "hours": 10, "hours_basis": "typical", "weeks": 5, "delivery": "online"}
        for n, key in enumerate(("basics", "practice"), start=1):
            await tx.run(insert(Step).values(**step, position=n, key=key, title=key, cost=0, provider={}, cost_basis="typical", sources=[]))
        kind = {"key": "career_counseling", "title": "Career counseling", "category": "basic", "elements": ["1102"], "citation": "c"}
        await tx.run(insert(ServiceKind).values(**kind, triggers=True, extends=True, runs=False, programs=["adult"]))
        await tx.commit()
    return own_db


async def bring(database: Database, kind: str, *rows: Mapping[str, Any], by: Person = DANA, **how: Any) -> Receipt:
    """Load rows as one batch of text."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    batch = pl.DataFrame({name: [row.get(name) for row in rows] for name in names}, schema=dict.fromkeys(names, pl.String))
    about = {name: how.pop(name) for name in ("again", "progress") if name in how}
    return await load(Load(database, by.actor, TODAY, KINDS[kind], uuid7(), **about), [batch], **how)


async def count(database: Database, table: Any, by: Person = DANA) -> int:
    async with database.reading(by.actor) as read:
        return int(await read.scalar(select(func.count()).select_from(table)))


async def test_people_and_all_that_happens_to_them(ground: Database) -> None:
    person = {"partner": "erie_board", "participant": "E-1"}
    enrollment = {"partner": "erie_board", "enrollment": "W-1"}
    counseling = person | {"kind": "career_counseling", "program": "adult"}
    award = {"name": "AWS", "wioa_type": "occupational_certification", "awarded_on": "2025-04-20"}
    work = {"quarter": "2025Q3", "employer": "12-3456789", "source": "ui", "wages": "9897.50"}
    brought: list[tuple[str, Rows]] = [
        ("participants", [ADA, BEN]),
        ("enrollments", [PATH]),
        ("services", [SERVED | {"enrollment": "W-1"}, SERVED | {"given_on": "2025-03-01"}]),
        ("planned_services", [counseling | {"documented_on": "2025-03-02", "planned_for": "2025-07-01"}]),
        ("step_completions", [enrollment | {"step": "basics", "completed_on": "2025-03-20"}]),
        ("credentials", [person | enrollment | award]),
        ("endings", [enrollment | {"ended_on": "2025-04-21", "ended_by": "withdrawal"}]),
        ("exit_reasons", [person | {"reason": "deceased", "since": "2025-05-01"}]),
        ("employment_records", [person | work]),
    ]
    for kind, rows in brought:
        receipt = await bring(ground, kind, *rows)
        assert (receipt.made, receipt.examples) == (len(rows), ()), kind
    for table in (Enrollment, PlannedService, StepCompletion, Credential, ExitReason, EmploymentRecord):
        assert await count(ground, table) == 1, table
    assert await count(ground, Service) == 2
    async with ground.reading(DANA.actor) as read:
        ada = await read.first(select(Participant).where(Participant.first_name == "Ada"))
        assert ada is not None
        assert RING.open(ada.ssn_sealed, state="us-ny") == "735010001"
        assert ada.races == ["white", "asian"]
        assert await read.scalar(select(EmploymentRecord.wages)) == 989_750
        stands = await read.all(select(Participation.entry, Participation.open_until).where(Participation.superseded_at.is_(None)))
        assert [tuple(row) for row in stands] == [(date(2025, 2, 10), date(2025, 7, 1))]
        acts = set(await read.all(select(AuditEntry.verb, AuditEntry.rows).where(AuditEntry.verb == "register")))
        assert acts == {("register", 2)}
    assert await count(ground, Touched) >= 9


async def test_one_mistake_and_nobody_is_in_and_every_mistake_is_told(ground: Database) -> None:
    wrong = [
        ADA | {"birth_date": "1980-13-01", "last_name": ""},
        BEN | {"partner": "nobody"},
        ADA | {"reference": "E-3", "county": "36998", "registered_on": "2031-01-01"},
        BEN | {"reference": "E-4"},
        BEN | {"reference": "E-4", "first_name": "Twin"},
    ]
    receipt = await bring(ground, "participants", *wrong)
    assert not receipt.merged
    assert {(v.line, v.code) for v in receipt.examples} >= {
        (1, "not_a_date"), (1, "missing"), (2, "unknown_partner"), (3, "registered_in_the_future"), (5, "twice_in_this_file"),
    }  # fmt: skip
    assert receipt.refused["missing"] == 1
    assert await count(ground, Participant) == 0
    async with ground.reading(DANA.actor) as read:
        kept = await read.first(select(Import.status, Import.refused, Import.rows))
        assert kept == ("refused", sum(receipt.refused.values()), 5)


async def test_a_person_whom_nobody_knows_is_refused(ground: Database) -> None:
    receipt = await bring(ground, "services", SERVED)
    assert receipt.refused == {"unknown_participant": 1}


async def test_the_same_content_twice_changes_nothing_and_says_so(ground: Database) -> None:
    first = await bring(ground, "participants", ADA, BEN)
    again = await bring(ground, "participants", ADA, BEN)
    assert again.repeated
    assert again.id == first.id
    assert await count(ground, Participant) == 2
    named = await bring(ground, "enrollments", PATH, content=b"a name for it")
    assert not named.repeated
    assert (await bring(ground, "enrollments", content=b"a name for it")).repeated


async def test_a_dry_run_tells_and_makes_nothing(ground: Database) -> None:
    assert (await bring(ground, "participants", ADA, dry_run=True)).merged
    assert (await bring(ground, "participants", ADA | {"sex": "7"}, dry_run=True)).refused == {"unknown_sex": 1}
    assert await count(ground, Participant) == 0


async def test_a_partner_brings_its_own_alone(ground: Database) -> None:
    """Charlie is of another board; Nia of another state."""
    assert (await bring(ground, "participants", ADA, by=CHARLIE)).refused == {"another_partner": 1}
    assert (await bring(ground, "participants", ADA)).merged
    assert (await bring(ground, "enrollments", PATH | {"partner": "monroe_board", "of": "erie_board"}, by=CHARLIE)).refused == {
        "unknown_participant": 1
    }
    assert await count(ground, Participant, by=NIA) == 0
    assert (await bring(ground, "enrollments", PATH, by=NIA)).refused["unknown_participant"] == 1


async def test_two_who_bring_the_same_at_once_bring_it_once(ground: Database) -> None:
    rows = [ADA | {"reference": f"E-{number}", "ssn": ""} for number in range(300)]
    receipts = await asyncio.gather(*(bring(ground, "participants", *rows, again=True) for _ in range(3)))
    assert sorted((receipt.made, receipt.refused.total()) for receipt in receipts) == [(0, 0), (0, 0), (300, 0)]
    assert await count(ground, Participant) == 300


async def test_nothing_is_left_in_staging_and_no_number_in_clear(ground: Database) -> None:
    await bring(ground, "participants", ADA)
    await bring(ground, "participants", ADA | {"sex": "7"})
    async with ground.reading(DANA.actor) as read:
        left = await read.scalar(text("SELECT count(*) FROM pg_class WHERE relnamespace = 'staging'::regnamespace"))
        assert left == 0
        row = await read.scalar(text("SELECT participants::text FROM participants"))
        assert "735-01-0001" not in row
        assert "735010001" not in row


async def test_progress_is_told(ground: Database) -> None:
    told: list[tuple[str, int]] = []
    await bring(ground, "participants", ADA, BEN, progress=lambda stage, rows: told.append((stage, rows)))
    assert told == [("staged", 2), ("checked", 2), ("merged", 2)]
