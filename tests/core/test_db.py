"""Transactions: whose rows they see, what they may do, and what is left of them."""

import asyncio
import io
import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import structlog
from procrastinate import App, PsycopgConnector
from sqlalchemy import TextClause, text
from sqlalchemy.exc import DBAPIError, InternalError, ProgrammingError

from app.core.db import Database, Tx
from app.core.errors import Unavailable
from app.core.logging import configure
from app.core.ready import Ready
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


async def test_whoever_waits_too_long_for_a_connection_is_told(own_db: TestDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.core.db.PATIENCE", 0.05)
    database = Database(own_db.url, pool=1)
    try:
        async with database.transaction():
            with pytest.raises(Unavailable, match="Try again"):
                async with database.reading():
                    pass
        async with database.reading() as read:  # and what became free is there for the next
            assert await read.scalar(text("SELECT 1")) == 1
    finally:
        await database.close()


async def test_who_gives_up_half_way_leaves_nothing_begun(own_db: TestDatabase) -> None:
    """A request whose caller is gone is cancelled wherever it stands: the connection is free again, and of what it wrote nothing stays."""
    database = Database(own_db.url, pool=1)
    slowly = Ready(text("SELECT pg_sleep(60)"))

    async def written_and_never_committed() -> None:
        async with database.transaction(DANA.actor) as tx:
            await tx.run(ADD, {"key": "given_up"})
            await tx.ready(slowly, {})

    try:
        given_up = asyncio.create_task(written_and_never_committed())
        await asyncio.sleep(0.3)
        given_up.cancel()
        with pytest.raises(asyncio.CancelledError):
            await given_up
        async with database.reading(DANA.actor) as read:
            assert await read.all(text("SELECT key FROM partners WHERE key = 'given_up'")) == []
    finally:
        await database.close()


@contextmanager
def logging_into(lines: io.StringIO) -> Iterator[None]:
    """Log as a process of the product does, for a while."""
    root = logging.getLogger()
    kept = root.handlers, root.level
    configure("info", lines)
    try:
        yield
    finally:
        structlog.reset_defaults()
        logging.captureWarnings(capture=False)
        root.handlers, root.level = kept


NAME, TOKEN = "Marguerite Testcase", bytes.fromhex("5ea1ed" * 8)
FAILING: dict[str, tuple[TextClause, dict[str, Any]]] = {
    "a value that no date is": (text("SELECT CAST(:name AS date)"), {"name": NAME}),
    "a key that is there already": (
        text("INSERT INTO partners (key, name, kind, active_from) VALUES (:name, 'x', 'nonprofit', '2020-01-01') RETURNING id"),
        {"name": NAME},
    ),
    "a row that a constraint refuses": (
        text(
            "INSERT INTO participants (person, first_name, last_name, birth_date, residence, sex, hispanic, registered_on, act, ssn_token)"
            " SELECT uuidv7(), :name, :name, '1990-01-01', uuidv7(), 1, 9, '2020-01-01', uuidv7(), :token RETURNING id"
        ),
        {"name": NAME, "token": TOKEN},
    ),
    "a statement that is none": (text("SELECT :name FROM no_such_table"), {"name": NAME}),
}


@pytest.mark.parametrize("ready", [True, False])
@pytest.mark.parametrize("failing", FAILING)
async def test_an_error_repeats_nothing_that_was_sent_or_is_stored(own_db: TestDatabase, failing: str, ready: bool) -> None:
    """Neither the error as a person or a library would print it, nor what the log makes of it, has a name or a number's token."""
    statement, binds = FAILING[failing]
    lines = io.StringIO()
    with pytest.raises(DBAPIError) as failed:  # noqa: PT012 - the error has to come out of the transaction
        async with own_db.transaction(DANA.actor) as tx:
            for _ in range(2):  # the second time, the key is there
                await (tx.ready(Ready(statement), binds) if ready else tx.all(statement, binds))
    shown = "".join(traceback.format_exception(failed.value))
    with logging_into(lines):
        structlog.get_logger().error("it failed", error=failed.value, exc_info=failed.value)
        logging.getLogger("library").error("it failed: %s", failed.value, exc_info=failed.value)
    for where in (shown, repr(failed.value), repr(failed.value.orig), lines.getvalue()):
        assert where
        for part in ("Marguerite", "Testcase", TOKEN.hex(), repr(TOKEN)):
            assert part not in where, where
