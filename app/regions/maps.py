"""Questions about outlines: regions on a map, which region a point lies in, what an edition would change, crosswalks.

Outlines are made of an edition and of the counties in force that day, and kept in memory under the two. Making them leaves the event loop.
"""

import asyncio
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, Literal

from app.core.actor import Actor
from app.core.db import Read
from app.core.errors import Invalid
from app.regions import crosswalks, drafts, queries, shapes
from app.regions.crosswalks import Crosswalk
from app.regions.drafts import Draft, Map, RegionChange
from app.regions.kept import Kept
from app.regions.points import Located
from app.regions.queries import EditionKept
from app.regions.residence import as_json
from app.regions.rules import COUNTY, Decided, How, Region, Unassigned, touching
from app.regions.rules import of_counties as decided_by_counties
from app.regions.shapes import Shape


@dataclass(frozen=True)
class Outlines:
    """The regions of a system on a day with their outlines within the state, and why those without one have none."""

    edition: EditionKept
    draft: Draft
    shapes: Mapping[str, Shape]
    reasons: Mapping[str, str]
    areas_km2: Mapping[str, float]

    @cached_property
    def points(self) -> Located:
        """The outlines made ready for points, when somebody first asks for one."""
        return Located(self.shapes)


_outlines: Kept[Outlines] = Kept(64)


async def outlines(read: Read, *, by: Actor, system: str, on: date) -> Outlines:
    """The regions of a system on a day, with outlines. Raises `NotFound` if there are none that day."""
    edition = await queries.edition(read, by=by, system=system, on=on)
    county = edition if system == COUNTY else (await queries.in_force(read, by=by, on=on)).get(COUNTY)

    async def make() -> Outlines:
        draft = await queries.draft(read, by=by, edition=edition)
        base = await queries.draft(read, by=by, edition=county) if county and county is not edition else draft if county else None
        return await asyncio.to_thread(_made, edition, draft, base)

    return await _outlines.get((by.state, edition.id, edition.valid_until, county.id if county else None), make)


def _made(edition: EditionKept, draft: Draft, base: Draft | None) -> Outlines:
    names = {region.code: region.name for region in base.edition.regions} if base else {}
    found, reasons = drafts.outlined(draft, Map(base.drawn if base else {}), names)
    areas = dict(zip(found, map(float, shapes.areas_km2(list(found.values()))), strict=True)) if found else {}
    return Outlines(edition, draft, found, reasons, areas)


async def county_map(read: Read, *, by: Actor, on: date) -> Map:
    """The counties' outlines on a day; empty where no county system is in force."""
    if COUNTY not in await queries.in_force(read, by=by, on=on):
        return Map()
    return Map((await outlines(read, by=by, system=COUNTY, on=on)).shapes)


@dataclass(frozen=True)
class Comparison:
    """What an edition would change: the one before (None: the first), the one proposed, checked and repaired, and what differs."""

    before: Draft | None
    after: Draft
    changes: tuple[RegionChange, ...]
    news: bool  # whether it says anything new at all
    refusal: str | None  # why it cannot be put


async def compared(read: Read, *, by: Actor, draft: Draft) -> Comparison:
    """What putting an edition would change. Raises `Unfit` if it cannot be taken as it is."""
    since = draft.edition.valid_from
    ground = await queries.ground(read, by=by, on=since)
    against = await county_map(read, by=by, on=since)
    last = await queries.last_draft(read, by=by, system=draft.edition.system)

    return await asyncio.to_thread(lambda: comparison(last, drafts.checked(draft, ground, against), against))


def comparison(last: tuple[Draft, date | None] | None, after: Draft, against: Map) -> Comparison:
    """What an edition that has been checked would change. `last`: the one before, and the day from which it no longer holds."""
    before, until = last or (None, None)
    over = until is not None and until <= after.edition.valid_from
    if before is not None and not over and drafts.same(before, after):
        return Comparison(before, after, (), news=False, refusal=None)
    held = None if over else before
    found = drafts.changes(held, after, against)
    return Comparison(held, after, tuple(found), news=True, refusal=drafts.refusal(before, after, until))


class NotAPoint(Invalid):
    """Coordinates that are nowhere on the earth."""

    title = "This is no point"


async def located(read: Read, *, by: Actor, on: date, lon: float, lat: float) -> dict[str, dict[str, Any]]:
    """The region of every system in which a point lies, as `residence.decide` answers for an address.

    A county's outline decides for systems made of counties; in a county that several regions share the point is not enough, because the
    outlines of places are not known. On a border the point is open, unless both sides are one region.
    """
    if not (math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):
        raise NotAPoint("Longitude lies between -180 and 180 degrees, latitude between -90 and 90. West and south are negative.")
    ground = await queries.divisions(read, by=by, on=on)
    counties: tuple[str, ...] = ()
    if COUNTY in ground.systems:
        counties = (await outlines(read, by=by, system=COUNTY, on=on)).points.covering(lon, lat)
    answer = {}
    for name, division in ground.systems.items():
        if division.drawn:
            drawn = (await outlines(read, by=by, system=name, on=on)).points.covering(lon, lat)
            answer[name] = _drawn(drawn)
        else:
            answer[name] = as_json(decided_by_counties(division, counties)) if counties else dict(OUTSIDE)
    return answer


OUTSIDE: Mapping[str, Any] = {"region": None, "how": "outside", "detail": "The point lies outside of the state's counties."}


def _drawn(covering: tuple[str, ...]) -> dict[str, Any]:
    if len(covering) == 1:
        return as_json(Decided(covering[0], How.POINT))
    if covering:
        return {"region": None, "how": "needs_point", "candidates": list(covering), "detail": "The point lies on the border between these."}
    return as_json(Unassigned("The point lies in no region of this system."))


async def crosswalk(
    read: Read, *, by: Actor, one: str, other: str, one_on: date, other_on: date, weight: Literal["area", "county"]
) -> Crosswalk:
    """The shares in which the regions of a system fall into those of another system, or of another day."""
    these = await outlines(read, by=by, system=one, on=one_on)
    those = await outlines(read, by=by, system=other, on=other_on)
    if weight == "county":
        division = (await queries.divisions(read, by=by, on=other_on)).systems[other]
        return crosswalks.by_counties(these.draft.edition.regions, division, system=one)
    bare = [region for region in _listing(those) if region.code in those.reasons]
    unknown: dict[str, tuple[str, ...]] = {}
    for region, candidate, _ in touching(_listing(these), bare):
        unknown[region] = (*unknown.get(region, ()), candidate)
    return await asyncio.to_thread(crosswalks.by_area, these.shapes, those.shapes, left_out=these.reasons, unknown=unknown)


def _listing(found: Outlines) -> list[Region]:
    """The regions with the counties that they take in; a county takes in itself."""
    regions = found.draft.edition.regions
    return [replace(one, counties=(one.code,)) for one in regions] if found.edition.system == COUNTY else list(regions)
