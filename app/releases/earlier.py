"""What an outsider reads in earlier releases, as far as it is about the same people: an archive that nobody can call back.

Releases whose cohorts overlap are proved together. Two looks at the facts (the release that is made, and each one before) say something
about each other where their indicators rest on the same rows; what is linked, over however many releases, is one linear system.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from app.core.periods import Period, Quarters
from app.outcomes.indicators import Indicator, Measure, Population
from app.releases.rules import small
from app.releases.table import SUPPRESSED

Place = tuple[str, str]  # region system, region
Key = tuple[Place, str, Population]  # of a figure: where, what, of whom
Node = tuple[int, Indicator]  # an indicator of a look: 0 is the release that is made, the others those before

Says = Callable[[int, Indicator], bool]
"""Whether a look has anything of an indicator."""

FAMILIES = (
    ("enrolled", "participants_served", "participants_exited"),
    ("completion_rate",),
    ("employment_rate_q2", "median_earnings_q2", "in_demand_placement"),
    ("employment_rate_q4", "credential_rate"),
)
"""Whose figures in one release say something about each other: they share rows and a cohort, or a difference of them is a group. Tables
of both populations that count the same rows are in one system: whoever takes part is one of all learners."""

FLOWS = ("enrolled", "participants_served", "participants_exited")
"""Who is there, who comes and who goes. Whoever was there in a quarter and did not go is there in the next: figures of quarters that
touch each other say something about each other, though they share none."""

ANCHORS = {"enrolled": "start", "participants_served": "service", "completion_rate": "due"}
"""What a cohort's quarters are quarters of; all others are of exits. Cohorts of one kind that share a quarter share people."""


@dataclass(frozen=True)
class Told:
    """A figure as an earlier release has it: its counts, or the word that stands for them."""

    numerator: int | None
    denominator: int | None
    status: str

    @property
    def shown(self) -> bool:
        """Whether it has a number."""
        return self.numerator is not None


@dataclass(frozen=True)
class Earlier:
    """A release that was certified once: its period, the day on which facts were as it knew them, and its figures."""

    name: str
    period: Period
    as_of: date
    threshold: int
    systems: tuple[str, ...]
    figures: Mapping[Key, Told]

    def says(self, indicator: Indicator) -> bool:
        """Whether it has anything of an indicator: figures, or figures that it does not show."""
        return any(
            (name, population) == (indicator.name, indicator.population) and (told.shown or told.status == SUPPRESSED)
            for (_, name, population), told in self.figures.items()
        )

    def told(self, place: Place, indicator: Indicator) -> Told | None:
        """What it says of an indicator in a place."""
        return self.figures.get((place, indicator.name, indicator.population))


@dataclass(frozen=True)
class Before:
    """What releases of the same cohort mean for a figure of now.

    unchanged: counts of it that were published with the very values of now.
    too_close: a count differs by so few that the difference tells of them.
    """

    unchanged: frozenset[str] = frozenset()
    too_close: bool = False


def compared(told: Told, indicator: Indicator, values: Mapping[str, int], threshold: int) -> Before:
    """An earlier figure of the same cohort beside that of now; `values` are its counts now."""
    if told.numerator is None:
        return Before()
    then = {"count": told.numerator}
    if indicator.measure is Measure.RATE and told.denominator is not None:
        then = {"numerator": told.numerator, "denominator": told.denominator, "complement": told.denominator - told.numerator}
    changes = {part: values[part] - count for part, count in then.items()}
    return Before(
        frozenset(part for part, change in changes.items() if change == 0), any(small(change, threshold) for change in changes.values())
    )


def overlap(one: Quarters, other: Quarters) -> bool:
    """Whether two cohorts share a quarter."""
    return bool(one) and bool(other) and one.first <= other.last and other.first <= one.last


def touch(one: Quarters, other: Quarters) -> bool:
    """Whether one cohort begins in the quarter after the other."""
    return bool(one) and bool(other) and (one.last + 1 == other.first or other.last + 1 == one.first)


def flow(one: Indicator, other: Indicator) -> bool:
    """Whether two figures of who is there differ by those who came and those who went."""
    return one.name == other.name == "participants_served" and touch(one.cohort.window, other.cohort.window)


def same_cohort(one: Indicator, other: Indicator) -> bool:
    """Whether two indicators, each in a release of its own, are one measure of one cohort."""
    return one.key == other.key and one.cohort.window == other.cohort.window


def linked(one: Node, other: Node) -> bool:
    """Whether figures of two indicators say something about each other."""
    (look, i), (of, j) = one, other
    if i.counted is not j.counted:
        return False
    if look == of:
        return any({i.name, j.name} <= set(family) for family in FAMILIES)
    return anchor(i) == anchor(j) and overlap(i.cohort.window, j.cohort.window)


def anchor(indicator: Indicator) -> str:
    """What the quarters of its cohort are quarters of."""
    return ANCHORS.get(indicator.name, "exit")


def families(looks: Sequence[Sequence[Indicator]], says: Says) -> list[list[Node]]:
    """The indicators that are linked with one another, directly or over others, as far as the release that is made is among them.

    `looks`: the indicators of each look, that of now first; `says`: whether a look has anything of an indicator.
    """
    return _closed(_nodes(looks, says), linked)


def flows(looks: Sequence[Sequence[Indicator]], says: Says) -> list[list[Node]]:
    """The same of those who are there, come and go, quarter after quarter: a family for each kind of row that touches another look."""

    def near(one: Node, other: Node) -> bool:
        return linked(one, other) or (one[1].counted is other[1].counted and flow(one[1], other[1]))

    nodes = [(look, i) for look, i in _nodes(looks, says) if i.name in FLOWS]
    return [family for family in _closed(nodes, near) if any(flow(i, j) for (_, i), (_, j) in combinations(family, 2))]


def together(looks: Sequence[Sequence[Indicator]], says: Says) -> list[int]:
    """The looks besides the first that are in one system with it."""
    return sorted({look for found in (families, flows) for family in found(looks, says) for look, _ in family} - {0})


def _nodes(looks: Sequence[Sequence[Indicator]], says: Says) -> list[Node]:
    return [(look, i) for look, of in enumerate(looks) for i in of if i.cohort.window and says(look, i)]


def _closed(nodes: Sequence[Node], near: Callable[[Node, Node], bool]) -> list[list[Node]]:
    """The nodes by which of them are near each other, directly or over others; those sets in which the first look is."""
    found, left = [], list(nodes)
    while left:
        family, reached = [], [left.pop(0)]
        while reached:
            one = reached.pop()
            family.append(one)
            beside = [other for other in left if near(one, other)]
            left = [other for other in left if other not in beside]
            reached += beside
        if any(look == 0 for look, _ in family):
            found.append(sorted(family, key=nodes.index))
    return found
