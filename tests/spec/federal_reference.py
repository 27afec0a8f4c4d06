"""The federal indicators a second time, slowly and plainly, out of the cells of a file as they are written, by somebody who does not
trust the first.

It imports nothing of `app/`. Each rule is typed from its source:

    T17-01  TEGL 10-16 Change 3, performance accountability        T17-04  TEGL 26-16 Change 1, supplemental wage information
    layout  the record's own (ETA-9170)                            DOL     the Department's open analysis code

Where the sources leave room, docs/readings.md says what is chosen; its settings are in `Choice`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from statistics import median_high, median_low

Record = dict[str, str]
Days = tuple[date, date]
WORK = {"1", "2", "3"}


@dataclass(frozen=True)
class Choice:
    """The settings of docs/readings.md that a file can tell apart."""

    code9: str = "left_out"
    race: str = "exclusive"
    retention_unit: str = "period"
    youth_credential: str = "formula"
    one_year: str = "365"


@dataclass(frozen=True)
class Windows:
    """The first and the last day of each cohort of a report."""

    served: Days
    exited: Days
    second: Days  # exits whose second quarter after is due
    fourth: Days
    gains: Days


@dataclass(frozen=True)
class Figure:
    """A cell: who is in the numerator, in the denominator, is a nine that is due; the median in dollars."""

    numerator: int
    denominator: int
    nines: int
    median: Decimal | None
    if_counted: int  # the denominator if every nine were a no


def quarter_of(day: date) -> tuple[int, int]:
    return day.year, (day.month + 2) // 3


def earlier(quarter: tuple[int, int], by: int) -> tuple[int, int]:
    year, of_year = quarter
    for _ in range(by):
        year, of_year = (year, of_year - 1) if of_year > 1 else (year - 1, 4)
    return year, of_year


def days_of(first: tuple[int, int], last: tuple[int, int]) -> Days:
    """The first day of a quarter and the last of another."""
    year, of_year = last
    end = date(year + 1, 1, 1) if of_year == 4 else date(year, of_year * 3 + 1, 1)
    return date(first[0], first[1] * 3 - 2, 1), end - timedelta(days=1)


def windows(kind: str, report_date: date) -> Windows:
    """T17-04, pages 9 and 10: employers report in the quarter after, programs in the next. Exits are known a quarter later."""
    after = report_date + timedelta(days=1)
    newest = earlier(quarter_of(after), 1)  # the last quarter that has ended
    year = newest[0] if newest[1] >= 3 else newest[0] - 1  # the program year that began in July
    first = {"quarter": newest, "rolling_4": earlier(newest, 3), "program_year": (year, 3)}[kind]

    def back(by: int) -> Days:
        return days_of(earlier(first, by), earlier(newest, by))

    return Windows(back(0), back(1), back(4), back(6), days_of((year, 3), newest) if kind == "quarter" else back(0))


def day(record: Record, element: str) -> date | None:
    written = record.get(element, "").strip()
    if not written:
        return None
    if "-" not in written:
        written = f"{written[:4]}-{written[4:6]}-{written[6:]}"
    return date.fromisoformat(written)


def code(record: Record, element: str) -> str:
    """A code without the zeros in front of it; "" is blank."""
    written = record.get(element, "").strip()
    return str(int(written)) if written else ""


def dollars(record: Record) -> Decimal | None:
    written = record.get("1704", "").strip()
    return Decimal(written) if written else None


def within(when: date | None, window: Days) -> bool:
    return when is not None and window[0] <= when <= window[1]


def programs(record: Record) -> set[str]:
    """DOL; 4 of 903 to 905 and 2 of 918 and 932 are reportable individuals (layout). 909: reading dw_909."""
    found = set()
    if code(record, "903") in WORK:
        found.add("adult")
    if code(record, "904") in WORK or code(record, "909") == "1":
        found.add("dislocated_worker")
    if code(record, "905") in WORK:
        found.add("youth")
    if code(record, "918") == "1":
        found.add("wagner_peyser")
    if code(record, "932") == "1":
        found.add("dwg")
    if found - {"dwg"}:
        found.add("statewide")
    return found


def excluded(record: Record, program: str, *, gains_until: date | None = None) -> bool:
    """T17-01, Attachment II: Tables A and B everywhere, Table C (07) not from the skill gains.

    A reason for an exit after the report is not known then (reading msg_later_exit_excludes). 05 is Youth's (Table B).
    """
    reason = code(record, "923")
    if gains_until is not None:
        left = day(record, "901")
        if reason == "7" or left is None or left > gains_until:
            return False
    if reason == "5":
        return program == "youth" or (program == "statewide" and code(record, "905") in WORK)
    return reason in {"1", "2", "3", "4", "7"}


def a_year_after(when: date, choice: Choice) -> date:
    if choice.one_year == "365":
        return when + timedelta(days=365)
    if (when.month, when.day) == (2, 29):
        return date(when.year + 1, 2, 28)
    return date(when.year + 1, when.month, when.day)


def in_training(record: Record, program: str, choice: Choice) -> bool:
    """DOL's formula; for Youth by the text of T17-01, section D: in school, or through one of six doors."""
    trainings = {code(record, "1303"), code(record, "1310"), code(record, "1315")}
    if program == "youth" and choice.youth_credential == "text":
        in_school = code(record, "409") in {"1", "2", "3"}
        doors = "10" in trainings or day(record, "1407") or code(record, "1401") == "1" or code(record, "1332") == "1"
        return bool(in_school or doors or record.get("919", "").strip() or code(record, "911") == "1")
    return (
        bool(trainings & {"2", "3", "4", "6", "7", "8", "9", "10"})
        or code(record, "1332") == "1"
        or (code(record, "408") == "0" and code(record, "1401") == "1")
    )


