"""Participation and exit by worked examples, as tables: they are tests (test_participation.py) and a page of docs/.

Sources: 20 CFR 677.150(c); TEGL 10-16 Change 3 (here: TEGL) with its attachments; the layout of the public-use file; and the readings, by
their names, where these leave room ("settled": docs/readings.md, settled besides).

Services: a day, `from ~ to`, or `from ~` for one that still runs; then its type, if it is neither counseling on one day nor training
that lasts; in brackets the program, if it is not Adult. Planned gaps: `documented on > planned for`. Periods: `entry ~ exit` as known on
the day of the question.
"""

import datetime
import re
from dataclasses import dataclass

from tests.spec.day_by_day import Readings

EXAMPLES = """
45 days after the last service no exit is known
  677.150(c)    | 2024-01-15, 2024-03-01                               |                         | 2024-04-15 | 2024-01-15 ~
106 days after it, the exit is dated back to it
  677.150(c)    | 2024-01-15, 2024-03-01                               |                         | 2024-06-15 | 2024-01-15 ~ 2024-03-01
self-service after the last service delays no exit
  677.150(c)    | 2024-03-01, 2024-05-10 self_service                  |                         | 2024-06-15 | 2024-03-01 ~ 2024-03-01
nor do supportive services, for youth neither
  TEGL note 13  | 2024-03-01 youth_element (youth), 2024-05-10 supportive (youth) |              | 2024-06-15 | 2024-03-01 ~ 2024-03-01
nor does follow-up
  677.150(c)    | 2024-03-01, 2024-05-10 follow_up                     |                         | 2024-06-15 | 2024-03-01 ~ 2024-03-01
searching alone and being told of the labor market makes no participant
  677.150(a)(3) | 2024-03-01 self_service, 2024-03-02 labor_market_information |                 | 2024-06-15 |
incumbent worker training alone makes a reportable individual
  TEGL Att. VIII | 2024-03-01 ~ 2024-05-01 incumbent_worker_training    |                        | 2024-06-15 |
the first service that staff gives makes a participant
  TEGL Att. VII | 2024-03-01 self_service, 2024-03-05 initial_assessment |                       | 2024-03-05 | 2024-03-05 ~
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
back on the day of the exit itself: nothing has ended
  day90         | 2024-03-01, 2024-03-01 staff_job_search              |                         | 2024-12-31 | 2024-03-01 ~ 2024-03-01
90 days across a leap day
  day90         | 2024-01-31, 2024-04-30                               |                         | 2024-12-31 | 2024-01-31 ~ 2024-04-30
and a common February
  day90         | 2023-01-31, 2023-05-01                               |                         | 2023-12-31 | 2023-01-31 ~ 2023-05-01
the last day of a quarter is that quarter's exit, on whatever day it is known
  677.150(c)    | 2024-03-31                                           |                         | 2024-06-30 | 2024-03-31 ~ 2024-03-31
a service that is recorded late joins what had been two periods
  677.150(c)    | 2024-01-01, 2024-06-01, 2024-03-20                   |                         | 2024-12-31 | 2024-01-01 ~ 2024-06-01
what is dated after the day of the question is not known on it
  677.150(c)    | 2024-01-01, 2024-06-01                               |                         | 2024-05-31 | 2024-01-01 ~ 2024-01-01
one period across two program years
  TEGL Att. VI  | 2021-08-10 ~ 2022-09-15                              |                         | 2023-06-30 | 2021-08-10 ~ 2022-09-15
two exits in one program year
  TEGL Att. VI  | 2021-09-07 ~ 2021-11-12, 2022-03-14 ~ 2022-05-20     |                         | 2023-06-30 | 2021-09-07 ~ 2021-11-12, 2022-03-14 ~ 2022-05-20
what overlaps is one period
  public-use    | 2023-01-09 ~ 2023-06-01, 2023-05-02 ~ 2023-08-04     |                         | 2024-06-30 | 2023-01-09 ~ 2023-08-04
a short service does not hide the long one before it
  677.150(c)    | 2023-01-09 ~ 2023-12-01, 2023-02-01, 2024-02-01      |                         | 2024-12-31 | 2023-01-09 ~ 2024-02-01
training whose end is still to come is being served until then
  677.150(c)    | 2024-01-09 ~ 2024-12-20                              |                         | 2024-06-30 | 2024-01-09 ~
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
a gap that is documented while an earlier one holds the period open, goes on from it
  settled       | 2024-05-10, 2024-12-20                               | 2024-08-08 > 2024-09-01, 2024-09-01 > 2024-12-20 | 2025-06-30 | 2024-05-10 ~ 2024-12-20
documented on the day after, it does not
  settled       | 2024-05-10, 2024-12-20                               | 2024-08-08 > 2024-09-01, 2024-09-02 > 2024-12-20 | 2025-06-30 | 2024-05-10 ~ 2024-05-10, 2024-12-20 ~ 2024-12-20
planned within 90 days: they hold it open longer than the gap
  677.150(c)    | 2024-05-10                                           | 2024-05-10 > 2024-06-01 | 2024-08-08 | 2024-05-10 ~
a gap is not known before the day on which it was documented
  settled       | 2024-05-10                                           | 2024-08-09 > 2024-09-01 | 2024-08-08 | 2024-05-10 ~
planned before a service: counts from that service on
  settled       | 2024-05-10                                           | 2024-04-01 > 2025-01-15 | 2024-12-31 | 2024-05-10 ~
a plan alone begins nothing
  settled       |                                                      | 2024-04-01 > 2025-01-15 | 2024-12-31 |
common exit: another program's service continues the period
  677.150(c)(3) | 2024-01-15, 2024-03-20 (wagner_peyser), 2024-06-01   |                         | 2025-06-30 | 2024-01-15 ~ 2024-06-01
without it, programs exit apart
  common_exit=off | 2024-01-15, 2024-03-20 (wagner_peyser), 2024-04-01 |                         | 2025-06-30 | 2024-01-15 ~ 2024-04-01, 2024-03-20 ~ 2024-03-20
a gap in another program holds the common period open
  677.150(c)(3) | 2024-01-15                                           | 2024-01-15 > 2024-09-01 (youth) | 2024-06-30 | 2024-01-15 ~
without common exit it holds its own program's
  common_exit=off | 2024-01-15                                         | 2024-01-15 > 2024-09-01 (youth) | 2024-06-30 | 2024-01-15 ~ 2024-01-15
a state may name the programs that share
  shared=adult,dwg | 2024-01-15, 2024-03-20 (dwg), 2024-05-01 (wagner_peyser) |                  | 2024-12-31 | 2024-01-15 ~ 2024-03-20, 2024-05-01 ~ 2024-05-01
a program outside the common exit has its own periods
  677.150(c)(3) | 2024-01-15, 2024-03-20 (dwg)                         |                         | 2025-06-30 | 2024-01-15 ~ 2024-01-15, 2024-03-20 ~ 2024-03-20
"""  # noqa: E501 - a table

