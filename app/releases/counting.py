"""The plan of a release as linear systems: which figures there are, which finest cells they are sums of, and what follows from them.

One system a family of indicators whose figures say something about each other, in this release and in all that were certified before;
between families no published figure leads from one to the other. An outsider is taken to know what every figure of an earlier release
would be on the facts of today: where nothing has changed since, that is what it reads.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import permutations, product

import numpy as np

from app.outcomes.indicators import Indicator, Measure, Population
from app.outcomes.measures import indicators
from app.outcomes.queries import Crossed
from app.outcomes.table import STATE, Figure, Status
from app.releases.cells import IN, Cells, celled, homes
from app.releases.earlier import Before, Earlier, Key, Node, Place, anchor, compared, families, flow, flows, overlap, same_cohort
from app.releases.rules import small, unsafe_rate
from app.releases.system import Builder, Fact, Item, System, Vector
from app.releases.table import SUPPRESSED

DIFFERENCES = (("participants_served", "participants_exited"),)
"""Of two counts of one population: what the one is more than the other is a group that anybody can subtract."""

NEEDED = ("completion_rate", "credential_rate", "employment_rate_q2", "employment_rate_q4", "participants_served")
"""What policymakers come for: where there is a choice, other figures are hidden first."""

WORD = 0.25
"""What it costs to say `suppressed` where nothing is reported: less than any figure."""

Figures = Mapping[tuple[str, Population], Mapping[Place, Figure]]


@dataclass(frozen=True)
class Laid:
    """A system with the figures that its items stand for.

    views: what different outsiders know. The first knows what every earlier figure would be on the facts of today. The second, which is
    there where facts have changed under earlier figures, knows of these only what is as it was, and looks after what the first is taken
    to know: a figure of a cohort that was released with another number must not be worked out of this release either.
    """

    views: tuple[System, ...]
    figures: tuple[tuple[Key, int], ...]  # figure -> number of its item
    words: tuple[tuple[Key, int], ...] = ()  # figure that is not reported -> number of the item that its saying so is
    releases: tuple[str, ...] = ()  # the earlier releases that are in it
    flows: tuple[System, ...] = ()  # of the same items: what follows from who is there, comes and goes in quarters that touch

    @property
    def system(self) -> System:
        """The first view."""
        return self.views[0]

    def with_flows(self, moving: Sequence["Laid"]) -> "Laid":
        """With systems of who comes and goes, as far as they are about figures that are here; they speak of the items that these are."""
        mine = dict(self.figures)
        near = [one for one in moving if any(key in mine for key, _ in one.figures)]
        releases = tuple(dict.fromkeys((*self.releases, *(name for one in near for name in one.releases))))
        return replace(self, flows=tuple(self._renumbered(one) for one in near), releases=releases)

    def _renumbered(self, other: "Laid") -> System:
        theirs = dict(other.figures)
        parts: list[list[Item]] = [[] for _ in self.system.items]
        for key, number in self.figures:
            if key in theirs:
                parts[number].append(other.system.items[theirs[key]])
        items = tuple(
            replace(
                item,
                rows=tuple(dict.fromkeys(row for part in found for row in part.rows)),
                watched=tuple(dict.fromkeys(row for part in found for row in part.watched)),
            )
            for item, found in zip(self.system.items, parts, strict=True)
        )
        return replace(other.system, name=f"{other.system.name}, coming and going", items=items)


def systems(crossed: Crossed, threshold: int, earlier: Sequence[Earlier] = ()) -> Iterator[Laid]:
    """The linear systems of a release. `earlier`: what was certified before, in the order of the looks after the first."""
    figures: dict[tuple[str, Population], dict[Place, Figure]] = {}
    for table in crossed.tables:
        for figure in table:
            of = figures.setdefault((figure.indicator.name, figure.indicator.population), {})
            of.setdefault((figure.region_system, figure.region), figure)
    looks = [[next(iter(of.values())).indicator for of in figures.values()], *(indicators(one.asked) for one in crossed.looks[1:])]

    def says(look: int, i: Indicator) -> bool:
        if look:
            return earlier[look - 1].says(i)
        return any(figure.status in (Status.OK, Status.NOT_APPLICABLE) for figure in figures[i.name, i.population].values())

    def laid(nodes: Sequence[Node]) -> Laid:
        return Planned(celled(crossed, nodes, pairs), figures, threshold, earlier).made()

    pairs = homes(crossed)
    moving = [laid(nodes) for nodes in flows(looks, says)]
    for family in families(looks, says):
        yield laid(family).with_flows(moving)


@dataclass
class Planned:
    """Makes the system of one family."""

    cells: Cells
    figures: Figures
    threshold: int
    earlier: Sequence[Earlier]

    def made(self) -> Laid:
        """The system: every figure an item, every difference a target, every earlier figure known or a target."""
        mine = [(look, i) for look, i in self.cells.nodes if look == 0]
        names = "/".join(dict.fromkeys(i.name for _, i in mine))
        self.builder = Builder(f"{names} of {mine[0][1].counted}", self.cells.counts.tolist())
        self.nobodys = set[int]()  # rows of places in which nobody can be
        self.as_it_was = set[int]()  # rows that were published with the value that they have now
        of, words = list[tuple[Key, int]](), list[tuple[Key, int]]()
        for node in mine:
            for place, figure in self.figures[node[1].name, node[1].population].items():
                key, number = (place, node[1].name, node[1].population), self._item(node, place, figure)
                of.append((key, number))
                if figure.status is Status.NOT_REPORTED and node[1].coverage is not None:
                    number = self.builder.word(f"that {self._named(node, place)} is not reported", WORD)
                    words.append((key, number))
                self._told(node, place, figure.status, number)
        for look, indicator in self.cells.nodes:
            if look:
                self._before((look, indicator))
        self._differences()
        self._windows()
        looks = sorted({look for look, _ in self.cells.nodes if look})
        return Laid(self._views(), tuple(of), tuple(words), tuple(self.earlier[look - 1].name for look in looks))

    def _views(self) -> tuple[System, ...]:
        first = self.builder.made()
        known = self.nobodys | self.as_it_was
        if first.known == known:
            return (first,)
        return first, System(
            first.name, first.cells, first.matrix, first.items, first.always, first.facts, frozenset(known), only=first.known - known
        )

    def _parts(self, node: Node, place: Place) -> dict[str, Vector]:
        """What a figure publishes and what follows from it at once: numerator, denominator, complement; of a count the count."""
        at = self.cells.at(node[0], place)
        numerator = at * self.cells.among(node, "numerator")
        if node[1].measure is not Measure.RATE:
            return {"count": numerator}
        denominator = at * self.cells.among(node, *IN)
        return {"numerator": numerator, "denominator": denominator, "complement": denominator - numerator}

    def _item(self, node: Node, place: Place, figure: Figure) -> int:
        indicator, parts = node[1], self._parts(node, place)
        values = {name: self.builder.value(vector) for name, vector in parts.items()}
        rows = {name: self.builder.row(vector) for name, vector in parts.items()}
        before = self._compared(indicator, place, values)
        withheld = figure.status is Status.NOT_REPORTED and any(values.values())
        unsafe = self._unsafe(values, self.threshold) or any(one.too_close for one in before)
        self.as_it_was |= {rows[part] for one in before for part in one.unchanged}
        self.nobodys |= {rows[part] for part, vector in parts.items() if not vector.any()}
        self.builder.known |= self.nobodys
        return self.builder.item(
            Item(
                name=self._named(node, place),
                rows=tuple(row for name, row in rows.items() if name != "complement"),
                watched=() if withheld and not unsafe else tuple(rows.values()),
                weight=weight(place, indicator, max(values.values())),
                must_hide=unsafe,
                withheld=withheld,
            )
        )

    def _named(self, node: Node, place: Place) -> str:
        return f"{node[1].name} of {node[1].population} in {place[1]} ({place[0]})"

    def _compared(self, indicator: Indicator, place: Place, values: Mapping[str, int]) -> list[Before]:
        """The figures of the same cohort in earlier releases, beside that of now."""
        found = []
        for look, other in self.cells.nodes:
            told = self.earlier[look - 1].told(place, other) if look and same_cohort(indicator, other) else None
            if told is not None:
                found.append(compared(told, indicator, values, self.threshold))
        return found

    def _before(self, node: Node) -> None:
        """What an earlier release says of an indicator: figures that everybody knows, and figures that must stay hidden."""
        look, indicator = node
        release = self.earlier[look - 1]
        for (place, name, population), told in release.figures.items():
            if (name, population) != (indicator.name, indicator.population):
                continue
            parts = self._parts(node, place)
            if told.shown:
                rows = {part: self.builder.row(vector) for part, vector in parts.items()}
                self.builder.known |= set(rows.values())
                now = {part: self.builder.value(vector) for part, vector in parts.items()}
                self.as_it_was |= {rows[part] for part in compared(told, indicator, now, self.threshold).unchanged}
                self._told(node, place, Status.OK, None)
            elif told.status == SUPPRESSED:
                for part, vector in parts.items():
                    label = f"{self._named(node, place)}, withheld in {release.period}, {part}"
                    self.builder.target(vector, label, least=release.threshold)
            elif told.status == Status.NOT_REPORTED:
                self._told(node, place, Status.NOT_REPORTED, None)

    def _unsafe(self, values: Mapping[str, int], threshold: int) -> bool:
        if "count" in values:
            return small(values["count"], threshold)
        return unsafe_rate(values["numerator"], values["denominator"], threshold)

    def _told(self, node: Node, place: Place, status: Status, number: int | None) -> None:
        """What the status of a figure that rests on known occupations tells: whether the known are as many as the state asks for.

        It is told as long as the item of that number is shown.
        """
        coverage = node[1].coverage
        if coverage is None or status not in (Status.OK, Status.NOT_REPORTED):
            return
        floor = Fraction(str(coverage[1]))
        at = self.cells.at(node[0], place)
        known = at * self.cells.among(node, *IN, "no_list")
        unknown = at * self.cells.among(node, "occupation_unknown")
        enough = (floor.denominator - floor.numerator) * known - floor.numerator * unknown
        if status is Status.OK and self.builder.value(enough) >= 0:  # of an earlier figure it may not hold on the facts of today
            self.builder.facts.append(Fact(self.builder.row(enough), 0, number))
        elif status is Status.NOT_REPORTED and self.builder.value(enough) < 0:
            self.builder.facts.append(Fact(self.builder.row(-enough), 1, number))

    def _doubted(self, label: str, parts: Mapping[str, Vector]) -> None:
        """Keep a group that nobody publishes in doubt, if it is too small to be told of."""
        if self._unsafe({part: self.builder.value(vector) for part, vector in parts.items()}, self.threshold):
            for part, vector in parts.items():
                self.builder.target(vector, f"{label}, {part}")

    def _differences(self) -> None:
        """Differences of figures of one release."""
        for label, larger, smaller in self._pairs():
            for place in self._places(larger):
                mine, other = self._parts(larger, place), self._parts(smaller, place)
                self._doubted(f"{label} in {place[1]} ({place[0]})", {part: mine[part] - other[part] for part in mine})

    def _pairs(self) -> Iterator[tuple[str, Node, Node]]:
        by = {(look, i.name, i.population): (look, i) for look, i in self.cells.nodes}
        for look in sorted({look for look, _ in self.cells.nodes}):
            for population, (larger, smaller) in product(Population, DIFFERENCES):
                if {(look, larger, population), (look, smaller, population)} <= by.keys():
                    yield f"{larger} less {smaller} of {population}", by[look, larger, population], by[look, smaller, population]
            for name in dict.fromkeys(i.name for _, i in self.cells.nodes):
                if {(look, name, population) for population in Population} <= by.keys():
                    everybody, some = (by[look, name, population] for population in (Population.ALL_LEARNERS, Population.WIOA_PARTICIPANTS))
                    yield f"{name} of all learners less WIOA participants", everybody, some

    def _places(self, node: Node) -> list[Place]:
        if node[0] == 0:
            return list(self.figures[node[1].name, node[1].population])
        release = self.earlier[node[0] - 1]
        return [place for place, name, population in release.figures if (name, population) == (node[1].name, node[1].population)]

    def _windows(self) -> None:
        """Whom one release counts and another does not: by subtraction they are a figure, too, of a cohort that nobody releases."""
        for one, other in permutations(self.cells.nodes, 2):
            if one[0] == other[0] or not _told_apart(one[1], other[1]):
                continue
            beyond = (self.cells.counted(one) & ~self.cells.counted(other)).astype(np.int64)
            within = (self.cells.counted(one) & self.cells.counted(other)).astype(np.int64)
            label = f"{one[1].name} of {one[1].population} of {self._period(one)}"
            for place in set(self._places(one)) & set(self._places(other)):
                parts = self._parts(one, place)
                where = f"{self._period(other)} in {place[1]} ({place[0]})"
                self._doubted(f"{label} without {where}", {part: vector * beyond for part, vector in parts.items()})
                self._doubted(f"{label} within {where}", {part: vector * within for part, vector in parts.items()})

    def _period(self, node: Node) -> str:
        return str(self.earlier[node[0] - 1].period) if node[0] else "this release"


def _told_apart(one: Indicator, other: Indicator) -> bool:
    """Whether two indicators of different releases make a figure by subtraction: one measure of overlapping cohorts, or two of one; or
    who is there in quarters that touch, by those who came and went."""
    if one.population is not other.population or one.counted is not other.counted:
        return False
    if one.name == other.name:
        return overlap(one.cohort.window, other.cohort.window) or flow(one, other)
    return anchor(one) == anchor(other) and one.cohort.window == other.cohort.window


def weight(place: Place, indicator: Indicator, people: int) -> float:
    """What hiding a figure costs: more for the state and for labor market regions, more for more people, little where it is nobody's;
    twice as much where it says what became of people."""
    system, code = place
    if code in ("unknown", "out_of_state"):
        importance = 0.5
    else:
        importance = {STATE: 40.0, "labor_market_region": 4.0}.get(system, 1.0)
    needed = 2.0 if indicator.name in NEEDED else 1.0
    return float(importance * needed * np.log2(4 + people))
