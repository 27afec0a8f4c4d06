"""Little states made of square counties, for tests whose answers can be counted on fingers."""

from datetime import date
from typing import Any

import shapely
from hypothesis import settings
from hypothesis import strategies as st

from app.regions.editions import Edition, Ground
from app.regions.rules import Region

Shape = Any
quick = settings(deadline=None, max_examples=60)


def square(west: float, south: float, side: float = 1.0) -> Shape:
    """A square of degrees."""
    return shapely.box(west, south, west + side, south + side)


def counties(columns: int, rows: int) -> dict[str, Shape]:
    """Counties 99000, 99001, … in a grid, row by row from the south-west corner at 70 W, 40 N."""
    return {f"99{row * columns + column:03}": square(-70 + column, 40 + row) for row in range(rows) for column in range(columns)}


def ground(columns: int, rows: int, *places: tuple[str, str]) -> Ground:
    return Ground("99", {code: f"County {code}" for code in counties(columns, rows)}, frozenset(places))


@st.composite
def partitions(draw: st.DrawFn, codes: list[str], most: int = 4) -> list[Region]:
    """Regions that together take in every county once."""
    owners = [draw(st.integers(0, most - 1)) for _ in codes]
    return [
        Region(f"r{owner}", f"Region {owner}", counties=tuple(code for code, one in zip(codes, owners, strict=True) if one == owner))
        for owner in sorted(set(owners))
    ]


def edition(system: str, *regions: Region, since: str = "2020-01-01", **unassigned: str) -> Edition:
    return Edition(system, date.fromisoformat(since), "a test", regions, {county[1:]: reason for county, reason in unassigned.items()})
