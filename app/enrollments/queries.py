"""Questions about people on their way. They tell what became of somebody, so those that the edges ask leave an entry: see `reading`."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Uuid, bindparam, case, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from app.career_paths.models import CareerPath, Step
from app.core.actor import Actor
from app.core.acts import By
from app.core.db import Read
from app.core.errors import NotFound
from app.core.paging import LIMIT, Keyset, Page
from app.enrollments.models import Credential, Enrollment, StepCompletion
from app.enrollments.visibility import shared
from app.participants.models import Residence

ORDER = Keyset(Enrollment.id)


class NoEnrollment(NotFound):
    """There is no such enrollment, or none that the caller may see."""

    slug, title = "not-found", "There is no such enrollment"

    def __init__(self) -> None:
        super().__init__("There is no such enrollment, or none that you may see.")


ACTIVE = (Enrollment.ended_on.is_(None), Enrollment.voided_by.is_(None))
STATUSES: dict[str, tuple[ColumnElement[bool], ...]] = {
    "active": ACTIVE,
    "completed": (Enrollment.ended_by == "completion", Enrollment.voided_by.is_(None)),
    "withdrawn": (Enrollment.ended_by == "withdrawal", Enrollment.voided_by.is_(None)),
    "voided": (Enrollment.voided_by.is_not(None),),
}
"""What an enrollment can be, and how one tells."""

_STATUS = case(
    (Enrollment.voided_by.is_not(None), "voided"),
    (Enrollment.ended_by == "completion", "completed"),
    (Enrollment.ended_by == "withdrawal", "withdrawn"),
    else_="active",
)
_SHORT = (
    Enrollment.id,
    Enrollment.participant,
    Enrollment.career_path,
    CareerPath.key.label("career_path_key"),
    CareerPath.version.label("career_path_version"),
    Enrollment.partner,
    _STATUS.label("status"),
    Enrollment.started_on,
    Enrollment.planned_end,
    Enrollment.ended_on,
    Enrollment.reference,
)
_LISTED = select(*_SHORT).join(CareerPath, CareerPath.id == Enrollment.career_path)


async def enrollments(
    read: Read,
    *,
    by: Actor,
    today: date,
    partner: UUID | None = None,
    participant: UUID | None = None,
    region: tuple[str, str] | None = None,
    career_path: str | None = None,
    status: str | None = None,
    after: str | None = None,
    limit: int = LIMIT,
) -> Page[Row[Any]]:
    """Enrollments in the order of their ids: a partner's own, or those of a partner that shares with it; of everybody for the state.

    `region` is a system and a code: where the person lived on the day of enrollment. `career_path` is a path's key, in any version.
    Those that were taken back are among them only if `status` asks for them.
    """
    statement = _LISTED.where(shared(Enrollment.partner))
    if (of := partner or by.partner) is not None:
        statement = statement.where(Enrollment.partner == of)
    if participant is not None:
        statement = statement.where(Enrollment.participant == participant)
    if region is not None:
        system, code = region
        lived_there = select(Residence.id).where(Residence.regions[system]["region"].astext == code)
        statement = statement.where(Enrollment.residence.in_(lived_there))
    if career_path is not None:
        statement = statement.where(Enrollment.career_path.in_(select(CareerPath.id).where(CareerPath.key == career_path)))
    statement = statement.where(*STATUSES[status]) if status else statement.where(Enrollment.voided_by.is_(None))
    rows = await read.all(ORDER.page(statement, after=after, limit=limit), {**by.binds, "by_today": today})
    return ORDER.cut(rows, limit=limit)


def _listed(order: Any, *pairs: Any) -> ColumnElement[Any]:
    """Rows of something that belongs to the enrollment, as one JSON array."""
    each = func.jsonb_build_object(*pairs)
    return func.coalesce(func.jsonb_agg(aggregate_order_by(each, order)), literal_column("'[]'", JSONB))


_DONE = (StepCompletion.enrollment == Enrollment.id, StepCompletion.step == Step.id, StepCompletion.voided_by.is_(None))
_TAKEN = ("step", Step.id, "position", Step.position, "key", Step.key, "title", Step.title, "kind", Step.kind)
_STEPS = (
    select(_listed(Step.position, *_TAKEN, "completed_on", StepCompletion.completed_on, "completion", StepCompletion.id))
    .select_from(Step)
    .outerjoin(StepCompletion, (_DONE[0]) & (_DONE[1]) & (_DONE[2]))
    .where(Step.career_path == Enrollment.career_path)
    .correlate(Enrollment)
    .scalar_subquery()
)
_AWARDED = ("id", Credential.id, "name", Credential.name, "wioa_type", Credential.wioa_type, "issuer", Credential.issuer)
_CREDENTIALS = (
    select(_listed(Credential.awarded_on, *_AWARDED, "awarded_on", Credential.awarded_on))
    .where(Credential.participant == Enrollment.participant, Credential.enrollment == Enrollment.id, Credential.voided_by.is_(None))
    .correlate(Enrollment)
    .scalar_subquery()
)
_WHOLE = _LISTED.add_columns(
    CareerPath.title.label("career_path_title"),
    Residence.regions,
    _STEPS.label("steps"),
    _CREDENTIALS.label("credentials"),
    Enrollment.revision,
).join(Residence, Residence.id == Enrollment.residence)
ONE = _WHOLE.where(Enrollment.id == bindparam("enrollment", type_=Uuid), shared(Enrollment.partner))
"""One enrollment, with its path's steps and the credentials that it led to. Run with `Actor.binds`, `by_today` and `enrollment`."""

UNDER_WAY = _WHOLE.where(
    Enrollment.participant == bindparam("participant", type_=Uuid),
    *ACTIVE,
    or_(By.partner.is_(None), Enrollment.partner == By.partner),
).order_by(Enrollment.id)
"""The same of a person's enrollments that have not ended: the caller's own, and of every partner for the state."""

_PARTICIPANT = select(Enrollment.participant).where(Enrollment.id == bindparam("enrollment", type_=Uuid), shared(Enrollment.partner))


async def participant_of(read: Read, *, by: Actor, today: date, enrollment: UUID) -> UUID:
    """Whose enrollment it is. Raises `NoEnrollment`."""
    participant: UUID | None = await read.scalar(_PARTICIPANT, {**by.binds, "by_today": today, "enrollment": enrollment})
    if participant is None:
        raise NoEnrollment
    return participant
