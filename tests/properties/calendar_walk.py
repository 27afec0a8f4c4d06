"""Periods of participation, slowly and obviously: a walk through the calendar, one day after the other, for one person at a time."""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from app.states.policy import Policy

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Service:
    """A service that extends participation, and begins it if `begins`. Without an end it still runs."""

    date: datetime.date
    end: datetime.date | None
    program: str = "adult"
    begins: bool = True

    def given(self, day: datetime.date) -> bool:
        return self.date <= day and (self.end is None or day <= self.end)


@dataclass(frozen=True)
class Planned:
    """A planned service: documented on a day, for a later one."""

    date: datetime.date
    end: datetime.date
    program: str = "adult"


@dataclass(frozen=True)
class Period:
    """What the walk found; `last` and `open_until` are None where the walk ended before the period did."""

    track: str
    entry: datetime.date
    last: datetime.date | None
    open_until: datetime.date | None

    def exit(self, on: datetime.date) -> datetime.date | None:
        return self.last if self.open_until is not None and self.open_until < on else None


def walk(services: Iterable[Service], planned: Iterable[Planned], policy: Policy) -> list[Period]:
    """One person's periods, by track and entry."""
    services, planned = list(services), list(planned)
    found: list[Period] = []
    for track in sorted({_track(fact.program, policy) for fact in services}):
        mine = [service for service in services if _track(service.program, policy) == track]
        gaps = [gap for gap in planned if _track(gap.program, policy) == track]
        found.extend(_walk_track(track, mine, gaps, timedelta(days=policy.gap_grace)))
    return found


def _track(program: str, policy: Policy) -> str:
    return "common" if policy.common_exit == "on" and program in policy.common_exit_programs else program


def _walk_track(track: str, services: list[Service], gaps: list[Planned], grace: timedelta) -> Iterator[Period]:
    facts: list[Service | Planned] = [*services, *gaps]
    day = min(fact.date for fact in facts)
    horizon = max(fact.end or fact.date for fact in facts) + grace + 100 * DAY
    entry: datetime.date | None = None
    last: datetime.date | None = None
    heeded: set[Planned] = set()
    while day <= horizon:
        if entry is not None and last is not None and day - last > 90 * DAY and not any(day <= gap.end + grace for gap in heeded):
            yield Period(track, entry, last, day - DAY)
            entry, last, heeded = None, None, set()
        if entry is None and any(service.begins and service.date == day for service in services):
            entry = day
        if entry is not None:
            if any(service.given(day) for service in services):
                last = day
            heeded |= {gap for gap in gaps if gap.date <= day}  # documented while the period is open, or before it began
        day += DAY
    if entry is not None:
        yield Period(track, entry, None, None)
