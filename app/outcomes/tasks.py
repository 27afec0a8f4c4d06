"""What is made of the facts before somebody asks."""

import asyncio
from pathlib import Path

from app.core.actor import Actor
from app.core.jobs import Work, early
from app.outcomes.fresh import Store, extracted
from app.states import queries as states

EXTRACTS = "extracts"
"""Where in the data folder they are kept."""

AGAIN = 60.0
"""How many seconds after asking for an extract a process asks once more."""

_asked: dict[tuple[Path, str], float] = {}


@early("outcomes.take_up")
async def taken_up(work: Work) -> None:
    """Make a state's extract if anything was recorded since the last one: every morning, and when a screen shows an old one."""
    store = Store(work.database, work.settings.data_folder / EXTRACTS)
    async with work.reading() as read:
        postal = (await states.this(read, by=work.actor)).postal
        policy = await states.policy(read, by=work.actor, on=work.actor.today(work.clock))
        await extracted(read, by=work.actor, store=store, postal=postal, policy=policy)


async def ask(store: Store, *, by: Actor) -> None:
    """Have the worker make an extract, unless this process asked for one a moment ago."""
    key, now = (store.folder, by.state), asyncio.get_running_loop().time()
    if now - _asked.get(key, now - AGAIN) < AGAIN:
        return
    _asked[key] = now
    async with store.database.transaction(by) as tx:
        await tx.defer(taken_up)
        await tx.commit()
