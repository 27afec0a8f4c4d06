"""What a route asks for: `Tx` or `Read`, and the caller with a permission. One request is one transaction, committed after the
answer is made and before it is sent (`scope="function"`).

A `Door` is one way in: it says how the caller is known. The API's is here, by key; that of the console, by session, is the console's.
"""

import hmac
from abc import ABC, abstractmethod
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
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing: what they write is the entry that somebody read."""


class Door(ABC):
    """One way in. Routes ask a door for `tx` or `read`, for `today` or `today_read`, and for `may(…)` or `may_see(…)`."""

    def __init__(self) -> None:
        in_transaction, in_reading = Depends(self._transaction, scope="function"), Depends(self._reading, scope="function")

        async def today(request: Request, tx: Annotated[db.Tx, in_transaction]) -> date:
            return tx.actor.today(request.app.state.clock)

        async def today_read(request: Request, read: Annotated[db.Read, in_reading]) -> date:
            return read.actor.today(request.app.state.clock)

        self.tx, self.read = in_transaction, in_reading
        self.today, self.today_read = Depends(today, scope="function"), Depends(today_read, scope="function")

    @abstractmethod
    async def enter(self, transaction: db.Read, request: Request, *, lightly: bool) -> None:
        """Make `transaction` that of the request's caller. `lightly`: see `access.enter`. Raises `Unauthenticated`."""

    @abstractmethod
    async def check(self, request: Request) -> None:
        """Before a writing transaction takes a connection: read what has to be read, refuse what needs no database to be refused."""

    @abstractmethod
    async def admit(self, tx: db.Tx, request: Request) -> None:
        """Once a writing transaction is its caller's: refuse what the caller may not send, mark what is to be kept of it."""

    async def caller(self, request: Request) -> Actor:
        """Who is calling, before the request's transaction begins: for a route that first takes a file, however long that takes to come."""
        database: db.Database = request.app.state.database
        async with database.reading() as read:
            await self.enter(read, request, lightly=False)
            return read.actor

    async def _transaction(self, request: Request) -> AsyncIterator[db.Tx]:
        """The request's one transaction, as its caller."""
        try:
            await self.check(request)
            async with request.app.state.database.transaction() as tx:
                await self.enter(tx, request, lightly=request.method in SAFE)
                await self.admit(tx, request)
                yield tx
                await tx.commit()
        finally:
            await request.close()  # files that a form brought

    async def _reading(self, request: Request) -> AsyncIterator[db.Read]:
        """A transaction that cannot write, as the request's caller."""
        async with request.app.state.database.reading() as read:
            await self.enter(read, request, lightly=False)
            yield read

    def may(self, permission: Permission) -> Any:
        """The caller of a writing route, who holds `permission`; anybody else is answered 403 before the route runs."""

        async def holder(tx: Annotated[db.Tx, self.tx]) -> Actor:
            return tx.actor.holding(permission)

        holder.permission = permission  # type: ignore[attr-defined]  # a test walks the routes and reads it
        return Depends(holder, scope="function")

    def may_see(self, permission: Permission, *, or_else: str | None = None) -> Any:
        """The caller of a reading route, who holds `permission`; anybody else is told `or_else`, where there is more to say than that."""

        async def holder(read: Annotated[db.Read, self.read]) -> Actor:
            return read.actor.holding(permission, or_else=or_else)

        holder.permission = permission  # type: ignore[attr-defined]  # a test walks the routes and reads it
        return Depends(holder, scope="function")


# The API's door. Both of its headers are read off the request: as parameters they would be looked for again by everything that asks
# for the transaction. app.api.description tells of them.


def _key(request: Request) -> str:
    """The key that the caller sent, or the empty text."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


async def _content(request: Request) -> bytes:
    """What was sent; of a file that was taken already (`request.state.digest`), what it is known by."""
    digest: bytes | None = getattr(request.state, "digest", None)
    return await request.body() if digest is None else digest


class _ByKey(Door):
    """Callers send a key with every request, and may send an Idempotency-Key."""

    async def check(self, request: Request) -> None:
        once_key = request.headers.get("idempotency-key")
        if once_key is None:
            return
        if not isinstance(request.scope.get("route"), Once):
            raise Invalid("This request takes no Idempotency-Key.")
        if not 0 < len(once_key) <= LONGEST:
            raise Invalid(f"An Idempotency-Key has 1 to {LONGEST} characters.")
        # Keyed by the caller's key, which is nowhere in the database: the body can hold a social security number, and who knows the rest
        # of it would undo a plain hash by trying all nine digits.
        what = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
        request.state.claim = once_key, hmac.digest(_key(request).encode(), what + await _content(request), "sha256")

    async def enter(self, transaction: db.Read, request: Request, *, lightly: bool) -> None:
        once_key, asked = getattr(request.state, "claim", (None, None))
        await enter(transaction, _key(request), request=request.state.id, once_key=once_key, once_request=asked, lightly=lightly)

    async def admit(self, tx: db.Tx, request: Request) -> None:
        if (claim := getattr(request.state, "claim", None)) is not None:
            request.state.once = (tx, *claim)


DOOR = _ByKey()
Tx = Annotated[db.Tx, DOOR.tx]
Read = Annotated[db.Read, DOOR.read]
Today = Annotated[date, DOOR.today]
"""The date where the caller's state is, of a writing route."""
TodayRead = Annotated[date, DOOR.today_read]
"""The date where the caller's state is, of a reading route."""
may, may_see, caller = DOOR.may, DOOR.may_see, DOOR.caller
