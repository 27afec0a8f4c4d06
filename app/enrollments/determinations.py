"""Determinations of eligibility: made by a worker on a day, kept as they were made, and read by those who may see them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, Boolean, ColumnElement, Date, Row, Text, Uuid, and_, bindparam, func, not_, select
from sqlalchemy.dialects.postgresql import JSONB

from app.audit.entries import note
from app.core.actor import Actor
from app.core.acts import Act, By, Candidate, Checks, Made, Refusing
from app.core.db import Tx
from app.core.errors import NotFound, Refused
from app.enrollments import participations
from app.enrollments.actions import recorded
from app.enrollments.checks import ENROLLING, acting, day_of, partner_serves_on
from app.enrollments.claims import Value
from app.enrollments.eligibility import TITLE_ONE, Determination, determine
from app.enrollments.eligibility_facts import RECORD, Given, read
from app.enrollments.models import EligibilityDetermination
from app.enrollments.visibility import shared
from app.participants.models import Participant
from app.participants.queries import NoParticipant, age_on
from app.participants.visibility import known, visible
from app.states import queries as states

NATIVE = ("american_indian_or_alaska_native", "native_hawaiian_or_pacific_islander")

DETERMINING = Checks(
    "determine_eligibility",
    participant=Uuid,
    partner=Uuid,
    program=Text,
    determined_on=Date,
    worker=Text,
    facts=JSONB,
    result=JSONB,
    eligible=Boolean,
    rules=Text,
)
DETERMINING.also(ENROLLING, "unknown_participant", "partner_missing", "unknown_partner", "another_partner")
partner_serves_on(DETERMINING, "determined_on")
day_of(DETERMINING, "determined_on")


@DETERMINING.refuse("worker")
def worker_missing(c: Candidate, by: type[By]) -> Refusing:
    """Say which member of staff determined it."""
    return and_(func.btrim(func.coalesce(c.worker, "")) == "")


@DETERMINING.refuse("program")
def not_of_title_one(c: Candidate, by: type[By]) -> Refusing:
    """Eligibility is determined for adult, dislocated_worker or youth. Wagner-Peyser serves everybody (20 CFR 652.207)."""
    return not_(func.coalesce(c.program.in_(TITLE_ONE), False))


def _determine(candidate: CTE, admitted: ColumnElement[bool]) -> Made:
    c = candidate.c
    given = ("id", "participant", "program", "determined_on", "facts", "result", "eligible", "rules")
    told = {**{name: c[name] for name in given}, "worker": func.btrim(c.worker), "partner": acting(c, By)}
    return recorded("determine_eligibility", EligibilityDetermination, told, admitted, "determined_on")


DETERMINE = Act(DETERMINING, _determine)
"""Record a determination; `record` makes what it says."""

_RECORD = select(
    age_on(bindparam("on", type_=Date)).label("age"), Participant.races, Participant.veteran
).where(Participant.id == bindparam("participant", type_=Uuid), visible(Participant.id))  # fmt: skip


@dataclass(frozen=True)
class Decided:
    """A determination, and the facts that it rests on, with their documents."""

    determination: Determination
    facts: Mapping[str, Mapping[str, Any]]


async def consider(tx: Tx, *, by: Actor, participant: UUID, program: str, determined_on: date, facts: Mapping[str, Given]) -> Determination:
    """Look at what would follow from the facts: a worker sees what is missing before he determines. Leaves an entry. Raises as `record`."""
    decided = await _decided(tx, by, participant, program, determined_on, facts)
    await note(tx, "consider_eligibility", by=by, subject=participant)
    return decided.determination


async def _decided(tx: Tx, by: Actor, participant: UUID, program: str, determined_on: date, facts: Mapping[str, Given]) -> Decided:
    """What follows from the facts and the person's record."""
    row = await tx.first(_RECORD, {**by.binds, "participant": participant, "on": determined_on})
    if row is None:
        raise NoParticipant
    recorded_facts = _of_record(row)
    values, wrong = read(facts, recorded_facts)
    if wrong:
        raise Refused(wrong)
    policy = await states.policy(tx, by=by, on=determined_on)
    documents = {name: {"value": _json(value), "document": RECORD} for name, value in recorded_facts.items()}
    documents |= {name: {"value": _json(values[name]), "document": one.document, "reference": one.reference} for name, one in facts.items()}
    found = determine(program, values, on=determined_on, rules=policy.eligibility_rules)
    return Decided(found, dict(sorted(documents.items())))


