"""The plan of a release as linear systems: which figures there are, which finest cells they are sums of, and what follows from them.

One system a family of indicators whose figures say something about each other: they share rows and a cohort, or the difference of two
is a group of people by itself. Between families no published figure leads from one to the other.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product

import numpy as np
import polars as pl

from app.outcomes.frame import region
from app.outcomes.indicators import Counted, Indicator, Measure, Population
from app.outcomes.queries import Crossed
from app.outcomes.table import STATE, Figure, Status
from app.releases.earlier import Known
from app.releases.rules import small, unsafe_rate
from app.releases.system import Builder, Fact, Item, System, Target, Vector

FAMILIES = (
    ("enrolled", "participants_served", "participants_exited"),
    ("completion_rate",),
    ("employment_rate_q2", "median_earnings_q2", "in_demand_placement"),
    ("employment_rate_q4", "credential_rate"),
)
"""By cohort. Tables of both populations that count the same rows are in one system: whoever takes part is one of all learners."""

KEPT_APART = {"in_demand_placement": ("occupation_unknown", "no_list")}
"""Reasons for being left out that a status tells something about."""

DIFFERENCES = (("participants_served", "participants_exited"),)
"""Of two counts of one population: what the one is more than the other is a group that anybody can subtract."""

OUT = "out"
Place = tuple[str, str]  # region system, region
Key = tuple[Place, str, Population]  # of a figure: where, what, of whom


@dataclass(frozen=True)
class Laid:
    """A system with the figures that its items stand for."""

    system: System
    figures: tuple[tuple[Key, int], ...]  # figure -> number of its item


@dataclass
class Sums:
    """The finest cells of one kind of row under some indicators: a cell a pair of regions and a combination of places."""

    systems: Sequence[str]
    indicators: Sequence[Indicator]
    where: list[tuple[str, ...]]  # of each cell its region in each system
    places: list[tuple[str, ...]]  # of each cell its place under each indicator
    cells: list[int]
    _masks: dict[Place, Vector] = field(default_factory=dict)

    def at(self, place: Place) -> Vector:
        """1 for the cells whose people live there: in a region of a system, or in the state."""
        if place not in self._masks:
            system, code = place
            within = [True] * len(self.cells) if system == STATE else [one[self.systems.index(system)] == code for one in self.where]
            self._masks[place] = np.array(within, dtype=np.int64)
        return self._masks[place]

    def among(self, indicator: Indicator, *places: str) -> Vector:
        """1 for the cells that have one of these places under the indicator."""
        at = next(n for n, one in enumerate(self.indicators) if one.key == indicator.key)
        return np.array([place[at] in places for place in self.places], dtype=np.int64)


def systems(crossed: Crossed, threshold: int, earlier: Known) -> Iterator[Laid]:
    """The linear systems of a release. `earlier`: what an outsider reads in releases that were certified before."""
    figures: dict[tuple[str, Population], dict[Place, Figure]] = {}
    for table in crossed.tables:
        for figure in table:
            of = figures.setdefault((figure.indicator.name, figure.indicator.population), {})
            of.setdefault((figure.region_system, figure.region), figure)
    indicators = {key: next(iter(of.values())).indicator for key, of in figures.items()}
    names = [table.geography.system for table in crossed.tables]
    pairs = _pairs(crossed.tallies.values(), names)
    for family, counted in product(FAMILIES, Counted):
        theirs = [i for (name, _), i in indicators.items() if name in family and i.counted is counted and i.cohort.window]
        theirs = [i for i in theirs if any(f.status in (Status.OK, Status.NOT_APPLICABLE) for f in figures[i.name, i.population].values())]
        if theirs:
            sums = _sums(crossed.tallies[counted], theirs, names, pairs)
            yield Planned(sums, figures, threshold, earlier).made()


def _pairs(tallies: Iterable[pl.DataFrame], systems: Sequence[str]) -> list[tuple[str, ...]]:
    """Where people live, in every system at once. An outsider knows the composition of regions, and is taken to know also in which parts
    nobody lives: it can only make the attacker stronger."""
    columns = [region(system) for system in systems]
    return sorted({row for tallied in tallies for row in tallied.select(columns).unique().iter_rows()})


def _sums(tallied: pl.DataFrame, indicators: Sequence[Indicator], systems: Sequence[str], pairs: Sequence[tuple[str, ...]]) -> Sums:
    """A cell for every pair of regions and every combination of places that anybody in the state has."""
    columns = [region(system) for system in systems]
    counts: dict[tuple[tuple[str, ...], tuple[str, ...]], int] = {}
    summed = tallied.group_by(*columns, *(i.key for i in indicators)).agg(pl.col("rows").sum())
    for row in summed.iter_rows():
        pair, numbers = row[: len(columns)], row[len(columns) : -1]
        combination = tuple(_place(i, i.places[number]) for i, number in zip(indicators, numbers, strict=True))
        counts[pair, combination] = counts.get((pair, combination), 0) + row[-1]
    combinations = sorted({combination for _, combination in counts if set(combination) != {OUT}})
    cells = [(pair, combination) for pair in pairs for combination in combinations]
    return Sums(systems, indicators, [p for p, _ in cells], [c for _, c in cells], [counts.get(cell, 0) for cell in cells])


def _place(indicator: Indicator, place: str) -> str:
    return place if place in ("numerator", "denominator", *KEPT_APART.get(indicator.name, ())) else OUT


@dataclass
class Planned:
    """Makes the system of one family."""

    sums: Sums
    figures: Mapping[tuple[str, Population], Mapping[Place, Figure]]
    threshold: int
    earlier: Known

    def made(self) -> Laid:
        """The system: every figure an item, every difference a target."""
        kinds = sorted({i.counted for i in self.sums.indicators})
        self.builder = Builder(f"{'/'.join(dict.fromkeys(i.name for i in self.sums.indicators))} of {kinds[0]}", self.sums.cells)
        of: list[tuple[Key, int]] = []
        for indicator in self.sums.indicators:
            for place, figure in self.figures[indicator.name, indicator.population].items():
                number = self._item(indicator, place, figure)
                of.append(((place, indicator.name, indicator.population), number))
                self._told(indicator, place, figure, number)
        self._differences()
        return Laid(self.builder.made(), tuple(of))

    def _parts(self, indicator: Indicator, place: Place) -> dict[str, Vector]:
        """What a figure publishes and what follows from it at once: numerator, denominator, complement; of a count the count."""
        at = self.sums.at(place)
        numerator = at * self.sums.among(indicator, "numerator")
        if indicator.measure is not Measure.RATE:
            return {"count": numerator}
        denominator = at * self.sums.among(indicator, "numerator", "denominator")
        return {"numerator": numerator, "denominator": denominator, "complement": denominator - numerator}

    def _item(self, indicator: Indicator, place: Place, figure: Figure) -> int:
        parts = self._parts(indicator, place)
        values = {name: self.builder.value(vector) for name, vector in parts.items()}
        rows = {name: self.builder.row(vector) for name, vector in parts.items()}
        before = self.earlier.of(place, indicator, values, self.threshold)
        withheld = figure.status is Status.NOT_REPORTED and any(values.values())
        unsafe = self._unsafe(values) or before.too_close
        self.builder.known |= {rows[part] for part in before.unchanged}
        self.builder.known |= {rows[part] for part, vector in parts.items() if not vector.any()}
        return self.builder.item(
            Item(
                name=f"{indicator.name} of {indicator.population} in {place[1]} ({place[0]})",
                rows=tuple(row for name, row in rows.items() if name != "complement"),
                watched=() if withheld and not unsafe else tuple(rows.values()),
                weight=_weight(place, max(values.values())),
                must_hide=unsafe,
                withheld=withheld,
            )
        )

    def _unsafe(self, values: Mapping[str, int]) -> bool:
        if "count" in values:
            return small(values["count"], self.threshold)
        return unsafe_rate(values["numerator"], values["denominator"], self.threshold)

    def _told(self, indicator: Indicator, place: Place, figure: Figure, number: int) -> None:
        """What the status of a figure that rests on known occupations tells: whether the known are as many as the state asks for."""
        if indicator.coverage is None or figure.status not in (Status.OK, Status.NOT_REPORTED):
            return
        floor = Fraction(str(indicator.coverage[1]))
        at = self.sums.at(place)
        known = at * self.sums.among(indicator, "numerator", "denominator", "no_list")
        unknown = at * self.sums.among(indicator, "occupation_unknown")
        enough = (floor.denominator - floor.numerator) * known - floor.numerator * unknown
        if figure.status is Status.OK:
            self.builder.facts.append(Fact(self.builder.row(enough), 0, number))
        elif self.builder.value(enough) < 0:
            self.builder.facts.append(Fact(self.builder.row(-enough), 1))

    def _differences(self) -> None:
        """Differences of figures that say too much: as targets that must stay in doubt."""
        for name, larger, smaller in self._pairs():
            for place in self.figures[larger.name, larger.population]:
                mine, other = self._parts(larger, place), self._parts(smaller, place)
                parts = {part: mine[part] - other[part] for part in mine}
                if self._unsafe({part: self.builder.value(vector) for part, vector in parts.items()}):
                    for part, vector in parts.items():
                        label = f"{name} in {place[1]} ({place[0]}), {part}"
                        self.builder.always.append(Target(self.builder.row(vector), label))

    def _pairs(self) -> Iterator[tuple[str, Indicator, Indicator]]:
        by = {(i.name, i.population): i for i in self.sums.indicators}
        for population, (larger, smaller) in product(Population, DIFFERENCES):
            if (larger, population) in by and (smaller, population) in by:
                yield f"{larger} less {smaller} of {population}", by[larger, population], by[smaller, population]
        for name in dict.fromkeys(i.name for i in self.sums.indicators):
            if {(name, Population.ALL_LEARNERS), (name, Population.WIOA_PARTICIPANTS)} <= by.keys():
                everybody, some = by[name, Population.ALL_LEARNERS], by[name, Population.WIOA_PARTICIPANTS]
                yield f"{name} of all learners less WIOA participants", everybody, some


def _weight(place: Place, people: int) -> float:
    """What hiding a figure costs: more for the state and for labor market regions, more for more people, little where it is nobody's."""
    system, code = place
    if code in ("unknown", "out_of_state"):
        importance = 0.5
    else:
        importance = {STATE: 40.0, "labor_market_region": 4.0}.get(system, 1.0)
    return float(importance * np.log2(4 + people))