def attained(record: Record, choice: Choice) -> bool:
    """T17-01, section D, with its special rule for diplomas."""
    entered, left = day(record, "900"), day(record, "901")
    assert left is not None
    limit = a_year_after(left, choice)
    earned = set()
    for kind, when in (("1800", "1801"), ("1802", "1803"), ("1804", "1805")):
        dated = day(record, when)
        if entered is not None and dated is not None and entered <= dated <= limit:
            earned.add(code(record, kind))
    if earned & {"2", "3", "4", "5", "6", "7"}:
        return True
    enrolled = day(record, "1406")
    studied = enrolled is not None and left < enrolled <= limit
    worked = any(code(record, element) in WORK for element in ("1600", "1602", "1604", "1606"))
    return "1" in earned and (studied or worked)


def there(record: Record, window: Days) -> bool:
    """In the program on a day of the window."""
    entered, left = day(record, "900"), day(record, "901")
    return entered is not None and entered <= window[1] and (left is None or left >= window[0])


def in_education(record: Record, window: Days) -> bool:
    began, completed = day(record, "1811"), day(record, "1813")
    return began is not None and began <= window[1] and (completed is None or completed >= window[0])


def gained(record: Record, window: Days) -> bool:
    """A gain in the window, made while in the program: reading msg_gain_while_participating."""
    dates = [day(record, element) for element in ("1806", "1807", "1808", "1809", "1810")]
    for kind, when in (("1800", "1801"), ("1802", "1803"), ("1804", "1805")):
        if code(record, kind) == "1":
            dates.append(day(record, when))
    entered, left = day(record, "900"), day(record, "901")
    return any(
        dated is not None and within(dated, window) and entered is not None and entered <= dated and (left is None or dated <= left)
        for dated in dates
    )


PLACE = Callable[[Record, str, Windows, Choice], str]
"""`in` the numerator, `no`: in the denominator alone; `nine`: left out because the outcome is recorded as not yet available;
`nine_no`: such a one, counted as a no; `out`."""


def served(record: Record, program: str, of: Windows, choice: Choice) -> str:
    return "in" if there(record, of.served) else "out"


def exited(record: Record, program: str, of: Windows, choice: Choice) -> str:
    return "in" if within(day(record, "901"), of.exited) else "out"


def employed(record: Record, program: str, of: Windows, choice: Choice, *, n: int) -> str:
    """T17-01, sections A and B. A blank is a no (T17-04, page 6)."""
    window, element, placed = (of.second, "1602", "1900") if n == 2 else (of.fourth, "1606", "1901")
    if not within(day(record, "901"), window) or excluded(record, program):
        return "out"
    if code(record, element) in WORK or (program == "youth" and code(record, placed) in WORK):
        return "in"
    if code(record, element) == "9":
        return "nine" if choice.code9 == "left_out" else "nine_no"
    return "no"


def earned(record: Record, program: str, of: Windows, choice: Choice) -> str:
    """T17-01, section C: those who are employed and whose earnings are known."""
    if not within(day(record, "901"), of.second) or excluded(record, program):
        return "out"
    status, paid = code(record, "1602"), dollars(record)
    if status not in WORK and status != "9":
        return "out"
    if status == "9" or code(record, "1603") in {"5", "9"} or paid == Decimal("999999.99"):
        return "nine"
    return "in" if paid is not None and 0 < paid < Decimal("999999.99") else "out"


def credential(record: Record, program: str, of: Windows, choice: Choice) -> str:
    if not within(day(record, "901"), of.fourth) or excluded(record, program) or not in_training(record, program, choice):
        return "out"
    return "in" if attained(record, choice) else "no"


def gains(record: Record, program: str, of: Windows, choice: Choice) -> str:
    """T17-01, section E."""
    if not there(record, of.gains) or excluded(record, program, gains_until=of.gains[1]) or not in_education(record, of.gains):
        return "out"
    return "in" if gained(record, of.gains) else "no"


def retained(record: Record, program: str, of: Windows, choice: Choice) -> str:
    """T17-01, section F."""
    if not within(day(record, "901"), of.fourth) or excluded(record, program) or code(record, "1602") not in WORK:
        return "out"
    if code(record, "1618") == "1":
        return "in"
    return "nine" if code(record, "1606") == "9" else "no"


def second(record: Record, program: str, of: Windows, choice: Choice) -> str:
    return employed(record, program, of, choice, n=2)


