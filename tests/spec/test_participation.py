"""Participation and exit, by worked examples: 20 CFR 677.150(c), TEGL 10-16 Change 3 (here: TEGL) and the readings where they leave room.

Services: a day, `from ~ to`, or `from ~` for one that still runs; in brackets the program, if it is not Adult. Planned services:
`documented on > planned for`. Periods: `entry ~ exit` as known on the day of the question.
"""

import re
from dataclasses import dataclass
from datetime import date

import polars as pl
import pytest

from app.enrollments.periods import PLANNED, SERVICES, exits, periods
from app.states.policy import Policy

EXAMPLES = """
45 days after the last service no exit is known
  677.150(c)    | 2024-01-15, 2024-03-01                               |                         | 2024-04-15 | 2024-01-15 ~
106 days after it, the exit is dated back to it
  677.150(c)    | 2024-01-15, 2024-03-01                               |                         | 2024-06-15 | 2024-01-15 ~ 2024-03-01
the 90th day is still open
  day90         | 2024-03-01                                           |                         | 2024-05-30 | 2024-03-01 ~
on the 91st the exit is known
  day90         | 2024-03-01                                           |                         | 2024-05-31 | 2024-03-01 ~ 2024-03-01
back on the 89th day
  day90         | 2024-03-01, 2024-05-29                               |                         | 2024-12-31 | 2024-03-01 ~ 2024-05-29
back on the 90th day: the same period
  day90         | 2024-03-01, 2024-05-30                               |                         | 2024-12-31 | 2024-03-01 ~ 2024-05-30
back on the 91st day: another one
  day90         | 2024-03-01, 2024-05-31                               |                         | 2024-12-31 | 2024-03-01 ~ 2024-03-01, 2024-05-31 ~ 2024-05-31
one period across two program years
  TEGL Att. VI  | 2021-08-10 ~ 2022-09-15                              |                         | 2023-06-30 | 2021-08-10 ~ 2022-09-15
two exits in one program year
  TEGL Att. VI  | 2021-09-07 ~ 2021-11-12, 2022-03-14 ~ 2022-05-20     |                         | 2023-06-30 | 2021-09-07 ~ 2021-11-12, 2022-03-14 ~ 2022-05-20
what overlaps is one period
  public-use    | 2023-01-09 ~ 2023-06-01, 2023-05-02 ~ 2023-08-04     |                         | 2024-06-30 | 2023-01-09 ~ 2023-08-04
a short service does not hide the long one before it
  677.150(c)    | 2023-01-09 ~ 2023-12-01, 2023-02-01, 2024-02-01      |                         | 2024-12-31 | 2023-01-09 ~ 2024-02-01
training that runs is still being served
  settled       | 2023-01-09 ~                                         |                         | 2026-10-31 | 2023-01-09 ~
a documented wait for a semester holds the period open
  TEGL          | 2024-05-10                                           | 2024-05-10 > 2024-09-01 | 2024-09-01 | 2024-05-10 ~
the planned service that comes continues it
  TEGL          | 2024-05-10, 2024-09-01                               | 2024-05-10 > 2024-09-01 | 2025-06-30 | 2024-05-10 ~ 2024-09-01
one that does not come: exit at once, dated back
  gap_grace=0   | 2024-05-10                                           | 2024-05-10 > 2024-09-01 | 2024-09-02 | 2024-05-10 ~ 2024-05-10
or after the grace that the state gives
  gap_grace=90  | 2024-05-10                                           | 2024-05-10 > 2024-09-01 | 2024-11-30 | 2024-05-10 ~
and when that is over
  gap_grace=90  | 2024-05-10                                           | 2024-05-10 > 2024-09-01 | 2024-12-01 | 2024-05-10 ~ 2024-05-10
planned too late: the period had closed
  settled       | 2024-05-10, 2024-09-01                               | 2024-08-09 > 2024-09-01 | 2025-06-30 | 2024-05-10 ~ 2024-05-10, 2024-09-01 ~ 2024-09-01
planned on the last open day
  settled       | 2024-05-10, 2024-09-01                               | 2024-08-08 > 2024-09-01 | 2025-06-30 | 2024-05-10 ~ 2024-09-01
planned before a service: counts from that service on
  settled       | 2024-05-10                                           | 2024-04-01 > 2025-01-15 | 2024-12-31 | 2024-05-10 ~
a plan alone begins nothing
  settled       |                                                      | 2024-04-01 > 2025-01-15 | 2024-12-31 |
common exit: another program's service continues the period
  677.150(c)(3) | 2024-01-15, 2024-03-20 (wagner_peyser), 2024-06-01   |                         | 2025-06-30 | 2024-01-15 ~ 2024-06-01
without it, programs exit apart
  common_exit=off | 2024-01-15, 2024-03-20 (wagner_peyser), 2024-04-01 |                         | 2025-06-30 | 2024-01-15 ~ 2024-04-01, 2024-03-20 ~ 2024-03-20
a program outside the common exit has its own periods
  677.150(c)(3) | 2024-01-15, 2024-03-20 (dwg)                         |                         | 2025-06-30 | 2024-01-15 ~ 2024-01-15, 2024-03-20 ~ 2024-03-20
"""  # noqa: E501 - a table

POLICIES = {"gap_grace=90": Policy(gap_grace=90), "common_exit=off": Policy(common_exit="off")}


@dataclass(frozen=True)
class Example:
    """What was recorded of one person, and the periods that are known on a day."""

    name: str
    policy: Policy
    services: list[tuple[int, str, bool, date, date | None]]
    planned: list[tuple[int, str, date, date]]
    asked: date
    periods: list[tuple[str, str | None]]


def parsed(name: str, row: str) -> Example:
    source, services, planned, asked, found = (cell.strip() for cell in row.split("|"))
    given = []
    for text in filter(None, services.split(", ")):
        match = re.fullmatch(r"(?P<date>\S+)(?P<runs> ~)?(?: (?P<end>\d\S+))?(?: \((?P<program>\w+)\))?", text)
        assert match, text
        end = match["end"] or (None if match["runs"] else match["date"])
        given.append((1, match["program"] or "adult", True, date.fromisoformat(match["date"]), date.fromisoformat(end) if end else None))
    plans = [(1, "adult", date.fromisoformat(text[:10]), date.fromisoformat(text[-10:])) for text in filter(None, planned.split(", "))]
    expected = [(entry.strip(), left.strip() or None) for entry, left in (text.split("~") for text in filter(None, found.split(", ")))]
    return Example(name, POLICIES.get(source, Policy()), given, plans, date.fromisoformat(asked), expected)


LINES = EXAMPLES.strip().splitlines()


@pytest.mark.parametrize("example", list(map(parsed, LINES[::2], LINES[1::2])), ids=lambda example: example.name)
def test_example(example: Example) -> None:
    services, planned = pl.LazyFrame(example.services, SERVICES, orient="row"), pl.LazyFrame(example.planned, PLANNED, orient="row")
    known = periods(services, planned, example.policy).with_columns(exits(pl, example.asked)).collect()
    assert [(str(entry), left and str(left)) for entry, left in known.select("entry", "exit").rows()] == example.periods
