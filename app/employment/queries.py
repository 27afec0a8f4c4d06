"""Questions about evidence of work. Actions ask them, and leave an entry."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, Uuid, bindparam, case, exists, func, not_, or_, select, union_all

from app.core.actor import Actor
from app.core.acts import By
from app.core.db import Read
from app.core.errors import NotFound
from app.core.paging import Keyset, Page
from app.employment.models import EmploymentRecord
from app.participants.queries import NoParticipant
from app.participants.visibility import known
from app.partners.models import Agreement


class NoEmploymentRecord(NotFound):
    """There is no such record, or none of anybody whom the caller may see."""

    slug, title = "not-found", "There is no such employment record"

    def __init__(self) -> None:
        super().__init__("There is no such employment record, or it concerns nobody whom you may see.")


def agreed(by: type[By] = By) -> ColumnElement[bool]:
    """Whether the caller may see wages, employers and sources of everybody whom it serves: the state's own staff may, a partner under an
    agreement that says so (20 CFR 603.10). Run with `by_today`."""
    holds = exists().where(
        Agreement.partner == by.partner,
        Agreement.kind == "wage_disclosure",
        Agreement.valid_from <= by.today,
        or_(Agreement.valid_until.is_(None), Agreement.valid_until > by.today),
    )
    return or_(by.partner.is_(None), holds.correlate_except(Agreement))


def disclosed(by: type[By] = By) -> ColumnElement[bool]:
    """Whether the caller may see a record's wages, employer and source, and not only that there was work in the quarter: where it is
    `agreed`, and a partner where it recorded it itself."""
    return or_(func.coalesce(EmploymentRecord.partner == by.partner, False), agreed(by))


_CONFIDENTIAL = ("employer", "source", "wages", "occupation", "industry", "apprenticeship")
_FIELDS: tuple[Any, ...] = (
    EmploymentRecord.id,
    EmploymentRecord.quarter,
    *(case((disclosed(), getattr(EmploymentRecord, name))).label(name) for name in _CONFIDENTIAL),
    not_(disclosed()).label("withheld"),
    EmploymentRecord.voided_by.is_not(None).label("voided"),
)
_OF = bindparam("participant", type_=Uuid)
# Two indexes serve it: of the records that stand, and of the few that were taken back.
_STANDING = EmploymentRecord.voided_by.is_(None)
_EACH = union_all(*(select(*_FIELDS).where(EmploymentRecord.participant == _OF, which) for which in (_STANDING, not_(_STANDING)))).subquery(
    "r"
)
_RECORDS: Select[Any] = select(_EACH)
ORDER = Keyset(_EACH.c.id)
_KNOWN = select(known(_OF))


async def records(read: Read, *, by: Actor, today: date, participant: UUID, after: str | None = None, limit: int) -> Page[Row[Any]]:
    """A person's records, in the order of their ids, each as far as the caller may see it. Raises `NoParticipant`."""
    binds = {**by.binds, "by_today": today, "participant": participant}
    if not await read.scalar(_KNOWN, binds):
        raise NoParticipant
    return ORDER.cut(await read.all(ORDER.page(_RECORDS, after=after, limit=limit), binds), limit=limit)


_ONE = select(*_FIELDS).where(EmploymentRecord.id == bindparam("record", type_=Uuid), known(EmploymentRecord.participant))


async def record(read: Read, *, by: Actor, today: date, record: UUID) -> Row[Any]:
    """One record, as far as the caller may see it. Raises `NoEmploymentRecord`."""
    row = await read.first(_ONE, {**by.binds, "by_today": today, "record": record})
    if row is None:
        raise NoEmploymentRecord
    return row
