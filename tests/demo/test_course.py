"""The demonstration over a database of its own: everything comes in, a second run changes nothing, what is derived is what was meant."""

import stat
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from app.access.enter import enter
from app.access.permissions import OF_A_PARTNER, Role
from app.core.actor import Actor
from app.core.db import Database
from app.core.periods import number
from app.demo import loading, story
from app.demo.course import AnotherPopulation, Asked
from app.demo.kept import Kept
from app.demo.loading import NotTaken
from app.demo.population import DELIVERIES
from app.demo.shares import AS_OF
from app.demo.visitors import VISITORS
from app.employment.models import EmploymentRecord
from app.enrollments.models import Enrollment, Participation, Service, StepCompletion
from app.imports.kinds import kinds
from app.imports.models import Import
from app.participants.models import Participant, PartnerReference
from app.participants.sealing import KeyRing
from app.partners.models import Agreement, Partner
from tests.demo.conftest import Demonstration, Ran
from tests.people import NIA


async def count(database: Database, by: Actor, table: type) -> int:
    async with database.reading(by) as read:
        return int(await read.scalar(select(func.count()).select_from(table)))


async def merged(database: Database, by: Actor) -> int:
    """How many imports went in; another test brings one that is refused."""
    async with database.reading(by) as read:
        return int(await read.scalar(select(func.count()).select_from(Import).where(Import.status == "merged")))


async def test_everything_that_was_meant_is_in(ran: Ran) -> None:
    demonstration, ready = ran
    facts = {
        "participants": Participant, "enrollments": Enrollment, "services": Service, "step_completions": StepCompletion,
        "employment_records": EmploymentRecord,
    }  # fmt: skip
    for kind, table in facts.items():
        assert await count(demonstration.database, ready.by, table) == demonstration.kept(f"facts/{kind}").height, kind
    assert await count(demonstration.database, NIA.actor, Participant) == 0  # another state sees nobody


async def test_participations_are_derived_as_they_were_meant(ran: Ran) -> None:
    demonstration, ready = ran
    async with demonstration.database.reading(ready.by) as read:
        found = await read.all(
            text(
                "SELECT o.key AS partner, r.reference, p.entry, p.last_service, p.open_until FROM participations p"
                " JOIN partner_references r ON r.participant = p.person JOIN partners o ON o.id = r.partner WHERE p.superseded_at IS NULL"
            )
        )
    exits = [row.last_service if row.open_until is not None and row.open_until < AS_OF else None for row in found]
    derived = {(r.partner, r.reference, r.entry, r.last_service, exit_) for r, exit_ in zip(found, exits, strict=True)}
    meant = demonstration.kept("truth/periods").select("partner", "reference", "entry", "last_service", "exit")
    assert len(derived) == len(found) == meant.height
    assert derived == set(meant.iter_rows())


async def test_a_second_run_finds_everything_and_changes_nothing(ran: Ran) -> None:
    demonstration, first = ran
    keys = (demonstration.folder / "demo-keys.json").read_bytes()
    assert await merged(demonstration.database, first.by) == 2 * len(DELIVERIES)  # the population, and the person of the story
    again = await demonstration.run()
    assert (again.made, again.keys) == (0, first.keys)
    assert (demonstration.folder / "demo-keys.json").read_bytes() == keys
    assert await merged(demonstration.database, first.by) == 2 * len(DELIVERIES)


async def test_every_kind_of_user_has_a_key_that_opens_and_that_nobody_else_can_read(ran: Ran) -> None:
    demonstration, ready = ran
    assert {visitor.role for visitor in VISITORS} == set(Role) == set(ready.keys)
    assert stat.S_IMODE((demonstration.folder / "demo-keys.json").stat().st_mode) == 0o600
    for role, key in ready.keys.items():
        async with demonstration.database.transaction() as tx:
            actor = (await enter(tx, key)).actor
        assert (actor.role, actor.state) == (role, "us-ny")
        assert (actor.partner is not None) is (role in OF_A_PARTNER)


