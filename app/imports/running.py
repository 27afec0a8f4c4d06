"""Doing an import that was accepted: the file in, its rows staged, checked and merged; how far it is stands in the import's row.

A worker may be killed at any moment. What it does is then begun again by another one, from the file: all that counts is done in the one
transaction that merges. One worker at a time does an import, since it holds a lock that ends with its process.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any
from uuid import UUID

import polars as pl
import psycopg
import structlog
from sqlalchemy import Row, func, not_, select, update
from sqlalchemy.exc import OperationalError

from app.core.actor import Actor
from app.core.db import Database
from app.core.errors import Refusal, Unavailable
from app.core.jobs import Work
from app.imports import engine, files, queries
from app.imports.engine import Cancelled, Load, Receipt
from app.imports.heading import known, matched, ours
from app.imports.kinds import kinds
from app.imports.mistakes import Kept, Returned
from app.imports.models import UNDER_WAY, Import
from app.imports.unpacking import NoTable
from app.imports.uploads import Uploads
from app.participants.keyring import key_ring

EVERY = 0.5
"""Seconds between two notes of how far it is."""

OURS = "We made a mistake. Nothing was recorded. Tell your administrator the id of this import."

_LOCK = "SELECT pg_advisory_lock(hashtextextended('import ' || %s, 0))"
_TRY = "SELECT pg_try_advisory_lock(hashtextextended('import ' || %s, 0))"
_UNLOCK = "SELECT pg_advisory_unlock(hashtextextended('import ' || %s, 0))"
_STAGES = {"staged": "staging", "checked": "checking", "merged": "merging"}

log = structlog.get_logger()


async def is_free(own: "psycopg.AsyncConnection[Any]", run: UUID) -> bool:
    """Whether no worker does it. `own` is a connection that does nothing else."""
    [free] = await (await own.execute(_TRY, (str(run),))).fetchone() or (False,)
    if free:
        await own.execute(_UNLOCK, (str(run),))
    return bool(free)


@asynccontextmanager
async def connection(database: Database) -> "AsyncIterator[psycopg.AsyncConnection[Any]]":
    """One of its own, outside any transaction. Raises `Unavailable`."""
    try:
        made = await psycopg.AsyncConnection.connect(database.url, autocommit=True)
    except psycopg.OperationalError as failed:
        raise Unavailable("The database does not answer. Try again in a moment.") from failed
    async with made:
        yield made


@asynccontextmanager
async def _alone(database: Database, run: UUID) -> AsyncIterator[None]:
    """Wait until no other worker does it. The lock is the connection's: it ends with it, however that ends."""
    async with connection(database) as own:
        await own.execute(_LOCK, (str(run),))
        yield


@dataclass
class Going:
    """How far it is: what stands in the row as soon as somebody writes it there."""

    stage: str = "staging"
    through: int = 0
    rows: int = 0
    checked: int = 0
    began: float = field(default_factory=monotonic)
    seconds: dict[str, float] = field(default_factory=dict)

    def read(self, reached: int) -> None:
        """So many bytes of the file were read."""
        self.through = max(self.through, reached)

    def tell(self, stage: str, rows: int) -> None:
        """What the engine reports."""
        if stage == "staged":
            self.rows = rows
        elif stage == "checking":
            self.enter("checking")
        elif stage == "checked":
            self.checked = rows
            self.enter("merging")

    def enter(self, stage: str) -> None:
        """The next stage begins."""
        if stage != self.stage:
            self.seconds[self.stage] = round(monotonic() - self.began, 3)
            self.stage, self.began = stage, monotonic()


async def run(work: Work, which: UUID, *, request: str) -> None:
    """Do it, unless it is over. Says in the import's row what became of it; raises only where another try can help."""
    async with _alone(work.database, which):
        async with work.reading() as read:
            row = await read.first(select(Import.__table__).where(Import.id == which, Import.status.in_(UNDER_WAY)))
        if row is None:
            return
        by = Actor(row.actor, work.actor.state, row.partner, "import", frozenset(), request, work.actor.zone)
        going = Going()
        doing = asyncio.create_task(_done(work, by, row, going))
        try:
            await _watched(work.database, by, which, going, doing)
        finally:
            if not doing.done():  # this worker ends: the import is begun again by another
                doing.cancel()
                await asyncio.wait({doing})


