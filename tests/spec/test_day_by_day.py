"""What the program derives from services is what a walk through the calendar finds: the command, and the function under it."""

import csv
import json
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import chain
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from app.cli import build
from app.enrollments.events import KNOWN, TYPES, Effect
from app.enrollments.periods import PLANNED, SERVICES, exits, periods
from app.states.policy import Policy
from tests.spec.day_by_day import CORE, NEITHER, STARTS_AND_EXTENDS, Event, Period, Readings, derive

DAYS = st.sampled_from([date(2024, 2, 29), date(2023, 12, 31), date(2024, 3, 31), date(2024, 4, 1), date(2024, 1, 1), date(2024, 6, 30)])
APART = st.sampled_from([0, 1, 30, 89, 90, 90, 91, 91, 180, 181]) | st.integers(0, 400)
PROGRAMS = st.sampled_from([*CORE, "dwg", "jvsg"])
KINDS = st.sampled_from(["counseling", "counseling", "youth_element", "planned_gap", "planned_gap", "training", "any", "neither"]).flatmap(
    lambda kind: st.sampled_from({"any": sorted(STARTS_AND_EXTENDS), "neither": sorted(NEITHER)}.get(kind, [kind]))
)


@st.composite
def histories(draw: st.DrawFn, person: str) -> list[Event]:
    """What was done for one person: each event so many days after, or before, another one began or ended; in any order of arrival."""
    anchors = [draw(DAYS)]
    events = []
    for _ in range(draw(st.integers(1, 8))):
        begins = draw(st.sampled_from(anchors)) + timedelta(days=draw(APART) * draw(st.sampled_from([1, 1, 1, -1])))
        kind = draw(KINDS)
        lasts = kind == "planned_gap" or draw(st.integers(0, 3)) == 0
        end = begins + timedelta(days=draw(APART)) if lasts else None
        anchors += [begins, end or begins]
        events.append(Event(person, draw(PROGRAMS), kind, begins, end))
    return draw(st.permutations(events))


people = st.integers(2, 6).flatmap(
    lambda n: st.tuples(*[histories(f"P{number}") for number in range(n)]).map(lambda each: list(chain.from_iterable(each)))
)
readings = st.builds(
    Readings,
    together=st.sampled_from([CORE, CORE, (), (*CORE, "dwg"), ("adult", "jvsg")]),
    gap_grace=st.sampled_from([0, 0, 1, 90, 365]),
)


def asked_on(events: list[Event], grace: int, nth: int, later: int) -> date:
    """A day on, or near, the edge of something: when an event begins or ends, and when it ceases to hold a period open."""
    held = [event.end + timedelta(days=grace) for event in events if event.type == "planned_gap" and event.end]
    idle = [(event.end or event.date) + timedelta(days=90) for event in events if event.type in STARTS_AND_EXTENDS]
    around = sorted({day for event in events for day in (event.date, event.end) if day}) + held + 2 * idle
    return around[nth % len(around)] + timedelta(days=later)


NTH, LATER = st.integers(0, 60), st.sampled_from([0, 0, 1, 1, -1]) | st.integers(0, 1200)


def printed(events: Iterable[Event], as_of: date, chosen: Readings) -> list[Period]:
    """What `workforce participation derive` prints."""
    options = ["--as-of", str(as_of), "--gap-grace", str(chosen.gap_grace)]
    options += ["--common-exit-programs", ",".join(chosen.together)] if chosen.together else ["--no-common-exit"]
    with TemporaryDirectory() as folder:
        file = Path(folder, "events.csv")
        with file.open("w", newline="") as out:
            rows = csv.writer(out)
            rows.writerow(["person", "program", "type", "date", "end"])
            rows.writerows([e.person, e.program, e.type, e.date, e.end or ""] for e in events)
        done = CliRunner().invoke(build(), ["participation", "derive", str(file), *options])
    assert done.exit_code == 0, done.output

    def day(written: str | None) -> date | None:
        return date.fromisoformat(written) if written else None

    objects = [json.loads(line) for line in done.stdout.splitlines()]
    found = [
        Period(o["person"], tuple(o["programs"]), date.fromisoformat(o["entry"]), day(o["exit"]), day(o["last_service"])) for o in objects
    ]
    assert found == sorted(found, key=lambda period: (period.person, period.entry))
    return sorted(found, key=lambda period: (period.person, period.entry, period.programs))


