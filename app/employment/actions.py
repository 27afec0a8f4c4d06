"""Verbs about evidence of work: record and void; and the reads, which leave an entry."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, Row, Uuid, bindparam, false, func, insert, select, update

from app.audit.entries import audited, note
from app.core.actor import Actor
from app.core.acts import Act, By, Made
from app.core.db import Tx
from app.core.errors import Conflict, Forbidden
from app.core.ids import uuid7
from app.core.paging import LIMIT, Page
from app.employment import queries
from app.employment.checks import RECORDING
from app.employment.models import EmploymentRecord
from app.employment.queries import NoEmploymentRecord
from app.participants.models import Touched
from app.participants.touched import touching
from app.participants.visibility import known


def _record(candidate: CTE, admitted: ColumnElement[bool]) -> Made:
    """The records, and a mark for everybody whom they concern."""
    c = candidate.c
    told = {
        **{name: c[name] for name in ("id", "participant", "quarter", "source", "wages", "occupation", "industry")},
        "employer": func.btrim(c.employer),
        "apprenticeship": func.coalesce(c.apprenticeship, false()),
        "partner": By.partner,
        "act": By.act,
    }
    new = insert(EmploymentRecord).from_select(list(told), select(*told.values()).where(admitted))
    made = new.returning(EmploymentRecord.id, EmploymentRecord.participant).cte("made")
    return made, audited("record_employment", made), touching(made)


RECORD = Act(RECORDING, _record)
"""Record a quarter of work for an employer, as one source tells it. Run with `today`."""


async def listed(tx: Tx, *, by: Actor, today: date, participant: UUID, after: str | None = None, limit: int = LIMIT) -> Page[Row[Any]]:
    """Look at a person's records; see `queries.records`. Leaves an entry. Raises `NoParticipant`."""
    page = await queries.records(tx, by=by, today=today, participant=participant, after=after, limit=limit)
    await note(tx, "read_employment_records", by=by, subject=participant, rows=len(page.items))
    return page


_WHICH = bindparam("record", type_=Uuid)
_HELD = select(EmploymentRecord.participant, EmploymentRecord.partner, EmploymentRecord.voided_by)
_HELD = _HELD.where(EmploymentRecord.id == _WHICH, known(EmploymentRecord.participant)).with_for_update()
_VOID = update(EmploymentRecord).where(EmploymentRecord.id == _WHICH).values(voided_by=By.act)
_TOUCH = insert(Touched)


async def void(tx: Tx, *, by: Actor, record: UUID, reason: str) -> None:
    """Take a record back; it stays, marked, with the reason in the audit record.

    A partner takes back what it recorded itself. Raises `NoEmploymentRecord`, `Forbidden`, and `Conflict` if it was taken back before.
    """
    held = await tx.first(_HELD, {**by.binds, "record": record})
    if held is None:
        raise NoEmploymentRecord
    if by.partner is not None and held.partner != by.partner:
        raise Forbidden("You take back what your own organisation recorded. Ask whoever recorded this.")
    if held.voided_by is not None:
        raise Conflict("This was taken back already.")
    act = await note(tx, "void_employment_record", by=by, subject=record, detail={"reason": reason}, act=uuid7())
    await tx.run(_VOID, {"record": record, "by_act": act})
    await tx.run(_TOUCH, {"participant": held.participant})