def fourth(record: Record, program: str, of: Windows, choice: Choice) -> str:
    return employed(record, program, of, choice, n=4)


COUNTS: dict[str, PLACE] = {"participants_served": served, "participants_exited": exited}
SHARED: dict[str, PLACE] = {"median_earnings_q2": earned, "retention_same_employer": retained}
RATES: dict[str, PLACE] = {"employment_rate_q2": second, "employment_rate_q4": fourth}
YOUTH: dict[str, PLACE] = {"youth_rate_q2": second, "youth_rate_q4": fourth}
TITLE_ONE: dict[str, PLACE] = {"credential_attainment": credential, "measurable_skill_gains": gains}

INDICATORS: dict[str, dict[str, PLACE]] = {
    "adult": COUNTS | RATES | SHARED | TITLE_ONE,
    "dislocated_worker": COUNTS | RATES | SHARED | TITLE_ONE,
    "youth": COUNTS | YOUTH | SHARED | TITLE_ONE,
    "wagner_peyser": COUNTS | RATES | SHARED,
    "dwg": COUNTS | RATES | SHARED | TITLE_ONE,
    "statewide": {"retention_same_employer": retained},
}


def groups(record: Record, choice: Choice, state: str | None) -> Iterator[str]:
    """Every group that a record is in."""
    yield "all"
    lives = record.get("101", "").strip().upper()
    county = record.get("102", "").strip()
    yield "county=" + ("out_of_state" if state and lives not in ("", state) else county.rjust(3, "0") if county else "unknown")
    yield "sex=" + {"1": "male", "2": "female"}.get(code(record, "201"), "not_disclosed")
    yield from ("race_ethnicity=" + race for race in races(record, choice))
    yield "age=" + band(record)
    boards = [record.get(element, "").strip().rjust(5, "0") for element in ("108-A", "108-B", "108-C") if record.get(element, "").strip()]
    first = record.get("108-A", "").strip()
    yield "lwda=" + (first.rjust(5, "0") if first else "unknown")
    yield from ("lwda_local=" + board for board in (sorted(set(boards)) or ["unknown"]))


def races(record: Record, choice: Choice) -> list[str]:
    names = {"211": "american_indian_alaska_native", "212": "asian", "213": "black", "214": "native_hawaiian_pacific_islander"}
    single = [name for element, name in (names | {"215": "white"}).items() if code(record, element) == "1"]
    hispanic = ["hispanic"] if code(record, "210") == "1" else []
    several = ["more_than_one"] if len(single) > 1 else []
    if choice.race == "overlapping":
        return hispanic + single + several or ["not_disclosed"]
    return (hispanic + several + single)[:1] or ["not_disclosed"]


def band(record: Record) -> str:
    born, entered = day(record, "200"), day(record, "900")
    if born is None or entered is None:
        return "unknown"
    age = entered.year - born.year - ((entered.month, entered.day) < (born.month, born.day))
    for over, name in ((16, "<16"), (19, "16-18"), (25, "19-24"), (45, "25-44"), (55, "45-54"), (60, "55-59")):
        if age < over:
            return name
    return "60+"


def figures(records: list[Record], kind: str, report_date: date, choice: Choice, state: str | None) -> dict[tuple[str, str, str], Figure]:
    """Every cell in which somebody is due, by program, indicator and group; and each cell of `all`."""
    of = windows(kind, report_date)
    found: dict[tuple[str, str, str], Figure] = {}
    for program, indicators in INDICATORS.items():
        for name, place in indicators.items():
            told: dict[str, list[tuple[str, Record]]] = defaultdict(list)
            told["all"] = []
            for record in records:
                if program in programs(record) and (where := place(record, program, of, choice)) != "out":
                    for group in groups(record, choice, state):
                        told[group].append((where, record))
            for group, those in told.items():
                once = program == "statewide" and choice.retention_unit == "person"
                found[program, name, group] = figure(name, people(those) if once else those)
    return found


def people(those: list[tuple[str, Record]]) -> list[tuple[str, Record]]:
    """Each person once, by the best that happened in any of the periods; without an id everybody is somebody else."""
    best: dict[object, tuple[str, Record]] = {}
    for n, (where, record) in enumerate(those):
        person = record.get("100", "").strip() or n
        if person not in best or ["in", "no", "nine"].index(where) < ["in", "no", "nine"].index(best[person][0]):
            best[person] = (where, record)
    return list(best.values())


def figure(name: str, those: list[tuple[str, Record]]) -> Figure:
    where = [place for place, _ in those]
    nines = where.count("nine") + where.count("nine_no")
    inside = len(where) - where.count("nine")
    middle = None
    if name == "median_earnings_q2":
        paid = [amount for place, record in those if place == "in" and (amount := dollars(record)) is not None]
        middle = (median_low(paid) + median_high(paid)) / 2 if paid else None
    return Figure(where.count("in"), inside, nines, middle, len(where))


def rate(of: Figure) -> Fraction | None:
    return Fraction(of.numerator, of.denominator) if of.denominator else None
