"""The worker: jobs run in the state of whoever asked for them, and every night in every state."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from app.access.tasks import forget_answers
from app.core.jobs import EARLY, NIGHTLY, Work, job
from app.core.settings import Settings
from app.outcomes.tasks import taken_up
from app.worker import every_morning, every_night, work
from tests.conftest import TestDatabase
from tests.people import ALICE, DANA, NIA

SEEN: list[tuple[str, str, int]] = []


@job("tests.count_partners")
async def count_partners(work: Work, *, least: int) -> None:
    """Says whose state it runs in, by which clock, and how many partners it sees there."""
    async with work.transaction() as tx:
        found = int(await tx.scalar(text("SELECT count(*) FROM partners")))
    assert found >= least
    SEEN.append((work.actor.state, work.actor.today(work.clock).isoformat(), found))


@pytest.fixture(autouse=True)
def nothing_seen() -> None:
    SEEN.clear()


async def statuses(database: TestDatabase) -> dict[str, list[str]]:
    async with database.reading() as read:
        rows = await read.all(text("SELECT task_name, status::text FROM jobs.procrastinate_jobs ORDER BY id"))
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row.task_name, []).append(row.status)
    return found


async def test_a_job_sees_the_state_of_whoever_asked(own_db: TestDatabase, settings: Settings) -> None:
    for person in (ALICE, NIA):
        async with own_db.transaction(person.actor) as tx:
            await tx.defer(count_partners, least=0)
            await tx.commit()
    await work(settings.model_copy(update={"today": date(2026, 10, 31)}), own_db.url, until_done=True)
    assert sorted(SEEN, reverse=True) == [("us-ny", "2026-10-31", 3), ("us-nj", "2026-10-31", 0)]
    assert (await statuses(own_db))["tests.count_partners"] == ["succeeded", "succeeded"]


async def test_a_job_that_fails_leaves_the_others_alone(own_db: TestDatabase, settings: Settings) -> None:
    async with own_db.transaction(ALICE.actor) as tx:
        for least in (99, 1):
            await tx.defer(count_partners, least=least)
        await tx.commit()
    await work(settings, own_db.url, until_done=True)
    assert (await statuses(own_db))["tests.count_partners"] == ["failed", "succeeded"]


async def test_until_all_is_done_the_clock_begins_nothing(own_db: TestDatabase, settings: Settings) -> None:
    await work(settings, own_db.url, until_done=True)  # every five minutes something is due
    assert await statuses(own_db) == {}


async def test_every_night_every_state_gets_every_nightly_job(own_db: TestDatabase, settings: Settings) -> None:
    async with own_db.transaction() as tx:
        await tx.scalar(text("SELECT 1"))  # begins the transaction
        raw = await tx.connection.get_raw_connection()
        await every_night.configure(connection=raw.driver_connection).defer_async(timestamp=0)
        await tx.commit()
    for _ in ("the night begins", "its jobs"):
        await work(settings, own_db.url, until_done=True)
    done = await statuses(own_db)
    assert done["every_night"] == ["succeeded"]
    assert forget_answers in NIGHTLY
    for task in NIGHTLY:
        assert done[task.name] == ["succeeded", "succeeded"]


async def test_every_morning_every_state_gets_every_early_job(own_db: TestDatabase, settings: Settings, tmp_path: Path) -> None:
    async with own_db.transaction() as tx:
        await tx.scalar(text("SELECT 1"))  # begins the transaction
        raw = await tx.connection.get_raw_connection()
        await every_morning.configure(connection=raw.driver_connection).defer_async(timestamp=0)
        await tx.commit()
    for _ in ("the morning begins", "its jobs"):
        await work(settings.model_copy(update={"data_folder": tmp_path}), own_db.url, until_done=True)
    done = await statuses(own_db)
    assert done["every_morning"] == ["succeeded"]
    assert taken_up in EARLY
    assert done["outcomes.take_up"] == ["succeeded", "succeeded"]
    assert sorted(made.name for made in (tmp_path / "extracts").iterdir()) == ["us-nj", "us-ny"]


KEEP = text("""
INSERT INTO once_answers (actor, key, request, status, headers, answer, at)
VALUES (:actor, :key, '', 201, '{}', '', now() - make_interval(hours => :hours))
""")


async def test_kept_answers_are_forgotten_after_a_day(own_db: TestDatabase, settings: Settings) -> None:
    for person in (DANA, NIA):
        async with own_db.transaction(person.actor) as tx:
            for hours in (23, 25):
                await tx.run(KEEP, {"actor": person.id, "key": f"{hours} hours old", "hours": hours})
            await tx.commit()
    async with own_db.transaction(DANA.actor) as tx:
        await tx.defer(forget_answers)
        await tx.commit()
    await work(settings, own_db.url, until_done=True)
    kept = text("SELECT key FROM once_answers ORDER BY key")
    async with own_db.reading(DANA.actor) as read:
        assert [row.key for row in await read.all(kept)] == ["23 hours old"]
    async with own_db.reading(NIA.actor) as read:  # New Jersey's turn comes with New Jersey's job
        assert len(await read.all(kept)) == 2
