"""Outlines: areas, repairs, overlaps and gaps, dissolving, simplifying."""

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from app.regions import shapes
from app.regions.rules import Part, Region
from tests.regions.grids import Shape, counties, partitions, quick, square
from tests.regions.new_york import county_map

BOW_TIE = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])


@pytest.mark.parametrize("latitude", [-60, 0, 21, 42, 64])
def test_areas_are_those_of_the_ellipsoid(latitude: int) -> None:
    """Against the geodesic area, wherever a state lies; edges here are lines of the map and not geodesics, which differ a little."""
    shape = shapely.segmentize(square(-75, latitude, 2), 0.05)
    geodesic = abs(pyproj.Geod(ellps="WGS84").geometry_area_perimeter(shape)[0]) / 1e6
    assert shapes.area_km2(shape) == pytest.approx(geodesic, rel=2e-5)


def test_the_projection_is_that_of_epsg_6933() -> None:
    rng = np.random.default_rng(1)
    points = np.column_stack([rng.uniform(-180, 180, 100), rng.uniform(-85, 85, 100)])
    expected = np.column_stack(pyproj.Transformer.from_crs(4326, 6933, always_xy=True).transform(points[:, 0], points[:, 1]))
    assert shapes._equal_area(points) == pytest.approx(expected, abs=1e-3)


def test_no_outline_has_no_area() -> None:
    assert list(shapes.areas_km2([None, square(0, 0)])) == [0, pytest.approx(12_309, abs=1)]


def test_a_valid_outline_stays_as_it_is() -> None:
    found = shapes.usable({"a": square(0, 0), "b": None})
    assert found.shapes == {"a": square(0, 0)}
    assert (found.problems, found.notes) == ((), ())


def test_an_outline_that_crosses_itself_is_repaired_and_said_so() -> None:
    found = shapes.usable({"tie": BOW_TIE})
    assert found.problems == ()
    assert shapely.is_valid(found.shapes["tie"])
    assert shapely.area(found.shapes["tie"]) == pytest.approx(0.5)
    [note] = found.notes
    assert (note.feature, note.code) == ("tie", "repaired")
    assert "self-intersection" in note.detail


@pytest.mark.parametrize(
    ("shape", "code", "words"),
    [
        (shapely.Polygon(), "no_area", "empty"),
        (shapely.Polygon([(0, 0), (1, 1), (0, 0)]), "no_area", "encloses no area"),
        (shapely.LineString([(0, 0), (1, 1)]), "not_an_area", "this is a LineString"),
        (shapely.Point(0, 0), "not_an_area", "this is a Point"),
        (shapely.from_wkt("POLYGON ((0 0, 1 0, 1 inf, 0 0))"), "not_a_number", "no numbers"),
        (square(583_960, 4_507_523, 1000), "off_the_earth", "584960, 4507523"),
        (square(-79, 90.5), "off_the_earth", "not on the earth"),
    ],
)
def test_what_is_no_area_is_a_problem_that_names_feature_and_reason(shape: Shape, code: str, words: str) -> None:
    found = shapes.usable({"bad": shape, "good": square(0, 0)})
    [problem] = found.problems
    assert (problem.feature, problem.code) == ("bad", code)
    assert words in problem.detail
    assert list(found.shapes) == ["good"]


def test_heights_are_left_out() -> None:
    high = shapely.force_3d(square(0, 0), 100)
    assert not shapely.has_z(shapes.usable({"a": high}).shapes["a"])


def test_overlaps_say_who_how_much_and_where() -> None:
    apart = {"a": square(0, 0), "b": square(0.9, 0), "c": square(1.9, 0), "d": square(5, 5)}
    found = shapes.overlaps({**apart, "touching": square(2.9, 0)})
    assert [(one.one, one.other) for one in found] == [("a", "b")]
    assert found[0].area_km2 == pytest.approx(shapes.area_km2(shapely.box(0.9, 0, 1, 1)))
    assert found[0].bounds == (0.9, 0.0, 1.0, 1.0)
    assert 0.9 < found[0].where[0] < 1
    assert shapes.overlaps({"alone": square(0, 0)}) == []


def test_gaps_are_holes_between_siblings_or_what_the_state_has_beside_them() -> None:
    ring = {code: shape for code, shape in counties(3, 3).items() if code != "99004"}
    [hole] = shapes.gaps(ring)
    assert hole.between == tuple(sorted(ring))
    assert hole.area_km2 == pytest.approx(shapes.area_km2(counties(3, 3)["99004"]))
    state = shapes.union(counties(3, 4).values())
    assert [gap.bounds for gap in shapes.gaps(ring, state)] == [(-70, 43, -67, 44), (-69, 41, -68, 42)]  # by size, the largest first
    assert shapes.gaps(counties(3, 3)) == []
    assert shapes.gaps({}) == []


