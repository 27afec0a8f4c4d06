"""Who looks is answered from an extract that is minutes old; who decides, from the facts as they are; and the worker makes the next."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from app.core.settings import Settings
from app.outcomes import extract, tasks
from app.outcomes.extract import Extract
from app.outcomes.fresh import LOOKING, NONE, Found, Store, extracted
from app.states.policy import Policy
from app.worker import work
from tests.conftest import TODAY, TestDatabase
from tests.enrollments.world import ANN
from tests.outcomes.test_extract import source
from tests.outcomes.test_marks import enrolls, marks
from tests.people import DANA

WAITING = text("SELECT count(*) FROM jobs.procrastinate_jobs WHERE task_name = 'outcomes.take_up' AND status = 'todo'")


async def asked(database: TestDatabase, store: Store, patience: timedelta) -> Found:
    async with database.reading(DANA.actor) as read:
        return await extracted(read, by=DANA.actor, store=store, postal="NY", policy=Policy(), patience=patience)


async def act(database: TestDatabase) -> None:
    async with database.transaction(DANA.actor) as tx:
        await enrolls(tx, ANN)
        await tx.commit()


def aged(made: Extract, minutes: int) -> None:
    """Let an extract be older by so much."""
    about = made.folder / "extract.json"
    then = datetime.fromisoformat(made.read_at) - timedelta(minutes=minutes)
    about.write_text(json.dumps(json.loads(about.read_text()) | {"read_at": str(then)}))


@pytest.fixture
def store(settled: TestDatabase, tmp_path: Path) -> Store:
    return Store(settled, tmp_path)


async def test_who_decides_is_answered_from_the_facts_as_they_are(settled: TestDatabase, store: Store) -> None:
    first = await asked(settled, store, NONE)
    assert datetime.now(UTC) - datetime.fromisoformat(f"{first.extract.read_at}+00:00") < timedelta(minutes=1)
    assert await asked(settled, store, NONE) == first
    await act(settled)
    second = await asked(settled, store, NONE)
    assert second.extract.digest != first.extract.digest
    assert not second.due


@pytest.mark.parametrize(
    ("minutes", "old", "due"), [(0, True, False), (2, True, False), (4, True, True), (14, True, True), (16, False, False)]
)
async def test_who_looks_is_answered_from_the_last_one_for_a_while(
    settled: TestDatabase, store: Store, minutes: int, old: bool, due: bool
) -> None:
    first = (await asked(settled, store, LOOKING)).extract
    aged(first, minutes)
    assert not (await asked(settled, store, LOOKING)).due  # nothing was recorded since: it is as good as new
    await act(settled)
    found = await asked(settled, store, LOOKING)
    assert (found.extract.digest == first.digest, found.due) == (old, due)


async def test_an_extract_of_other_choices_is_not_the_last_one(settled: TestDatabase, store: Store) -> None:
    extract.make(store.folder, source(settled, policy=Policy(common_exit="off")))
    await act(settled)
    async with settled.reading(DANA.actor) as read:
        assert await marks(read) == 1
    await asked(settled, store, LOOKING)
    async with settled.reading(DANA.actor) as read:
        assert await marks(read) == 0


async def test_the_worker_makes_the_next_one(
    settled: TestDatabase, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(settled, tmp_path / tasks.EXTRACTS)
    monkeypatch.setattr(tasks, "_asked", {})
    await asked(settled, store, NONE)
    await act(settled)
    for _ in range(3):
        await tasks.ask(store, by=DANA.actor)
    async with settled.reading() as read:
        assert await read.scalar(WAITING) == 1  # nobody asks again within a minute
    await work(settings.model_copy(update={"data_folder": tmp_path, "today": TODAY}), settled.url, until_done=True)
    async with settled.reading(DANA.actor) as read:
        assert await marks(read) == 0
        assert await read.scalar(WAITING) == 0
