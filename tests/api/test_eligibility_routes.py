"""Eligibility over HTTP: what is considered, determined, kept, and seen by whom."""

from typing import Any
from uuid import UUID

import psycopg
import pytest
from httpx import AsyncClient
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.enrollments.eligibility import VERSION
from tests.conftest import Client, TestDatabase
from tests.enrollments import world
from tests.enrollments.world import ANN
from tests.people import ALICE, BOB, CHARLIE, DANA, ERIE, NIA, PAT, PRIYA

pytestmark = pytest.mark.usefixtures("ground")


def fact(value: Any, document: str = "document") -> dict[str, Any]:
    return {"value": value, "document": document}


FACTS = {
    "separation": fact("laid_off"),
    "separation_cause": fact("closure", "cross_match"),
    "authorized_to_work": fact(value=True),
    "selective_service_registration": fact("registered", "electronic_record"),
}
ASKED = {"program": "dislocated_worker", "determined_on": "2026-10-01", "facts": FACTS}
NEW = ASKED | {"worker": "A. Adams"}
CONSIDER, DETERMINE = f"/v1/participants/{ANN}/eligibility", f"/v1/participants/{ANN}/eligibility-determinations"


@pytest.fixture
async def ground(own_db: TestDatabase) -> TestDatabase:
    async with own_db.transaction(DANA.actor) as tx:
        await world.lay(tx)
        await tx.commit()
    return own_db


async def test_what_would_follow_is_told_and_only_the_look_is_recorded(alice: AsyncClient, own_db: TestDatabase) -> None:
    answer = await alice.post(CONSIDER, json=ASKED | {"facts": {"separation": fact("laid_off")}})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["eligible"] is None
    assert {"separation_cause", "authorized_to_work"} <= set(told["lacking"])
    assert (await alice.get(DETERMINE)).json()["items"] == []
    async with own_db.transaction(DANA.actor) as tx:
        entries = [row.verb for row in await tx.all(select(AuditEntry.verb).where(AuditEntry.subject == ANN).order_by(AuditEntry.id))]
    assert entries[-2:] == ["consider_eligibility", "read_eligibility"]


async def test_a_determination_is_kept_as_it_was_made(alice: AsyncClient, own_db: TestDatabase) -> None:
    answer = await alice.post(DETERMINE, json=NEW)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["eligible"], made["rules"], made["worker"], made["partner"]) == (True, VERSION, "A. Adams", str(ERIE.id))
    [by_closure] = [each for each in made["result"]["findings"] if each["rule"] == "closure_or_substantial_layoff"]
    assert by_closure == {
        "rule": "closure_or_substantial_layoff",
        "citation": "29 USC 3102(15)(B)(i)",
        "met": True,
        "by": ["separation", "separation_cause"],
        "lacking": [],
    }
    assert made["facts"]["separation"] == {"value": "laid_off", "document": "document", "reference": None}
    assert made["facts"]["age"]["document"] == "record"
    assert (await alice.get(answer.headers["location"])).json() == made
    with psycopg.connect(own_db.url, autocommit=True) as application:
        application.execute("SELECT set_config('app.state', 'us-ny', false)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            application.execute("UPDATE eligibility_determinations SET eligible = false")


async def test_who_sees_a_determination(client: Client) -> None:
    """Alice's colleague and the state; another board, a college and another state see nothing, and a policymaker may not ask."""
    made = (await client(ALICE).post(DETERMINE, json=NEW)).headers["location"]
    for person in (ALICE, BOB, DANA):
        assert (await client(person).get(made)).status_code == 200
        assert len((await client(person).get(DETERMINE)).json()["items"]) == 1
    for person in (CHARLIE, PRIYA, NIA):
        for answer in (
            await client(person).get(made),
            await client(person).get(DETERMINE),
            await client(person).post(CONSIDER, json=ASKED),
        ):
            assert answer.status_code == 404, (person.name, answer.text)
        assert (await client(person).post(DETERMINE, json=NEW)).status_code in (404, 422)
    assert (await client(PAT).get(made)).status_code == 403
    assert (await client(PAT).post(CONSIDER, json=ASKED)).status_code == 403


async def test_one_made_in_error_is_taken_back_with_a_reason(client: Client) -> None:
    made = (await client(ALICE).post(DETERMINE, json=NEW)).headers["location"]
    assert (await client(CHARLIE).post(f"{made}/void", json={"reason": "not mine"})).status_code == 404
    assert (await client(ALICE).post(f"{made}/void", json={"reason": "another person's letter"})).status_code == 200
    assert (await client(ALICE).get(made)).status_code == 404
    assert (await client(ALICE).get(DETERMINE)).json()["items"] == []


@pytest.mark.parametrize(
    ("otherwise", "errors"),
    [
        ({"worker": " "}, {("/worker", "worker_missing")}),
        ({"determined_on": "2030-01-01"}, {("/determined_on", "in_the_future")}),
        ({"program": "wagner_peyser"}, {("/program", "literal_error")}),
        ({"facts": {"age": fact(40), "shoe_size": fact(42)}}, {("/facts/age", "told_by_the_record"), ("/facts/shoe_size", "unknown_fact")}),
        ({"facts": {"separation": fact("sacked", "hearsay")}}, {("/facts/separation/document", "literal_error")}),
    ],
)
async def test_what_is_refused(alice: AsyncClient, otherwise: dict[str, Any], errors: set[tuple[str, str]]) -> None:
    answer = await alice.post(DETERMINE, json=NEW | otherwise)
    assert answer.status_code == 422
    assert {(error["pointer"], error["code"]) for error in answer.json()["errors"]} == errors


async def test_nobody_is_nobody(alice: AsyncClient) -> None:
    assert (await alice.post(f"/v1/participants/{UUID(int=1)}/eligibility", json=ASKED)).status_code == 404
    assert (await alice.get(f"/v1/eligibility-determinations/{UUID(int=1)}")).status_code == 404


async def test_the_rules_are_told(client: Client) -> None:
    told = (await client(PAT).get("/v1/eligibility-rules")).json()
    assert told["version"] == VERSION
    assert {"name": "homeless", "told": "Homeless", "holds": "truth", "words": [], "elements": ["800"]} in told["facts"]
    assert all(rule["applied"] for rule in told["rules"])
