"""Idempotency-Key: the same request answered once, whatever happens in between."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

import pytest
from fastapi import APIRouter, FastAPI, Response
from httpx import AsyncClient
from pydantic import BaseModel
from sqlalchemy import text

from app.access.dependencies import Tx, may
from app.access.once import Once
from app.access.permissions import Permission
from app.audit.entries import note
from app.core.actor import Actor
from app.core.errors import Conflict
from tests.conftest import TestDatabase
from tests.people import ALICE


class Visit(BaseModel):
    who: str
    refuse: bool = False


class Door:
    """A route of the tests' own: each visit leaves one audit entry; it can be made to wait in the middle."""

    def __init__(self) -> None:
        self.entered, self.go_on = asyncio.Event(), asyncio.Event()
        self.go_on.set()
        self.router = APIRouter(prefix="/door", route_class=Once)

        @self.router.post("/{number}", status_code=201)
        async def visit(
            number: int, visit: Visit, tx: Tx, by: Annotated[Actor, may(Permission.ENROLL)], response: Response
        ) -> dict[str, str]:
            act = await note(tx, "visit", by=by, rows=number)
            self.entered.set()
            await self.go_on.wait()
            if visit.refuse:
                raise Conflict("Not today.")
            response.headers["Location"] = f"/door/{number}"
            return {"act": str(act)}

        plain = APIRouter()

        @plain.post("/plain")
        async def plainly(tx: Tx, by: Annotated[Actor, may(Permission.ENROLL)]) -> str:
            return "done"

        self.router_without_once = plain


@pytest.fixture
async def door(app: FastAPI) -> AsyncIterator[Door]:
    made = Door()
    app.include_router(made.router)
    app.include_router(made.router_without_once)
    yield made
    made.go_on.set()


async def visits(database: TestDatabase) -> int:
    async with database.reading(ALICE.actor) as read:
        return int(await read.scalar(text("SELECT count(*) FROM audit_entries WHERE verb = 'visit'")))


KEY = {"Idempotency-Key": "monday's visit"}


async def test_the_same_request_gets_the_same_answer(door: Door, own_db: TestDatabase, alice: AsyncClient) -> None:
    first = await alice.post("/door/1", json={"who": "Ann"}, headers=KEY)
    again = await alice.post("/door/1", json={"who": "Ann"}, headers=KEY)
    assert (first.status_code, first.headers["location"]) == (201, "/door/1")
    assert "idempotent-replay" not in first.headers
    assert (again.status_code, again.content) == (201, first.content)
    assert {name: again.headers[name] for name in ("location", "content-type", "idempotent-replay")} == {
        "location": "/door/1",
        "content-type": "application/json",
        "idempotent-replay": "true",
    }
    assert await visits(own_db) == 1


async def test_without_a_key_every_request_is_another_one(door: Door, own_db: TestDatabase, alice: AsyncClient) -> None:
    for _ in range(2):
        assert (await alice.post("/door/1", json={"who": "Ann"})).status_code == 201
    assert await visits(own_db) == 2


@pytest.mark.parametrize(("path", "who"), [("/door/1", "Beth"), ("/door/2", "Ann"), ("/door/1?dry_run=true", "Ann")])
async def test_a_key_cannot_be_used_for_another_request(door: Door, own_db: TestDatabase, alice: AsyncClient, path: str, who: str) -> None:
    await alice.post("/door/1", json={"who": "Ann"}, headers=KEY)
    other = await alice.post(path, json={"who": who}, headers=KEY)
    assert other.status_code == 422
    assert "Use a new one" in other.json()["detail"]
    assert await visits(own_db) == 1


async def test_a_request_still_running_is_not_run_twice(door: Door, own_db: TestDatabase, alice: AsyncClient) -> None:
    door.go_on.clear()
    running = asyncio.create_task(alice.post("/door/1", json={"who": "Ann"}, headers=KEY))
    await door.entered.wait()
    meanwhile = await alice.post("/door/1", json={"who": "Ann"}, headers=KEY)
    assert meanwhile.status_code == 409
    assert [error["code"] for error in meanwhile.json()["errors"]] == ["still_running"]
    assert "still being answered" in meanwhile.json()["detail"]
    door.go_on.set()
    first = await running
    assert first.status_code == 201
    assert (await alice.post("/door/1", json={"who": "Ann"}, headers=KEY)).content == first.content
    assert await visits(own_db) == 1


async def test_of_many_at_once_one_is_done(door: Door, own_db: TestDatabase, alice: AsyncClient) -> None:
    answers = await asyncio.gather(*(alice.post("/door/1", json={"who": "Ann"}, headers=KEY) for _ in range(8)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    assert await visits(own_db) == 1


async def test_a_refusal_is_not_kept(door: Door, own_db: TestDatabase, alice: AsyncClient) -> None:
    assert (await alice.post("/door/1", json={"who": "Ann", "refuse": True}, headers=KEY)).status_code == 409
    assert await visits(own_db) == 0
    assert (await alice.post("/door/1", json={"who": "Ann"}, headers=KEY)).status_code == 201


async def test_everybody_has_keys_of_their_own(door: Door, own_db: TestDatabase, alice: AsyncClient, bob: AsyncClient) -> None:
    answers = [await caller.post("/door/1", json={"who": "Ann"}, headers=KEY) for caller in (alice, bob)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert "idempotent-replay" not in answers[1].headers
    assert await visits(own_db) == 2


async def test_a_request_that_cannot_be_kept_takes_no_key(door: Door, alice: AsyncClient) -> None:
    assert (await alice.post("/plain")).status_code == 200
    assert (await alice.post("/plain", headers=KEY)).status_code == 422


async def test_permission_comes_before_the_act(door: Door, own_db: TestDatabase, pat: AsyncClient, alice: AsyncClient) -> None:
    refused = await pat.post("/door/1", json={"who": "Ann"}, headers=KEY)
    assert refused.status_code == 403
    assert "'enrollments:write'" in refused.json()["detail"]
    assert "policymaker" in refused.json()["detail"]
    nobody = await alice.post("/door/1", json={"who": "Ann"}, headers=KEY | {"Authorization": "Bearer wf_unknown"})
    assert (nobody.status_code, nobody.headers["www-authenticate"]) == (401, "Bearer")
    assert await visits(own_db) == 0
