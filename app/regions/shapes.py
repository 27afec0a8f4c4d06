"""Outlines: their area, their validity, overlaps and gaps between neighbours, regions out of counties, simpler ones. Pure.

An outline is a Polygon or MultiPolygon of longitude and latitude in degrees (WGS 84, EPSG:4326). Areas are square kilometres, measured
in the cylindrical equal-area projection of the ellipsoid, so they add up wherever a state lies.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from app.regions.problems import FILE, Problem
from app.regions.rules import Region

Shape = Any
"""A Polygon or MultiPolygon. shapely publishes no types."""

POLYGON, MULTIPOLYGON, COLLECTION = 3, 6, 7  # shapely's type ids
NOISE_KM2 = 1e-4  # 100 m²: what rounding coordinates makes; no overlap, gap or share is smaller

_A, _E2 = 6_378_137.0, 0.0066943799901413165  # WGS 84: semi-major axis in metres, first eccentricity squared
_E = _E2**0.5
_K0 = np.cos(np.radians(30)) / np.sqrt(1 - _E2 * np.sin(np.radians(30)) ** 2)  # true to scale at 30 degrees, as EPSG:6933


def _equal_area(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Degrees to metres of EPSG:6933 (Snyder, Map Projections: A Working Manual, USGS 1395, equations 3-12, 10-14 and 10-15)."""
    sine = np.sin(np.radians(lonlat[:, 1]))
    q = (1 - _E2) * (sine / (1 - _E2 * sine**2) - np.log((1 - _E * sine) / (1 + _E * sine)) / (2 * _E))
    return np.column_stack([_A * _K0 * np.radians(lonlat[:, 0]), _A * q / (2 * _K0)])


def areas_km2(shapes: Sequence[Shape] | NDArray[np.object_]) -> NDArray[np.float64]:
    """The areas of outlines, in square kilometres; 0 for None."""
    projected = shapely.transform(np.array(shapes, dtype=object), _equal_area)
    return np.asarray(np.nan_to_num(shapely.area(projected)), dtype=np.float64) / 1e6


def area_km2(shape: Shape) -> float:
    """The area of one outline, in square kilometres."""
    return float(areas_km2([shape])[0])


def points(shape: Shape) -> int:
    """How many points an outline is drawn with."""
    return int(shapely.get_num_coordinates(shape))


def moved_km2(before: Shape | None, after: Shape | None) -> float:
    """The area that lies in one of two outlines and not in both."""
    if before is None or after is None:
        return area_km2(after if before is None else before)
    return 0.0 if before == after else area_km2(shapely.symmetric_difference(before, after))


def union(shapes: Iterable[Shape]) -> Shape:
    """All of them as one outline."""
    return shapely.union_all(np.array(list(shapes), dtype=object))


def polygons(shape: Shape) -> Shape | None:
    """What of a geometry is area: points and lines that repairing and cutting leave behind go. None if nothing is."""
    parts = [part for part in shapely.get_parts(shape, return_index=False) if shapely.area(part) > 0] if shape is not None else []
    flat = [
        inner
        for part in parts
        for inner in (shapely.get_parts(part) if shapely.get_type_id(part) in (MULTIPOLYGON, COLLECTION) else [part])
    ]
    kept = [part for part in flat if shapely.get_type_id(part) == POLYGON]
    if not kept:
        return None
    return kept[0] if len(kept) == 1 else shapely.multipolygons(kept)


@dataclass(frozen=True)
class Outlined:
    """Outlines that can be used: what was wrong with those that cannot be (`problems`), and what was put right (`notes`)."""

    shapes: Mapping[str, Shape]
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()


