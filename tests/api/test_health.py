"""Health tells the truth: about the database, the schema's level, the role and the worker."""

import httpx
import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import text

from app.core.settings import Settings
from app.main import create_app
from tests.conftest import Client, TestDatabase


async def asked(settings: Settings, url: str) -> httpx.Response:
    application = create_app(settings, database_url=url)
    async with (
        application.router.lifespan_context(application),
        AsyncClient(transport=ASGITransport(application), base_url="http://testserver") as client,
    ):
        return await client.get("/health/ready")


async def test_alive_needs_nothing(client: Client) -> None:
    answer = await client(None).get("/health/live")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


async def test_without_a_worker_it_is_degraded(client: Client) -> None:
    answer = await client(None).get("/health/ready")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "degraded",
        "database": "reached",
        "migration": "newest",
        "role": "bound_by_row_policies",
        "worker": "none",
    }


@pytest.mark.parametrize(("seconds", "worker", "status"), [(5, "running", "ready"), (3600, "none", "degraded")])
async def test_a_worker_counts_as_long_as_its_heart_beats(
    client: Client, own_db: TestDatabase, seconds: int, worker: str, status: str
) -> None:
    async with own_db.transaction() as tx:
        beat = text("INSERT INTO jobs.procrastinate_workers (last_heartbeat) VALUES (now() - make_interval(secs => :seconds))")
        await tx.run(beat, {"seconds": seconds})
        await tx.commit()
    answer = (await client(None).get("/health/ready")).json()
    assert (answer["worker"], answer["status"]) == (worker, status)


async def test_an_older_schema_is_not_ready(own_db: TestDatabase, client: Client) -> None:
    async with own_db.as_owner() as tx:
        await tx.run(text("UPDATE alembic_version SET version_num = '0001'"))
    answer = await client(None).get("/health/ready")
    assert (answer.status_code, answer.json()["status"], answer.json()["migration"]) == (503, "not_ready", "behind")


async def test_a_role_that_row_policies_do_not_bind_is_not_ready(own_db: TestDatabase, settings: Settings) -> None:
    for url in (own_db.owner_url, own_db.superuser_url):
        answer = await asked(settings, url)
        assert (answer.status_code, answer.json()["role"]) == (503, "bypasses_row_policies")


async def test_without_a_database_it_is_not_ready(own_db: TestDatabase, settings: Settings) -> None:
    answer = await asked(settings, own_db.url.replace("/" + own_db.name, "/no_such_database"))
    assert (answer.status_code, answer.json()["database"]) == (503, "unreachable")
