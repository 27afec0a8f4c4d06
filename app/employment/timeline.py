"""A person's time-line: what happened in enrollments, services and credentials, and the quarters of work."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Row, Text, Uuid, bindparam, case, cast, func, literal, select, text, true, union_all
from sqlalchemy.orm import aliased

from app.audit.entries import looked
from app.core.actor import Actor
from app.core.db import Tx
from app.core.ids import uuid7
from app.core.ready import Ready
from app.employment.models import EmploymentRecord
from app.employment.queries import disclosed
from app.enrollments.reading import MOMENTS
from app.participants.models import Participant
from app.participants.queries import NoParticipant
from app.participants.visibility import known

_PARTICIPANT = bindparam("participant", type_=Uuid)
_record, _asked = aliased(Participant, name="record"), aliased(Participant, name="asked")

# A quarter is kept as year × 4 + 0 … 3; here it is its last day, and is written like 2026 Q2.
_YEAR, _NTH = EmploymentRecord.quarter // 4, EmploymentRecord.quarter % 4
_LAST_DAY = cast(func.make_date(_YEAR, _NTH * 3 + 1, 1) + text("interval '3 months - 1 day'"), Date)
_SPOKEN = func.concat(_YEAR, " Q", _NTH + 1)

# That there was work in a quarter, everybody may see who sees the person; who told it and for whom it was, only to whom it is disclosed.
_WORKED = (
    select(
        _LAST_DAY.label("on"),
        literal("employment", Text).label("what"),
        case((disclosed(), func.concat(_SPOKEN, ": ", EmploymentRecord.employer)), else_=_SPOKEN).label("title"),
        case((disclosed(), EmploymentRecord.partner)).label("partner"),
        EmploymentRecord.id.label("id"),
        true().label("shared"),
    )
    .join(_record, _record.id == EmploymentRecord.participant)
    .where(
        _record.person == select(_asked.person).where(_asked.id == _PARTICIPANT).scalar_subquery(),
        EmploymentRecord.voided_by.is_(None),
        known(_PARTICIPANT),
    )
)
_FOUND = union_all(MOMENTS, _WORKED).cte("found")
_TIMELINE = Ready(select(_FOUND).order_by(_FOUND.c.on, _FOUND.c.what, _FOUND.c.id).add_cte(looked("read_timeline", _FOUND, _PARTICIPANT)))


async def timeline(tx: Tx, *, by: Actor, today: date, participant: UUID) -> Sequence[Row[Any]]:
    """Look at what happened to a person, oldest first: `on`, `what`, `title`, `partner`, `id`, and whether it is `shared` with the caller.

    What is not shared is a date, and nothing else of it may be shown. A quarter of work is told on its last day, with the employer only
    to whom that is disclosed (20 CFR 603). Raises `NoParticipant`.
    """
    rows = await tx.ready(_TIMELINE, {**by.binds, "by_act": uuid7(), "by_today": today, "participant": participant})
    if not rows:  # everybody who is known was registered one day
        raise NoParticipant
    return rows
