"""An import from end to end: stage, check, merge.

    receipt = await load(Load(database, by, today, KINDS["services"], run), batches)

Staging commits by itself; the merge is one transaction, in which either every row is made or none, or, where that is asked for, every row
that nothing is wrong with. The checks are the rooms' own: a row of a file is refused for what a request would be refused for, with the same
code. An import that is killed is begun again from the start: what it staged goes, and nothing else was done.
"""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from hashlib import sha256
from typing import Any, Literal
from uuid import UUID

import polars as pl
from sqlalchemy import Row, Select, Subquery, Table, exists, func, insert, literal, not_, select, text, update
from sqlalchemy.exc import IntegrityError

from app.core.actor import Actor
from app.core.acts import Answer
from app.core.db import Database, Read, Tx
from app.core.errors import Conflict, Violation
from app.core.ids import uuid7
from app.imports import reading, staging
from app.imports.kinds import Kind
from app.imports.models import Import

Policy = Literal["all", "good"]
Progress = Callable[[str, int], None]
"""Told of each stage, `staged`, `checking`, `checked`, `merged`, and how many rows are through it."""

SHOWN = 1_000
"""How many violations a receipt tells one by one and the import keeps; `mistakes` streams them all."""

ROOM = "*"
"""Stands for the field of a check of the room, which knows it."""

TRIES = 3
"""How often a merge is tried that others contradict while it is made."""


class Cancelled(Conflict):
    """Somebody stopped the import before its rows were in."""

    slug, title = "conflict", "The import was cancelled"


@dataclass(frozen=True)
class Receipt:
    """What became of an import. `repeated`: the same content was merged before, and nothing was done."""

    id: UUID
    kind: str
    rows: int
    made: int = 0
    unchanged: int = 0  # rows that said what is recorded already
    refused: Counter[str] = field(default_factory=Counter)  # violations by code
    lines: int = 0  # that they are in
    examples: tuple[Violation, ...] = ()
    repeated: bool = False

    @property
    def merged(self) -> bool:
        """Whether its rows are in: all, or the good ones."""
        return not self.refused or self.made > 0


@dataclass(frozen=True)
class Load:
    """One import. `again`: rows that say what is recorded already are left alone, rather than refused for it. `found` is awaited when all
    mistakes are found and before it is said that they are."""

    database: Database
    by: Actor
    today: date
    kind: Kind
    run: UUID
    again: bool = False
    progress: Progress = lambda _stage, _rows: None
    found: Callable[["Load"], Awaitable[None]] | None = None

    @cached_property
    def staged(self) -> "Table[Any]":
        """Where its rows wait."""
        return staging.table(self.run, self.kind.waiting)

    @cached_property
    def wrong(self) -> "Table[Any]":
        """Where it is written what is wrong with them."""
        return staging.wrong(self.run)

    def candidates(self, *, good: bool = False) -> Subquery:
        """The lines that can be read, as the room's act takes them; `good`: those alone in which nothing was found wrong."""
        rows = self.kind.rows(self.staged).where(self.staged.c.wrong.is_(None))
        if good:
            rows = rows.where(not_(exists().where(self.wrong.c.line == self.staged.c.line).correlate_except(self.wrong)))
        if not self.again:
            return rows.subquery()
        each = rows.subquery("each")
        return select(each).where(not_(self.kind.same(each.c))).subquery()

    @property
    def binds(self) -> dict[str, Any]:
        """Of an act: who, which, when."""
        return {"by_act": uuid7(), "by_today": self.today, **self.by.binds}


async def load(
    at: Load, batches: Iterable[pl.DataFrame], *, content: bytes | None = None, dry_run: bool = False, policy: Policy = "all"
) -> Receipt:
    """Take rows in as a whole, or say of each why not. Raises `UnknownColumns`, before anything is staged.

    `batches` have the kind's columns, as text or typed. `content` names what they hold, if the caller can tell without reading them:
    what was merged under that name is not read again. Else the rows themselves are hashed while they are staged.
    """
    if content is not None and (before := await merged_before(at, Import.digest == content)):
        return before
    async with at.database.transaction(at.by) as tx:
        first = {"id": at.run, "kind": at.kind.name, "actor": at.by.id, "partner": at.by.partner, "status": "staging"}
        await tx.run(insert(Import).values(**first))
        await tx.commit()
    try:
        digest, rows = await stage(at, _each(batches))
        return await settle(at, rows, digest if content is None else content, named=content is not None, dry_run=dry_run, policy=policy)
    finally:
        await clear(at)