def usable(shapes: Mapping[str, Shape | None]) -> Outlined:
    """Check outlines one by one and repair those that cross themselves. None means no outline, and is kept as no outline."""
    good: dict[str, Shape] = {}
    problems: list[Problem] = []
    notes: list[Problem] = []
    for feature, shape in shapes.items():
        if shape is None:
            continue
        if (wrong := _refused(feature, shape)) is not None:
            problems.append(wrong)
            continue
        flat = shapely.force_2d(shape)
        if shapely.is_valid(flat):
            good[feature] = flat
            continue
        repaired = polygons(shapely.make_valid(flat, method="structure", keep_collapsed=False))
        if repaired is None:
            problems.append(Problem(feature, "no_area", "This outline encloses no area."))
            continue
        good[feature] = repaired
        reason = str(shapely.is_valid_reason(flat)).split("[")[0].strip().lower()
        detail = f"The outline was not valid ({reason}) and was repaired; its area is now {area_km2(repaired):.3f} km²."
        notes.append(Problem(feature, "repaired", detail))
    return Outlined(good, tuple(problems), tuple(notes))


def _refused(feature: str, shape: Shape) -> Problem | None:
    if shapely.is_empty(shape):
        return Problem(feature, "no_area", "This outline is empty. Leave the geometry null and say why there is none.")
    if shapely.get_type_id(shape) not in (POLYGON, MULTIPOLYGON):
        kind = shapely.to_geojson(shape).split('"')[3]
        return Problem(feature, "not_an_area", f"A region is a Polygon or MultiPolygon; this is a {kind}.")
    coordinates = shapely.get_coordinates(shape)
    if not np.isfinite(coordinates).all():
        return Problem(feature, "not_a_number", "There are coordinates that are no numbers.")
    if (np.abs(coordinates) > (180, 90)).any():
        where = coordinates[(np.abs(coordinates) > (180, 90)).any(axis=1)][0]
        detail = f"The point {where[0]:.9g}, {where[1]:.9g} is not on the earth: the file names a reference system that is not its own."
        return Problem(feature, "off_the_earth", detail)
    return None


@dataclass(frozen=True)
class Overlap:
    """Where two regions both are. `where` is a point in it; `bounds` are west, south, east, north."""

    one: str
    other: str
    area_km2: float
    where: tuple[float, float]
    bounds: tuple[float, float, float, float]


@dataclass(frozen=True)
class Gap:
    """Where no region is, between these."""

    between: tuple[str, ...]
    area_km2: float
    where: tuple[float, float]
    bounds: tuple[float, float, float, float]


def overlaps(shapes: Mapping[str, Shape]) -> list[Overlap]:
    """Where regions of one system overlap, the largest first."""
    codes, outlines = list(shapes), np.array(list(shapes.values()), dtype=object)
    if len(codes) < 2:
        return []
    these, those = shapely.STRtree(outlines).query(outlines, predicate="intersects")
    pairs = these < those
    common = shapely.intersection(outlines[these[pairs]], outlines[those[pairs]])
    found = []
    for i, j, both, area in zip(these[pairs], those[pairs], common, areas_km2(common), strict=True):
        if area > NOISE_KM2:
            found.append(Overlap(codes[i], codes[j], float(area), _inside(both), _bounds(both)))
    return sorted(found, key=lambda one: -one.area_km2)


def gaps(shapes: Mapping[str, Shape], within: Shape | None = None) -> list[Gap]:
    """Where regions of one system leave something out, the largest first: of `within`, or else the holes between them."""
    codes, outlines = list(shapes), np.array(list(shapes.values()), dtype=object)
    if not codes:
        return []
    together = shapely.union_all(outlines)
    if within is None:
        missing = [shapely.polygons(ring) for part in shapely.get_parts(together) for ring in part.interiors]
    else:
        missing = list(shapely.get_parts(shapely.difference(within, together)))
    tree = shapely.STRtree(outlines)
    found = []
    for hole, area in zip(missing, areas_km2(missing) if missing else (), strict=True):
        if area > NOISE_KM2:
            between = tuple(sorted(codes[i] for i in tree.query(hole, predicate="intersects")))
            found.append(Gap(between, float(area), _inside(hole), _bounds(hole)))
    return sorted(found, key=lambda one: -one.area_km2)


def _inside(shape: Shape) -> tuple[float, float]:
    point = shapely.point_on_surface(shape)
    return round(float(point.x), 5), round(float(point.y), 5)


def _bounds(shape: Shape) -> tuple[float, float, float, float]:
    west, south, east, north = (round(float(edge), 5) for edge in shapely.bounds(shape))
    return west, south, east, north


