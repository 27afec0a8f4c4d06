"""Collections hold from a day on, of paths that may be started."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text

from app.career_paths import actions, collecting, queries
from app.career_paths.rules import CareerCollection, CollectedPath, Step
from app.core.db import Tx
from app.core.errors import Conflict, NotFound, Refused
from tests.career_paths.ground import lay
from tests.career_paths.test_career_path_gates import COURSE, PHARMACY
from tests.people import CHARLIE, DANA, PAT

BY = DANA.actor
FIRST, LATER = date(2025, 7, 1), date(2027, 1, 1)
STARTERS = CareerCollection("starters", "Starters", "Everybody", "s", FIRST, "s", (CollectedPath("pharmacy"), COURSE))


@pytest.fixture(autouse=True)
async def _ground(db: Tx) -> None:
    await lay(db)
    await actions.adopt(db, by=BY, paths=[PHARMACY])


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[tuple[str, str]]:
    return [(v.code, v.pointer) for v in refused.value.violations]


async def test_a_collection_is_kept_as_it_is(db: Tx) -> None:
    [made] = await collecting.gather(db, by=BY, collections=[STARTERS])
    for person in (PAT, CHARLIE):  # collections are for everybody in the state
        kept = await queries.collection(db, by=person.actor, key="starters", on=FIRST)
        assert (kept.id, kept.valid_until, kept.collection) == (made, None, STARTERS)
    course = kept.collection.items[1]
    assert isinstance(course, Step)
    assert course.cost == Decimal("500.00")


async def test_the_next_one_ends_it(db: Tx) -> None:
    second = replace(STARTERS, title="Second", valid_from=LATER)
    await collecting.gather(db, by=BY, collections=[STARTERS])
    await collecting.gather(db, by=BY, collections=[second])
    assert (await queries.collection(db, by=BY, key="starters", on=date(2026, 12, 31))).collection == STARTERS
    assert (await queries.collection(db, by=BY, key="starters", on=LATER)).collection == second
    [last] = await queries.last_collections(db, by=BY)
    assert last.collection == second


async def test_what_is_wrong_with_all_of_them_is_told_at_once(db: Tx) -> None:
    await collecting.gather(db, by=BY, collections=[STARTERS])
    odd = replace(STARTERS, key="odd", items=(CollectedPath("surgeon"), COURSE, COURSE))
    with pytest.raises(Refused) as refused:
        await collecting.gather(db, by=BY, collections=[STARTERS, odd])
    assert codes(refused) == [
        ("not_after_the_one_before", "starters/valid_from"),
        ("unknown_path", "odd/items/0/key"),
        ("item_twice", "odd/items/2/key"),
    ]


async def test_a_collection_ends(db: Tx) -> None:
    [made] = await collecting.gather(db, by=BY, collections=[STARTERS])
    with pytest.raises(Refused) as refused:
        await collecting.disband(db, by=BY, key="starters", valid_until=FIRST)
    assert codes(refused) == [("begins_later", "valid_until")]
    assert await collecting.disband(db, by=BY, key="starters", valid_until=LATER) == made
    with pytest.raises(NotFound):
        await queries.collection(db, by=BY, key="starters", on=LATER)
    with pytest.raises(Conflict):
        await collecting.disband(db, by=BY, key="starters", valid_until=LATER)
    with pytest.raises(NotFound):
        await collecting.disband(db, by=BY, key="finishers", valid_until=LATER)


async def test_the_list_holds_those_of_the_day_by_key(db: Tx) -> None:
    await collecting.gather(db, by=BY, collections=[replace(STARTERS, key=key) for key in ("cc", "aa", "bb")])
    await collecting.gather(db, by=BY, collections=[replace(STARTERS, key="dd", valid_from=LATER)])
    page = await queries.collections(db, by=PAT.actor, on=FIRST, limit=2)
    assert [kept.collection.key for kept in page.items] == ["aa", "bb"]
    rest = await queries.collections(db, by=PAT.actor, on=LATER, after=page.next)
    assert [kept.collection.key for kept in rest.items] == ["cc", "dd"]
    assert not (await queries.collections(db, by=PAT.actor, on=date(2020, 1, 1))).items
    await db.run(text("SELECT set_config('app.state', 'us-nj', true)"))
    assert not (await queries.collections(db, by=BY, on=FIRST)).items
