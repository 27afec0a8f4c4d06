"""Sessions: what a browser has instead of a key. Opened with a key, kept as a fingerprint, ending with the key or before it.

The forgery token is an HMAC of what the cookie holds: a page of another site can send the cookie and can never read it.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import TypeVar

from sqlalchemy import Interval, bindparam, text

from app.access.permissions import ROLES, Role
from app.audit.entries import note
from app.core.actor import Actor
from app.core.db import Read, Tx
from app.core.errors import Forbidden, Unauthenticated
from app.core.ready import Ready

AnyRead = TypeVar("AnyRead", bound=Read)

LIFETIME = timedelta(hours=10)
"""A working day: who comes back tomorrow signs in again."""

_OPEN = text("SELECT open_session(:key, :session, :lifetime)").bindparams(bindparam("lifetime", type_=Interval))
_ENTER = Ready(
    text(
        "SELECT id, state, partner, role, zone, partner_name, state_name,"
        " CASE WHEN :lightly THEN set_config('synchronous_commit', 'off', true) END FROM enter_session(:digest)"
    )
)
_CLOSE = text("SELECT close_session(:session)")


@dataclass(frozen=True)
class SignedIn:
    """Who is at the browser, in words for the top of a page."""

    role: str
    partner: str | None
    state: str


def _digest(token: str) -> bytes:
    return sha256(token.encode()).digest()


async def sign_in(tx: Tx, key: str, *, before: str = "", request: str = "") -> str:
    """Open a session with a key and answer its token, new every time; the session `before` in the same browser ends.

    Raises `Unauthenticated` where the key opens nothing.
    """
    token = secrets.token_urlsafe(32)
    if not await tx.scalar(_OPEN, {"key": _digest(key), "session": _digest(token), "lifetime": LIFETIME}):
        raise Unauthenticated("This key opens nothing. Keys expire and can be revoked; your administrator makes new ones.")
    if before:
        await tx.scalar(_CLOSE, {"session": _digest(before)})
    await enter_session(tx, token, request=request)
    await note(tx, "sign_in", by=tx.actor)
    return token


async def enter_session(transaction: AnyRead, token: str, *, request: str = "", lightly: bool = False) -> SignedIn:
    """Make `transaction` that of whoever signed in. `lightly`: see `access.enter`. Raises `Unauthenticated`."""
    row = next(iter(await transaction.ready(_ENTER, {"digest": _digest(token), "lightly": lightly})), None) if token else None
    if row is None:
        raise Unauthenticated("Sign in. A session ends after a working day, when you sign out, or when its key does.")
    transaction.actor = Actor(row.id, row.state, row.partner, row.role, frozenset(ROLES[Role(row.role)]), request, row.zone)
    return SignedIn(row.role, row.partner_name, row.state_name or row.state)


async def sign_out(tx: Tx, token: str) -> None:
    """End the session: from now on its token opens nothing."""
    await note(tx, "sign_out", by=tx.actor)
    await tx.scalar(_CLOSE, {"session": _digest(token)})


def forgery_token(token: str) -> str:
    """What every form of the session carries."""
    return hmac.digest(token.encode(), b"forms of the console", "sha256").hex()


def check_forgery(token: str, sent: str) -> None:
    """Raises `Forbidden` unless `sent` is the forgery token of the session."""
    if not token or not hmac.compare_digest(forgery_token(token).encode(), sent.encode()):
        raise Forbidden("This form was not sent from a page of yours, or you signed in anew since it was opened. Open the page again.")
