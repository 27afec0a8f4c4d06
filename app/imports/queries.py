"""Questions about imports."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Uuid, bindparam, or_, select

from app.core.actor import Actor
from app.core.acts import By
from app.core.db import Read
from app.core.errors import NotFound
from app.imports.models import Import

RECENT = timedelta(days=90)

_REFUSED = (
    select(Import.id, Import.kind, Import.begun_at, Import.rows, Import.refused, Import.detail)
    .where(Import.status == "refused", or_(By.partner.is_(None), Import.partner == By.partner))
    .order_by(Import.begun_at.desc())
    .limit(10)
)


async def with_errors(read: Read, *, by: Actor, today: date) -> Sequence[Row[Any]]:
    """The last ten imports of the caller's (of the whole state's, for its own staff) that were refused in the last 90 days.

    Rows: id, kind, begun_at, rows, refused (how many violations), detail (counts by code).
    """
    return await read.all(_REFUSED.where(Import.begun_at >= today - RECENT), by.binds)


class NoImport(NotFound):
    """There is no such import, or none of the caller's."""

    slug, title = "not-found", "There is no such import"

    def __init__(self) -> None:
        super().__init__("There is no such import, or it is another organisation's.")


_TOLD = (Import.id, Import.kind, Import.status, Import.rows, Import.made, Import.refused, Import.begun_at, Import.ended_at)
_MINE = or_(By.partner.is_(None), Import.partner == By.partner)
_ONE = select(*_TOLD, Import.detail, Import.mistakes).where(Import.id == bindparam("run", type_=Uuid), _MINE)
_RECENT = select(*_TOLD).where(_MINE).order_by(Import.begun_at.desc(), Import.id.desc()).limit(10)


async def one(read: Read, *, by: Actor, run: UUID) -> Row[Any]:
    """An import of the caller's (any of the state's, for its own staff), with `detail` and the first `mistakes`. Raises `NoImport`."""
    row = await read.first(_ONE, {**by.binds, "run": run})
    if row is None:
        raise NoImport
    return row


async def recent(read: Read, *, by: Actor) -> Sequence[Row[Any]]:
    """The caller's last ten imports, latest first."""
    return await read.all(_RECENT, by.binds)
