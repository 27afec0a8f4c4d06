"""Verbs about evidence of work: record and void; and the reads, which leave an entry."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, Row, false, func, insert, select

from app.audit.entries import audited, note
from app.core.actor import Actor
from app.core.acts import Act, By, Made
from app.core.db import Tx
from app.core.errors import Refused
from app.core.paging import LIMIT, Page
from app.employment import queries
from app.employment.checks import RECORDING
from app.employment.models import EmploymentRecord
from app.enrollments.voiding import voiding
from app.participants.touched import touching


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


VOID = voiding(EmploymentRecord)
"""Take back one record, with a reason: for the partner that recorded it, and for the state."""


async def void(tx: Tx, *, by: Actor, record: UUID, reason: str) -> None:
    """Take back one record; it stays, marked. Raises `Refused`."""
    if not await tx.act(VOID, VOID.one(record=record, reason=reason), by=by):
        raise Refused([VOID.checks.violation(1, "void_already")])  # somebody else was quicker
