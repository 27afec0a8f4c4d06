"""Somebody to register in tests, and the shortest ways to have her registered."""

import base64
from typing import Any
from uuid import UUID

from httpx import AsyncClient

from app.core.db import Tx
from app.participants.actions import REGISTER
from app.participants.residence import Address, settle
from app.participants.sealing import KeyRing
from tests.conftest import TODAY
from tests.people import ALICE, DANA, Person

NUMBER = "735-12-4680"
"""A made-up number of a shape that could exist; any likeness is chance."""

RING = KeyRing.parse("tests:" + base64.b64encode(b"a key of thirty-two bytes, tests").decode())
"""The ring of the fixture `settings`."""

ANA: dict[str, Any] = {
    "first_name": "Ana María",
    "last_name": "Cruz",
    "birth_date": "1990-05-17",
    "ssn": NUMBER,
    "email": "Ana.Cruz@example.org",
    "phone": "+1 716 555 0100",
    "address": "12 Main Street",
    "residence": {"county": "36029"},
    "sex": 2,
    "hispanic": 1,
    "races": ["white", "asian"],
    "veteran": 0,
    "reference": "E-100",
}


async def registered(client: AsyncClient, **otherwise: Any) -> str:
    """Register Ana, or somebody who differs from her as said; answers the id."""
    answer = await client.post("/v1/participants", json=ANA | otherwise)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def at_home(tx: Tx) -> UUID:
    """A residence in Erie county."""
    erie = Address("NY", "36029")
    return (await settle(tx, by=DANA.actor, addresses=[erie]))[erie]


async def known_to(tx: Tx, person: Person = ALICE, **otherwise: Any) -> UUID:
    """A participant whom `person` registers within a transaction."""
    told = {"first_name": "Ana", "last_name": "Cruz", "birth_date": TODAY.replace(year=1990), "residence": await at_home(tx)}
    codes: dict[str, Any] = {"sex": 2, "hispanic": 9, "races": [], "veteran": 9, "registered_on": TODAY}
    [made] = await tx.act(REGISTER, REGISTER.one(**{**told, **codes, **otherwise}), by=person.actor, today=TODAY)
    return made
