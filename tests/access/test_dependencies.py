"""What a route is given: a transaction, its caller, and the date where the caller's state is."""

from datetime import UTC, datetime
from typing import Annotated

import pytest
from fastapi import APIRouter, FastAPI
from sqlalchemy import text

from app.access.dependencies import Read, Today, TodayRead, Tx, may, may_see
from app.access.permissions import Permission
from app.core.actor import Actor
from app.core.clock import FixedClock
from tests.conftest import Client, TestDatabase
from tests.people import ALICE, DANA, NIA, PAT


@pytest.fixture(autouse=True)
async def door(app: FastAPI) -> None:
    """Two routes of the tests' own: one that reads, one that writes."""
    made = APIRouter()

    @made.get("/day")
    async def day(read: Read, today: TodayRead, by: Annotated[Actor, may_see(Permission.READ_DEFINITIONS)]) -> dict[str, str]:
        mode = await read.scalar(text("SHOW transaction_read_only"))
        return {"today": today.isoformat(), "state": by.state, "read_only": mode}

    @made.get("/waiting")
    async def waiting(tx: Tx) -> str:
        return str(await tx.scalar(text("SHOW synchronous_commit")))

    @made.post("/waiting")
    async def waiting_to_write(tx: Tx) -> str:
        return str(await tx.scalar(text("SHOW synchronous_commit")))

    @made.post("/day")
    async def write(tx: Tx, today: Today, by: Annotated[Actor, may(Permission.ENROLL)], then_fail: bool = False) -> dict[str, str]:
        await tx.run(text("INSERT INTO partners (key, name, kind, active_from) VALUES ('made', 'Made', 'nonprofit', '2020-01-01')"))
        if then_fail:
            raise ZeroDivisionError
        return {"today": today.isoformat(), "state": by.state}

    app.include_router(made)


async def made(database: TestDatabase) -> int:
    async with database.reading(DANA.actor) as read:
        return int(await read.scalar(text("SELECT count(*) FROM partners WHERE key = 'made'")))


async def test_what_was_done_is_committed_before_the_answer_is_sent(client: Client, own_db: TestDatabase) -> None:
    assert (await client(ALICE).post("/day")).status_code == 200
    assert await made(own_db) == 1


async def test_what_failed_leaves_nothing(client: Client, own_db: TestDatabase) -> None:
    with pytest.raises(ZeroDivisionError):
        await client(ALICE).post("/day?then_fail=true")
    assert await made(own_db) == 0


async def test_a_reading_route_cannot_write(client: Client) -> None:
    assert (await client(ALICE).get("/day")).json()["read_only"] == "on"


async def test_today_is_the_states_date(client: Client, app: FastAPI, own_db: TestDatabase) -> None:
    """Half past one at night UTC on the first of November: still Halloween in New York, and already the first in Guam."""
    async with own_db.as_owner() as tx:
        await tx.run(text("SELECT set_config('app.state', 'us-nj', true)"))
        await tx.run(text("UPDATE states SET time_zone = 'Pacific/Guam' WHERE id = 'us-nj'"))
    app.state.clock = FixedClock(datetime(2026, 11, 1, 1, 30, tzinfo=UTC))
    for caller, today in ((ALICE, "2026-10-31"), (NIA, "2026-11-01")):
        assert (await client(caller).get("/day")).json()["today"] == today
        assert (await client(caller).post("/day")).json()["today"] == today


async def test_who_lacks_the_permission_does_nothing(client: Client, own_db: TestDatabase) -> None:
    assert (await client(PAT).post("/day")).status_code == 403
    assert await made(own_db) == 0


async def test_what_writes_waits_for_the_disk_and_what_looks_does_not(client: Client) -> None:
    """Each has its own way, in whatever order they come to the same connection (ADR 0015)."""
    for method, waits in (("post", "on"), ("get", "off"), ("post", "on"), ("get", "off")):
        assert (await getattr(client(ALICE), method)("/waiting")).json() == waits
