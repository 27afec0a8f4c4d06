"""The federal indicators, by the worked examples of federal_examples.py: out of a file, and by the plain reference."""

from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from app.core.periods import Period, last_day, number
from app.outcomes.cohorts import EXITED, SERVED, cohort
from app.outcomes.compute import ALL, compute, written
from app.outcomes.flat import read
from app.outcomes.indicators import Measure
from app.outcomes.individuals import places
from app.outcomes.rules import Asked
from app.outcomes.transcripts import Semester, gained
from app.outcomes.wording import in_words
from app.states.policy import Policy
from tests.spec import federal_reference as plain
from tests.spec.federal_examples import EARNINGS, EXAMPLES, FIRST_REPORTS, ROUNDED, SEMESTERS, WINDOWS, Example


def asked(report: str, reading: list[str]) -> Asked:
    return Asked(Period.parse(report), date.fromisoformat(report.split("@")[1]), Policy().reading(reading))


def file(folder: Path, records: list[dict[str, str]]) -> Path:
    """The records as a file."""
    columns = list(dict.fromkeys(element for record in records for element in record))
    lines = [",".join(columns), *(",".join(record.get(element, "") for element in columns) for record in records)]
    path = folder / "file.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


@cache
def found(report: str, reading: tuple[str, ...]) -> dict[tuple[Example, str, str], str]:
    """Where every example of a report is counted by each indicator of each program: one file, and one pass over it."""
    these = [example for example in EXAMPLES if (example.report, tuple(example.reading)) == (report, reading)]
    with TemporaryDirectory() as folder:
        rows = read(file(Path(folder), [example.record for example in these])).rows
    [told] = places(rows, asked(report, list(reading)))
    each = told.iter_rows(named=True)
    return {(these[row["line"] - 2], row["program"], row["indicator"]): row["reason"] or row["place"] for row in each}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: f"{e.name}: {e.program} {e.holds}")
def test_example(example: Example) -> None:
    assert found(example.report, tuple(example.reading))[example, example.program, example.indicator] == example.place


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: f"{e.name}: {e.program} {e.holds}")
def test_the_plain_reference_finds_it_too(example: Example) -> None:
    kind, day = example.report.split("@")
    choice = plain.Choice(**dict(one.split("=") for one in example.reading))
    found = plain.figures([example.record], kind, date.fromisoformat(day), choice, None)[example.program, example.indicator, ALL]
    assert (found.numerator, found.denominator) == {"numerator": (1, 1), "denominator": (0, 1)}.get(example.place, (0, 0))


@pytest.mark.parametrize(("name", "records", "median"), EARNINGS)
def test_median_earnings(name: str, records: tuple[str, ...], median: str | None, tmp_path: Path) -> None:
    told = [dict(zip(("1602", "1704"), cells.split(), strict=True)) for cells in records]
    rows = read(file(tmp_path, [{"900": "20240110", "901": "20240520", "903": "1", **cells} for cells in told])).rows
    found = written(compute(rows, asked("quarter@2025-06-30", []), []), "quarter@2025-06-30")
    [cell] = [cell for cell in found if (cell["program"], cell["indicator"]) == ("adult", "median_earnings_q2")]
    assert cell["value"] == median
    assert cell["numerator"] == cell["denominator"]


@pytest.mark.parametrize(("numerator", "denominator", "shown"), ROUNDED)
def test_rates_are_rounded_half_up_where_they_are_shown(numerator: int, denominator: int, shown: str) -> None:
    assert in_words(Measure.RATE, Fraction(numerator, denominator)) == shown


@pytest.mark.parametrize(("name", "semesters", "gain"), SEMESTERS)
def test_transcripts(name: str, semesters: tuple[tuple[str, int], ...], gain: str) -> None:
    told = [Semester(date.fromisoformat(completed), hours) for completed, hours in semesters]
    assert (gained(told, standards_met=True) is not None) == (gain == "yes")
    assert gained(told, standards_met=False) is None


@pytest.mark.parametrize(("report", "served", "exited", "second", "fourth"), WINDOWS)
def test_windows(report: str, served: str, exited: str, second: str, fourth: str) -> None:
    question = asked(report, [])
    for after, expected in ((SERVED, served), (EXITED, exited), (2, second), (4, fourth)):
        window = question.cohort(after).window
        assert f"{window.begins} ~ {window.ends}" == expected
    kind, day = report.split("@")
    told = plain.windows(kind, date.fromisoformat(day))
    assert [f"{a} ~ {b}" for a, b in (told.served, told.exited, told.second, told.fourth)] == [served, exited, second, fourth]


@pytest.mark.parametrize(("exits", "day", "second", "annual", "fourth"), FIRST_REPORTS)
def test_the_first_report_that_has_an_exit(exits: str, day: str, second: str, annual: str, fourth: str) -> None:
    left = number(date.fromisoformat(day))
    later = date(2030, 12, 31)

    def has(report: str, after: int) -> bool:
        window = cohort(Period.parse(report), after, asked=later).window
        return window.first <= left <= window.last

    for after, report in ((2, second), (4, fourth)):
        quarters = [str(last_day(left + n)) for n in range(12)]
        assert [quarter for quarter in quarters if has(f"quarter@{quarter}", after)] == [report]
        day_before = date.fromisoformat(report) - timedelta(days=1)
        assert not has(f"quarter@{day_before}", after)
    assert [year for year in range(2020, 2030) if has(f"program_year@{year + 1}-06-30", 2)] == [int(annual)]
