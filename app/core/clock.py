"""What time it is. A clock is a parameter of actions and never called in rules, so that a demonstration and a test can hold a day still.

"Today" is the date where the state is: a service given at 8 p.m. in New York is dated that day, although it is tomorrow in UTC.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Answers the time now, and what day that is in a time zone."""

    def now(self) -> datetime:
        """The instant, in UTC."""

    def today(self, zone: ZoneInfo) -> date:
        """The date in `zone`."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def today(self, zone: ZoneInfo) -> date:
        return self.now().astimezone(zone).date()


@dataclass(frozen=True)
class FixedClock:
    """A clock that stands still at an instant."""

    instant: datetime

    def __post_init__(self) -> None:
        if self.instant.tzinfo is None:
            raise ValueError("an instant needs its time zone")

    @classmethod
    def noon(cls, day: date, zone: ZoneInfo) -> "FixedClock":
        """Noon of a day in `zone`: the middle of the state's day, whatever the season."""
        return cls(datetime.combine(day, time(12), tzinfo=zone))

    def now(self) -> datetime:
        return self.instant.astimezone(UTC)

    def today(self, zone: ZoneInfo) -> date:
        return self.instant.astimezone(zone).date()


def clock_for(today: date | None) -> Clock:
    """The machine's clock, or one that stands still at noon UTC of a day: it is that day then in every state, from Samoa to Guam."""
    return SystemClock() if today is None else FixedClock.noon(today, ZoneInfo("UTC"))
