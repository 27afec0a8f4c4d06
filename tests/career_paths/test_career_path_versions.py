"""Drafts, versions and what ends them, over rows."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, text

from app.audit.models import AuditEntry
from app.career_paths import actions, queries
from app.career_paths.queries import NoCareerPath
from app.career_paths.rules import Occupation, Path, Region
from app.career_paths.surroundings import judged
from app.core.db import Tx
from app.core.errors import Conflict, Refused, Stale
from tests.career_paths.ground import lay
from tests.career_paths.test_career_path_gates import COURSE, EXAM, NORTHERN, PHARMACY, WESTERN
from tests.people import ALICE, DANA, PAT, PRIYA

BY = DANA.actor
TODAY = date(2026, 10, 31)
FIRST = date(2025, 7, 1)
LATER = date(2027, 1, 1)


@pytest.fixture(autouse=True)
async def _ground(db: Tx) -> None:
    await lay(db)


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[tuple[str, str]]:
    return [(v.code, v.pointer) for v in refused.value.violations]


async def test_a_draft_is_kept_as_it_is_and_for_the_states_staff_alone(db: Tx) -> None:
    path = replace(PHARMACY, leads_to=("nowhere_yet",), regions_offered=(NORTHERN, WESTERN))
    made = await actions.draft(db, by=BY, path=path)
    kept = await queries.draft(db, by=BY, key="pharmacy")
    assert (kept.id, kept.number, kept.status, kept.valid_until, kept.revision) == (made, 1, "draft", None, 1)
    assert kept.path == path
    assert kept.path.steps[1].cost == Decimal("129.50")
    assert list(kept.steps) == ["course", "exam"]
    for person in (ALICE, PRIYA, PAT):
        for question in (
            queries.draft(db, by=person.actor, key="pharmacy"),
            queries.career_path(db, by=person.actor, key="pharmacy", version=1, on=TODAY),
            queries.version(db, by=person.actor, id=made),
        ):
            with pytest.raises(NoCareerPath):
                await question
        assert not (await queries.career_paths(db, by=person.actor)).items


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        ({"steps": (COURSE, EXAM, COURSE)}, [("step_twice", "steps/2/key")]),
        ({"target_occupations": (Occupation("soc_2018", "99-9999"),)}, [("unknown_occupation", "target_occupations/0/code")]),
        ({"regions_offered": (Region("parish", "x"),)}, [("unknown_region_system", "regions_offered/0/system")]),
        ({"regions_offered": (WESTERN, WESTERN)}, [("region_twice", "regions_offered/1")]),
    ],
)
async def test_what_cannot_even_be_a_draft(db: Tx, wrong: dict[str, Any], found: list[tuple[str, str]]) -> None:
    with pytest.raises(Refused) as refused:
        await actions.draft(db, by=BY, path=replace(PHARMACY, **wrong))
    assert codes(refused) == found
    await actions.draft(db, by=BY, path=PHARMACY)
    with pytest.raises(Refused) as refused:
        await actions.change(db, by=BY, key="pharmacy", **wrong)
    assert codes(refused) == found


async def test_there_is_one_draft_at_a_time(db: Tx) -> None:
    await actions.draft(db, by=BY, path=PHARMACY)
    with pytest.raises(Refused) as refused:
        await actions.draft(db, by=BY, path=PHARMACY)
    assert codes(refused) == [("draft_already", "key")]


async def test_a_draft_changes_at_its_revision_and_only_if_something_differs(db: Tx) -> None:
    made = await actions.draft(db, by=BY, path=PHARMACY)
    await actions.change(db, by=BY, key="pharmacy", revision=1, title="Pharmacy")
    assert (await queries.draft(db, by=BY, key="pharmacy")).revision == 1
    change: Any = {
        "title": "Dispensary",
        "steps": (EXAM,),
        "regions_offered": None,
        "leads_to": ("a", "b"),
    }
    assert await actions.change(db, by=BY, key="pharmacy", revision=1, **change) == made
    kept = await queries.draft(db, by=BY, key="pharmacy")
    assert kept.path == replace(PHARMACY, **change)
    assert kept.revision == 2
    with pytest.raises(Stale, match="If-Match"):
        await actions.change(db, by=BY, key="pharmacy", revision=1, title="Chemist")
    with pytest.raises(Stale):
        await actions.publish(db, by=BY, key="pharmacy", revision=1)


async def test_publishing_ends_the_version_before_on_the_first_day_of_the_next(db: Tx) -> None:
    await actions.draft(db, by=BY, path=PHARMACY)
    first = await actions.publish(db, by=BY, key="pharmacy")
    await actions.draft(db, by=BY, path=replace(PHARMACY, title="Second"))
    second = await actions.publish(db, by=BY, key="pharmacy", valid_from=LATER)
    told = {day: (await queries.career_path(db, by=PAT.actor, key="pharmacy", on=day)).id for day in (FIRST, date(2026, 12, 31), LATER)}
    assert list(told.values()) == [first, first, second]
    assert (await queries.version(db, by=PAT.actor, id=first)).valid_until == LATER
    with pytest.raises(NoCareerPath, match=r"may not be started on 2025-06-30. Its versions are 1 \(published\), 2 \(published\)"):
        await queries.career_path(db, by=PAT.actor, key="pharmacy", on=date(2025, 6, 30))
    with pytest.raises(NoCareerPath, match="what is published is not changed"):
        await actions.change(db, by=BY, key="pharmacy", title="x")


async def test_a_version_begins_after_the_one_before(db: Tx) -> None:
    await actions.adopt(db, by=BY, paths=[PHARMACY])
    for path in (PHARMACY, replace(PHARMACY, valid_from=date(2025, 6, 30))):
        with pytest.raises(Refused) as refused:
            await actions.adopt(db, by=BY, paths=[path])
        assert codes(refused) == [("not_after_the_version_before", "valid_from")]


async def test_the_gates_refuse_everything_at_once_and_nothing_is_published(db: Tx) -> None:
    poor = replace(PHARMACY, key="poor", leads_to=("surgeon",), regions_offered=(WESTERN, Region("labor_market_region", "atlantis")))
    await actions.draft(db, by=BY, path=poor)
    with pytest.raises(Refused) as refused:
        await actions.publish(db, by=BY, key="poor")
    assert codes(refused) == [("unknown_region", "regions_offered/1/code"), ("unknown_path", "leads_to/0")]
    with pytest.raises(Refused) as refused:
        await actions.publish(db, by=BY, key="poor", valid_from=date(2019, 1, 1))
    assert codes(refused)[0] == ("unknown_region_system", "regions_offered/0/system")  # no regions are known of that day
    with pytest.raises(Refused) as refused:
        await actions.adopt(db, by=BY, paths=[PHARMACY, poor])
    assert codes(refused) == [("unknown_region", "poor/regions_offered/1/code"), ("unknown_path", "poor/leads_to/0")]
    assert not (await queries.career_paths(db, by=PAT.actor)).items


async def test_a_ladder_is_adopted_as_a_whole_and_never_in_a_circle(db: Tx) -> None:
    aide, nurse = replace(PHARMACY, key="aide", leads_to=("nurse",)), replace(PHARMACY, key="nurse")
    with pytest.raises(Refused) as refused:
        await actions.adopt(db, by=BY, paths=[aide])
    assert codes(refused) == [("unknown_path", "leads_to/0")]
    assert len(set(await actions.adopt(db, by=BY, paths=[aide, nurse]))) == 2
    with pytest.raises(Refused) as refused:
        await actions.adopt(db, by=BY, paths=[replace(nurse, valid_from=LATER, leads_to=("aide",))])
    assert codes(refused) == [("goes_in_a_circle", "leads_to/0")]


async def test_a_retired_path_may_be_started_until_its_end(db: Tx) -> None:
    [only] = await actions.adopt(db, by=BY, paths=[PHARMACY])
    with pytest.raises(Refused) as refused:
        await actions.retire(db, by=BY, key="pharmacy", valid_until=FIRST)
    assert codes(refused) == [("begins_later", "valid_until")]
    assert await actions.retire(db, by=BY, key="pharmacy", valid_until=LATER) == only
    kept = await queries.career_path(db, by=PAT.actor, key="pharmacy", on=date(2026, 12, 31))
    assert (kept.status, kept.valid_until, kept.revision) == ("retired", LATER, 2)
    with pytest.raises(NoCareerPath):
        await queries.career_path(db, by=PAT.actor, key="pharmacy", on=LATER)
    with pytest.raises(Conflict, match="ended on 2027-01-01"):
        await actions.retire(db, by=BY, key="pharmacy", valid_until=LATER)
    with pytest.raises(NoCareerPath, match="none to retire"):
        await actions.retire(db, by=BY, key="nursing", valid_until=LATER)
    again = replace(PHARMACY, valid_from=date(2026, 12, 1))  # a successor may come before the end: it ends the retired one then
    await actions.adopt(db, by=BY, paths=[again])
    assert (await queries.version(db, by=PAT.actor, id=only)).valid_until == date(2026, 12, 1)


async def test_demand_is_told_of_six_digits_and_through_what_an_oews_code_combines(db: Tx) -> None:
    laboratory = replace(PHARMACY, key="laboratory", target_occupations=(Occupation("soc_2018", "29-2012"),), regions_offered=None)
    detailed = replace(PHARMACY, key="detailed", target_occupations=(Occupation("onet_soc_2019", "29-2052.00"),), regions_offered=None)
    early = replace(PHARMACY, key="early", valid_from=date(2019, 7, 1), regions_offered=None)
    said = await judged(db, by=BY, paths=[laboratory, detailed, early])
    assert {key: [f.detail for f in found] for key, found in said.items()} == {
        "laboratory": ["None of its occupations is in demand in western_new_york on 2025-07-01."],
        "detailed": ["None of its occupations is in demand in north_country on 2025-07-01."],
        "early": [],  # nothing was designated then
    }


async def test_the_list_is_one_statement_by_key_and_version(db: Tx) -> None:
    paths: list[Path] = [replace(PHARMACY, key=key) for key in ("cc", "aa", "bb")]
    await actions.adopt(db, by=BY, paths=[*paths[:2], replace(paths[2], regions_offered=(NORTHERN,))])
    await actions.adopt(db, by=BY, paths=[replace(paths[0], valid_from=LATER, steps=(EXAM,), regions_offered=None)])

    async def listed(**asked: Any) -> list[tuple[str, int]]:
        return [(row.key, row.version) for row in (await queries.career_paths(db, by=PAT.actor, **asked)).items]

    assert await listed() == [("aa", 1), ("bb", 1), ("cc", 1), ("cc", 2)]
    assert await listed(on=TODAY) == [("aa", 1), ("bb", 1), ("cc", 1)]
    assert await listed(on=TODAY, region=("labor_market_region", "western_new_york")) == [("aa", 1), ("cc", 1)]
    assert await listed(on=LATER, region=("labor_market_region", "north_country")) == [("bb", 1), ("cc", 2)]
    assert await listed(on=LATER, region=("county", "36029")) == [("cc", 2)]
    page = await queries.career_paths(db, by=PAT.actor, limit=3)
    assert await listed(after=page.next) == [("cc", 2)]
    row = page.items[0]
    assert (row.hours, row.weeks, row.cost, row.steps) == (42, 5, Decimal("629.50"), 2)


async def test_every_verb_leaves_its_entry(db: Tx) -> None:
    made = await actions.draft(db, by=BY, path=PHARMACY)
    await actions.change(db, by=BY, key="pharmacy", title="x")
    await actions.publish(db, by=BY, key="pharmacy")
    await actions.retire(db, by=BY, key="pharmacy", valid_until=LATER)
    entries = await db.all(select(AuditEntry.verb, AuditEntry.actor).where(AuditEntry.subject == made).order_by(AuditEntry.at))
    verbs = ["draft_career_path", "change_career_path", "publish_career_path", "retire_career_path"]
    assert [(row.verb, row.actor) for row in entries] == [(verb, DANA.id) for verb in verbs]


async def test_another_state_has_none_of_it(db: Tx) -> None:
    await actions.adopt(db, by=BY, paths=[PHARMACY])
    await db.run(text("SELECT set_config('app.state', 'us-nj', true)"))
    assert not (await queries.career_paths(db, by=BY)).items
    assert not await queries.last_versions(db, by=BY)
