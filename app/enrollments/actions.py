"""Verbs about people on their way. Each is an `Act`: a request runs it over one row of binds, an import over its staging table.

Who is enrolled, served or awarded something comes into the caseload of the partner that does it. Services and planned services say
when a participation begins and ends: whoever runs those acts derives it in the same transaction (`participations`).
"""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, Select, Uuid, bindparam, exists, func, insert, or_, select, update

from app.audit.entries import audited
from app.career_paths.models import CareerPath
from app.core.actor import Actor
from app.core.acts import Act, By, Made
from app.core.db import Tx
from app.core.errors import Refused, Stale
from app.enrollments import participations
from app.enrollments.checks import (
    AWARDING,
    COMPLETING_STEP,
    ENDING,
    ENDING_SERVICE,
    ENROLLING,
    EXCUSING,
    PLANNING,
    SERVING,
    acting,
)
from app.enrollments.models import Credential, Enrollment, ExitReason, PlannedService, Service, StepCompletion
from app.participants.caseload import joining
from app.participants.models import Caseload, Participant
from app.participants.touched import touching


def recorded(verb: str, table: type[Any], told: dict[str, Any], admitted: ColumnElement[bool], since: str) -> Made:
    """A row of a fact about a person for each candidate, and what belongs to that: caseload, audit entry, marks.

    `told` says what stands in each column; `since` is the column whose day begins the partner's acquaintance with the person.
    """
    columns = table.__table__.c
    made = (
        insert(table)
        .from_select([*told, "act"], select(*told.values(), By.act).where(admitted))
        .returning(columns.id, columns.participant, columns.partner, columns[since].label("since"))
        .cte("made")
    )
    people = select(made.c.participant).distinct().subquery("people")
    return made, joining(_newly_served(made)), audited(verb, made), touching(people)


def _newly_served(made: CTE) -> Select[Any]:
    """Those whom the partner of a fact has not in its caseload. Its own staff see nobody else, so nobody is looked for then."""
    there = exists().where(Caseload.partner == made.c.partner, Caseload.participant == made.c.participant).correlate_except(Caseload)
    first = select(made.c.partner, made.c.participant, func.min(made.c.since).label("since")).group_by(made.c.partner, made.c.participant)
    return first.where(By.partner.is_(None), ~there)


def _enroll(candidate: CTE, admitted: ColumnElement[bool]) -> Made:
    c = candidate.c
    lives = select(Participant.residence).where(Participant.id == c.participant).scalar_subquery()
    weeks = select(CareerPath.weeks).where(CareerPath.id == c.career_path).scalar_subquery()
    told = {
        "id": c.id,
        "participant": c.participant,
        "career_path": c.career_path,
        "partner": acting(c, By),
        "residence": lives,
        "started_on": c.started_on,
        "planned_end": func.coalesce(c.planned_end, c.started_on + weeks * 7),
        "reference": c.reference,
    }
    return recorded("enroll", Enrollment, told, admitted, "started_on")


def _serve(candidate: CTE, admitted: ColumnElement[bool]) -> Made:
    c = candidate.c
    given = ("id", "participant", "kind", "program", "given_on", "ended_on", "enrollment")
    return recorded("serve", Service, {**{name: c[name] for name in given}, "partner": acting(c, By)}, admitted, "given_on")


def _plan(candidate: CTE, admitted: ColumnElement[bool]) -> Made:
    c = candidate.c
    given = ("id", "participant", "kind", "program", "documented_on", "planned_for")
    return recorded("plan", PlannedService, {**{name: c[name] for name in given}, "partner": acting(c, By)}, admitted, "documented_on")


def _award(candidate: CTE, admitted: ColumnElement[bool]) -> Made:
    c = candidate.c
    given = ("id", "participant", "enrollment", "name", "wioa_type", "issuer", "awarded_on")
    return recorded("award", Credential, {**{name: c[name] for name in given}, "partner": acting(c, By)}, admitted, "awarded_on")


def _excuse(candidate: CTE, admitted: ColumnElement[bool]) -> Made:
    c = candidate.c
    given = ("id", "participant", "reason", "since")
    return recorded("excuse", ExitReason, {**{name: c[name] for name in given}, "partner": acting(c, By)}, admitted, "since")


def _participant_of(enrollment: ColumnElement[UUID]) -> ColumnElement[Any]:
    return select(Enrollment.participant).where(Enrollment.id == enrollment).correlate_except(Enrollment).scalar_subquery()


