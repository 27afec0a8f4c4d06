"""Regions: each region system on a map on a day; of a region, the jobs in demand with their evidence, and the career paths offered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from app.access.permissions import Permission
from app.career_paths import queries as career_paths
from app.career_paths.rules import totals
from app.console.choices import offer
from app.console.dependencies import Read, TodayRead, may_see
from app.console.drawing import drawn
from app.console.pages import page
from app.console.pay import published
from app.core import db
from app.core.actor import Actor
from app.core.paging import MOST
from app.labor_market import in_demand
from app.labor_market import queries as labor_market
from app.regions import maps, queries
from app.regions.queries import EditionKept

router = APIRouter(prefix="/console", include_in_schema=False)

Reader = Annotated[Actor, may_see(Permission.READ_DEFINITIONS)]
OnDay = Annotated[date | None, Query()]
FIRST = "labor_market_region"
FEW = 15  # jobs that are shown at first
KM2_PER_SQUARE_MILE = 2.589988  # the international mile
NAMED = 12  # a map of more regions than this has no names on it


@router.get("/regions")
async def show(request: Request, read: Read, by: Reader, today: TodayRead, system: str = FIRST, on: OnDay = None) -> Response:
    """A region system on a day: its map, and its regions as a list."""
    day = on or today
    systems = await queries.systems(read, by=by)
    held = await queries.in_force(read, by=by, on=day)
    told: dict[str, Any] = {"systems": systems, "system": system, "day": day, "edition": held.get(system), "today": today}
    if system in held:
        outlines = await maps.outlines(read, by=by, system=system, on=day)
        listed = outlines.draft.edition.regions
        told |= {"regions": listed, "drawing": await drawn(read, by=by, outlines=outlines), "reasons": outlines.reasons}
        told |= {
            "areas": {code: km2 / KM2_PER_SQUARE_MILE for code, km2 in outlines.areas_km2.items()},
            "with_names": len(listed) <= NAMED,
            "title": _title(systems, system),
        }
    return page(request, "regions.html", by=by, here="regions", **told)


def _title(systems: Sequence[Any], key: str) -> str:
    return next((row.title for row in systems if row.key == key), key)


@dataclass(frozen=True)
class Job:
    """A job in demand, with its evidence area by area."""

    code: str
    title: str
    rule: str
    source: str
    evidence: Sequence[Mapping[str, Any]]

    @property
    def employment(self) -> int:
        """In all the areas of its evidence together: by this the list is ordered. Areas reach beyond regions."""
        return sum(one["employment"] for one in self.evidence)


@router.get("/regions/{system}/{code}")
async def show_region(
    request: Request, read: Read, by: Reader, today: TodayRead, system: str, code: str, on: OnDay = None, every: bool = False
) -> Response:
    """One region on a day: what is in demand and why, and what is offered."""
    day = on or today
    region = await in_demand.region(read, by=by, system=system, code=code, on=day)
    jobs = await _jobs(read, by, system, code, day)
    shown = jobs if every else jobs[:FEW]
    names = await _area_names(read, by) if shown else {}
    offered = await offer(read, by=by, today=day, regions={system: code})
    told: dict[str, Any] = {
        "region": region,
        "system": system,
        "title": _title(await queries.systems(read, by=by), system),
        "day": day,
        "today": today,
        "jobs": shown,
        "areas": names,
        "total": len(jobs),
        "offer": offered,
        "about": await in_demand.about(read, by=by),
        "counties": await _county_names(read, by, day, region.counties),
    }
    return page(request, "region.html", by=by, here="regions", **told)


async def _jobs(read: db.Read, by: Actor, system: str, code: str, day: date) -> list[Job]:
    """Every job in demand in the region, those with most people first."""
    rows: list[Any] = []
    after: str | None = None
    while True:
        found = await in_demand.jobs(read, by=by, region_system=system, region=code, on=day, after=after, limit=MOST)
        rows += found.items
        if (after := found.next) is None:
            break
    jobs = [Job(row.code, row.title, row.rule, row.source, row.evidence) for row in rows]
    return sorted(jobs, key=lambda job: (-job.employment, job.code))


async def _area_names(read: db.Read, by: Actor) -> dict[str, str]:
    """OEWS area -> name, of the newest edition."""
    newest = await queries.editions(read, by=by, system=labor_market.AREAS)
    areas = await queries.regions(read, by=by, edition=newest[-1].id) if newest else []
    return {area.official_code or area.code: area.name for area in areas}


async def _county_names(read: db.Read, by: Actor, day: date, codes: Sequence[str]) -> list[str]:
    county: EditionKept | None = (await queries.in_force(read, by=by, on=day)).get("county")
    names = {one.code: one.name for one in await queries.regions(read, by=by, edition=county.id)} if county else {}
    return sorted(names.get(code, code) for code in codes)


@router.get("/career-paths/{key}")
async def show_path(
    request: Request, read: Read, by: Reader, today: TodayRead, key: str, on: OnDay = None, system: str = "", region: str = ""
) -> Response:
    """A career path as it may be started on a day: its steps, hours, cost, credentials, and what it pays in a region or in the state."""
    day = on or today
    found = await career_paths.career_path(read, by=by, key=key, on=day)
    codes = [target.code for target in found.path.target_occupations]
    here = await in_demand.region(read, by=by, system=system, code=region, on=day) if system and region else None
    regions = {system: region} if here else {}
    wages = await published(read, by=by, on=day, regions=regions, codes={code[:7] for code in codes})
    told: dict[str, Any] = {"version": found, "path": found.path, "totals": totals(found.path.steps), "day": day}
    told |= {"region": here, "system": system, "vintage": wages.vintage, "pay": {code: wages.pay([code[:7]]) for code in codes}}
    titles = {code: (await labor_market.occupation(read, by=by, code=code)).title for code in codes}
    return page(request, "career_path.html", by=by, here="regions", titles=titles, **told)