def fitting(shapes: Mapping[str, Shape], *, tolerance_km2: float, within: Shape | None = None) -> tuple[list[Problem], list[Problem]]:
    """Whether the regions of a system fit together: (problems, notes). An overlap beyond the tolerance is a problem, a gap a note."""
    problems: list[Problem] = []
    notes: list[Problem] = []
    for one in overlaps(shapes):
        detail = f"It overlaps {one.other} by {one.area_km2:.4g} km² at {one.where[0]}, {one.where[1]}."
        (problems if one.area_km2 > tolerance_km2 else notes).append(Problem(one.one, "overlap", detail))
    for gap in gaps(shapes, within):
        between = ", ".join(gap.between) or "them"
        detail = f"No region takes in {gap.area_km2:.4g} km² at {gap.where[0]}, {gap.where[1]}, between {between}."
        notes.append(Problem(FILE, "gap", detail))
    return problems, notes


def outside(shapes: Mapping[str, Shape], state: Shape, *, share: float = 0.5) -> Iterator[Problem]:
    """Regions of which more than `share` lies outside of the state's own outline."""
    for code, shape in shapes.items():
        whole = area_km2(shape)
        within = area_km2(shapely.intersection(shape, state))
        if whole > 0 and (whole - within) / whole > share:
            where = _inside(shape)
            yield Problem(
                code, "wrong_state", f"It lies in another state: {whole - within:.4g} of {whole:.4g} km², at {where[0]}, {where[1]}."
            )


def dissolved(
    counties: Mapping[str, Shape], regions: Iterable[Region], names: Mapping[str, str] | None = None
) -> tuple[dict[str, Shape], dict[str, str]]:
    """Regions out of the counties that they take in: their outlines within the state, and why those that have none have none."""
    shapes: dict[str, Shape] = {}
    reasons: dict[str, str] = {}
    for region in regions:
        missing = [county for county in region.counties if county not in counties]
        if region.no_shape or region.parts or missing or not region.counties:
            reasons[region.code] = region.no_shape or why_none(region, missing, names or {})
        else:
            shapes[region.code] = union(counties[county] for county in region.counties)
    return shapes, reasons


def why_none(region: Region, missing: Sequence[str], names: Mapping[str, str]) -> str:
    """Why a region has no outline, where it does not say so itself. `missing`: counties without one; `names`: of counties."""
    if region.parts:
        divided = ", ".join(sorted({names.get(part.county, part.county) for part in region.parts}))
        return f"It takes in a part of {divided}, and the outline of that part is not known."
    if missing:
        return f"The outlines of these counties are not known: {', '.join(missing)}."
    return "It takes in no whole county of this state."


class TornBorders(ValueError):
    """Neighbours no longer share their borders after simplifying: the tolerance is too large, or the outlines did not fit before."""


def simplified(shapes: Mapping[str, Shape], *, tolerance_m: float, decimals: int = 5) -> dict[str, Shape]:
    """Outlines with fewer points whose neighbours still share every border, coordinates rounded to `decimals` degrees.

    `tolerance_m`: corners whose triangle is smaller than a square of that side go (Visvalingam and Whyatt 1993), borders of neighbours
    alike. Raises `TornBorders` where the outlines do not fit together.
    """
    outlines = np.array(list(shapes.values()), dtype=object)
    _fit(outlines)
    middle = np.radians(np.mean(shapely.total_bounds(outlines)[[1, 3]]))
    metres = np.array([111_320 * np.cos(middle), 110_574])  # a degree here, near enough to compare small triangles
    flat = shapely.coverage_simplify(shapely.transform(outlines, lambda degrees: degrees * metres), tolerance_m)
    rounded = shapely.transform(flat, lambda there: np.round(there / metres, decimals))
    clean = np.array([polygons(shapely.remove_repeated_points(shape)) for shape in rounded], dtype=object)
    _fit(clean)
    return dict(zip(shapes, clean, strict=True))


def _fit(outlines: NDArray[np.object_]) -> None:
    if not (shapely.is_valid(outlines).all() and shapely.coverage_is_valid(outlines)):
        raise TornBorders("These outlines do not share their borders: they overlap, cross themselves or leave gaps.")
