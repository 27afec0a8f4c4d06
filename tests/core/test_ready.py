"""Statements that are compiled once: they answer what SQLAlchemy answers, and fail as it fails."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import (
    ARRAY,
    Boolean,
    Date,
    LargeBinary,
    Numeric,
    Text,
    Uuid,
    bindparam,
    exists,
    func,
    insert,
    literal,
    literal_column,
    not_,
    select,
    text,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import IntegrityError, NotSupportedError

from app.access.models import OnceAnswer
from app.core.db import Database, Tx
from app.core.ready import Ready
from app.partners.models import Partner
from tests.conftest import TestDatabase
from tests.people import DANA, ERIE, MONROE

KINDS = select(
    bindparam("id", type_=Uuid).label("id"),
    bindparam("day", type_=Date).label("day"),
    bindparam("more", type_=JSONB).label("more"),
    literal("50 % of %s").label("said"),
    literal(7).label("seven"),
)
VALUES = {"id": UUID(int=5), "day": date(2026, 10, 31), "more": {"a": [1, None]}}


@pytest.mark.parametrize("values", [VALUES, dict.fromkeys(VALUES)])
async def test_values_go_in_and_come_out_as_sqlalchemy_has_them(db: Tx, values: dict[str, Any]) -> None:
    [row] = await db.ready(Ready(KINDS), values)
    plain = await db.first(KINDS, values)
    assert plain is not None
    assert row._asdict() == plain._asdict()


async def test_what_stands_alone_has_its_type(db: Tx) -> None:
    """In a union nothing but the bind itself says what it is."""
    types = {"yes": Boolean, "blob": LargeBinary, "share": Numeric}
    values = {"yes": True, "blob": b"\0\xff", "share": Decimal("0.10")}
    for some in (values, dict.fromkeys(values), values):
        asked: Any = select(*(bindparam(name, type_=kind).label(name) for name, kind in types.items()))
        there: Any = select(literal_column("false"), literal_column("'a'::bytea"), literal_column("1.5"))
        assert tuple(some.values()) in [tuple(row) for row in await db.ready(Ready(union_all(asked, there)), some)]


async def test_it_can_be_run_again_with_other_values(db: Tx) -> None:
    named = Ready(select(Partner.name).where(Partner.key == bindparam("key")))
    for partner in (ERIE, MONROE, ERIE) * 3:  # the driver prepares it on the way
        assert [row.name for row in await db.ready(named, {"key": partner.key})] == [partner.name]
    assert await db.ready(named, {"key": "nobody"}) == []


async def test_a_statement_without_rows_answers_none(db: Tx) -> None:
    about = {"actor": DANA.id, "key": "k", "request": b"", "status": 201, "headers": {"etag": "1"}, "answer": b"\0"}
    keep = insert(OnceAnswer).inline().values({name: bindparam(name, type_=OnceAnswer.__table__.c[name].type) for name in about})
    assert await db.ready(Ready(keep), about) == []
    [kept] = await db.all(select(OnceAnswer.headers, OnceAnswer.answer))
    assert tuple(kept) == ({"etag": "1"}, b"\0")


async def test_a_broken_constraint_is_what_it_is_elsewhere(db: Tx) -> None:
    again = insert(Partner).values(key=ERIE.key, name="x", kind="nonprofit", active_from=date(2020, 1, 1))
    with pytest.raises(IntegrityError) as refused:
        await db.ready(Ready(again), {})
    assert isinstance(refused.value.orig, psycopg.errors.UniqueViolation)
    assert refused.value.orig.diag.constraint_name == "partners_key_once"
    assert "erie_board" not in str(refused.value).split("DETAIL")[0]


async def test_a_connection_that_broke_is_replaced(own_db: TestDatabase) -> None:
    backend = Ready(text("SELECT pg_backend_pid() AS pid"))
    with pytest.raises(Exception, match=r"closed the connection|terminating connection") as broken:  # noqa: PT012 - the transaction has to end too
        async with own_db.transaction() as tx:
            [row] = await tx.ready(backend, {})
            with psycopg.connect(own_db.superuser_url, autocommit=True) as superuser:
                superuser.execute("SELECT pg_terminate_backend(%s)", [row.pid])
            await tx.ready(backend, {})
    assert getattr(broken.value, "connection_invalidated", False)
    async with own_db.transaction() as tx:
        assert [found.pid for found in await tx.ready(backend, {})] != [row.pid]


async def test_it_is_part_of_its_transaction(own_db: TestDatabase) -> None:
    add = Ready(insert(Partner).values(key=bindparam("key"), name="x", kind="nonprofit", active_from=date(2020, 1, 1)))
    for key, commit in (("kept", True), ("dropped", False)):
        async with own_db.transaction() as tx:
            await tx.ready(Ready(text("SELECT set_config('app.state', 'us-ny', true)")), {})
            await tx.ready(add, {"key": key})
            if commit:
                await tx.commit()
    async with own_db.reading(DANA.actor) as read:
        assert [row.key for row in await read.all(select(Partner.key).where(Partner.name == "x"))] == ["kept"]


def plan(database: TestDatabase, query: str) -> str:
    """How PostgreSQL runs a statement whatever its values are, as it does a prepared one."""
    with psycopg.connect(database.superuser_url, autocommit=True) as superuser:
        told = superuser.execute(f"EXPLAIN (GENERIC_PLAN, VERBOSE) {query}".encode()).fetchall()
    return "\n".join(line for (line,) in told)


async def test_what_must_not_exist_is_looked_up_and_not_read_through(own_db: TestDatabase) -> None:
    asked = select(func.unnest(bindparam("keys", type_=ARRAY(Text))).label("key")).subquery("asked")
    there = exists().where(Partner.key == asked.c.key).correlate_except(Partner)
    statement = select(asked.c.key, not_(there).label("new")).select_from(asked)
    ready = Ready(statement)
    assert "hashed SubPlan" not in plan(own_db, ready.text)
    assert "hashed SubPlan" in plan(own_db, ready.text.replace(" OFFSET 0", ""))
    async with own_db.reading(DANA.actor) as read:
        found = await read.ready(ready, {"keys": [ERIE.key, "nobody"]})
    assert [tuple(row) for row in found] == [(ERIE.key, False), ("nobody", True)]


async def test_what_is_prepared_stays_through_commits_and_rollbacks(own_db: TestDatabase) -> None:
    """The driver's own way forgets everything with each rollback, and PostgreSQL would plan every act anew after each refusal."""
    named = Ready(select(Partner.name).where(Partner.key == bindparam("key")))
    there = text("SELECT count(*) FROM pg_prepared_statements WHERE statement = :text")
    database = Database(own_db.url, pool=1)
    try:
        for commits in (True, False, True, False):
            async with database.transaction(DANA.actor) as tx:
                assert [row.name for row in await tx.ready(named, {"key": ERIE.key})] == [ERIE.name]
                assert await tx.scalar(there, {"text": named.text}) == 1
                if commits:
                    await tx.commit()
        async with database.reading(DANA.actor) as read:
            assert await read.scalar(there, {"text": named.text}) == 1
    finally:
        await database.close()


async def test_it_is_prepared_anew_when_the_table_has_changed(own_db: TestDatabase) -> None:
    """As by a migration while the server runs: one request fails, and the next is answered."""
    everything = Ready(text("SELECT * FROM changing"))
    with psycopg.connect(own_db.superuser_url, autocommit=True) as superuser:
        superuser.execute("CREATE TABLE changing AS SELECT 1 AS one")
        superuser.execute("GRANT SELECT ON changing TO PUBLIC")
        database = Database(own_db.url, pool=1)
        try:
            async with database.reading() as read:
                assert [row.one for row in await read.ready(everything, {})] == [1]
            superuser.execute("ALTER TABLE changing ALTER one TYPE text")
            with pytest.raises(NotSupportedError, match="cached plan"):
                async with database.reading() as read:
                    await read.ready(everything, {})
            async with database.reading() as read:
                assert [row.one for row in await read.ready(everything, {})] == ["1"]
        finally:
            await database.close()
