"""The extract of a state, derived and written, beside a bare ADBC SELECT of the same columns. Aim: 1.5 times that.

The population is the demonstration's, brought in by its own way into an embedded database that goes with the benchmark. The bare
SELECT reads what the frame is made of and does nothing with it.
"""

import argparse
import asyncio
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from adbc_driver_postgresql import dbapi

from app.core.db import Database
from app.core.installation import Installation, installed
from app.core.schema import ROOT
from app.core.settings import Settings
from app.definitions.kind import Home
from app.demo.course import Asked, Course
from app.demo.shares import AS_OF
from app.outcomes import extract
from app.outcomes.extract import Source
from app.outcomes.facts import STATEMENTS, sql
from app.states.policy import Policy

STATE, SEED, ROUNDS = "us-ny", 2026, 3
SYSTEMS = ("county", "labor_market_region", "lwda", "oews_area")


def run(args: argparse.Namespace) -> None:
    """Bring the people in, then both ways in turns; the best of each is printed."""
    with TemporaryDirectory(prefix="bench") as folder:
        settings = Settings(environment="demo", data_folder=Path(folder), today=AS_OF)
        with installed(settings) as installation:
            began = time.perf_counter()
            asyncio.run(settle(installation, args.people))
            print(f"{args.people:,} people brought in in {time.perf_counter() - began:.0f} s")
            source = Source(installation.database_url, STATE, "NY", SYSTEMS, Policy())
            turns = []
            for n in range(ROUNDS):
                rows, reading = bare(source)
                began = time.perf_counter()
                made = extract.make(Path(folder) / f"extracts-{n}", source)
                turns.append((reading, time.perf_counter() - began))
            reading, making = (min(each) for each in zip(*turns, strict=True))
            print(f"{rows:,} rows read; {', '.join(f'{count:,} {counted}' for counted, count in made.rows.items())} written")
            print(f"  bare SELECT {reading:7.2f} s")
            print(f"  the extract {making:7.2f} s   ratio {making / reading:.2f}")


async def settle(installation: Installation, people: int) -> None:
    """New York with so many people."""
    database, owner = Database(installation.database_url), Database(installation.owner_url, pool=1)
    try:
        course = Course(installation, database, owner, Home(ROOT, STATE), Asked(people, SEED), lambda _what, _done, _of: None)
        await course.run()
    finally:
        await database.close()
        await owner.close()


def bare(source: Source) -> tuple[int, float]:
    """Read the same columns in the same kind of snapshot; how many rows, and how long it took."""
    began = time.perf_counter()
    rows = 0
    with dbapi.connect(source.url) as connection, connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT set_config('app.state', $1, true)", (source.state,))
        cursor.fetchone()
        for statement in STATEMENTS.values():
            cursor.execute(sql(statement))
            rows += cursor.fetch_arrow_table().num_rows
        connection.rollback()
    return rows, time.perf_counter() - began
