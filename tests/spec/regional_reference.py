"""The demonstration's regional outcome table a second time, slowly and plainly, by somebody who does not trust the first.

It reads the files that the demonstration keeps - the facts as partners brought them - and the state's definition files, and nothing else:
no database, no module of `app/`, no data frame. Every rule is a literal or a loop here, and says where it comes from:

    T17-01  TEGL 10-16 Change 3, performance accountability        T17-04  TEGL 26-16 Change 1, supplemental wage information
    own     the program's own: no federal rule says it, docs/outcomes.md does

It is asked for on 31 October 2026. An outcome of the nth quarter after the exit quarter can be in a report two quarters later at the
earliest: one for employers to report wages, one to match them (T17-04, pages 9 and 10).
"""

import csv
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow.parquet

AS_OF = date(2026, 10, 31)

Days = tuple[date, date]
Q2_2023, Q3_2023 = (date(2023, 4, 1), date(2023, 6, 30)), (date(2023, 7, 1), date(2023, 9, 30))
Q4_2023, Q1_2024 = (date(2023, 10, 1), date(2023, 12, 31)), (date(2024, 1, 1), date(2024, 3, 31))
Q2_2024, Q3_2024 = (date(2024, 4, 1), date(2024, 6, 30)), (date(2024, 7, 1), date(2024, 9, 30))
Q4_2024, Q1_2025 = (date(2024, 10, 1), date(2024, 12, 31)), (date(2025, 1, 1), date(2025, 3, 31))
Q2_2025, Q3_2025 = (date(2025, 4, 1), date(2025, 6, 30)), (date(2025, 7, 1), date(2025, 9, 30))
Q4_2025, Q1_2026 = (date(2025, 10, 1), date(2025, 12, 31)), (date(2026, 1, 1), date(2026, 3, 31))
Q2_2026, Q3_2026 = (date(2026, 4, 1), date(2026, 6, 30)), (date(2026, 7, 1), date(2026, 9, 30))


@dataclass(frozen=True)
class Report:
    """The cohorts of a report. `outcome` is the second quarter after `second`, and the fourth after `fourth`."""

    served: Days
    exited: Days
    second: Days
    fourth: Days
    outcome: str

    @property
    def cohorts(self) -> dict[str, Days]:
        """Whom each indicator looks at: who began, was served, was due to finish, exited, completed or withdrew in these days."""
        return {
            "enrolled": self.served,
            "participants_served": self.served,
            "participants_exited": self.exited,
            "completion_rate": self.served,
            "credential_rate": self.fourth,
            "employment_rate_q2": self.second,
            "employment_rate_q4": self.fourth,
            "median_earnings_q2": self.second,
            "in_demand_placement": self.second,
        }


REPORTS = {
    "quarter@2026-09-30": Report(Q3_2026, Q2_2026, Q3_2025, Q1_2025, "2026Q1"),
    "quarter@2026-06-30": Report(Q2_2026, Q1_2026, Q2_2025, Q4_2024, "2025Q4"),
    "quarter@2026-03-31": Report(Q1_2026, Q4_2025, Q1_2025, Q3_2024, "2025Q3"),
    "quarter@2025-12-31": Report(Q4_2025, Q3_2025, Q4_2024, Q2_2024, "2025Q2"),
    "quarter@2025-09-30": Report(Q3_2025, Q2_2025, Q3_2024, Q1_2024, "2025Q1"),
    "quarter@2025-06-30": Report(Q2_2025, Q1_2025, Q2_2024, Q4_2023, "2024Q4"),
    "quarter@2025-03-31": Report(Q1_2025, Q4_2024, Q1_2024, Q3_2023, "2024Q3"),
    "quarter@2024-12-31": Report(Q4_2024, Q3_2024, Q4_2023, Q2_2023, "2024Q2"),
}
"""The demonstration exports the first. The others, asked for on the same day, look at other people by the same rules."""

