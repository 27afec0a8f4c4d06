"""Registering: what is refused, by a request and by a file alike, and what is recorded."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Column, MetaData, Table, func, insert, select, text, update

from app.audit.models import AuditEntry
from app.core.acts import Answer, Checks, act_binds
from app.core.db import Tx
from app.core.errors import Refused
from app.employment.checks import RECORDING
from app.participants.actions import REGISTER
from app.participants.checks import CHANGING, REGISTERING
from app.participants.models import Caseload, Participant, PartnerReference, Touched
from app.partners.models import Partner
from tests.conftest import TODAY
from tests.participants.world import RING, at_home, known_to
from tests.people import ALICE, CHARLIE, DANA, ERIE, MONROE, PRIYA, Person

TOMORROW = TODAY + timedelta(days=1)

# What is wrong with a candidate, and the codes that say so.
BAD: list[tuple[dict[str, Any], set[str]]] = [
    ({"first_name": " "}, {"no_first_name"}),
    ({"first_name": None, "last_name": None}, {"no_first_name", "no_last_name"}),
    ({"first_name": "\u00a0\u3000"}, {"no_first_name"}),
    ({"first_name": "An\u200ba"}, {"hidden_character_in_first_name"}),
    ({"last_name": "\u202eCruz"}, {"hidden_character_in_last_name"}),
    ({"first_name": "Ana\tMaria", "last_name": "Cruz\ue000"}, {"hidden_character_in_first_name", "hidden_character_in_last_name"}),
    ({"email": "ana\u00ad@example.org", "phone": "\u2066716"}, {"hidden_character_in_email", "hidden_character_in_phone"}),
    ({"address": "12 Main\u2028Street"}, {"hidden_character_in_address"}),
    ({"reference": "E\u200d-7"}, {"hidden_character_in_reference"}),
    ({"birth_date": None}, {"no_birth_date"}),
    ({"birth_date": TOMORROW}, {"born_in_the_future", "registered_before_birth"}),
    ({"birth_date": TODAY.replace(year=TODAY.year - 111)}, {"birth_date_implausible"}),
    ({"birth_date": TODAY.replace(year=TODAY.year - 9)}, {"birth_date_implausible"}),
    ({"sex": 3}, {"unknown_sex"}),
    ({"sex": None}, {"unknown_sex"}),
    ({"hispanic": 2}, {"unknown_ethnicity"}),
    ({"races": ["martian"]}, {"unknown_race"}),
    ({"races": ["white", "martian"]}, {"unknown_race"}),
    ({"races": "white"}, {"unknown_race"}),
    ({"races": None}, {"unknown_race"}),
    ({"veteran": 8}, {"unknown_veteran_status"}),
    ({"email": "ana at example"}, {"email_malformed"}),
    ({"residence": None}, {"residence_unknown"}),
    ({"residence": UUID(int=1)}, {"residence_unknown"}),
    ({"partner": UUID(int=1)}, {"unknown_partner", "another_partner"}),
    ({"partner": MONROE.id}, {"another_partner"}),
    ({"registered_on": None}, {"no_day_of_registration"}),
    ({"registered_on": TOMORROW}, {"registered_in_the_future"}),
    ({"registered_on": date(1989, 1, 1)}, {"registered_before_birth", "partner_inactive"}),
    ({"registered_on": date(2015, 6, 30)}, {"partner_inactive"}),
    ({"reference": "  "}, {"reference_blank"}),
    ({"reference": "735-12-4680"}, {"reference_is_a_number"}),
    ({"reference": "735124680"}, {"reference_is_a_number"}),
    ({"reference": "E-1"}, {"reference_taken"}),
    ({"reference": " E-1 "}, {"reference_taken"}),
    ({"sex": 4, "veteran": 4, "email": "x"}, {"unknown_sex", "unknown_veteran_status", "email_malformed"}),
]
GOOD: list[dict[str, Any]] = [
    {},
    {"first_name": "-"},
    {"first_name": "Seán", "last_name": "O’Brien-Nuñez d'Ångström"},
    {"first_name": "محمد", "last_name": "علی\u200cزاده"},  # a non-joiner, as Persian spells it
    {"first_name": "小\u3000明", "last_name": "葛\U000e0100城"},  # an ideograph in one of its forms
    {"birth_date": TODAY.replace(year=TODAY.year - 10)},
    {"birth_date": TODAY.replace(year=TODAY.year - 110)},
    {"races": []},
    {"email": None},
    {"partner": ERIE.id},
    {"registered_on": date(2020, 2, 29)},
    {"reference": "12-3456789"},
    {"reference": "000124680"},
    {"reference": "E735124680"},
]


async def ana(tx: Tx) -> dict[str, Any]:
    told = {"first_name": "Ana", "last_name": "Cruz", "birth_date": date(1990, 5, 17), "residence": await at_home(tx)}
    return {**told, "sex": 2, "hispanic": 1, "races": ["asian"], "veteran": 0, "registered_on": TODAY}


@pytest.fixture
async def taken(db: Tx) -> Tx:
    """Alice knows somebody as E-1 already."""
    await known_to(db, ALICE, reference="E-1")
    return db


async def refused(tx: Tx, person: Person, told: dict[str, Any]) -> set[str]:
    """What a request is told."""
    with pytest.raises(Refused) as wrong:
        await tx.act(REGISTER, REGISTER.one(**told), by=person.actor, today=TODAY)
    return {violation.code for violation in wrong.value.violations}


async def staged(tx: Tx, checks: Checks, lines: list[dict[str, Any]]) -> Table:
    """A staging table with the lines, as an import has it."""
    columns = [Column("line", REGISTERING.fields["sex"]), *(Column(name, kind) for name, kind in checks.fields.items())]
    table = Table(f"staged_{checks.act}", MetaData(), *columns, prefixes=["TEMPORARY"])
    await tx.connection.run_sync(table.create)
    for number, line in enumerate(lines, start=1):
        await tx.run(insert(table).values(line=number, **line))
    return table


@pytest.mark.parametrize(("otherwise", "codes"), BAD, ids=lambda value: ",".join(sorted(value)) if isinstance(value, set) else "")
async def test_a_request_is_refused(taken: Tx, otherwise: dict[str, Any], codes: set[str]) -> None:
    before = await taken.scalar(select(func.count()).select_from(Participant))
    assert await refused(taken, ALICE, await ana(taken) | otherwise) == codes
    assert await taken.scalar(select(func.count()).select_from(Participant)) == before


async def test_a_file_is_refused_line_by_line_for_the_same(taken: Tx) -> None:
    good = await ana(taken)
    table = await staged(taken, REGISTERING, [good | otherwise for otherwise, _ in BAD])
    statement = REGISTER.over(select(table).subquery(), Answer.REFUSALS)
    binds = act_binds(REGISTER.one(), ALICE.actor.binds, today=TODAY)
    told: dict[int, set[str]] = {}
    for row in await taken.all(statement, {name: value for name, value in binds.items() if name.startswith("by_")}):
        told.setdefault(row.line, set()).add(row.code)
    assert told == {line: codes for line, (_, codes) in enumerate(BAD, start=1)}


@pytest.mark.parametrize("otherwise", GOOD, ids=str)
async def test_what_is_right_is_not_refused(taken: Tx, otherwise: dict[str, Any]) -> None:
    [made] = await taken.act(REGISTER, REGISTER.one(**await ana(taken) | otherwise), by=ALICE.actor, today=TODAY)
    assert await taken.scalar(select(Participant.first_name).where(Participant.id == made))


async def test_a_file_is_registered_in_one_act(db: Tx) -> None:
    good = await ana(db)
    table = await staged(db, REGISTERING, [good | otherwise for otherwise in GOOD])
    statement = REGISTER.over(select(table).subquery(), Answer.COUNTS)
    act = act_binds(REGISTER.one(), ALICE.actor.binds, today=TODAY)
    counts = await db.first(statement, {name: value for name, value in act.items() if name.startswith("by_")})
    assert counts is not None
    assert tuple(counts) == (0, len(GOOD))
    entries = await db.all(
        select(AuditEntry.verb, AuditEntry.rows, AuditEntry.subject, AuditEntry.partner).where(AuditEntry.id == act["by_act"])
    )
    assert [tuple(entry) for entry in entries] == [("register", len(GOOD), None, ERIE.id)]
    assert await db.scalar(select(func.count()).select_from(Participant).where(Participant.act == act["by_act"])) == len(GOOD)


async def test_without_the_day_of_today_nothing_passes(db: Tx) -> None:
    with pytest.raises(Refused) as wrong:
        await db.act(REGISTER, REGISTER.one(**await ana(db)), by=ALICE.actor)
    assert {v.code for v in wrong.value.violations} == {"born_in_the_future", "registered_in_the_future"}


async def test_what_is_recorded(db: Tx) -> None:
    sealed = RING.seal("735124680", state="us-ny")
    more = {"first_name": " Ana ", "email": "Ana@Example.ORG", "reference": " E-1 ", "ssn_sealed": sealed.sealed, "ssn_token": sealed.token}
    [made] = await db.act(REGISTER, REGISTER.one(**await ana(db) | more), by=ALICE.actor, today=TODAY)
    row = await db.first(select(Participant.__table__).where(Participant.id == made))
    assert row is not None
    assert (row.person, row.first_name, row.last_key, row.email, row.races) == (made, "Ana", "cruz", "ana@example.org", ["asian"])
    assert (row.registered_by, row.registered_on, row.revision, row.voided_by) == (ERIE.id, TODAY, 1, None)
    assert (RING.open(row.ssn_sealed, state=row.state), row.ssn_token) == ("735124680", sealed.token)
    known_as = await db.all(select(PartnerReference.partner, PartnerReference.reference).where(PartnerReference.participant == made))
    assert [tuple(each) for each in known_as] == [(ERIE.id, "E-1")]
    load = await db.all(select(Caseload.partner, Caseload.since).where(Caseload.participant == made))
    assert [tuple(each) for each in load] == [(ERIE.id, TODAY)]
    entry = await db.first(select(AuditEntry.verb, AuditEntry.subject, AuditEntry.actor, AuditEntry.rows).where(AuditEntry.id == row.act))
    assert entry is not None
    assert tuple(entry) == ("register", made, ALICE.id, 1)
    assert await db.scalar(select(func.count()).select_from(Touched).where(Touched.participant == made)) == 1


async def test_the_state_registers_for_a_partner_or_for_itself(db: Tx) -> None:
    theirs = await known_to(db, DANA, partner=ERIE.id, reference="E-1")
    own = await known_to(db, DANA)
    found = {row.id: row.registered_by for row in await db.all(select(Participant.id, Participant.registered_by))}
    assert (found[theirs], found[own]) == (ERIE.id, None)
    assert [row.participant for row in await db.all(select(Caseload.participant))] == [theirs]
    assert await refused(db, DANA, await ana(db) | {"reference": "S-1"}) == {"reference_without_partner"}


async def test_each_partner_has_references_of_its_own(db: Tx) -> None:
    await known_to(db, ALICE, reference="1")
    await known_to(db, CHARLIE, reference="1")
    await known_to(db, PRIYA, reference="1")
    assert await db.scalar(select(func.count()).select_from(PartnerReference)) == 3


async def test_somebody_known_elsewhere_is_registered_like_a_stranger(db: Tx) -> None:
    """The same person down to the number: nothing in the answer differs, and nothing is linked."""
    sealed = RING.seal("735124680", state="us-ny")
    number = {"ssn_sealed": sealed.sealed, "ssn_token": sealed.token}
    hers = await known_to(db, ALICE, **number)
    theirs = await known_to(db, CHARLIE, **number)
    rows = await db.all(select(Participant.id, Participant.person, Participant.revision))
    assert {row.id: (row.person, row.revision) for row in rows} == {hers: (hers, 1), theirs: (theirs, 1)}


GENERATED = {
    "participants_number_once": "the database counts",
    "residences_once": "whoever meets it takes the row that is there",
    "caseload_key": "whoever meets it leaves the row that is there",
    "touched_key": "the database counts",
    "consumed_marks_key": "whoever meets it changes the row that is there",
    "participants_key": "ids are made anew",
    "residences_key": "ids are made anew",
    "employment_records_key": "ids are made anew",
}
"""Constraints that no act can meet, and why."""


async def test_every_constraint_is_claimed_by_a_check(db: Tx) -> None:
    unique = await db.all(
        text(
            "SELECT i.indexrelid::regclass::text AS name FROM pg_index i WHERE i.indisunique AND i.indrelid::regclass::text IN "
            "('participants', 'residences', 'partner_references', 'caseload', 'touched', 'consumed_marks', 'employment_records')"
        )
    )
    claimed = {check.kept_by for checks in (REGISTERING, CHANGING, RECORDING) for check in checks.checks.values()} - {None}
    assert {row.name for row in unique} == claimed | GENERATED.keys()


async def test_a_partner_that_has_ended_registers_nobody_from_then_on(db: Tx) -> None:
    await db.run(update(Partner).where(Partner.id == ERIE.id).values(active_until=TODAY))
    with pytest.raises(Refused, match="does not serve people"):
        await db.act(REGISTER, REGISTER.one(**await ana(db)), by=ALICE.actor, today=TODAY)
    before = await ana(db) | {"registered_on": TODAY - timedelta(days=1)}
    assert len(await db.act(REGISTER, REGISTER.one(**before), by=ALICE.actor, today=TODAY)) == 1
