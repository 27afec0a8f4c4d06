"""An import from end to end: accept, stage, check, merge.

    receipt = await load(database, by=by, today=today, kind=KINDS["services"], batches=batches)

Staging commits by itself; the merge is one transaction, in which either every row is made or none. The checks are the rooms' own:
a row of a file is refused for what a request would be refused for, with the same code.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy import Select, Subquery, Table, func, insert, literal, select, text, update
from sqlalchemy.exc import IntegrityError

from app.core.actor import Actor
from app.core.acts import Answer
from app.core.db import Database, Read, Tx
from app.core.errors import Violation
from app.core.ids import uuid7
from app.imports import reading, staging
from app.imports.kinds import Kind
from app.imports.models import Import

Progress = Callable[[str, int], None]
"""Told of each stage, `staged`, `checked`, `merged`, and how many rows are through it."""

SHOWN = 1_000
"""How many violations a receipt tells one by one and the import keeps; `refusals` streams them all."""


@dataclass(frozen=True)
class Receipt:
    """What became of an import. `repeated`: the same content was merged before, and nothing was done."""

    id: UUID
    kind: str
    rows: int
    made: int
    refused: Counter[str] = field(default_factory=Counter)  # violations by code
    examples: tuple[Violation, ...] = ()
    repeated: bool = False

    @property
    def merged(self) -> bool:
        """Whether its rows are in."""
        return not self.refused


async def load(
    database: Database,
    *,
    by: Actor,
    today: date,
    kind: Kind,
    batches: Iterable[pl.DataFrame],
    content: bytes | None = None,
    dry_run: bool = False,
    run: UUID | None = None,
    progress: Progress = lambda _stage, _rows: None,
) -> Receipt:
    """Take rows in as a whole, or say of each why not. Raises `UnknownColumns`, before anything is staged.

    `batches` have the kind's columns, as text or typed. `content` names what they hold, if the caller can tell without reading them:
    what was merged under that name is not read again. Else the rows themselves are hashed while they are staged. `run` is the import that
    was accepted already.
    """
    if content is not None and (before := await _merged_before(database, by, kind, content)):
        return before
    run = run or await accept(database, by=by, kind=kind)
    staged = staging.table(run, kind.waiting)
    try:
        await _make_room(database, by, kind, staged)
        digest, rows = await _stage(database, by, today, kind, staged, batches, progress)
        if content is None and (before := await _merged_before(database, by, kind, digest)):
            await _note(database, by, run, status="repeated", rows=rows, detail={"repeats": str(before.id)})
            return before
        receipt = await _merge(database, by, today, kind, staged, Receipt(run, kind.name, rows, 0), content or digest, dry_run=dry_run)
        if receipt.made:
            progress("merged", receipt.made)
        return receipt
    finally:
        async with database.transaction(by) as tx:
            await staging.drop(tx, staged)
            await tx.commit()


async def refusals(tx: Read, *, by: Actor, today: date, kind: Kind, staged: "Table[Any]") -> AsyncIterator[Violation]:
    """Every violation of the staged rows, one after the other: what cannot be read, what stands twice, what the room's checks refuse."""
    async for violation in _unreadable(tx, kind, staged):
        yield violation
    async for row in tx.stream(kind.act.over(_candidates(kind, staged), Answer.REFUSALS), _binds(by, today)):
        yield kind.act.checks.violation(row.line, row.code)


async def _unreadable(tx: Read, kind: Kind, staged: "Table[Any]") -> AsyncIterator[Violation]:
    async for row in tx.stream(_unread(staged)):
        column, code = row.wrong.split(":")
        told = next((shape.told for shape in reading.Shape if shape.code == code), reading.MISSING[1])
        yield Violation(row.line, column, code, told)
    if kind.once:
        async for row in tx.stream(_twice(staged, kind)):
            yield Violation(row.line, kind.once[-1], *reading.TWICE)


def _candidates(kind: Kind, staged: "Table[Any]") -> Subquery:
    """The lines that can be read, as the room's act takes them."""
    return kind.rows(staged).where(staged.c.wrong.is_(None)).subquery()


def _binds(by: Actor, today: date) -> dict[str, Any]:
    return {"by_act": uuid7(), "by_today": today, **by.binds}


async def accept(database: Database, *, by: Actor, kind: Kind) -> UUID:
    """Begin an import, of which anybody who may can ask from now on; `load` takes its rows in."""
    run = uuid7()
    async with database.transaction(by) as tx:
        await tx.run(insert(Import).values(id=run, kind=kind.name, actor=by.id, partner=by.partner, status="staging"))
        await tx.commit()
    return run


async def fail(database: Database, *, by: Actor, run: UUID, why: str) -> None:
    """Say that an import came to nothing. `why` is kept: it repeats nothing of what was brought."""
    await _note(database, by, run, status="failed", detail={"why": why})


async def _make_room(database: Database, by: Actor, kind: Kind, staged: "Table[Any]") -> None:
    async with database.transaction(by) as tx:
        await staging.create(tx, staged, kind.waiting)
        await tx.commit()