IDLE = timedelta(days=90)  # 20 CFR 677.150(c): 90 days without a service; the ninetieth is still open (reading day90)
YEAR = timedelta(days=365)  # T17-01 D: within one year after exit (reading one_year)
GRACE = timedelta(days=90)  # own: after the planned end, before an enrollment is asked about; what the state chose
FLOOR = Fraction(1, 2)  # own: of those at work, whose occupation must be known; what the state chose

COMMON_EXIT = {"adult", "dislocated_worker", "youth", "wagner_peyser"}  # 20 CFR 677.150(c)(3); what the state chose
TABLE_A = {"institutionalized", "health_medical", "deceased", "reserve_called_to_duty"}  # T17-01, Attachment II: PIRL 923 = 01 to 04
TABLE_C = {"criminal_offender"}  # 07. What is left, `ineligible`, 06, is no reason under titles I and III
FOR_YOUTH = {"foster_care"}  # 05, Table B
TO_A_CREDENTIAL = {"02", "03", "04", "06", "07", "08", "09", "10"}  # PIRL 1303; not on the job (01), customized (05), 11, 12
RECOGNIZED = {
    "associate", "bachelor", "occupational_license", "occupational_certificate", "occupational_certification", "other_recognized",
}  # fmt: skip
"""T17-01 D. A secondary diploma alone is none, and nobody here has one."""

WAGE_MATCH = {
    "capital_region_college", "central_new_york_college", "finger_lakes_college", "hudson_valley_college", "long_island_college",
    "long_island_second_college", "new_york_city_college", "new_york_city_second_college", "southern_tier_college",
    "western_new_york_college",
}  # fmt: skip
"""The partners with an agreement that wages of learners without a participation may be matched."""

Key = tuple[str, str]  # a partner, and the reference under which it knows somebody or an enrollment
Row = dict[str, Any]
NEVER = date.max


@dataclass
class Period:
    """A period of participation. A period with a service that still runs, or that was open within these 90 days, has no exit."""

    entry: date
    last: date
    open_until: date
    services: list[Row] = field(default_factory=list)

    @property
    def exit(self) -> date | None:
        return self.last if self.open_until < AS_OF else None


@dataclass
class Unit:
    """What a figure counts: a period of participation, or an enrollment on a career path."""

    person: Key
    region: str
    first: date
    last: date | None  # the exit, or the day of completion or withdrawal
    excused: bool  # by a reason for exit
    schooled: bool  # on the way to a recognized credential
    credentialed: bool
    participant: bool = True  # in a period of participation on a day of it
    matched: bool = True  # wages may be looked up
    planned_end: date = NEVER
    completed_on: date = NEVER


@dataclass
class Said:
    """What is said of one of those who are counted: a success or not, an amount in cents - or why nothing can be said."""

    region: str
    success: bool = True
    cents: int = 0
    why_not: str = ""


@dataclass(frozen=True)
class Cell:
    """A figure as it is printed; None and "" are blank."""

    numerator: int | None
    denominator: int | None
    value: str
    status: str


