"""A tenant: made once, described by itself alone. `test_many_states` has three hundred of them."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from app.core.db import Tx
from app.core.errors import Conflict, NotFound
from app.states import actions, queries
from app.states.policy import Policy
from tests.conftest import TestDatabase
from tests.people import DANA, NIA, STATES


async def test_a_state_is_made_once(empty_db: TestDatabase) -> None:
    await empty_db.found("us-ny", name="New York", fips="36", postal="NY")
    with pytest.raises(Conflict, match="'us-ny' already"):
        await empty_db.found("us-ny")
    async with empty_db.reading(DANA.actor) as read:
        state = await queries.this(read, by=DANA.actor)
    assert (state.id, state.name, state.fips, state.postal, state.time_zone) == ("us-ny", "New York", "36", "NY", "America/New_York")


async def test_a_state_that_is_not_set_up_says_so(empty_db: TestDatabase) -> None:
    async with empty_db.reading(DANA.actor) as read:
        with pytest.raises(NotFound, match="workforce state new"):
            await queries.this(read, by=DANA.actor)


async def test_the_application_makes_no_states(db: Tx) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        await actions.create(db, state="us-vt", name="Vermont", fips="50", postal="VT", time_zone="America/New_York")


async def test_a_state_describes_itself_and_no_other(own_db: TestDatabase) -> None:
    arizona = {"name": "Arizona", "fips": "04", "postal": "AZ", "time_zone": "America/Phoenix"}
    async with own_db.transaction(NIA.actor) as tx:
        assert await tx.run(text("UPDATE states SET name = 'Ours'")) == 1  # its own: policies leave the others out
        assert not await actions.describe(tx, by=DANA.actor, **arizona)  # New York's row, from New Jersey's transaction
    async with own_db.transaction(DANA.actor) as tx:
        assert not await actions.describe(tx, by=DANA.actor, **STATES["us-ny"])
        assert await actions.describe(tx, by=DANA.actor, **arizona)
        assert await queries.zone(tx, by=DANA.actor) == ZoneInfo("America/Phoenix")
        assert (await queries.this(tx, by=DANA.actor)).revision == 2


JULY, OCTOBER = date(2026, 7, 1), date(2026, 10, 1)
STRICT = ({"suppression_threshold": 15, "common_exit_programs": ["adult"]}, "Policy 2026-4")


async def test_a_policy_holds_from_its_day_on(db: Tx) -> None:
    assert await actions.adopt_policies(db, by=DANA.actor, policies=[(JULY, {}, "Policy 1"), (OCTOBER, *STRICT)]) == 2
    assert await queries.policy(db, by=DANA.actor, on=date(2026, 6, 30)) == Policy()
    assert await queries.policy(db, by=DANA.actor, on=date(2026, 9, 30)) == Policy()
    in_force = await queries.policy(db, by=DANA.actor, on=OCTOBER)
    assert in_force == Policy(suppression_threshold=15, common_exit_programs=("adult",))
    assert in_force.chosen() == {"suppression_threshold": 15, "common_exit_programs": ("adult",)}
    assert [(row.valid_from, row.valid_until) for row in await queries.policies(db, by=DANA.actor)] == [(JULY, OCTOBER), (OCTOBER, None)]


async def test_the_same_policies_again_change_nothing(db: Tx) -> None:
    wanted = [(JULY, {}, "Policy 1"), (OCTOBER, *STRICT)]
    await actions.adopt_policies(db, by=DANA.actor, policies=wanted)
    assert await actions.adopt_policies(db, by=DANA.actor, policies=wanted) == 0
    assert await actions.adopt_policies(db, by=DANA.actor, policies=[*wanted, (date(2027, 1, 1), {}, "Policy 3")]) == 1


async def test_a_policy_in_force_is_ended_and_never_edited(db: Tx) -> None:
    await actions.adopt_policies(db, by=DANA.actor, policies=[(JULY, {}, "Policy 1")])
    with pytest.raises(Conflict, match="from a later day on"):
        await actions.adopt_policies(db, by=DANA.actor, policies=[(JULY, *STRICT)])


async def test_another_state_sees_no_policy(own_db: TestDatabase) -> None:
    async with own_db.transaction(DANA.actor) as tx:
        await actions.adopt_policies(tx, by=DANA.actor, policies=[(JULY, *STRICT)])
        await tx.commit()
    async with own_db.reading(NIA.actor) as read:
        assert await queries.policies(read, by=NIA.actor) == []
        assert await queries.policy(read, by=NIA.actor, on=OCTOBER) == Policy()
