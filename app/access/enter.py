"""The door of every request: one round trip looks the key up, sets the state, and claims the Idempotency-Key."""

from dataclasses import dataclass
from hashlib import sha256
from typing import TypeVar

from sqlalchemy import text

from app.access.permissions import ROLES, Role
from app.core.actor import Actor
from app.core.db import Read
from app.core.errors import Conflict, Invalid, Unauthenticated, Violation
from app.core.ready import Ready

AnyRead = TypeVar("AnyRead", bound=Read)

# `enter` is SECURITY DEFINER: the application's role has no other way to the table of keys. It is VOLATILE, so that its look-up
# of a kept answer has a snapshot taken after the lock. See migrations/versions/0001.
# `lightly`: this transaction's commit does not wait for the disk (ADR 0015).
_ENTER = Ready(
    text(
        "SELECT id, state, partner, role, zone, once, status, headers, answer,"
        " CASE WHEN :lightly THEN set_config('synchronous_commit', 'off', true) END FROM enter(:digest, :once_key, :once_request)"
    )
)


@dataclass(frozen=True)
class Kept:
    """An answer given before to the same request."""

    status: int
    headers: dict[str, str]
    answer: bytes


class Answered(Exception):
    """This request was answered before; the edge sends the same answer again."""

    def __init__(self, kept: Kept) -> None:
        super().__init__("answered before")
        self.kept = kept


async def enter(
    transaction: AnyRead,
    key: str,
    *,
    request: str = "",
    once_key: str | None = None,
    once_request: bytes | None = None,
    lightly: bool = False,
) -> AnyRead:
    """Make `transaction` that of the key's owner.

    `lightly` is for what only looks: its commit, of the entry that somebody looked, does not wait for the disk (ADR 0015).

    Raises `Unauthenticated`; and for a request that was sent before `Answered`, `Conflict` (it is still running) or `Invalid` (it was
    another one).
    """
    asked = {"digest": sha256(key.encode()).digest(), "once_key": once_key, "once_request": once_request, "lightly": lightly}
    row = next(iter(await transaction.ready(_ENTER, asked)), None)
    if row is None:
        raise Unauthenticated(
            "Send a valid key as 'Authorization: Bearer <key>'. Keys expire and can be revoked; your administrator makes new ones."
        )
    match row.once:
        case "running":
            again = "A request with this Idempotency-Key is still being answered. Send it again in a moment."
            raise Conflict(again, violations=[Violation(0, "Idempotency-Key", "still_running", again)])
        case "other":
            raise Invalid("This Idempotency-Key was used for another request. Use a new one.")
        case "answered":
            raise Answered(Kept(row.status, row.headers, row.answer))
    transaction.actor = Actor(row.id, row.state, row.partner, row.role, frozenset(ROLES[Role(row.role)]), request, row.zone)
    return transaction
