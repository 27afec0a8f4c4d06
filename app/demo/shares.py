"""What the synthetic population is like, in numbers: what is cited, what is assumed, and how often each edge of the rules is met."""

from dataclasses import dataclass
from datetime import date

AS_OF = date(2026, 10, 31)
"""The day on which the demonstration's clock stands still. Nothing in the population is dated later."""

BEGINS = date(2022, 7, 1)
"""The first day on which anybody is registered: the first day of PY 2022."""

WAGES_UNTIL = 2026 * 4 + 1
"""The last quarter of which there are wages, as a number (2026 Q2): employers have had a quarter to report it."""

PROGRAMS = ("dislocated_worker", "adult", "wagner_peyser", "youth")


@dataclass(frozen=True)
class Results:
    """What a program achieved, as published. Rates are shares, earnings dollars of the second quarter after exit."""

    source: str
    employed_q2: float
    employed_q4: float
    median_q2: float
    credential: float


NATIONAL = "ETA, WIOA national results of PY 2024"
CALIFORNIA = "California, levels negotiated for PY 2022 and PY 2023; no national figure was at hand"

RESULTS = {
    "dislocated_worker": Results(NATIONAL, 0.690, 0.705, 9_897, 0.751),
    "adult": Results(NATIONAL, 0.722, 0.723, 8_754, 0.736),
    "wagner_peyser": Results(CALIFORNIA, 0.576, 0.558, 7_584, 0.736),  # has no credential indicator: the adults' is taken
    "youth": Results(CALIFORNIA, 0.677, 0.657, 3_870, 0.604),
}
"""The rates and medians that the population reproduces: rates within three points, medians within five percent."""


@dataclass(frozen=True)
class Shares:
    """How many of whom. Cited where a source is named; else assumed, so that every rule has somebody to be applied to."""

    # Who
    self_study: float = 0.18  # of all people: learn alone, receive no service, never participate
    program: tuple[float, ...] = (0.46, 0.27, 0.18, 0.09)  # of participants, in the order of PROGRAMS
    on_a_path: tuple[float, ...] = (0.82, 0.84, 0.25, 0.75)  # of each program's participants: enrolled on a career path
    co_enrolled: float = 0.60  # of dislocated workers and adults: the first service is the Employment Service's
    registered_by_college: float = 0.08  # of participants; the rest by their workforce board
    no_ssn: float = 0.04  # of all: no number, so no wage record can be matched
    out_of_state: float = 0.02  # of all
    place_missing: float = 0.25  # of those in a county that boards divide by municipality

    # On the path
    enrolled_by_college: float = 0.50  # of enrollments of a board's participants
    trained: float = 0.86  # of participants on a path: training under the program, not only career services
    ojt_only: float = 0.05  # of those: on-the-job training alone, which is in no credential cohort
    completes_if_earning: float = 0.90  # of those who earn a credential; nobody completes without
    late_credential: float = 0.50  # of those who earn one and withdraw: awarded within the year after exit
    self_study_earns: float = 0.45  # of self-study learners
    self_employed: float = 0.02  # of employed quarters: no wage record, supplemental evidence alone
    supplemental_without_ssn: float = 0.60  # of quarters worked by people without a number: evidence was collected
    supplemental_without_wage: float = 0.30  # of supplemental evidence: employed, amount unknown
    sources: tuple[float, ...] = (0.945, 0.035, 0.015, 0.005)  # of wage records: ui, swis, federal, military
    occupation_known: float = 0.60  # of people at work after exit
    in_target: tuple[float, float] = (0.72, 0.25)  # of those who completed, and who withdrew: work in the path's target occupation
    same_employer: float = 0.70  # of those at work in both quarters after exit that are asked for
    apprenticeship: float = 0.25  # of those in the target occupation of a trade with registered apprenticeships

    # Edges, as shares of the first periods that ended at least 220 days before the as-of date
    back_on_day_89: float = 0.004  # another service on the 89th day after the last: the same period
    back_on_day_90: float = 0.004  # on the 90th: the same period
    back_on_day_91: float = 0.004  # on the 91st: a new period
    back_later: float = 0.06  # 150 days later or more: a new period
    bridged_late: float = 0.004  # two periods, until a service between them is recorded later: one
    extended_late: float = 0.006  # a service that moves the exit is recorded later
    gap_kept: float = 0.006  # a planned service beyond 90 days, which then comes
    gap_missed: float = 0.004  # one that does not come: the exit stays where it was
    exit_reason: float = 0.004  # each reason that there is, foster care among youth alone

    # Edges of other bases
    gap_open: float = 0.05  # of first periods that ended 95 to 130 days before the as-of date: a planned service still holds it open
    two_boards: float = 0.03  # of participants: another board served them too
    two_employers: float = 0.06  # of quarters with wages
    late_wages: float = 0.03  # of wage records after exit: delivered after the others
    extras: float = 0.25  # of participants, each: an information service before entry, supportive services, follow-up after exit


SHARES = Shares()
