"""Every federal indicator out of anybody's file: numerators, denominators and values by program and group, without a database.

What is computed is what `federal` defines, the same as of the state's own periods. The report date is the day of the question:
nothing that a report of that date cannot know is in it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

import narwhals as nw
import polars as pl

from app.outcomes.federal import RESULTS, results
from app.outcomes.flat import LINE
from app.outcomes.groups import Grouping
from app.outcomes.indicators import Indicator, Measure
from app.outcomes.programs import Program, member
from app.outcomes.rules import NOT_YET, Asked
from app.outcomes.table import Status

ALL = "all"
OUTSIDE = "not_in_program"
NUMERATOR, DENOMINATOR = 0, 1
"""The places of those who are counted, by number."""

Unit = Literal["period", "person"]


@dataclass(frozen=True)
class Cell:
    """An indicator of a program in a group. `value`: a share of one or the median in cents, exact; how many; or None.

    due_nines: how many are due and recorded as 'not yet available'; value_if_nines_counted: the value with these as a no.
    """

    indicator: Indicator
    group: str
    numerator: int
    denominator: int
    median: Fraction | None
    due_nines: int
    nines_inside: int  # of these, those in the denominator: none but under the reading that counts them

    @property
    def status(self) -> Status:
        """A figure; or all who are due are recorded as not yet available; or there is nobody."""
        if self.denominator or self.indicator.measure is Measure.COUNT:
            return Status.OK
        return Status.NOT_YET_AVAILABLE if self.due_nines else Status.NOT_APPLICABLE

    @property
    def value(self) -> Fraction | None:
        return self._over(self.denominator)

    @property
    def value_if_nines_counted(self) -> Fraction | None:
        """A nine that counted would be no earner: it changes no median."""
        return self._over(self.denominator + self.due_nines - self.nines_inside)

    def _over(self, denominator: int) -> Fraction | None:
        match self.indicator.measure:
            case Measure.COUNT:
                return Fraction(self.numerator)
            case Measure.MEDIAN:
                return self.median
            case Measure.RATE:
                return Fraction(self.numerator, denominator) if denominator else None


@dataclass(frozen=True)
class LeftOut:
    """Of a program's indicator: how many rows of the file are left out for each reason."""

    indicator: Indicator
    reasons: Mapping[str, int]


@dataclass(frozen=True)
class Computed:
    """Every cell of a file, and of everybody who is in none why. `rows`: of the file."""

    cells: tuple[Cell, ...]
    left_out: tuple[LeftOut, ...]
    rows: int


def compute(rows: pl.DataFrame, asked: Asked, groupings: Sequence[Grouping]) -> Computed:
    """Every indicator of every program, of all rows and by each grouping. rows: as `flat.read` makes them."""
    cells: list[Cell] = []
    left_out: list[LeftOut] = []
    grouped = rows.lazy().with_columns(column for grouping in groupings for column in grouping.columns).collect()
    for program in RESULTS:
        indicators = results(program, asked)
        theirs = _placed(grouped, program, indicators, groupings)
        left_out += [LeftOut(indicator, _reasons(theirs, indicator, rows.height)) for indicator in indicators]
        cells += _cells(theirs, indicators, groupings, unit_of(program, asked))
    return Computed(tuple(cells), tuple(left_out), rows.height)


def unit_of(program: Program, asked: Asked) -> Unit:
    """What a program's figures count: periods; the statewide one, if so chosen, people (reading `retention_unit`)."""
    return asked.policy.retention_unit if program is Program.STATEWIDE else "period"


def _placed(rows: pl.DataFrame, program: Program, indicators: Sequence[Indicator], groupings: Sequence[Grouping]) -> pl.DataFrame:
    """The rows of a program, with their groups, and the place and the nine of each indicator."""
    kept = [LINE, "100", *(name for grouping in groupings for name in grouping.names)]
    nines = [i.nines.alias(_nines(i)) for i in indicators if i.nines is not None]
    told = nw.from_native(rows.lazy()).filter(member(program)).select(*kept, *(c for i in indicators for c in i.columns), *nines)
    return pl.DataFrame(told.collect(backend="polars").to_native())


def _nines(indicator: Indicator) -> str:
    return f"{indicator.key}:nines"


def _reasons(theirs: pl.DataFrame, indicator: Indicator, everybody: int) -> dict[str, int]:
    """How many rows are left out for each reason; with those that are counted, they are everybody."""
    counted: dict[int, int] = dict(theirs[indicator.key].value_counts().iter_rows())
    inside = counted.pop(NUMERATOR, 0) + counted.pop(DENOMINATOR, 0)
    reasons = {indicator.places[place]: count for place, count in sorted(counted.items())}
    if everybody > theirs.height:
        reasons = {OUTSIDE: everybody - theirs.height} | reasons
    assert inside + sum(reasons.values()) == everybody, f"{indicator.key}: somebody got lost"
    return reasons


