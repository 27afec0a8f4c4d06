"""The record of who did and who read what: one entry an act, and no way to change it."""

from uuid import UUID

import pytest
from sqlalchemy import CTE, ColumnElement, column, exists, insert, literal, select, text
from sqlalchemy.exc import ProgrammingError

from app.audit.entries import audited, note
from app.core.acts import Act, Answer, By, Candidate, Candidates, Checks, Made, Refusing, act_binds
from app.core.db import Tx
from app.core.errors import Refused
from app.core.ids import uuid7
from app.partners.models import Partner
from tests.conftest import TestDatabase
from tests.people import ALICE, DANA, NIA

ENTRIES = text("SELECT id, verb, actor, partner, request, subject, rows, detail, seal FROM audit_entries ORDER BY id")


async def test_a_note_says_who_did_what_to_whom(db: Tx) -> None:
    person = uuid7()
    act = await note(db, "read_person", by=ALICE.actor, subject=person, detail={"fields": ["name"]})
    [entry] = await db.all(ENTRIES)
    assert entry._asdict() == {
        "id": act,
        "verb": "read_person",
        "actor": ALICE.id,
        "partner": ALICE.actor.partner,
        "request": "test",
        "subject": person,
        "rows": 1,
        "detail": {"fields": ["name"]},
        "seal": None,
    }


FOUNDING = Checks("found", key=Partner.key.type, name=Partner.name.type)


def found(candidate: CTE, admitted: ColumnElement[bool]) -> Made:
    fields = ["id", "key", "name", "kind", "active_from"]
    rows = select(candidate.c.id, candidate.c.key, candidate.c.name, literal("nonprofit"), text("DATE '2020-01-01'")).where(admitted)
    made = insert(Partner).from_select(fields, rows).returning(Partner.id).cte("made")
    return made, audited("found_partner", made)


@FOUNDING.refuse("key", kept_by="partners_key_once")
def known_already(c: Candidate, by: type[By]) -> Refusing:
    """There is a partner of that key."""
    return exists().where(Partner.key == c.key)


FOUND = Act(FOUNDING, found)


async def test_an_act_leaves_one_entry_about_the_one_thing_it_made(db: Tx) -> None:
    [made] = await db.act(FOUND, FOUND.one(key="a", name="A"), by=DANA.actor)
    [entry] = await db.all(ENTRIES)
    assert (entry.verb, entry.actor, entry.partner, entry.subject, entry.rows) == ("found_partner", DANA.id, None, made, 1)


async def test_an_act_over_many_leaves_one_entry_about_none_in_particular(db: Tx) -> None:
    listed = text("(VALUES (1, 'a', 'A'), (2, 'b', 'B'), (3, 'c', 'C')) AS listed (line, key, name)")
    rows = select(column("line"), column("key"), column("name")).select_from(listed).subquery()
    counts = await db.first(FOUND.over(rows, Answer.COUNTS), act_binds(Candidates(rows, {}), DANA.actor.binds))
    assert counts is not None
    assert (counts.refused, counts.made) == (0, 3)
    [entry] = await db.all(ENTRIES)
    assert (entry.subject, entry.rows) == (None, 3)


async def test_what_is_refused_leaves_none(db: Tx) -> None:
    with pytest.raises(Refused):
        await db.act(FOUND, FOUND.one(key="erie_board", name="A"), by=DANA.actor)
    assert await db.all(ENTRIES) == []


@pytest.mark.parametrize("change", ["UPDATE audit_entries SET verb = 'nothing'", "DELETE FROM audit_entries", "TRUNCATE audit_entries"])
async def test_the_application_cannot_change_an_entry(db: Tx, change: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        await db.run(text(change))


async def test_another_state_sees_none_of_it(own_db: TestDatabase) -> None:
    async with own_db.transaction(ALICE.actor) as tx:
        act: UUID = await note(tx, "read_person", by=ALICE.actor)
        await tx.commit()
    async with own_db.reading(NIA.actor) as read:
        assert await read.all(ENTRIES) == []
    async with own_db.reading(DANA.actor) as read:
        assert [entry.id for entry in await read.all(ENTRIES)] == [act]
