"""Levels, scores and failures, by the worked examples of target_examples.py."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.outcomes.targets import (
    LOCAL_YEARS,
    STATE_YEARS,
    NoLevel,
    Score,
    adjusted_level,
    indicator_score,
    level_score,
    on_end,
    program_score,
    rate_score,
)
from tests.spec.target_examples import ADJUSTED, INDICATOR, INDICATOR_OVERALL, INDIVIDUAL, PROGRAM, PROGRAM_OVERALL


def scored(actual: str, adjusted: str) -> Score:
    numerator, _, denominator = actual.partition("/")
    if denominator:
        return rate_score(int(numerator), int(denominator), Decimal(adjusted))
    return level_score(Decimal(actual), Decimal(adjusted))


@pytest.mark.parametrize(("source", "negotiated", "before", "after", "factor", "level"), ADJUSTED)
def test_adjusted_levels(source: str, negotiated: str, before: str, after: str, factor: str, level: str) -> None:
    found = adjusted_level(Decimal(negotiated), Decimal(before), Decimal(after))
    assert (str(found.factor), str(found.level)) == (factor, level)


@pytest.mark.parametrize(("case", "actual", "adjusted", "shown", "fails"), [*INDIVIDUAL, *PROGRAM, *INDICATOR])
def test_individual_scores(case: str, actual: str, adjusted: str, shown: str, fails: str) -> None:
    found = scored(actual, adjusted)
    assert (str(found.shown), found.fails) == (shown, fails == "yes")


@pytest.mark.parametrize(
    ("rows", "expected", "overall"), [(PROGRAM, PROGRAM_OVERALL, program_score), (INDICATOR, INDICATOR_OVERALL, indicator_score)]
)
def test_overall_scores_are_means_of_what_was_not_truncated(
    rows: tuple[tuple[str, ...], ...], expected: tuple[str, str, str], overall: Callable[[Sequence[Score]], Score]
) -> None:
    found = overall([scored(actual, adjusted) for _, actual, adjusted, *_ in rows])
    assert (str(found.shown), f"{float(found.exact):.6f}", found.fails) == (expected[0], expected[1], expected[2] == "yes")


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.decimals("0.1", 100, places=1))
def test_what_is_shown_is_never_more_than_it_is_and_tells_a_failure(numerator: int, denominator: int, adjusted: Decimal) -> None:
    score = rate_score(min(numerator, denominator), denominator, adjusted)
    assert 0 <= score.exact * 100 - Fraction(score.shown) < Fraction(1, 10)
    assert score.fails == (score.shown < 50)
    assert indicator_score([score]).fails == (score.shown < 90)


def test_a_failure_that_comes_again() -> None:
    """The same failure, year upon year, over a new negotiation too; another one begins anew."""
    failures = {
        2024: {"adult credential"},
        2025: {"adult credential", "youth earnings"},
        2026: {"adult credential"},
        2028: {"adult credential"},
    }
    assert on_end(failures, 2025) == {"adult credential": STATE_YEARS, "youth earnings": 1}
    assert on_end(failures, 2026) == {"adult credential": LOCAL_YEARS}
    assert on_end(failures, 2027) == {}
    assert on_end(failures, 2028) == {"adult credential": 1}


def test_what_nothing_can_be_held_against() -> None:
    for numerator, denominator in ((1, 0), (3, 2), (-1, 2)):
        with pytest.raises(NoLevel):
            rate_score(numerator, denominator, Decimal(50))
    with pytest.raises(NoLevel):
        level_score(Decimal(1), Decimal(0))
    with pytest.raises(NoLevel):
        program_score([])
