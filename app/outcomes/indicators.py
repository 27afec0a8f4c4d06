"""What an indicator is: for every row of a table, its place, which is numerator, denominator, or the reason for which it is left out.

The definitions are in `measures`. They are Narwhals expressions, so the same ones run on Polars here and on Spark on a cluster.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

import narwhals as nw

from app.core.periods import Quarters
from app.outcomes.cohorts import Cohort
from app.outcomes.programs import Program

NUMERATOR, DENOMINATOR = "numerator", "denominator"
IN = (NUMERATOR, DENOMINATOR)


class Population(StrEnum):
    """Whom a figure is about. Printed apart, never mixed."""

    ALL_LEARNERS = "all_learners"  # everybody enrolled on a career path
    WIOA_PARTICIPANTS = "wioa_participants"  # those with a participation


class Counted(StrEnum):
    """What a row of the table that is counted stands for."""

    PERIODS = "periods"  # of participation
    LEARNERS = "learners"  # enrollments on career paths


class Measure(StrEnum):
    """How the figure follows from the places."""

    COUNT = "count"  # the numerator
    RATE = "rate"  # numerator over numerator and denominator
    MEDIAN = "median"  # of the amounts of the numerator, in cents


@dataclass(frozen=True)
class Definition:
    """What a figure means, in words. The version changes whenever a figure could."""

    title: str
    version: int
    citation: str
    says: str


@dataclass(frozen=True, eq=False)  # an expression has no truth value, hence no equality
class Indicator:
    """One measure of one population in one report period.

    left_out: reason -> whom it leaves out; the first reason that holds is the one.
    success:  who, of the others, is in the numerator.
    amount:   of a median: whose median, in cents.
    outcomes: the quarters of evidence that the figure rests on; empty where it rests on none.
    unmeasured: reasons that say that nothing can be said: a figure without anybody else is not reported.
    coverage: a reason and the share of others below which the figure is not reported.
    program:  of a federal figure: whose result it is.
    nines:    who is due and recorded as 'not yet available', and would be in the denominator if that were a no.
    """

    name: str
    population: Population
    counted: Counted
    measure: Measure
    definition: Definition
    cohort: Cohort
    left_out: Mapping[str, nw.Expr]
    success: nw.Expr
    amount: nw.Expr | None = None
    outcomes: Quarters | None = None
    unmeasured: frozenset[str] = frozenset()
    coverage: tuple[str, float] | None = None
    program: Program | None = None
    nines: nw.Expr | None = None

    @property
    def key(self) -> str:
        """The column of its places."""
        return f"{self.program or self.population}:{self.name}"

    @cached_property
    def places(self) -> tuple[str, ...]:
        """Every place there is, in the order of their numbers in a tally."""
        return (NUMERATOR, DENOMINATOR, *self.left_out)

    @property
    def place(self) -> nw.Expr:
        """The place of each row, by its number in `places`."""
        place = nw.when(self.success).then(nw.lit(0)).otherwise(nw.lit(1))
        for number, claim in reversed(list(enumerate(self.left_out.values(), start=2))):
            place = nw.when(claim).then(nw.lit(number)).otherwise(place)
        return place.cast(nw.Int8).alias(self.key)

    @property
    def columns(self) -> list[nw.Expr]:
        """What a tally has to keep apart: the places, and of a median the amounts in its numerator."""
        if self.amount is None:
            return [self.place]
        return [self.place, nw.when(self.place == 0).then(self.amount).alias(self.amounts)]

    @property
    def counted_by(self) -> list[str]:
        """The names of these columns."""
        return [self.key] if self.amount is None else [self.key, self.amounts]

    @property
    def amounts(self) -> str:
        """The column of a tally that holds the amounts."""
        return f"{self.key}:amount"


def placed(frame: nw.LazyFrame[Any], indicators: Sequence[Indicator]) -> nw.LazyFrame[Any]:
    """The table with the place of each row in words, a column an indicator: what a figure is made of, row by row."""
    return frame.with_columns(*(i.place for i in indicators)).with_columns(
        *(nw.col(i.key).replace_strict(dict(enumerate(i.places)), return_dtype=nw.String) for i in indicators)
    )
