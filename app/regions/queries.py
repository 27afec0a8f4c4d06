"""Questions about regions. An edition is never edited, so what is made of one is kept in memory under its id."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import shapely
from sqlalchemy import Row, Select, Text, bindparam, literal_column, or_, select

from app.core.actor import Actor
from app.core.db import Read
from app.core.errors import NotFound
from app.core.paging import Keyset, Page
from app.regions import models
from app.regions.drafts import Draft
from app.regions.editions import Edition, Ground
from app.regions.kept import Kept
from app.regions.residence import Divisions
from app.regions.rules import COUNTY, Part, Place, Region, ZipArea, division
from app.states import queries as states


class NoRegions(NotFound):
    """A system has no regions on the day asked for."""

    title = "There are no such regions"


@dataclass(frozen=True)
class EditionKept:
    """An edition of a system as kept, without its regions."""

    id: UUID
    system: str
    valid_from: date
    valid_until: date | None
    source: str
    unassigned: Mapping[str, str]


_SYSTEMS = select(models.RegionSystem.key, models.RegionSystem.title, models.RegionSystem.source, models.RegionSystem.revision).order_by(
    models.RegionSystem.key
)
_EDITIONS = select(
    models.RegionEdition.id,
    models.RegionEdition.system,
    models.RegionEdition.valid_from,
    models.RegionEdition.valid_until,
    models.RegionEdition.source,
    models.RegionEdition.unassigned,
).order_by(models.RegionEdition.system, models.RegionEdition.valid_from)
_IN_FORCE = _EDITIONS.where(
    models.RegionEdition.valid_from <= bindparam("on"),
    or_(models.RegionEdition.valid_until.is_(None), models.RegionEdition.valid_until > bindparam("on")),
)
_REGION = (
    models.Region.edition,
    models.Region.code,
    models.Region.name,
    models.Region.official_code,
    models.Region.counties,
    models.Region.parts,
    models.Region.counties_beyond_state,
    models.Region.no_shape,
)
_REGIONS = (
    select(*_REGION)
    .where(models.Region.edition.in_(bindparam("editions", expanding=True)))
    .order_by(models.Region.edition, models.Region.code)
)
_DRAWN = (
    select(models.Region.code, models.Region.shape)
    .where(models.Region.edition == bindparam("edition"), models.Region.shape.is_not(None))
    .order_by(models.Region.code)
)
_PLACES = select(models.Place.county, models.Place.code, models.Place.name, models.Place.kind, models.Place.source).order_by(
    models.Place.county, models.Place.code
)
_ZIP: tuple[Any, ...] = (models.ZipArea.id, models.ZipArea.zip, models.ZipArea.county, models.ZipArea.place, models.ZipArea.source)
_ZIPS = select(*_ZIP).order_by(models.ZipArea.zip, models.ZipArea.county, models.ZipArea.place)
# The county system's revision counts changes of places and ZIP codes too. `xmin` is the transaction that made the row: a change that was
# rolled back and the next one have the same revision, and not the same xmin.
_GROUND: Select[Any, Any] = select(models.RegionSystem.revision, literal_column("xmin::text", Text).label("xmin")).where(
    models.RegionSystem.key == COUNTY
)


async def systems(read: Read, *, by: Actor) -> Sequence[Row[Any]]:
    """The state's region systems: (key, title, source, revision), by key."""
    return await read.all(_SYSTEMS)


async def system(read: Read, *, by: Actor, key: str) -> Row[Any]:
    """One region system; raises `NotFound`."""
    row = await read.first(_SYSTEMS.where(models.RegionSystem.key == key))
    if row is None:
        known = ", ".join(one.key for one in await systems(read, by=by)) or "none yet"
        raise NotFound(f"There is no region system '{key}'. There are: {known}.")
    return row


_exists = system  # under a name that the parameter `system` does not hide


async def editions(read: Read, *, by: Actor, system: str | None = None) -> list[EditionKept]:
    """Every edition there ever was, oldest first: of one system, or of all."""
    asked = _EDITIONS if system is None else _EDITIONS.where(models.RegionEdition.system == system)
    return [_edition(row) for row in await read.all(asked)]


async def in_force(read: Read, *, by: Actor, on: date) -> dict[str, EditionKept]:
    """The edition of each system that is in force on a day."""
    return {row.system: _edition(row) for row in await read.all(_IN_FORCE, {"on": on})}


async def edition(read: Read, *, by: Actor, system: str, on: date) -> EditionKept:
    """The edition of a system that is in force on a day; raises `NotFound` and says which days have one."""
    row = await read.first(_IN_FORCE.where(models.RegionEdition.system == system), {"on": on})
    if row is not None:
        return _edition(row)
    await _exists(read, by=by, key=system)
    since = [str(one.valid_from) for one in await editions(read, by=by, system=system)]
    raise NoRegions(
        f"'{system}' has no regions on {on}. " + (f"Its editions begin on {', '.join(since)}." if since else "It has none yet.")
    )


