"""The demonstration's release: drafted by the state's staff, certified by a second person, as the API would have it done."""

from pathlib import Path

from app.access import keys
from app.access.enter import enter
from app.access.permissions import Role
from app.core.actor import Actor
from app.core.db import Database
from app.core.periods import Period
from app.demo.shares import AS_OF
from app.outcomes.queries import Store
from app.releases import queries
from app.releases.queries import ReleaseKept

RELEASED = Period.parse("rolling_4@2026-09-30")
"""The four quarters up to the table's. Of 20,000 people that publishes 200 of 216 figures of regions and 379 of 630 of local areas; a
single quarter, whose groups are small, 112 and 150. Both together would have more to hide in each than one."""

SECOND = "demonstration: the second person, who certifies"


async def released(database: Database, owner: Database, *, by: Actor, data_folder: Path) -> ReleaseKept:
    """The release in force of the demonstration's four quarters: the one that an earlier run left, or a new one."""
    from app.releases import actions  # noqa: PLC0415 - GDAL takes a second, which nobody waits for who is refused

    async with database.reading(by) as read:
        for kept in await queries.certified(read, by=by):
            if kept.period == RELEASED:
                return kept
    ground = actions.Ground(Store(database, data_folder / "extracts"), data_folder, AS_OF)
    async with database.transaction(by) as tx:
        drafted = await actions.draft(tx, by=by, period=RELEASED, ground=ground)
        await tx.commit()
    async with owner.transaction() as tx:
        key = await keys.create(tx, state=by.state, role=Role.STATE_ADMIN, label=SECOND)
        await tx.commit()
    async with database.transaction() as tx:
        second = (await enter(tx, key, request="demo")).actor
        certified = await actions.certify(tx, by=second, id=drafted.id, data_folder=data_folder)
        await tx.commit()
        return certified
