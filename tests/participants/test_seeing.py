"""Who sees whom, and that lists stay quick."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, select, text

from app.audit.models import AuditEntry
from app.core.db import Tx
from app.participants import actions, queries
from app.participants.models import Caseload, Participant
from app.participants.queries import NoParticipant, age_on
from app.participants.visibility import known, only_visible, visible
from tests.conftest import TODAY, TestDatabase
from tests.participants.world import known_to
from tests.people import ALICE, BOB, CHARLIE, DANA, MONROE, NIA, PRIYA, Person


async def found(tx: Tx, person: Person) -> list[UUID]:
    page = await queries.listed(tx, by=person.actor, limit=100)
    return [row.id for row in page.items]


async def test_a_partner_sees_its_caseload_and_the_state_everybody(db: Tx) -> None:
    hers, theirs = await known_to(db, ALICE), await known_to(db, CHARLIE)
    for person in (ALICE, BOB):
        assert await found(db, person) == [hers]
    assert await found(db, CHARLIE) == [theirs]
    assert await found(db, PRIYA) == []
    assert await found(db, DANA) == [hers, theirs]
    for person, seen in ((ALICE, {hers}), (CHARLIE, {theirs}), (PRIYA, set()), (DANA, {hers, theirs})):
        for rule in (visible, known):
            rows = await db.all(select(Participant.id).where(rule(Participant.id)), person.actor.binds)
            assert {row.id for row in rows} == seen, (person.name, rule.__name__)
        for each in (hers, theirs):
            if each in seen:
                assert (await queries.one(db, by=person.actor, participant=each)).id == each
            else:
                with pytest.raises(NoParticipant):
                    await queries.one(db, by=person.actor, participant=each)


async def test_whom_a_partner_serves_it_sees(db: Tx) -> None:
    hers = await known_to(db, ALICE)
    assert await found(db, PRIYA) == []
    await db.run(insert(Caseload).values(partner=PRIYA.actor.partner, participant=hers, since=TODAY))
    assert await found(db, PRIYA) == [hers]
    row = await queries.one(db, by=PRIYA.actor, participant=hers)
    assert (row.registered_by, row.person, row.references) == (None, None, [])  # who else knows her is not told


async def test_references_are_told_to_those_whose_they_are(db: Tx) -> None:
    hers = await known_to(db, ALICE, reference="E-1")
    own = {"partner": str(ALICE.actor.partner), "reference": "E-1"}
    for person in (ALICE, BOB, DANA):
        assert (await queries.one(db, by=person.actor, participant=hers)).references == [own]


async def test_another_state_sees_nobody(own_db: TestDatabase) -> None:
    async with own_db.transaction(ALICE.actor) as ours:
        hers = await known_to(ours, ALICE)
        await ours.commit()
    async with own_db.transaction(NIA.actor) as theirs:
        assert await found(theirs, NIA) == []
        with pytest.raises(NoParticipant):
            await queries.one(theirs, by=NIA.actor, participant=hers)
        assert not (await theirs.first(select(known(hers)), NIA.actor.binds))[0]  # type: ignore[index]  # an EXISTS has a row


ANA = {"first_name": "Ana María", "last_name": "De la Cruz", "birth_date": date(1990, 5, 17), "reference": "E-77"}


async def test_pages_have_everybody_once(db: Tx) -> None:
    everybody = [await known_to(db, ALICE) for _ in range(7)]
    await known_to(db, CHARLIE)
    seen: list[UUID] = []
    after: str | None = None
    while True:
        page = await queries.listed(db, by=ALICE.actor, after=after, limit=3)
        seen += [row.id for row in page.items]
        if (after := page.next) is None:
            break
    assert seen == everybody


async def test_looking_leaves_an_entry_that_does_not_say_what_was_sought(db: Tx) -> None:
    ana = await known_to(db, ALICE, **ANA)
    await actions.read(db, by=BOB.actor, participant=ana)
    await actions.listed(db, by=BOB.actor)
    await actions.listed(db, by=BOB.actor, q="De la Cruz")
    told = (AuditEntry.verb, AuditEntry.subject, AuditEntry.rows, AuditEntry.partner, AuditEntry.detail)
    entries = await db.all(select(*told).where(AuditEntry.actor == BOB.id).order_by(AuditEntry.id))
    partner = BOB.actor.partner
    assert [tuple(entry) for entry in entries] == [
        ("read_participant", ana, 1, partner, {}),
        ("list_participants", None, 1, partner, {}),
        ("search_participants", None, 1, partner, {}),
    ]


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        (date(2004, 5, 17), date(2026, 5, 16), 21),
        (date(2004, 5, 17), date(2026, 5, 17), 22),
        (date(2004, 2, 29), date(2025, 2, 28), 20),
        (date(2004, 2, 29), date(2025, 3, 1), 21),
    ],
)
async def test_other_rooms_get_an_age(db: Tx, born: date, on: date, age: int) -> None:
    ana = await known_to(db, ALICE, birth_date=born)
    assert await db.scalar(select(age_on(on)).where(Participant.id == ana)) == age


MANY = """
INSERT INTO participants (id, person, first_name, last_name, birth_date, residence, sex, hispanic, registered_on, act)
SELECT i, i, 'Name' || n % 977, 'Family' || n % 4999, DATE '1990-01-01' + n % 9000, :residence, 9, 9, DATE '2026-01-01', i
FROM (SELECT n, uuidv7() AS i FROM generate_series(1, 8000) AS n) AS numbered
"""


# All but Ana are another partner's, as in a state with many partners.
THEIRS = (
    text("INSERT INTO caseload (partner, participant, since) SELECT :partner, id, registered_on FROM participants WHERE id <> :ana"),
    text(
        "INSERT INTO partner_references (partner, reference, participant) "
        "SELECT :partner, 'M-' || number, id FROM participants WHERE id <> :ana"
    ),
)


async def plan(tx: Tx, person: Person) -> str:
    """How PostgreSQL looks for it."""
    statement = queries.ORDER.page(only_visible(queries._LISTED, Participant.id, by=person.actor), after=None, limit=50)
    compiled = statement.compile(dialect=tx.connection.dialect, compile_kwargs={"render_postcompile": True})
    binds = {**compiled.params, **{k: v for k, v in person.actor.binds.items() if k in compiled.params}}
    rows: Any = await tx.connection.exec_driver_sql("EXPLAIN " + str(compiled), binds)
    return "\n".join(row[0] for row in rows)


@pytest.mark.parametrize(("person", "index"), [(DANA, "participants_key"), (ALICE, "caseload_key")], ids=["Dana", "Alice"])
async def test_a_list_uses_an_index(db: Tx, person: Person, index: str) -> None:
    ana = await known_to(db, ALICE, reference="E-1")
    home = await db.scalar(select(Participant.residence).where(Participant.id == ana))
    await db.run(text(MANY), {"residence": home})
    await db.run(text("DISCARD PLANS"))  # or foreign keys are looked up as was right for an empty table
    for statement in THEIRS:
        await db.run(statement, {"partner": MONROE.id, "ana": ana})
    found = await plan(db, person)
    assert index in found, found
    assert "Seq Scan on participants" not in found, found


async def test_tomorrows_caseload_is_seen_today(db: Tx) -> None:
    """Who is in the caseload is seen, whatever day it began."""
    hers = await known_to(db, ALICE)
    await db.run(insert(Caseload).values(partner=PRIYA.actor.partner, participant=hers, since=TODAY + timedelta(days=1)))
    assert await found(db, PRIYA) == [hers]
