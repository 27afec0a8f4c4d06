"""Wages of a quarter from a rate of pay: TEGL 10-16 Change 3, Attachment III."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.employment.rules import Basis, cents, quarterly


@pytest.mark.parametrize(
    ("basis", "rate", "weekly_hours", "wages"),
    [
        (Basis.HOURLY, "7.25", "32", 3_016_00),  # printed: $7.25 × 32 hours × 13 weeks = $3,016.00
        (Basis.MONTHLY, "1256.67", None, 3_770_01),  # printed: $1,256.67 × 3 = $3,770.01
        (Basis.HOURLY, "19.50", "37.5", 9_506_25),
        (Basis.WEEKLY, "600.00", None, 7_800_00),
        (Basis.BIWEEKLY, "1200.01", None, 7_800_07),  # 7,800.065: half a cent counts as one
        (Basis.ANNUAL, "41000.50", None, 10_250_13),  # 10,250.125
        (Basis.ANNUAL, "0.01", None, 0),
    ],
)
def test_what_a_rate_comes_to(basis: Basis, rate: str, weekly_hours: str | None, wages: int) -> None:
    assert quarterly(basis, Decimal(rate), weekly_hours=Decimal(weekly_hours) if weekly_hours else None) == wages


@pytest.mark.parametrize("basis", Basis)
def test_hours_belong_to_an_hourly_rate_alone(basis: Basis) -> None:
    with pytest.raises(ValueError, match="regular hours"):
        quarterly(basis, Decimal(10), weekly_hours=None if basis is Basis.HOURLY else Decimal(40))


MONEY = st.decimals(0, 1_000_000, places=2)


@given(MONEY)
def test_the_bases_agree(rate: Decimal) -> None:
    """A quarter has thirteen weeks, six and a half fortnights, three months, and is a fourth of a year."""
    weekly = quarterly(Basis.WEEKLY, rate)
    assert quarterly(Basis.HOURLY, rate, weekly_hours=Decimal(1)) == weekly
    assert quarterly(Basis.BIWEEKLY, rate * 2) == weekly
    assert quarterly(Basis.ANNUAL, rate * 12) == quarterly(Basis.MONTHLY, rate)


@given(MONEY)
def test_cents_are_exact(dollars: Decimal) -> None:
    assert Decimal(cents(dollars)) / 100 == dollars
