"""The process that takes a population's files in; `bench.load` starts it and counts its time and memory."""

import asyncio
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import psycopg

from app.access.enter import enter
from app.core.db import Database
from app.core.ids import uuid7
from app.imports.engine import Load, load
from app.imports.kinds import kinds
from app.participants.sealing import KeyRing

LINES = 20_000
"""Lines that are read at once."""


@dataclass(frozen=True)
class Told:
    """How long the imports took and kept a processor, and the most memory that they used, in MB: `before` the first line, and at all."""

    seconds: float
    worked: float
    before: float
    memory: float


async def taken_in(given: dict[str, Any]) -> Told:
    """Import every file, those of one lot in order. The first lot's fill the tables, whose statistics are then taken as a server takes them
    by itself; of the others two are under way at once, as with a worker for each processor."""
    database = Database(given["database"])
    async with database.transaction() as tx:
        by = (await enter(tx, given["key"], request="bench")).actor
    known, today = kinds(KeyRing.parse(given["ring"])), date.fromisoformat(given["today"])
    first, *others = ([Path(file) for file in files] for files in given["lots"])
    waiting = iter(others)

    async def take(files: Sequence[Path], after: Callable[[], None]) -> None:
        for file in files:
            kind = known[file.stem.partition("-")[2]]
            receipt = await load(Load(database, by, today, kind, uuid7()), batches(file))
            assert receipt.merged, receipt
            after()

    async def chain() -> None:
        for files in waiting:
            await take(files, lambda: None)

    def analyse() -> None:
        with psycopg.connect(given["owner"], autocommit=True) as connection:
            connection.execute(f"ANALYZE {', '.join(given['tables'])}")

    before, began, worked = memory(), time.perf_counter(), time.process_time()
    await take(first, analyse)
    await asyncio.gather(*(chain() for _ in range(given["at_once"])))
    spent = time.perf_counter() - began
    await database.close()
    return Told(spent, time.process_time() - worked, before, memory())


def batches(file: Path) -> Iterator[pl.DataFrame]:
    """The lines of a file, some at a time."""
    yield from pl.read_parquet(file).iter_slices(LINES)


def memory() -> float:
    """The most that this process ever used, in MB: not what `getrusage` says, which is never less than its parent had when it began."""
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines())
    return int(lines["VmHWM"].split()[0]) / 1024


if __name__ == "__main__":
    print(json.dumps(asdict(asyncio.run(taken_in(json.load(sys.stdin))))))