async def _stage(
    database: Database, by: Actor, today: date, kind: Kind, staged: "Table[Any]", batches: Iterable[pl.DataFrame], progress: Progress
) -> tuple[bytes, int]:
    """Fill the staging table. Answers the rows' hash and number."""
    digest, rows = sha256(kind.name.encode()), 0
    async with database.transaction(by) as tx:
        for batch in batches:
            prepared = await kind.prepare(tx, by, today, reading.read(kind.columns, batch, first_line=rows + 1))
            # Of what is staged, so of a number only its keyed token: a plain hash of a short file could be tried out.
            digest.update(prepared.drop(kind.unhashed).write_csv().encode())
            await staging.copy(tx, staged, kind.waiting, prepared)
            rows += batch.height
            progress("staged", rows)
        await staging.analyse(tx, staged)
        await tx.commit()
    return digest.digest(), rows


async def _merge(
    database: Database, by: Actor, today: date, kind: Kind, staged: "Table[Any]", receipt: Receipt, content: bytes, *, dry_run: bool
) -> Receipt:
    """Do the act to all rows or to none; where it is none, say why for each."""
    if not dry_run:
        async with database.transaction(by) as tx:
            readable = await _told(_unreadable(tx, kind, staged)) is None
            if readable and (made := await _made(tx, by, today, kind, staged, receipt, content)) is not None:
                await tx.commit()
                return replace(receipt, made=made)
    async with database.transaction(by) as tx:
        told = await _told(refusals(tx, by=by, today=today, kind=kind, staged=staged))
    receipt = receipt if told is None else replace(receipt, refused=told[0], examples=told[1])
    counts = {"rows": receipt.rows, "refused": sum(receipt.refused.values()), "detail": dict(receipt.refused)}
    await _note(database, by, receipt.id, status="refused" if told else "checked", **counts, mistakes=_kept(receipt.examples))
    return receipt


def _kept(violations: Iterable[Violation]) -> list[dict[str, Any]]:
    """Where each is and what it is: nothing of what stands there."""
    return [{"line": one.line, "field": one.pointer, "code": one.code, "detail": one.detail} for one in violations]


# What a connection planned while a table was small stays planned so, for foreign keys too: each of very many new rows would then be looked
# for in all of them, one after the other (15,000 people: 74 s instead of 2).
_FORGET = text("DISCARD PLANS")


async def _made(tx: Tx, by: Actor, today: date, kind: Kind, staged: "Table[Any]", receipt: Receipt, content: bytes) -> int | None:
    """The act, what follows from it, and the note that it is done, in one transaction. None: something was refused, and nothing made."""
    binds = _binds(by, today)
    await tx.run(_FORGET)
    try:
        counts = await tx.first(kind.act.over(_candidates(kind, staged), Answer.COUNTS), binds)
    except IntegrityError as race:
        raise kind.act.checks.broken(race) from race
    assert counts is not None
    if counts.refused:
        return None
    if kind.after is not None:
        await kind.after(tx, by, today, staged)
    done = {"status": "merged", "digest": content, "act": binds["by_act"], "made": counts.made, "rows": receipt.rows}
    await tx.run(update(Import).where(Import.id == receipt.id).values(**done, ended_at=func.now(), revision=Import.revision + 1))
    return int(counts.made)


async def _told(violations: AsyncIterator[Violation]) -> tuple[Counter[str], tuple[Violation, ...]] | None:
    """How many there are of each code, and the first ones; never all of them at once."""
    counted: Counter[str] = Counter()
    first: list[Violation] = []
    async for violation in violations:
        counted[violation.code] += 1
        if len(first) < SHOWN:
            first.append(violation)
    return (counted, tuple(first)) if counted else None


def _unread(staged: "Table[Any]") -> Select[Any]:
    each = func.unnest(func.string_to_array(staged.c.wrong, "|")).label("wrong")
    return select(staged.c.line, each).where(staged.c.wrong.is_not(None))


def _twice(staged: "Table[Any]", kind: Kind) -> Select[tuple[int]]:
    """The lines that say again what an earlier one says. A window, not a self-join: that would be planned for one row."""
    nth = func.row_number().over(partition_by=[staged.c[name] for name in kind.once], order_by=staged.c.line)
    numbered = select(staged.c.line, nth.label("nth")).where(*(staged.c[name].is_not(None) for name in kind.once)).subquery()
    return select(numbered.c.line).where(numbered.c.nth > literal(1))


async def _merged_before(database: Database, by: Actor, kind: Kind, content: bytes) -> Receipt | None:
    same = (Import.kind == kind.name, Import.digest == content, Import.status == "merged")
    async with database.reading(by) as read:
        row = await read.first(select(Import.id, Import.rows, Import.made).where(*same))
    return None if row is None else Receipt(row.id, kind.name, row.rows, 0, repeated=True)


async def _note(database: Database, by: Actor, run: UUID, *, status: str, **values: object) -> None:
    async with database.transaction(by) as tx:
        changed = {"status": status, "ended_at": func.now(), "revision": Import.revision + 1, **values}
        await tx.run(update(Import).where(Import.id == run).values(**changed))
        await tx.commit()
