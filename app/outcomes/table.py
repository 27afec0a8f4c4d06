"""The regional table: one figure per region, population and indicator, out of tallies. Rates and medians are exact until printed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import floor
from typing import Any

import polars as pl

from app.core.periods import Period, Quarters, spoken
from app.outcomes.frame import OUT_OF_STATE, UNKNOWN, region
from app.outcomes.indicators import Counted, Indicator, Measure, Population
from app.outcomes.measures import Asked
from app.outcomes.tally import Count, counts

STATE = "state"
"""The region system of the row of the state as a whole."""

DIGITS = 6  # of a rate when it is printed as a number


class Status(StrEnum):
    """Whether there is a figure, or why it is no number. Zero is only ever a true zero."""

    OK = "ok"
    NOT_YET_AVAILABLE = "not_yet_available"  # the cohort's outcome is not due yet
    NOT_REPORTED = "not_reported"  # it could be known, but the evidence or the right to it is missing
    NOT_APPLICABLE = "not_applicable"  # there is nobody to measure


@dataclass(frozen=True)
class Geography:
    """A state and the regions of one of its systems, in the order in which they are shown: code -> name."""

    state: str
    name: str
    system: str
    regions: Mapping[str, str]

    @property
    def rows(self) -> Iterator[tuple[str, str, str]]:
        """(region system, region, name) of every row: the regions, those without one, and the state as a whole."""
        for code, name in self.regions.items():
            yield self.system, code, name
        yield self.system, UNKNOWN, "Region unknown"
        yield self.system, OUT_OF_STATE, "Out of state"
        yield STATE, self.state, self.name


@dataclass(frozen=True)
class Figure:
    """An indicator of one population in one region, with its counts. `value`: a share, cents, or how many."""

    region_system: str
    region: str
    region_name: str
    indicator: Indicator
    count: Count
    status: Status
    note: str = ""  # what a reader has to know beside the number

    @property
    def value(self) -> Fraction | None:
        """The figure, exact; None if it is no number."""
        if self.status is not Status.OK:
            return None
        match self.indicator.measure:
            case Measure.COUNT:
                return Fraction(self.count.numerator)
            case Measure.RATE:
                return Fraction(self.count.numerator, self.count.denominator)
            case Measure.MEDIAN:
                return self.count.median

    @property
    def printed(self) -> float | None:
        """The figure as files carry it: a share of one to six digits, the last one rounded half up; dollars; or how many."""
        if self.value is None:
            return None
        value = self.value / 100 if self.indicator.measure is Measure.MEDIAN else self.value
        return float(Fraction(floor(value * 10**DIGITS + Fraction(1, 2)), 10**DIGITS))

    @property
    def coverage(self) -> tuple[int, int] | None:
        """Of how many of whom it is known what the indicator asks; None where it asks nothing that is often unknown."""
        if self.indicator.coverage is None or not self.indicator.cohort.window:
            return None
        return _coverage(self.indicator.coverage[0], self.count)

    @property
    def numerator(self) -> int | None:
        return self.count.numerator if self._counted else None

    @property
    def denominator(self) -> int | None:
        """Who is counted; of a count there is none."""
        return self.count.denominator if self._counted and self.indicator.measure is not Measure.COUNT else None

    @property
    def _counted(self) -> bool:
        return self.status in (Status.OK, Status.NOT_APPLICABLE)


@dataclass(frozen=True)
class Basis:
    """What the figures were computed from: the extract, the day of the question, and the state's choices."""

    digest: str  # of the extract's contents
    read_at: str  # when the facts were read, UTC
    rows: Mapping[Counted, int]  # of each table of the extract
    evidence: frozenset[int]  # the quarters of which the state has any evidence of work
    asked: Asked

    @property
    def readings(self) -> dict[str, Any]:
        """The state's choices that are not the defaults."""
        return self.asked.policy.chosen()


