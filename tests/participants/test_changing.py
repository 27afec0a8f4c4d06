"""Two who change one person at the same moment: the second is told, and nothing of the first is lost."""

import asyncio

import pytest
from sqlalchemy import select

from app.core.errors import Stale
from app.participants.actions import change
from app.participants.models import Participant
from tests.conftest import TODAY, TestDatabase
from tests.participants.world import known_to
from tests.people import ALICE, BOB


@pytest.mark.parametrize("revision", [1, None])
async def test_two_changes_that_meet(own_db: TestDatabase, revision: int | None) -> None:
    async with own_db.transaction(ALICE.actor) as tx:
        ana = await known_to(tx, ALICE)
        await tx.commit()

    async def second() -> None:
        async with own_db.transaction(BOB.actor) as tx:
            await change(tx, by=BOB.actor, today=TODAY, participant=ana, revision=revision, told={"email": "b@example.org"})
            await tx.commit()

    async with own_db.transaction(ALICE.actor) as tx:
        await change(tx, by=ALICE.actor, today=TODAY, participant=ana, revision=revision, told={"phone": "1"})
        waiting = asyncio.create_task(second())
        await asyncio.sleep(0.3)  # it has read what was there before, and waits for the row
        await tx.commit()
    with pytest.raises(Stale, match="revision 2 by now"):
        await waiting
    async with own_db.transaction(ALICE.actor) as tx:
        row = await tx.first(select(Participant.phone, Participant.email, Participant.revision))
    assert row is not None
    assert tuple(row) == ("1", None, 2)
