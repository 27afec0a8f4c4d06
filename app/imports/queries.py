"""Questions about imports."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Uuid, bindparam, func, or_, select

from app.core.actor import Actor
from app.core.acts import By
from app.core.db import Read
from app.core.errors import NotFound
from app.imports.models import Import
from app.partners.models import Partner

RECENT = timedelta(days=90)

_REFUSED = (
    select(Import.id, Import.kind, Import.begun_at, Import.rows, Import.refused, Import.detail)
    .where(Import.refused > 0, Import.status != "cancelled", or_(By.partner.is_(None), Import.partner == By.partner))
    .order_by(Import.begun_at.desc())
    .limit(10)
)


async def with_errors(read: Read, *, by: Actor, today: date) -> Sequence[Row[Any]]:
    """The last ten imports of the caller's (of the whole state's, for its own staff) of the last 90 days that had mistakes.

    Rows: id, kind, begun_at, rows, refused (how many violations), detail (counts by code).
    """
    return await read.all(_REFUSED.where(Import.begun_at >= today - RECENT), by.binds)


class NoImport(NotFound):
    """There is no such import, or none of the caller's."""

    slug, title = "not-found", "There is no such import"

    def __init__(self) -> None:
        super().__init__("There is no such import, or it is another organisation's.")


_COUNTS = (Import.rows, Import.checked, Import.made, Import.unchanged, Import.refused, Import.refused_rows)
_TOLD = (Import.id, Import.kind, Import.status, Import.policy, Import.dry_run, *_COUNTS, Import.begun_at, Import.ended_at)
_WORK = (Import.size, Import.through, func.extract("epoch", func.clock_timestamp() - Import.stage_at).label("elapsed"))
_MINE = or_(By.partner.is_(None), Import.partner == By.partner)
_THIS = (Import.id == bindparam("run", type_=Uuid), _MINE)
_ONE = select(*_TOLD, *_WORK, Import.detail, Import.ignored, Import.mistakes, Import.cancelled).where(*_THIS)
_GOING = select(*_TOLD, *_WORK, Import.detail, Import.ignored).where(*_THIS)
_RECENT = select(*_TOLD).where(_MINE).order_by(Import.begun_at.desc(), Import.id.desc()).limit(10)
_RATES = (
    select(Import.seconds, Import.rows)
    .where(Import.kind == bindparam("kind"), Import.status == "merged", Import.rows >= 1000, Import.seconds.has_key("merging"))
    .order_by(Import.id.desc())
    .limit(1)
)


async def one(read: Read, *, by: Actor, run: UUID) -> Row[Any]:
    """An import of the caller's (any of the state's, for its own staff), with `detail` and the first `mistakes`. Raises `NoImport`."""
    row = await read.first(_ONE, {**by.binds, "run": run})
    if row is None:
        raise NoImport
    return row


async def under_way(read: Read, *, by: Actor, run: UUID) -> Row[Any]:
    """The same without its mistakes: for whoever asks often. Raises `NoImport`."""
    row = await read.first(_GOING, {**by.binds, "run": run})
    if row is None:
        raise NoImport
    return row


async def rates(read: Read, *, by: Actor, kind: str) -> dict[str, float]:
    """Seconds that each stage took for a row of a kind, when such a file was taken in last; empty where none was."""
    row = await read.first(_RATES, {"kind": kind})
    return {} if row is None else {stage: float(took) / row.rows for stage, took in row.seconds.items()}


async def recent(read: Read, *, by: Actor) -> Sequence[Row[Any]]:
    """The caller's last ten imports, latest first."""
    return await read.all(_RECENT, by.binds)


async def own_key(read: Read, *, by: Actor) -> str:
    """The key of the caller's partner, which its files may leave out; the state's own staff has none."""
    return "" if by.partner is None else str(await read.scalar(select(Partner.key).where(Partner.id == by.partner)))
