"""Why a participation began and what keeps it open, and when its exit is known."""

from datetime import date

import polars as pl
import pytest

from app.enrollments.periods import track
from app.enrollments.rules import FACTS, Fact, Period, counted, counting, program_enrollments, track_of, why
from app.states.policy import PROGRAMS, Policy
from tests.spec.participation_examples import YOUTH

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


WHAT = ("eligibility", "assessment", "strategy")


def settling(on: date, what: str) -> Fact:
    return Fact("youth", begins=False, extends=False, planned=False, on=on, until=on, settles=what)


@pytest.mark.parametrize("case", YOUTH)
def test_an_element_of_youth_counts_once_what_comes_before_is_settled(case: str) -> None:
    """Columns and one person's facts say the same; what other programs give counts as it is."""
    *before, first, last, since = (date.fromisoformat(f"2026-{day}") if day else None for day in YOUTH[case])
    assert first
    facts = [fact(first, last, program="youth"), fact(date(2026, 2, 1), date(2026, 2, 1))]
    facts += [settling(day, what) for day, what in zip(before, WHAT, strict=True) if day]
    expected = [(since, last)] if since else []
    expected += [(date(2026, 2, 1), date(2026, 2, 1))]
    assert [(fact.on, fact.until) for fact, _ in counting((fact, None) for fact in facts)] == expected
    rows = [(person, f.program, f.begins, f.extends, f.on, f.until, f.settles) for person in (1, 2) for f in facts]
    found = counted(pl.DataFrame(rows, FACTS, orient="row")).sort("person", "program", descending=[False, True])
    assert found.select("person", "date", "end").rows() == [(person, *days) for person in (1, 2) for days in expected]


def test_what_is_settled_for_one_is_not_for_another() -> None:
    settled = [(1, "youth", False, False, FIRST, FIRST, what) for what in WHAT[:2]] + [(2, "youth", False, False, FIRST, FIRST, WHAT[2])]
    elements = [(person, "youth", True, True, FIRST, FIRST, None) for person in (1, 2)]
    assert counted(pl.DataFrame([*settled, *elements], FACTS, orient="row")).is_empty()


def test_what_is_settled_twice_is_not_all() -> None:
    settled = [(1, "youth", False, False, FIRST, FIRST, what) for what in (WHAT[0], WHAT[0], WHAT[1])]
    assert counted(pl.DataFrame([*settled, (1, "youth", True, True, FIRST, FIRST, None)], FACTS, orient="row")).is_empty()


def test_who_is_co_enrolled_has_a_line_a_program() -> None:
    """Each from its first service to its last; not what lies outside the period, is planned, or exits apart."""
    facts = [
        fact(FIRST, FIRST),
        fact(date(2026, 3, 20), date(2026, 4, 1), program="wagner_peyser"),
        fact(date(2026, 3, 10), date(2026, 3, 10)),
        fact(date(2026, 3, 10), date(2026, 5, 10), planned=True, program="dislocated_worker"),
        fact(date(2026, 3, 10), date(2026, 3, 10), program="dwg"),
        fact(date(2026, 3, 15), date(2026, 3, 15), extends=False, program="youth"),
        fact(date(2026, 9, 1), date(2026, 9, 1), program="dislocated_worker"),
    ]
    period = Period("common", FIRST, date(2026, 4, 1), date(2026, 6, 30))
    found = [(each.program, each.first_service, each.last_service) for each in program_enrollments(period, facts, Policy())]
    assert found == [("adult", FIRST, date(2026, 3, 10)), ("wagner_peyser", date(2026, 3, 20), date(2026, 4, 1))]
    running = program_enrollments(Period("common", FIRST, None, None), [*facts, fact(date(2026, 3, 11), None)], Policy())
    assert [each.last_service for each in running] == [None, date(2026, 9, 1), date(2026, 4, 1)]
