"""`workforce participation derive`: what it prints, and how it refuses."""

import json
from pathlib import Path

import pytest

from tests.cli.test_tenants import Done, Run, run

__all__ = ["run"]  # the fixture
EVENTS = """person,program,type,date,end
P2,adult,training,2024-01-10,
P1,adult,counseling,2024-01-15,
P1,wagner_peyser,staff_job_search,2024-03-01,
P1,dwg,counseling,2024-02-01,
P1,dwg,planned_gap,2024-02-01,2024-06-01
P3,adult,counseling,2024-07-01,
"""


@pytest.fixture
def derive(run: Run, tmp_path: Path) -> Run:
    """`workforce participation derive EVENTS.csv …`, where no database is."""
    (tmp_path / "events.csv").write_text(EVENTS)

    def command(*arguments: str) -> Done:
        return run(
            "participation", "derive", str(tmp_path / "events.csv"), *arguments, WORKFORCE_DATABASE_URL="postgresql://nobody@nowhere/x"
        )

    return command


def test_it_prints_an_object_a_line(derive: Run) -> None:
    done = derive("--as-of", "2024-06-15")
    assert done.code == 0
    assert done.out.splitlines()[0] == (
        '{"person":"P1","programs":["adult","wagner_peyser"],"entry":"2024-01-15","exit":"2024-03-01","last_service":"2024-03-01"}'
    )
    assert [tuple(json.loads(line).values()) for line in done.out.splitlines()[1:]] == [
        ("P1", ["dwg"], "2024-02-01", "2024-02-01", "2024-02-01"),
        ("P2", ["adult"], "2024-01-10", None, None),
    ]
    assert done.err == "Dated after 2024-06-15 and not known then: 1 events.\n"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--no-common-exit",), [("adult", "2024-01-15"), ("dwg", "2024-02-01"), ("wagner_peyser", "2024-03-01"), ("adult", None)]),
        (("--common-exit-programs", "adult,dwg"), [("adult dwg", "2024-02-01"), ("wagner_peyser", "2024-03-01"), ("adult", None)]),
        (("--gap-grace", "13"), [("adult wagner_peyser", "2024-03-01"), ("dwg", "2024-02-01"), ("adult", None)]),
        (("--gap-grace", "14"), [("adult wagner_peyser", "2024-03-01"), ("dwg", None), ("adult", None)]),
    ],
)
def test_readings_are_options(derive: Run, options: tuple[str, ...], expected: list[tuple[str, str | None]]) -> None:
    rows = [json.loads(line) for line in derive("--as-of", "2024-06-15", *options).out.splitlines()]
    assert [(" ".join(row["programs"]), row["exit"]) for row in rows] == expected


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "--as-of"),
        (("--as-of", "2024-06-31"), "--as-of"),
        (("--as-of", "2024-06-15", "--gap-grace", "366"), "--gap-grace"),
        (("--as-of", "2024-06-15", "--common-exit-programs", "adult,h1b"), "exit together"),
        (("--as-of", "2024-06-15", "--common-exit-programs", ","), "exit together"),
        (("--as-of", "2024-06-15", "--common-exit-programs", "adult", "--no-common-exit"), "--no-common-exit"),
    ],
)
def test_a_wrong_use_is_refused(derive: Run, options: tuple[str, ...], said: str) -> None:
    done = derive(*options)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_a_wrong_file_is_refused_whole(derive: Run, tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text(EVENTS + "P4,adult,counselling,2024-07-01,2024-06-30\n")
    done = derive("--as-of", "2024-06-15")
    assert (done.code, done.out) == (1, "")
    assert done.err.splitlines()[0].startswith("2 things are wrong with the file. The types are ")
    assert done.err.splitlines()[1:] == ["  line 8, end: The end lies before the date.", "  line 8, type: There is no such type."]
