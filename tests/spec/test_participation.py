"""Participation and exit, by the worked examples of participation_examples.py: the program, and the walk through the calendar."""

from datetime import date

import polars as pl
import pytest

from app.core.periods import Period, first_day, last_day, number
from app.enrollments import events
from app.enrollments.events import Effect
from app.states.policy import Policy
from tests.enrollments.world import catalogue
from tests.spec import day_by_day
from tests.spec.day_by_day import Readings
from tests.spec.participation_examples import PERIODS, PROGRAM_YEARS, QUARTERS, READINGS, TRIGGERS, Example

KINDS = {kind.key: kind for kind in catalogue()}


def policy(rule: str) -> Policy:
    chosen = READINGS.get(rule, Readings())
    return Policy(common_exit="on" if chosen.together else "off", common_exit_programs=chosen.together, gap_grace=chosen.gap_grace)


def known(example: Example) -> pl.DataFrame:
    """The periods of one person as they are known on the day of the question."""
    rows = [("1", told.program, told.type, told.date, told.end) for told in example.events]
    columns = {"person": pl.String, "program": pl.String, "type": pl.String, "date": pl.Date, "end": pl.Date}
    return events.derive(pl.DataFrame(rows, columns, orient="row"), policy(example.rule), example.asked).periods


@pytest.mark.parametrize("example", PERIODS, ids=lambda example: example.name)
def test_example(example: Example) -> None:
    found = known(example).select("entry", "exit").rows()
    assert tuple((str(entry), left and str(left)) for entry, left in found) == example.periods


@pytest.mark.parametrize("example", PERIODS, ids=lambda example: example.name)
def test_the_walk_through_the_calendar_finds_it_too(example: Example) -> None:
    told = [day_by_day.Event("1", told.program, told.type, told.date, told.end) for told in example.events]
    found = day_by_day.derive(told, example.asked, READINGS.get(example.rule, Readings()))
    assert tuple((str(period.entry), period.exit and str(period.exit)) for period in found) == example.periods


@pytest.mark.parametrize(("name", "years"), PROGRAM_YEARS)
def test_the_program_year_of_an_exit(name: str, years: tuple[int, ...]) -> None:
    [example] = [example for example in PERIODS if example.name == name]
    exits = known(example)["exit"].to_list()
    spans = {year: Period.parse(f"program_year@{year + 1}-06-30").span for year in range(2020, 2025)}
    assert [year for left in exits for year, span in spans.items() if span.begins <= left <= span.ends] == list(years)


@pytest.mark.parametrize(("service", "key", "kind", "starts", "extends"), TRIGGERS)
def test_what_a_service_does(service: str, key: str, kind: str, starts: str, extends: str) -> None:
    """The catalogue and the types of a bare list say the same of it."""
    line = KINDS[key]
    assert (line.triggers, line.extends) == (starts == "yes", extends == "yes"), service
    assert (events.TYPES[kind].effect is Effect.SERVES) == (starts == extends == "yes")
    assert (starts == "-") == (line.category in ("supportive", "follow_up", "rapid_response") and line.programs != ("youth",))


@pytest.mark.parametrize(("exit", "q1", "q2", "q4"), QUARTERS)
def test_quarters_after_exit(exit: str, q1: str, q2: str, q4: str) -> None:  # noqa: A002 - it is one
    left = number(date.fromisoformat(exit))
    assert [f"{first_day(left + n)} ~ {last_day(left + n)}" for n in (1, 2, 4)] == [q1, q2, q4]
