"""Verbs about a state."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from app.audit.entries import note
from app.core.actor import Actor
from app.core.db import Tx
from app.core.errors import Conflict
from app.states.models import State, StatePolicy


async def create(tx: Tx, *, state: str, name: str, fips: str, postal: str, time_zone: str) -> None:
    """A new tenant. Runs as the owner of the tables, from the command line."""
    made = upsert(State).values(id=state, name=name, fips=fips, postal=postal, time_zone=time_zone).on_conflict_do_nothing()
    if not await tx.run(made):
        raise Conflict(f"There is a state '{state}' already.")


async def describe(tx: Tx, *, by: Actor, name: str, fips: str, postal: str, time_zone: str) -> bool:
    """Change what the state is called and which clock it keeps. Answers whether that changed anything."""
    wanted = {"name": name, "fips": fips, "postal": postal, "time_zone": time_zone}
    differs = or_(State.name != name, State.fips != fips, State.postal != postal, State.time_zone != time_zone)
    changed = await tx.run(update(State).where(State.id == by.state, differs).values(**wanted, revision=State.revision + 1))
    if changed:
        await note(tx, "describe_state", by=by)
    return bool(changed)


async def adopt_policies(tx: Tx, *, by: Actor, policies: Sequence[tuple[date, dict[str, Any], str]]) -> int:
    """Put the state's policies, each `(valid_from, choices, source)` in order, in the place of those recorded from the first one's day on.

    A policy that is in force is ended, never edited; one that is the same stays as it is. Answers how many changed.
    """
    changed = 0
    last = await tx.first(select(StatePolicy.valid_from, StatePolicy.policy, StatePolicy.source).where(StatePolicy.valid_until.is_(None)))
    for valid_from, choices, source in policies:
        if last is not None and (
            valid_from < last.valid_from or (valid_from, choices, source) == (last.valid_from, last.policy, last.source)
        ):
            continue
        if last is not None and valid_from == last.valid_from:
            raise Conflict(f"The policy of {valid_from} is in force. Change it from a later day on.")
        await tx.run(
            update(StatePolicy).where(StatePolicy.valid_until.is_(None)).values(valid_until=valid_from, revision=StatePolicy.revision + 1)
        )
        await tx.run(insert(StatePolicy).values(valid_from=valid_from, policy=choices, source=source))
        last = await tx.first(
            select(StatePolicy.valid_from, StatePolicy.policy, StatePolicy.source).where(StatePolicy.valid_until.is_(None))
        )
        changed += 1
    if changed:
        await note(tx, "adopt_policies", by=by, rows=changed)
    return changed
