"""One human behind several records: linked and taken apart by the state's staff, and what that leaves behind."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app.audit.models import AuditEntry
from app.core.db import Tx
from app.participants import actions
from app.participants.actions import NotMerged
from app.participants.models import Merge, Participant, Touched
from app.participants.queries import NoParticipant
from tests.conftest import TODAY, TestDatabase
from tests.participants.world import RING, known_to
from tests.people import ALICE, CHARLIE, DANA, NIA

BY = DANA.actor


async def persons(tx: Tx) -> dict[UUID, UUID]:
    return {row.id: row.person for row in await tx.all(select(Participant.id, Participant.person))}


async def test_a_merge_is_a_link_and_can_be_undone(db: Tx) -> None:
    one, other = await known_to(db, ALICE), await known_to(db, CHARLIE)
    marks = await db.scalar(select(func.count()).select_from(Touched))
    assert await actions.merge(db, by=BY, participant=one, into=other) == [one, other]
    assert await persons(db) == {one: other, other: other}
    assert await actions.unmerge(db, by=BY, participant=one) == [other, one]
    assert await persons(db) == {one: one, other: other}
    assert await db.scalar(select(func.count()).select_from(Touched)) == marks + 4  # both, both times
    told = select(AuditEntry.verb, AuditEntry.subject, AuditEntry.rows)
    entries = await db.all(told.where(AuditEntry.actor == DANA.id).order_by(AuditEntry.id))
    assert [tuple(entry) for entry in entries] == [("merge_participant", one, 2), ("unmerge_participant", one, 2)]


async def test_who_was_linked_before_comes_along(db: Tx) -> None:
    a, b, c, d = [await known_to(db, ALICE) for _ in range(4)]
    await actions.merge(db, by=BY, participant=b, into=a)
    await actions.merge(db, by=BY, participant=d, into=c)
    await actions.merge(db, by=BY, participant=d, into=b)  # by whichever record of the two
    assert await persons(db) == dict.fromkeys((a, b, c, d), a)
    await actions.unmerge(db, by=BY, participant=c)
    assert await persons(db) == {a: a, b: a, c: c, d: c}, "exactly as before that link"
    await actions.unmerge(db, by=BY, participant=d)
    await actions.unmerge(db, by=BY, participant=b)
    assert await persons(db) == {one: one for one in (a, b, c, d)}


async def test_a_link_that_others_were_made_by_way_of_is_not_taken_back_before_them(db: Tx) -> None:
    a, b, c, d = [await known_to(db, ALICE) for _ in range(4)]
    await actions.merge(db, by=BY, participant=b, into=a)
    await actions.merge(db, by=BY, participant=c, into=b)
    before = await persons(db)
    with pytest.raises(NotMerged, match=f"Record {c} was linked to it since"):
        await actions.unmerge(db, by=BY, participant=b)
    await actions.merge(db, by=BY, participant=a, into=d)
    with pytest.raises(NotMerged, match=f"along with record {a}"):
        await actions.unmerge(db, by=BY, participant=b)
    await actions.unmerge(db, by=BY, participant=a)
    assert await persons(db) == before
    await actions.merge(db, by=BY, participant=d, into=a)  # not by way of b or c
    await actions.unmerge(db, by=BY, participant=c)
    await actions.unmerge(db, by=BY, participant=b)
    assert await persons(db) == {a: a, b: b, c: c, d: a}
    acts = await db.all(select(Merge.participant, Merge.into, Merge.voided_by.is_not(None)).order_by(Merge.id))
    assert [tuple(act) for act in acts] == [(b, a, True), (c, b, True), (a, d, True), (d, a, False)]
    entries = set(await db.scalar(select(func.array_agg(AuditEntry.id))))
    assert {row.act for row in await db.all(select(Merge.act))} <= entries
    assert {row.voided_by for row in await db.all(select(Merge.voided_by).where(Merge.voided_by.is_not(None)))} <= entries


async def test_what_cannot_be_linked_or_taken_apart(db: Tx) -> None:
    one, other = await known_to(db, ALICE), await known_to(db, CHARLIE)
    with pytest.raises(NotMerged, match="one person already"):
        await actions.merge(db, by=BY, participant=one, into=one)
    with pytest.raises(NotMerged, match="not merged into another"):
        await actions.unmerge(db, by=BY, participant=one)
    await actions.merge(db, by=BY, participant=one, into=other)
    for pair in ((one, other), (other, one)):
        with pytest.raises(NotMerged, match="one person already"):
            await actions.merge(db, by=BY, participant=pair[0], into=pair[1])
    with pytest.raises(NotMerged, match="take those out"):
        await actions.unmerge(db, by=BY, participant=other)
    with pytest.raises(NoParticipant):
        await actions.merge(db, by=BY, participant=one, into=UUID(int=1))
    with pytest.raises(NoParticipant):
        await actions.unmerge(db, by=BY, participant=UUID(int=1))


async def test_another_states_records_are_nobodys(own_db: TestDatabase) -> None:
    async with own_db.transaction(ALICE.actor) as ours:
        one, other = await known_to(ours, ALICE), await known_to(ours, ALICE)
        await ours.commit()
    async with own_db.transaction(NIA.actor) as theirs:
        with pytest.raises(NoParticipant):
            await actions.merge(theirs, by=NIA.actor, participant=one, into=other)
        with pytest.raises(NoParticipant):
            await actions.unmerge(theirs, by=NIA.actor, participant=one)


async def test_two_merges_that_meet_make_no_circle(own_db: TestDatabase) -> None:
    async with own_db.transaction(ALICE.actor) as tx:
        one, other = await known_to(tx, ALICE), await known_to(tx, ALICE)
        await tx.commit()

    async def link(participant: UUID, into: UUID) -> Any:
        async with own_db.transaction(BY) as tx:
            await actions.merge(tx, by=BY, participant=participant, into=into)
            await asyncio.sleep(0.05)
            await tx.commit()

    done = await asyncio.gather(link(one, other), link(other, one), return_exceptions=True)
    assert {type(each) for each in done} == {type(None), NotMerged}
    async with own_db.transaction(BY) as tx:
        [person] = set((await persons(tx)).values())
        assert person in (one, other)


def number(digits: str) -> dict[str, bytes]:
    kept = RING.seal(digits, state="us-ny")
    return {"ssn_sealed": kept.sealed, "ssn_token": kept.token}


async def test_records_of_one_number_are_shown_for_review_and_nothing_else(db: Tx) -> None:
    hers = await known_to(db, ALICE, **number("735124680"))
    same = await known_to(db, CHARLIE, **number("735124680"))
    married = await known_to(db, CHARLIE, **number("735124680"), last_name="Smith")
    await known_to(db, CHARLIE, **number("735124681"))
    await known_to(db, CHARLIE)
    borrowed = await known_to(db, CHARLIE, **number("735124680"), last_name="Miller", birth_date=TODAY.replace(year=1970))
    page = await actions.alike(db, by=BY)
    assert [(row.one, row.other, row.birth_date_agrees, row.last_name_agrees) for row in page.items] == [
        (hers, same, True, True),
        (hers, married, True, False),
        (hers, borrowed, False, False),
        (same, married, True, False),
        (same, borrowed, False, False),
        (married, borrowed, False, False),
    ]
    await actions.merge(db, by=BY, participant=same, into=hers)
    await actions.merge(db, by=BY, participant=married, into=hers)
    again = await actions.alike(db, by=BY, limit=2)
    rest = await actions.alike(db, by=BY, limit=2, after=again.next)
    assert [(row.one, row.other) for row in (*again.items, *rest.items)] == [(hers, borrowed), (same, borrowed), (married, borrowed)]
    assert rest.next is None
