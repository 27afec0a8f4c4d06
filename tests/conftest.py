"""One embedded server a run, shared by the workers of pytest-xdist, and one migrated database in it, of which every test gets a copy.

    db          a `Tx` as Dana in New York, rolled back after the test: for rules about rows, checks and queries
    own_db      a copy of the database with real commits, dropped after the test: for isolation, jobs, extracts, races, and HTTP
    empty_db    the same without states, partners and keys
    client      client(ALICE) is an `httpx.AsyncClient` that sends Alice's key to an application over `own_db`
    alice … nia such a client of each of the people in tests/people.py; their actors are `ALICE.actor` …

The clock stands at noon of 2026-10-31 in New York.
"""

import base64
import fcntl
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from psycopg import sql
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

from app.access import keys
from app.access.permissions import Role
from app.core.clock import FixedClock
from app.core.db import Database, Tx
from app.core.embedded import APP_ROLE, OWNER_ROLE, SUPERUSER, Server, exit_on_signals, start
from app.core.schema import upgrade
from app.core.settings import Settings
from app.main import create_app
from app.states.actions import create as create_state
from tests.people import ALICE, BOB, CHARLIE, DANA, NIA, PAT, PRIYA, Person, settle

TODAY = date(2026, 10, 31)
CLOCK = FixedClock.noon(TODAY, ZoneInfo("America/New_York"))
MIGRATED, PEOPLED = "migrated", "peopled"
Client = Callable[[Person | None], AsyncClient]


# The run's one data folder: named by the process that was started, handed to the workers, made when the first test asks for it.

_FOLDER = pytest.StashKey[Path]()


def _memory() -> Path | None:
    """Where files are kept in memory, if there is room: a database is copied there in 15 ms instead of 300."""
    shm = Path("/dev/shm")
    return shm if shm.is_dir() and shutil.disk_usage(shm).free > 4 * 2**30 else None


def pytest_configure(config: pytest.Config) -> None:
    given = getattr(config, "workerinput", None)
    config.stash[_FOLDER] = Path(given["data_folder"]) if given else Path(tempfile.mkdtemp(prefix="wf", dir=_memory()))
    if not given:
        exit_on_signals()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """pytest-xdist asks what to tell a worker before it starts."""
    node.workerinput["data_folder"] = str(node.config.stash[_FOLDER])


def pytest_unconfigure(config: pytest.Config) -> None:
    """The process that was started leaves last, and sees to it that a killed worker leaves no server behind."""
    folder = config.stash.get(_FOLDER, None)
    if folder is None or hasattr(config, "workerinput"):
        return
    if (folder / "pgdata" / "postmaster.pid").exists():
        start(folder).close()
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Hold a lock that no other worker of this run holds."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """The run's embedded server, with the databases `migrated` and `peopled` to copy from."""
    folder = request.config.stash[_FOLDER]
    with start(folder) as running:
        with _alone(folder / "templates.lock"):
            if not running.has_database(PEOPLED):
                _make_templates(running)
        yield running


def _make_templates(running: Server) -> None:
    with psycopg.connect(running.url("postgres", SUPERUSER), autocommit=True) as superuser:
        superuser.execute("ALTER SYSTEM SET fsync = off")  # nothing of a test has to survive the machine
        superuser.execute("ALTER SYSTEM SET autovacuum = off")  # a plan that a test looks at depends on nothing but the test
        superuser.execute("SELECT pg_reload_conf()")
    running.drop_database(MIGRATED)
    running.create_database(MIGRATED)
    upgrade(running.url(MIGRATED, OWNER_ROLE))
    running.create_database("half_made", template=MIGRATED)
    engine = create_engine(make_url(running.url("half_made", OWNER_ROLE)).set(drivername="postgresql+psycopg"))
    with engine.begin() as owner:
        settle(owner)
    engine.dispose()
    running.create_database(PEOPLED, template="half_made")
    running.drop_database("half_made")


@pytest.fixture(scope="session")
def settings(request: pytest.FixtureRequest) -> Settings:
    """Those of a development machine, whatever the environment says."""
    ring = "tests:" + base64.b64encode(b"a key of thirty-two bytes, tests").decode()
    return Settings(environment="development", data_folder=request.config.stash[_FOLDER], key_ring=ring, today=None, database_pool=10)


