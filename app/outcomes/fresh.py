"""From which extract a question is answered: that of the facts as they are, or for somebody who only looks, one that is minutes old.

Where somebody records something every second, the extract is out of date whenever one asks. Who decides by a figure or passes it on asks
with no patience, and it is made anew on the spot. A screen takes the last one, says of when it is, and has the worker make the next.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import func, select

from app.audit.entries import note
from app.core.actor import Actor
from app.core.db import Database, Read
from app.outcomes import extract
from app.outcomes.extract import Extract, Source
from app.outcomes.facts import VERSION
from app.regions import queries as regions
from app.states.policy import Policy

NONE, LOOKING = timedelta(0), timedelta(minutes=15)
"""How old an extract may be: as new as the facts; for a screen."""

SOON = timedelta(minutes=3)
"""From what age on a screen asks for a new one."""


@dataclass(frozen=True)
class Store:
    """Where facts are read from and extracts are kept."""

    database: Database
    folder: Path


class Found(NamedTuple):
    """An extract, and whether a new one is due."""

    extract: Extract
    due: bool


_NOW = select(VERSION.scalar_subquery().label("version"), func.now().label("now"))


async def extracted(read: Read, *, by: Actor, store: Store, postal: str, policy: Policy, patience: timedelta = NONE) -> Found:
    """The extract of the facts as they are now, or, if there is one that is no older than `patience`, that.

    Made on the spot where there is none, which leaves an entry of who had it made.
    """
    systems = tuple(row.key for row in await regions.systems(read, by=by))
    source = Source(store.database.url, by.state, postal, systems, policy)
    row = await read.first(_NOW)
    assert row is not None, "a question without a table has a row"
    if (there := extract.kept(store.folder, source, row.version)) is not None:
        return Found(there, due=False)
    last = extract.latest(store.folder, source) if patience else None
    if last is not None and (age := row.now - datetime.fromisoformat(last.read_at).replace(tzinfo=UTC)) <= patience:
        return Found(last, due=age >= SOON)
    made = await asyncio.to_thread(extract.make, store.folder, source)
    async with store.database.transaction(by) as tx:
        await note(tx, "extract", by=by, rows=sum(made.rows.values()), detail={"digest": made.digest})
        await tx.commit()
    return Found(made, due=False)
