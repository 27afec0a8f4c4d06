"""A worker that is killed in the middle leaves nothing half done: the import is begun again, and its rows are in once or not at all."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from httpx import AsyncClient
from sqlalchemy import func, select, text

from app.audit.models import AuditEntry
from app.core.jobs import Work, Workshop
from app.core.settings import Settings
from app.imports.models import UNDER_WAY, Import
from app.imports.tasks import forgotten, taken_up
from app.imports.uploads import KEPT, Uploads
from app.participants.keyring import key_ring
from app.participants.models import Caseload, Participant, PartnerReference
from tests.conftest import CLOCK, TODAY, TestDatabase
from tests.imports.test_by_http import ADA, PEOPLE, people
from tests.imports.working import table, worked
from tests.people import ALICE, DANA

MANY = 6_000
FILE = table(*(ADA | {"reference": f"K-{number}", "ssn": f"735-{number // 9000 + 10:02}-{number % 9000 + 1:04}"} for number in range(MANY)))
Start = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def worker(own_db: TestDatabase, settings: Settings) -> Iterator[Start]:
    """`worker()`: a worker as a process of its own."""
    assert settings.key_ring is not None
    own = {
        "WORKFORCE_DATA_FOLDER": str(settings.data_folder),
        "WORKFORCE_DATABASE_URL": own_db.url,
        "WORKFORCE_KEY_RING": settings.key_ring.get_secret_value(),
        "WORKFORCE_TODAY": TODAY.isoformat(),
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("WORKFORCE_")}
    started: list[subprocess.Popen[bytes]] = []

    def start() -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "app.cli", "worker"]
        process = subprocess.Popen(command, env=inherited | own, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


async def status(database: TestDatabase) -> tuple[str, int]:
    async with database.reading(ALICE.actor) as read:
        row = await read.first(select(Import.status, Import.rows))
    assert row is not None
    return row.status, row.rows


async def reached(database: TestDatabase, stage: str, process: "subprocess.Popen[bytes] | None" = None) -> str:
    """Wait until a worker has brought the import to a stage, or to its end; answers where it is."""
    async with database.reading(ALICE.actor) as read:
        since = await read.scalar(select(func.clock_timestamp()))
    deadline = time.monotonic() + 240  # the machine may be busy
    while time.monotonic() < deadline:
        async with database.reading(ALICE.actor) as read:
            row = await read.first(select(Import.status, Import.rows, Import.stage_at))
        assert row is not None
        here = row.status == stage and row.stage_at is not None and row.stage_at >= since and (stage != "staging" or row.rows > 0)
        if here or row.status not in UNDER_WAY:
            return str(row.status)
        assert process is None or process.poll() is None, "the worker does not run"
        await asyncio.sleep(0.02)
    raise AssertionError(f"nothing happens: {row}")


async def whole(database: TestDatabase) -> None:
    """Everybody is in once, with everything that belongs to it, and nothing else is left."""
    async with database.reading(DANA.actor) as read:
        for rows in (Participant, PartnerReference, Caseload):
            assert await read.scalar(select(func.count()).select_from(rows)) == MANY
        acts = await read.all(select(AuditEntry.rows).where(AuditEntry.verb == "register"))
        assert [row.rows for row in acts] == [MANY]
        tables = text("SELECT count(*) FROM pg_class WHERE relnamespace = 'staging'::regnamespace AND relkind = 'r'")
        assert await read.scalar(tables) == 0


async def locks(database: TestDatabase) -> int:
    async with database.reading(DANA.actor) as read:
        held = (
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = :name)"
        )
        return int(await read.scalar(text(held), {"name": database.name}))


@contextmanager
def held_up(database: TestDatabase) -> Iterator[None]:
    """Nobody is registered meanwhile: an import that merges waits."""
    with psycopg.connect(database.superuser_url) as superuser:
        superuser.execute("LOCK TABLE participants IN SHARE MODE")
        yield
        superuser.rollback()


async def test_killed_at_every_stage_it_is_in_once(alice: AsyncClient, own_db: TestDatabase, settings: Settings, worker: Start) -> None:
    assert (await alice.post(PEOPLE, content=FILE)).status_code == 202
    for later in (0.0, 0.2, 0.4, 0.8):
        process = worker()
        await reached(own_db, "staging", process)
        await asyncio.sleep(later)  # it stages, checks, merges, or has done so
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert await people(own_db) in (0, MANY)
    await worked(own_db, settings)
    assert await status(own_db) == ("merged", MANY)
    await forgotten(Work(own_db, settings, CLOCK, DANA.actor))  # of a worker killed just after it merged, the night takes the tables away
    await whole(own_db)
    await asyncio.sleep(0.1)
    assert await locks(own_db) == 0
    await worked(own_db, settings)
    await whole(own_db)


async def test_killed_while_it_merges_it_never_happened_and_is_done_by_the_next(
    alice: AsyncClient, own_db: TestDatabase, settings: Settings, worker: Start
) -> None:
    """Twice, while a lock holds the merge up. The statement of a worker that is gone ends by itself: the next waits for no lock of it."""
    assert (await alice.post(PEOPLE, content=FILE)).status_code == 202
    with held_up(own_db):
        for _ in range(2):
            process = worker()
            assert await reached(own_db, "merging", process) == "merging"
            process.send_signal(signal.SIGKILL)
            process.wait()
            assert await people(own_db) == 0
            assert (await status(own_db))[0] in UNDER_WAY
    assert await people(own_db) == 0, "what the killed workers had begun did not go on when the lock was gone"
    worker()
    assert await reached(own_db, "merged") == "merged"
    await whole(own_db)


async def test_the_database_goes_away_and_it_is_begun_again(
    alice: AsyncClient, own_db: TestDatabase, settings: Settings, worker: Start
) -> None:
    assert (await alice.post(PEOPLE, content=FILE)).status_code == 202
    with held_up(own_db):
        process = worker()
        assert await reached(own_db, "merging", process) == "merging"
        await own_db.close()
        with psycopg.connect(own_db.superuser_url, autocommit=True) as superuser:
            ours = "FROM pg_stat_activity WHERE datname = %s AND application_name LIKE 'workforce%%'"
            superuser.execute(f"SELECT pg_terminate_backend(pid) {ours}", (own_db.name,))
        await asyncio.sleep(1)
    assert await people(own_db) == 0
    assert (await status(own_db))[0] in UNDER_WAY
    process.kill()
    process.wait()
    await worked(own_db, settings)
    await whole(own_db)


async def test_a_worker_that_is_asked_to_end_finishes_what_it_does(alice: AsyncClient, own_db: TestDatabase, worker: Start) -> None:
    assert (await alice.post(PEOPLE, content=FILE)).status_code == 202
    process = worker()
    await reached(own_db, "staging", process)
    process.terminate()
    assert process.wait(100) == 0
    assert (await status(own_db))[0] == "merged"
    await whole(own_db)


async def test_one_under_way_is_stopped_by_whoever_asks(alice: AsyncClient, own_db: TestDatabase, worker: Start) -> None:
    sent = await alice.post(PEOPLE, content=FILE)
    with held_up(own_db):
        assert await reached(own_db, "merging", worker()) == "merging"
        stopped = await alice.post(f"{sent.headers['location']}/cancellation")
        assert stopped.status_code == 200, stopped.text
        assert await reached(own_db, "cancelled") == "cancelled"
    assert await people(own_db) == 0
    async with own_db.reading(DANA.actor) as read:
        left = text("SELECT count(*) FROM pg_class WHERE relnamespace = 'staging'::regnamespace AND relkind = 'r'")
        assert await read.scalar(left) == 0


@pytest.fixture
async def workshop(own_db: TestDatabase, settings: Settings) -> Workshop:
    return Workshop(own_db, settings, CLOCK)


async def test_one_that_waits_or_is_done_is_not_taken_up(
    alice: AsyncClient, own_db: TestDatabase, settings: Settings, workshop: Workshop
) -> None:
    await alice.post(PEOPLE, content=table(ADA))
    assert await taken_up(workshop) == []
    async with own_db.as_owner() as owner:
        await owner.run(text("UPDATE jobs.procrastinate_jobs SET status = 'doing'"))
    [run] = await taken_up(workshop)  # its worker is gone
    assert await taken_up(workshop) == []  # it waits
    async with own_db.as_owner() as owner:
        await owner.run(text("UPDATE jobs.procrastinate_jobs SET status = 'doing' WHERE status = 'todo'"))
    lock = "SELECT pg_advisory_lock(hashtextextended('import ' || %s, 0))"
    with psycopg.connect(own_db.url, autocommit=True) as somebody:
        somebody.execute(lock, (str(run),))
        assert await taken_up(workshop) == []  # somebody does it


def _aged(folder: Path, days: float) -> None:
    then = time.time() - days * 86_400
    os.utime(folder, (then, then))


async def test_files_are_forgotten_when_nobody_needs_them(alice: AsyncClient, own_db: TestDatabase, settings: Settings) -> None:
    uploads = Uploads(settings.data_folder, key_ring(settings))
    half = uploads.receive("us-ny")  # a server that was killed while a file came
    half.write(b"reference")
    half._file.close()
    refused = (await alice.post(PEOPLE, content=table(ADA | {"sex": "7"}))).json()["id"]
    await worked(own_db, settings)
    waits = (await alice.post(PEOPLE, content=table(ADA))).json()["id"]
    folders = {name: uploads.folder_of("us-ny", run) for name, run in (("half", half.id), ("refused", refused), ("waits", waits))}
    work = Work(own_db, settings, CLOCK, DANA.actor)
    await forgotten(work)
    assert all(folder.exists() for folder in folders.values())
    for folder in folders.values():
        _aged(folder, 2)
    await forgotten(work)
    assert {name for name, folder in folders.items() if folder.exists()} == {"refused", "waits"}
    for folder in (folders["refused"], folders["waits"]):
        _aged(folder, KEPT.days + 1)
    await forgotten(work)
    assert {name for name, folder in folders.items() if folder.exists()} == {"waits"}
    gone = await alice.post(f"/v1/imports/{refused}/application", json={"policy": "good"})
    assert (gone.status_code, gone.json()["type"]) == (410, "/problems/gone")
    kept = (await alice.get(f"/v1/imports/{refused}")).json()
    assert [(one["code"], one["value"]) for one in kept["mistakes"]] == [("unknown_sex", None)]