def test_an_overlap_within_the_tolerance_is_a_note() -> None:
    sliver = {"a": square(0, 0), "b": square(0.99999, 0)}
    problems, notes = shapes.fitting(sliver, tolerance_km2=0.5)
    assert (problems, [note.code for note in notes]) == ([], ["overlap"])
    problems, notes = shapes.fitting(sliver, tolerance_km2=0.01)
    assert ([problem.feature for problem in problems], notes) == (["a"], [])


def test_regions_of_another_state_are_found() -> None:
    state = square(0, 0, 3)
    found = list(shapes.outside({"in": square(1, 1), "mostly_in": square(2.4, 1), "out": square(2.6, 1), "far": square(9, 9)}, state))
    assert [(one.feature, one.code) for one in found] == [("out", "wrong_state"), ("far", "wrong_state")]


CODES = list(counties(4, 3))


@quick
@given(partitions(CODES))
def test_dissolving_loses_and_adds_nothing(regions: list[Region]) -> None:
    base = counties(4, 3)
    found, reasons = shapes.dissolved(base, regions)
    assert reasons == {}
    assert shapes.areas_km2(list(found.values())).sum() == pytest.approx(shapes.areas_km2(list(base.values())).sum())
    for region in regions:
        assert shapes.area_km2(found[region.code]) == pytest.approx(sum(shapes.area_km2(base[county]) for county in region.counties))
    assert shapes.overlaps(found) == []
    assert shapes.gaps(found, shapes.union(base.values())) == []


@pytest.mark.parametrize(
    ("region", "words"),
    [
        (Region("a", "A", parts=(Part("99001", "town"),)), "a part of Green County, and the outline of that part is not known"),
        (Region("a", "A", counties=("99000",), parts=(Part("99001"),)), "a part of Green County"),
        (Region("a", "A", counties=("99000", "99900")), "outlines of these counties are not known: 99900"),
        (Region("a", "A", counties_beyond_state=("98001",)), "no whole county of this state"),
        (Region("a", "A", counties=("99000",), no_shape="a lake"), "a lake"),
    ],
)
def test_a_region_without_outline_says_why(region: Region, words: str) -> None:
    found, reasons = shapes.dissolved(counties(2, 1), [region], {"99001": "Green County"})
    assert found == {}
    assert words in reasons["a"]


@quick
@given(st.integers(0, 2**32 - 1), st.sampled_from([200.0, 2000.0, 20_000.0]))
def test_simplified_neighbours_still_share_their_borders(seed: int, tolerance: float) -> None:
    """Wiggly borders drawn once and used by both sides."""
    rng = np.random.default_rng(seed)
    bend = np.column_stack([1 + rng.uniform(-0.05, 0.05, 60), np.linspace(0, 1, 60)])
    bend[[0, -1], 0] = 1
    left = shapely.Polygon([(0, 0), *bend, (0, 1)])
    right = shapely.Polygon([(2, 0), (2, 1), *bend[::-1]])
    found = shapes.simplified({"left": left, "right": right}, tolerance_m=tolerance)
    assert shapely.coverage_is_valid(list(found.values()))
    assert shapely.union(found["left"], found["right"]).equals(shapely.box(0, 0, 2, 1))
    assert sum(map(shapes.points, found.values())) <= sum(map(shapes.points, (left, right)))


def test_outlines_that_do_not_fit_are_not_simplified() -> None:
    with pytest.raises(shapes.TornBorders):
        shapes.simplified({"a": square(0, 0), "b": square(0.5, 0)}, tolerance_m=100)


def test_new_yorks_counties_simplify_further() -> None:
    before = county_map().counties
    found = shapes.simplified(before, tolerance_m=1000, decimals=4)
    assert sum(map(shapes.points, found.values())) < 0.2 * sum(map(shapes.points, before.values()))
    assert shapes.areas_km2(list(found.values())).sum() == pytest.approx(shapes.areas_km2(list(before.values())).sum(), rel=0.002)


def test_what_moved_lies_in_one_and_not_in_both() -> None:
    one, other = square(0, 0), square(0.5, 0)
    assert shapes.moved_km2(one, other) == pytest.approx(shapes.area_km2(one), rel=1e-6)
    assert shapes.moved_km2(one, one) == 0
    assert shapes.moved_km2(None, one) == shapes.moved_km2(one, None) == shapes.area_km2(one)
