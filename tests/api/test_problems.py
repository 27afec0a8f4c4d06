"""Every error leaves as a problem that says what to do, and repeats nothing of what was sent."""

from collections.abc import AsyncIterator
from typing import Annotated

import pytest
from fastapi import APIRouter, FastAPI
from httpx import ASGITransport, AsyncClient
from pydantic import BaseModel
from sqlalchemy import text

from app.access.dependencies import Tx, may
from app.access.once import Once
from app.access.permissions import Permission
from app.contract.problems import STATUS
from app.core import errors
from app.core.actor import Actor
from app.core.settings import Settings
from app.main import create_app
from tests.conftest import TestDatabase
from tests.participants.world import ANA
from tests.people import ALICE

KINDS = [
    kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.Refusal) and kind is not errors.Refusal
]


class Person(BaseModel):
    name: str
    age: int


@pytest.fixture
async def caller(app: FastAPI) -> AsyncClient:
    """Alice at a door that fails in every way."""
    door = APIRouter(prefix="/door", route_class=Once)

    @door.post("/people")
    async def register(person: Person, tx: Tx, by: Annotated[Actor, may(Permission.ENROLL)]) -> None:
        await tx.run(text("SELECT 1 / 0"))

    @door.get("/{slug}")
    async def refuse(slug: str) -> None:
        kind = next(kind for kind in KINDS if kind.slug == slug)
        if issubclass(kind, errors.Refused):
            raise kind([errors.Violation(1, "started_on", "too_early", "It had not begun.")])
        raise kind("For a reason.")

    app.include_router(door)
    return AsyncClient(transport=ASGITransport(app, raise_app_exceptions=False), base_url="http://testserver", headers=ALICE.headers)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.slug)
async def test_a_refusal_has_its_status(caller: AsyncClient, kind: type[errors.Refusal]) -> None:
    answer = await caller.get(f"/door/{kind.slug}")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.status_code == STATUS[kind.slug]
    problem = answer.json()
    assert (problem["type"], problem["title"], problem["status"]) == (f"/problems/{kind.slug}", kind.title, answer.status_code)
    assert problem["instance"] == answer.headers["x-request-id"]
    if issubclass(kind, errors.Refused):
        assert problem["errors"] == [{"pointer": "/started_on", "code": "too_early", "detail": "It had not begun."}]


async def test_what_cannot_be_read_is_not_repeated(caller: AsyncClient) -> None:
    answer = await caller.post("/door/people", json={"name": ["Grace Example"], "age": "123-45-6789"})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [("/name", "string_type"), ("/age", "int_parsing")]
    assert "Grace" not in answer.text
    assert "6789" not in answer.text


async def chunks() -> AsyncIterator[bytes]:
    yield b'{"age": 40, "name": "'
    for _ in range(1000):
        yield b"Grace"
    yield b'"}'


async def test_a_body_beyond_the_limit_is_not_read(own_db: TestDatabase, settings: Settings) -> None:
    small = create_app(settings.model_copy(update={"upload_limit": 1000}), database_url=own_db.url)
    door = APIRouter()

    @door.post("/door/people")
    async def register(person: Person) -> str:
        return person.name

    small.include_router(door)
    async with AsyncClient(transport=ASGITransport(small), base_url="http://testserver") as client:
        assert (await client.post("/door/people", json={"name": "Grace", "age": 40})).status_code == 200
        at_once = await client.post("/door/people", json={"name": "Grace" * 1000, "age": 40})
        bit_by_bit = await client.post("/door/people", content=chunks(), headers={"Content-Type": "application/json"})
    for answer in (at_once, bit_by_bit):
        assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")
        assert "1,000 bytes" in answer.json()["detail"]


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/nowhere", 404), ("DELETE", "/v1/me", 405)])
async def test_where_nothing_is_a_problem_says_so(caller: AsyncClient, method: str, path: str, status: int) -> None:
    answer = await caller.request(method, path)
    assert (answer.status_code, answer.json()["status"], answer.headers["content-type"]) == (status, status, "application/problem+json")


async def test_a_mistake_of_ours_tells_nothing_of_the_person(caller: AsyncClient, own_db: TestDatabase) -> None:
    answer = await caller.post("/door/people", json={"name": "Grace Example", "age": 40})
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "Grace" not in answer.text
    assert answer.json()["instance"]


NEVER_KEPT = {
    "GET /v1/partners/%00": None,
    "GET /v1/career-paths/%00": None,
    "GET /v1/career-paths/welding?version=99999999999999999999": None,
    "GET /v1/enrollments?career_path=a%00b": None,
    "GET /v1/outcomes?period=quarter@2026-09-30&system=%00": None,
    "GET /v1/region-systems/%00/regions/x/in-demand-jobs": None,
    "PATCH /v1/partners/%00": {"name": "n"},
    "POST /v1/participants": ANA | {"sex": 10**40, "residence": {"county": "36029"}},
    "PATCH /v1/participants/01920000-0000-7000-8000-000000000001": {"veteran": -(2**63)},
}
"""What no column holds: NUL in a text, a number beyond all bounds."""


@pytest.mark.parametrize("request_", NEVER_KEPT)
async def test_what_cannot_be_kept_is_no_mistake_of_ours(dana: AsyncClient, request_: str) -> None:
    method, url = request_.split()
    answer = await dana.request(method, url, json=NEVER_KEPT[request_])
    assert answer.status_code in (404, 422), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
