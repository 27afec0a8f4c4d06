"""Transactions: whose rows they see, what they may do, and what is left of them."""

import pytest
from procrastinate import App, PsycopgConnector
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, InternalError, ProgrammingError

from app.core.db import Database, Tx
from app.core.errors import Unavailable
from tests.conftest import TestDatabase
from tests.people import DANA, NIA, PARTNERS

PARTNERS_SEEN = text("SELECT count(*) FROM partners")
STATE = text("SELECT current_setting('app.state', true)")
ADD = text("INSERT INTO partners (key, name, kind, active_from) VALUES (:key, 'Of a test', 'nonprofit', '2020-01-01')")


async def test_a_transaction_sees_its_own_state_alone(own_db: TestDatabase) -> None:
    async with own_db.transaction(DANA.actor) as tx:
        assert await tx.scalar(PARTNERS_SEEN) == len(PARTNERS)
    async with own_db.transaction(NIA.actor) as tx:
        assert await tx.scalar(PARTNERS_SEEN) == 0


async def test_a_transaction_of_nobody_sees_and_writes_nothing(own_db: TestDatabase) -> None:
    async with own_db.transaction() as tx:
        assert await tx.scalar(PARTNERS_SEEN) == 0
    async with own_db.transaction() as tx:
        with pytest.raises(DBAPIError, match=r"app\.state"):
            await tx.run(ADD, {"key": "nobodys"})


async def test_no_row_can_be_written_into_another_state(own_db: TestDatabase) -> None:
    async with own_db.transaction(NIA.actor) as tx:
        with pytest.raises(ProgrammingError, match="row-level security"):
            await tx.run(
                text("INSERT INTO partners (state, key, name, kind, active_from) VALUES ('us-ny', 'x', 'x', 'nonprofit', '2020-01-01')")
            )
    async with own_db.transaction(NIA.actor) as tx:
        assert await tx.run(text("UPDATE partners SET name = 'Taken over'")) == 0
        assert await tx.run(text("DELETE FROM partners")) == 0


async def test_the_owner_of_the_tables_is_bound_too(own_db: TestDatabase) -> None:
    async with own_db.as_owner() as tx:
        assert await tx.scalar(PARTNERS_SEEN) == 0


async def test_the_state_does_not_stay_on_the_connection(own_db: TestDatabase) -> None:
    database = Database(own_db.url, pool=1)
    try:
        for commit in (True, False):
            async with database.transaction(DANA.actor) as tx:
                session = await tx.scalar(text("SELECT pg_backend_pid()"))
                if commit:
                    await tx.commit()
            async with database.reading() as read:
                assert await read.scalar(text("SELECT pg_backend_pid()")) == session
                assert await read.scalar(STATE) == ""
                assert await read.scalar(PARTNERS_SEEN) == 0
    finally:
        await database.close()


async def test_what_reads_cannot_write(own_db: TestDatabase) -> None:
    database = Database(own_db.url, pool=1)
    try:
        async with database.reading(DANA.actor) as read:
            with pytest.raises(InternalError, match="read-only"):
                await read.first(ADD, {"key": "refused"})
        async with database.transaction(DANA.actor) as tx:  # on the same connection
            assert await tx.run(ADD, {"key": "written"}) == 1
    finally:
        await database.close()


async def test_only_what_is_committed_stays(own_db: TestDatabase) -> None:
    async with own_db.transaction(DANA.actor) as tx:
        await tx.run(ADD, {"key": "left_open"})
    async with own_db.transaction(DANA.actor) as tx:
        await tx.run(ADD, {"key": "kept"})
        await tx.commit()
    with pytest.raises(DBAPIError, match="division by zero"):  # noqa: PT012 - the error has to come out of the transaction
        async with own_db.transaction(DANA.actor) as tx:
            await tx.run(ADD, {"key": "failed"})
            await tx.run(text("SELECT 1 / 0"))
    async with own_db.reading(DANA.actor) as read:
        added = await read.all(text("SELECT key FROM partners WHERE name = 'Of a test'"))
    assert [row.key for row in added] == ["kept"]


async def test_rows_come_one_after_the_other(db: Tx) -> None:
    seen = [row.number async for row in db.stream(text("SELECT generate_series(1, 5000) AS number"))]
    assert seen == list(range(1, 5001))


async def test_a_database_that_does_not_answer_is_unavailable(own_db: TestDatabase) -> None:
    database = Database(own_db.url.replace("/" + own_db.name, "/no_such_database"))
    try:
        with pytest.raises(Unavailable, match="Try again"):
            async with database.transaction():
                pass
    finally:
        await database.close()


async def test_a_job_exists_if_and_only_if_its_transaction_commits(own_db: TestDatabase) -> None:
    jobs = App(connector=PsycopgConnector())

    @jobs.task(name="count_the_partners")
    async def counted(*, since: str, state: str) -> None: ...

    async with own_db.transaction(DANA.actor) as tx:
        await tx.defer(counted, since="rolled back")
    async with own_db.transaction(DANA.actor) as tx:
        await tx.defer(counted, since="committed")
        await tx.commit()
    async with own_db.reading() as read:
        found = await read.all(text("SELECT task_name, args FROM jobs.procrastinate_jobs"))
    assert [(job.task_name, job.args) for job in found] == [("count_the_partners", {"since": "committed", "state": "us-ny"})]
