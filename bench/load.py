"""A population through the product's own imports, beside raw COPY of the same rows into tables with the same keys, indexes and foreign
keys. Aim: twice that, in under 300 MB.

The load is staged, checked, merged, audited and derived, by a process of its own, as a worker is one; making the people is not counted.
The raw COPY is PostgreSQL's own binary one, as the superuser (row policies refuse COPY), into a copy of the database as it was before
the load.
"""

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from subprocess import PIPE
from subprocess import run as process
from tempfile import TemporaryDirectory

import psycopg
from psycopg import sql

from app.access.permissions import Role
from app.core.db import Database
from app.core.embedded import SUPERUSER, exit_on_signals
from app.core.installation import Installation, installed
from app.core.schema import ROOT
from app.core.settings import Settings
from app.definitions.kind import Home
from app.demo.course import MARK, Asked, Course, Ready
from app.demo.loading import lots
from app.demo.population import DELIVERIES
from app.demo.shares import AS_OF
from bench._loading import Told

STATE, SEED = "us-ny", 2026
FILLED = (
    *("residences", "participants", "search_tokens", "partner_references", "caseload", "enrollments", "services", "planned_services"),
    *("step_completions", "credentials", "exit_reasons", "employment_records", "participations", "touched", "audit_entries"),
)
"""The tables that a load fills, each after those that it points to."""
BEFORE, AT_ONCE = "before", 2


def run(args: argparse.Namespace) -> None:
    """Load so many people by imports, then copy what they became into an empty copy of the database."""
    exit_on_signals()
    with TemporaryDirectory(prefix="bench") as folder:
        settings = Settings(environment="demo", data_folder=Path(folder), today=AS_OF)
        with installed(settings) as installation:
            ready = asyncio.run(settle(installation))
            superuser = installation.owner_url.replace("workforce_owner", SUPERUSER)
            name = psycopg.conninfo.conninfo_to_dict(superuser)["dbname"]
            with psycopg.connect(superuser.replace(f"/{name}?", "/postgres?"), autocommit=True) as connection:
                connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(BEFORE), sql.Identifier(str(name))))
            brought = Path(folder) / "brought"
            lines = bring(ready, args.people, brought)
            before = worked(Path(folder))
            told = load(installation, ready, brought)
            loading = told.worked + worked(Path(folder)) - before
            copied, copying, rows = copy(superuser, superuser.replace(f"/{name}?", f"/{BEFORE}?"), Path(folder))
    print(f"{args.people:,} people in {lines:,} lines became {rows:,} rows in {len(FILLED)} tables")
    print(f"  raw COPY  {copied:8.1f} s  {copying:8.1f} s of a processor  {rows / copied:9,.0f} rows/s")
    print(f"  imports   {told.seconds:8.1f} s  {loading:8.1f} s of a processor  {rows / told.seconds:9,.0f} rows/s", end="")
    print(f"  ratio {told.seconds / copied:.2f} ({loading / copying:.2f} of a processor's time)  {lines / told.seconds:,.0f} lines/s")
    print(f"  memory of the importing process: {told.memory:.0f} MB at most, {told.before:.0f} MB before the first line")


async def settle(installation: Installation) -> Ready:
    """New York with its definitions, partners and keys, and the one person of the story."""
    database, owner = Database(installation.database_url), Database(installation.owner_url, pool=1)
    try:
        asked = Asked(0, SEED)
        (installation.settings.data_folder / MARK).write_text(json.dumps(asdict(asked)))
        return await Course(installation, database, owner, Home(ROOT, STATE), asked, lambda _what, _done, _of: None).run()
    finally:
        await database.close()
        await owner.close()


def bring(ready: Ready, people: int, folder: Path) -> int:
    """Make the people, and write what a partner would bring of them, a file for each import. Answers the number of lines."""
    lines = 0
    for number, lot in enumerate(lots(ready.world, people, SEED)[:-1]):  # without the story, which is in
        (folder / f"{number:04}").mkdir(parents=True)
        for nth, ((kind, _), delivery) in enumerate(zip(DELIVERIES, lot.make().deliveries, strict=True)):
            delivery.rows.write_parquet(folder / f"{number:04}" / f"{nth:02}-{kind}.parquet")
            lines += delivery.rows.height
    return lines


def load(installation: Installation, ready: Ready, brought: Path) -> Told:
    """Let a process of its own take the files in."""
    ring = installation.settings.key_ring
    assert ring is not None, "an installation has a ring"
    given = {
        "database": installation.database_url,
        "owner": installation.owner_url,
        "ring": ring.get_secret_value(),
        "key": ready.keys[Role.STATE_ADMIN],
        "today": AS_OF.isoformat(),
        "lots": [[str(file) for file in sorted(lot.iterdir())] for lot in sorted(brought.iterdir())],
        "tables": FILLED,
        "at_once": AT_ONCE,
    }
    done = process([sys.executable, "-m", "bench._loading"], input=json.dumps(given), stdout=PIPE, text=True, check=True, env=os.environ)
    return Told(**json.loads(done.stdout))


def worked(folder: Path) -> float:
    """Seconds that the server's processes, living and ended, have kept a processor: the measure for a machine that others use too."""
    server = (folder / "pgdata" / "postmaster.pid").read_text().split("\n", 1)[0]
    ticks = 0
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            told = status.read_text().rpartition(")")[2].split()
            if status.parent.name == server:
                ticks += sum(map(int, told[11:15]))  # its own, and that of its children that have ended
            elif told[1] == server:
                ticks += sum(map(int, told[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def copy(source: str, target: str, folder: Path) -> tuple[float, float, int]:
    """Take the rows out to files, which is not timed, and in by COPY, which is: seconds, seconds of a processor, and rows."""
    with psycopg.connect(source) as connection:
        for table in FILLED:
            with (folder / table).open("wb") as file, connection.cursor().copy(statement(table, "TO STDOUT")) as rows:
                for block in rows:
                    file.write(block)
    seconds, work, count = 0.0, 0.0, 0
    with psycopg.connect(target, autocommit=True) as connection:
        connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(sql.SQL(", ").join(map(sql.Identifier, FILLED))))
        for table in FILLED:
            began, before = time.perf_counter(), worked(folder)
            cursor = connection.cursor()
            with cursor.copy(statement(table, "FROM STDIN")) as rows:
                for block in blocks(folder / table):
                    rows.write(block)
            seconds += time.perf_counter() - began
            work += worked(folder) - before
            count += cursor.rowcount
            connection.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))
    return seconds, work, count


def statement(table: str, way: str) -> sql.Composed:
    """A binary COPY of a table's own columns."""
    return sql.SQL("COPY {} {} (FORMAT binary)").format(sql.Identifier(table), sql.SQL(way))


def blocks(path: Path) -> Iterator[bytes]:
    """A file in blocks of a megabyte."""
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            yield block
