"""Periods of participation equal a calendar walked day by day, whatever the history."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from random import Random

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from app.enrollments.periods import PLANNED, SERVICES, exits, periods
from app.states.policy import PROGRAMS, Policy
from tests.properties.calendar_walk import Period, Planned, Service, walk

START = date(2023, 11, 3)  # a leap day lies ahead
EDGES = [0, 1, 30, 88, 89, 90, 91, 92, 179, 180, 181, 182]
Fact = Service | Planned
History = list[Fact]


@st.composite
def histories(draw: st.DrawFn) -> History:
    """What happened to one person: each fact so many days after the beginning or the end of the one before, often 89, 90 or 91."""
    day, end = START, START
    history: History = []
    for _ in range(draw(st.integers(1, 7))):
        step = timedelta(days=draw(st.sampled_from(EDGES) | st.integers(0, 400)))
        day = (end if draw(st.booleans()) else day) + step
        program = draw(st.sampled_from(PROGRAMS))
        length = timedelta(days=draw(st.just(0) | st.sampled_from(EDGES) | st.integers(0, 250)))
        if draw(st.integers(0, 3)) == 0:
            end = day + max(length, timedelta(days=1))
            history.append(Planned(day, end, program))
        else:
            runs = draw(st.integers(0, 11)) == 0
            end = day + length
            history.append(Service(day, None if runs else end, program, begins=draw(st.integers(0, 5)) > 0))
    return history


policies = st.builds(
    Policy,
    common_exit=st.sampled_from(["on", "off"]),
    common_exit_programs=st.sampled_from([Policy.common_exit_programs, PROGRAMS, ("adult", "dwg"), ()]),
    gap_grace=st.sampled_from([0, 1, 90, 365]),
)


def tables(histories: Sequence[History]) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """Services and planned services of people 0, 1, …, in the columns that `periods` reads."""
    services = [(n, f.program, f.begins, f.date, f.end) for n, history in enumerate(histories) for f in history if isinstance(f, Service)]
    planned = [(n, f.program, f.date, f.end) for n, history in enumerate(histories) for f in history if isinstance(f, Planned)]
    return pl.LazyFrame(services, SERVICES, orient="row"), pl.LazyFrame(planned, PLANNED, orient="row")


def derived(histories: Sequence[History], policy: Policy) -> list[tuple[int, Period]]:
    rows = periods(*tables(histories), policy).collect().rows()
    return [(person, Period(*rest)) for person, *rest in rows]


def walked(histories: Sequence[History], policy: Policy) -> list[tuple[int, Period]]:
    found = []
    for person, history in enumerate(histories):
        services = [fact for fact in history if isinstance(fact, Service)]
        found += [(person, period) for period in walk(services, [fact for fact in history if isinstance(fact, Planned)], policy)]
    return found


@settings(max_examples=300, deadline=None)
@given(st.lists(histories(), min_size=1, max_size=4), policies)
def test_a_calendar_walked_day_by_day_finds_the_same(people: list[History], policy: Policy) -> None:
    assert derived(people, policy) == walked(people, policy)


@settings(max_examples=60, deadline=None)
@given(histories(), policies, st.randoms(use_true_random=False))
def test_the_order_in_which_facts_become_known_does_not_matter(history: History, policy: Policy, chance: Random) -> None:
    shuffled = list(history)
    chance.shuffle(shuffled)
    assert derived([shuffled], policy) == derived([history], policy)


@settings(max_examples=60, deadline=None)
@given(histories(), policies)
def test_four_years_later_the_same_happens_four_years_later(history: History, policy: Policy) -> None:
    """1,461 days are four years with their leap day: nothing depends on the calendar but the number of days."""
    years = timedelta(days=1461)

    def later(fact: Fact) -> Fact:
        if isinstance(fact, Planned):
            return replace(fact, date=fact.date + years, end=fact.end + years)
        return replace(fact, date=fact.date + years, end=fact.end and fact.end + years)

    shifted = [
        replace(p, entry=p.entry + years, last=p.last and p.last + years, open_until=p.open_until and p.open_until + years)
        for _, p in derived([history], policy)
    ]
    assert [p for _, p in derived([list(map(later, history))], policy)] == shifted


@settings(max_examples=100, deadline=None)
@given(histories(), policies, st.integers(0, 1500))
def test_an_exit_is_known_once_the_period_is_no_longer_open(history: History, policy: Policy, days: int) -> None:
    on = START + timedelta(days=days)
    known = periods(*tables([history]), policy).with_columns(exits(pl, on)).collect()["exit"].to_list()
    assert known == [period.exit(on) for _, period in walked([history], policy)]


@settings(max_examples=60, deadline=None)
@given(histories(), policies)
def test_a_period_lasts_from_its_entry_to_its_exit_and_ninety_days_more(history: History, policy: Policy) -> None:
    by_track: dict[str, list[Period]] = {}
    for _, period in derived([history], policy):
        if period.last is not None and period.open_until is not None:
            assert period.entry <= period.last
            assert period.last + timedelta(days=90) <= period.open_until
        by_track.setdefault(period.track, []).append(period)
    for track in by_track.values():
        for before, after in pairwise(track):
            assert before.open_until is not None
            assert before.open_until < after.entry
