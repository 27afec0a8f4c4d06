"""The process that takes a population's files in; `bench.load` starts it and counts its time and memory."""

import asyncio
import json
import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import psycopg

from app.access.enter import enter
from app.core.db import Database
from app.imports.engine import load
from app.imports.kinds import kinds
from app.participants.sealing import KeyRing

LINES = 20_000
"""Lines that are read at once."""
SETTLING = 12
"""After so many files the tables are not empty any more, and their statistics tell something."""


@dataclass(frozen=True)
class Told:
    """How long the imports took, and the most memory that the process used: before the first line, and at all, in MB."""

    seconds: float
    before: float
    memory: float


async def taken_in(given: dict[str, Any]) -> Told:
    """Import every file, in order. Their statistics are taken as a server of one's own takes them, when tables have been filled."""
    database = Database(given["database"])
    async with database.transaction() as tx:
        by = (await enter(tx, given["key"], request="bench")).actor
    known, today = kinds(KeyRing.parse(given["ring"])), date.fromisoformat(given["today"])
    before, began = memory(), time.perf_counter()
    for number, file in enumerate(map(Path, given["files"])):
        kind = known[file.stem.partition("-")[2]]
        receipt = await load(database, by=by, today=today, kind=kind, batches=batches(file))
        assert receipt.merged, receipt
        if number < SETTLING:
            with psycopg.connect(given["owner"], autocommit=True) as connection:
                connection.execute("ANALYZE")
    spent = time.perf_counter() - began
    await database.close()
    return Told(spent, before, memory())


def batches(file: Path) -> Iterator[pl.DataFrame]:
    """The lines of a file, some at a time."""
    yield from pl.read_parquet(file).iter_slices(LINES)


def memory() -> float:
    """The most that this process ever used, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    print(json.dumps(asdict(asyncio.run(taken_in(json.load(sys.stdin))))))