READINGS = {
    "gap_grace=90": Readings(gap_grace=90),
    "common_exit=off": Readings(together=()),
    "shared=adult,dwg": Readings(together=("adult", "dwg")),
}
"""What a state chose, by what stands in the column of the rule."""


@dataclass(frozen=True)
class Told:
    """A service or a planned gap of an example."""

    type: str
    program: str
    date: datetime.date
    end: datetime.date | None


@dataclass(frozen=True)
class Example:
    """What was recorded of one person, and the periods that are known on a day: entry and exit."""

    name: str
    cells: tuple[str, ...]
    events: tuple[Told, ...]
    asked: datetime.date
    periods: tuple[tuple[str, str | None], ...]

    @property
    def rule(self) -> str:
        return self.cells[0]


def parsed(name: str, row: str) -> Example:
    cells = tuple(cell.strip() for cell in row.split("|"))
    _, services, planned, asked, found = cells
    events = [*map(_service, _several(services)), *map(_gap, _several(planned))]
    periods = [(entry.strip(), left.strip() or None) for entry, left in (text.split("~") for text in _several(found))]
    return Example(name, cells, tuple(events), datetime.date.fromisoformat(asked), tuple(periods))


def _several(cell: str) -> list[str]:
    return [text for text in cell.split(", ") if text]


def _service(text: str) -> Told:
    match = re.fullmatch(r"(?P<date>\S+)(?P<lasts> ~)?(?: (?P<end>\d\S+))?(?: (?P<type>[a-z_]+))?(?: \((?P<program>\w+)\))?", text)
    assert match, text
    end = datetime.date.fromisoformat(match["end"]) if match["end"] else None
    usual = "training" if match["lasts"] else "counseling"
    return Told(match["type"] or usual, match["program"] or "adult", datetime.date.fromisoformat(match["date"]), end)


