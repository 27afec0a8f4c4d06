"""Lists page by page, by *keyset*: the next page begins after the last key of this one. Nothing is counted, and a row that is added
or removed between two pages makes no other row appear twice or get lost.

    ORDER = Keyset(Enrollment.started_on, Enrollment.id)

    rows = await read.all(ORDER.page(select(...), after=after, limit=limit))
    return ORDER.cut(rows, limit=limit)

A cursor is the last key in base64url: opaque but not secret, and no permission hangs on it. Keys stand in URLs, so people are
listed in the order of their ids, never of their names.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from sqlalchemy import Row, Select, literal, tuple_

from app.core.errors import Invalid

Item = TypeVar("Item")
AnySelect = TypeVar("AnySelect", bound=Select[Any])

LIMIT = 100
"""How many items a page has if nobody says."""
MOST = 1000
"""How many items a page has at most."""


class UnknownCursor(Invalid):
    """The `after` that was sent is not a `next` that this list gave out."""

    slug, title = "unknown-cursor", "This page cannot be found"

    def __init__(self) -> None:
        super().__init__("'after' is not a cursor of this list. Start again without it and follow 'next'.")


@dataclass(frozen=True)
class Page(Generic[Item]):
    """Some items of a list and the cursor that the next ones come after; None: these were the last."""

    items: Sequence[Item]
    next: str | None


class Keyset:
    """A list's total order: columns that are never NULL, the last of which is unique among rows that are equal in the others."""

    def __init__(self, *columns: Any, descending: bool = False) -> None:
        self.columns = columns
        self.descending = descending
        self.name = ",".join(str(column) for column in columns)  # with the table: a cursor of another list is none of this one

    def page(self, statement: AnySelect, *, after: str | None, limit: int = LIMIT) -> AnySelect:
        """The statement with this order, from the cursor on, and one row more than the page, which tells that there is a next one.

        The statement selects the columns of the order under their own names. Raises `UnknownCursor` and `Invalid`.
        """
        if not 1 <= limit <= MOST:
            raise Invalid(f"'limit' is a number from 1 to {MOST}.")
        if after is not None:
            here = tuple_(*self.columns)
            last = tuple_(*(literal(value, column.type) for value, column in zip(self._decode(after), self.columns, strict=True)))
            statement = statement.where(here < last if self.descending else here > last)
        return statement.order_by(*(column.desc() if self.descending else column for column in self.columns)).limit(limit + 1)

    def cut(self, rows: Sequence[Row[Any]], *, limit: int = LIMIT) -> Page[Row[Any]]:
        """The page out of what its statement answered."""
        if len(rows) <= limit:
            return Page(rows, None)
        last = rows[limit - 1]._mapping
        return Page(rows[:limit], self._encode([last[column.key] for column in self.columns]))

    def _encode(self, key: Sequence[Any]) -> str:
        told = [value if isinstance(value, (int, str)) else value.isoformat() if isinstance(value, date) else str(value) for value in key]
        return base64.urlsafe_b64encode(json.dumps([self.name, *told], separators=(",", ":")).encode()).decode().rstrip("=")

    def _decode(self, cursor: str) -> list[Any]:
        try:
            name, *told = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
            if name != self.name or len(told) != len(self.columns):
                raise UnknownCursor
            return [_read(value, column.type.python_type) for value, column in zip(told, self.columns, strict=True)]
        except (binascii.Error, ValueError, TypeError, RecursionError) as error:
            raise UnknownCursor from error


def _read(value: Any, kind: type[Any]) -> Any:
    """A key's value as it was before it became JSON. Raises ValueError or TypeError."""
    if not isinstance(value, int if kind is int else str) or isinstance(value, bool) or "\0" in str(value):
        raise TypeError(kind)
    if issubclass(kind, (date, datetime)):
        return kind.fromisoformat(str(value))
    return kind(value)


def link(url: str, page: Page[Any]) -> str | None:
    """The `Link` header (RFC 8288) that leads to the next page of the list at `url`, or None on the last page."""
    if page.next is None:
        return None
    parts = urlsplit(url)
    query = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != "after"]
    return f'<{urlunsplit(parts._replace(query=urlencode([*query, ("after", page.next)])))}>; rel="next"'