async def record(
    tx: Tx,
    *,
    by: Actor,
    today: date,
    participant: UUID,
    program: str,
    determined_on: date,
    worker: str,
    facts: Mapping[str, Given],
    partner: UUID | None = None,
) -> UUID:
    """Determine it, and keep that. Raises `NoParticipant`; `Refused` with everything that is wrong with the facts."""
    decided = await _decided(tx, by, participant, program, determined_on, facts)
    found = decided.determination
    told = {"program": program, "determined_on": determined_on, "worker": worker, "facts": decided.facts, "rules": found.version}
    one = DETERMINE.one(participant=participant, partner=partner, **told, result=plain(found), eligible=found.eligible)
    [made] = await tx.act(DETERMINE, one, by=by, today=today)
    await participations.derive(tx, by=by, participant=participant, today=today)  # of Youth, an element may count from now on
    return made


def plain(found: Determination) -> dict[str, Any]:
    """A determination as JSON."""
    told = asdict(found)
    return {**told, "on": found.on.isoformat(), "findings": [dict(each) for each in told["findings"]]}


def _of_record(row: Row[Any]) -> dict[str, Value]:
    """The facts that the person's own record tells: what it does not disclose, a worker gives."""
    told: dict[str, Value] = {"age": row.age}
    if row.veteran in (0, 1):
        told["veteran"] = row.veteran == 1
    if row.races:
        told["native"] = any(race in NATIVE for race in row.races)
    return told


def _json(value: Value) -> Any:
    return value.isoformat() if isinstance(value, date) else value


class NoDetermination(NotFound):
    """There is no such determination, or none that the caller may see."""

    slug, title = "not-found", "There is no such determination"

    def __init__(self) -> None:
        super().__init__("There is no such determination, or none that you may see.")


_FIELDS = tuple(
    EligibilityDetermination.__table__.c[name]
    for name in ("id", "participant", "partner", "program", "determined_on", "worker", "facts", "result", "eligible", "rules")
)
_SEEN = select(*_FIELDS).where(
    EligibilityDetermination.voided_by.is_(None),
    visible(EligibilityDetermination.participant),
    shared(EligibilityDetermination.partner),
)
_ONE = _SEEN.where(EligibilityDetermination.id == bindparam("determination", type_=Uuid))
_OF_PERSON = _SEEN.where(EligibilityDetermination.participant == bindparam("participant", type_=Uuid)).order_by(
    EligibilityDetermination.determined_on.desc(), EligibilityDetermination.id.desc()
)
_KNOWN = select(known(bindparam("participant", type_=Uuid)))


async def one(tx: Tx, *, by: Actor, today: date, determination: UUID) -> Row[Any]:
    """Look at a determination. Leaves an entry. Raises `NoDetermination`."""
    row = await tx.first(_ONE, {**by.binds, "by_today": today, "determination": determination})
    if row is None:
        raise NoDetermination
    await note(tx, "read_eligibility", by=by, subject=row.participant)
    return row


async def of_person(tx: Tx, *, by: Actor, today: date, participant: UUID) -> list[Row[Any]]:
    """Look at a person's determinations, newest first, as far as the caller may see them. Leaves an entry. Raises `NoParticipant`."""
    if not await tx.scalar(_KNOWN, {**by.binds, "participant": participant}):
        raise NoParticipant
    rows = list(await tx.all(_OF_PERSON, {**by.binds, "by_today": today, "participant": participant}))
    await note(tx, "read_eligibility", by=by, subject=participant, rows=len(rows))
    return rows
