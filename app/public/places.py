"""What a public page says of a place: its in-demand jobs, the paths to them, its figures in words, and the state's map."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.career_paths import queries as career_paths
from app.career_paths.queries import Version
from app.career_paths.rules import Totals, totals
from app.core.db import Read
from app.core.errors import NotFound
from app.core.paging import MOST
from app.labor_market import in_demand
from app.labor_market import queries as labor_market
from app.labor_market.figures import Figure
from app.labor_market.queries import AREAS
from app.labor_market.sources import Source
from app.outcomes.indicators import Population
from app.outcomes.table import STATE
from app.public.maps import Drawing, drawn
from app.public.shelf import Known
from app.public.speaking import _
from app.public.words import WHO, Told, told
from app.regions import maps, queries
from app.regions.rules import Region, touching
from app.releases.actions import SYSTEMS
from app.releases.table import Released

NOWHERE = ("unknown", "out_of_state")


@dataclass(frozen=True)
class System:
    """A way in which the state is divided, with its regions by name."""

    key: str
    title: str
    regions: tuple[Region, ...]


@dataclass(frozen=True)
class Place:
    """A region of a system."""

    system: System
    region: Region


async def systems(read: Read, known: Known) -> list[System]:
    """The region systems that releases speak of, those in force today, in their order. The first is the one that pages begin with."""
    titles = {row.key: row.title for row in await queries.systems(read, by=known.by)}
    there = await queries.in_force(read, by=known.by, on=known.today)
    found = []
    for key in (key for key in SYSTEMS if key in there):
        regions = await queries.regions(read, by=known.by, edition=there[key].id)
        found.append(System(key, titles[key], tuple(sorted(regions, key=lambda one: one.name))))
    return found


def place(every: Sequence[System], code: str, *, system: str | None = None) -> Place:
    """The region of that code, of a system or of the first that has it. Raises `NotFound`."""
    for one in every:
        for region in one.regions:
            if region.code == code and system in (None, one.key):
                return Place(one, region)
    raise NotFound(f"There is no region '{code[:60]}' here. The list of regions has all that there are.")


async def drawing(read: Read, known: Known, system: System) -> Drawing:
    """The regions of a system, drawn."""
    outlines = await maps.outlines(read, by=known.by, system=system.key, on=known.today)
    return drawn({region.code: outlines.shapes[region.code] for region in system.regions if region.code in outlines.shapes})


@dataclass(frozen=True)
class Pay:
    """The median pay of a job, dollars a year: one figure an area that the region touches, the lowest first."""

    medians: tuple[tuple[int, str], ...]  # in what order, as it is printed

    @property
    def most(self) -> int:
        """The highest: jobs are listed by it."""
        return self.medians[-1][0] if self.medians else 0

    def __str__(self) -> str:
        if not self.medians:
            return _("not published")
        low, high = self.medians[0][1], self.medians[-1][1]
        return low if low == high else f"{low} – {high}"


@dataclass(frozen=True)
class Job:
    """A job in demand in a region, its pay there, and the paths that lead to it."""

    code: str
    title: str
    pay: Pay
    paths: tuple[Version, ...]


@dataclass(frozen=True)
class Offer:
    """A path that may be started in a region today, with its sums, and the jobs in demand there that it leads to."""

    version: Version
    sums: Totals
    jobs: tuple[str, ...]


@dataclass(frozen=True)
class Work:
    """What there is to work at in a region, and how to get there.

    `near`: regions of another system whose lists speak for this one; `areas`: the wage areas that the region touches.
    """

    jobs: tuple[Job, ...]
    offers: tuple[Offer, ...]
    near: tuple[Region, ...]
    areas: tuple[str, ...]
    about: Source | None
    wages: Source | None

    @property
    def reached(self) -> tuple[Job, ...]:
        """The jobs to which a path leads."""
        return tuple(job for job in self.jobs if job.paths)

    @property
    def others(self) -> tuple[Job, ...]:
        """The jobs to which none does."""
        return tuple(job for job in self.jobs if not job.paths)


async def work(read: Read, known: Known, here: Place, every: Sequence[System]) -> Work:
    """The in-demand jobs of a region today, with pay, and the career paths offered there."""
    by, on = known.by, known.today
    sources = await labor_market.sources(read, by=by)
    listed = (await in_demand.jobs(read, by=by, region_system=here.system.key, region=here.region.code, on=on, limit=MOST)).items
    near: tuple[Region, ...] = ()
    if not listed and here.system.key != every[0].key:
        touched = {code for _, code, _ in touching([here.region], every[0].regions)}
        near = tuple(region for region in every[0].regions if region.code in touched)
    offered = await career_paths.career_paths(read, by=by, on=on, region=(here.system.key, here.region.code), limit=MOST)
    versions = (
        [] if near else [await career_paths.career_path(read, by=by, key=row.key, version=row.version, on=on) for row in offered.items]
    )
    leads = {version.path.key: await _codes(read, known, version) for version in versions}
    pay, areas = await _pay(read, known, here, [row.code for row in listed])
    jobs = [
        Job(row.code, row.title, pay.get(row.code, Pay(())), tuple(version for version in versions if row.code in leads[version.path.key]))
        for row in listed
    ]
    titles = {job.code: job.title for job in jobs}
    offers = [
        Offer(version, totals(version.path.steps), tuple(titles[code] for code in titles if code in leads[version.path.key]))
        for version in versions
    ]
    return Work(
        jobs=tuple(sorted(jobs, key=lambda job: (-job.pay.most, job.title))),
        offers=tuple(sorted(offers, key=lambda offer: (not offer.jobs, offer.version.path.title))),
        near=near,
        areas=areas,
        about=sources.get(in_demand.ABOUT),
        wages=sources.get("oews"),
    )


async def _codes(read: Read, known: Known, version: Version) -> frozenset[str]:
    """The codes under which the path's occupations can be designated."""
    found: set[str] = set()
    for target in version.path.target_occupations:
        try:
            found |= set((await labor_market.occupation(read, by=known.by, code=target.soc)).designated_as)
        except NotFound:
            found.add(target.soc)
    return frozenset(found)


