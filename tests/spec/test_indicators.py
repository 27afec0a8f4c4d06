"""Indicators by worked examples, one period of participation each: TEGL 10-16 Change 3 (here: TEGL) and DOL's own formulas.

The report is one in which the period's cohort is due: a row says what the period's record holds beside an entry on 2024-01-10 and an
exit on 2024-05-20, and whether an indicator counts it (1), counts it without success (0) or leaves it out (-).
"""

from datetime import date
from typing import Any

import narwhals as nw
import pytest

from app.core.periods import Period
from app.outcomes.frame import PERIODS, known
from app.outcomes.indicators import NUMERATOR, Counted, Indicator, Population, placed
from app.outcomes.measures import Asked, indicators
from app.states.policy import Policy
from tests.outcomes.rows import frame

ENTRY, EXIT = date(2024, 1, 10), date(2024, 5, 20)
REPORTS = {2: "quarter@2025-06-30", 4: "quarter@2025-12-31"}  # in which exits of 2024 Q2 are in the second and fourth quarter's cohorts
ADULT = {"903": 1, "904": 0, "905": 0, "918": 0, "932": 0}
YOUTH = {**ADULT, "903": 0, "905": 1}
WAGNER_PEYSER = {**ADULT, "903": 0, "918": 1}
TRAINED = {"1303": 6}
ALL_NINES = 99_999_999

