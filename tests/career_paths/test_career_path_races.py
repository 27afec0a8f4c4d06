"""Two at the same moment: the database or the lock keeps one of them out, and says why."""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from datetime import date

import pytest

from app.career_paths import actions, queries
from app.core.errors import Refused, Stale
from tests.career_paths.ground import lay
from tests.career_paths.test_career_path_gates import PHARMACY
from tests.conftest import TestDatabase
from tests.people import DANA

BY = DANA.actor
LATER = date(2027, 1, 1)


@pytest.fixture
async def ground(own_db: TestDatabase) -> TestDatabase:
    async with own_db.transaction(BY) as tx:
        await lay(tx)
        await actions.adopt(tx, by=BY, paths=[replace(PHARMACY, key=key) for key in ("aa", "bb")])
        await tx.commit()
    return own_db


async def waiting(second: Awaitable[object]) -> asyncio.Future[object]:
    """The second one, under way and held up by the first."""
    task = asyncio.ensure_future(second)
    await asyncio.sleep(0.2)
    assert not task.done()
    return task


async def test_two_drafts_of_one_path(ground: TestDatabase) -> None:
    async with ground.transaction(BY) as one, ground.transaction(BY) as other:
        await actions.draft(one, by=BY, path=PHARMACY)
        second = await waiting(actions.draft(other, by=BY, path=PHARMACY))
        await one.commit()
        with pytest.raises(Refused) as refused:
            await second
        assert [violation.code for violation in refused.value.violations] == ["draft_already"]


async def test_two_paths_do_not_come_to_lead_to_each_other(ground: TestDatabase) -> None:
    async with ground.transaction(BY) as tx:
        for key, rung in (("aa", "bb"), ("bb", "aa")):
            await actions.draft(tx, by=BY, path=replace(PHARMACY, key=key, leads_to=(rung,), valid_from=LATER))
        await tx.commit()
    async with ground.transaction(BY) as one, ground.transaction(BY) as other:
        await actions.publish(one, by=BY, key="aa")
        second = await waiting(actions.publish(other, by=BY, key="bb"))
        await one.commit()
        with pytest.raises(Refused) as refused:
            await second
        assert [violation.code for violation in refused.value.violations] == ["goes_in_a_circle"]


async def test_a_draft_that_changed_is_not_published_as_it_was_read(ground: TestDatabase) -> None:
    async with ground.transaction(BY) as tx:
        await actions.draft(tx, by=BY, path=replace(PHARMACY, valid_from=LATER))
        await tx.commit()
    async with ground.transaction(BY) as one, ground.transaction(BY) as other:
        await actions.change(one, by=BY, key="pharmacy", title="Changed")
        second = await waiting(actions.publish(other, by=BY, key="pharmacy", revision=1))
        await one.commit()
        with pytest.raises(Stale):
            await second
    async with ground.reading(BY) as read:
        assert (await queries.draft(read, by=BY, key="pharmacy")).path.title == "Changed"