class Facts:
    """Everything that was brought, read once, and by whom it was brought forgotten."""

    def __init__(self, population: Path, regions: Path, career_paths: Path) -> None:
        self.catalogue = {row["key"]: row for row in _csv(regions / "service_catalogue.csv")}
        edition = tomllib.loads((regions / "editions/labor_market_region/2015-07-01.toml").read_text(encoding="utf-8"))
        self.names = {region["code"]: region["name"] for region in edition["regions"]}
        self.county = {county: region["code"] for region in edition["regions"] for county in region["counties"]}
        self.in_demand = _in_demand(regions)
        self.awarding = {path for path, types in _awards(career_paths) if types & RECOGNIZED}
        facts = {file.stem: _rows(file) for file in (population / "facts").glob("*.parquet")}
        self.people = {(row["partner"], row["reference"]): row for row in facts["participants"]}
        self.enrollments = {(row["partner"], row["reference"]): row for row in facts["enrollments"]}
        self.endings = {(row["partner"], row["enrollment"]): row for row in facts["endings"]}
        self.services = _by_person(facts["services"])
        self.planned = _by_person(facts["planned_services"])
        self.credentials = _by_person(facts["credentials"])
        self.reasons = _by_person(facts["exit_reasons"])
        self.work: dict[Key, list[Row]] = defaultdict(list)
        for row in facts["employment_records"]:
            self.work[row["partner"], row["participant"]].append(row)
        self.periods = {person: self._participations(person) for person in self.people}

    def _participations(self, person: Key) -> list[Period]:
        """Walk the calendar from the first service to the day of the question. T17-01, Attachments I and VII; 20 CFR 677.150(c)."""
        served: dict[date, list[Row]] = defaultdict(list)
        for service in self.services[person]:
            kind = self.catalogue[service["kind"]]
            assert service["program"] in COMMON_EXIT, "all services are under programs that exit together"
            assert kind["triggers"] == kind["extends"], "what extends a participation begins one, too"
            if kind["extends"] == "true":  # self-service, information, support and follow-up do not
                day, until = service["given_on"], service["ended_on"] or (AS_OF if kind["runs"] == "true" else service["given_on"])
                while day <= until:
                    served[day].append(service)
                    day += timedelta(days=1)
        found: list[Period] = []
        day = min(served, default=NEVER)
        while day <= AS_OF:
            if day in served:
                if not found or found[-1].open_until < day:
                    found.append(Period(day, day, day + IDLE))
                found[-1].last = day
                found[-1].open_until = max(found[-1].open_until, day + IDLE)
                found[-1].services += [service for service in served[day] if service not in found[-1].services]
            for plan in self.planned[person]:  # one that is documented while the period is open, or was before it began
                if plan["documented_on"] <= day <= min(found[-1].open_until, plan["planned_for"]):
                    found[-1].open_until = max(found[-1].open_until, plan["planned_for"])
            day += timedelta(days=1)
        return found

    def region(self, person: Key) -> str:
        """Where somebody lives. Nobody in these files moves: everybody has the one address of the registration."""
        home = self.people[person]
        return self.county.get(home["county"], "unknown") if home["postal"] == "NY" else "out_of_state"

    def of_periods(self) -> Iterable[Unit]:
        """WIOA participants: each period of participation is one of them (T17-01, Attachment I)."""
        for person, periods in self.periods.items():
            for period in periods:
                youth = all(service["program"] == "youth" for service in period.services)
                kinds = {self.catalogue[service["kind"]]["training_type"] for service in period.services}
                yield Unit(
                    person,
                    self.region(person),
                    period.entry,
                    period.exit,
                    excused=self._excused(person, TABLE_A | TABLE_C | (FOR_YOUTH if youth else set()), period.entry, period.open_until),
                    schooled=bool(kinds & TO_A_CREDENTIAL),
                    credentialed=any(
                        row["wioa_type"] in RECOGNIZED and period.entry <= row["awarded_on"] <= period.last + YEAR
                        for row in self.credentials[person]
                    ),
                )

    def of_enrollments(self) -> Iterable[Unit]:
        """All learners: each enrollment on a career path is one of them (own)."""
        for (partner, reference), row in self.enrollments.items():
            person, first = (row["of"], row["participant"]), row["started_on"]
            ending = self.endings.get((partner, reference))
            last = ending["ended_on"] if ending else None
            participant = any(first <= (p.exit or NEVER) and p.entry <= (last or NEVER) for p in self.periods[person])
            yield Unit(
                person,
                self.region(person),
                first,
                last,
                excused=self._excused(person, TABLE_A, first, last + IDLE if last else NEVER),
                schooled=row["career_path"] in self.awarding,
                credentialed=last is not None
                and any(
                    award["wioa_type"] in RECOGNIZED and first <= award["awarded_on"] <= last + YEAR
                    for award in self.credentials[person]
                    if award["enrollment"] in (None, reference)
                ),
                participant=participant,
                matched=participant or partner in WAGE_MATCH,
                planned_end=row["planned_end"],
                completed_on=ending["ended_on"] if ending and ending["ended_by"] == "completion" else NEVER,
            )

    def _excused(self, person: Key, reasons: set[str], begins: date, ends: date) -> bool:
        return any(row["reason"] in reasons and begins <= row["since"] <= ends for row in self.reasons[person])

    def records(self, person: Key, quarter: str) -> list[Row]:
        """Wage records of a quarter, or where there are none what else is known: all of one kind (T17-04, page 6)."""
        rows = [row for row in self.work[person] if row["quarter"] == quarter]
        return [row for row in rows if row["source"] != "supplemental"] or rows

    def employed(self, person: Key, quarter: str) -> bool:
        """T17-01 C: no number, no match, no evidence is not employed, once it is due."""
        return bool(self.records(person, quarter))

    def cents(self, person: Key, quarter: str) -> int:
        """What all employers paid in the quarter; 0: nothing, or nobody knows."""
        paid = [row["wages"] for row in self.records(person, quarter)]
        return 0 if None in paid else sum(int(Decimal(wages) * 100) for wages in paid)

    def occupations(self, person: Key, quarter: str) -> set[str]:
        """Six-digit codes of the occupations known of the quarter."""
        return {row["occupation"][:7] for row in self.work[person] if row["quarter"] == quarter and row["occupation"]}


