"""What partners stand on: a county and a workforce area since 2015, as rows."""

from datetime import date

from sqlalchemy import insert, select

from app.core.db import Tx
from app.regions.models import Region, RegionEdition, RegionSystem


async def lay(tx: Tx) -> None:
    """Put them into the transaction's state."""
    for system, region in (("county", "36029"), ("lwda", "erie")):
        await tx.run(insert(RegionSystem).values(key=system, title=system, source="s"))
        await tx.run(insert(RegionEdition).values(system=system, valid_from=date(2015, 7, 1), source="s"))
        edition = await tx.scalar(select(RegionEdition.id).where(RegionEdition.system == system))
        await tx.run(insert(Region).values(edition=edition, code=region, name=region))
