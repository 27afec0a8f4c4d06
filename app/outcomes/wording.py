"""Figures as people read them."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from app.outcomes.indicators import Measure


def in_words(measure: Measure, value: Fraction) -> str:
    """A value for people: `67.7 %`, `$8,200`, `1,204`. Rates are rounded half up to 0.1 %, as form ETA-9169 shows them."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    match measure:
        case Measure.COUNT:
            return f"{exact:,.0f}"
        case Measure.RATE:
            return f"{(exact * 100).quantize(Decimal('0.1'), ROUND_HALF_UP)} %"
        case Measure.MEDIAN:
            return f"${(exact / 100).quantize(Decimal(1), ROUND_HALF_UP):,}"
