"""Three hundred tenants in one database: each apart from the others, and none paying for them.

They are migrated as one, get definitions one by one, are looked after every night each by itself, and a request asks the database no more
often than where there are two.
"""

import shutil
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from sqlalchemy import text

from app import worker
from app.access import keys as access
from app.access.enter import enter
from app.access.permissions import Role
from app.access.tasks import forget_answers
from app.audit.entries import note
from app.core.embedded import Server
from app.core.schema import downgrade, head, upgrade
from app.core.settings import Settings
from app.definitions import applying
from app.definitions.kind import Home
from app.main import create_app
from app.states import actions, queries
from tests.conftest import CLOCK, MIGRATED, TODAY, TestDatabase, copied
from tests.definitions import small
from tests.people import DANA

JULY = date(2026, 7, 1)
STATES = ["us-ny", *(f"us-{number}" for number in range(299))]
SOME = ("us-ny", "us-7", "us-298")
PARTNER = text("INSERT INTO partners (id, key, name, kind, active_from) VALUES (:id, 'board', :name, 'workforce_board', '2020-01-01')")


@pytest.fixture(scope="module")
async def many(server: Server, worker_id: str) -> AsyncIterator[tuple[TestDatabase, dict[str, str]]]:
    """The database with a partner of the same name in each state, and each state's key."""
    with copied(server, MIGRATED, worker_id) as name:
        database = TestDatabase(server, name)
        async with database.as_owner() as owner:
            for state in STATES:
                await actions.create(owner, state=state, name=state, fips="36", postal="NY", time_zone="America/New_York")
        async with database.as_owner() as owner:
            keys = {state: await access.create(owner, state=state, role=Role.STATE_ADMIN, label="of a test") for state in STATES}
        for state in STATES:
            async with database.transaction() as tx:
                by = (await enter(tx, keys[state])).actor
                await tx.run(PARTNER, {"id": DANA.id, "name": f"Board of {state}"})
                if state not in SOME:
                    await actions.adopt_policies(tx, by=by, policies=[(JULY, {"suppression_threshold": 11}, f"Policy of {state}")])
                await note(tx, "open", by=by, detail={"state": state})
                await tx.commit()
        yield database, keys
        await database.close()


async def boards(database: TestDatabase, keys: dict[str, str]) -> dict[str, list[str]]:
    """The partners that each state sees."""
    found = {}
    for state, key in keys.items():
        async with database.reading() as read:
            await enter(read, key)
            found[state] = [row.name for row in await read.all(text("SELECT name FROM partners"))]
    return found


async def test_each_gets_in_with_its_own_key_and_finds_its_own_rows_alone(many: tuple[TestDatabase, dict[str, str]]) -> None:
    database, keys = many
    assert await boards(database, keys) == {state: [f"Board of {state}"] for state in STATES}
    for state, key in keys.items():
        async with database.reading() as read:
            by = (await enter(read, key)).actor
            assert (await queries.this(read, by=by)).id == by.state == state
            if state not in SOME:
                assert [row.source for row in await queries.policies(read, by=by)] == [f"Policy of {state}"]
            entries = await read.all(text("SELECT detail FROM audit_entries WHERE verb = 'open'"))
            assert [row.detail for row in entries] == [{"state": state}]


async def test_they_are_migrated_as_one(many: tuple[TestDatabase, dict[str, str]]) -> None:
    """One migration down and up again, with everybody's rows in place; it takes no longer for three hundred than for one."""
    database, keys = many
    downgrade(database.owner_url, "-1")
    upgrade(database.owner_url)
    async with database.reading() as read:
        assert await read.scalar(text("SELECT version_num FROM alembic_version")) == head()
    assert await boards(database, keys) == {state: [f"Board of {state}"] for state in STATES}


async def test_some_apply_definitions_and_the_others_have_none(many: tuple[TestDatabase, dict[str, str]], tmp_path: Path) -> None:
    database, keys = many
    small.settle(tmp_path)
    for state in SOME:
        if state != "us-ny":
            for folder in ("regions", "career_paths"):
                shutil.copytree(tmp_path / folder / "us-ny", tmp_path / folder / state)
            about = tmp_path / "regions" / state / "state.toml"
            about.write_text(about.read_text().replace('"us-ny"', f'"{state}"'))
        async with database.transaction() as tx:
            by = (await enter(tx, keys[state])).actor
            plan = await applying.applied(tx, by=by, wanted=applying.read(Home(tmp_path, state)), on=TODAY)
            assert plan.changes
            await tx.commit()
    with psycopg.connect(database.superuser_url) as superuser:
        for table in ("career_paths", "regions", "in_demand_jobs", "service_kinds"):
            counts: dict[str, int] = dict(superuser.execute(f"SELECT state, count(*) FROM {table} GROUP BY state").fetchall())
            assert counts.keys() == set(SOME), table
            assert len(set(counts.values())) == 1, table


async def test_every_night_each_is_looked_after(
    many: tuple[TestDatabase, dict[str, str]], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each state's kept answers are forgotten by the state's own job."""
    database, _ = many
    monkeypatch.setattr(worker, "NIGHTLY", [forget_answers])
    kept = "INSERT INTO once_answers (state, actor, key, request, status, headers, answer, at) "
    with psycopg.connect(database.superuser_url) as superuser:
        superuser.execute(kept + "SELECT id, uuidv7(), 'old', '', 201, '{}', '', now() - interval '25 hours' FROM states")
    async with database.transaction() as tx:
        await tx.scalar(text("SELECT 1"))  # begins the transaction
        raw = await tx.connection.get_raw_connection()
        await worker.every_night.configure(connection=raw.driver_connection).defer_async(timestamp=0)
        await tx.commit()
    for _ in ("the night begins", "its jobs"):
        await worker.work(settings, database.url, until_done=True)
    with psycopg.connect(database.superuser_url) as superuser:
        assert superuser.execute("SELECT count(*) FROM once_answers").fetchone() == (0,)
        done = "SELECT args ->> 'state' FROM jobs.procrastinate_jobs WHERE task_name = %s AND status = 'succeeded'"
        assert {row[0] for row in superuser.execute(done, (forget_answers.name,)).fetchall()} == set(STATES)


ASKED = ("/v1/me", "/v1/partners", "/v1/participants", "/v1/career-paths", "/v1/in-demand-jobs", "/health/ready", "/public/us-ny/")


async def statements(app: FastAPI, key: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How often each request asks the database."""
    asked: list[Any] = []
    sent = psycopg.AsyncConnection.wait

    async def counted(self: Any, *arguments: Any, **more: Any) -> Any:
        asked.append(arguments)
        return await sent(self, *arguments, **more)

    found = {}
    with monkeypatch.context() as patch:
        patch.setattr(psycopg.AsyncConnection, "wait", counted)
        async with AsyncClient(
            transport=ASGITransport(app), base_url="http://testserver", headers={"Authorization": f"Bearer {key}"}
        ) as client:
            for path in ASKED:
                await client.get(path)  # once, so that what is read once is read
                asked.clear()
                assert (await client.get(path)).status_code < 500, path
                found[path] = len(asked)
    return found


async def test_a_request_asks_no_more_often_than_among_two(
    many: tuple[TestDatabase, dict[str, str]], own_db: TestDatabase, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    among = []
    for database, key in ((own_db, DANA.key), (many[0], many[1]["us-ny"])):
        app = create_app(settings, database_url=database.url, clock=CLOCK)
        async with app.router.lifespan_context(app):
            among.append(await statements(app, key, monkeypatch))
    assert among[0] == among[1]
    assert 2 <= among[0]["/v1/partners"] <= 3
