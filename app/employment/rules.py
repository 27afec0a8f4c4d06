"""A quarter's wages out of a rate of pay. Pure: no database, no clock.

Only where the rate is known and the quarter's earnings are not; hours are regular hours, and what was not paid in the quarter does not
count (TEGL 10-16 Change 3, Attachment III).
"""

from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum


class Basis(StrEnum):
    """What a rate of pay is for."""

    HOURLY = "hourly"
    WEEKLY = "weekly"
    BIWEEKLY = "biweekly"
    MONTHLY = "monthly"
    ANNUAL = "annual"


IN_A_QUARTER = {
    Basis.HOURLY: Decimal(13),  # times the weekly hours
    Basis.WEEKLY: Decimal(13),
    Basis.BIWEEKLY: Decimal("6.5"),
    Basis.MONTHLY: Decimal(3),
    Basis.ANNUAL: Decimal("0.25"),
}
"""By how much a rate is multiplied: Attachment III prints $7.25 × 32 hours × 13 = $3,016.00 and $1,256.67 × 3 = $3,770.01."""


def quarterly(basis: Basis, rate: Decimal, *, weekly_hours: Decimal | None = None) -> int:
    """A quarter's wages in cents, from a rate in dollars; half a cent counts as one. `weekly_hours` belong to an hourly rate alone."""
    if (basis is Basis.HOURLY) != (weekly_hours is not None):
        raise ValueError("an hourly rate needs the regular hours of a week, and no other rate has them")
    dollars = rate * IN_A_QUARTER[basis] * (1 if weekly_hours is None else weekly_hours)
    return cents(dollars)


def cents(dollars: Decimal) -> int:
    """An amount in cents; half a cent counts as one."""
    return int((dollars * 100).quantize(Decimal(1), ROUND_HALF_UP))