@settings(max_examples=150, deadline=None)
@given(people, readings, NTH, LATER)
def test_the_command_prints_what_the_walk_finds(events: list[Event], chosen: Readings, nth: int, later: int) -> None:
    as_of = asked_on(events, chosen.gap_grace, nth, later)
    assert printed(events, as_of, chosen) == derive(events, as_of, chosen)


@settings(max_examples=150, deadline=None)
@given(people, readings, NTH, LATER)
def test_periods_finds_what_the_walk_finds(events: list[Event], chosen: Readings, nth: int, later: int) -> None:
    """`periods` itself, over what is known on the day: the same entries and exits, without the command's reading and printing."""
    as_of = asked_on(events, chosen.gap_grace, nth, later)
    known = [event for event in events if event.date <= as_of]
    services = [(e.person, e.program, True, e.date, e.last_day) for e in known if e.type in STARTS_AND_EXTENDS]
    planned = [(e.person, e.program, e.date, e.end) for e in known if e.type == "planned_gap"]
    policy = Policy(common_exit="on" if chosen.together else "off", common_exit_programs=chosen.together, gap_grace=chosen.gap_grace)
    person = {"person": pl.String}
    frames = pl.LazyFrame(services, {**SERVICES, **person}, orient="row"), pl.LazyFrame(planned, {**PLANNED, **person}, orient="row")
    found = periods(*frames, policy).with_columns(exits(pl, as_of)).select("person", "entry", "exit", "last").collect().rows()
    walked = [(period.person, period.entry, period.exit, period.last_service) for period in derive(events, as_of, chosen)]
    assert sorted(found, key=str) == sorted(walked, key=str)


@settings(max_examples=40, deadline=None)
@given(people, readings, NTH, LATER, st.randoms(use_true_random=False))
def test_no_order_of_arrival_changes_what_is_printed(events: list[Event], chosen: Readings, nth: int, later: int, dice: Random) -> None:
    as_of = asked_on(events, chosen.gap_grace, nth, later)
    shuffled = [*events, *events[:2]]  # and what is told twice is once
    dice.shuffle(shuffled)
    assert printed(shuffled, as_of, chosen) == printed(events, as_of, chosen)


def test_the_walk_knows_the_same_types() -> None:
    assert {kind for kind, told in TYPES.items() if told.effect is Effect.SERVES} == STARTS_AND_EXTENDS
    assert TYPES.keys() == STARTS_AND_EXTENDS | NEITHER | {"planned_gap"}
    assert set(CORE) == set(Policy().common_exit_programs) < set(KNOWN)


@pytest.mark.parametrize("grace", [0, 90])
def test_the_walk_finds_faults(grace: int) -> None:
    """A gap that is documented a day too late holds nothing open; a program that does not keep to that would be found."""
    events = [Event("P", "adult", "counseling", date(2024, 1, 1)), Event("P", "adult", "planned_gap", date(2024, 4, 1), date(2024, 6, 1))]
    in_time = [events[0], Event("P", "adult", "planned_gap", date(2024, 3, 31), date(2024, 6, 1))]
    as_of = date(2024, 6, 1) + timedelta(days=grace)
    chosen = Readings(gap_grace=grace)
    assert [period.exit for period in derive(events, as_of, chosen)] == [date(2024, 1, 1)]
    assert [period.exit for period in derive(in_time, as_of, chosen)] == [None]
    assert [period.exit for period in derive(in_time, as_of + timedelta(days=1), chosen)] == [date(2024, 1, 1)]
