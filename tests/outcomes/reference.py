"""The indicators, slowly and obviously: plain Python over one row after the other, with the cohorts of one report as literals."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Any

Row = dict[str, Any]
WORK = (1, 2, 3)


@dataclass(frozen=True)
class Report:
    """What one report looks at: its windows, first and last day each; the day on which it is asked for; the state's grace."""

    asked: date
    served: tuple[date, date]
    exited: tuple[date, date]
    q2: tuple[date, date]
    q4: tuple[date, date]
    grace: int = 90


QUARTER = Report(  # quarter@2026-09-30
    asked=date(2026, 10, 31),
    served=(date(2026, 7, 1), date(2026, 9, 30)),
    exited=(date(2026, 4, 1), date(2026, 6, 30)),
    q2=(date(2025, 7, 1), date(2025, 9, 30)),
    q4=(date(2025, 1, 1), date(2025, 3, 31)),
)
YEAR = Report(  # program_year@2026-06-30
    asked=date(2026, 10, 31),
    served=(date(2025, 7, 1), date(2026, 6, 30)),
    exited=(date(2025, 4, 1), date(2026, 3, 31)),
    q2=(date(2024, 7, 1), date(2025, 6, 30)),
    q4=(date(2024, 1, 1), date(2024, 12, 31)),
)
ROLLING = Report(  # rolling_4@2026-09-30
    asked=date(2026, 10, 31),
    served=(date(2025, 10, 1), date(2026, 9, 30)),
    exited=(date(2025, 7, 1), date(2026, 6, 30)),
    q2=(date(2024, 10, 1), date(2025, 9, 30)),
    q4=(date(2024, 4, 1), date(2025, 3, 31)),
)


@dataclass(frozen=True)
class Counted:
    """Who is in the numerator and who is counted at all; of a median the amounts, of a placement those of unknown occupation."""

    numerator: int
    denominator: int
    median: float | None = None
    unknown: int = 0


def exit_of(row: Row, report: Report) -> date | None:
    """The exit that is known on the day: that of a period that is no longer open then."""
    if row["open_until"] is None or row["last"] is None or not row["open_until"] < report.asked:
        return None
    return date.fromisoformat(str(row["last"]))


def within(day: date | None, window: tuple[date, date]) -> bool:
    return day is not None and window[0] <= day <= window[1]


def dislocated(row: Row) -> bool:
    """Reading dw_909: additional assistance by rapid response is a dislocated worker's."""
    return row["904"] in (1, 2, 3) or row["909"] == 1


def excused(row: Row) -> bool:
    """Attachment II of TEGL 10-16 Change 3, of a period."""
    if row["923"] in (1, 2, 3, 4, 7):
        return True
    others = row["903"] in (1, 2, 3) or dislocated(row) or row["918"] == 1 or row["932"] == 1
    return row["923"] == 5 and row["905"] in (1, 2, 3) and not others


def served(row: Row, report: Report) -> bool:
    first, last = report.served
    left = exit_of(row, report)
    return row["entry"] <= last and (left is None or left >= first)


def active(row: Row, report: Report) -> bool:
    first, last = report.served
    return row["started_on"] <= last and (row["ended_on"] is None or row["ended_on"] >= first)


def due(row: Row, report: Report) -> bool:
    """Whether the planned end and the grace after it fall into the window."""
    return within(row["planned_end"] + timedelta(days=report.grace), report.served)


def completed(row: Row, report: Report) -> bool:
    return row["completed"] == 1 and row["ended_on"] is not None and row["ended_on"] <= report.served[1]


def trained(row: Row) -> bool:
    """DOL's formula of the credential denominator."""
    types = {row["1303"], row["1310"], row["1315"]} & {2, 3, 4, 6, 7, 8, 9, 10}
    return bool(types) or row["1332"] == 1 or (row["408"] == 0 and row["1401"] == 1)


def credentials(row: Row, first: date, last: date) -> set[int]:
    """The types of the credentials dated from `first` to 365 days after `last`."""
    pairs = [(row["1800"], row["1801"]), (row["1802"], row["1803"]), (row["1804"], row["1805"])]
    return {kind for kind, day in pairs if kind is not None and within(day, (first, last + timedelta(days=365)))}


def attained(row: Row, left: date) -> bool:
    types = credentials(row, row["entry"], left)
    if types & {2, 3, 4, 5, 6, 7}:
        return True
    worked = any(row[element] in WORK for element in ("1600", "1602", "1604", "1606"))
    studied = row["1406"] is not None and left < row["1406"] <= left + timedelta(days=365)
    return 1 in types and (worked or studied)


