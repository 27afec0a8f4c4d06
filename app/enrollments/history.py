"""What was known of participations, and when: a derivation keeps beside what it finds what was found before.

A row of `participations` is known from `derived_at` until `superseded_at`. What came and went within one transaction nobody ever knew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Uuid, bindparam, exists, select

from app.audit.entries import note
from app.core.actor import Actor
from app.core.db import Read, Tx
from app.enrollments.models import Participation, Service
from app.enrollments.rules import Period
from app.participants.models import Participant
from app.participants.queries import NoParticipant
from app.participants.visibility import visible


@dataclass(frozen=True)
class Version:
    """What was known of a period from a day on. `exit` is as it was known on the last of the days; `known_until` is blank if it stands."""

    track: str
    programs: Sequence[str]
    entry: date
    last_service: date | None
    open_until: date | None
    exit: date | None
    known_from: date
    known_until: date | None


_PERSON = select(Participant.person).where(Participant.id == bindparam("participant", type_=Uuid), visible(Participant.id))
_RECORDS = select(Participant.id).where(Participant.person == bindparam("person", type_=Uuid))
_ALL = (
    select(Participation)
    .where(Participation.person.in_(_RECORDS), Participation.derived_at.is_distinct_from(Participation.superseded_at))
    .order_by(Participation.entry, Participation.track, Participation.derived_at, Participation.id)
)


async def versions(tx: Tx, *, by: Actor, today: date, participant: UUID, as_of: date | None = None) -> list[Version]:
    """Look at all that was ever known of a person's participations; with `as_of`, at what was known at the end of that day.

    By entry and track, in the order in which it came to be known. Raises `NoParticipant`.
    """
    person = await tx.scalar(_PERSON, {**by.binds, "participant": participant})
    if person is None:
        raise NoParticipant
    zone = ZoneInfo(by.zone)
    found = []
    for row in await tx.all(_ALL, {"person": person}):
        known_from = row.derived_at.astimezone(zone).date()
        known_until = row.superseded_at and row.superseded_at.astimezone(zone).date()
        if as_of is not None and not (known_from <= as_of and (known_until is None or as_of < known_until)):
            continue
        asked = as_of or known_until or today
        left = Period(row.track, row.entry, row.last_service, row.open_until).exit(asked)
        days = (row.entry, row.last_service, row.open_until, left, known_from, known_until)
        found.append(Version(row.track, row.programs, *days))
    await note(tx, "read_participation_history", by=by, subject=participant, rows=len(found))
    return found


_SERVED = select(
    exists().where(Service.participant.in_(select(Participant.id).where(Participant.person.in_(_PERSON))), Service.voided_by.is_(None))
)


async def served(read: Read, *, by: Actor, participant: UUID) -> bool:
    """Whether anything was done for a person, of whatever kind. Who was served and has no participation is a reportable individual."""
    return bool(await read.scalar(_SERVED, {**by.binds, "participant": participant}))
