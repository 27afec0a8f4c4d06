"""Routes: each says what it permits, each that writes answers a repeated request once, and none lets in a caller without a key."""

import re
from collections.abc import Iterator
from typing import Annotated

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from app.access.dependencies import Tx, may
from app.access.once import Once
from app.access.permissions import Permission
from app.core.actor import Actor
from app.core.settings import Settings
from app.main import create_app
from tests.conftest import Client

WRITING = {"POST", "PUT", "PATCH", "DELETE"}
DOOR = ("/console", "/console/sign-in", "/console/sign-in/demo")  # where somebody signs in
OPEN = ("/health/", "/public/", "/ogc")  # what anybody may see: how the system is, and what was certified for publication

PUBLIC = {
    "/",
    "/regions/{code}",
    "/compare",
    "/how-it-was-counted",
    "/releases",
    "/releases/latest",
    "/releases/latest/{name}",
    "/releases/{id}",
    "/releases/{id}/regions/{system}/{code}",
    "/releases/{id}/{name}",
}
"""What anybody reads of a state without a key, after `GET /public/{state}`: whoever adds to it says so here."""


def routes(app: FastAPI) -> dict[str, APIRoute]:
    """Every route under its name, as `POST /v1/enrollments`."""
    contexts = list(iter_route_contexts(app.routes))
    return {
        f"{method} {context.path}": context.original_route
        for context in contexts
        if isinstance(context.original_route, APIRoute)
        for method in sorted(context.methods or ())
    }


def permissions(dependant: Dependant) -> Iterator[Permission]:
    """What a route's dependencies demand of the caller, however deep."""
    for each in dependant.dependencies:
        if found := getattr(each.call, "permission", None):
            yield found
        yield from permissions(each)


def without_permission(app: FastAPI) -> list[str]:
    asked = {name: route for name, route in routes(app).items() if " /v1" in name or (" /console" in name and name.split()[1] not in DOOR)}
    return [name for name, route in asked.items() if not list(permissions(route.dependant))]


def not_idempotent(app: FastAPI) -> list[str]:
    """Screens are for people: they take no Idempotency-Key."""
    return [
        name
        for name, route in routes(app).items()
        if name.split()[0] in WRITING and " /console" not in name and not isinstance(route, Once)
    ]


def checks_forgery(dependant: Dependant) -> bool:
    """Whether a dependency does by itself, or is the writing transaction of a door that does."""
    for each in dependant.dependencies:
        door = getattr(each.call, "__self__", None)
        if getattr(each.call, "checks_forgery", False) or (
            getattr(door, "checks_forgery", False) and getattr(each.call, "__name__", "") == "_transaction"
        ):
            return True
    return any(checks_forgery(each) for each in dependant.dependencies)


def forgeable(app: FastAPI) -> list[str]:
    """What a page of another site could have somebody's browser send."""
    return [
        name
        for name, route in routes(app).items()
        if " /console" in name and name.split()[0] in WRITING and not checks_forgery(route.dependant)
    ]


APP = create_app(Settings(), database_url="postgresql://nobody@localhost/nothing")


def test_there_are_routes() -> None:
    assert "GET /v1/me" in routes(APP)


def test_every_route_declares_a_permission() -> None:
    assert without_permission(APP) == []


def test_every_writing_route_answers_a_repeated_request_once() -> None:
    assert not_idempotent(APP) == []


def test_what_is_open_to_anybody_is_listed() -> None:
    elsewhere = [name for name in routes(APP) if " /v1/" not in name and not name.split()[1].startswith(OPEN)]
    assert [name for name in elsewhere if not name.split()[1].startswith("/console")] == []


def test_what_anybody_reads_without_a_key_is_listed_one_by_one() -> None:
    assert {name for name in routes(APP) if " /public" in name} == {
        f"{method} /public/{{state}}{path}" for path in PUBLIC for method in ("GET", "HEAD")
    }


def test_every_form_of_a_screen_proves_that_it_is_our_own() -> None:
    assert "POST /console/sign-out" in routes(APP)
    assert forgeable(APP) == []


def test_a_route_that_forgets_is_found() -> None:
    forgetful = APIRouter(prefix="/v1/forgetful")

    @forgetful.post("/who")
    async def who(tx: Tx) -> None: ...

    @forgetful.post("/how-often")
    async def how_often(by: Annotated[Actor, may(Permission.ENROLL)]) -> None: ...

    screens = APIRouter(prefix="/console")

    @screens.post("/screen")
    async def screen() -> None: ...

    app = FastAPI()
    app.include_router(forgetful)
    app.include_router(screens)
    assert forgeable(app) == without_permission(app)[1:] == ["POST /console/screen"]
    assert without_permission(app)[:1] == ["POST /v1/forgetful/who"]
    assert not_idempotent(app) == ["POST /v1/forgetful/who", "POST /v1/forgetful/how-often"]


async def test_nobody_sees_a_screen_without_a_session(app: FastAPI, client: Client) -> None:
    caller, let_in = client(None), {}
    for name in (name for name in routes(app) if " /console" in name and name.split()[1] not in DOOR):
        method, path = name.split()
        answer = await caller.request(method, re.sub(r"\{[^}]+\}", "x", path))
        if not (answer.status_code == 303 and answer.headers["location"].startswith("/console/sign-in")):
            let_in[name] = answer.status_code
    assert let_in == {}


@pytest.mark.parametrize("key", [None, "wf_opens_nothing"])
async def test_nobody_gets_in_without_a_key(app: FastAPI, client: Client, key: str | None) -> None:
    """Asked before anything else: whether the path, the query or the body are right is nobody's business."""
    caller = client(None)
    if key:
        caller.headers["Authorization"] = f"Bearer {key}"
    let_in = {}
    for name in (name for name in routes(app) if " /v1" in name):
        method, path = name.split()
        answer = await caller.request(method, re.sub(r"\{[^}]+\}", "x", path))
        if answer.status_code != 401:
            let_in[name] = answer.status_code
    assert let_in == {}
