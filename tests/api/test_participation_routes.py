"""Who is a participant, under which programs, and what was known of it before, over HTTP."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import text

from tests.conftest import TODAY, TestDatabase
from tests.enrollments.conftest import ground
from tests.enrollments.world import ANN
from tests.people import ALICE, DANA

__all__ = ["ground"]  # the fixture
DAY = timedelta(days=1)


async def served(who: AsyncClient, kind: str, program: str, **days: Any) -> str:
    told = {"kind": kind, "program": program, "given_on": str(TODAY), **days}
    answer = await who.post(f"/v1/participants/{ANN}/services", json=told)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def told(who: AsyncClient) -> Any:
    return (await who.get(f"/v1/participants/{ANN}/participations")).json()


async def test_a_reportable_individual_is_no_participant(ground: TestDatabase, alice: AsyncClient) -> None:
    """20 CFR 677.150(a)(3); incumbent worker training: TEGL 10-16 Change 3, Attachment VIII."""
    assert await told(alice) == {"items": [], "reportable_individual": False, "next": None}
    for kind, program in (("job_search_self_directed", "wagner_peyser"), ("incumbent_worker_training", "adult")):
        await served(alice, kind, program)
        assert await told(alice) == {"items": [], "reportable_individual": True, "next": None}
    await served(alice, "initial_assessment", "wagner_peyser")
    now = await told(alice)
    assert (len(now["items"]), now["reportable_individual"]) == (1, False)


async def test_youth_take_part_once_all_is_settled(ground: TestDatabase, alice: AsyncClient) -> None:
    """TEGL 10-16 Change 3, Attachment VII Table B. The element was recorded first."""
    await served(alice, "tutoring", "youth", given_on="2026-10-01")
    for kind, on in (("eligibility_determination", "09-01"), ("objective_assessment", "09-15"), ("service_strategy", "10-05")):
        assert (await told(alice))["items"] == []
        strategy = await served(alice, f"youth_{kind}", "youth", given_on=f"2026-{on}")
    [item] = (await told(alice))["items"]
    assert (item["entry"], item["programs"]) == ("2026-10-05", ["youth"])
    assert item["program_enrollments"] == [{"program": "youth", "first_service": "2026-10-05", "last_service": None}]
    assert [(fact["kind"], fact["on"]) for fact in item["began_by"]] == [("tutoring", "2026-10-01")]
    assert (await alice.post(f"/v1/services/{strategy}/void", json={"reason": "not signed"})).status_code == 200
    assert (await told(alice))["items"] == []


async def test_who_is_co_enrolled(ground: TestDatabase, alice: AsyncClient) -> None:
    await served(alice, "job_search_staff_assisted", "wagner_peyser", given_on="2026-09-01")
    await served(alice, "career_counseling", "adult", given_on="2026-09-20")
    await served(alice, "career_counseling", "dwg", given_on="2026-10-01")
    common, grant = (await told(alice))["items"]
    assert [each["program"] for each in common["program_enrollments"]] == ["adult", "wagner_peyser"]
    assert (grant["track"], [each["first_service"] for each in grant["program_enrollments"]]) == ("dwg", ["2026-10-01"])


@pytest.fixture
async def changed(ground: TestDatabase, alice: AsyncClient) -> Callable[[str], Any]:
    """Counseling on the first of March, known since April; a later one that was recorded today. Answers what somebody is told."""
    await served(alice, "career_counseling", "adult", given_on="2026-03-01")
    async with ground.transaction(DANA.actor) as tx:
        await tx.run(text("UPDATE participations SET derived_at = timestamptz '2026-04-01 12:00-04'"))
        await tx.commit()
    await served(alice, "career_counseling", "adult", given_on="2026-05-01")

    async def history(query: str = "") -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = (await alice.get(f"/v1/participants/{ANN}/participation-history{query}")).json()["items"]
        return items

    return history


async def test_a_changed_exit_keeps_what_it_was(changed: Callable[..., Any]) -> None:
    before, now = await changed()
    assert (before["exit"], before["known_from"]) == ("2026-03-01", "2026-04-01")
    assert before["known_until"] == now["known_from"] >= str(date(2026, 4, 2))
    assert (now["exit"], now["last_service"], now["known_until"]) == ("2026-05-01", "2026-05-01", None)


async def test_what_was_known_on_a_day(changed: Callable[..., Any]) -> None:
    assert await changed("?as_of=2026-03-31") == []
    for day, left in (("2026-04-01", None), ("2026-05-30", None), ("2026-05-31", "2026-03-01")):  # the 90th day is open still
        [then] = await changed(f"?as_of={day}")
        assert (then["exit"], then["last_service"]) == (left, "2026-03-01")


async def test_others_see_no_history(changed: Callable[..., Any], charlie: AsyncClient, nia: AsyncClient, dana: AsyncClient) -> None:
    address = f"/v1/participants/{ANN}/participation-history"
    assert [(await who.get(address)).status_code for who in (charlie, nia, dana)] == [404, 404, 200]
    assert ALICE.actor.partner != DANA.actor.partner