def earned(row: Row) -> bool:
    """Employed in the second quarter with earnings that are known."""
    unavailable = row["1602"] == 9 or row["1603"] in (5, 9) or row["1704"] == 99_999_999
    return row["1602"] in WORK and row["1704"] is not None and 0 < row["1704"] < 99_999_999 and not unavailable


def counted(rows: Iterable[Row], who: Callable[[Row], bool], success: Callable[[Row], bool] = lambda _: True) -> Counted:
    chosen = [row for row in rows if who(row)]
    return Counted(sum(map(success, chosen)), len(chosen))


def earnings(rows: Iterable[Row], who: Callable[[Row], bool]) -> Counted:
    amounts = [row["1704"] for row in rows if who(row) and earned(row)]
    return Counted(len(amounts), len(amounts), median(amounts) if amounts else None)


def placements(rows: Iterable[Row], who: Callable[[Row], bool]) -> Counted:
    employed = [row for row in rows if who(row) and row["1602"] in WORK]
    judged = [row for row in employed if row["1612"] is not None and row["in_demand"] is not None]
    return Counted(sum(row["in_demand"] == 1 for row in judged), len(judged), unknown=sum(row["1612"] is None for row in employed))


def participants(rows: list[Row], report: Report) -> dict[str, Counted]:
    """Every indicator that counts periods of participation."""

    def left_in(window: tuple[date, date]) -> Callable[[Row], bool]:
        return lambda row: within(exit_of(row, report), window)

    def cohort(window: tuple[date, date]) -> Callable[[Row], bool]:
        return lambda row: left_in(window)(row) and not excused(row)

    def in_training(row: Row) -> bool:
        title_one = any(row[p] in (1, 2, 3) for p in ("903", "905")) or dislocated(row) or row["932"] == 1
        return cohort(report.q4)(row) and title_one and trained(row)

    return {
        "participants_served": counted(rows, lambda row: served(row, report)),
        "participants_exited": counted(rows, left_in(report.exited)),
        "credential_rate": counted(rows, in_training, lambda row: attained(row, row["last"])),
        "employment_rate_q2": counted(rows, lambda r: cohort(report.q2)(r) and r["1602"] != 9, lambda r: r["1602"] in WORK),
        "employment_rate_q4": counted(rows, lambda r: cohort(report.q4)(r) and r["1606"] != 9, lambda r: r["1606"] in WORK),
        "median_earnings_q2": earnings(rows, cohort(report.q2)),
        "in_demand_placement": placements(rows, cohort(report.q2)),
    }


def taking_part(row: Row, report: Report, name: str) -> bool:
    """Served in a period of participation while enrolled, or in one that is open on the day."""
    return row[name] == 1 or (row["open_until"] is not None and row["open_until"] >= report.asked)


def learners(rows: list[Row], report: Report, *, participating: bool) -> dict[str, Counted]:
    """Every indicator that counts enrollments: of everybody, or of participants alone."""

    def ended_in(window: tuple[date, date]) -> Callable[[Row], bool]:
        return lambda row: within(row["ended_on"], window)

    def cohort(window: tuple[date, date]) -> Callable[[Row], bool]:
        return lambda row: ended_in(window)(row) and row["923"] not in (1, 2, 3, 4)

    def matched(window: tuple[date, date]) -> Callable[[Row], bool]:
        return lambda row: cohort(window)(row) and taking_part(row, report, "matched")

    def awarded(row: Row) -> bool:
        return bool(credentials(row, row["started_on"], row["ended_on"]) & {2, 3, 4, 5, 6, 7})

    mine = [row for row in rows if taking_part(row, report, "participating")] if participating else rows
    about_enrollments = {
        "enrolled": counted(mine, lambda row: within(row["started_on"], report.served)),
        "completion_rate": counted(mine, lambda row: due(row, report), lambda row: completed(row, report)),
    }
    if participating:
        return about_enrollments
    return about_enrollments | {
        "participants_served": counted(rows, lambda row: active(row, report)),
        "participants_exited": counted(rows, ended_in(report.exited)),
        "credential_rate": counted(rows, lambda r: cohort(report.q4)(r) and r["awards"] == 1, awarded),
        "employment_rate_q2": counted(rows, lambda r: matched(report.q2)(r) and r["1602"] != 9, lambda r: r["1602"] in WORK),
        "employment_rate_q4": counted(rows, lambda r: matched(report.q4)(r) and r["1606"] != 9, lambda r: r["1606"] in WORK),
        "median_earnings_q2": earnings(rows, matched(report.q2)),
        "in_demand_placement": placements(rows, matched(report.q2)),
    }
