"""Verbs about people: register, change, merge and un-merge; and the reads of personal data, which leave an entry."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, Row, Uuid, bindparam, func, insert, literal_column, select, text, update
from sqlalchemy.dialects.postgresql import JSONB

from app.audit.entries import audited, looked, note
from app.core.actor import Actor
from app.core.acts import Act, By, Made
from app.core.db import Tx
from app.core.errors import Conflict, Stale
from app.core.ids import uuid7
from app.core.paging import LIMIT, Page
from app.core.ready import Ready
from app.participants import queries
from app.participants.caseload import joining
from app.participants.checks import CHANGING, REGISTERING
from app.participants.models import Merge, Participant, PartnerReference, Touched
from app.participants.queries import NoParticipant
from app.participants.searching import findable, found_no_more, searched
from app.participants.touched import touching

_GIVEN = ("birth_date", "ssn_sealed", "ssn_token", "phone", "address", "residence", "sex", "hispanic", "races", "veteran")
_NAMED = (Participant.id, Participant.first_name, Participant.last_name, Participant.phone)


class NotMerged(Conflict):
    """Two records cannot be linked, or not be taken apart, as they are."""

    slug, title = "conflict", "These records cannot be linked or taken apart"


def _told(c: Any) -> dict[str, ColumnElement[Any]]:
    """What a candidate says about a person, as it is kept."""
    names = {"first_name": func.btrim(c.first_name), "last_name": func.btrim(c.last_name), "email": func.lower(c.email)}
    return {**names, **{name: c[name] for name in _GIVEN}}


def _register(candidate: CTE, admitted: ColumnElement[bool]) -> Made:
    """New people, each a person of its own; the registering partner's reference, and its caseload."""
    c, partner = candidate.c, func.coalesce(candidate.c.partner, By.partner)
    own = {"id": c.id, "person": c.id, "registered_by": partner, "registered_on": c.registered_on, "act": By.act}
    told = {**own, **_told(c)}
    made = insert(Participant).from_select(list(told), select(*told.values()).where(admitted)).returning(*_NAMED).cte("made")
    reference = select(partner, func.btrim(c.reference), c.id).where(admitted, c.reference.is_not(None))
    known_as = insert(PartnerReference).from_select(["partner", "reference", "participant"], reference)
    registered = select(partner.label("partner"), c.id.label("participant"), c.registered_on.label("since")).where(admitted)
    return (
        made,
        known_as.returning(literal_column("1")).cte("known_as"),
        joining(registered),
        findable(made),
        audited("register", made),
        touching(made, made.c.id),
    )


def _change(candidate: CTE, admitted: ColumnElement[bool]) -> Made:
    """The row as it is to be, if it is still at the revision that the change started from."""
    c = candidate.c
    made = (
        update(Participant)
        .where(Participant.id == c.participant, Participant.revision == c.revision, admitted)
        .values(**_told(c), revision=Participant.revision + 1)
        .returning(*_NAMED)
        .cte("made")
    )
    return made, findable(made, known=True), found_no_more(made), audited("change_participant", made), touching(made, made.c.id)


REGISTER = Act(REGISTERING, _register)
"""Register people. Run with `today`. Whether a person is known to somebody else makes no difference to the answer."""

CHANGE = Act(CHANGING, _change)
"""Change what is recorded about people. Run with `today`; `change` does it for one."""


async def change(tx: Tx, *, by: Actor, today: date, participant: UUID, revision: int | None, told: Mapping[str, Any]) -> None:
    """Change what `told` names about a person, and nothing if it is so already. `revision` is the one that the caller read, if it says.

    An enrollment keeps the residence of its own day; who moves lives elsewhere from now on. Raises `NoParticipant`, `Stale`, `Refused`.
    """
    kept = await queries.kept(tx, by=by, participant=participant)
    if revision is not None and kept.revision != revision:
        raise _stale(kept.revision)
    now = {name: getattr(kept, name) for name in CHANGING.fields.keys() - {"participant"}}
    wanted = {**now, **told}
    if all(wanted[name] == now[name] for name in now.keys() - {"ssn_sealed"}):  # sealed anew, a number has other bytes
        return
    if not await tx.act(CHANGE, CHANGE.one(**wanted, participant=participant), by=by, today=today):
        raise _stale(kept.revision + 1)


def _stale(revision: int) -> Stale:
    return Stale(f"The record is at revision {revision} by now. Read it again, and send your change with its ETag as 'If-Match'.")


_ONE = queries.ONE.cte("found")
_READ = Ready(select(_ONE).add_cte(looked("read_participant", _ONE, bindparam("participant", type_=Uuid))))


async def read(tx: Tx, *, by: Actor, participant: UUID) -> Row[Any]:
    """Look at a person's record; see `queries.one`. Leaves an entry. Raises `NoParticipant`."""
    rows = await tx.ready(_READ, {**by.binds, "by_act": uuid7(), "participant": participant})
    if not rows:
        raise NoParticipant
    row: Row[Any] = rows[0]
    return row


async def listed(tx: Tx, *, by: Actor, q: str | None = None, after: str | None = None, limit: int = LIMIT) -> Page[Row[Any]]:
    """Look at the people whom the caller may see, or those whom `q` finds; see `queries.listed` and `searching.searched`.

    Leaves an entry that does not say what was sought. Raises `TooShort`.
    """
    if q is not None and q.strip():
        return await searched(tx, by=by, q=q, after=after, limit=limit)
    page = await queries.listed(tx, by=by, after=after, limit=limit)
    await note(tx, "list_participants", by=by, rows=len(page.items))
    return page


