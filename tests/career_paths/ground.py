"""What New York's paths stand on, as rows: a region system with two regions since 2020, a few occupations, a designation."""

from datetime import date

from sqlalchemy import insert, select

from app.core.db import Tx
from app.labor_market.models import InDemandJob, Occupation
from app.regions.models import Region, RegionEdition, RegionSystem

SINCE = date(2020, 1, 1)


async def lay(tx: Tx) -> None:
    """Put them into the transaction's state."""
    await tx.run(insert(RegionSystem).values(key="labor_market_region", title="Regions", source="s"))
    await tx.run(insert(RegionEdition).values(system="labor_market_region", valid_from=SINCE, source="s"))
    edition = await tx.scalar(select(RegionEdition.id))
    for code in ("western_new_york", "north_country"):
        await tx.run(insert(Region).values(edition=edition, code=code, name=code))
    await tx.run(
        insert(Occupation),
        [
            {"system": "soc_2018", "code": "29-2052", "title": "Pharmacy Technicians", "members": []},
            {"system": "onet_soc_2019", "code": "29-2052.00", "title": "Pharmacy Technicians", "members": []},
            {"system": "soc_2018", "code": "29-2012", "title": "Medical and Clinical Laboratory Technicians", "members": []},
            {"system": "oews_2019", "code": "29-2010", "title": "Laboratory", "members": ["29-2011", "29-2012"]},
        ],
    )
    for region, system, code in (("western_new_york", "soc_2018", "29-2052"), ("north_country", "oews_2019", "29-2010")):
        job = {"region_system": "labor_market_region", "region": region, "system": system, "code": code, "evidence": []}
        await tx.run(insert(InDemandJob).values(**job, valid_from=SINCE, rule="board_decision", source="s"))