@dataclass(frozen=True)
class Table:
    """The figures of one report period by the regions of one system, and of the state."""

    geography: Geography
    basis: Basis
    figures: tuple[Figure, ...]

    @property
    def period(self) -> Period:
        return self.basis.asked.period

    def __iter__(self) -> Iterator[Figure]:
        return iter(self.figures)

    def figure(self, region: str, population: Population, indicator: str) -> Figure | None:
        """The one figure, if the table has it. The state is the region that bears its id."""
        wanted = (region, population, indicator)
        return next((f for f in self.figures if (f.region, f.indicator.population, f.indicator.name) == wanted), None)


def table(tallies: Mapping[Counted, pl.DataFrame], indicators: Sequence[Indicator], geography: Geography, basis: Basis) -> Table:
    """Every indicator in every region of the geography, among people without one, and in the state.

    `tallies`: one a kind of row, by the regions of the geography's system. People in regions that it does not name count as `unknown`.
    That nobody gets lost is asserted of every indicator: its places sum to the region's rows, and these to the extract's.
    """
    by = region(geography.system)
    of = {counted: tallied.with_columns(named(geography)) for counted, tallied in tallies.items()}
    found = []
    for indicator in indicators:
        regions = dict(counts(of[indicator.counted], indicator, by))
        whole = dict(counts(of[indicator.counted], indicator, None))[None]
        everybody = sum(count.everybody for count in regions.values())
        assert whole.everybody == everybody == basis.rows[indicator.counted], f"{indicator.key}: somebody got lost"
        nobody = Count(dict.fromkeys(indicator.places, 0))
        for system, code, name in geography.rows:
            count = whole if system == STATE else regions.get(code, nobody)
            found.append(Figure(system, code, name, indicator, count, *_status(indicator, count, basis.evidence)))
    order = {code: n for n, (_, code, _) in enumerate(geography.rows)}
    found.sort(key=lambda figure: order[figure.region])  # a stable sort: within a region in the order of the indicators
    return Table(geography, basis, tuple(found))


def named(geography: Geography) -> pl.Expr:
    """The column of regions as the geography's rows name them: whoever lives in none of its regions counts as `unknown`."""
    where = pl.col(region(geography.system)).cast(pl.String)
    known = where.is_in([*geography.regions, OUT_OF_STATE])
    return pl.when(known).then(where).otherwise(pl.lit(UNKNOWN)).alias(region(geography.system))


def _status(indicator: Indicator, count: Count, evidence: frozenset[int]) -> tuple[Status, str]:
    """Whether the count makes a figure, and what has to be said beside it."""
    if not indicator.cohort.window:
        return Status.NOT_YET_AVAILABLE, f"Due from the report of {spoken(indicator.cohort.due)} on."
    judged = count.denominator or count.places.get("not_employed")
    if judged and (missing := _without_evidence(indicator, evidence)):
        return Status.NOT_REPORTED, f"No record of anybody's work is loaded for {missing}."
    if indicator.measure is Measure.COUNT:
        return Status.OK, ""
    note = ""
    if indicator.coverage is not None:
        reason, floor = indicator.coverage
        known, everybody = _coverage(reason, count)
        note = f"Occupation known for {known:,} of {everybody:,}."
        if everybody and Fraction(known, everybody) < Fraction(str(floor)):
            return Status.NOT_REPORTED, f"{note} That is less than the state's floor of {floor:.0%}."
    if count.denominator:
        return Status.OK, note
    if any(count.places[reason] for reason in indicator.unmeasured):
        return Status.NOT_REPORTED, " ".join(["Nothing can be said of anybody in the cohort.", note]).strip()
    return Status.NOT_APPLICABLE, "Nobody is in the cohort."


def _coverage(unknown: str, count: Count) -> tuple[int, int]:
    """How many are known of how many: those who are counted, and those of whom more is missing than what is unknown of others."""
    known = count.denominator + count.places["no_list"]
    return known, known + count.places[unknown]


def _without_evidence(indicator: Indicator, evidence: frozenset[int]) -> Quarters | None:
    """The quarters on whose evidence the figure rests, if there is none of any of them: a zero would be no true zero."""
    quarters = indicator.outcomes
    if quarters is None or evidence & set(range(quarters.first, quarters.last + 1)):
        return None
    return quarters