def _complete_step(candidate: CTE, admitted: ColumnElement[bool]) -> Made:
    c = candidate.c
    told = (c.id, c.enrollment, c.step, c.completed_on, By.act)
    made = (
        insert(StepCompletion)
        .from_select(["id", "enrollment", "step", "completed_on", "act"], select(*told).where(admitted))
        .returning(StepCompletion.id, StepCompletion.enrollment)
        .cte("made")
    )
    enrollments = select(made.c.enrollment).distinct().subquery("enrollments_concerned")
    return made, audited("complete_step", made), touching(enrollments, _participant_of(enrollments.c.enrollment))


def _end(candidate: CTE, admitted: ColumnElement[bool]) -> Made:
    """Only what has not ended meanwhile ends: of two at the same moment, the second finds nothing to change."""
    c = candidate.c
    made = (
        update(Enrollment)
        .where(Enrollment.id == c.enrollment, Enrollment.ended_on.is_(None), Enrollment.voided_by.is_(None), admitted)
        .values(ended_on=c.ended_on, ended_by=c.ended_by, revision=Enrollment.revision + 1)
        .returning(Enrollment.id, Enrollment.participant)
        .cte("made")
    )
    return made, audited("end", made), touching(made)


def _end_service(candidate: CTE, admitted: ColumnElement[bool]) -> Made:
    c = candidate.c
    made = (
        update(Service)
        .where(Service.id == c.service, Service.ended_on.is_(None), Service.voided_by.is_(None), admitted)
        .values(ended_on=c.ended_on)
        .returning(Service.id, Service.participant)
        .cte("made")
    )
    return made, audited("end_service", made), touching(made)


ENROLL = Act(ENROLLING, _enroll)
"""Start on a career path. Run with `today`. `planned_end` is the path's planned weeks after the start where it is not given."""

SERVE = Act(SERVING, _serve)
"""Give services. Run with `today`, and derive participations after it."""

PLAN = Act(PLANNING, _plan)
"""Document services for a later day. Run with `today`, and derive participations after it."""

COMPLETE_STEP = Act(COMPLETING_STEP, _complete_step)
"""Finish steps of enrollments. Run with `today`."""

AWARD = Act(AWARDING, _award)
"""Record credentials. Run with `today`."""

EXCUSE = Act(EXCUSING, _excuse)
"""Record reasons that leave exits out of indicators (PIRL 923). Run with `today`."""

END = Act(ENDING, _end)
"""End enrollments, by completion or withdrawal. Run with `today`."""

END_SERVICE = Act(ENDING_SERVICE, _end_service)
"""End services that run. Run with `today`, and derive participations after it."""


async def serve(tx: Tx, *, by: Actor, today: date, participant: UUID, **told: Any) -> UUID:
    """Give a service, and derive the person's participations anew. Answers its id; raises `Refused`."""
    [made] = await tx.act(SERVE, SERVE.one(participant=participant, **told), by=by, today=today)
    await participations.derive(tx, by=by, participant=participant, today=today)
    return made


async def plan(tx: Tx, *, by: Actor, today: date, participant: UUID, **told: Any) -> UUID:
    """Document a service for a later day, and derive the person's participations anew. Answers its id; raises `Refused`."""
    [made] = await tx.act(PLAN, PLAN.one(participant=participant, **told), by=by, today=today)
    await participations.derive(tx, by=by, participant=participant, today=today)
    return made


_MINE = or_(By.partner.is_(None), Enrollment.partner == By.partner)
_REVISION = select(Enrollment.revision).where(Enrollment.id == bindparam("enrollment", type_=Uuid), _MINE).with_for_update(key_share=True)


async def end(tx: Tx, *, by: Actor, today: date, enrollment: UUID, ended_on: date, ended_by: str, revision: int | None = None) -> None:
    """End an enrollment by completion or withdrawal. Raises `Refused`; `Stale` if its revision is not the one that the caller read."""
    if revision is not None and (now := await tx.scalar(_REVISION, {**by.binds, "enrollment": enrollment})) not in (None, revision):
        raise Stale(f"The enrollment is at revision {now} by now. Read it again, and send its ETag as 'If-Match'.")
    if not await tx.act(END, END.one(enrollment=enrollment, ended_on=ended_on, ended_by=ended_by), by=by, today=today):
        raise Refused([ENDING.violation(1, "ended_already")])  # somebody else was quicker


async def end_service(tx: Tx, *, by: Actor, today: date, service: UUID, ended_on: date) -> None:
    """End a service that runs, and derive the person's participations anew. Raises `Refused`."""
    if not await tx.act(END_SERVICE, END_SERVICE.one(service=service, ended_on=ended_on), by=by, today=today):
        raise Refused([ENDING_SERVICE.violation(1, "runs_no_more")])  # somebody else was quicker
    participant = await tx.scalar(select(Service.participant).where(Service.id == service))
    await participations.derive(tx, by=by, participant=participant, today=today)
