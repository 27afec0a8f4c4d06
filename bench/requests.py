"""One enrollment at a time over HTTP, written and read, beside a bare FastAPI and psycopg that insert and select the same row.

The product's POST looks the key up, enters the state, runs every check, and writes the enrollment, the caseload, the audit entry and the
mark for the extract; its GET also leaves an audit entry. The bare one does none of it. Server, database and generator share the machine.
"""

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import psycopg

from app.access import keys
from app.access.permissions import Role
from app.core.db import Database
from app.core.embedded import APP_ROLE, OWNER_ROLE, SUPERUSER, Server, exit_on_signals, start
from app.core.schema import upgrade
from app.states.actions import create
from bench._traffic import Measured, measure, request

DAY = "2026-10-30"
ROUNDS = 5
PARTNER, RESIDENCE, PATH = (UUID(int=number) for number in (1, 2, 3))
FURNISH = """
SELECT set_config('app.state', 'us-ny', true);
INSERT INTO partners (id, key, name, kind, active_from) VALUES ('{partner}', 'board', 'Board', 'workforce_board', '2015-01-01');
INSERT INTO residences (id, postal, county, decided_on, regions, fingerprint)
VALUES ('{residence}', 'NY', '36029', '2020-01-01', '{{}}', '');
INSERT INTO career_paths (id, key, version, status, title, summary, source, everywhere, weeks, valid_from)
VALUES ('{path}', 'welding', 1, 'published', 'Welding', 's', 's', true, 10, '2020-01-01');
CREATE TEMPORARY TABLE people ON COMMIT DROP AS SELECT uuidv7() AS id, n FROM generate_series(1, {people}) n;
INSERT INTO participants (id, person, first_name, last_name, birth_date, residence, sex, hispanic, registered_by, registered_on, act)
SELECT id, id, 'Person', 'Number' || n, '1990-01-01', '{residence}', 1, 9, '{partner}', '2020-01-01', id FROM people;
INSERT INTO caseload (partner, participant, since) SELECT '{partner}', id, '2020-01-01' FROM people;
"""


def furnish(server: Server, database: str, people: int) -> tuple[str, list[str]]:
    """A migrated database with a state, a partner, a path and people of that partner's; answers a key and the people's ids."""

    async def administer() -> str:
        owner = Database(server.url(database, OWNER_ROLE), pool=1)
        try:
            async with owner.transaction() as tx:
                await create(tx, state="us-ny", name="New York", fips="36", postal="NY", time_zone="America/New_York")
                await tx.commit()
            with psycopg.connect(server.url(database, OWNER_ROLE)) as connection:
                connection.execute(FURNISH.format(partner=PARTNER, residence=RESIDENCE, path=PATH, people=people))
            async with owner.transaction() as tx:
                key = await keys.create(tx, state="us-ny", role=Role.BOARD_STAFF, label="bench", partner="board")
                await tx.commit()
                return key
        finally:
            await owner.close()

    server.create_database(database)
    upgrade(server.url(database, OWNER_ROLE))
    key = asyncio.run(administer())
    with psycopg.connect(server.url(database, SUPERUSER), autocommit=True) as connection:
        connection.execute("ANALYZE partners, residences, career_paths, participants, caseload")
        return key, [str(row[0]) for row in connection.execute("SELECT id FROM participants ORDER BY number")]


def analyse(server: Server) -> None:
    """Tell the planner how large the tables have become."""
    for database in ("product", "bare"):
        with psycopg.connect(server.url(database, SUPERUSER), autocommit=True) as connection:
            connection.execute("ANALYZE")


class Serving(NamedTuple):
    """A server that runs: where, and as which process."""

    port: int
    pid: int


@contextmanager
def served(folder: Path, *command: str, **settings: str) -> Iterator[Serving]:
    """A server as a process of its own, until the context ends. What it logs goes into a file, as in production."""
    told = folder / f"{command[0]}.log"
    with told.open("w") as log, subprocess.Popen([sys.executable, "-m", *command], env=os.environ | settings, stderr=log) as process:
        try:
            while not (found := re.search(r"Serving on http://127\.0\.0\.1:(\d+)", told.read_text())):
                if process.poll() is not None:
                    raise RuntimeError(f"{command} ended with {process.returncode}:\n{told.read_text()[-2000:]}")
                time.sleep(0.05)
            yield Serving(int(found[1]), process.pid)
        finally:
            process.terminate()


