"""A population through the product's own imports, beside raw COPY of the same rows into tables with the same keys, indexes and foreign
keys. Aim: twice that, in under 300 MB.

The load is staged, checked, merged, audited and derived; making the people is not counted. The raw COPY is PostgreSQL's own binary one,
as the superuser (row policies refuse COPY), into a copy of the database as it was before the load.
"""

import argparse
import asyncio
import json
import resource
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
from psycopg import sql

from app.core.db import Database
from app.core.embedded import SUPERUSER, exit_on_signals
from app.core.installation import Installation, installed
from app.core.schema import ROOT
from app.core.settings import Settings
from app.definitions.kind import Home
from app.demo import loading
from app.demo.course import MARK, Asked, Course
from app.demo.shares import AS_OF

STATE, SEED = "us-ny", 2026
FILLED = (
    *("residences", "participants", "search_tokens", "partner_references", "caseload", "enrollments", "services", "planned_services"),
    *("step_completions", "credentials", "exit_reasons", "employment_records", "participations", "touched", "audit_entries"),
)
"""The tables that a load fills, each after those that it points to."""
BEFORE = "before"


def run(args: argparse.Namespace) -> None:
    """Load so many people by imports, then copy what they became into an empty copy of the database."""
    exit_on_signals()
    with TemporaryDirectory(prefix="bench") as folder:
        settings = Settings(environment="demo", data_folder=Path(folder), today=AS_OF)
        with installed(settings) as installation:
            asyncio.run(settle(installation, 0))
            superuser = installation.owner_url.replace("workforce_owner", SUPERUSER)
            name = psycopg.conninfo.conninfo_to_dict(superuser)["dbname"]
            with psycopg.connect(superuser.replace(f"/{name}?", "/postgres?"), autocommit=True) as connection:
                connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(BEFORE), sql.Identifier(str(name))))
            peak = memory()
            loaded = asyncio.run(settle(installation, args.people))
            grown = memory() - peak
            copied, rows = copy(superuser, superuser.replace(f"/{name}?", f"/{BEFORE}?"), Path(folder))
    print(f"{args.people:,} people, {rows:,} rows in {len(FILLED)} tables; memory of the loading process {memory():.0f} MB (+{grown:.0f})")
    print(f"  raw COPY    {copied:7.1f} s   {rows / copied:9,.0f} rows/s")
    print(f"  imports     {loaded:7.1f} s   {rows / loaded:9,.0f} rows/s   ratio {loaded / copied:.2f}")


def memory() -> float:
    """The most that this process ever used, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def settle(installation: Installation, people: int) -> float:
    """New York with so many people more; how long the imports of them took."""
    database, owner = Database(installation.database_url), Database(installation.owner_url, pool=1)
    spent = 0.0
    made = loading.load

    async def timed(*given: object, **named: object) -> object:
        nonlocal spent
        named["batches"] = list(named["batches"])  # type: ignore[call-overload]  # made before the clock starts
        began = time.perf_counter()
        try:
            return await made(*given, **named)  # type: ignore[arg-type]  # as it was called
        finally:
            spent += time.perf_counter() - began

    loading.load = timed  # type: ignore[assignment]  # the benchmark's clock around the product's own
    try:
        asked = Asked(people, SEED)
        (installation.settings.data_folder / MARK).write_text(json.dumps(asdict(asked)))  # another population over the same definitions
        await Course(installation, database, owner, Home(ROOT, STATE), asked, lambda _what, _done, _of: None).run()
    finally:
        loading.load = made
        await database.close()
        await owner.close()
    return spent


def copy(source: str, target: str, folder: Path) -> tuple[float, int]:
    """Take the rows out to files, which is not timed, and in by COPY, which is: seconds and rows."""
    with psycopg.connect(source) as connection:
        for table in FILLED:
            with (folder / table).open("wb") as file, connection.cursor().copy(statement(table, "TO STDOUT")) as rows:
                for block in rows:
                    file.write(block)
    seconds, count = 0.0, 0
    with psycopg.connect(target, autocommit=True) as connection:
        connection.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(map(sql.Identifier, FILLED))))
        for table in FILLED:
            began = time.perf_counter()
            cursor = connection.cursor()
            with cursor.copy(statement(table, "FROM STDIN")) as rows:
                for block in blocks(folder / table):
                    rows.write(block)
            seconds += time.perf_counter() - began
            count += cursor.rowcount
            connection.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))
    return seconds, count


def statement(table: str, way: str) -> sql.Composed:
    """A binary COPY of a table's own columns."""
    return sql.SQL("COPY {} {} (FORMAT binary)").format(sql.Identifier(table), sql.SQL(way))  # type: ignore[arg-type]  # one of two


def blocks(path: Path) -> Iterator[bytes]:
    """A file in blocks of a megabyte."""
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            yield block
