"""What a screen asks for: `Tx` or `Read`, as whoever signed in, and that with a permission. It is the API's mechanism
(`access.dependencies.Door`) with another way of knowing the caller. What writes needs the form's forgery token."""

from datetime import date
from typing import Annotated

from fastapi import Request, Response

from app.access.dependencies import SAFE, Door
from app.access.sessions import check_forgery, enter_session
from app.core import db

LOOPBACK = {"127.0.0.1", "::1", "localhost"}
FIELD, HEADER = "forgery_token", "x-forgery-token"


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


class _BySession(Door):
    """Browsers send a cookie, and with what writes the form's forgery token."""

    checks_forgery = True  # a test walks the routes and reads it

    async def check(self, request: Request) -> None:
        if request.method not in SAFE:
            request.state.sent_token = await sent_token(request)

    async def enter(self, transaction: db.Read, request: Request, *, lightly: bool) -> None:
        token = kept(request)
        request.state.signed_in = await enter_session(transaction, token, request=request.state.id, lightly=lightly)
        request.state.session, request.state.by = token, transaction.actor

    async def admit(self, _tx: db.Tx, request: Request) -> None:
        if request.method not in SAFE:
            check_forgery(request.state.session, request.state.sent_token)


DOOR = _BySession()
Tx = Annotated[db.Tx, DOOR.tx]
Read = Annotated[db.Read, DOOR.read]
Today = Annotated[date, DOOR.today]
"""The date where the caller's state is, of a screen that writes or shows personal data (which leaves an entry)."""
TodayRead = Annotated[date, DOOR.today_read]
"""The date where the caller's state is, of a screen that only reads."""
may, may_see, signed_in = DOOR.may, DOOR.may_see, DOOR.caller