async def _watched(database: Database, by: Actor, which: UUID, going: Going, doing: "asyncio.Task[Receipt]") -> None:
    """Write down how far it is until it is over; stop it where somebody asks for that."""
    asked = False
    while not doing.done():
        if not asked and await _asked_to_stop(database, by, which, going):
            asked = True
            doing.cancel()
        await asyncio.wait({doing}, timeout=EVERY)
    try:
        receipt = doing.result()
        log.info(
            "import done", run=str(which), kind=receipt.kind, rows=receipt.rows, made=receipt.made, refused=sum(receipt.refused.values())
        )
    except (Cancelled, asyncio.CancelledError):
        await _over(database, by, which, "cancelled", {})
    except (OperationalError, Unavailable):
        raise  # the database went away: another try can help
    except Refusal as refused:
        await _over(database, by, which, "failed", {"why": refused.detail})
    except Exception as mistake:  # noqa: BLE001 - nobody else is there to answer for it
        log.error("import failed", run=str(which), mistake=type(mistake).__name__)  # its message could repeat what was brought
        await _over(database, by, which, "failed", {"why": OURS})


async def _asked_to_stop(database: Database, by: Actor, which: UUID, going: Going) -> bool:
    """Note how far it is; answers whether somebody wants it stopped. If the database cannot be asked, the work itself will find out."""
    try:
        return await _noted(database, by, which, going)
    except (OperationalError, Unavailable):
        log.warning("progress not noted", run=str(which))
        return False


async def _noted(database: Database, by: Actor, which: UUID, going: Going) -> bool:
    stage = {"status": going.stage, "stage_at": func.now() - func.make_interval(0, 0, 0, 0, 0, 0, monotonic() - going.began)}
    told = {"through": going.through, "rows": going.rows, "checked": going.checked, "seconds": going.seconds}
    async with database.transaction(by) as tx:
        changed = update(Import).where(Import.id == which, Import.status.in_(UNDER_WAY)).values(**stage, **told)
        row = await tx.first(changed.returning(Import.cancelled))
        await tx.commit()
    return row is not None and bool(row.cancelled)


async def _over(database: Database, by: Actor, which: UUID, status: str, detail: dict[str, str]) -> None:
    async with database.transaction(by) as tx:
        changed = {"status": status, "detail": detail, "ended_at": func.now(), "revision": Import.revision + 1}
        await tx.run(update(Import).where(Import.id == which, Import.status.in_(UNDER_WAY)).values(**changed))
        await tx.commit()


async def _done(work: Work, by: Actor, row: Row[Any], going: Going) -> Receipt:
    """The file, from its beginning to its receipt."""
    ring = key_ring(work.settings)
    uploads = Uploads(work.settings.data_folder, ring)
    at = Load(work.database, by, by.today(work.clock), kinds(ring)[row.kind], row.id, again=True, progress=going.tell)
    if row.content is not None and (before := await engine.merged_before(at, Import.content == row.content)):
        await engine.note(at, "repeated", rows=before.rows, detail={"repeats": str(before.id)})
        await asyncio.to_thread(uploads.forget, by.state, row.id)
        return before
    async with work.database.reading(by) as read:
        own = await queries.own_key(read, by=by)
    at = replace(at, found=_writing(uploads, own))
    try:
        digest, rows = await engine.stage(at, Kept(at, uploads).resolved(_batches(uploads, at, own, going.read)))
        if rows == 0:
            raise NoTable("There is nothing below the line that names the columns.")
        going.enter("checking")
        receipt = await engine.settle(at, rows, digest, dry_run=row.dry_run, policy=row.policy)
    finally:
        await engine.clear(at)
    await _took(work.database, by, row.id, going)
    if receipt.repeated or (receipt.merged and not row.dry_run):
        await asyncio.to_thread(uploads.forget, by.state, row.id, *(("file",) if receipt.refused else ()))
    return receipt


async def _batches(uploads: Uploads, at: Load, own: str, watch: Callable[[int], None]) -> AsyncIterator[pl.DataFrame]:
    """The file's rows with the kind's columns, read by a thread: the loop goes on meanwhile."""
    opened = files.Opened(uploads, at.by.state, at.run, known(at.kind), watch=watch)
    table = await asyncio.to_thread(opened.__enter__)
    try:
        heading = matched(at.kind, table.titles, own)
        while (frame := await asyncio.to_thread(next, table.frames, None)) is not None:
            yield ours(at.kind, heading, own, frame)
    finally:
        opened.__exit__()


def _writing(uploads: Uploads, own: str) -> Callable[[Load], Any]:
    """How mistakes are written down when all are found: from the file once more."""

    async def write(at: Load) -> None:
        opened = files.Opened(uploads, at.by.state, at.run, known(at.kind))
        table = await asyncio.to_thread(opened.__enter__)
        try:
            await Returned(at, uploads, table.titles, matched(at.kind, table.titles, own)).write(table.frames)
        finally:
            opened.__exit__()

    return write


async def _took(database: Database, by: Actor, which: UUID, going: Going) -> None:
    """How long each stage took: the next import of the kind is told by it."""
    going.enter("over")
    async with database.transaction(by) as tx:
        await tx.run(update(Import).where(Import.id == which, not_(Import.cancelled)).values(seconds=going.seconds))
        await tx.commit()
