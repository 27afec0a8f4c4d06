"""Regions as a drawing: outlines on a flat picture, as SVG paths with a place to write at. Made once an edition, then kept."""

import asyncio
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from app.core.actor import Actor
from app.core.db import Read
from app.regions.kept import Kept
from app.regions.maps import Outlines

WIDTH = 800
PIXEL = 0.7  # outlines are as fine as this
LETTERS, LINES = 150, 46  # the room of a name with a figure under it; names that would overlap are moved apart
COLOURS = 7  # enough for neighbours to differ
ISLET = 6.0  # square pixels; smaller parts of a region that has larger ones are left away


@dataclass(frozen=True)
class Outline:
    """One region: its path, the point at which to write, and a number that no neighbour has, for its colour."""

    path: str
    x: float
    y: float
    colour: int


@dataclass(frozen=True)
class Drawing:
    """All regions that have an outline, by code."""

    width: int
    height: int
    outlines: Mapping[str, Outline]


_drawings: Kept[Drawing] = Kept(64)


async def drawn(_read: Read, *, by: Actor, outlines: Outlines) -> Drawing:
    """The outlines of an edition as a drawing. Making it leaves the event loop."""

    async def make() -> Drawing:
        return await asyncio.to_thread(drawing, outlines.shapes)

    return await _drawings.get((by.state, outlines.edition.id), make)


def drawing(shapes: Mapping[str, Any]) -> Drawing:
    """Outlines in EPSG:4326 on a plane on which, in their middle, a degree east is as long as a degree north."""
    if not shapes:
        return Drawing(WIDTH, 1, {})
    west, south, east, north = shapely.total_bounds(list(shapes.values()))
    flat = math.cos(math.radians((south + north) / 2))
    scale = (WIDTH - 4) / ((east - west) * flat)

    def placed(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(((lonlat[:, 0] - west) * flat * scale + 2, (north - lonlat[:, 1]) * scale + 2))

    flat_shapes = shapely.transform(np.array(list(shapes.values()), dtype=object), placed)
    fine = shapely.coverage_simplify(flat_shapes, PIXEL)  # neighbours keep their common border
    height = math.ceil((north - south) * scale) + 4 + LINES
    places = _apart([_place(shape) for shape in fine])
    outlines = zip(shapes, map(_paths, fine), places, _coloured(fine), strict=True)
    return Drawing(WIDTH, height, {code: Outline(path, round(x, 1), round(y, 1), colour) for code, path, (x, y), colour in outlines})


def _place(shape: Any) -> tuple[float, float]:
    """Where there is most room to write in the largest part."""
    at = shapely.get_point(shapely.maximum_inscribed_circle(max(shapely.get_parts(shape), key=shapely.area), 1.0), 0)
    return at.x, at.y


def _apart(places: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The places, from the top, each moved down until its words and those above it do not overlap."""
    found = dict.fromkeys(range(len(places)), (0.0, 0.0))
    done: list[tuple[float, float]] = []
    for n in sorted(found, key=lambda n: places[n][1]):
        x, y = places[n]
        for other_x, other_y in done:
            if abs(x - other_x) < LETTERS and abs(y - other_y) < LINES:
                y = other_y + LINES
        done.append((x, y))
        found[n] = (x, y)
    return list(found.values())


def _coloured(shapes: NDArray[Any]) -> list[int]:
    """A number for each shape that none of its neighbours has, where there are enough; the least used of those."""
    tree = shapely.STRtree(shapes)
    near: dict[int, set[int]] = {n: set() for n in range(len(shapes))}
    for one, other in zip(*tree.query(shapes, predicate="intersects"), strict=True):
        near[int(one)].add(int(other))
    colours: dict[int, int] = {}
    for n in near:
        used = list(colours.values())
        free = sorted(set(range(COLOURS)) - {colours[other] for other in near[n] if other in colours}, key=lambda c: (used.count(c), c))
        colours[n] = free[0] if free else n % COLOURS
    return list(colours.values())


def _paths(shape: Any) -> str:
    parts = sorted(shapely.get_parts(shape), key=shapely.area, reverse=True)
    return "".join(_path(part) for n, part in enumerate(parts) if n == 0 or shapely.area(part) >= ISLET)


def _path(polygon: Any) -> str:
    rings = [polygon.exterior, *polygon.interiors]
    return "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in shapely.get_coordinates(ring)[:-1]) + "Z" for ring in rings)
