"""Levels, scores and failures: how results are held against what was negotiated (T20-02, the revision of TEGL 11-19).

Levels are percent for rates and dollars for median earnings. Scores are exact fractions of one, and truncated to 0.1 % only where they
are shown: the mean of several is taken of what was not truncated.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor

from app.core.errors import Invalid

INDIVIDUAL, OVERALL = Fraction(1, 2), Fraction(9, 10)
"""An indicator of a program fails below 50 % of its adjusted level; a program, or an indicator over all programs, below 90 %."""

STATE_YEARS, LOCAL_YEARS = 2, 3
"""A state is sanctioned when the same failure comes in a second year on end, a local area reorganized in the third: 29 USC 3141(f), (g)."""


class NoLevel(Invalid):
    """A level that nothing can be held against."""

    slug, title = "no-level", "This is no level"


@dataclass(frozen=True)
class Adjusted:
    """A negotiated level after the program year: `level` is the negotiated one and `factor`."""

    factor: Decimal
    level: Decimal


@dataclass(frozen=True)
class Score:
    """A score as a fraction of one, exact, and below what it fails."""

    exact: Fraction
    floor: Fraction

    @property
    def shown(self) -> Decimal:
        """In percent, truncated to 0.1."""
        return Decimal(floor(self.exact * 1000)).scaleb(-1)

    @property
    def fails(self) -> bool:
        return self.exact < self.floor


def adjusted_level(negotiated: Decimal, estimate0: Decimal, estimate1: Decimal) -> Adjusted:
    """The level that a state is held against: estimate1 is the model's for those who were served, estimate0 for those expected."""
    factor = estimate1 - estimate0
    return Adjusted(factor, negotiated + factor)


def rate_score(numerator: int, denominator: int, adjusted: Decimal) -> Score:
    """A rate, neither rounded nor truncated, over its adjusted level in percent. Raises `NoLevel`."""
    if not 0 <= numerator <= denominator or denominator == 0:
        raise NoLevel(f"{numerator} of {denominator} is no rate.")
    return _individual(Fraction(numerator, denominator) * 100, adjusted)


def level_score(actual: Decimal, adjusted: Decimal) -> Score:
    """A reported value, as median earnings in dollars, over its adjusted level. Raises `NoLevel`."""
    return _individual(Fraction(actual), adjusted)


def program_score(scores: Sequence[Score]) -> Score:
    """A program's overall score: the mean over its indicators, without effectiveness in serving employers. Raises `NoLevel`."""
    return _mean(scores)


def indicator_score(scores: Sequence[Score]) -> Score:
    """An indicator's overall score: the mean over the core programs. Raises `NoLevel`."""
    return _mean(scores)


def on_end(failures: Mapping[int, Set[str]], year: int) -> dict[str, int]:
    """Of each failure of a program year: for how many years on end, this one the last, it is the same. failures: by program year.

    Cycles of negotiation do not interrupt it.
    """
    found = dict.fromkeys(sorted(failures.get(year, set())), 0)
    for failure in found:
        while failure in failures.get(year - found[failure], set()):
            found[failure] += 1
    return found


def _individual(actual: Fraction, adjusted: Decimal) -> Score:
    if adjusted <= 0:
        raise NoLevel(f"A result cannot be held against a level of {adjusted}.")
    return Score(actual / Fraction(adjusted), INDIVIDUAL)


def _mean(scores: Sequence[Score]) -> Score:
    if not scores:
        raise NoLevel("Without a score there is no overall score.")
    return Score(sum((score.exact for score in scores), Fraction(0)) / len(scores), OVERALL)
