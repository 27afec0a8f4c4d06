"""A bare list of services: what is read, what is refused, and what follows from it. Of the rules there are examples in tests/spec."""

import re
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from app.enrollments import events
from app.enrollments.events import KNOWN, MAY_SHARE, TYPES, Effect, NotEvents
from app.states.policy import PROGRAMS, Policy
from tests.house.tree import section

HEADER = "person,program,type,date,end"
DAY = date(2026, 6, 30)
Row = tuple[str, list[str], str, str | None, str | None]


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    return tmp_path / "events.csv"


def derived(file: Path, *lines: str, policy: Policy = Policy(), on: date = DAY, header: str = HEADER) -> list[Row]:  # noqa: B008 - frozen
    file.write_text("\n".join([header, *lines]) + "\n")
    found = events.derive(events.read(file), policy, on).periods
    assert found.columns == ["person", "programs", "entry", "exit", "last_service"]
    days = pl.col("entry", "exit", "last_service").dt.to_string("iso")
    return found.with_columns(days).rows()


def refused(file: Path, *lines: str, header: str = HEADER) -> list[tuple[int, str, str]]:
    file.write_bytes("\n".join([header, *lines]).encode() + b"\n")
    with pytest.raises(NotEvents) as caught:
        events.read(file)
    return [(violation.line, violation.pointer.split(", ")[1], violation.code) for violation in caught.value.violations]


@pytest.mark.parametrize("kind", TYPES)
def test_a_type_starts_and_extends_as_it_says(listed: Path, kind: str) -> None:
    """Alone it starts a period or none; in a period, on its 60th day, it extends it or not."""
    effect = TYPES[kind].effect
    started = derived(listed, f"A,youth,{kind},2024-03-01,2024-03-01")
    assert bool(started) == (effect is Effect.SERVES)
    [(*_, exit_, last)] = derived(listed, "A,youth,counseling,2024-01-01,", f"A,youth,{kind},2024-03-01,2024-03-01")
    assert exit_ == last == ("2024-03-01" if effect is Effect.SERVES else "2024-01-01")


def test_the_page_names_every_type_with_its_effect() -> None:
    page = section("docs/participation.md", "Types")
    rows = [re.split(r" *\| *", line)[1:4] for line in page.splitlines() if line.startswith("| `")]
    named = {kind: does for kinds, does, _ in rows for kind in re.findall(r"`(\w+)`", kinds)}
    assert list(named) == list(TYPES)
    for kind, does in named.items():
        effect = TYPES[kind].effect
        assert does.startswith("starts and extends") == (effect is Effect.SERVES)
        assert does.startswith("starts nothing") == (effect is Effect.PLANS)
        assert does.startswith(("neither", "the same")) == (effect in (Effect.REPORTABLE, Effect.NEITHER))


def test_the_page_names_every_program() -> None:
    page = section("docs/participation.md", "A list of services of your own")
    [row] = [line for line in page.splitlines() if line.startswith("| `program`")]
    assert tuple(re.findall(r"`(\w+)`", row))[1:] == KNOWN
    assert set(KNOWN) - set(MAY_SHARE) == {"h1b"}
    assert set(PROGRAMS) < set(MAY_SHARE)


def test_training_runs_until_its_end_and_others_last_a_day_or_until_theirs(listed: Path) -> None:
    assert derived(listed, "A,adult,training,2024-01-10,") == [("A", ["adult"], "2024-01-10", None, None)]
    assert derived(listed, "A,adult,training,2024-01-10,2024-05-01")[0][3:] == ("2024-05-01", "2024-05-01")
    assert derived(listed, "A,adult,work_experience,2024-01-10,")[0][3:] == ("2024-01-10", "2024-01-10")
    assert derived(listed, "A,adult,work_experience,2024-01-10,2024-05-01")[0][3:] == ("2024-05-01", "2024-05-01")


def test_an_end_to_come_is_known_with_the_training(listed: Path) -> None:
    assert derived(listed, "A,adult,training,2026-06-01,2026-12-01")[0][3:] == (None, "2026-12-01")


def test_what_is_dated_later_is_not_known(listed: Path) -> None:
    lines = (
        "A,adult,counseling,2024-01-01,",
        "A,adult,counseling,2024-03-01,",
        "A,adult,planned_gap,2024-03-02,2025-01-01",
        "B,adult,esl,2024-03-02,",
    )
    assert derived(listed, *lines, on=date(2024, 2, 29)) == [("A", ["adult"], "2024-01-01", None, "2024-01-01")]
    assert derived(listed, *lines, on=date(2024, 3, 1)) == [("A", ["adult"], "2024-01-01", None, "2024-03-01")]
    assert events.derive(events.read(listed), Policy(), date(2024, 3, 1)).unknown_yet == 2


