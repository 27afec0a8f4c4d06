"""Crosswalks: shares sum to 1, and what cannot be told is said."""

from collections import defaultdict

import pytest
from hypothesis import given

from app.regions import shapes
from app.regions.crosswalks import Crosswalk, Row, by_area, by_counties
from app.regions.rules import Part, Region, division
from tests.regions.grids import counties, partitions, quick, square
from tests.regions.new_york import county_map, divisions, draft

BASE = counties(4, 3)
CODES = list(BASE)


def sums(found: Crosswalk) -> dict[str, float]:
    added: dict[str, float] = defaultdict(float)
    for row in found.rows:
        added[row.one] += row.share
    return dict(added)


@quick
@given(partitions(CODES), partitions(CODES))
def test_shares_of_counties_sum_to_one(these: list[Region], those: list[Region]) -> None:
    found = by_counties(these, division("other", those), system="one")
    assert sums(found) == {region.code: pytest.approx(1) for region in these}
    owner = {county: region.code for region in those for county in region.counties}
    for row in found.rows:
        region = next(one for one in these if one.code == row.one)
        assert row.amount == sum(owner[county] == row.other for county in region.counties)


@quick
@given(partitions(CODES), partitions(CODES))
def test_shares_of_area_sum_to_one_and_are_there_and_back(these: list[Region], those: list[Region]) -> None:
    one, other = (shapes.dissolved(BASE, regions)[0] for regions in (these, those))
    there, back = (by_area(a, b, left_out={}, unknown={}) for a, b in ((one, other), (other, one)))
    assert sums(there) == {code: pytest.approx(1) for code in one}
    amounts = {(row.one, row.other): row.amount for row in there.rows}
    assert amounts == {(row.other, row.one): pytest.approx(row.amount) for row in back.rows}
    for code, shape in one.items():
        assert sum(row.amount for row in there.rows if row.one == code) == pytest.approx(shapes.area_km2(shape))


@quick
@given(partitions(CODES))
def test_a_system_falls_into_itself(regions: list[Region]) -> None:
    own = [Row(region.code, region.code, 1, float(len(region.counties))) for region in regions]
    assert list(by_counties(regions, division("same", regions), system="same").rows) == own


def test_what_lies_outside_of_the_other_system_is_a_row_of_its_own() -> None:
    found = by_area({"a": square(0, 0, 2)}, {"b": square(1, 0, 2)}, left_out={"c": "a lake"}, unknown={"a": ("ghost",)})
    assert [(row.other, row.among) for row in found.rows] == [("b", ()), (None, ("ghost",))]
    assert [row.share for row in found.rows] == pytest.approx([0.5, 0.5], abs=1e-4)
    assert found.left_out == {"c": "a lake"}
    assert by_area({"a": square(0, 0)}, {}, left_out={}, unknown={}).rows[0].other is None


HALVES = (
    Region("town_half", "Town half", parts=(Part("99000", "town"),)),
    Region("rest_half", "Rest", counties=("99001",), parts=(Part("99000"),)),
)


@pytest.mark.parametrize(
    ("these", "those", "rows"),
    [
        # Parts fall into the region that has their whole county.
        (HALVES, (Region("all", "All", counties=("99000", "99001")),), {"town_half": [("all", 1, ())], "rest_half": [("all", 1, ())]}),
        # A whole county that the other side divides lies among its regions.
        (
            (Region("all", "All", counties=("99000", "99001")),),
            HALVES,
            {"all": [("rest_half", 0.5, ()), (None, 0.5, ("rest_half", "town_half"))]},
        ),
        # The same division on both sides is told apart, part by part.
        (HALVES, HALVES, {"town_half": [("town_half", 1, ())], "rest_half": [("rest_half", 1, ())]}),
        # A place that the other side does not name lies in its rest.
        (
            HALVES,
            (Region("city", "City", parts=(Part("99000", "city"),)), Region("other", "Other", counties=("99001",), parts=(Part("99000"),))),
            {"town_half": [("other", 1, ())], "rest_half": [("other", 0.5, ()), (None, 0.5, ("city", "other"))]},
        ),
        # Without a rest nobody knows where a place lies that is not named.
        (
            (HALVES[0],),
            (Region("one", "One", parts=(Part("99000", "city"),)), Region("two", "Two", parts=(Part("99000", "village"),))),
            {"town_half": [(None, 1, ("one", "two"))]},
        ),
        # Counties beyond the state line lie in no region of a system that ends there.
        (
            (Region("beyond", "Beyond", counties=("99000",), counties_beyond_state=("98001",)),),
            (Region("all", "All", counties=("99000",)),),
            {"beyond": [("all", 0.5, ()), (None, 0.5, ())]},
        ),
    ],
)
def test_parts_of_counties(
    these: tuple[Region, ...], those: tuple[Region, ...], rows: dict[str, list[tuple[str | None, float, tuple[str, ...]]]]
) -> None:
    found = by_counties(these, division("other", those), system="one")
    told: dict[str, list[tuple[str | None, float, tuple[str, ...]]]] = defaultdict(list)
    for row in found.rows:
        told[row.one].append((row.other, row.share, row.among))
    assert dict(told) == rows


def test_regions_that_list_no_counties_are_left_out() -> None:
    found = by_counties([Region("drawn", "Drawn"), Region("lake", "Lake", no_shape="water")], division("x", []), system="y")
    assert (found.rows, found.left_out) == ((), {"drawn": "It lists no counties.", "lake": "water"})


def test_new_yorks_workforce_areas_do_not_nest_in_its_regions() -> None:
    lwda, labor = draft("lwda").edition.regions, divisions().systems["labor_market_region"]
    found = by_counties(lwda, labor, system="lwda")
    assert {row.one for row in found.rows if row.share < 1} == {"chenango_delaware_otsego", "oneida_herkimer_madison"}
    assert sums(found) == {region.code: pytest.approx(1) for region in lwda}
    outlines, reasons = shapes.dissolved(county_map().counties, lwda)
    others = shapes.dissolved(county_map().counties, draft("labor_market_region").edition.regions)[0]
    areas = by_area(outlines, others, left_out=reasons, unknown={})
    assert {row.one for row in areas.rows if row.share < 1} == {"chenango_delaware_otsego", "oneida_herkimer_madison"}
    assert len(areas.left_out) == 4


def test_an_area_that_crosses_the_state_line_says_which_share_lies_beyond() -> None:
    found = by_counties(draft("oews_area").edition.regions, divisions().systems["labor_market_region"], system="oews_area")
    city = {row.other: row.amount for row in found.rows if row.one == "new_york_newark_jersey_city"}
    assert city == {"new_york_city": 5, "long_island": 2, "hudson_valley": 3, None: 12}
