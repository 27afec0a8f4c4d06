"""Questions about people. The ones that tell who somebody is are asked by actions, which leave an entry; see `actions`."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, Uuid, and_, bindparam, case, cast, func, literal_column, null, or_, select
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.orm import aliased

from app.core.actor import Actor
from app.core.acts import By
from app.core.db import Read
from app.core.errors import NotFound
from app.core.paging import Keyset, Page
from app.participants.models import Participant, PartnerReference, Residence
from app.participants.visibility import only_visible, visible

ORDER = Keyset(Participant.id)


class NoParticipant(NotFound):
    """There is no such participant, or none that the caller may see."""

    slug, title = "not-found", "There is no such participant"

    def __init__(self) -> None:
        super().__init__("There is no such participant, or none that you may see. Whom you register, enroll or serve, you see.")


def age_on(day: ColumnElement[date] | Any) -> ColumnElement[int]:
    """The age in whole years on a day, of a row of `Participant`: what other rooms get in place of a birth date."""
    return cast(func.date_part("year", func.age(day, Participant.birth_date)), Participant.sex.type)


_REFERENCE = func.jsonb_build_object("partner", PartnerReference.partner, "reference", PartnerReference.reference)
_REFERENCES = (
    select(func.coalesce(func.jsonb_agg(aggregate_order_by(_REFERENCE, PartnerReference.reference)), literal_column("'[]'", JSONB)))
    .where(PartnerReference.participant == Participant.id, or_(By.partner.is_(None), PartnerReference.partner == By.partner))
    .correlate(Participant)
    .scalar_subquery()
)
_OURS = or_(By.partner.is_(None), Participant.registered_by == By.partner)
_TOLD = (
    Participant.id,
    Participant.first_name,
    Participant.last_name,
    Participant.birth_date,
    Participant.ssn_token.is_not(None).label("ssn_known"),
    Participant.email,
    Participant.phone,
    Participant.address,
    Participant.sex,
    Participant.hispanic,
    Participant.races,
    Participant.veteran,
    Participant.registered_on,
    # Who else knows a person is nobody's business but the state's.
    case((_OURS, Participant.registered_by)).label("registered_by"),
    case((By.partner.is_(None), Participant.person), else_=null()).label("person"),
    _REFERENCES.label("references"),
    Participant.revision,
    Residence.postal,
    Residence.county,
    Residence.place,
    Residence.zip,
    Residence.decided_on,
    Residence.regions,
)
ONE = (
    select(*_TOLD)
    .join(Residence, Residence.id == Participant.residence)
    .where(Participant.id == bindparam("participant", type_=Uuid), visible(Participant.id))
)
"""What is recorded about a person, with the residence. Run with `Actor.binds` and `participant`."""


async def one(read: Read, *, by: Actor, participant: UUID) -> Row[Any]:
    """What is recorded about a person, with the residence and its regions; never the number. Raises `NoParticipant`."""
    row = await read.first(ONE, {**by.binds, "participant": participant})
    if row is None:
        raise NoParticipant
    return row


_KEPT = select(
    *(c for c in Participant.__table__.c if c.name not in ("state", "number", "act", "voided_by", "last_key", "first_key", "registered_by"))
).where(Participant.id == bindparam("participant", type_=Uuid), visible(Participant.id))


async def kept(read: Read, *, by: Actor, participant: UUID) -> Row[Any]:
    """What a change starts from: every column that can change, sealed ones too. Raises `NoParticipant`."""
    row = await read.first(_KEPT, {**by.binds, "participant": participant})
    if row is None:
        raise NoParticipant
    return row


_SHORT: tuple[Any, ...] = (
    Participant.id,
    Participant.first_name,
    Participant.last_name,
    Participant.birth_date,
    Participant.registered_on,
    Participant.revision,
)
_LISTED: Select[Any] = select(*_SHORT)


async def listed(read: Read, *, by: Actor, after: str | None = None, limit: int) -> Page[Row[Any]]:
    """All whom the caller may see, in the order of their ids. To find somebody among them is what `searching` is for."""
    rows = await read.all(ORDER.page(only_visible(_LISTED, Participant.id, by=by), after=after, limit=limit), by.binds)
    return ORDER.cut(rows, limit=limit)


@cache
def _alike() -> tuple[Keyset, Select[Any]]:
    """Pairs of records of one number that nobody has linked."""
    first, second = aliased(Participant, name="first"), aliased(Participant, name="second")
    linked = and_(second.ssn_token == first.ssn_token, second.id > first.id, second.person != first.person)
    pairs = select(
        first.id.label("one"),
        second.id.label("other"),
        (first.birth_date == second.birth_date).label("birth_date_agrees"),
        (first.last_key == second.last_key).label("last_name_agrees"),
    ).join(second, linked)
    found = pairs.where(first.ssn_token.is_not(None)).subquery("pairs")
    return Keyset(found.c.one, found.c.other), select(found)


async def alike(read: Read, *, by: Actor, after: str | None = None, limit: int) -> Page[Row[Any]]:
    """Pairs of records with equal social security numbers that are not linked, for the state's own staff to look at.

    An equal number is not an equal person: where birth date and family name both differ, the number is mistyped or borrowed, and
    nothing may be concluded from it until somebody has looked. No partner is told: it would say who else knows a person.
    """
    assert by.partner is None, "the state's own staff alone"
    order, statement = _alike()
    rows: Sequence[Row[Any]] = await read.all(order.page(statement, after=after, limit=limit))
    return order.cut(rows, limit=limit)
