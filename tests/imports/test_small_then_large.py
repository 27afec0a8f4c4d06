"""A connection that has seen a few people takes in very many: what it planned for a small table may not serve a large one."""

from sqlalchemy import text

from tests.conftest import TestDatabase
from tests.imports.test_engine import ADA, bring

MANY = 1_500
READ = text("""
SELECT sum(i.idx_tup_read) + max(s.seq_tup_read)
FROM pg_stat_user_indexes i JOIN pg_stat_user_tables s USING (relid) WHERE s.relname = :of
""")


async def read(database: TestDatabase) -> int:
    """How many people were looked at so far, to find those who were looked for."""
    await database.close()  # a connection tells its statistics when it ends
    async with database.as_owner() as owner:
        return int(await owner.scalar(READ, {"of": "participants"}))


async def looked_at(database: TestDatabase) -> int:
    """How many people are looked at when very many come in over a connection that has brought in single ones."""
    for number in range(8):  # after five runs a plan is kept
        await bring(database, "participants", ADA | {"reference": f"S-{number}", "ssn": ""})
    receipt = await bring(database, "participants", *(ADA | {"reference": f"L-{number}", "ssn": ""} for number in range(MANY)))
    assert receipt.made == MANY
    return await read(database)


async def test_each_of_very_many_is_looked_up_by_itself(own_db: TestDatabase) -> None:
    assert await looked_at(own_db) < 20 * MANY