def _gap(text: str) -> Told:
    match = re.fullmatch(r"(?P<date>\S+) > (?P<end>\S+)(?: \((?P<program>\w+)\))?", text)
    assert match, text
    date, end = map(datetime.date.fromisoformat, (match["date"], match["end"]))
    return Told("planned_gap", match["program"] or "adult", date, end)


_LINES = EXAMPLES.strip().splitlines()
PERIODS = tuple(map(parsed, _LINES[::2], _LINES[1::2]))

# What each service of the worked cases does, for an Adult or a Dislocated Worker unless it says Youth: its key in the catalogue, the type
# under which a bare list of services holds it, whether it makes a participant ("-": given to those alone who are one), whether it extends.
SERVICES = """
job search, self-directed            | job_search_self_directed           | self_service              | no  | no
job search, staff-assisted           | job_search_staff_assisted          | staff_job_search          | yes | yes
labor market information             | labor_market_information           | labor_market_information  | no  | no
initial assessment                   | initial_assessment                 | initial_assessment        | yes | yes
an individualized service            | counseling_and_career_planning     | counseling                | yes | yes
incumbent worker training            | incumbent_worker_training          | incumbent_worker_training | no  | no
supportive services                  | supportive_services                | supportive                | -   | no
eligibility determination            | eligibility_determination          | eligibility_determination | no  | no
referral to supportive services      | referral_to_supportive_services    | referral                  | yes | yes
information on supportive services   | information_on_supportive_services | provider_information      | no  | no
assistance with an unemployment claim | ui_claim_assistance               | ui_claim_assistance       | yes | yes
rapid response                       | rapid_response                     | rapid_response            | -   | no
follow-up services                   | follow_up_services                 | follow_up                 | -   | no
occupational skills training         | occupational_skills_training       | training                  | yes | yes
an element of Youth                  | tutoring                           | youth_element             | yes | yes
follow-up services for youth         | youth_follow_up_services           | follow_up                 | no  | no
"""
TRIGGERS = tuple(tuple(cell.strip() for cell in line.split("|")) for line in SERVICES.strip().splitlines())

# Each exit with the first, second and fourth quarter after it: TEGL, page 23. Only the quarter of the exit matters, not the day in it.
QUARTERS = (
    ("2024-02-10", "2024-04-01 ~ 2024-06-30", "2024-07-01 ~ 2024-09-30", "2025-01-01 ~ 2025-03-31"),
    ("2024-01-01", "2024-04-01 ~ 2024-06-30", "2024-07-01 ~ 2024-09-30", "2025-01-01 ~ 2025-03-31"),
    ("2024-03-31", "2024-04-01 ~ 2024-06-30", "2024-07-01 ~ 2024-09-30", "2025-01-01 ~ 2025-03-31"),
    ("2024-02-29", "2024-04-01 ~ 2024-06-30", "2024-07-01 ~ 2024-09-30", "2025-01-01 ~ 2025-03-31"),
    ("2023-10-01", "2024-01-01 ~ 2024-03-31", "2024-04-01 ~ 2024-06-30", "2024-10-01 ~ 2024-12-31"),
    ("2023-12-31", "2024-01-01 ~ 2024-03-31", "2024-04-01 ~ 2024-06-30", "2024-10-01 ~ 2024-12-31"),
)

# In which program year each exit lies, of the periods that TEGL, Attachment VI, tells of.
PROGRAM_YEARS = (("one period across two program years", (2022,)), ("two exits in one program year", (2021, 2021)))

# Youth (TEGL 10-16 Change 3, Attachment VII Table B): in 2026, the days on which eligibility, objective assessment and service strategy are
# settled, the first and the last day of an element of the program, and the day from which it counts; None: never, still running, not.
YOUTH = {
    "all on the day of the element": ("03-01", "03-01", "03-01", "03-01", "03-01", "03-01"),
    "before it": ("01-10", "02-01", "02-20", "03-01", "03-01", "03-01"),
    "the strategy a day late": ("01-10", "02-01", "03-02", "03-01", "03-01", None),
    "eligibility a day late": ("03-02", "02-01", "02-20", "03-01", "03-01", None),
    "late, and the element lasts until then": ("01-10", "02-01", "03-20", "03-01", "03-20", "03-20"),
    "late, and it ended the day before": ("01-10", "02-01", "03-20", "03-01", "03-19", None),
    "late, and it still runs": ("01-10", "02-01", "03-20", "03-01", None, "03-20"),
    "no assessment": ("01-10", None, "02-20", "03-01", None, None),
    "no eligibility": (None, "02-01", "02-20", "03-01", None, None),
    "nothing": (None, None, None, "03-01", None, None),
}