class TestDatabase(Database):
    """A copy of the template that belongs to one test: the application's `Database`, and what only the owner of the tables may do."""

    __test__ = False

    def __init__(self, server: Server, name: str) -> None:
        super().__init__(server.url(name, APP_ROLE))
        self.name = name
        self.owner_url = server.url(name, OWNER_ROLE)
        self.superuser_url = server.url(name, SUPERUSER)

    @asynccontextmanager
    async def as_owner(self) -> AsyncIterator[Tx]:
        """A committing transaction as the owner of the tables, who sees no tenant's rows unless it enters the tenant."""
        owner = Database(self.owner_url, pool=1)
        try:
            async with owner.transaction() as tx:
                yield tx
                await tx.commit()
        finally:
            await owner.close()

    async def found(self, state: str, **about: str) -> None:
        """Make a state, as `workforce state new` does."""
        defaults = {"name": state, "fips": "99", "postal": state[-2:].upper(), "time_zone": "America/New_York"}
        async with self.as_owner() as tx:
            await create_state(tx, state=state, **{**defaults, **about})

    async def key(self, state: str, role: Role, *, partner: str | None = None, **about: Any) -> str:
        """Make a key, as `workforce keys create` does; answers its text. `partner` is a partner's key."""
        async with self.as_owner() as tx:
            return await keys.create(tx, state=state, role=role, label="of a test", partner=partner, **about)


_numbers = count(1)


@contextmanager
def copied(server: Server, template: str, worker: str) -> Iterator[str]:
    name = f"test_{worker}_{next(_numbers)}"
    with psycopg.connect(server.url("postgres", SUPERUSER), autocommit=True) as superuser:
        # By files and not by the log, which would grow by the database's size with every test.
        how = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY FILE_COPY")
        superuser.execute(how.format(*map(sql.Identifier, (name, OWNER_ROLE, template))))
    try:
        yield name
    finally:
        server.drop_database(name)


@pytest.fixture
async def own_db(server: Server, worker_id: str) -> AsyncIterator[TestDatabase]:
    """A database of the test's own, with the two states, New York's partners and everybody's keys; commits are real."""
    with copied(server, PEOPLED, worker_id) as name:
        database = TestDatabase(server, name)
        yield database
        await database.close()


@pytest.fixture
async def empty_db(server: Server, worker_id: str) -> AsyncIterator[TestDatabase]:
    """A migrated database of the test's own with nothing in it: no state, no key."""
    with copied(server, MIGRATED, worker_id) as name:
        database = TestDatabase(server, name)
        yield database
        await database.close()


@pytest.fixture(scope="session")
async def _rolled_back(server: Server, worker_id: str) -> AsyncIterator[TestDatabase]:
    with copied(server, PEOPLED, worker_id) as name:
        database = TestDatabase(server, name)
        yield database
        await database.close()


@pytest.fixture
async def db(_rolled_back: TestDatabase) -> AsyncIterator[Tx]:
    """A transaction in New York, as Dana, that is rolled back. Pass `by=ALICE.actor` to act as somebody else in the state."""
    async with _rolled_back.transaction(DANA.actor) as tx:
        yield tx


@pytest.fixture
async def app(own_db: TestDatabase, settings: Settings) -> AsyncIterator[FastAPI]:
    """The application over `own_db`, started."""
    application = create_app(settings, database_url=own_db.url, clock=CLOCK)
    async with application.router.lifespan_context(application):
        yield application


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[Client]:
    """`client(ALICE)`: an HTTP client that sends Alice's key; `client(None)` sends none."""
    opened: list[AsyncClient] = []

    def of(person: Person | None) -> AsyncClient:
        made = AsyncClient(transport=ASGITransport(app), base_url="http://testserver", headers=person.headers if person else {})
        opened.append(made)
        return made

    yield of
    for each in opened:
        await each.aclose()


@pytest.fixture
def alice(client: Client) -> AsyncClient:
    """Board staff in Erie."""
    return client(ALICE)


@pytest.fixture
def bob(client: Client) -> AsyncClient:
    """Alice's colleague: sees what she sees."""
    return client(BOB)


@pytest.fixture
def charlie(client: Client) -> AsyncClient:
    """Board staff in Monroe: must see nothing of Alice's."""
    return client(CHARLIE)


@pytest.fixture
def dana(client: Client) -> AsyncClient:
    """New York's own staff."""
    return client(DANA)


@pytest.fixture
def priya(client: Client) -> AsyncClient:
    """Staff of Niagara's college."""
    return client(PRIYA)


@pytest.fixture
def pat(client: Client) -> AsyncClient:
    """A policymaker: aggregates alone."""
    return client(PAT)


@pytest.fixture
def nia(client: Client) -> AsyncClient:
    """New Jersey's staff: must see nothing of New York's."""
    return client(NIA)
