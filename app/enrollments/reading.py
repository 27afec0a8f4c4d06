"""Reads of what became of people. Each leaves an entry in the audit record, and so takes a transaction that writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, Uuid, bindparam, case, exists, false, literal, null, or_, select, union_all
from sqlalchemy.orm import aliased

from app.audit.entries import audited, looked, note
from app.career_paths.models import CareerPath, Step
from app.core.actor import Actor
from app.core.db import Tx
from app.core.errors import Gone, NotFound
from app.core.ids import uuid7
from app.core.paging import LIMIT, Page
from app.core.ready import Ready
from app.enrollments import queries
from app.enrollments.models import (
    Credential,
    EligibilityDetermination,
    Enrollment,
    ExitReason,
    Participation,
    PlannedService,
    Service,
    ServiceKind,
    StepCompletion,
)
from app.enrollments.rules import Fact, Period, ProgramEnrollment, counting, program_enrollments, why
from app.enrollments.visibility import shared
from app.participants.models import Participant
from app.participants.queries import NoParticipant
from app.participants.visibility import known, visible
from app.states import queries as states
from app.states.policy import Policy


class NoParticipation(NotFound):
    """There is no such participation, or none that the caller may see."""

    slug, title = "not-found", "There is no such participation"

    def __init__(self) -> None:
        super().__init__("There is no such participation, or none that you may see.")


class Superseded(Gone):
    """A participation that followed from what was known once, and does not follow from what is known now."""

    slug, title = "gone", "This participation follows no more"

    def __init__(self) -> None:
        super().__init__("What was recorded since has changed it. Read /v1/participants/{participant}/participations of the person.")


async def enrollments(tx: Tx, *, by: Actor, today: date, after: str | None = None, limit: int = LIMIT, **wanted: Any) -> Page[Row[Any]]:
    """Look at enrollments; see `queries.enrollments`."""
    page = await queries.enrollments(tx, by=by, today=today, after=after, limit=limit, **wanted)
    await note(tx, "list_enrollments", by=by, rows=len(page.items))
    return page


_ONE = queries.ONE.cte("found")
_READ_ONE = Ready(select(_ONE).add_cte(audited("read_enrollment", _ONE)))  # one statement: the entry costs no further round trip


async def enrollment(tx: Tx, *, by: Actor, today: date, enrollment: UUID) -> dict[str, Any]:
    """Look at one enrollment, its steps and credentials. Raises `NoEnrollment`."""
    rows = await tx.ready(_READ_ONE, {"by_act": uuid7(), "by_today": today, **by.binds, "enrollment": enrollment})
    if not rows:
        raise queries.NoEnrollment
    found: dict[str, Any] = rows[0]._asdict()
    return found


_UNDER_WAY = queries.UNDER_WAY.cte("found")
_READ_UNDER_WAY = Ready(
    select(_UNDER_WAY).order_by(_UNDER_WAY.c.id).add_cte(looked("list_enrollments", _UNDER_WAY, bindparam("participant", type_=Uuid)))
)


async def under_way(tx: Tx, *, by: Actor, today: date, participant: UUID) -> list[dict[str, Any]]:
    """Look at a person's enrollments that have not ended, each as `enrollment` answers it; a partner at its own. Nobody's: none."""
    binds = {**by.binds, "by_act": uuid7(), "by_today": today, "participant": participant}
    return [row._asdict() for row in await tx.ready(_READ_UNDER_WAY, binds)]


_LAST_SERVED = (
    select(Service.kind, Service.program)
    .where(Service.participant == bindparam("participant", type_=Uuid), Service.voided_by.is_(None), shared(Service.partner))
    .order_by(Service.given_on.desc(), Service.id.desc())
    .limit(1)
    .cte("found")
)
_READ_LAST_SERVED = Ready(select(_LAST_SERVED).add_cte(looked("read_last_service", _LAST_SERVED, bindparam("participant", type_=Uuid))))


async def last_served(tx: Tx, *, by: Actor, today: date, participant: UUID) -> Row[Any] | None:
    """Look at the kind and program of the last service of a person that the caller may see; None if there is none."""
    binds = {**by.binds, "by_act": uuid7(), "by_today": today, "participant": participant}
    return next(iter(await tx.ready(_READ_LAST_SERVED, binds)), None)


# What happened: everything that somebody recorded, of every record of the person. Rooms above add what they know, and read it whole.

_OF = aliased(Participant, name="record")
_PERSON = select(Participant.person).where(Participant.id == bindparam("participant", type_=Uuid)).scalar_subquery()


def _moments(what: str, table: type[Any], on: Any, title: Any, *joined: tuple[Any, Any]) -> Select[Any]:
    owner = Enrollment if table is StepCompletion else table
    chosen = select(on.label("on"), literal(what).label("what"), title.label("title"), owner.partner.label("partner"), table.id.label("id"))
    chosen = chosen.select_from(table)
    for other, how in joined:
        chosen = chosen.join(other, how)
    return chosen.join(_OF, _OF.id == owner.participant).where(_OF.person == _PERSON, table.voided_by.is_(None))


_ON_PATH = (CareerPath, CareerPath.id == Enrollment.career_path)
_OF_STEPS = ((Enrollment, Enrollment.id == StepCompletion.enrollment), (Step, Step.id == StepCompletion.step))
_REGISTERED = (
    _OF.registered_on.label("on"),
    literal("registration").label("what"),
    null().label("title"),
    _OF.registered_by.label("partner"),
    _OF.id.label("id"),
)


def _kind_of(table: type[Any]) -> tuple[Any, Any]:
    return ServiceKind, ServiceKind.key == table.kind


_ALL = union_all(
    select(*_REGISTERED).where(_OF.person == _PERSON),
    _moments("enrollment", Enrollment, Enrollment.started_on, CareerPath.title, _ON_PATH),
    _moments("completion", Enrollment, Enrollment.ended_on, CareerPath.title, _ON_PATH).where(Enrollment.ended_by == "completion"),
    _moments("withdrawal", Enrollment, Enrollment.ended_on, CareerPath.title, _ON_PATH).where(Enrollment.ended_by == "withdrawal"),
    _moments("step_completion", StepCompletion, StepCompletion.completed_on, Step.title, *_OF_STEPS),
    _moments("credential", Credential, Credential.awarded_on, Credential.name),
    _moments("service", Service, Service.given_on, ServiceKind.title, _kind_of(Service)),
    _moments("planned_service", PlannedService, PlannedService.planned_for, ServiceKind.title, _kind_of(PlannedService)),
    _moments("exit_reason", ExitReason, ExitReason.since, ExitReason.reason),
).subquery("moments")
MOMENTS = select(_ALL, shared(_ALL.c.partner).label("shared")).where(known(bindparam("participant", type_=Uuid)))
"""What happened to the person behind a record, in no order: on, what, title, partner, id, and whether it is shared with the caller.

