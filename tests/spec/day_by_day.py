"""Periods of participation out of a list of services, by walking through the calendar one day after the other. Slow, and nothing clever.

This is the second opinion: it imports nothing of the program, and was written from the rules alone (20 CFR 677.150(c); TEGL 10-16 Change
3, Attachments II and VII; and docs/readings.md where these leave room).
"""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

Day = datetime.date
A_DAY = timedelta(days=1)
IDLE = 90  # days without a service after which an exit is known; on the last of them it is not yet

STARTS_AND_EXTENDS = {
    "staff_job_search", "initial_assessment", "career_guidance", "referral", "ui_claim_assistance", "financial_aid_assistance",
    "assessment_comprehensive", "employment_plan", "counseling", "work_experience", "prevocational", "financial_literacy", "esl",
    "training", "youth_element",
}  # fmt: skip
NEITHER = {
    "eligibility_determination", "intake_orientation", "labor_market_information", "provider_information", "self_service",
    "incumbent_worker_training", "supportive", "follow_up", "rapid_response",
}  # fmt: skip
CORE = ("adult", "dislocated_worker", "youth", "wagner_peyser")


@dataclass(frozen=True)
class Event:
    """A line of the list."""

    person: str
    program: str
    type: str
    date: datetime.date
    end: datetime.date | None = None

    @property
    def last_day(self) -> Day | None:
        """Its last day; None for training that runs."""
        return self.end or (None if self.type == "training" else self.date)


@dataclass(frozen=True)
class Readings:
    """What a state chose."""

    together: tuple[str, ...] = CORE  # the programs that share a common exit; nobody, where there is none
    gap_grace: int = 0


@dataclass
class Open:
    """A period that has not been closed."""

    entry: Day
    services: list[Event] = field(default_factory=list)
    gaps: list[Event] = field(default_factory=list)

    def is_open(self, today: Day, readings: Readings) -> bool:
        """Whether something holds it open today."""
        served = any(s.last_day is None or today <= s.last_day + IDLE * A_DAY for s in self.services)
        return served or any(gap.end is not None and today <= gap.end + readings.gap_grace * A_DAY for gap in self.gaps)

    @property
    def last(self) -> Day | None:
        """The last day of its services; None while one runs."""
        ends = [service.last_day for service in self.services]
        return None if None in ends else max(end for end in ends if end)


@dataclass(frozen=True)
class Period:
    """What is printed of a period."""

    person: str
    programs: tuple[str, ...]
    entry: Day
    exit: Day | None
    last_service: Day | None


def derive(events: Iterable[Event], as_of: Day, readings: Readings) -> list[Period]:
    """Every period known on a day, by person and entry."""
    known = [event for event in events if event.date <= as_of]
    found: list[Period] = []
    for person in {event.person for event in known}:
        mine = [event for event in known if event.person == person]
        common = [event for event in mine if event.program in readings.together]
        apart = [[event for event in mine if event.program == program] for program in {e.program for e in mine} - set(readings.together)]
        for track in (common, *apart):
            found += walk(track, as_of, readings)
    return sorted(found, key=lambda period: (period.person, period.entry, period.programs))


def walk(events: list[Event], as_of: Day, readings: Readings) -> Iterator[Period]:
    """The periods of one person under programs that exit together."""
    period: Open | None = None
    today = min((event.date for event in events), default=as_of)
    while today <= as_of:
        if period and not period.is_open(today, readings):
            yield told(period, exit=period.last)
            period = None
        given = [event for event in events if event.date == today and event.type in STARTS_AND_EXTENDS]
        if given and not period:
            # A gap that was announced before counts from now on.
            period = Open(today, gaps=[event for event in events if event.type == "planned_gap" and event.date < today])
        if period:
            period.services += given
            period.gaps += [event for event in events if event.type == "planned_gap" and event.date == today]
        today += A_DAY
    if period:
        yield told(period, exit=None)


def told(period: Open, exit: Day | None) -> Period:  # noqa: A002 - it is one
    """A period as it is printed."""
    programs = tuple(sorted({service.program for service in period.services}))
    return Period(period.services[0].person, programs, period.entry, exit, period.last)
