"""`workforce outcomes table`: what it prints, what it writes, and what it refuses."""

import json
from pathlib import Path

import pytest

from app.outcomes.disclosure import NOTICE
from tests.cli.test_tenants import Done, Run, run
from tests.conftest import TestDatabase
from tests.outcomes.conftest import settled

__all__ = ["run", "settled"]  # the fixtures
PERIOD = ("--period", "quarter@2026-09-30")


@pytest.fixture
def table(run: Run, settled: TestDatabase, tmp_path: Path) -> Run:
    """`workforce outcomes table …` over the people of tests/outcomes/world.py, on 2026-10-31."""

    def command(*arguments: str) -> Done:
        surroundings = {"WORKFORCE_TODAY": "2026-10-31", "WORKFORCE_DATA_FOLDER": str(tmp_path / "data")}
        return run("outcomes", "table", "--state", "us-ny", *arguments, **surroundings)

    return command


def test_it_prints_a_grid_a_population(table: Run) -> None:
    done = table(*PERIOD)
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == "New York, PY 2026 Q1, as known on 2026-10-31"
    assert [line.strip() for line in lines if line.strip() in ("All learners", "WIOA participants")] == [
        "All learners",
        "WIOA participants",
    ]
    western = [[cell.strip() for cell in line.strip("│").split("│")] for line in lines if "Western New York" in line]
    assert western[1] == [
        "Western New York", "0", "0", "0", "not applicable", "not applicable", "100.0 %", "not applicable", "$9,000", "100.0 %", "1 of 1",
    ]  # fmt: skip
    assert "2025 Q3" in done.out  # the cohort stands under the column's title
    assert lines[-1] == NOTICE


def test_it_writes_every_file(table: Run, tmp_path: Path) -> None:
    done = table(*PERIOD, "--out", str(tmp_path / "exports"))
    assert done.code == 0
    names = {path.name for path in (tmp_path / "exports").iterdir()}
    assert names == {f"ny-outcomes.{form}" for form in ("csv", "parquet", "xlsx", "geojson", "gpkg", "svg", "png")}
    assert len(done.err.splitlines()) == 7
    assert NOTICE in (tmp_path / "exports/ny-outcomes.svg").read_text()


def test_json_has_a_line_a_figure(table: Run) -> None:
    rows = [json.loads(line) for line in table(*PERIOD, "--json").out.splitlines()]
    assert len(rows) == 5 * 9 * 2
    assert {row["disclosure"] for row in rows} == {"internal"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(("--period", "2026"), "kind@report-date"), ((*PERIOD, "--system", "parish"), "There are: labor_market_region")],
)
def test_what_it_refuses(table: Run, arguments: tuple[str, ...], said: str) -> None:
    done = table(*arguments)
    assert done.code == 1
    assert said in done.err
