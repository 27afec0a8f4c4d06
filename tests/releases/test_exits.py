"""A certified release keeps the exits that it reported; what is recorded later shows as a difference."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient
from sqlalchemy import select, text

from app.core.db import Tx
from app.enrollments import actions, participations, voiding
from app.enrollments.models import Service
from app.participants.models import Participant
from app.releases.models import ReportedExit
from tests.api.test_release_routes import eve
from tests.conftest import TODAY, TestDatabase
from tests.people import DANA, ERIE, _numbered
from tests.releases import world

__all__ = ["eve"]  # the fixture: a second person of the state's staff
PEOPLE = sum(count for count, _ in world.HOMES.values())
MOVED, ACROSS, OPEN, GONE, LATE = (_numbered(1001 + n) for n in range(5))
NEW = _numbered(211)  # Ann, of tests/enrollments/world.py, to whom nothing was given
WHO: dict[str, Any] = {"by": DANA.actor, "today": TODAY}


async def serve(tx: Tx, who: UUID, given_on: date, ended_on: date | None, kind: str = "occupational_skills_training") -> None:
    told: dict[str, Any] = {"partner": ERIE.id, "kind": kind, "program": "adult", "given_on": given_on, "ended_on": ended_on}
    await actions.serve(tx, **WHO, participant=who, **told)


@pytest.fixture
async def reported(peopled: TestDatabase, dana: AsyncClient, eve: AsyncClient) -> str:
    """The release of a quarter whose exits are those of world.py, certified; and what was recorded after that."""
    async with peopled.transaction(DANA.actor) as tx:
        numbers = [row.number for row in await tx.all(select(Participant.number))]
        assert await participations.derive_range(tx, **WHO, low=min(numbers), high=max(numbers)) == PEOPLE
        await tx.commit()
    drafted = await dana.post("/v1/releases", json={"period": "quarter@2025-12-31"})
    assert drafted.status_code == 201, drafted.text
    made = str(drafted.json()["id"])
    assert (await eve.post(f"/v1/releases/{made}/certification")).status_code == 200
    return made


@pytest.fixture
async def later(reported: str, peopled: TestDatabase) -> str:
    """What was recorded after it: a day for an exit within the quarter and one beyond it, training that runs, a slip, and somebody new."""
    async with peopled.transaction(DANA.actor) as tx:
        for who, last in ((MOVED, date(2025, 9, 20)), (ACROSS, date(2025, 10, 10)), (OPEN, None)):
            await serve(tx, who, world.EXIT, last)
        await serve(tx, NEW, world.ENTRY, world.EXIT)
        [slip] = await tx.all(select(Service.id).where(Service.participant == GONE))
        await voiding.void(tx, **WHO, kind="services", record=slip.id, reason="not she")
        await tx.commit()
    return reported


async def differences(who: AsyncClient, release: str) -> Any:
    answer = await who.get(f"/v1/releases/{release}/exit-differences")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_exits_of_its_quarters_are_kept(reported: str, peopled: TestDatabase, dana: AsyncClient) -> None:
    told = await differences(dana, reported)
    assert (told["exits_from"], told["exits_until"], told["items"]) == ("2025-07-01", "2025-09-30", [])
    async with peopled.reading(DANA.actor) as read:
        rows = await read.all(select(ReportedExit.exit, ReportedExit.entry, ReportedExit.programs))
    assert [tuple(row) for row in rows] == [(world.EXIT, world.ENTRY, ["adult"])] * PEOPLE


async def test_what_was_recorded_since_shows_as_a_difference(later: str, peopled: TestDatabase, dana: AsyncClient) -> None:
    told = await differences(dana, later)
    assert told["counts"] == {"moved": 2, "open_again": 1, "gone": 1, "added": 1}
    found = {item["person"]: (item["change"], item["reported"], item["now"]) for item in told["items"]}
    assert found == {
        str(MOVED): ("moved", "2025-08-15", "2025-09-20"),
        str(ACROSS): ("moved", "2025-08-15", "2025-10-10"),
        str(OPEN): ("open_again", "2025-08-15", None),
        str(GONE): ("gone", "2025-08-15", None),
        str(NEW): ("added", None, "2025-08-15"),
    }
    async with peopled.reading(DANA.actor) as read:  # the release keeps what it said
        assert set(await read.all(select(ReportedExit.exit))) == {(world.EXIT,)}


async def test_what_was_recorded_between_draft_and_certification_was_not_reported(
    peopled: TestDatabase, dana: AsyncClient, eve: AsyncClient
) -> None:
    """The figures were computed when it was drafted; the exits are those of then."""
    async with peopled.transaction(DANA.actor) as tx:
        await participations.derive(tx, **WHO, participant=LATE)
        await tx.commit()
    made = (await dana.post("/v1/releases", json={"period": "quarter@2025-12-31"})).json()["id"]
    assert (await dana.get(f"/v1/releases/{made}/exit-differences")).status_code == 409  # a draft has reported nothing
    async with peopled.transaction(DANA.actor) as tx:
        await serve(tx, LATE, world.EXIT, world.EXIT + timedelta(days=3))
        await tx.commit()
    assert (await eve.post(f"/v1/releases/{made}/certification")).status_code == 200
    [item] = (await differences(dana, made))["items"]
    assert (item["person"], item["reported"], item["now"]) == (str(LATE), "2025-08-15", "2025-08-18")


async def test_it_is_for_the_states_own_staff(
    later: str, alice: AsyncClient, charlie: AsyncClient, pat: AsyncClient, nia: AsyncClient
) -> None:
    answers = [(await who.get(f"/v1/releases/{later}/exit-differences")).status_code for who in (alice, charlie, pat, nia)]
    assert answers == [403, 403, 403, 404]


async def test_nobody_changes_what_was_reported(reported: str, peopled: TestDatabase) -> None:
    async with peopled.transaction(DANA.actor) as tx:
        with pytest.raises(Exception, match="permission denied for table reported_exits"):
            await tx.run(text("UPDATE reported_exits SET exit = exit + 1"))