def test_programs_are_those_whose_services_belong_to_the_period(listed: Path) -> None:
    """Not those of support, of plans, or of self-service."""
    lines = [
        "A,wagner_peyser,staff_job_search,2024-03-01,", "A,adult,counseling,2024-01-15,", "A,dislocated_worker,supportive,2024-02-01,",
        "A,youth,planned_gap,2024-02-01,2024-03-01", "A,dwg,self_service,2024-02-01,", "A,dislocated_worker,esl,2025-01-01,",
    ]  # fmt: skip
    assert derived(listed, *lines) == [
        ("A", ["adult", "wagner_peyser"], "2024-01-15", "2024-03-01", "2024-03-01"),
        ("A", ["dislocated_worker"], "2025-01-01", "2025-01-01", "2025-01-01"),
    ]


def test_without_common_exit_each_program_has_its_line(listed: Path) -> None:
    lines = ["A,wagner_peyser,staff_job_search,2024-01-15,", "A,adult,counseling,2024-01-15,", "A,dwg,counseling,2024-02-15,"]
    apart = derived(listed, *lines, policy=Policy(common_exit="off"))
    assert [programs for _, programs, *_ in apart] == [["adult"], ["wagner_peyser"], ["dwg"]]
    shared = derived(listed, *lines, policy=Policy(common_exit_programs=("adult", "dwg")))
    assert [programs for _, programs, *_ in shared] == [["adult", "dwg"], ["wagner_peyser"]]


def test_a_file_of_another_hand_is_read(listed: Path) -> None:
    """Columns in any order and more of them, a byte order mark, Windows line ends, spaces, compact days, blank lines, zeros in front."""
    header = "\ufeffdate,end,person,note,type,program"
    lines = ['20240301 ,, 007,"a, b",counseling, adult\r', "\r", "2024-03-01,,7,,counseling,adult\r", ""]
    assert [person for person, *_ in derived(listed, *lines, header=f"{header}\r")] == ["007", "7"]


def test_the_same_twice_is_once(listed: Path) -> None:
    assert len(derived(listed, *["A,adult,counseling,2024-01-15,"] * 3)) == 1


def test_nothing_follows_from_nothing(listed: Path) -> None:
    assert derived(listed) == []
    assert derived(listed, "A,,self_service,2024-01-15,", "A,adult,planned_gap,2024-01-15,2024-06-01") == []


def test_every_mistake_is_named_with_its_line_and_field(listed: Path) -> None:
    lines = [
        ",adult,counseling,2024-01-10,2023-01-01",
        "A,adlt,counselling,2024-13-15,",
        "A,adult,counseling",
        "A,,planned_gap,1024-05-01,",
        "",
        "A,,supportive,,soon",
        "A,adult,,2024-02-30,",
        "A,adult,counseling,2024-01-10,",
    ]
    assert refused(listed, *lines) == [
        (2, "end", "ends_before_it_begins"),
        (2, "person", "person_missing"),
        (3, "date", "not_a_date"),
        (3, "program", "unknown_program"),
        (3, "type", "unknown_type"),
        (4, "line", "cells"),
        (5, "date", "too_long_ago"),
        (5, "end", "gap_without_end"),
        (5, "program", "program_missing"),
        (7, "date", "date_missing"),
        (7, "end", "end_is_no_date"),
        (8, "date", "not_a_date"),
        (8, "type", "type_missing"),
    ]


def test_mistakes_repeat_no_cell_and_tell_the_lists_once(listed: Path) -> None:
    refused(listed, *["078-05-1120,adlt,Smith,Jones,"] * 3)
    with pytest.raises(NotEvents) as caught:
        events.read(listed)
    told = caught.value.detail + " ".join(violation.detail for violation in caught.value.violations)
    assert not [cell for cell in ("078", "adlt", "Smith", "Jones") if cell in told]
    assert (told.count("The types are"), told.count("The programs are")) == (1, 1)
    assert told.startswith("9 things are wrong with the file.")


def test_very_many_mistakes_are_counted(listed: Path) -> None:
    listed.write_text(
        "\n".join([HEADER, *["A,adult,counseling,yesterday,"] * 30_000, "A,adult", *["A,adult,counseling,tomorrow,"] * 30_000])
    )
    with pytest.raises(NotEvents, match=r"60,001 things are wrong with the file. The first 100:") as caught:
        events.read(listed)
    assert [violation.line for violation in caught.value.violations] == list(range(2, 102))


def test_lines_are_counted_across_those_that_are_short(listed: Path) -> None:
    """A line with too few cells is no row, and moves no other one's number."""
    good = ["A,adult,counseling,2024-01-10,"] * 40_000  # more than are read at once
    assert refused(listed, "A", *good, "A,adult", *good, "A,adult,esl,x,") == [
        (2, "line", "cells"),
        (40_003, "line", "cells"),
        (80_004, "date", "not_a_date"),
    ]


def test_a_header_that_lacks_columns_is_refused(listed: Path) -> None:
    listed.write_text("person,program,date\nA,adult,2024-01-01\n")
    with pytest.raises(NotEvents, match=r"The header lacks type, end\. The columns are person, program, type, date, end"):
        events.read(listed)
