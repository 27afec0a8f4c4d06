"""Whose learners may be matched with wages: those of a partner whose agreement was in force on the day on which their enrollment ended.

A partner's agreement holds from its first day on, and up to the day before `valid_until`: that day is the first without it.
"""

from datetime import date

import polars as pl
import pytest

from app.outcomes.derive import frames
from app.states.policy import Policy
from tests.outcomes.facts import ABOUT, SCHEMAS, tables

BEGAN, ENDED = date(2025, 1, 15), date(2025, 7, 1)
"""The agreement: from 15 January 2025 on, and on 1 July 2025 no more."""


def matched(ended: date | None, *, valid_until: date | None = ENDED) -> int | None:
    """Whether somebody who learns alone, and began on 2 January 2024, is matched when the enrollment ends on a day."""
    about = {"started_on": date(2024, 1, 2), "planned_end": date(2024, 6, 28), "ended_on": ended, "completed": None if ended is None else 1}
    facts = tables(
        {name: [] for name in SCHEMAS}
        | {
            "people": [{"person": 1, "100": "ann", "residence": 1, **dict.fromkeys(ABOUT, 9)}],
            "residences": [{"residence": 1, "postal": "NY", "county": "36029", "regions": "{}"}],
            "organisations": [{"partner": 1, "key": "niagara_college", "board_code": None}],
            "paths": [{"path": 1, "key": "welding", "awards": 1}],
            "agreements": [{"partner": 1, "valid_from": BEGAN, "valid_until": valid_until}],
            "enrollments": [{"person": 1, "enrollment": "e1", "partner": 1, "path": 1, "residence": 1, "age": 34, **about}],
        }
    )
    learners = frames(facts, Policy(), "NY", []).learners
    [found] = learners.select(pl.col("matched")).to_series().to_list()
    assert found is None or isinstance(found, int)
    return found


@pytest.mark.parametrize(
    ("ended", "expected"),
    [
        (date(2025, 1, 14), 0),  # the day before the agreement
        (date(2025, 1, 15), 1),  # its first day
        (date(2025, 6, 30), 1),  # its last day
        (date(2025, 7, 1), 0),  # the day from which on there is none
        (date(2025, 7, 2), 0),
        (None, 0),  # the enrollment goes on: there is nothing to match yet
    ],
)
def test_the_agreement_holds_on_the_day_on_which_the_enrollment_ends(ended: date | None, expected: int) -> None:
    assert matched(ended) == expected


def test_an_agreement_without_an_end_goes_on() -> None:
    assert matched(date(2031, 12, 31), valid_until=None) == 1
