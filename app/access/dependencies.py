"""What a route asks for: `Tx` or `Read`, and the caller with a permission. One request is one transaction, committed after the
answer is made and before it is sent (`scope="function"`)."""

import hmac
from collections.abc import AsyncIterator
from datetime import date
from typing import Annotated, Any

from fastapi import Depends, Request

from app.access.enter import enter
from app.access.once import Once
from app.access.permissions import Permission
from app.core import db
from app.core.actor import Actor
from app.core.errors import Invalid

LONGEST = 200
"""Characters of an Idempotency-Key."""

# Both headers are read off the request: as parameters they would be looked for again by everything that asks for the transaction.
# app.api.description tells of them.


def _key(request: Request) -> str:
    """The key that the caller sent, or the empty text."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


async def caller(request: Request) -> Actor:
    """Who is calling, before the request's transaction begins: for a route that first takes a file, however long that takes to come."""
    database: db.Database = request.app.state.database
    async with database.reading() as read:
        await enter(read, _key(request), request=request.state.id)
        return read.actor


async def _content(request: Request) -> bytes:
    """What was sent; of a file that was taken already (`request.state.digest`), what it is known by."""
    digest: bytes | None = getattr(request.state, "digest", None)
    return await request.body() if digest is None else digest


async def _transaction(request: Request) -> AsyncIterator[db.Tx]:
    """The request's one transaction, as its caller."""
    idempotency_key = request.headers.get("idempotency-key")
    asked = None
    if idempotency_key is not None:
        if not isinstance(request.scope.get("route"), Once):
            raise Invalid("This request takes no Idempotency-Key.")
        if not 0 < len(idempotency_key) <= LONGEST:
            raise Invalid(f"An Idempotency-Key has 1 to {LONGEST} characters.")
        # Keyed by the caller's key, which is nowhere in the database: the body can hold a social security number, and who knows the rest
        # of it would undo a plain hash by trying all nine digits.
        what = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
        asked = hmac.digest(_key(request).encode(), what + await _content(request), "sha256")
    async with request.app.state.database.transaction() as tx:
        await enter(tx, _key(request), request=request.state.id, once_key=idempotency_key, once_request=asked)
        if asked is not None and idempotency_key is not None:
            request.state.once = (tx, idempotency_key, asked)
        yield tx
        await tx.commit()


async def _reading(request: Request) -> AsyncIterator[db.Read]:
    """A transaction that cannot write, as the request's caller."""
    async with request.app.state.database.reading() as read:
        yield await enter(read, _key(request), request=request.state.id)


_InTransaction = Depends(_transaction, scope="function")
_InReading = Depends(_reading, scope="function")
Tx = Annotated[db.Tx, _InTransaction]
Read = Annotated[db.Read, _InReading]


async def _today(request: Request, tx: Tx) -> date:
    return tx.actor.today(request.app.state.clock)


async def _today_read(request: Request, read: Read) -> date:
    return read.actor.today(request.app.state.clock)


Today = Annotated[date, Depends(_today, scope="function")]
"""The date where the caller's state is, of a writing route."""
TodayRead = Annotated[date, Depends(_today_read, scope="function")]
"""The date where the caller's state is, of a reading route."""


def may(permission: Permission) -> Any:
    """The caller of a writing route, who holds `permission`; anybody else is answered 403 before the route runs."""

    async def holder(tx: Annotated[db.Tx, _InTransaction]) -> Actor:
        return tx.actor.holding(permission)

    holder.permission = permission  # type: ignore[attr-defined]  # a test walks the routes and reads it
    return Depends(holder, scope="function")


def may_see(permission: Permission, *, or_else: str | None = None) -> Any:
    """The caller of a reading route, who holds `permission`; anybody else is told `or_else`, where there is more to say than that."""

    async def holder(read: Annotated[db.Read, _InReading]) -> Actor:
        return read.actor.holding(permission, or_else=or_else)

    holder.permission = permission  # type: ignore[attr-defined]  # a test walks the routes and reads it
    return Depends(holder, scope="function")
