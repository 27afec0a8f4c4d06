"""The third type of measurable skill gain in postsecondary education: what a transcript has to show (T17-01, section E; PIRL 1807)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from app.core.errors import Invalid

HOURS = 12
"""Credit hours in a semester, or part-time over two."""


class NoSemester(Invalid):
    """A semester has hours below zero."""

    slug, title = "no-semester", "This is no semester"


@dataclass(frozen=True, order=True)
class Semester:
    """A semester by the day on which it was completed, with its credit hours."""

    completed: date
    hours: int

    def __post_init__(self) -> None:
        if self.hours < 0:
            raise NoSemester(f"A semester has no {self.hours} credit hours.")


def gained(semesters: Iterable[Semester], *, standards_met: bool) -> date | None:
    """The day of the most recent gain that a transcript shows; None if it shows none.

    At least 12 hours in a semester, or part-time at least 12 over two completed semesters within 12 months, at the day on which the
    second is completed: hours that lie astride two program years count in the later one. The academic standards have to be met.
    """
    if not standards_met:
        return None
    told = sorted(semesters)
    gains = [one.completed for one in told if one.hours >= HOURS]
    for first, second in pairwise(told):
        if first.hours + second.hours >= HOURS and second.completed <= _a_year_after(first.completed):
            gains.append(second.completed)
    return max(gains, default=None)


def _a_year_after(day: date) -> date:
    return date(day.year + 1, 3, 1) if (day.month, day.day) == (2, 29) else day.replace(year=day.year + 1)