async def alike(tx: Tx, *, by: Actor, after: str | None = None, limit: int = LIMIT) -> Page[Row[Any]]:
    """Look at the pairs of records that share a number; see `queries.alike`. Leaves an entry."""
    page = await queries.alike(tx, by=by, after=after, limit=limit)
    await note(tx, "review_identities", by=by, rows=len(page.items))
    return page


# One link at a time in a state: two that meet could make a circle. They are rare, and staff make them by hand.
_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended('persons of ' || current_setting('app.state'), 0))")
_WHICH = bindparam("which", type_=Uuid)
_PERSONS = select(Participant.id, Participant.person).where(Participant.id.in_(bindparam("ids", expanding=True)))
_REVISED = {"revision": Participant.revision + 1}
_MOVE = (
    update(Participant)
    .where(Participant.person == _WHICH)
    .values(person=bindparam("into", type_=Uuid), **_REVISED)
    .returning(Participant.id)
)
_BACK = update(Participant).where(Participant.id.in_(bindparam("ids", expanding=True))).values(person=_WHICH, **_REVISED)
_MERGES = (
    select(Merge.id, Merge.participant, Merge.into, Merge.person_before, Merge.person_after, Merge.records)
    .where(Merge.person_after == _WHICH, Merge.voided_by.is_(None))
    .order_by(Merge.id.desc())
)
_SAY = insert(Merge).values(
    **{name: bindparam(name, type_=Uuid) for name in ("participant", "into", "person_before", "person_after", "act")},
    records=bindparam("records", type_=JSONB),
)
_UNSAY = update(Merge).where(Merge.id == _WHICH).values(voided_by=bindparam("by_act", type_=Uuid))
_OF_THEM = select(Participant.id).where(Participant.person.in_(bindparam("persons", expanding=True)))
_TOUCH = insert(Touched).from_select(["participant"], _OF_THEM)


async def merge(tx: Tx, *, by: Actor, participant: UUID, into: UUID) -> list[UUID]:
    """Link a record, and all that are linked to it, to the person of another: from now on they are one human. Nothing is copied or lost.

    Facts stay with the record on which they were recorded, before and after. Answers the two persons whose participations have to be
    derived again: one has none from now on. Raises `NoParticipant`, `NotMerged`.
    """
    assert by.partner is None, "the state's own staff alone: a partner sees one of the two"
    await tx.run(_ALONE)
    person = {row.id: row.person for row in await tx.all(_PERSONS, {"ids": [participant, into]})}
    if person.keys() != {participant, into}:
        raise NoParticipant
    if person[participant] == person[into]:
        raise NotMerged("These are records of one person already.")
    moved = await tx.all(_MOVE, {"which": person[participant], "into": person[into]})
    act = await _linked(tx, by, "merge_participant", participant, persons := [person[participant], person[into]])
    said = {"participant": participant, "into": into, "person_before": persons[0], "person_after": persons[1], "act": act}
    await tx.run(_SAY, said | {"records": sorted(str(row.id) for row in moved)})
    return persons


async def unmerge(tx: Tx, *, by: Actor, participant: UUID) -> list[UUID]:
    """Take back the last link by which a record came to its person: it and all that came along are the person that they were before.

    It is refused, with the record that comes first, where that is not clear: if the record came along with another one, or if somebody
    was linked to the person by way of it since. Facts that were recorded meanwhile make nothing unclear: each is on one record.
    Answers the two persons whose participations have to be derived again. Raises `NoParticipant`, `NotMerged`.
    """
    assert by.partner is None, "the state's own staff alone"
    await tx.run(_ALONE)
    person = {row.id: row.person for row in await tx.all(_PERSONS, {"ids": [participant]})}
    if not person:
        raise NoParticipant
    if person[participant] == participant:
        raise NotMerged("This record is not merged into another. If others are merged into it, take those out.")
    merges = await tx.all(_MERGES, {"which": person[participant]})
    last = _last(merges, participant)
    await tx.run(_BACK, {"which": last.person_before, "ids": [UUID(record) for record in last.records]})
    act = await _linked(tx, by, "unmerge_participant", participant, persons := [last.person_after, last.person_before])
    await tx.run(_UNSAY, {"which": last.id, "by_act": act})
    return persons


def _last(merges: Sequence[Row[Any]], participant: UUID) -> Row[Any]:
    """Of the links to a person, newest first, the one that brought a record. Raises `NotMerged` where another one has to go before it."""
    at, last = next((at, merge) for at, merge in enumerate(merges) if str(participant) in merge.records)
    if participant not in (last.participant, last.person_before):
        raise NotMerged(f"It came to this person along with record {last.participant}. Take that one out first.")
    if by_way_of_it := [merge for merge in merges[:at] if str(merge.into) in last.records]:
        raise NotMerged(
            f"Record {by_way_of_it[0].participant} was linked to it since, and whose it is then is not clear. Take that out first."
        )
    return last


async def _linked(tx: Tx, by: Actor, verb: str, participant: UUID, persons: list[UUID]) -> UUID:
    """Mark every record of the persons as touched, and leave the entry. Answers its id."""
    records = await tx.run(_TOUCH, {"persons": persons})
    return await note(tx, verb, by=by, subject=participant, rows=records, detail={"persons": [str(person) for person in persons]})
