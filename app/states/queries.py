"""Questions about a state."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, bindparam, or_, select

from app.core.actor import Actor
from app.core.db import Read
from app.core.errors import NotFound
from app.states.models import State, StatePolicy
from app.states.policy import Policy

_THIS = select(State.id, State.name, State.fips, State.postal, State.time_zone, State.revision).where(State.id == bindparam("id"))


async def this(read: Read, *, by: Actor) -> Row[Any]:
    """The caller's state."""
    row = await read.first(_THIS, {"id": by.state})
    if row is None:
        raise NotFound(f"The state '{by.state}' is not set up. 'workforce state new' does that.")
    return row


async def zone(read: Read, *, by: Actor) -> ZoneInfo:
    """The state's time zone: its midnight begins its day."""
    return ZoneInfo((await this(read, by=by)).time_zone)


async def policies(read: Read, *, by: Actor) -> Sequence[Row[Any]]:
    """Every policy that the state ever had, oldest first."""
    return await read.all(
        select(StatePolicy.id, StatePolicy.valid_from, StatePolicy.valid_until, StatePolicy.policy, StatePolicy.source).order_by(
            StatePolicy.valid_from
        )
    )


_IN_FORCE = select(StatePolicy.policy).where(
    StatePolicy.valid_from <= bindparam("on"), or_(StatePolicy.valid_until.is_(None), StatePolicy.valid_until > bindparam("on"))
)


async def policy(read: Read, *, by: Actor, on: date) -> Policy:
    """The choices in force on a day; the defaults where the state recorded none."""
    chosen = await read.scalar(_IN_FORCE, {"on": on}) or {}
    known: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in chosen.items()}
    return Policy(**known)