def table(facts: Facts, report: Report) -> dict[tuple[str, str, str], Cell]:
    """Every figure, by region, population and indicator. The region `us-ny` is the state: everybody, wherever they live."""
    units = {"all_learners": list(facts.of_enrollments()), "wioa_participants": list(facts.of_periods())}
    mine = [unit for unit in units["all_learners"] if unit.participant]  # what is said of participants' enrollments
    cells: dict[tuple[str, str, str], Cell] = {}
    for population in units:
        for indicator, days in report.cohorts.items():
            of_enrollments = population == "wioa_participants" and indicator in ("enrolled", "completion_rate")
            said = list(SAID[indicator](facts, mine if of_enrollments else units[population], days, report.outcome))
            for region in (*facts.names, "unknown", "out_of_state"):
                cells[region, population, indicator] = cell(indicator, [one for one in said if one.region == region])
            cells["us-ny", population, indicator] = cell(indicator, said)
    return cells


def enrolled(facts: Facts, units: list[Unit], days: Days, quarter: str) -> Iterable[Said]:
    """Own: the enrollments that began in the quarter."""
    return [Said(unit.region) for unit in units if _within(unit.first, days)]


def served(facts: Facts, units: list[Unit], days: Days, quarter: str) -> Iterable[Said]:
    """T17-01, Attachment I: in a period of participation on a day of the quarter; of learners: on the path."""
    begins, ends = days
    return [Said(unit.region) for unit in units if unit.first <= ends and begins <= (unit.last or NEVER)]


def exited(facts: Facts, units: list[Unit], days: Days, quarter: str) -> Iterable[Said]:
    """T17-01, Attachment I. No exit is left out of the count."""
    return [Said(unit.region) for unit in units if _within(unit.last, days)]


def completed(facts: Facts, units: list[Unit], days: Days, quarter: str) -> Iterable[Said]:
    """Own: of those that were due in the quarter, who had completed by its end."""
    due = [unit for unit in units if unit.planned_end < NEVER and _within(unit.planned_end + GRACE, days)]
    return [Said(unit.region, unit.completed_on <= days[1]) for unit in due]


def credentialed(facts: Facts, units: list[Unit], days: Days, quarter: str) -> Iterable[Said]:
    """T17-01 D."""
    return [Said(unit.region, unit.credentialed) for unit in units if _within(unit.last, days) and unit.schooled and not unit.excused]


def employed(facts: Facts, units: list[Unit], days: Days, quarter: str) -> Iterable[Said]:
    """T17-01 A and B. Of learners without a participation nobody may say it unless the partner agreed to it."""
    for unit in units:
        if not _within(unit.last, days):
            continue
        if not unit.matched:
            yield Said(unit.region, why_not="no basis")
        elif not unit.excused:
            yield Said(unit.region, facts.employed(unit.person, quarter), facts.cents(unit.person, quarter))


