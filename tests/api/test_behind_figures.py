"""Behind a figure, over HTTP: everybody with the place and the reason, boards their own alone, wages by agreement alone."""

from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import insert, select

from app.audit.models import AuditEntry
from app.partners.models import Agreement
from tests.conftest import Client, TestDatabase
from tests.enrollments.world import ANN, BEA, CAL, DEE, EVE, SINCE
from tests.outcomes import world
from tests.outcomes.conftest import settled
from tests.people import ALICE, BOB, CHARLIE, DANA, ERIE, NIA, PAT, PRIYA

__all__ = ["settled"]
FIGURE = {"period": "quarter@2026-09-30", "indicator": "employment_rate_q2", "region": "us-ny"}
pytestmark = pytest.mark.usefixtures("settled")


async def behind(client: AsyncClient, **asked: str) -> dict[str, Any]:
    answer = await client.get("/v1/outcomes/people", params=FIGURE | asked)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def places(told: dict[str, Any]) -> dict[str, tuple[str, str | None]]:
    return {one["participant"]: (one["place"], one["reason"]) for one in told["items"]}


async def test_everybody_has_a_place_and_they_add_up_to_the_figure(dana: AsyncClient) -> None:
    """Cal died, and is out of both; the rest were employed."""
    told = await behind(dana)
    assert places(told) == {
        str(ANN): ("numerator", None),
        str(BEA): ("numerator", None),
        str(CAL): ("left_out", "deceased"),
        str(EVE): ("numerator", None),
    }
    receipt = (await dana.get("/v1/outcomes/receipt", params=FIGURE)).json()
    assert told["input"] == receipt["input"]
    assert told["seen"] == receipt["everybody"] == 4
    [ann] = [one for one in told["items"] if one["participant"] == str(ANN)]
    assert (ann["began"], ann["ended"], ann["employed"], ann["match"], ann["wages"], ann["occupation"]) == (
        "2025-03-01",
        "2025-08-15",
        "unsubsidized employment",
        "wage record",
        "9000.00",
        "51-4121",
    )


async def test_one_region_and_one_place(dana: AsyncClient) -> None:
    assert places(await behind(dana, region="north_country")).keys() == {str(BEA)}
    assert places(await behind(dana, place="left_out")).keys() == {str(CAL)}
    assert places(await behind(dana, region="western_new_york", place="numerator")).keys() == {str(ANN)}
    assert (await dana.get("/v1/outcomes/people", params=FIGURE | {"region": "nowhere"})).json()["items"] == []


async def test_learners_too(dana: AsyncClient) -> None:
    """Dee's college has no agreement to match wages."""
    told = await behind(dana, population="all_learners")
    assert places(told)[str(DEE)] == ("left_out", "no_legal_basis")


async def test_a_board_sees_its_own_and_no_wages_without_an_agreement(settled: TestDatabase, client: Client) -> None:
    for person in (ALICE, BOB):
        told = await behind(client(person))
        assert places(told).keys() == {str(ANN), str(BEA), str(EVE)}
        assert told["withheld"]
        assert {(one["employed"], one["match"], one["wages"], one["occupation"]) for one in told["items"]} == {
            ("unsubsidized employment", None, None, None)
        }
    assert places(await behind(client(CHARLIE))).keys() == {str(CAL)}
    assert places(await behind(client(PRIYA), population="all_learners")).keys() <= {str(DEE)}
    async with settled.transaction(DANA.actor) as tx:
        await tx.run(insert(Agreement).values(partner=ERIE.id, kind="wage_disclosure", valid_from=SINCE, source="s"))
        await tx.commit()
    told = await behind(client(ALICE))
    assert not told["withheld"]
    assert {one["wages"] for one in told["items"]} == {"9000.00", "7000.00", "5000.00"}
    assert (await behind(client(CHARLIE)))["withheld"]


async def test_who_may_not(client: Client) -> None:
    assert (await client(PAT).get("/v1/outcomes/people", params=FIGURE)).status_code == 403
    assert (await client(NIA).get("/v1/outcomes/people", params=FIGURE | {"region": "us-nj"})).status_code == 404, "it has no regions"


async def test_pages_are_of_one_state_of_the_facts(settled: TestDatabase, dana: AsyncClient) -> None:
    first = await behind(dana, limit="3")
    second = await behind(dana, limit="3", after=first["next"])
    assert [*places(first), *places(second)] == sorted(map(str, (ANN, BEA, CAL, EVE)))
    assert second["next"] is None
    async with settled.transaction(DANA.actor) as tx:
        await world.paid(tx, CAL, world.Q1_2026, 100_000)
        await world.marked(tx, CAL)
        await tx.commit()
    moved = await dana.get("/v1/outcomes/people", params=FIGURE | {"limit": "3", "after": first["next"]})
    assert (moved.status_code, moved.json()["title"]) == (422, "The facts have changed since")
    assert (await dana.get("/v1/outcomes/people", params=FIGURE | {"after": "nonsense"})).status_code == 422
    assert (await dana.get("/v1/outcomes/people", params=FIGURE | {"indicator": "shoe_size"})).status_code == 422


async def test_every_look_leaves_an_entry(settled: TestDatabase, client: Client) -> None:
    await behind(client(ALICE), region="western_new_york")
    async with settled.transaction(DANA.actor) as tx:
        [entry] = await tx.all(select(AuditEntry.actor, AuditEntry.rows, AuditEntry.detail).where(AuditEntry.verb == "look_behind_figure"))
    assert tuple(entry) == (
        ALICE.id,
        1,
        {"figure": "wioa_participants:employment_rate_q2 of western_new_york in quarter@2026-09-30", "place": None},
    )
