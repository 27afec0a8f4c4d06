"""Why a participation began and what keeps it open, and when its exit is known."""

from datetime import date

import polars as pl
import pytest

from app.enrollments.periods import track
from app.enrollments.rules import Fact, Period, track_of, why
from app.states.policy import PROGRAMS, Policy

FIRST = date(2026, 3, 1)


def fact(on: date, until: date | None, *, extends: bool = True, planned: bool = False, program: str = "adult") -> Fact:
    return Fact(program, not planned, extends, planned, on, until)


@pytest.mark.parametrize("policy", [Policy(), Policy(common_exit="off"), Policy(common_exit_programs=("adult", "dwg"))], ids=str)
def test_a_program_has_the_track_that_a_column_of_programs_has(policy: Policy) -> None:
    column = pl.DataFrame({"program": list(PROGRAMS)}).select(track(policy)).to_series().to_list()
    assert [track_of(program, policy) for program in PROGRAMS] == column


@pytest.mark.parametrize(
    ("today", "exit_", "left"),
    [
        (date(2026, 5, 29), None, 2),
        (date(2026, 5, 30), None, 1),
        (date(2026, 5, 31), FIRST, None),
    ],
)
def test_the_exit_is_known_the_day_after_the_last_open_one(today: date, exit_: date | None, left: int | None) -> None:
    period = Period("common", FIRST, FIRST, date(2026, 5, 30))
    assert (period.exit(today), period.days_to_exit(today)) == (exit_, left)


def test_while_a_service_runs_no_exit_is_in_sight() -> None:
    period = Period("common", FIRST, None, None)
    assert (period.exit(date(2030, 1, 1)), period.days_to_exit(date(2030, 1, 1))) == (None, None)


def test_what_began_it_and_what_holds_it() -> None:
    """Two services on the day of entry began it; the later one of two holds it, unless a plan does for longer."""
    facts = {
        "counseling": fact(FIRST, FIRST),
        "assessment": fact(FIRST, FIRST),
        "workshop": fact(date(2026, 4, 1), date(2026, 4, 1)),
        "after the exit": fact(date(2026, 9, 1), date(2026, 9, 1)),
        "another program": fact(date(2026, 4, 1), date(2026, 4, 1), program="dwg"),
        "follow-up": fact(date(2026, 4, 1), date(2026, 4, 1), extends=False),
    }
    known = [(told, name) for name, told in facts.items()]
    period = Period("common", FIRST, date(2026, 4, 1), date(2026, 6, 30))
    assert why(period, known, Policy()) == (["counseling", "assessment"], ["workshop"])
    plan = (fact(date(2026, 2, 1), date(2026, 8, 1), planned=True), "a plan made before")
    assert why(Period("common", FIRST, date(2026, 4, 1), date(2026, 8, 1)), [*known, plan], Policy())[1] == ["a plan made before"]
    grace = Policy(gap_grace=30)
    assert why(Period("common", FIRST, date(2026, 4, 1), date(2026, 8, 31)), [*known, plan], grace)[1] == ["a plan made before"]


def test_what_begins_without_extending_counts_on_the_day_of_entry_alone() -> None:
    """Supportive services for youth: TEGL 10-16 Change 3, Attachment VII Table B, and note 13."""
    known = [(fact(FIRST, FIRST, extends=False), "the first"), (fact(date(2026, 4, 1), date(2026, 4, 1), extends=False), "the second")]
    assert why(Period("common", FIRST, FIRST, date(2026, 5, 30)), known, Policy()) == (["the first"], ["the first"])
