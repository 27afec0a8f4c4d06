"""Questions about in-demand jobs: what was designated where, and on which day; as a list, one by one, and as SOC codes."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, Text, bindparam, func, or_, select, union_all
from sqlalchemy.types import Date

from app.core.actor import Actor
from app.core.db import Read
from app.core.errors import NotFound
from app.core.paging import LIMIT, Keyset, Page
from app.labor_market.codes import CodeSystem
from app.labor_market.designations import Designation, Evidence
from app.labor_market.models import InDemandJob, LaborMarketSource, Occupation
from app.labor_market.sources import Source
from app.regions import queries as regions
from app.regions.rules import Region

ABOUT = "in_demand_jobs"
"""The key under which it is kept what the state's list of in-demand jobs is."""

_ON = bindparam("on", type_=Date)
_HOLDS = (InDemandJob.valid_from <= _ON, or_(InDemandJob.valid_until.is_(None), InDemandJob.valid_until > _ON))
_HERE = (InDemandJob.region_system == bindparam("region_system"), InDemandJob.region == bindparam("region"))


async def region(read: Read, *, by: Actor, system: str, code: str, on: date) -> Region:
    """A region on a day; raises `NotFound`."""
    edition = await regions.edition(read, by=by, system=system, on=on)
    known = {one.code: one for one in await regions.regions(read, by=by, edition=edition.id)}
    if code not in known:
        raise NotFound(f"There is no region '{code}' in '{system}' on {on}. There are: {', '.join(known)}.")
    return known[code]


_EVERY = select(
    InDemandJob.region_system,
    InDemandJob.region,
    InDemandJob.system,
    InDemandJob.code,
    InDemandJob.valid_from,
    InDemandJob.valid_until,
    InDemandJob.rule,
    InDemandJob.evidence,
    InDemandJob.source,
).order_by(InDemandJob.region_system, InDemandJob.region, InDemandJob.code, InDemandJob.valid_from)
_OF_REGION = _EVERY.where(*_HERE)


async def recorded(read: Read, *, by: Actor, region_system: str | None = None, region: str | None = None) -> list[Designation]:
    """Every designation there ever was, of the state or of one region: by region, code and first day."""
    if region is None:
        return [_designation(row) for row in await read.all(_EVERY)]
    return [_designation(row) for row in await read.all(_OF_REGION, {"region_system": region_system, "region": region})]


def _designation(row: Row[Any]) -> Designation:
    return Designation(**{**row._mapping, "evidence": evidence(row.evidence)})


def evidence(kept: Sequence[dict[str, Any]]) -> tuple[Evidence, ...]:
    """Evidence as the row keeps it."""
    return tuple(Evidence(**area) for area in kept)


def plain(one: Designation) -> dict[str, Any]:
    """A designation as the row keeps it."""
    until = one.valid_until.isoformat() if one.valid_until else None
    return {**asdict(one), "valid_from": one.valid_from.isoformat(), "valid_until": until}


_REVISION = select(func.coalesce(func.sum(InDemandJob.revision), 0)).where(*_HERE)


async def revision(read: Read, *, by: Actor, region_system: str, region: str) -> int:
    """A number that every change of a region's list makes greater: each row begins with 1 and counts its own changes."""
    return int(await read.scalar(_REVISION, {"region_system": region_system, "region": region}))


LIST_ORDER = Keyset(InDemandJob.code, InDemandJob.system)
_LIST = (
    select(
        InDemandJob.system,
        InDemandJob.code,
        Occupation.title,
        InDemandJob.valid_from,
        InDemandJob.valid_until,
        InDemandJob.rule,
        InDemandJob.evidence,
        InDemandJob.source,
    )
    .join(Occupation, (Occupation.system == InDemandJob.system) & (Occupation.code == InDemandJob.code))
    .where(*_HERE, *_HOLDS)
)


async def jobs(
    read: Read, *, by: Actor, region_system: str, region: str, on: date, after: str | None = None, limit: int = LIMIT
) -> Page[Row[Any]]:
    """The jobs that are in demand in a region on a day, with titles and evidence, by code."""
    binds = {"region_system": region_system, "region": region, "on": on}
    return LIST_ORDER.cut(await read.all(LIST_ORDER.page(_LIST, after=after, limit=limit), binds), limit=limit)


_ABOUT = select(
    LaborMarketSource.title,
    LaborMarketSource.publisher,
    LaborMarketSource.license,
    LaborMarketSource.vintage,
    LaborMarketSource.note,
    LaborMarketSource.attribution,
).where(LaborMarketSource.key == ABOUT)


async def about(read: Read, *, by: Actor) -> Source | None:
    """What the state's list of in-demand jobs is and what it is not, if it says."""
    row = await read.first(_ABOUT)
    return None if row is None else Source(**row._mapping)


def soc_designations() -> Select[Any]:
    """Every designation as six-digit SOC codes: (region_system, region, soc, valid_from, valid_until), for joining.

    A SOC occupation is itself; an O*NET-SOC occupation counts for the SOC occupation that it is a part of; an OEWS code counts for each
    of the SOC occupations that it combines. The same code can come more than once.
    """
    member = func.jsonb_array_elements_text(Occupation.members, type_=Text)
    same = (Occupation.system == InDemandJob.system) & (Occupation.code == InDemandJob.code)
    combined = InDemandJob.system == CodeSystem.OEWS_2019.value
    dates = (InDemandJob.valid_from, InDemandJob.valid_until)
    own = select(InDemandJob.region_system, InDemandJob.region, func.left(InDemandJob.code, 7, type_=Text).label("soc"), *dates).where(
        ~combined
    )
    parts = (
        select(InDemandJob.region_system, InDemandJob.region, member.label("soc"), *dates)
        .select_from(InDemandJob)
        .join(Occupation, same)
        .where(combined)
    )
    every = union_all(own, parts).subquery("soc_designations")
    return select(every.c.region_system, every.c.region, every.c.soc, every.c.valid_from, every.c.valid_until)


_SOC = soc_designations().subquery("designated")
_IN_DEMAND = (
    select(_SOC.c.soc)
    .where(
        _SOC.c.region_system == bindparam("region_system"),
        _SOC.c.region == bindparam("region"),
        _SOC.c.valid_from <= _ON,
        or_(_SOC.c.valid_until.is_(None), _SOC.c.valid_until > _ON),
    )
    .distinct()
)


async def in_demand(read: Read, *, by: Actor, system: str, region: str, on: date) -> frozenset[str]:
    """The SOC codes that are in demand in a region on a day; see `soc_designations`."""
    return frozenset(row.soc for row in await read.all(_IN_DEMAND, {"region_system": system, "region": region, "on": on}))


_WHERE = (
    select(InDemandJob.region_system, InDemandJob.region, InDemandJob.code, InDemandJob.valid_from)
    .where(InDemandJob.code.in_(bindparam("codes", expanding=True)), *_HOLDS)
    .order_by(InDemandJob.region_system, InDemandJob.region, InDemandJob.code)
)


async def designated(read: Read, *, by: Actor, codes: Sequence[str], on: date) -> Sequence[Row[Any]]:
    """Where one of several codes is in demand on a day: (region_system, region, code, valid_from)."""
    return await read.all(_WHERE, {"codes": list(codes), "on": on})