async def _each(batches: Iterable[pl.DataFrame]) -> AsyncIterator[pl.DataFrame]:
    for batch in batches:
        yield batch


async def stage(at: Load, batches: AsyncIterator[pl.DataFrame]) -> tuple[bytes, int]:
    """Fill the staging table, made anew. Answers the rows' hash and number."""
    async with at.database.transaction(at.by) as tx:
        await staging.create(tx, at.staged, at.kind.waiting)
        await staging.create_wrong(tx, at.wrong)
        await tx.commit()
    digest, rows = sha256(at.kind.name.encode()), 0
    async with at.database.transaction(at.by) as tx:
        async for batch in batches:
            prepared = await at.kind.prepare(tx, at.by, at.today, reading.read(at.kind.columns, batch, first_line=rows + 1))
            # Of what is staged, so of a number only its keyed token: a plain hash of a short file could be tried out.
            digest.update(prepared.drop(at.kind.unhashed).write_csv().encode())
            await staging.copy(tx, at.staged, at.kind.waiting, prepared)
            rows += batch.height
            at.progress("staged", rows)
        await staging.analyse(tx, at.staged)
        await tx.commit()
    return digest.digest(), rows


async def settle(at: Load, rows: int, digest: bytes, *, named: bool = False, dry_run: bool = False, policy: Policy = "all") -> Receipt:
    """Do the act to what is staged, or find out what is wrong; and note what became of it. `named`: nobody has to look for its like."""
    receipt = Receipt(at.run, at.kind.name, rows)
    for _ in range(TRIES):
        if not named and (before := await merged_before(at, Import.digest == digest)):
            await note(at, "repeated", rows=rows, detail={"repeats": str(before.id)})
            return before
        if not dry_run and policy == "all" and await _readable(at):
            at.progress("checked", rows)
            if made := await _made(at, receipt, digest, good=False):
                return made
        at.progress("checking", 0)
        receipt = await check(at, receipt)
        at.progress("checked", rows)
        if receipt.refused and at.found is not None:
            await at.found(at)
        if dry_run or (receipt.refused and (policy == "all" or receipt.lines == rows)):
            await note(at, "refused" if receipt.refused else "checked", **_told(receipt))
            return receipt
        if policy == "good" and (made := await _made(at, receipt, digest, good=True)):
            return made
    raise Conflict("Others recorded the same while this was taken in. Nothing of it was recorded; try again.")


async def check(at: Load, receipt: Receipt) -> Receipt:
    """Find everything that is wrong, and write it down beside what is staged. Answers the receipt with how much there is, and the first."""
    wrong, field_ = at.wrong, at.wrong.c.field
    async with at.database.transaction(at.by) as tx:
        await staging.create_wrong(tx, wrong)
        await tx.run(insert(wrong).from_select(["line", "field", "code"], _unread(at.staged)))
        if at.kind.once:
            await tx.run(insert(wrong).from_select(["line", "field", "code"], _twice(at.staged, at.kind)))
        await tx.run(insert(wrong).from_select(["line", "code"], at.kind.act.over(at.candidates(), Answer.REFUSALS)), at.binds)
        await staging.analyse(tx, wrong)
        each = select(wrong.c.code, func.count().label("n")).group_by(wrong.c.code)
        counted = Counter({row.code: int(row.n) for row in await tx.all(each)})
        lines = await tx.scalar(select(func.count(wrong.c.line.distinct())).select_from(wrong))
        first = await tx.all(select(wrong).order_by(wrong.c.line, field_, wrong.c.code).limit(SHOWN))
        await tx.commit()
    return replace(
        receipt, refused=counted, lines=int(lines), examples=tuple(at.kind.violation(row.line, row.field, row.code) for row in first)
    )


async def mistakes(at: Load, read: Read) -> AsyncIterator[Row[Any]]:
    """Every line with something wrong, in their order: `line`, and `wrong`, each a field (or `ROOM`), a colon and a code."""
    async for row in read.stream(_by_line(at.wrong)):
        yield row


def _by_line(wrong: "Table[Any]") -> Select[Any]:
    both = func.concat(func.coalesce(wrong.c.field, literal(ROOM)), literal(":"), wrong.c.code)
    return select(wrong.c.line, func.array_agg(both).label("wrong")).group_by(wrong.c.line).order_by(wrong.c.line)