# indicator, source, what the record holds, where it is counted
EXAMPLES: list[tuple[str, str, dict[str, Any], str]] = [
    ("employment_rate_q2", "TEGL section A", {"1602": 1, "1603": 1, "1704": 820_000}, "1"),
    ("employment_rate_q2", "TEGL Att. I: registered apprentices and the military count", {"1602": 2}, "1"),
    ("employment_rate_q2", "TEGL Att. I", {"1602": 3}, "1"),
    ("employment_rate_q2", "T17-04 p. 6: no number, no record, and the cohort is due", {}, "0"),
    ("employment_rate_q2", "TEGL section A", {"1602": 0}, "0"),
    ("employment_rate_q2", "reading code9", {"1602": 9}, "-"),
    ("employment_rate_q2", "reading wage9_leaves_employment", {"1602": 1, "1704": ALL_NINES}, "1"),
    ("employment_rate_q4", "TEGL section B", {"1606": 1}, "1"),
    ("employment_rate_q4", "TEGL section B", {"1602": 1}, "0"),
    *[("employment_rate_q2", "TEGL Att. II, Table A", {"1602": 1, "923": code}, "-") for code in (1, 2, 3, 4)],
    ("employment_rate_q2", "TEGL Att. II, Table B: foster care is about youth", {"1602": 1, "923": 5}, "1"),
    ("employment_rate_q2", "TEGL Att. II, Table B", {"1602": 1, "923": 5, **YOUTH}, "-"),
    ("employment_rate_q2", "youth co-enrolled in Adult count in its result", {"1602": 1, "923": 5, **YOUTH, "903": 1}, "1"),
    ("employment_rate_q2", "reading code06", {"1602": 1, "923": 6}, "1"),
    ("employment_rate_q2", "reading code07", {"1602": 1, "923": 7}, "-"),
    ("employment_rate_q4", "reading code07_in_q4", {"1606": 1, "923": 7}, "-"),
    ("median_earnings_q2", "TEGL section C", {"1602": 1, "1603": 1, "1704": 820_000}, "1"),
    ("median_earnings_q2", "TEGL section C: not employed", {"1602": 0, "1704": 0}, "-"),
    ("median_earnings_q2", "TEGL section C: all nines", {"1602": 1, "1704": ALL_NINES}, "-"),
    ("median_earnings_q2", "TEGL section C: match not yet available", {"1602": 1, "1603": 5, "1704": 820_000}, "-"),
    ("median_earnings_q2", "settled: supplemental with a blank wage", {"1602": 1, "1603": 4}, "-"),
    ("median_earnings_q2", "TEGL section C: no income", {"1602": 1, "1704": 0}, "-"),
    ("credential_rate", "occupational certificate 7 months after exit", {**TRAINED, "1800": 5, "1801": date(2024, 12, 15)}, "1"),
    ("credential_rate", "on the 365th day after exit", {**TRAINED, "1800": 5, "1801": date(2025, 5, 20)}, "1"),
    ("credential_rate", "reading one_year: on the 366th", {**TRAINED, "1800": 5, "1801": date(2025, 5, 21)}, "0"),
    ("credential_rate", "reading credential_before_entry", {**TRAINED, "1800": 6, "1801": date(2023, 11, 1)}, "0"),
    ("credential_rate", "the third credential counts no less", {**TRAINED, "1804": 4, "1805": date(2024, 5, 1)}, "1"),
    ("credential_rate", "TEGL section D: on-the-job training alone", {"1303": 1}, "-"),
    ("credential_rate", "TEGL section D: customized training alone", {"1303": 5}, "-"),
    ("credential_rate", "TEGL section D: and another training", {"1303": 1, "1310": 6}, "0"),
    ("credential_rate", "DOL's formula: apprenticeship", {"1303": 9}, "0"),
    ("credential_rate", "DOL's formula: training of youth", {"1303": 10, **YOUTH}, "0"),
    ("credential_rate", "DOL's formula: other training", {"1303": 11}, "-"),
    ("credential_rate", "no training", {}, "-"),
    ("credential_rate", "29 USC 3141: not Wagner-Peyser", {**TRAINED, **WAGNER_PEYSER}, "-"),
    ("credential_rate", "special rule: a diploma alone", {"408": 0, "1401": 1, **YOUTH, "1800": 1, "1801": date(2024, 5, 10)}, "0"),
    ("credential_rate", "special rule: with work", {"408": 0, "1401": 1, "1800": 1, "1801": date(2024, 5, 10), "1600": 1}, "1"),
    ("credential_rate", "reading diploma_q4", {"408": 0, "1401": 1, "1800": 1, "1801": date(2024, 5, 10), "1606": 1}, "1"),
    (
        "credential_rate",
        "special rule: with further education",
        {"408": 0, "1401": 1, "1800": 1, "1801": date(2024, 5, 10), "1406": date(2024, 9, 1)},
        "1",
    ),
    (
        "credential_rate",
        "reading further_education_before_exit",
        {"408": 0, "1401": 1, "1800": 1, "1801": date(2024, 5, 10), "1406": date(2024, 5, 20)},
        "0",
    ),
    ("credential_rate", "reading no_diploma: certificate of attendance", {"408": 3, "1401": 1}, "-"),
    ("credential_rate", "TEGL Att. II, Table A", {**TRAINED, "923": 3}, "-"),
    ("in_demand_placement", "on the list", {"1602": 1, "1612": "29-2052", "in_demand": 1}, "1"),
    ("in_demand_placement", "not on the list", {"1602": 1, "1612": "29-2052", "in_demand": 0}, "0"),
    ("in_demand_placement", "occupation unknown", {"1602": 1}, "-"),
    ("in_demand_placement", "no list where the person lived", {"1602": 1, "1612": "29-2052"}, "-"),
    ("in_demand_placement", "not employed", {"1602": 0, "1612": "29-2052", "in_demand": 1}, "-"),
]


def place(indicator: Indicator, record: dict[str, Any]) -> str:
    row = {"entry": ENTRY, "last": EXIT, "open_until": date(2024, 8, 18), **ADULT, **record}
    rows = known(nw.from_native(frame([row], PERIODS)), date(2026, 10, 31))
    found: str = placed(rows, [indicator]).collect(backend="polars").to_native()[indicator.key].item()
    return found


@pytest.mark.parametrize(("name", "source", "record", "expected"), EXAMPLES)
def test_example(name: str, source: str, record: dict[str, Any], expected: str) -> None:
    report = REPORTS[4 if name in ("credential_rate", "employment_rate_q4") else 2]
    asked = Asked(Period.parse(report), date(2026, 10, 31), Policy())
    [indicator] = [i for i in indicators(asked) if (i.name, i.population) == (name, Population.WIOA_PARTICIPANTS)]
    assert indicator.counted is Counted.PERIODS
    found = place(indicator, record)
    assert {NUMERATOR: "1", "denominator": "0"}.get(found, "-") == expected, f"{source}: {found}"