async def test_steps_are_told_to_their_end(ran: Ran) -> None:
    ends = {what.split(":")[0]: (done, of) for what, done, of in ran[0].told}
    assert ends.keys() == {"definitions read", "definitions applied", "population"}
    assert all(done == of for done, of in ends.values())


async def test_partners_serve_real_areas_and_agree_to_wage_match(ran: Ran) -> None:
    demonstration, ready = ran
    assert await count(demonstration.database, ready.by, Partner) == 45
    assert await count(demonstration.database, ready.by, Agreement) == 10
    async with demonstration.database.reading(ready.by) as read:
        served = await read.all(
            text("SELECT system, count(DISTINCT region) AS regions FROM service_regions GROUP BY system ORDER BY system")
        )
        assert [tuple(row) for row in served] == [("labor_market_region", 10), ("lwda", 33)]


async def test_the_person_of_the_story_is_in(ran: Ran) -> None:
    demonstration, ready = ran
    async with demonstration.database.reading(ready.by) as read:
        person = await read.scalar(select(PartnerReference.participant).where(PartnerReference.reference == story.REFERENCE))
        period = await read.first(
            select(Participation.entry, Participation.last_service, Participation.open_until).where(Participation.person == person)
        )
        status = await read.scalar(select(Enrollment.ended_by).where(Enrollment.participant == person))
    assert period is not None
    assert (period.entry, period.last_service, status) == (story.ENTRY, story.exited(ready.world), "completion")
    assert number(period.last_service) == 2025 * 4 + 2  # her second quarter after it is due in the report of 2026 Q3
    assert period.open_until < AS_OF


async def test_files_keep_no_number(ran: Ran) -> None:
    demonstration, _ = ran
    people = demonstration.kept("facts/participants")
    assert "ssn" not in people.columns
    assert people.get_column("has_ssn").sum() > 250
    written = (demonstration.folder / "population" / "columns.txt").read_text()
    for table in ("people", "periods", "enrollments"):
        for column in demonstration.kept(f"truth/{table}").columns:
            assert f"truth/{table}.{column}: " in written


async def test_what_the_imports_refuse_is_told(ran: Ran) -> None:
    demonstration, ready = ran
    wrong = loading.Lot("the same people under another name", loading.lots(ready.world, 300, 2026)[0].make)
    ring = demonstration.settings.key_ring
    assert ring

    async def nothing(_kind: str) -> None:
        return

    with pytest.raises(NotTaken, match=r"participants was refused: reference_taken \(300\)"):
        await loading.bring(
            demonstration.database, [wrong], by=ready.by, today=AS_OF, kinds=kinds(KeyRing.parse(ring.get_secret_value())),
            kept=Kept(demonstration.folder / "population"), told=lambda _kind, _rows: None, between=nothing,
        )  # fmt: skip


async def test_another_population_is_refused(ran: Ran) -> None:
    demonstration, _ = ran
    for other in (Asked(301, 2026), Asked(300, 2027)):
        with pytest.raises(AnotherPopulation, match=r"300 people and seed 2026.*--fresh"):
            await demonstration.run(other)


async def test_a_key_that_opens_no_more_is_replaced(demonstration: Demonstration) -> None:
    ready = await demonstration.run(Asked(5, 1))
    async with demonstration.database.as_owner() as tx:
        await tx.run(text("UPDATE api_keys SET revoked_at = now() WHERE role = 'auditor'"))
    again = await demonstration.run(Asked(5, 1))
    assert {role for role in Role if again.keys[role] != ready.keys[role]} == {Role.AUDITOR}


async def test_a_database_that_is_no_demonstration_is_left_alone(demonstration: Demonstration) -> None:
    await demonstration.database.found("us-ny", name="Mine", fips="36")
    with pytest.raises(AnotherPopulation, match="a database of your own"):
        await demonstration.run()
    async with demonstration.database.as_owner() as tx:
        assert await tx.scalar(text("SELECT name FROM states")) == "Mine"


def test_files_are_there_when_they_are_whole(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "population")
    with pytest.raises(RuntimeError), kept:
        raise RuntimeError("interrupted")
    assert not kept.there
    assert not list(tmp_path.iterdir())
