"""Calendar quarters as whole numbers, spans of them, and the one grammar of report periods: `quarter@2026-09-30`.

A quarter is `year * 4 + (0 … 3)`, so "four quarters later" is `+ 4`, for a date as for a column of dates. Everything else about
periods is arithmetic on these numbers.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Self, TypeVar

from app.core.errors import Invalid

Column = TypeVar("Column", bound=Any)  # a Polars or a Narwhals expression of dates

EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)  # report dates beyond are slips of the pen


class NotAPeriod(Invalid):
    """A text names no report period."""

    slug, title = "not-a-period", "This is no period"


def number(day: date) -> int:
    """The quarter of a day: 2026-09-30 is in quarter 2026 * 4 + 2."""
    return day.year * 4 + (day.month - 1) // 3


def numbers(days: Column) -> Column:
    """The quarters of a column of dates, as whole numbers; null stays null. For Polars and Narwhals expressions alike."""
    # 32 bits: engines answer the month in 8, and 2026 * 4 does not fit beside it.
    quarters: Column = days.dt.year() * 4 + (days.dt.month() - 1) // 3
    return quarters


def first_day(quarter: int) -> date:
    """The day on which a quarter begins."""
    return date(quarter // 4, quarter % 4 * 3 + 1, 1)


def last_day(quarter: int) -> date:
    """The day on which a quarter ends."""
    return first_day(quarter + 1) - timedelta(days=1)


def last_ended(day: date) -> int:
    """The last quarter that has ended by the end of `day`: on 2026-09-30 that is 2026's third, on 2026-09-29 its second."""
    return number(day + timedelta(days=1)) - 1


def spoken(quarter: int) -> str:
    """A calendar quarter for people: `2026 Q3`."""
    return f"{quarter // 4} Q{quarter % 4 + 1}"


@dataclass(frozen=True, order=True)
class Quarters:
    """A span of quarters, both ends included; empty if `last` lies before `first`."""

    first: int
    last: int

    @property
    def begins(self) -> date:
        """The span's first day."""
        return first_day(self.first)

    @property
    def ends(self) -> date:
        """The span's last day."""
        return last_day(self.last)

    def __bool__(self) -> bool:
        return self.first <= self.last

    def until(self, quarter: int) -> "Quarters":
        """The part of the span that lies no later than `quarter`."""
        return Quarters(self.first, min(self.last, quarter))

    def __str__(self) -> str:
        return spoken(self.first) if self.first == self.last else f"{spoken(self.first)} – {spoken(self.last)}"


class Kind(StrEnum):
    """What a report looks at: one quarter, four, or the year from July to June in which its quarter lies."""

    QUARTER = "quarter"
    PROGRAM_YEAR = "program_year"
    ROLLING_4 = "rolling_4"


@dataclass(frozen=True, order=True)
class Period:
    """A report period. `quarter` is the report quarter: the last one that had ended on the report date.

    Written `kind@date`; `str()` gives the report quarter's last day as the date, so equal periods are written alike.
    """

    kind: Kind
    quarter: int

    @classmethod
    def parse(cls, written: str) -> Self:
        """Read `quarter@2026-09-30`, `program_year@2026-06-30`, `rolling_4@2026-06-30`. Raises `NotAPeriod`."""
        found = re.fullmatch(r"([a-z0-9_]+)@(\d{4}-\d{2}-\d{2})", written)
        if found is None:
            raise NotAPeriod("Write a period as kind@report-date, for example quarter@2026-09-30.")
        try:
            kind = Kind(found[1])
        except ValueError:
            raise NotAPeriod(f"There is no kind of period '{found[1]}'; there are {', '.join(Kind)}.") from None
        try:
            day = date.fromisoformat(found[2])
        except ValueError:
            raise NotAPeriod(f"There is no day {found[2]}.") from None
        if not EARLIEST <= day <= LATEST:
            raise NotAPeriod(f"{day} is no date of a report: they lie between {EARLIEST.year} and {LATEST.year}.")
        return cls(kind, last_ended(day))

    @property
    def span(self) -> Quarters:
        """The quarters that the report looks at. A program year is whole even where its report comes before its end."""
        match self.kind:
            case Kind.QUARTER:
                return Quarters(self.quarter, self.quarter)
            case Kind.ROLLING_4:
                return Quarters(self.quarter - 3, self.quarter)
            case Kind.PROGRAM_YEAR:
                june = _program_year(self.quarter) * 4 + 5
                return Quarters(june - 3, june)

    @property
    def label(self) -> str:
        """The period for people: `PY 2026 Q1`, `PY 2025`, `four quarters to PY 2026 Q1`."""
        year, of_year = _program_year(self.quarter), (self.quarter - 2) % 4 + 1
        match self.kind:
            case Kind.QUARTER:
                return f"PY {year} Q{of_year}"
            case Kind.ROLLING_4:
                return f"four quarters to PY {year} Q{of_year}"
            case Kind.PROGRAM_YEAR:
                return f"PY {year}" if of_year == 4 else f"PY {year} to Q{of_year}"

    def __str__(self) -> str:
        return f"{self.kind}@{last_day(self.quarter)}"


def _program_year(quarter: int) -> int:
    """The year that began on the July before: program years run from July to June (29 USC 3242(a)(1))."""
    return (quarter - 2) // 4