Run with `Actor.binds`, `by_today` and `participant`. Nobody whom the caller may see: no row.
"""


# Participations, and why they are as they are.


@dataclass(frozen=True)
class Explained:
    """A participation that stands, and the facts that it follows from: rows of `_FACTS`."""

    id: UUID
    person: UUID
    programs: Sequence[str]
    period: Period
    program_enrollments: Sequence[ProgramEnrollment]
    began_by: Sequence[Row[Any]]
    kept_open_by: Sequence[Row[Any]]


def _facts(table: type[Any], on: Any, until: Any, *, planned: bool) -> Select[Any]:
    columns = (
        table.id,
        literal("planned_service" if planned else "service").label("what"),
        table.kind,
        ServiceKind.title,
        ServiceKind.citation,
        table.program,
        table.partner,
        on.label("on"),
        until.label("until"),
        (literal(value=False) if planned else ServiceKind.triggers).label("begins"),
        ServiceKind.extends,
        literal(planned).label("planned"),
        shared(table.partner).label("shared"),
        (null() if planned else ServiceKind.settles).label("settles"),
    )
    chosen = select(*columns).join(ServiceKind, ServiceKind.key == table.kind).join(_OF, _OF.id == table.participant)
    does = or_(ServiceKind.triggers, ServiceKind.extends, *([] if planned else [ServiceKind.settles.is_not(None)]))
    return chosen.where(_OF.person == bindparam("person", type_=Uuid), table.voided_by.is_(None), does)


_D = EligibilityDetermination
_DETERMINED = (
    select(_D.id, literal("eligibility_determination"), null(), null(), null(), _D.program, _D.partner, _D.determined_on, _D.determined_on)
    .add_columns(false(), false(), false(), shared(_D.partner), literal("eligibility"))
    .join(_OF, _OF.id == _D.participant)
    .where(_OF.person == bindparam("person", type_=Uuid), _D.voided_by.is_(None), _D.program == "youth", _D.eligible.is_(True))
)
_FACTS = Ready(
    union_all(
        _facts(Service, Service.given_on, case((ServiceKind.runs, Service.ended_on), else_=Service.given_on), planned=False),
        _facts(PlannedService, PlannedService.documented_on, PlannedService.planned_for, planned=True),
        _DETERMINED,
    ).order_by("on", "id")
)
_DERIVED = select(
    Participation.id,
    Participation.person,
    Participation.track,
    Participation.entry,
    Participation.last_service,
    Participation.open_until,
    Participation.programs,
    Participation.superseded_at,
)
_SEEN = exists().where(_OF.person == Participation.person, visible(_OF.id)).correlate_except(_OF)
_BY_ID = _DERIVED.where(Participation.id == bindparam("participation", type_=Uuid), _SEEN)
# One row without an id for a person who has none.
_STANDING = (
    _DERIVED.with_only_columns(*(column for column in _DERIVED.selected_columns if column.key != "person"), Participant.person)
    .select_from(Participant)
    .outerjoin(Participation, (Participation.person == Participant.person) & Participation.superseded_at.is_(None))
    .where(Participant.id == bindparam("participant", type_=Uuid), visible(Participant.id))
    .cte("found")
)
_THEIRS = Ready(
    select(_STANDING)
    .order_by(_STANDING.c.entry, _STANDING.c.track)
    .add_cte(looked("read_participations", _STANDING, bindparam("participant", type_=Uuid)))
)


async def participations(tx: Tx, *, by: Actor, today: date, participant: UUID) -> Sequence[Explained]:
    """Look at the participations of the person behind a record, oldest first. Raises `NoParticipant`."""
    rows = await tx.ready(_THEIRS, {**by.binds, "by_act": uuid7(), "participant": participant})
    if not rows:
        raise NoParticipant
    return await _explained(tx, by, today, [row for row in rows if row.id is not None])


async def participation(tx: Tx, *, by: Actor, today: date, participation: UUID) -> Explained:
    """Look at one participation. Raises `NoParticipation`, and `Superseded` if it follows no more from what is known now."""
    row = await tx.first(_BY_ID, {**by.binds, "participation": participation})
    if row is None:
        raise NoParticipation
    if row.superseded_at is not None:
        raise Superseded
    await note(tx, "read_participation", by=by, subject=participation)
    [explained] = await _explained(tx, by, today, [row])
    return explained


async def _explained(tx: Tx, by: Actor, today: date, standing: Sequence[Row[Any]]) -> list[Explained]:
    if not standing:
        return []
    policy = await states.policy(tx, by=by, on=today)
    rows = await tx.ready(_FACTS, {**by.binds, "by_today": today, "person": standing[0].person})
    facts = [(Fact(row.program, row.begins, row.extends, row.planned, row.on, row.until, row.settles), row) for row in rows]
    return [_explain(row, counting(facts), policy) for row in standing]


def _explain(row: Row[Any], facts: Sequence[tuple[Fact, Row[Any]]], policy: Policy) -> Explained:
    period = Period(row.track, row.entry, row.last_service, row.open_until)
    enrolled = program_enrollments(period, (fact for fact, _ in facts), policy)
    return Explained(row.id, row.person, row.programs, period, enrolled, *why(period, facts, policy))
