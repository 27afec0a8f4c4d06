"""Each screen of the console as its user sees it, one request after the other, beside the bare questions that it asks. Aim: 95 of 100
within 150 ms, within 100 ms for finding a person.

The population is the demonstration's. What is measured is the server's time: who is signed in, the questions, the page. The bare
questions are asked of the rooms in a transaction of their own. The first time of each, which makes drawings and the extract, is left out.
"""

import argparse
import asyncio
import json
import logging
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import structlog
from httpx import ASGITransport, AsyncClient

from app.access.enter import enter
from app.access.permissions import Role
from app.console.outcomes import SYSTEM
from app.console.people import told
from app.core.db import Database, Tx
from app.core.installation import installed
from app.core.paging import MOST
from app.core.periods import Period
from app.core.settings import DEMO_KEYS, Settings
from app.demo.shares import AS_OF
from app.demo.story import NAME, REGION
from app.enrollments import deadlines
from app.imports import queries as imports
from app.labor_market import in_demand
from app.main import create_app
from app.outcomes import queries as outcomes
from app.outcomes.queries import Question, Store
from app.participants.naming import names
from app.participants.searching import search
from app.regions import maps
from bench.extract import settle

ASKED, ROUNDS = Question(Period.parse("quarter@2026-09-30"), SYSTEM, AS_OF), 60
FOUND = ("Sam", "Mockford", "Chen Demogrove", "Demogrov", "1990-05-17")  # common names, a whole one, a slip, a birth date
BOARD, STATE = Role.BOARD_STAFF, Role.STATE_ADMIN

Bare = Callable[[Tx], Awaitable[object]]


@dataclass(frozen=True)
class Screen:
    """A page, who looks at it, and what it asks."""

    title: str
    role: Role
    path: str
    bare: Bare


async def due(tx: Tx) -> None:
    """What a board's day asks."""
    asked = (deadlines.exits_coming, deadlines.plans_due, deadlines.follow_ups_due, deadlines.past_planned_end)
    lists = [await ask(tx, by=tx.actor, today=AS_OF) for ask in asked]
    await deadlines.numbers(tx, by=tx.actor, today=AS_OF)
    await names(tx, by=tx.actor, participants={row.participant for found in lists for row in found.items})


def screens(store: Store, person: UUID) -> list[Screen]:
    """The six, some for several users. `person` is somebody with a time-line."""

    async def table(tx: Tx) -> object:
        return await outcomes.outcomes(tx, by=tx.actor, store=store, question=ASKED)

    async def everything(tx: Tx) -> object:
        return await told(tx, by=tx.actor, today=AS_OF, participant=person)

    async def outlines(tx: Tx) -> object:
        return await maps.outlines(tx, by=tx.actor, system=SYSTEM, on=AS_OF)

    async def jobs(tx: Tx) -> object:
        return await in_demand.jobs(tx, by=tx.actor, region_system=SYSTEM, region=REGION, on=AS_OF, limit=MOST)

    async def taken_in(tx: Tx) -> object:
        return await imports.recent(tx, by=tx.actor)

    def found(q: str) -> Bare:
        return lambda tx: search(tx, by=tx.actor, q=q)

    return [
        Screen("today", BOARD, "/console/today", due),
        Screen("today", STATE, "/console/today", table),
        *(Screen(f"find '{q}'", role, f"/console/people?q={q}", found(q)) for q in FOUND for role in (BOARD, STATE)),
        Screen("a person", BOARD, f"/console/people/{person}", everything),
        Screen("import", BOARD, "/console/imports", taken_in),
        Screen("regions", BOARD, "/console/regions", outlines),
        Screen("a region", BOARD, f"/console/regions/{SYSTEM}/{REGION}", jobs),
        Screen("outcomes", STATE, "/console/outcomes/table", table),
    ]


def run(args: argparse.Namespace) -> None:
    """Bring the people in, then measure each screen and its questions in turns."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))  # not a line for each request
    with TemporaryDirectory(prefix="bench") as folder:
        settings = Settings(environment="demo", data_folder=Path(folder), today=AS_OF)
        with installed(settings) as installation:
            began = time.perf_counter()
            asyncio.run(settle(installation, args.people))
            print(f"{args.people:,} people brought in in {time.perf_counter() - began:.0f} s; milliseconds, 95 of 100 within")
            asyncio.run(compare(installation.settings, installation.database_url))


async def compare(settings: Settings, url: str) -> None:
    """Every screen beside its questions."""
    keys = json.loads((settings.data_folder / DEMO_KEYS).read_text())
    app, database = create_app(settings, database_url=url), Database(url)
    async with app.router.lifespan_context(app):
        browsers = {role: AsyncClient(transport=ASGITransport(app), base_url="http://127.0.0.1") for role in (BOARD, STATE)}
        try:
            for role, browser in browsers.items():
                await sign_in(browser, keys[role])
            async with database.transaction() as tx:
                [somebody, *_], _ = await search(await enter(tx, keys[BOARD]), by=tx.actor, q=NAME)
            for screen in screens(Store(database, settings.data_folder / "extracts"), somebody.id):
                page, bare = await both(screen, browsers[screen.role], database, keys[screen.role])
                print(f"  {screen.title:24}{screen.role.value:14}{page:8.1f}   bare {bare:8.1f}   ratio {page / bare:6.2f}")
        finally:
            for browser in browsers.values():
                await browser.aclose()
            await database.close()


async def sign_in(browser: AsyncClient, key: str) -> None:
    """As the form does."""
    token = re.search(r'name="forgery_token" value="(\w+)"', (await browser.get("/console/sign-in")).text)
    assert token, "the form has no token"
    await browser.post("/console/sign-in", data={"forgery_token": token[1], "key": key})


async def both(screen: Screen, browser: AsyncClient, database: Database, key: str) -> tuple[float, float]:
    """Milliseconds within which 95 of 100 pages are made, and their questions answered."""
    pages, questions = [], []
    for _ in range(ROUNDS + 1):
        began = time.perf_counter()
        answer = await browser.get(screen.path)
        pages.append(time.perf_counter() - began)
        assert answer.status_code == 200, f"{screen.path}: {answer.status_code}"
        began = time.perf_counter()
        async with database.transaction() as tx:
            await screen.bare(await enter(tx, key))
            await tx.commit()
        questions.append(time.perf_counter() - began)
    return within(pages[1:]), within(questions[1:])


def within(took: list[float]) -> float:
    """The 95th percentile in milliseconds."""
    return sorted(took)[int(len(took) * 0.95)] * 1000
