"""Two records, each with an enrollment and services of its own, are said to be one person, and taken apart again."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.enrollments.models import Participation
from tests.api.test_enrollment_routes import enrolled, served
from tests.conftest import TODAY, Client, TestDatabase
from tests.enrollments import world
from tests.enrollments.world import ANN, CAL
from tests.people import ALICE, CHARLIE, DANA, NIA

MARCH, MAY, SEPTEMBER = date(2026, 3, 2), date(2026, 5, 11), date(2026, 9, 1)
LINK = f"/v1/participants/{CAL}/merge"


@pytest.fixture
async def ground(own_db: TestDatabase) -> TestDatabase:
    async with own_db.transaction(DANA.actor) as tx:
        await world.lay(tx)
        await tx.commit()
    return own_db


async def standing(database: TestDatabase) -> dict[UUID, list[tuple[Any, ...]]]:
    """What stands of each person: entry, last service, last day on which it is open, programs."""
    chosen = select(Participation.person, Participation.entry, Participation.last_service, Participation.open_until, Participation.programs)
    found: dict[UUID, list[tuple[Any, ...]]] = {ANN: [], CAL: []}
    async with database.transaction(DANA.actor) as tx:
        for row in await tx.all(chosen.where(Participation.superseded_at.is_(None)).order_by(Participation.entry)):
            found[row.person].append(tuple(row)[1:])
    return found


async def told(caller: AsyncClient, participant: UUID) -> Any:
    """Everything that the API tells of a record and its person, without ids of what is derived and of the record's revision."""
    record = (await caller.get(f"/v1/participants/{participant}")).json()
    participations = (await caller.get(f"/v1/participants/{participant}/participations")).json()
    for one in participations.get("items", []):
        one.pop("id")
    enrollments = (await caller.get("/v1/enrollments", params={"participant": str(participant)})).json()
    timeline = (await caller.get(f"/v1/participants/{participant}/timeline")).json()
    return {**record, "revision": None}, participations, enrollments, timeline


async def test_participations_are_those_of_the_survivor_and_taken_apart_exactly_as_they_were(ground: TestDatabase, client: Client) -> None:
    alice, charlie, dana, nia = client(ALICE), client(CHARLIE), client(DANA), client(NIA)
    await enrolled(alice)
    await enrolled(charlie, participant=str(CAL))
    await served(alice, given_on=str(MARCH))
    await served(charlie, CAL, given_on=str(MAY))
    before, whole = await standing(ground), {person: await told(dana, person) for person in (ANN, CAL)}
    hers, his = await told(alice, ANN), await told(charlie, CAL)
    assert [len(periods) for periods in before.values()] == [1, 1]

    assert (await nia.post(LINK, json={"into": str(ANN)})).status_code == 404
    assert (await charlie.post(LINK, json={"into": str(ANN)})).status_code == 403
    linked = await dana.post(LINK, json={"into": str(ANN)})
    assert (linked.status_code, linked.json()["person"]) == (201, str(ANN))
    [one] = (await standing(ground))[ANN]
    assert one[:2] == (MARCH, MAY), "one participation, from the first service of the one to the last of the other"
    assert (await standing(ground))[CAL] == []
    for caller, record, hidden in ((alice, ANN, CAL), (charlie, CAL, ANN)):
        [seen] = (await caller.get(f"/v1/participants/{record}/participations")).json()["items"]
        assert (seen["entry"], seen["last_service"]) == (str(MARCH), str(MAY))
        assert (await caller.get(f"/v1/participants/{hidden}")).status_code == 404
        assert (await caller.get("/v1/enrollments", params={"participant": str(hidden)})).json()["items"] == []

    assert (await nia.delete(LINK)).status_code == 404
    apart = await dana.delete(LINK)
    assert (apart.status_code, apart.json()["person"]) == (200, str(CAL))
    assert await standing(ground) == before
    assert {person: await told(dana, person) for person in (ANN, CAL)} == whole
    assert (await told(alice, ANN), await told(charlie, CAL)) == (hers, his)
    assert (await dana.delete(LINK)).status_code == 409

    async with ground.transaction(DANA.actor) as tx:
        acts = await tx.all(select(AuditEntry.verb, AuditEntry.actor).where(AuditEntry.verb.like("%merge%")).order_by(AuditEntry.id))
    assert [tuple(act) for act in acts] == [("merge_participant", DANA.id), ("unmerge_participant", DANA.id)]


async def test_what_is_recorded_meanwhile_stays_with_its_record(ground: TestDatabase, client: Client) -> None:
    """As if the records had never been linked: a service given, one given on the survivor's record, one taken back."""
    alice, charlie, dana = client(ALICE), client(CHARLIE), client(DANA)
    await served(alice, given_on=str(MARCH))
    slip = await served(charlie, CAL, given_on=str(MAY))
    await dana.post(LINK, json={"into": str(ANN)})
    await served(charlie, CAL, given_on=str(SEPTEMBER))
    await served(alice, given_on=str(TODAY))
    assert (await charlie.post(f"/v1/services/{slip}/void", json={"reason": "a slip"})).status_code == 200
    assert [period[:2] for period in (await standing(ground))[ANN]] == [(MARCH, MARCH), (SEPTEMBER, TODAY)]
    await dana.delete(LINK)
    both = await standing(ground)
    assert [period[:2] for period in both[ANN]] == [(MARCH, MARCH), (TODAY, TODAY)]
    assert [period[:2] for period in both[CAL]] == [(SEPTEMBER, SEPTEMBER)]


async def test_a_link_that_others_were_made_by_way_of_says_which_comes_first(ground: TestDatabase, client: Client) -> None:
    dana = client(DANA)
    new = {"first_name": "Cy", "last_name": "Third", "birth_date": "1980-01-01", "residence": {"county": "36029"}}
    third = (await dana.post("/v1/participants", json=new)).json()["id"]
    assert (await dana.post(LINK, json={"into": str(ANN)})).status_code == 201
    assert (await dana.post(f"/v1/participants/{third}/merge", json={"into": str(CAL)})).json()["person"] == str(ANN)
    refused = await dana.delete(LINK)
    assert (refused.status_code, third in refused.json()["detail"]) == (409, True)
    assert "Take that out first" in refused.json()["detail"]
    assert (await dana.delete(f"/v1/participants/{third}/merge")).status_code == 200
    assert (await dana.delete(LINK)).status_code == 200