async def _readable(at: Load) -> bool:
    """Whether every line could be read, and none stands there twice."""
    async with at.database.reading(at.by) as read:
        if await read.first(_unread(at.staged).limit(1)):
            return False
        return not at.kind.once or await read.first(_twice(at.staged, at.kind).limit(1)) is None


# What a connection planned while a table was small stays planned so, for foreign keys too: each of very many new rows would then be looked
# for in all of them, one after the other (15,000 people: 74 s instead of 2).
_FORGET = text("DISCARD PLANS")


async def _made(at: Load, receipt: Receipt, digest: bytes, *, good: bool) -> Receipt | None:
    """The act, what follows from it, and the note that it is done, in one transaction. None: something was refused, and nothing was made.

    Raises `Cancelled` where somebody stopped it meanwhile.
    """
    binds = at.binds
    async with at.database.transaction(at.by) as tx:
        await tx.run(_FORGET)
        try:
            counts = await tx.first(at.kind.act.over(at.candidates(good=good), Answer.COUNTS), binds)
        except IntegrityError:  # others recorded the same at this moment: now that it is there, the checks see it
            return None
        assert counts is not None
        if counts.refused:
            return None
        if at.kind.after is not None:
            await at.kind.after(tx, at.by, at.today, at.staged)
        made = replace(receipt, made=int(counts.made), unchanged=receipt.rows - receipt.lines - int(counts.made))
        await _note(tx, at, "merged", digest=digest, act=binds["by_act"], **_told(made))
        await tx.commit()
    at.progress("merged", made.made)
    return made


def _told(receipt: Receipt) -> dict[str, Any]:
    """What a receipt says, as the import keeps it: of the violations where each is and what it is, and nothing of what stands there."""
    kept = [{"line": one.line, "field": one.pointer, "code": one.code, "detail": one.detail} for one in receipt.examples]
    counts = {
        "rows": receipt.rows,
        "checked": receipt.rows,
        "made": receipt.made,
        "unchanged": receipt.unchanged,
        "refused_rows": receipt.lines,
    }
    return {**counts, "refused": sum(receipt.refused.values()), "detail": dict(receipt.refused), "mistakes": kept}


def _unread(staged: "Table[Any]") -> Select[Any]:
    each = select(staged.c.line, func.unnest(func.string_to_array(staged.c.wrong, "|")).label("each")).where(staged.c.wrong.is_not(None))
    part = each.subquery("unread")
    return select(part.c.line, func.split_part(part.c.each, ":", 1).label("field"), func.split_part(part.c.each, ":", 2).label("code"))


def _twice(staged: "Table[Any]", kind: Kind) -> Select[Any]:
    """The lines that say again what an earlier one says. A window, not a self-join: that would be planned for one row."""
    nth = func.row_number().over(partition_by=[staged.c[name] for name in kind.once], order_by=staged.c.line)
    numbered = select(staged.c.line, nth.label("nth")).where(*(staged.c[name].is_not(None) for name in kind.once)).subquery("numbered")
    told = (literal(kind.once[-1]).label("field"), literal(reading.TWICE[0]).label("code"))
    return select(numbered.c.line, *told).where(numbered.c.nth > literal(1))


async def merged_before(at: Load, same: Any) -> Receipt | None:
    """The receipt of an import of the same kind that was merged whole, if there is one like it."""
    async with at.database.reading(at.by) as read:
        merged = (Import.kind == at.kind.name, Import.status == "merged", Import.refused == 0, same)
        row = await read.first(select(Import.id, Import.rows).where(*merged))
    return None if row is None else Receipt(row.id, at.kind.name, row.rows, repeated=True)


async def note(at: Load, status: str, **values: object) -> None:
    """Write down what became of an import. Raises `Cancelled` where somebody stopped it."""
    async with at.database.transaction(at.by) as tx:
        await _note(tx, at, status, **values)
        await tx.commit()


async def _note(tx: Tx, at: Load, status: str, **values: object) -> None:
    changed = {"status": status, "ended_at": func.now(), "revision": Import.revision + 1, **values}
    if not await tx.run(update(Import).where(Import.id == at.run, not_(Import.cancelled)).values(**changed)):
        raise Cancelled("Somebody cancelled the import. Nothing of it was recorded.")


async def clear(at: Load) -> None:
    """Take away what was staged."""
    async with at.database.transaction(at.by) as tx:
        await staging.drop(tx, at.staged)
        await staging.drop(tx, at.wrong)
        await tx.commit()