def _cells(theirs: pl.DataFrame, indicators: Sequence[Indicator], groupings: Sequence[Grouping], unit: Unit) -> Iterator[Cell]:
    """Of each indicator the cell of all, and one of each group in which somebody is due."""
    asked: list[tuple[Indicator, str, pl.LazyFrame]] = []
    due = pl.collect_all([_due(theirs, indicator) for indicator in indicators])
    for indicator, rows in zip(indicators, due, strict=True):
        asked.append((indicator, ALL, _sums(rows.lazy().with_columns(group=pl.lit(ALL)), indicator, unit)))
        for grouping in groupings:
            parts = [rows.lazy().rename({name: "group"}).drop_nulls("group").select("group", *_SUMMED) for name in grouping.names]
            asked.append((indicator, grouping.name, _sums(pl.concat(parts), indicator, unit)))
    found = pl.collect_all([sums for *_, sums in asked])
    for (indicator, name, _), sums in zip(asked, found, strict=True):
        if name == ALL:
            yield _cell(indicator, sums.row(0) if sums.height else (ALL, 0, 0, 0, 0, None))
        else:
            yield from (_cell(indicator, (f"{name}={group}", *rest)) for group, *rest in sorted(sums.iter_rows()))


_SUMMED = ("100", "alone", "numerator", "inside", "nine", "amount")


def _due(theirs: pl.DataFrame, indicator: Indicator) -> pl.LazyFrame:
    """The rows that are counted, or would be if a nine were a no."""
    place, nines = pl.col(indicator.key), _due_nines(indicator)
    return (
        theirs.lazy()
        .filter((place <= DENOMINATOR) | nines)
        .with_columns(
            numerator=place == NUMERATOR,
            inside=place <= DENOMINATOR,
            nine=nines,
            amount=pl.lit(None, pl.Int64) if indicator.amount is None else pl.col(indicator.amounts),
            alone=pl.when(pl.col("100").is_null()).then(LINE),  # without an id everybody is somebody else
        )
    )


def _due_nines(indicator: Indicator) -> pl.Expr:
    """Whom nothing leaves out but that the outcome is recorded as not yet available, or nothing at all."""
    if indicator.nines is None:
        return pl.lit(value=False)
    due = [place for place, name in enumerate(indicator.places) if name in ("denominator", NOT_YET)]
    return pl.col(_nines(indicator)) & pl.col(indicator.key).is_in(due)


def _sums(due: pl.LazyFrame, indicator: Indicator, unit: Unit) -> pl.LazyFrame:
    """Of each group: how many are in numerator, denominator, are nines, are both; the median. A person counts by the best of the rows."""
    if unit == "person":
        each = due.group_by("group", "100", "alone").agg(pl.col("numerator", "inside", "nine").any(), pl.col("amount").first())
        due = each.with_columns(nine=pl.col("nine") & ~pl.col("inside"))
    # A float holds the median of whole cents exactly: it is a half of a whole number.
    median = pl.lit(None, pl.Float64) if indicator.amount is None else pl.col("amount").filter("numerator").median()
    both = (pl.col("nine") & pl.col("inside")).sum()
    return due.group_by("group").agg(pl.col("numerator", "inside", "nine").sum(), both.alias("both"), median.alias("median"))


def _cell(indicator: Indicator, sums: tuple[Any, ...]) -> Cell:
    group, numerator, denominator, nines, both, median = sums
    return Cell(indicator, group, numerator, denominator, None if median is None else Fraction(median), nines, both)


def written(computed: Computed, period: str) -> Iterator[dict[str, Any]]:
    """The cells as they are handed over: rates as fractions of one, medians as decimals in dollars."""
    for cell in computed.cells:
        yield {
            "indicator": cell.indicator.name,
            "program": str(cell.indicator.program),
            "period": period,
            "group": cell.group,
            "numerator": cell.numerator,
            "denominator": cell.denominator,
            "value": _told(cell.indicator.measure, cell.value),
            "status": str(cell.status),
            "due_nines": cell.due_nines,
            "value_if_nines_counted": _told(cell.indicator.measure, cell.value_if_nines_counted),
        }


def _told(measure: Measure, value: Fraction | None) -> float | int | str | None:
    if value is None:
        return None
    match measure:
        case Measure.COUNT:
            return int(value)
        case Measure.RATE:  # numerator and denominator, beside it, are exact
            return float(value)
        case Measure.MEDIAN:  # of whole cents: a half of one is the smallest part there is
            dollars = Decimal(value.numerator) / value.denominator / 100
            return str(dollars.quantize(Decimal("0.01" if value.denominator == 1 else "0.001")))
