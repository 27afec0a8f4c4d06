"""Questions about imports."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, or_, select

from app.core.actor import Actor
from app.core.acts import By
from app.core.db import Read
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
