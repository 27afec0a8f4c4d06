"""Every route, whoever wrote it: what is New York's is not there for New Jersey's staff, and what is Alice's is not there for others.

A new route is asked by itself; one whose address or body this test does not know how to fill fails it. That the same requests are good
ones is shown by Alice's and Dana's answers to them.
"""

from collections.abc import Iterable
from functools import partial
from typing import Any

import psycopg
import pytest
from fastapi import FastAPI
from httpx import AsyncClient, Response
from psycopg import sql

from app.access.permissions import Role
from app.core.schema import metadata
from app.core.settings import Settings
from tests.access.whole import Held, ask, define, live
from tests.conftest import Client, TestDatabase
from tests.imports.working import worked
from tests.people import CHARLIE, PAT, PRIYA

CHANGING = {"instance", "read_at", "as_of"}  # what two equal answers differ by
OPEN = ("/health/", "/public", "/ogc")  # the same for anybody, and tested where it is made
NOT_YET = {"GET /v1/releases/latest", "GET /v1/releases/{id}/exit-differences"}  # for nobody until the draft is certified
OUTSIDERS = (CHARLIE, PRIYA, PAT)
PERSONAL = {"participants", "enrollments", "participations"}
THEIR_OWN = {"POST /v1/participants", "POST /v1/imports"}  # whoever may do it does it to people of their own
FOR_ALL_PARTNERS = {"partners", "career-paths", "layoff-notices"}  # what Dana defined in the meantime is for everybody


def requests(app: FastAPI) -> list[str]:
    """Every operation that the API's description names, as `GET /v1/me`."""
    paths: dict[str, dict[str, Any]] = app.openapi()["paths"]
    return [f"{method.upper()} {path}" for path, methods in paths.items() for method in methods if not path.startswith(OPEN)]


def reading(app: FastAPI) -> list[str]:
    return [request for request in requests(app) if request.startswith("GET ")]


def told(answer: Response) -> Any:
    """Status and content, without what differs from one time to the next."""
    if "json" not in answer.headers.get("content-type", ""):
        return answer.status_code, answer.content
    body = answer.json()
    return answer.status_code, {name: value for name, value in body.items() if name not in CHANGING}


async def answers(caller: AsyncClient, held: Held, asked: Iterable[str]) -> dict[str, Any]:
    return {request: told(await ask(caller, request, held.address(request), held.bodies.get(request))) for request in asked}


def everything(database: TestDatabase, state: str) -> dict[str, Any]:
    """Of each table how many rows the state has, and a hash of them all."""
    found = {}
    with psycopg.connect(database.superuser_url) as superuser:
        for table in metadata().tables.values():
            if "state" in table.c:
                asked = sql.SQL("SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {} t WHERE state = %s")
                found[table.name] = superuser.execute(asked.format(sql.Identifier(table.name)), (state,)).fetchone()
    return found


@pytest.fixture
async def dora(own_db: TestDatabase, client: Client) -> AsyncClient:
    """Dana's colleague, who drafts what Dana certifies."""
    dora = client(None)
    dora.headers["Authorization"] = f"Bearer {await own_db.key('us-ny', Role.STATE_ADMIN)}"
    return dora


async def test_new_york_is_not_there_for_another_states_staff(
    app: FastAPI,
    own_db: TestDatabase,
    settings: Settings,
    client: Client,
    alice: AsyncClient,
    dana: AsyncClient,
    dora: AsyncClient,
    nia: AsyncClient,
) -> None:
    await define(own_db)
    held = await live(alice, dana, dora, partial(worked, own_db, settings))
    assert held.bodies.keys() == {request for request in requests(app) if not request.startswith("GET ")}
    unread = everything(own_db, "us-ny")
    nothing_read(await answers(dana, held, reading(app)), await answers(nia, held, reading(app)))

    before = everything(own_db, "us-ny")
    assert {table for table in before if before[table] != unread[table]} == {"audit_entries"}  # all that a GET may lose (ADR 0015)
    theirs = await answers(nia, held, held.bodies)
    assert everything(own_db, "us-ny") == before
    assert {request: answer for request, answer in theirs.items() if "{" in request and answer[0] != 404} == {}
    assert {request: answer for request, answer in theirs.items() if answer[0] >= 500} == {}

    unknown = await answers(client(None), held, [*reading(app), *held.bodies])
    assert {request: answer for request, answer in unknown.items() if answer[0] != 401} == {}
    assert len({str(answer) for answer in unknown.values()}) == 1

    hers = await answers(dana, held, held.bodies)
    assert {request: answer for request, answer in hers.items() if answer[0] >= 300} == {}
    assert everything(own_db, "us-ny") != before


def nothing_read(hers: dict[str, Any], theirs: dict[str, Any]) -> None:
    """Where New York's staff are answered, another state's find nothing, or an empty list."""
    assert {request: answer for request, answer in hers.items() if answer[0] != 200 and request not in NOT_YET} == {}
    named = {request for request in hers if "{" in request}
    assert {request: theirs[request] for request in named if theirs[request][0] != 404} == {}
    lists = {request for request in hers if isinstance(hers[request][1], dict) and hers[request][1].keys() >= {"items", "next"}} - named
    assert len(lists) > 10
    found = {request: theirs[request][1].get("items") or theirs[request][1].get("next") for request in lists}
    assert {request: what for request, what in found.items() if what} == {}
    alone = {"GET /v1/me", "GET /v1/locate", "GET /v1/releases/latest", "GET /v1/outcomes/receipt", "GET /v1/import-template"}
    assert hers.keys() - named - lists == alone | {"GET /v1/eligibility-rules"}
    assert theirs["GET /v1/locate"][1]["systems"] == {}
    assert [theirs[f"GET /v1/{name}"][0] for name in ("releases/latest", "outcomes/receipt")] == [404, 404]
    assert "us-ny" not in str(theirs["GET /v1/me"])


async def test_what_alice_does_makes_no_difference_to_others(
    app: FastAPI, own_db: TestDatabase, settings: Settings, client: Client, alice: AsyncClient, dana: AsyncClient, dora: AsyncClient
) -> None:
    """Everything that they are told is the same as before she did it; none of what she has is theirs to change."""
    await define(own_db)
    plain = [request for request in reading(app) if "{" not in request]
    nothing = Held({}, {}, {})
    before = {person.name: await answers(client(person), nothing, plain) for person in OUTSIDERS}
    held = await live(alice, dana, dora, partial(worked, own_db, settings))
    mine = await answers(alice, held, reading(app))
    personal = {request for request in mine if request.split("/")[2] in PERSONAL and "{" in request}
    assert len(personal) >= 6
    assert {request: mine[request] for request in personal if mine[request][0] != 200} == {}
    for person in OUTSIDERS:
        after = await answers(client(person), held, mine)
        differs = {request for request in plain if after[request] != before[person.name][request]}
        assert differs <= {request for request in plain if request.split("/")[2] in FOR_ALL_PARTNERS}
        unseen = 403 if person is PAT else 404
        assert {request: after[request] for request in personal if after[request][0] != unseen} == {}
        assert not [request for request, answer in after.items() if "Ana Mar" in str(answer) or held.at["participants"] in str(answer)]

        unchanged = everything(own_db, "us-ny")
        refused = await answers(client(person), held, held.bodies.keys() - THEIR_OWN)
        assert everything(own_db, "us-ny") == unchanged
        assert {request: answer for request, answer in refused.items() if answer[0] not in (403, 404, 422)} == {}
        assert {request: answer for request, answer in refused.items() if answer[0] == 422 and "{" in request} == {}
