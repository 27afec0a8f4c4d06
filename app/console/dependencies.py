"""What a screen asks for: `Tx` or `Read`, as whoever signed in, and that with a permission. As for the API, one request is one
transaction, committed after the answer is made and before it is sent. What writes needs the form's forgery token."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request, Response

from app.access.permissions import Permission
from app.access.sessions import check_forgery, enter_session
from app.core import db
from app.core.actor import Actor

LOOPBACK = {"127.0.0.1", "::1", "localhost"}
FIELD, HEADER = "forgery_token", "x-forgery-token"
SAFE = {"GET", "HEAD", "OPTIONS"}

AnyRead = TypeVar("AnyRead", bound=db.Read)


def on_this_machine(request: Request) -> bool:
    """Whether both the browser and the address that it asked are of this machine."""
    return request.client is not None and request.client.host in LOOPBACK and request.url.hostname in LOOPBACK


def _plain(request: Request) -> bool:
    """Whether cookies may travel without encryption: on this machine alone, and never in production."""
    return request.app.state.settings.environment != "production" and on_this_machine(request) and request.url.scheme == "http"


def _name(request: Request, what: str) -> str:
    """A cookie's name. The browser itself keeps one with this prefix Secure, and of this very host."""
    return what if _plain(request) else f"__Host-{what}"


def kept(request: Request, what: str = "session") -> str:
    """What the browser keeps in a cookie of ours."""
    return request.cookies.get(_name(request, what), "")


def keep(request: Request, response: Response, token: str, what: str = "session") -> None:
    """Have the browser keep it until it is closed: no script reads it, no other site's form brings it along."""
    response.set_cookie(_name(request, what), token, httponly=True, secure=not _plain(request), samesite="lax", path="/")


def forget(request: Request, response: Response, what: str = "session") -> None:
    """Have the browser forget it."""
    response.delete_cookie(_name(request, what), httponly=True, secure=not _plain(request), samesite="lax", path="/")


async def sent_token(request: Request) -> str:
    """The forgery token that came along: in a header by htmx, in a field by a plain form."""
    if (header := request.headers.get(HEADER)) is not None:
        return header
    taken = getattr(request.state, "fields", None)  # of a form whose file was taken as it came
    field = (await request.form() if taken is None else taken).get(FIELD)
    return field if isinstance(field, str) else ""


async def _entered(transaction: AnyRead, request: Request) -> AnyRead:
    token = kept(request)
    request.state.signed_in = await enter_session(transaction, token, request=request.state.id)
    request.state.session, request.state.by = token, transaction.actor
    return transaction


async def _transaction(request: Request) -> AsyncIterator[db.Tx]:
    """The request's one transaction, as whoever signed in."""
    try:
        async with request.app.state.database.transaction() as tx:
            await _entered(tx, request)
            if request.method not in SAFE:
                check_forgery(request.state.session, await sent_token(request))
            yield tx
            await tx.commit()
    finally:
        await request.close()  # files that a form brought


_transaction.checks_forgery = True  # type: ignore[attr-defined]  # a test walks the routes and reads it


async def _reading(request: Request) -> AsyncIterator[db.Read]:
    """A transaction that cannot write, as whoever signed in."""
    async with request.app.state.database.reading() as read:
        yield await _entered(read, request)


async def signed_in(request: Request) -> Actor:
    """Who signed in, before the request's transaction begins: for a screen that first takes a file."""
    database: db.Database = request.app.state.database
    async with database.reading() as read:
        return (await _entered(read, request)).actor


_InTransaction = Depends(_transaction, scope="function")
_InReading = Depends(_reading, scope="function")
Tx = Annotated[db.Tx, _InTransaction]
Read = Annotated[db.Read, _InReading]


async def _today(request: Request, tx: Tx) -> date:
    return tx.actor.today(request.app.state.clock)


async def _today_read(request: Request, read: Read) -> date:
    return read.actor.today(request.app.state.clock)


Today = Annotated[date, Depends(_today, scope="function")]
"""The date where the caller's state is, of a screen that writes or shows personal data (which leaves an entry)."""
TodayRead = Annotated[date, Depends(_today_read, scope="function")]
"""The date where the caller's state is, of a screen that only reads."""


def may(permission: Permission) -> Any:
    """Whoever signed in, who holds `permission`, on a screen that writes; anybody else gets a page that says why not."""

    async def holder(tx: Annotated[db.Tx, _InTransaction]) -> Actor:
        return tx.actor.holding(permission)

    holder.permission = permission  # type: ignore[attr-defined]  # a test walks the routes and reads it
    return Depends(holder, scope="function")


def may_see(permission: Permission, *, or_else: str | None = None) -> Any:
    """Whoever signed in, who holds `permission`, on a screen that reads; anybody else is told `or_else`, where there is more to say."""

    async def holder(read: Annotated[db.Read, _InReading]) -> Actor:
        return read.actor.holding(permission, or_else=or_else)

    holder.permission = permission  # type: ignore[attr-defined]  # a test walks the routes and reads it
    return Depends(holder, scope="function")