def earning(facts: Facts, units: list[Unit], days: Days, quarter: str) -> Iterable[Said]:
    """T17-01 C: those employed whose earnings are known."""
    return [one for one in employed(facts, units, days, quarter) if one.why_not or one.cents]


def placed(facts: Facts, units: list[Unit], days: Days, quarter: str) -> Iterable[Said]:
    """Own: of those employed, who works in an occupation on the list of the region of residence."""
    for unit in units:
        for one in employed(facts, [unit], days, quarter):
            known, listed = facts.occupations(unit.person, quarter), facts.in_demand.get(unit.region)
            if one.why_not:
                yield one
            elif one.success:
                why_not = "no occupation" if not known else "no list" if listed is None else ""
                yield Said(unit.region, bool(listed and known & listed), why_not=why_not)


SAID: Mapping[str, Callable[[Facts, list[Unit], Days, str], Iterable[Said]]] = {
    "enrolled": enrolled,
    "participants_served": served,
    "participants_exited": exited,
    "completion_rate": completed,
    "credential_rate": credentialed,
    "employment_rate_q2": employed,
    "employment_rate_q4": employed,
    "median_earnings_q2": earning,
    "in_demand_placement": placed,
}


def cell(indicator: str, said: list[Said]) -> Cell:
    """The figure of those of whom it is said, as it is printed."""
    if indicator in ("enrolled", "participants_served", "participants_exited"):
        return Cell(len(said), None, str(len(said)), "ok")
    counted = [one for one in said if not one.why_not]
    if indicator == "in_demand_placement":
        known = sum(one.why_not in ("", "no list") for one in said)
        unknown = sum(one.why_not == "no occupation" for one in said)
        if known < FLOOR * (known + unknown):
            return Cell(None, None, "", "not_reported")
    if not counted:
        return Cell(None, None, "", "not_reported") if said else Cell(0, 0, "", "not_applicable")
    if indicator == "median_earnings_q2":
        amounts = sorted(one.cents for one in counted)
        middle = Fraction(amounts[(len(amounts) - 1) // 2] + amounts[len(amounts) // 2], 2)  # reading median_even
        return Cell(len(amounts), len(amounts), written(middle / 100), "ok")
    successes = sum(one.success for one in counted)
    return Cell(successes, len(counted), written(Fraction(successes, len(counted))), "ok")


def written(value: Fraction) -> str:
    """A number with at most six digits behind the point, the last one rounded half up."""
    number = (Decimal(value.numerator) / value.denominator).quantize(Decimal("0.000001"), ROUND_HALF_UP)
    return f"{number:f}".rstrip("0").rstrip(".")


def _within(day: date | None, days: Days) -> bool:
    return day is not None and days[0] <= day <= days[1]


def _rows(file: Path) -> list[Row]:
    rows: list[Row] = pyarrow.parquet.read_table(file).to_pylist()
    return rows


def _csv(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _by_person(rows: list[Row]) -> dict[Key, list[Row]]:
    """People are known by the partner that registered them, `of`, whoever brings the row."""
    found: dict[Key, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["of"], row["participant"]].append(row)
    return found


def _awards(career_paths: Path) -> Iterable[tuple[str, set[str]]]:
    """Each path with the types of credentials on the way."""
    for file in career_paths.glob("*.toml"):
        path = tomllib.loads(file.read_text(encoding="utf-8"))
        yield path["key"], {step["credential"]["wioa_type"] for step in path["steps"] if "credential" in step}


def _in_demand(regions: Path) -> dict[str, set[str]]:
    """Region -> six-digit codes of the jobs in demand there, on every day there is; a hybrid code of OEWS stands for its members."""
    members: dict[str, set[str]] = defaultdict(set)
    for row in _csv(regions / "labor_market/members.csv"):
        members[row["code"]].add(row["member"])
    found: dict[str, set[str]] = defaultdict(set)
    for row in _csv(regions / "in_demand_jobs.csv"):
        assert (row["region_system"], row["valid_from"], row["valid_until"]) == ("labor_market_region", "2022-07-01", "")
        found[row["region"]] |= members[row["code"]] if row["system"] == "oews_2019" else {row["code"]}
    return dict(found)
