"""Primary rules: which figures are too small to show, whatever else is shown. Practice of disclosure control, rules 1 to 4 and 10.

A count tells how many there are, a rate also how many succeeded and how many did not: what is said of a rate holds for its numerator,
its denominator and their difference together, for any two of them give the third.
"""

from fractions import Fraction

BOTTOM, TOP = 15_000, 200_000
"""Medians below and above, in dollars a year, are shown as these (FERPA guidance, page 52, after 34 CFR 99.31)."""

STEP = 10
"""Medians are shown to so many dollars: an exact one is the wage of one person, to the cent."""


def small(count: int, threshold: int) -> bool:
    """Whether a count is of so few that they can be recognized. A true zero is nobody."""
    return 0 < abs(count) < threshold


def unsafe_rate(numerator: int, denominator: int, threshold: int) -> bool:
    """Whether a rate says too much: of few, of few who did or did not succeed, or that everybody or nobody did."""
    if denominator == 0:
        return False
    return any(count == 0 or small(count, threshold) for count in (numerator, denominator - numerator))


def coded_median(quarterly_cents: Fraction) -> tuple[int, str]:
    """A quarter's median in whole dollars as it may be shown, and what has to be said beside one that lies beyond the limits."""
    yearly = quarterly_cents * 4 / 100
    if yearly < BOTTOM:
        return BOTTOM // 4, f"At most: what comes to less than ${BOTTOM:,} a year is shown as that."
    if yearly > TOP:
        return TOP // 4, f"At least: what comes to more than ${TOP:,} a year is shown as that."
    return round(quarterly_cents / 100 / STEP) * STEP, ""
