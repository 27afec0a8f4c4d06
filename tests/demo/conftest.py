"""The demonstration over a database of a test's own, and one that has run and that many tests look at."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from app.core.db import Database
from app.core.embedded import Server
from app.core.installation import Installation
from app.core.settings import Settings
from app.definitions.kind import Home
from app.demo.course import Asked, Course, Ready
from app.demo.shares import AS_OF
from tests.conftest import MIGRATED, TestDatabase, copied
from tests.house.tree import ROOT

FEW = Asked(300, 2026)


@dataclass
class Demonstration:
    """A course over a test's own database, that can be run again."""

    database: TestDatabase
    settings: Settings
    told: list[tuple[str, int, int]]

    async def run(self, asked: Asked = FEW) -> Ready:
        owner = Database(self.database.owner_url, pool=1)
        here = Installation(self.settings, self.database.url, self.database.owner_url)
        try:
            home = Home(ROOT, "us-ny")
            return await Course(here, self.database, owner, home, asked, lambda *said: self.told.append(said)).run()
        finally:
            await owner.close()

    @property
    def folder(self) -> Path:
        return self.settings.data_folder

    def kept(self, name: str) -> pl.DataFrame:
        return pl.read_parquet(self.folder / "population" / f"{name}.parquet")


def over(database: TestDatabase, settings: Settings, folder: Path) -> Demonstration:
    changed = {"data_folder": folder, "environment": "demo", "today": AS_OF}
    return Demonstration(database, settings.model_copy(update=changed), [])


@pytest.fixture
def demonstration(empty_db: TestDatabase, settings: Settings, tmp_path: Path) -> Demonstration:
    """One that a test may spoil."""
    return over(empty_db, settings, tmp_path)


@pytest.fixture(scope="session")
async def ran(
    server: Server, worker_id: str, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Demonstration, Ready]]:
    """One that has run, with what it answered; for tests that only look."""
    with copied(server, MIGRATED, f"{worker_id}_demo") as name:
        database = TestDatabase(server, name)
        found = over(database, settings, tmp_path_factory.mktemp("demonstration"))
        yield found, await found.run()
        await database.close()


Ran = tuple[Demonstration, Ready]
