"""Rows of the two tables, made up: every column filled now with what is usual and now with what is on an edge, or blank."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

import polars as pl

from app.outcomes.frame import LEARNERS, PERIODS, POLARS, Kind, region

Row = dict[str, Any]
SYSTEM = "labor_market_region"
REGIONS = ("western_new_york", "finger_lakes", "unknown", "out_of_state", "abolished_region")
FIRST, LAST = date(2023, 6, 1), date(2027, 1, 31)  # around the cohorts of a report of 2026-09-30
EDGES = [
    date(year, month, day)
    for year in (2024, 2025, 2026)
    for month, day in ((1, 1), (3, 31), (4, 1), (6, 30), (7, 1), (9, 30), (10, 1), (12, 31))
]


def a_day(chance: Random, first: date = FIRST, last: date = LAST) -> date:
    """Any day, often the first or last of a quarter."""
    edges = [edge for edge in EDGES if first <= edge <= last]
    if edges and chance.random() < 0.4:
        return chance.choice(edges)
    return first + timedelta(days=chance.randrange((last - first).days + 1))


def period(chance: Random) -> Row:
    """A row of `periods`."""
    entry = a_day(chance)
    last = _maybe(chance, lambda: a_day(chance, entry), 0.9)
    row = _row(PERIODS, chance, last)
    return row | {
        "entry": entry,
        "900": entry,
        "last": last,
        "open_until": last and last + timedelta(days=90 + chance.choice([0, 0, 0, 200])),
    }


def learner(chance: Random) -> Row:
    """A row of `learners`."""
    started = a_day(chance)
    ended = _maybe(chance, lambda: a_day(chance, started), 0.8)
    row = _row(LEARNERS, chance, ended)
    planned = started + timedelta(days=chance.randrange(400))
    if chance.random() < 0.3:
        planned = a_day(chance) - timedelta(days=90)
    completed = None if ended is None else int(chance.random() < 0.7)
    return row | {"started_on": started, "ended_on": ended, "planned_end": planned, "completed": completed}


def frame(rows: Sequence[Row], columns: Mapping[str, Kind]) -> pl.LazyFrame:
    """The rows as a table with its column of regions."""
    schema = {name: POLARS[kind] for name, kind in columns.items()} | {region(SYSTEM): pl.Categorical()}
    return pl.LazyFrame([{name: row.get(name) for name in schema} for row in rows], schema)


def _maybe(chance: Random, value: Callable[[], Any], share: float) -> Any:
    return value() if chance.random() < share else None


CODES: Mapping[str, Sequence[int]] = {
    **dict.fromkeys(("1600", "1602", "1604", "1606"), (0, 1, 1, 1, 2, 3, 9)),
    **dict.fromkeys(("1601", "1603", "1605", "1607"), (0, 1, 1, 1, 2, 3, 4, 5, 9)),
    **dict.fromkeys(("903", "904", "905"), (0, 0, 1, 2, 3, 4)),
    **dict.fromkeys(("918", "932"), (0, 1, 2, 9)),
    **dict.fromkeys(("1303", "1310", "1315"), tuple(range(13))),
    **dict.fromkeys(("1800", "1802", "1804"), tuple(range(8))),
    **dict.fromkeys(("1332", "1401", "in_demand", "awards", "participating", "matched", "completed"), (0, 1)),
    "923": (0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7),
    "408": (0, 1, 3),
    "409": (1, 2, 3, 4, 5, 6),
    **dict.fromkeys(("1900", "1901"), (0, 0, 1, 2, 3)),
}


def _row(columns: Mapping[str, Kind], chance: Random, anchor: date | None) -> Row:
    row: Row = {}
    for name, kind in columns.items():
        match kind:
            case Kind.CODE:
                value: Any = chance.choice(CODES.get(name, (0, 1, 9)))
            case Kind.MONEY:
                value = chance.choice([0, 1, 450_000, 820_000, 910_001, 910_001, 1_300_000, 99_999_999, 120_000_000])
            case Kind.DATE:
                near = anchor or a_day(chance)
                value = near + timedelta(days=chance.choice([-400, -1, 0, 1, 200, 364, 365, 366, 400]))
            case Kind.TEXT:
                value = "29-2052"
            case Kind.NUMBER:
                value = chance.randrange(5)
        row[name] = value if chance.random() < 0.75 else None
    row[region(SYSTEM)] = chance.choice(REGIONS)
    return row
