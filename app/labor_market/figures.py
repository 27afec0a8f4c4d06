"""A published figure: a number, or the reason why there is none. A figure that was not released never becomes a number."""

from dataclasses import dataclass
from enum import StrEnum


class FigureStatus(StrEnum):
    """What stands in a cell of the OEWS tables (Field Descriptions, OEWS tables, BLS)."""

    OK = "ok"
    SUPPRESSED = "suppressed"  # the estimate is not released: `*` for wages, `**` for employment
    TOP_CODED = "top_coded"  # at or above the highest wage that is published: `#`
    NOT_PUBLISHED = "not_published"  # no annual wage, because the occupation is paid by the hour and not year-round


@dataclass(frozen=True)
class Figure:
    """A number of people or of dollars a year. `at_least` is the lower bound that a top-coded wage still gives."""

    value: int | None
    status: FigureStatus = FigureStatus.OK
    at_least: int | None = None

    def __post_init__(self) -> None:
        if (self.value is not None) != (self.status is FigureStatus.OK):
            raise ValueError(f"a figure is a number exactly if its status is ok: {self.value!r}, {self.status}")
        if (self.at_least is not None) != (self.status is FigureStatus.TOP_CODED):
            raise ValueError(f"a lower bound belongs to a top-coded figure and to no other: {self.at_least!r}, {self.status}")


MEASURES = ("employment", "median", "p25", "p75")  # jobs; dollars a year: the median, the 25th and the 75th percentile
WAGES = ("median", "p25", "p75")
# Field Descriptions of the OEWS tables of May 2024 and May 2025: `#` is "equal to or greater than $115.00 per hour or $239,200 per year".
TOP_CODE = 239_200


def status_column(measure: str) -> str:
    """The column of a frame or table that holds a measure's status, beside the one that holds its number."""
    return f"{measure}_status"
