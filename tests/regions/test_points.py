"""Points to regions: the fast pass says what shapely says, borders and the outside are as declared."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from app.regions.points import ON_BORDER, OUTSIDE, InSystems, Located, named
from tests.regions.grids import counties, quick, square
from tests.regions.new_york import county_map, divisions

NEW_YORK = Located(county_map().counties)
GRID = Located(counties(4, 3))


def test_a_million_points_would_lie_where_shapely_says() -> None:
    rng = np.random.default_rng(20261031)
    lon, lat = rng.uniform(-80, -71.5, 100_000), rng.uniform(40.3, 45.2, 100_000)
    found = NEW_YORK.assign(lon, lat)
    expected = np.full(lon.shape, OUTSIDE)
    points, regions = shapely.STRtree(list(county_map().counties.values())).query(shapely.points(lon, lat), predicate="within")
    expected[points] = regions
    assert (found == expected).all()
    assert 0.3 < (found >= 0).mean() < 0.6


@quick
@given(st.lists(st.tuples(st.floats(-71, -65), st.floats(39, 44)), max_size=30))
def test_points_in_a_grid_lie_where_shapely_says(points: list[tuple[float, float]]) -> None:
    lon, lat = np.array([x for x, _ in points]), np.array([y for _, y in points])
    for (x, y), number in zip(points, GRID.assign(lon, lat), strict=True):
        inside = [code for code, shape in counties(4, 3).items() if shapely.contains_xy(shape, x, y)]
        covering = list(GRID.covering(x, y))
        if inside:
            assert [GRID.codes[number]] == inside
        elif len(covering) == 1:  # on the outer border
            assert [GRID.codes[number]] == covering
        else:
            assert number == (ON_BORDER if covering else OUTSIDE)


@pytest.mark.parametrize(
    ("lon", "lat", "covering", "number"),
    [
        (-69.5, 40.5, ("99000",), 0),
        (-69.0, 40.5, ("99000", "99001"), ON_BORDER),
        (-69.0, 41.0, ("99000", "99001", "99004", "99005"), ON_BORDER),
        (-70.0, 40.5, ("99000",), 0),  # the state's own border belongs to the state
        (-70.0, 40.0, ("99000",), 0),
        (-66.0, 43.0, ("99011",), 11),
        (-70.0000001, 40.5, (), OUTSIDE),
        (0.0, 0.0, (), OUTSIDE),
    ],
)
def test_borders_corners_and_the_outside(lon: float, lat: float, covering: tuple[str, ...], number: int) -> None:
    assert GRID.covering(lon, lat) == covering
    assert list(GRID.assign([lon], [lat])) == [number]


def test_what_is_no_number_is_outside() -> None:
    nowhere = [float("nan"), float("inf"), -69.5]
    assert list(GRID.assign(nowhere, [40.5, 40.5, float("nan")])) == [OUTSIDE] * 3


def test_an_overlap_is_nobodys() -> None:
    overlapping = Located({"a": square(0, 0), "b": square(0.5, 0)})
    assert list(overlapping.assign([0.25, 0.75, 1.25], [0.5, 0.5, 0.5])) == [0, ON_BORDER, 1]


def test_islands_and_holes() -> None:
    ring = shapely.box(0, 0, 3, 3).difference(shapely.box(1, 1, 2, 2))
    found = Located({"ring": ring, "isles": shapely.multipolygons([square(10, 0), square(12, 0)])})
    assert list(found.assign([0.5, 1.5, 10.5, 11.5, 12.5], [0.5, 1.5, 0.5, 0.5, 0.5])) == [0, OUTSIDE, 1, OUTSIDE, 1]


def test_no_outlines_and_no_points() -> None:
    assert list(Located({}).assign([0.0], [0.0])) == [OUTSIDE]
    assert Located({}).covering(0, 0) == ()
    assert list(GRID.assign([], [])) == []


def test_points_find_their_region_in_every_system() -> None:
    systems = {name: division.whole for name, division in divisions().systems.items()}
    of = InSystems(NEW_YORK, systems, {"square": Located({"downtown": square(-79, 42.8, 0.3)})})
    buffalo, hempstead, paris = (-78.87, 42.88), (-73.6, 40.7), (2.35, 48.85)
    lon, lat = zip(buffalo, hempstead, paris, strict=True)
    found = {system: list(named(of.codes[system], numbers)) for system, numbers in of.assign(lon, lat).items()}
    assert found == {
        "county": ["36029", "36059", None],
        "labor_market_region": ["western_new_york", "long_island", None],
        "lwda": ["erie", None, None],  # Nassau is divided: its places decide
        "oews_area": ["buffalo_cheektowaga", "new_york_newark_jersey_city", None],
        "square": ["downtown", None, None],
    }
