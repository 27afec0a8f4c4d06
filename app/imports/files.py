"""Imports out of a CSV file that somebody brings, done while they watch.

The file holds social security numbers in clear. It is copied to a temporary one that has no name in any folder and that nobody else can
open; the system frees it when it is closed, and when the program ends however it ends. From staging on, numbers are sealed.
"""

import asyncio
import csv
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import date
from io import TextIOWrapper
from tempfile import TemporaryFile
from typing import BinaryIO, cast
from uuid import UUID

import polars as pl
import structlog
from sqlalchemy import select

from app.core.actor import Actor
from app.core.db import Database
from app.core.errors import Invalid, Refusal
from app.imports.engine import accept, fail, load
from app.imports.kinds import Kind
from app.partners.models import Partner

BATCH = 2_000
"""Rows that are staged at once: others are answered in between."""

Rows = Generator[pl.DataFrame, None, None]

log = structlog.get_logger()


class NoTable(Invalid):
    """A file is no table such as this."""

    slug, title = "no-table", "This file cannot be read"


@dataclass
class Progress:
    """How far an import of this process is: of how many rows at most, and how many are through which stage."""

    total: int
    stage: str = "staged"
    rows: int = 0

    def tell(self, stage: str, rows: int) -> None:
        """What the engine reports."""
        self.stage, self.rows = stage, rows


_running: dict[UUID, Progress] = {}
_tasks: set["asyncio.Task[None]"] = set()


def progress(run: UUID) -> Progress | None:
    """How far it is, if this process does it."""
    return _running.get(run)


def temporary() -> BinaryIO:
    """A file without a name for what is brought; whoever opens it closes it."""
    return cast("BinaryIO", TemporaryFile())


async def begin(database: Database, *, by: Actor, today: date, kind: Kind, file: BinaryIO, dry_run: bool) -> UUID:
    """Begin to check a file (`dry_run`) or to take it in; answers the import, whose state `queries.one` tells. Closes the file when done.

    A partner's own staff may leave the column `partner` out. Raises `NoTable` where the first line does not name the kind's columns.
    """
    try:
        own = await _own_key(database, by)
        names = _names(kind, file, own)
        file.seek(0)
        total = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
        run = await accept(database, by=by, kind=kind)
    except BaseException:
        file.close()
        raise
    _running[run] = Progress(total)
    task = asyncio.create_task(_run(database, by, today, kind, run, file, batches(file, names, own), dry_run=dry_run))
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
    return run


async def _run(database: Database, by: Actor, today: date, kind: Kind, run: UUID, file: BinaryIO, rows: Rows, *, dry_run: bool) -> None:
    try:
        await load(database, by=by, today=today, kind=kind, batches=rows, dry_run=dry_run, run=run, progress=_running[run].tell)
    except Refusal as refused:
        await fail(database, by=by, run=run, why=refused.detail)
    except Exception as mistake:  # noqa: BLE001 - nobody else is there to answer for it
        log.error("import failed", run=str(run), mistake=type(mistake).__name__)  # its message could repeat what was brought
        await fail(database, by=by, run=run, why="We made a mistake. Nothing was recorded. Tell your administrator the id of this import.")
    finally:
        del _running[run]
        rows.close()
        file.close()


async def ended() -> None:
    """Wait until every import that this process does has ended."""
    await asyncio.gather(*_tasks)


async def _own_key(database: Database, by: Actor) -> str:
    if by.partner is None:
        return ""
    async with database.reading(by) as read:
        return str(await read.scalar(select(Partner.key).where(Partner.id == by.partner)))


def _names(kind: Kind, file: BinaryIO, own: str) -> list[str]:
    """The columns that the first line names. What stands there is not repeated: of a file without such a line it would be a person."""
    file.seek(0)
    try:
        names = [name.strip().lower() for name in next(csv.reader([file.readline(100_000).decode("utf-8-sig")], strict=True), [])]
    except (UnicodeDecodeError, csv.Error) as unreadable:
        raise NoTable("This is no CSV file in UTF-8. Save the table as 'CSV UTF-8'.") from unreadable
    known = {column.name for column in kind.columns}
    lacking = [c.name for c in kind.columns if c.required and c.name not in names and not (c.name == "partner" and own)]
    if lacking or set(names) - known or len(names) != len(set(names)):
        missing = f" These are missing: {', '.join(lacking)}." if lacking else ""
        raise NoTable(f"The first line has to name the columns, each once, and no others than {', '.join(sorted(known))}.{missing}")
    return names


def batches(file: BinaryIO, names: Sequence[str], own: str) -> Rows:
    """The rows after the first line, as text. Raises `NoTable` for a line that is none."""
    file.seek(0)
    text = TextIOWrapper(file, encoding="utf-8-sig", newline="")
    try:
        reader = csv.reader(text, strict=True)
        next(reader)
        rows: list[list[str]] = []
        for row in reader:
            if not row:
                continue
            if len(row) != len(names):
                raise NoTable(f"Line {reader.line_num} has {len(row)} cells, and the first line names {len(names)} columns.")
            rows.append(row)
            if len(rows) == BATCH:
                yield _batch(names, rows, own)
                rows = []
        if rows:
            yield _batch(names, rows, own)
    except UnicodeDecodeError as unreadable:
        raise NoTable("This is no CSV file in UTF-8. Save the table as 'CSV UTF-8'.") from unreadable
    except csv.Error as unreadable:
        raise NoTable(f"Line {reader.line_num} cannot be read: its quotation marks do not match.") from unreadable
    finally:
        text.detach()


def _batch(names: Sequence[str], rows: list[list[str]], own: str) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    return frame if "partner" in names else frame.with_columns(pl.lit(own).alias("partner"))
