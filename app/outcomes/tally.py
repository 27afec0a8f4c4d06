"""The tally: how many rows share their groups, places and amounts. One pass over the table; small, exact, and all that a table needs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import narwhals as nw
import polars as pl

from app.outcomes.indicators import Indicator


def tally(frame: nw.LazyFrame[Any], indicators: Sequence[Indicator], by: Sequence[str]) -> pl.DataFrame:
    """How many rows (`rows`) share their groups, their place under each indicator and, in a median's numerator, their amount.

    `by` are the columns whose values are the groups. The only thing that a cluster computes; everything after is a sum.
    """
    columns = [column for indicator in indicators for column in indicator.columns]
    counts = frame.select(*by, *columns).group_by(*by, *(c for i in indicators for c in i.counted_by)).agg(nw.len().alias("rows"))
    return pl.DataFrame(counts.collect(backend="polars").to_native())


@dataclass(frozen=True)
class Count:
    """An indicator in one group: how many rows are in each place, and of a median the median."""

    places: dict[str, int]
    median: Fraction | None = None  # in cents

    @property
    def numerator(self) -> int:
        return self.places["numerator"]

    @property
    def denominator(self) -> int:
        """Numerator and denominator together: those who are counted."""
        return self.places["numerator"] + self.places["denominator"]

    @property
    def everybody(self) -> int:
        """All rows of the group, whatever their place."""
        return sum(self.places.values())


def counts(tallied: pl.DataFrame, indicator: Indicator, by: str | None) -> Iterator[tuple[str | None, Count]]:
    """The indicator in every group of the column `by`; without one, in the whole table (a group None)."""
    groups = [] if by is None else [by]
    sums = tallied.group_by(*groups, indicator.key).agg(pl.col("rows").sum())
    medians: dict[str | None, Fraction] = {}
    if indicator.amount is not None:
        medians = dict(_medians(tallied.filter(pl.col(indicator.key) == 0), indicator.amounts, by))
    found: dict[str | None, dict[str, int]] = {} if by else {None: dict.fromkeys(indicator.places, 0)}
    for *group, place, rows in sums.iter_rows():
        name = str(group[0]) if group else None
        found.setdefault(name, dict.fromkeys(indicator.places, 0))[indicator.places[place]] = rows
    for name, places in found.items():
        yield name, Count(places, medians.get(name))


def _medians(numerators: pl.DataFrame, amounts: str, by: str | None) -> Iterator[tuple[str | None, Fraction]]:
    """The exact median of each group: of an even number the mean of the two in the middle (reading `median_even`)."""
    each = numerators.select(*([by] if by else []), pl.col(amounts).repeat_by("rows")).explode(amounts)
    # A float holds the median of whole cents exactly: it is a half of a whole number. It would not hold a mean.
    middle = pl.col(amounts).median()
    if by is None:
        if len(each):
            yield None, Fraction(each.select(middle).item())
        return
    for name, median in each.group_by(by).agg(middle).iter_rows():
        yield str(name), Fraction(median)
