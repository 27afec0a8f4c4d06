"""Questions about people. The ones that tell who somebody is are asked by actions, which leave an entry; see `actions`."""

import re
from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, Uuid, and_, bindparam, case, cast, func, literal_column, null, or_, select, union
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
_ONE = (
    select(*_TOLD)
    .join(Residence, Residence.id == Participant.residence)
    .where(Participant.id == bindparam("participant", type_=Uuid), visible(Participant.id))
)


async def one(read: Read, *, by: Actor, participant: UUID) -> Row[Any]:
    """What is recorded about a person, with the residence and its regions; never the number. Raises `NoParticipant`."""
    row = await read.first(_ONE, {**by.binds, "participant": participant})
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


async def listed(read: Read, *, by: Actor, q: str | None = None, after: str | None = None, limit: int) -> Page[Row[Any]]:
    """Those whom the caller may see, in the order of their ids: all, or those whom `q` finds.

    `q` is an id, a birth date (2001-05-17), a reference, or a name, given and family name or family name alone, in full and in any case.
    """
    statement = only_visible(_LISTED, Participant.id, by=by)
    if q is not None and q.strip():
        statement = statement.where(_found(" ".join(q.split())))
    rows = await read.all(ORDER.page(statement, after=after, limit=limit), by.binds)
    return ORDER.cut(rows, limit=limit)


def _found(q: str) -> ColumnElement[bool]:
    """Equality alone: under row policies nothing else uses an index."""
    try:
        return Participant.id == UUID(q)
    except ValueError:
        pass
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", q):
        try:
            return Participant.birth_date == date.fromisoformat(q)
        except ValueError:
            pass
    mine = or_(By.partner.is_(None), PartnerReference.partner == By.partner)
    known_as = select(PartnerReference.participant).where(PartnerReference.reference == q, mine)
    named = aliased(Participant, name="named")  # a union, since an index serves no OR of two tables
    return Participant.id.in_(union(known_as, select(named.id).where(or_(*_called(named, q)))))


def _called(who: type[Participant], q: str) -> list[ColumnElement[bool]]:
    """Every way to divide a name into given and family name; `Cruz, Ana` says where."""
    name = func.lower
    if "," in q:
        last, _, first = (part.strip() for part in q.partition(","))
        return [and_(who.last_key == name(last), *([who.first_key == name(first)] if first else []))]
    words = q.split()
    splits = [(" ".join(words[:i]), " ".join(words[i:])) for i in range(1, len(words))]
    return [who.last_key == name(q), *(and_(who.first_key == name(f), who.last_key == name(s)) for f, s in splits)]


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
