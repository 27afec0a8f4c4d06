"""Pages: every row once, in a total order, whatever the page size; cursors that are not ours are refused. On a real server."""

import base64
import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Column, Date, DateTime, Integer, MetaData, Row, Table, Text, Uuid, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from app.core import embedded
from app.core.errors import Invalid
from app.core.paging import Keyset, Page, UnknownCursor, link

VISITS = Table(
    "visits",
    MetaData(),
    Column("id", Uuid, primary_key=True),
    Column("on", Date),
    Column("at", DateTime(timezone=True)),
    Column("code", Text),
    Column("n", Integer),
)
ROWS: list[dict[str, Any]] = [
    {
        "id": UUID(int=(n * 7919) % 65537),
        "on": date(2026, 1, 1) + timedelta(days=n % 3),
        "at": datetime(2026, 1, 1, tzinfo=UTC) + timedelta(microseconds=n % 4),
        "code": f"é-{n % 2}",
        "n": n % 5,
    }
    for n in range(47)
]


@pytest.fixture(scope="module")
async def connection() -> AsyncIterator[AsyncConnection]:
    with embedded.start(Path(mkdtemp(prefix="wf"))) as server:
        engine = create_async_engine(server.url("postgres", "postgres").replace("postgresql:", "postgresql+psycopg:"))
        async with engine.connect() as opened:
            await opened.run_sync(VISITS.metadata.create_all)
            await opened.execute(insert(VISITS), ROWS)
            yield opened
        await engine.dispose()


async def walk(connection: AsyncConnection, order: Keyset, limit: int) -> list[list[Row[Any]]]:
    pages, after = [], None
    while True:
        rows = (await connection.execute(order.page(select(VISITS), after=after, limit=limit))).all()
        page = order.cut(rows, limit=limit)
        pages.append(list(page.items))
        after = page.next
        if after is None:
            return pages


@pytest.mark.parametrize("limit", [1, 5, 46, 47, 48, 1000])
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("keys", [("id",), ("on", "id"), ("code", "at", "n", "id")])
async def test_the_pages_are_all_rows_once_and_in_order(
    connection: AsyncConnection, limit: int, descending: bool, keys: tuple[str, ...]
) -> None:
    pages = await walk(connection, Keyset(*(VISITS.c[key] for key in keys), descending=descending), limit)
    walked = [tuple(row._mapping[key] for key in keys) for page in pages for row in page]
    assert walked == sorted((tuple(row[key] for key in keys) for row in ROWS), reverse=descending)
    assert [len(page) for page in pages[:-1]] == [limit] * (len(pages) - 1)
    assert pages[-1]  # no empty page at the end, not even when the last one is full


async def test_rows_added_and_removed_between_two_pages_shift_no_other(connection: AsyncConnection) -> None:
    order = Keyset(VISITS.c.id)
    async with connection.begin_nested() as changes:
        first = order.cut((await connection.execute(order.page(select(VISITS), after=None, limit=10))).all(), limit=10)
        gone, new = first.items[3].id, UUID(int=1)
        await connection.execute(VISITS.delete().where(VISITS.c.id == gone))
        await connection.execute(insert(VISITS).values(id=new, on=date(2026, 1, 1)))
        rest = (await connection.execute(order.page(select(VISITS), after=first.next, limit=1000))).all()
        assert [row.id for row in first.items] + [row.id for row in rest] == sorted(row["id"] for row in ROWS)
        await changes.rollback()


def cursor(*parts: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "after",
    [
        "",
        "nonsense",
        "ä",
        "bm9wZQ",
        cursor(),
        cursor("visits.id"),
        cursor("visits.id", 7),
        cursor("visits.id", "x"),
        cursor("visits.on,visits.id", "2026-01-01", str(UUID(int=1))),
        cursor("people.id", str(UUID(int=1))),
        cursor(7),
        base64.urlsafe_b64encode(b"[" * 5000).decode().rstrip("="),
    ],
)
def test_a_cursor_of_another_list_or_none_at_all_is_refused(after: str) -> None:
    with pytest.raises(UnknownCursor):
        Keyset(VISITS.c.id).page(select(VISITS), after=after)


def test_its_own_cursor_is_not_refused() -> None:
    Keyset(VISITS.c.id).page(select(VISITS), after=cursor("visits.id", str(UUID(int=1))))


@pytest.mark.parametrize("value", [True, 1.5, None, [], "1"])
def test_a_cursor_with_a_value_of_another_type_is_refused(value: Any) -> None:
    with pytest.raises(UnknownCursor):
        Keyset(VISITS.c.n).page(select(VISITS), after=cursor("visits.n", value))


def test_text_that_the_database_cannot_hold_is_refused() -> None:
    with pytest.raises(UnknownCursor):
        Keyset(VISITS.c.code).page(select(VISITS), after=cursor("visits.code", "a\0b"))


@pytest.mark.parametrize("limit", [0, -1, 1001])
def test_a_page_has_1_to_1000_items(limit: int) -> None:
    with pytest.raises(Invalid, match="1 to 1000"):
        Keyset(VISITS.c.id).page(select(VISITS), after=None, limit=limit)


def test_the_link_leads_to_the_next_page_and_keeps_the_rest_of_the_question() -> None:
    url = "https://example.org/v1/enrollments?status=open&after=old&limit=2&partner="
    assert link(url, Page([], "n+/=")) == '<https://example.org/v1/enrollments?status=open&limit=2&partner=&after=n%2B%2F%3D>; rel="next"'
    assert link(url, Page([], None)) is None