async def _pay(read: Read, known: Known, here: Place, codes: list[str]) -> tuple[dict[str, Pay], tuple[str, ...]]:
    """Of each code what it pays in the areas that the region touches, and the areas. Nothing is blended."""
    if not codes or AREAS not in await queries.in_force(read, by=known.by, on=known.today):
        return {}, ()
    touched = await labor_market.areas_of_regions(read, by=known.by, system=here.system.key, on=known.today)
    areas = next((one.areas for one in touched if one.region == here.region.code), ())
    found: dict[str, list[tuple[int, str]]] = {}
    titles: dict[str, str] = {}
    for one in await labor_market.figures(read, by=known.by, codes=codes):
        if one.area in areas:
            titles[one.area] = one.area_title
            found.setdefault(one.code, []).extend(_median(one.figures["median"]))
    return {code: Pay(tuple(sorted(medians))) for code, medians in found.items()}, tuple(sorted(titles.values()))


def _median(figure: Figure) -> list[tuple[int, str]]:
    """A median for print; nothing where none was published. A top-coded one is at least so much."""
    if figure.value is not None:
        return [(figure.value, f"${figure.value:,}")]
    return [(figure.at_least, _("${figure:,} or more").format(figure=figure.at_least))] if figure.at_least is not None else []


Groups = Mapping[Population, Sequence[Told]]


def groups(released: Released, system: str, region: str) -> dict[Population, list[Told]]:
    """The figures of one region in words, by population, in the order of the release."""
    found: dict[Population, list[Told]] = {population: [] for population in WHO}
    for shown in released:
        if (shown.region_system, shown.region) == (system, region):
            found[shown.population].append(told(shown))
    return found


def state_groups(released: Released) -> dict[Population, list[Told]]:
    """The figures of the state as a whole."""
    return groups(released, STATE, released.state)


def paired(rows: Sequence[Groups]) -> dict[Population, list[tuple[Told | None, ...]]]:
    """The figures of several places side by side: of each population a row an indicator."""
    found: dict[Population, list[tuple[Told | None, ...]]] = {}
    for population in WHO:
        columns = [{one.shown.indicator: one for one in groups_[population]} for groups_ in rows]
        names = list(dict.fromkeys(name for column in columns for name in column))
        found[population] = [tuple(column.get(name) for column in columns) for name in names]
    return found
