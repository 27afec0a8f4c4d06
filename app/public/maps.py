"""Regions as a small drawing in the page itself: outlines as paths in whole numbers, and a point in each to write at. Pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

WIDTH = 800
DETAIL = 1.3  # drawing units: what is smaller is left out
SPECK = 14.0  # square units: islands below that are left out, unless a region has nothing else
APART = 36.0  # units between the middles of two marks


@dataclass(frozen=True)
class Drawing:
    """A drawing `WIDTH` wide: of each region, by its code, the path's data and the point at which to write."""

    height: int
    paths: Mapping[str, str]
    marks: Mapping[str, tuple[int, int]]


def drawn(shapes: Mapping[str, Any]) -> Drawing:
    """The outlines of regions (longitude and latitude) as one drawing. Neighbours stay neighbours: they are made simpler together."""
    if not shapes:
        return Drawing(0, {}, {})
    outlines = np.array(list(shapes.values()), dtype=object)
    west, south, east, north = shapely.total_bounds(outlines)
    narrow = math.cos(math.radians((south + north) / 2))
    scale = WIDTH / ((east - west) * narrow)

    def flat(points: Any) -> Any:
        return np.column_stack([(points[:, 0] - west) * narrow * scale, (north - points[:, 1]) * scale])

    on_paper = shapely.transform(outlines, flat)
    simple = shapely.coverage_simplify(on_paper, DETAIL) if shapely.coverage_is_valid(on_paper) else shapely.simplify(on_paper, DETAIL)
    paths, marks = {}, {}
    for code, outline in zip(shapes, simple, strict=True):
        parts = sorted(shapely.get_parts(outline), key=shapely.area, reverse=True)
        kept = [part for number, part in enumerate(parts) if number == 0 or shapely.area(part) >= SPECK]
        paths[code] = "".join(_ring(part.exterior) + "".join(_ring(hole) for hole in part.interiors) for part in kept)
        middle = shapely.get_point(shapely.maximum_inscribed_circle(kept[0], tolerance=1.0), 0)
        marks[code] = (float(middle.x), float(middle.y))
    height = math.ceil((north - south) * scale)
    return Drawing(height, paths, _apart(marks))


def _ring(ring: Any) -> str:
    """A closed line, every point as its way from the one before: fewer digits."""
    points = np.rint(shapely.get_coordinates(ring)[:-1]).astype(int)
    steps = np.diff(points, axis=0)
    moved = [f"{x} {y}" for x, y in steps if x or y]
    return f"M{points[0][0]} {points[0][1]}l{' '.join(moved)}z" if len(moved) > 1 else ""


def _apart(marks: Mapping[str, tuple[float, float]]) -> dict[str, tuple[int, int]]:
    """Marks that would lie on each other, moved away from each other."""
    places = {code: [x, y] for code, (x, y) in marks.items()}
    codes = list(places)
    for _ in range(40):
        moved = False
        for number, one in enumerate(codes):
            for other in codes[:number]:
                (x, y), (u, v) = places[one], places[other]
                distance = math.hypot(x - u, y - v)
                if distance >= APART:
                    continue
                moved, push = True, (APART - distance) / 2 + 0.5
                dx, dy = ((x - u) / distance, (y - v) / distance) if distance else (1.0, 0.0)
                places[one], places[other] = [x + dx * push, y + dy * push], [u - dx * push, v - dy * push]
        if not moved:
            break
    return {code: (round(x), round(y)) for code, (x, y) in places.items()}
