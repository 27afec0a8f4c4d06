"""Receipts: of one figure, everything from which it follows, and what became of everybody whom it does not count."""

from dataclasses import dataclass
from typing import Any

from app.core.errors import NotFound
from app.core.periods import Quarters
from app.outcomes.definitions import REASONS
from app.outcomes.indicators import Population
from app.outcomes.table import Figure, Table


class NoFigure(NotFound):
    """The table has no such figure."""

    slug, title = "not-found", "There is no such figure"


@dataclass(frozen=True)
class LeftOut:
    """How many rows of the region are left out for a reason, which `says` what it means."""

    reason: str
    says: str
    count: int


@dataclass(frozen=True)
class Receipt:
    """A figure with what it was computed from. Numerator, denominator and those left out sum to `everybody`, the region's rows."""

    figure: Figure
    table: Table
    left_out: tuple[LeftOut, ...]

    @property
    def exact(self) -> str | None:
        """The value as a fraction: of one, of cents, or how many."""
        return None if self.figure.value is None else str(self.figure.value)

    @property
    def cohort(self) -> Quarters:
        """The quarters of exit, end, service or due date."""
        return self.figure.indicator.cohort.shown

    @property
    def evidence(self) -> Quarters | None:
        """The quarters of work on which it rests, if it does."""
        return self.figure.indicator.outcomes

    @property
    def readings(self) -> dict[str, Any]:
        """The state's choices that are not the defaults."""
        return self.table.basis.readings


def receipt(table: Table, *, region: str, population: Population, indicator: str) -> Receipt:
    """The receipt of a figure of the table. The state as a whole is the region that bears its id. Raises `NoFigure`."""
    figure = table.figure(region, population, indicator)
    if figure is None:
        regions = ", ".join(code for _, code, _ in table.geography.rows)
        raise NoFigure(
            f"There is no '{indicator}' of {population} in '{region}'. The regions of '{table.geography.system}' are: {regions}."
        )
    places = figure.count.places
    left_out = tuple(LeftOut(reason, REASONS[reason], places[reason]) for reason in figure.indicator.left_out)
    assert figure.count.denominator + sum(line.count for line in left_out) == figure.count.everybody, "somebody got lost"
    return Receipt(figure, table, left_out)
