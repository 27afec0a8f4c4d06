"""Released figures in words: n of N, when, and why there is no number."""

from dataclasses import replace
from datetime import date

import pytest

from app.core.periods import Period
from app.outcomes.definitions import DEFINITIONS
from app.outcomes.indicators import Population
from app.outcomes.measures import Asked, indicators
from app.public.words import _LAGS, NAMES, STATUSES, WITHHELD, sentence, short, span, told
from app.releases.table import Shown
from app.states.policy import Policy

WIOA, ALL = Population.WIOA_PARTICIPANTS, Population.ALL_LEARNERS
EMPLOYED = Shown(
    region_system="labor_market_region",
    region="western_new_york",
    region_name="Western New York",
    population=WIOA,
    indicator="employment_rate_q2",
    cohort_from=date(2025, 7, 1),
    cohort_until=date(2025, 9, 30),
    numerator=57,
    denominator=76,
    value=0.75,
    status="ok",
)


def test_a_rate() -> None:
    said = "Of 76 people who left the program between July and September 2025, 57 had a job in the second quarter after: 75.0 %."
    assert sentence(EMPLOYED) == said
    one = told(EMPLOYED)
    assert (one.short, one.of, one.share, one.anchor) == ("75.0 %", "57 of 76", 0.75, "wioa_participants-employment_rate_q2")


def test_a_median() -> None:
    earned = replace(EMPLOYED, indicator="median_earnings_q2", value=7420.0, numerator=57, denominator=57)
    assert short(earned) == "$7,420"
    assert "half earned more than about $7,420 in that quarter" in sentence(earned)
    assert told(earned).of == "of 57 people"
    assert told(earned).share is None


def test_a_count() -> None:
    served = replace(EMPLOYED, indicator="participants_served", value=1204.0, numerator=1204, denominator=None)
    assert sentence(served) == "1,204 people were in the program at some time between July and September 2025."
    assert told(served).of == ""
    nobody = replace(served, value=0.0, numerator=0)
    assert short(nobody) == "0", "a true zero"


def test_half_up() -> None:
    assert short(replace(EMPLOYED, value=0.6125)) == "61.3 %"
    assert short(replace(EMPLOYED, value=0.0005)) == "0.1 %"


def test_a_note_is_said() -> None:
    noted = replace(EMPLOYED, indicator="median_earnings_q2", value=3750.0, note="At most: what comes to less is shown as that.")
    assert sentence(noted).endswith("At most: what comes to less is shown as that.")


@pytest.mark.parametrize("population", list(Population))
@pytest.mark.parametrize("indicator", list(NAMES))
def test_withheld_is_told_alike_of_everything(indicator: str, population: Population) -> None:
    """Even if the counts were there, no word would tell them."""
    withheld = replace(EMPLOYED, indicator=indicator, population=population, status="suppressed")
    assert (short(withheld), sentence(withheld)) == ("Not shown", WITHHELD)
    assert (told(withheld).of, told(withheld).share) == ("", None)


def test_not_yet_known_says_when() -> None:
    later = replace(EMPLOYED, value=None, numerator=None, denominator=None, status="not_yet_available")
    assert sentence(later) == "Not yet known: it is about July and September 2025, and can first be in the report of 2026 Q3."


def test_the_other_reasons() -> None:
    nothing = replace(EMPLOYED, value=None, numerator=None, denominator=None, status="not_applicable")
    assert sentence(nothing) == "Nobody was there to count between July and September 2025."
    assert sentence(replace(nothing, status="not_reported")).startswith("Not reported: too little is known")
    assert set(STATUSES) == {"ok", "suppressed", "not_yet_available", "not_reported", "not_applicable"}


def test_months_of_two_years() -> None:
    assert span(date(2024, 10, 1), date(2025, 9, 30)) == "between October 2024 and September 2025"


def test_every_indicator_can_be_told() -> None:
    for name, population in DEFINITIONS:
        assert "{" not in sentence(replace(EMPLOYED, indicator=name, population=population)), name


def test_when_it_can_be_known_is_as_the_outcomes_have_it() -> None:
    asked = Asked(Period.parse("quarter@2026-09-30"), date(2026, 10, 31), Policy())
    assert {one.name: one.cohort.lag - 2 for one in indicators(asked)} == dict(_LAGS)
