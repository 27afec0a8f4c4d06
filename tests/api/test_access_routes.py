"""`/v1/me`: who the caller is."""

import pytest
from httpx import AsyncClient

from tests.conftest import Client
from tests.people import ALICE, NIA, PEOPLE, Person


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.name)
async def test_everybody_learns_who_they_are(client: Client, person: Person) -> None:
    answer = await client(person).get("/v1/me")
    assert answer.status_code == 200
    assert answer.json() == {
        "key": str(person.id),
        "state": person.state,
        "partner": str(person.partner.id) if person.partner else None,
        "role": person.role,
        "permissions": sorted(person.actor.permissions),
    }


async def test_a_caller_without_key_learns_how_to_get_in(client: Client) -> None:
    answer = await client(None).get("/v1/me")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "Authorization: Bearer" in answer.json()["detail"]


async def test_the_two_states_are_apart(alice: AsyncClient, nia: AsyncClient) -> None:
    assert (await alice.get("/v1/me")).json()["state"] == ALICE.state
    assert (await nia.get("/v1/me")).json()["state"] == NIA.state
