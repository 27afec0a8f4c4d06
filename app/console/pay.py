"""What the jobs of a path pay where somebody lives: the figures of each OEWS area that the region touches, side by side, never blended."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.core import db
from app.core.actor import Actor
from app.core.errors import NotFound
from app.labor_market.figures import Figure, FigureStatus
from app.labor_market.queries import AreaFigures, areas_of_regions, figures

CHOSEN = ("labor_market_region", "lwda")
"""The region systems by which areas are chosen, of those that are known of somebody; then any other."""


@dataclass(frozen=True)
class Pay:
    """What some occupations pay in one area. Medians in dollars a year; `jobs` is None where a number of jobs is suppressed.

    `at_least`: a median is at the top of what is published, so no number is told. `suppressed`, `unpublished`: of how many occupations
    the wage was not released, and how many have no yearly wage or no line at all.
    """

    area: str
    lowest: int | None
    highest: int | None
    at_least: int | None
    suppressed: int
    unpublished: int
    jobs: int | None


@dataclass(frozen=True)
class Published:
    """The newest figures of some areas, and of when they are."""

    vintage: str
    areas: Mapping[str, str]  # area -> its title, in the order in which they are shown
    of: Mapping[tuple[str, str], AreaFigures]  # by area and code

    def pay(self, codes: Sequence[str]) -> list[Pay]:
        """What these occupations pay, area by area."""
        return [self._pay(area, title, codes) for area, title in self.areas.items()] if codes else []

    def _pay(self, area: str, title: str, codes: Sequence[str]) -> Pay:
        found = [self.of[area, code].figures for code in codes if (area, code) in self.of]
        medians = [one["median"] for one in found]
        known = [figure.value for figure in medians if figure.value is not None]
        jobs = [one["employment"].value for one in found]
        told = [number for number in jobs if number is not None]
        return Pay(
            title,
            min(known, default=None),
            max(known, default=None),
            next((figure.at_least for figure in medians if figure.at_least is not None), None),
            _of(medians, FigureStatus.SUPPRESSED),
            _of(medians, FigureStatus.NOT_PUBLISHED) + len(codes) - len(found),
            sum(told) if told and len(told) == len(jobs) else None,
        )


def _of(medians: Sequence[Figure], status: FigureStatus) -> int:
    return sum(figure.status is status for figure in medians)


async def published(read: db.Read, *, by: Actor, on: date, regions: Mapping[str, str], codes: Collection[str]) -> Published:
    """The figures of the areas that the region of somebody who lives in `regions` (system -> code) touches.

    Whoever lives in no region, or in one whose areas nobody knows, is told the state's, under its name.
    """
    touched = await _touched(read, by, on, regions)
    rows = await figures(read, by=by, codes=sorted(codes), areas=touched) if codes else []
    rows = [row for row in rows if row.area in touched] or [row for row in rows if row.area_kind == "state"]
    size: dict[str, int] = {}
    for row in rows:
        size[row.area] = size.get(row.area, 0) + (row.figures["employment"].value or 0)
    titles = {row.area: row.area_title + (" (the whole state)" if row.area_kind == "state" else "") for row in rows}
    ordered = sorted(titles, key=lambda area: (-size[area], titles[area]))  # where most of the jobs are first
    return Published(rows[0].vintage if rows else "", {area: titles[area] for area in ordered}, {(row.area, row.code): row for row in rows})


async def _touched(read: db.Read, by: Actor, on: date, regions: Mapping[str, str]) -> Sequence[str]:
    system = next((system for system in CHOSEN if system in regions), min(regions, default=""))
    try:
        found = await areas_of_regions(read, by=by, system=system, on=on) if system else []
    except NotFound:  # the system has no regions on this day
        return ()
    return next((one.areas for one in found if one.region == regions[system]), ())
