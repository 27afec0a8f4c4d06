"""Today is the date where the state is."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from app.core.clock import Clock, FixedClock, SystemClock

NEW_YORK = ZoneInfo("America/New_York")
GUAM = ZoneInfo("Pacific/Guam")


@pytest.mark.parametrize(
    ("instant", "zone", "day"),
    [
        (datetime(2026, 7, 1, 3, 59, tzinfo=UTC), NEW_YORK, date(2026, 6, 30)),  # 11:59 p.m. in summer
        (datetime(2026, 7, 1, 4, 0, tzinfo=UTC), NEW_YORK, date(2026, 7, 1)),
        (datetime(2026, 1, 1, 4, 59, tzinfo=UTC), NEW_YORK, date(2025, 12, 31)),  # an hour more in winter
        (datetime(2026, 6, 30, 14, 0, tzinfo=UTC), GUAM, date(2026, 7, 1)),
    ],
)
def test_today_begins_at_the_states_midnight(instant: datetime, zone: ZoneInfo, day: date) -> None:
    assert FixedClock(instant).today(zone) == day


def test_noon_is_that_day_in_its_zone_and_the_instant_is_told_in_utc() -> None:
    clock = FixedClock.noon(date(2026, 10, 31), NEW_YORK)
    assert clock.today(NEW_YORK) == date(2026, 10, 31)
    assert clock.now() == datetime(2026, 10, 31, 16, tzinfo=UTC)
    assert clock.now().tzinfo is UTC


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        FixedClock(datetime(2026, 1, 1))  # noqa: DTZ001 - the mistake under test


def test_the_machines_clock_runs() -> None:
    clock: Clock = SystemClock()
    first = clock.now()
    assert first.tzinfo is UTC
    assert first <= clock.now()
    assert clock.today(NEW_YORK) in {clock.now().astimezone(NEW_YORK).date(), first.astimezone(NEW_YORK).date()}
