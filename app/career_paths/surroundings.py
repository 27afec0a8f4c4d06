"""What the quality gates hold a path against: the occupations, regions, other paths and designations of its first day."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date

from sqlalchemy import Date, Text, bindparam, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on

from app.career_paths.models import CareerPath
from app.career_paths.rules import Finding, Occupation, Path, Region, Surroundings, findings
from app.core.actor import Actor
from app.core.db import Read
from app.labor_market.in_demand import soc_designations
from app.labor_market.models import Occupation as KnownOccupation
from app.regions.models import Region as KnownRegion
from app.regions.models import RegionEdition

_ON = bindparam("on", type_=Date)

_OCCUPATIONS = select(KnownOccupation.system, KnownOccupation.code).where(
    tuple_(KnownOccupation.system, KnownOccupation.code).in_(bindparam("targets", expanding=True))
)
_REGIONS = select(RegionEdition.system, KnownRegion.code).where(
    KnownRegion.edition == RegionEdition.id,
    RegionEdition.valid_from <= _ON,
    or_(RegionEdition.valid_until.is_(None), RegionEdition.valid_until > _ON),
)
_PATHS = (
    select(CareerPath.key, CareerPath.leads_to)
    .where(CareerPath.status != "draft", or_(CareerPath.valid_until.is_(None), CareerPath.valid_until > _ON))
    .ext(distinct_on(CareerPath.key))
    .order_by(CareerPath.key, CareerPath.valid_from.desc())
)
_SOC = soc_designations().subquery("designated")
_DESIGNATED = (
    select(
        _SOC.c.region_system,
        _SOC.c.region,
        func.array_agg(_SOC.c.soc, type_=ARRAY(Text)).filter(_SOC.c.soc.in_(bindparam("wanted", expanding=True))).label("codes"),
    )
    .where(_SOC.c.valid_from <= _ON, or_(_SOC.c.valid_until.is_(None), _SOC.c.valid_until > _ON))
    .group_by(_SOC.c.region_system, _SOC.c.region)
)


async def surroundings(read: Read, *, by: Actor, paths: Collection[Path], on: date) -> Surroundings:
    """What paths that begin on a day are checked against. Four statements, however many paths.

    Of the designated occupations it holds those that the paths lead to; `paths` themselves count as known, so that a ladder may be
    published as a whole.
    """
    targets = {occupation for path in paths for occupation in path.target_occupations}
    known = await read.all(_OCCUPATIONS, {"targets": [(one.system, one.code) for one in targets]})
    regions = await read.all(_REGIONS, {"on": on})
    rungs = await read.all(_PATHS, {"on": on})
    designated = await read.all(_DESIGNATED, {"on": on, "wanted": sorted({one.soc for one in targets})})
    return Surroundings(
        occupations={Occupation(row.system, row.code) for row in known},
        regions={Region(row.system, row.code) for row in regions},
        paths={row.key: tuple(row.leads_to) for row in rungs} | {path.key: path.leads_to for path in paths},
        in_demand={Region(row.region_system, row.region): frozenset(row.codes or ()) for row in designated},
    )


async def judged(read: Read, *, by: Actor, paths: Iterable[Path]) -> dict[str, tuple[Finding, ...]]:
    """What the gates say of each path, by key: each against the day on which it begins."""
    together: dict[date, list[Path]] = defaultdict(list)
    for path in paths:
        together[path.valid_from].append(path)
    said: dict[str, tuple[Finding, ...]] = {}
    ladder = {path.key: path.leads_to for begin in together.values() for path in begin}
    for on, begin in together.items():
        known = await surroundings(read, by=by, paths=begin, on=on)
        whole = Surroundings(known.occupations, known.regions, {**known.paths, **ladder}, known.in_demand)
        said.update({path.key: findings(path, whole) for path in begin})
    return said
