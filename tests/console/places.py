"""Counties with outlines, OEWS areas with wages, and what is in demand, on top of the world of tests/releases/world.py.

Western New York is two counties, of which each is in an OEWS area of its own: Buffalo tells wages, the Southwest suppresses one and
has the other at the top. The North Country's area has no line of welders. Welding leads to welders and to their foremen.
"""

from datetime import date
from typing import Any
from uuid import UUID

import shapely
from sqlalchemy import insert, update

from app.career_paths.models import TargetOccupation
from app.core.db import Tx
from app.labor_market.figures import MEASURES, TOP_CODE
from app.labor_market.models import InDemandJob, LaborMarketSource, Occupation, OewsArea, Wage
from app.regions.models import Region, RegionEdition, RegionSystem
from tests.enrollments.world import SINCE, WELDING

WELDER, FOREMAN, NURSE = "51-4121", "51-1011", "29-1141"
BUFFALO, SOUTHWEST, NORTH, STATE = "0015380", "3600004", "3600001", "3600000"
TITLES = {BUFFALO: "Buffalo, NY", SOUTHWEST: "Southwest, nonmetropolitan", NORTH: "Northern, nonmetropolitan", STATE: "New York"}
COUNTIES = {
    "36029": ("Erie County", shapely.box(-79.0, 42.0, -78.0, 43.0)),
    "36009": ("Cattaraugus County", shapely.box(-79.0, 41.5, -78.0, 42.0)),
    "36055": ("Monroe County", shapely.box(-78.0, 42.0, -77.0, 43.0)),
    "36089": ("St. Lawrence County", shapely.box(-76.0, 44.0, -75.0, 45.0)),
}
AREAS = {"buffalo": (BUFFALO, ["36029"]), "southwest": (SOUTHWEST, ["36009"]), "north": (NORTH, ["36089"])}
REGIONS = {"western_new_york": ["36009", "36029"], "finger_lakes": ["36055"], "north_country": ["36089"]}
DRAWN = date(2020, 2, 1)
"""From this day on the labor market regions consist of counties, and so have outlines."""

VINTAGE = "May 2025"

MEDIANS: dict[tuple[str, str], tuple[int | None, str, int | None]] = {
    (BUFFALO, WELDER): (55_420, "ok", 970),
    (BUFFALO, FOREMAN): (71_000, "ok", 30),
    (SOUTHWEST, WELDER): (None, "suppressed", 680),
    (SOUTHWEST, FOREMAN): (None, "top_coded", None),
    (NORTH, NURSE): (88_310, "ok", 2_900),
    (STATE, WELDER): (59_140, "ok", 8_310),
    (STATE, FOREMAN): (None, "not_published", 900),
}
"""Area and occupation: the median, its status, and the jobs."""


async def lay_out(tx: Tx) -> None:
    """Put all of it into New York."""
    county, oews = UUID(int=401), UUID(int=402)
    for key, edition, title in (("county", county, "Counties"), ("oews_area", oews, "OEWS areas")):
        await tx.run(insert(RegionSystem).values(key=key, title=title, source="s"))
        await tx.run(insert(RegionEdition).values(id=edition, system=key, valid_from=SINCE, source="drawn by hand"))
    for code, (name, shape) in COUNTIES.items():
        await tx.run(insert(Region).values(edition=county, code=code, name=name, counties=[code], shape=shapely.to_wkb(shape)))
    for code, (official, counties) in AREAS.items():
        await tx.run(insert(Region).values(edition=oews, code=code, name=TITLES[official], official_code=official, counties=counties))
    await tx.run(update(RegionEdition).where(RegionEdition.system == "labor_market_region").values(valid_until=DRAWN))
    drawn = UUID(int=403)
    await tx.run(insert(RegionEdition).values(id=drawn, system="labor_market_region", valid_from=DRAWN, source="drawn by hand"))
    for code, counties in REGIONS.items():
        name = code.replace("_", " ").title()
        await tx.run(insert(Region).values(edition=drawn, code=code, name=name, counties=counties))
    about = {"title": "t", "publisher": "p", "license": "l", "vintage": VINTAGE, "note": "", "attribution": ""}
    await tx.run(insert(LaborMarketSource).values(key="oews", **about))
    for area, title in TITLES.items():
        kind = "state" if area == STATE else "metropolitan"
        await tx.run(insert(OewsArea).values(area=area, vintage=VINTAGE, title=title, kind=kind, top_code=TOP_CODE))
    for (area, code), (median, status, jobs) in MEDIANS.items():
        told: dict[str, Any] = {f"{measure}_status": "suppressed" for measure in MEASURES}
        told |= {"median": median, "median_status": status, "employment": jobs, "employment_status": "ok" if jobs else "suppressed"}
        await tx.run(insert(Wage).values(area=area, code=code, vintage=VINTAGE, **told))
    for position, (code, title) in enumerate(((WELDER, "Welders"), (FOREMAN, "Foremen of welders"), (NURSE, "Nurses"))):
        await tx.run(insert(Occupation).values(system="soc_2018", code=code, title=title, members=[], related=[], skills=[]))
        if code != NURSE:
            await tx.run(insert(TargetOccupation).values(career_path=WELDING, system="soc_2018", code=code, position=position))
    evidence = [{"area": BUFFALO, "employment": 970, "share_percent": 0.18, "p75": 63_000}]
    job: dict[str, Any] = {"system": "soc_2018", "code": WELDER, "valid_from": SINCE, "rule": "board_decision", "evidence": evidence}
    await tx.run(insert(InDemandJob).values(region_system="labor_market_region", region="western_new_york", source="The board", **job))