async def regions(read: Read, *, by: Actor, edition: UUID) -> list[Region]:
    """The regions of an edition, by code."""
    return [_region(row) for row in await read.all(_REGIONS, {"editions": [edition]})]


_BY_CODE = Keyset(models.Region.code)
_BY_ID = Keyset(models.ZipArea.id)


async def page(read: Read, *, by: Actor, edition: UUID, after: str | None, limit: int) -> Page[Region]:
    """The regions of an edition page by page, by code."""
    asked = select(*_REGION).where(models.Region.edition == edition)
    found = _BY_CODE.cut(await read.all(_BY_CODE.page(asked, after=after, limit=limit)), limit=limit)
    return Page([_region(row) for row in found.items], found.next)


async def zip_page(read: Read, *, by: Actor, after: str | None, limit: int) -> Page[Row[Any]]:
    """Where ZIP codes deliver, page by page: (id, zip, county, place, source)."""
    return _BY_ID.cut(await read.all(_BY_ID.page(select(*_ZIP), after=after, limit=limit)), limit=limit)


async def places(read: Read, *, by: Actor) -> Sequence[Row[Any]]:
    """The municipalities that are known: (county, code, name, kind, source), by county and code."""
    return await read.all(_PLACES)


async def zip_areas(read: Read, *, by: Actor) -> Sequence[Row[Any]]:
    """Where ZIP codes deliver: (id, zip, county, place, source), by ZIP code."""
    return await read.all(_ZIPS)


async def last_draft(read: Read, *, by: Actor, system: str) -> tuple[Draft, date | None] | None:
    """The newest edition of a system, in force or not, and the day from which it no longer holds; None if it never had one."""
    known = await editions(read, by=by, system=system)
    if not known:
        return None
    return await draft(read, by=by, edition=known[-1]), known[-1].valid_until


async def draft(read: Read, *, by: Actor, edition: EditionKept) -> Draft:
    """An edition with its regions and the outlines that are drawn."""
    found = tuple(await regions(read, by=by, edition=edition.id))
    drawn = {row.code: shapely.from_wkb(row.shape) for row in await read.all(_DRAWN, {"edition": edition.id})}
    return Draft(Edition(edition.system, edition.valid_from, edition.source, found, edition.unassigned), drawn)


async def ground(read: Read, *, by: Actor, on: date) -> Ground:
    """What an edition that begins on a day is checked against."""
    state = await states.this(read, by=by)
    county = (await in_force(read, by=by, on=on)).get(COUNTY)
    counties = {one.code: one.name for one in await regions(read, by=by, edition=county.id)} if county else {}
    return Ground(state.fips, counties, frozenset((row.county, row.code) for row in await places(read, by=by)))


async def every_county(read: Read, *, by: Actor) -> frozenset[str]:
    """The codes of all counties that the state ever had."""
    of = select(models.RegionEdition.id).where(models.RegionEdition.system == COUNTY)
    return frozenset(row.code for row in await read.all(select(models.Region.code).where(models.Region.edition.in_(of)).distinct()))


_divisions: Kept[Divisions] = Kept(1000)


async def divisions(read: Read, *, by: Actor, on: date) -> Divisions:
    """How every system divides the state on a day: what `residence.decide` decides by. Made once an edition, then kept."""
    held = await in_force(read, by=by, on=on)
    mark = await read.first(_GROUND)
    key = (by.state, tuple(sorted(one.id for one in held.values())), tuple(mark) if mark else None)

    async def make() -> Divisions:
        return await _divisions_of(read, by, held)

    return await _divisions.get(key, make)


async def _divisions_of(read: Read, by: Actor, held: Mapping[str, EditionKept]) -> Divisions:
    found: dict[UUID, list[Region]] = {one.id: [] for one in held.values()}
    for row in await read.all(_REGIONS, {"editions": list(found)}):
        found[row.edition].append(_region(row))
    return Divisions(
        fips=(await states.this(read, by=by)).fips,
        systems={one.system: division(one.system, found[one.id], one.unassigned) for one in held.values()},
        places=tuple(Place(row.county, row.code, row.name, row.kind) for row in await places(read, by=by)),
        zip_areas=tuple(ZipArea(row.zip, row.county, row.place) for row in await zip_areas(read, by=by)),
        editions={one.system: one.id for one in held.values()},
    )


def _edition(row: Row[Any]) -> EditionKept:
    return EditionKept(row.id, row.system, row.valid_from, row.valid_until, row.source, row.unassigned)


def _region(row: Row[Any]) -> Region:
    return Region(
        code=row.code,
        name=row.name,
        counties=tuple(row.counties),
        parts=tuple(Part(county, place) for county, place in row.parts),
        counties_beyond_state=tuple(row.counties_beyond_state),
        official_code=row.official_code,
        no_shape=row.no_shape,
    )
