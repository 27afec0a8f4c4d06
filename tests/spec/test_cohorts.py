"""Cohorts by worked examples: RSA-TAC-17-01 page 23, RSA-TAC-17-04 pages 9 and 10 with Table 2, the annual report's windows."""

from datetime import date

import pytest

from app.core.periods import Period, first_day, last_day, number
from app.outcomes.cohorts import EXITED, SERVED, cohort

TODAY = date(2026, 10, 31)
LATER = date(2028, 12, 31)


def window(period: str, after: int, *, asked: date = LATER) -> tuple[str, str] | None:
    found = cohort(Period.parse(period), after, asked=asked).window
    return (str(found.begins), str(found.ends)) if found else None


@pytest.mark.parametrize(
    ("period", "after", "expected"),
    [
        ("quarter@2025-09-30", SERVED, ("2025-07-01", "2025-09-30")),
        ("quarter@2025-09-30", EXITED, ("2025-04-01", "2025-06-30")),
        ("quarter@2025-09-30", 1, ("2024-10-01", "2024-12-31")),
        ("quarter@2025-09-30", 2, ("2024-07-01", "2024-09-30")),
        ("quarter@2025-09-30", 3, ("2024-04-01", "2024-06-30")),
        ("quarter@2025-09-30", 4, ("2024-01-01", "2024-03-31")),
        ("rolling_4@2025-09-30", 2, ("2023-10-01", "2024-09-30")),
        ("rolling_4@2025-09-30", 4, ("2023-04-01", "2024-03-31")),
        # The annual report of PY 2024.
        ("program_year@2025-06-30", SERVED, ("2024-07-01", "2025-06-30")),
        ("program_year@2025-06-30", EXITED, ("2024-04-01", "2025-03-31")),
        ("program_year@2025-06-30", 2, ("2023-07-01", "2024-06-30")),
        ("program_year@2025-06-30", 4, ("2023-01-01", "2023-12-31")),
        # Before a program year's end its windows are cut at what can be in.
        ("program_year@2026-09-30", SERVED, ("2026-07-01", "2026-09-30")),
        ("program_year@2026-09-30", 2, ("2025-07-01", "2025-09-30")),
        ("program_year@2027-03-31", 2, ("2025-07-01", "2026-03-31")),
        # A report date inside a quarter: the last quarter that has ended counts.
        ("quarter@2025-11-15", 2, ("2024-07-01", "2024-09-30")),
    ],
)
def test_windows(period: str, after: int, expected: tuple[str, str]) -> None:
    assert window(period, after) == expected


@pytest.mark.parametrize(
    ("exit", "after", "report", "annual"),
    [
        ("2024-07-01", 2, "2025-09-30", 2025),  # exits July to September 2024: the guidance's own example
        ("2024-09-30", 2, "2025-09-30", 2025),
        ("2023-08-20", 2, "2024-09-30", 2024),
        ("2023-08-20", 4, "2025-03-31", 2024),
        ("2024-03-05", 2, "2025-03-31", 2024),
        ("2024-03-05", 4, "2025-09-30", 2025),
    ],
)  # fmt: skip
def test_the_first_report_that_has_an_exit(exit: str, after: int, report: str, annual: int) -> None:  # noqa: A002 - it is one
    """Deadlines by exit quarter: RSA-TAC-17-04, Table 2."""
    left = number(date.fromisoformat(exit))

    def has(period: str) -> bool:
        found = cohort(Period.parse(period), after, asked=LATER).window
        return found.first <= left <= found.last

    quarter = number(date.fromisoformat(report))
    assert has(f"quarter@{report}")
    assert not any(has(f"quarter@{last_day(quarter + n)}") for n in (-3, -2, -1, 1, 2, 3))
    years = [year for year in range(2020, 2028) if has(f"program_year@{year + 1}-06-30")]
    assert years == [annual]
    assert cohort(Period.parse(f"quarter@{report}"), after, asked=LATER).due == quarter


@pytest.mark.parametrize(
    ("exit", "n", "begins"),
    [("2024-01-01", 2, "2024-07-01"), ("2024-03-31", 2, "2024-07-01"), ("2024-02-10", 1, "2024-04-01"), ("2024-02-10", 4, "2025-01-01")],
)
def test_quarters_after_exit(exit: str, n: int, begins: str) -> None:  # noqa: A002 - it is one
    """An exit from 1 January to 31 March has its first quarter after from 1 April to 30 June, whatever the day."""
    assert str(first_day(number(date.fromisoformat(exit)) + n)) == begins


def test_nothing_of_the_future_is_due() -> None:
    """A report date that has not come: only what has ended when it is asked for can be in."""
    assert window("quarter@2026-12-31", SERVED, asked=TODAY) is None
    assert window("quarter@2026-12-31", 2, asked=TODAY) is None
    assert window("program_year@2027-06-30", 2, asked=TODAY) == ("2025-07-01", "2025-09-30")
    waiting = cohort(Period.parse("quarter@2026-12-31"), 2, asked=TODAY)
    assert (str(waiting.shown.begins), str(waiting.shown.ends)) == ("2025-10-01", "2025-12-31")
