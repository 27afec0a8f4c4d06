"""Keys: random, shown once, kept as fingerprints, expiring and revocable."""

from datetime import timedelta
from hashlib import sha256

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from app.access import keys
from app.access.enter import enter
from app.access.permissions import OF_A_PARTNER, Role
from app.core.db import Tx
from app.core.errors import Invalid, NotFound, Unauthenticated
from tests.conftest import TestDatabase
from tests.people import CHARLIE, ERIE, MONROE, NIA


async def opens(database: TestDatabase, key: str) -> bool:
    async with database.reading() as read:
        try:
            await enter(read, key)
        except Unauthenticated:
            return False
        return True


async def test_a_key_is_random_and_only_its_fingerprint_is_kept(own_db: TestDatabase) -> None:
    made = {await own_db.key("us-ny", Role.STATE_ADMIN) for _ in range(5)}
    assert len(made) == 5
    assert all(key.startswith(keys.PREFIX) and len(key) >= len(keys.PREFIX) + 43 for key in made)  # 256 bits in base 64
    async with own_db.as_owner() as tx:
        kept = await tx.all(text("SELECT k.digest, k.prefix, k::text AS row FROM api_keys k"))
    assert {sha256(key.encode()).digest() for key in made} <= {row.digest for row in kept}
    assert {key[:9] for key in made} <= {row.prefix for row in kept}
    assert not [row for row in kept for key in made if key in row.row or key[9:] in row.row]


async def test_a_key_opens_its_state_as_its_role(own_db: TestDatabase) -> None:
    key = await own_db.key("us-ny", Role.BOARD_STAFF, partner=MONROE.key)
    async with own_db.reading() as read:
        actor = (await enter(read, key, request="r1")).actor
        assert await read.scalar(text("SELECT current_setting('app.state')")) == "us-ny"
    assert (actor.state, actor.partner, actor.role, actor.request) == ("us-ny", MONROE.id, "board_staff", "r1")
    assert actor.permissions == CHARLIE.actor.permissions


async def test_a_key_expires(own_db: TestDatabase) -> None:
    key = await own_db.key("us-ny", Role.AUDITOR, lifetime=timedelta(hours=1))
    assert await opens(own_db, key)
    async with own_db.as_owner() as tx:
        await tx.run(text("UPDATE api_keys SET expires_at = now() WHERE prefix = :prefix"), {"prefix": key[:9]})
    assert not await opens(own_db, key)


async def test_a_revoked_key_opens_nothing(own_db: TestDatabase) -> None:
    key, other = [await own_db.key("us-ny", Role.AUDITOR) for _ in range(2)]
    async with own_db.as_owner() as tx:
        [its_id] = [row.id for row in await keys.listed(tx, state="us-ny") if row.prefix == key[:9]]
        await keys.revoke(tx, state="us-ny", key=its_id)
    assert not await opens(own_db, key)
    assert await opens(own_db, other)
    async with own_db.as_owner() as tx:
        with pytest.raises(NotFound, match="no such key in force"):
            await keys.revoke(tx, state="us-ny", key=its_id)


async def test_a_key_of_another_state_can_be_neither_seen_nor_revoked(own_db: TestDatabase) -> None:
    async with own_db.as_owner() as tx:
        assert [row.id for row in await keys.listed(tx, state="us-nj")] == [NIA.id]
        with pytest.raises(NotFound):
            await keys.revoke(tx, state="us-ny", key=NIA.id)
    assert await opens(own_db, NIA.key)


async def test_the_newest_key_is_listed_first(own_db: TestDatabase) -> None:
    made = await own_db.key("us-ny", Role.POLICYMAKER)
    async with own_db.as_owner() as tx:
        found = await keys.listed(tx, state="us-ny")
    assert (found[0].prefix, found[0].role, found[0].label, found[0].revoked_at) == (made[:9], "policymaker", "of a test", None)
    assert not [field for field in found[0]._fields if field in ("digest", "key")]


@pytest.mark.parametrize("role", Role)
async def test_staff_of_partners_belong_to_one_and_nobody_else_does(own_db: TestDatabase, role: Role) -> None:
    wrong = None if role in OF_A_PARTNER else ERIE.key
    with pytest.raises(Invalid, match="needs a partner" if wrong is None else "belongs to the state"):
        await own_db.key("us-ny", role, partner=wrong)


async def test_keys_are_made_for_states_and_partners_that_exist(own_db: TestDatabase) -> None:
    with pytest.raises(NotFound, match="workforce state new"):
        await own_db.key("us-vt", Role.STATE_ADMIN)
    with pytest.raises(NotFound, match="no partner 'erie_board' in 'us-nj'"):
        await own_db.key("us-nj", Role.BOARD_STAFF, partner=ERIE.key)


@pytest.mark.parametrize("key", ["", "wf_", "wf_nobody's", "Robert'); DROP TABLE api_keys;--", "wf_ключ"])
async def test_what_is_no_key_opens_nothing(own_db: TestDatabase, key: str) -> None:
    assert not await opens(own_db, key)


async def test_the_application_cannot_read_the_keys(db: Tx) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        await db.all(text("SELECT digest FROM api_keys"))