def run(args: argparse.Namespace) -> None:
    """Measure both servers in turns, so that a busy moment of the machine hits both."""
    exit_on_signals()
    with tempfile.TemporaryDirectory(prefix="wf") as folder, start(Path(folder)) as server:
        print(f"{args.people:,} people; {args.seconds:.0f} seconds each, in {ROUNDS} turns; 8 connections\n")
        key, people = furnish(server, "product", args.people)
        _, others = furnish(server, "bare", args.people)
        about = {
            "WORKFORCE_DATABASE_URL": server.url("product", APP_ROLE),
            "WORKFORCE_DATA_FOLDER": folder,
            "WORKFORCE_TODAY": "2026-10-31",
        }
        product = served(Path(folder), "app.cli", "serve", "--no-worker", "--port", "0", **about)
        bare = served(Path(folder), "bench._bare", server.url("bare", SUPERUSER), str(PARTNER), str(RESIDENCE))
        with product as ours, bare as theirs:
            compare((ours, theirs), key, people, others, args.seconds, lambda: analyse(server))


def compare(
    servers: tuple[Serving, Serving], key: str, people: list[str], others: list[str], seconds: float, analyse: Callable[[], None]
) -> None:
    """Warm both up, then write without and with an Idempotency-Key, then read. `analyse` does what autovacuum does within the minute."""
    product, bare = servers
    ours, theirs, numbers = iter(people), iter(others), count()

    def posts(path: str, some: Iterator[str], *, once: bool = False) -> Iterator[bytes]:
        for person in some:
            more = {"Idempotency_Key": f"bench {next(numbers)}"} if once else {}
            yield request("POST", path, key, {"participant": person, "career_path": str(PATH), "started_on": DAY}, **more)

    def post(seconds: float = seconds / ROUNDS, *, once: bool = False) -> Measured:
        wires = posts("/v1/enrollments", ours, once=once)
        return measure(product.port, wires, seconds=seconds, status=201, server=product.pid)

    def post_bare(seconds: float = seconds / ROUNDS) -> Measured:
        return measure(bare.port, posts("/enrollments", theirs), seconds=seconds, status=201, server=bare.pid)

    def get(serving: Serving, path: str, of: Measured) -> Measured:
        wire = request("GET", f"{path}/{json.loads(of.last)['id']}", key)
        return measure(serving.port, iter(lambda: wire, b""), seconds=seconds / ROUNDS, status=200, server=serving.pid)

    post(1)
    post_bare(1)
    analyse()
    written, bare_written = in_turns(post, post_bare)
    show("POST /v1/enrollments", ("product", written), ("bare", bare_written))
    with_key, without = in_turns(lambda: post(once=True), post)
    show("POST with an Idempotency-Key", ("with", with_key), ("without", without))
    read, bare_read = in_turns(lambda: get(product, "/v1/enrollments", written), lambda: get(bare, "/enrollments", bare_written))
    show("GET /v1/enrollments/{id}", ("product", read), ("bare", bare_read))


def in_turns(one: Callable[[], Measured], other: Callable[[], Measured]) -> tuple[Measured, Measured]:
    """Measure the one and the other, several times."""
    measured = Measured(), Measured()
    for _ in range(ROUNDS):
        measured[0].add(one())
        measured[1].add(other())
    return measured


def show(what: str, ours: tuple[str, Measured], baseline: tuple[str, Measured]) -> None:
    """Print both, and the ratios of their rates and of their servers' work."""
    print(what)
    for name, measured in (ours, baseline):
        print(f"  {name:8} {measured}")
    worked = f"   of processor time {ours[1].each / baseline[1].each:.2f}" if baseline[1].server else ""
    print(f"  ratio    {ours[1].rate / baseline[1].rate:.2f}{worked}\n")
