"""Taking back what was recorded. The record stays, marked with the act that took it back, and counts for nothing any more."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, Text, Uuid, and_, exists, func, not_, or_, select, update

from app.audit.entries import audited
from app.core.actor import Actor
from app.core.acts import Act, By, Candidate, Checks, Made, Refusing
from app.core.db import Tx
from app.core.errors import Refused
from app.enrollments import participations
from app.enrollments.models import Credential, EligibilityDetermination, Enrollment, ExitReason, PlannedService, Service, StepCompletion
from app.participants.touched import touching

KINDS: dict[str, type[Any]] = {
    "enrollments": Enrollment,
    "services": Service,
    "planned-services": PlannedService,
    "step-completions": StepCompletion,
    "credentials": Credential,
    "exit-reasons": ExitReason,
    "eligibility-determinations": EligibilityDetermination,
}
"""What can be taken back, by the name that it has in addresses."""

_DERIVED_FROM = (Service, PlannedService, EligibilityDetermination)


def _of(enrollment: ColumnElement[UUID], column: Any) -> ColumnElement[Any]:
    return select(column).where(Enrollment.id == enrollment).correlate_except(Enrollment).scalar_subquery()


def voiding(table: type[Any]) -> Act:
    """The act that takes back rows of a table: for the partner that recorded them, or the state."""
    checks = Checks(f"void_{table.__tablename__}", record=Uuid, reason=Text)
    record = table.__table__.c
    partner = _of(record.enrollment, Enrollment.partner) if table is StepCompletion else record.partner

    @checks.refuse("id", first=True)
    def unknown_record(c: Candidate, by: type[By]) -> Refusing:
        """There is no such record, or none that you may take back: that is for the partner that recorded it, and for the state."""
        mine = or_(by.partner.is_(None), partner == by.partner)
        return not_(exists().where(record.id == c.record, mine).correlate_except(table))

    @checks.refuse("id")
    def void_already(c: Candidate, by: type[By]) -> Refusing:
        """This was taken back already."""
        return and_(exists().where(record.id == c.record, record.voided_by.is_not(None)).correlate_except(table))

    @checks.refuse("reason")
    def reason_missing(c: Candidate, by: type[By]) -> Refusing:
        """Say why it is taken back."""
        return and_(func.btrim(func.coalesce(c.reason, "")) == "")

    def makes(candidate: CTE, admitted: ColumnElement[bool]) -> Made:
        marked = {"voided_by": By.act, **({"revision": record.revision + 1} if "revision" in record else {})}
        made = (
            update(table)
            .where(record.id == candidate.c.record, record.voided_by.is_(None), admitted)
            .values(**marked)
            .returning(record.id, (record.enrollment if table is StepCompletion else record.participant).label("concerned"))
            .cte("made")
        )
        whom = _of(made.c.concerned, Enrollment.participant) if table is StepCompletion else made.c.concerned
        why = select(func.jsonb_build_object("reason", func.min(candidate.c.reason))).scalar_subquery()
        return made, audited(checks.act, made, detail=why), touching(made, whom), *(_steps_too(made) if table is Enrollment else ())

    return Act(checks, makes)


def _steps_too(enrollments: CTE) -> Made:
    """The steps finished in an enrollment go with it. Services and credentials belong to the person and stay."""
    steps = StepCompletion.__table__.c
    theirs = steps.enrollment.in_(select(enrollments.c.id)), steps.voided_by.is_(None)
    return (update(StepCompletion).where(*theirs).values(voided_by=By.act).returning(steps.id).cte("steps_too"),)


VOIDING = {name: voiding(table) for name, table in KINDS.items()}
"""Take back one record of a kind, with a reason. `void` does it, and what follows."""


async def void(tx: Tx, *, by: Actor, today: date, kind: str, record: UUID, reason: str) -> None:
    """Take back one record. Participations follow in the same transaction. Raises `Refused`."""
    act, table = VOIDING[kind], KINDS[kind]
    if not await tx.act(act, act.one(record=record, reason=reason), by=by):
        raise Refused([act.checks.violation(1, "void_already")])  # somebody else was quicker
    if table in _DERIVED_FROM:
        participant = await tx.scalar(select(table.participant).where(table.id == record))
        await participations.derive(tx, by=by, participant=participant, today=today)
