"""Facts of New York that its files have to give."""

import numpy as np
import pytest
import shapely

from app.regions import editions, shapes
from app.regions.drafts import Map, checked
from app.regions.rules import slugged
from tests.house.tree import ROOT
from tests.regions import new_york
from tests.regions.new_york import collection, counties, county_map, divisions, draft, edition_files, ground

COUNTIES_IN = {
    "western_new_york": 5,
    "finger_lakes": 9,
    "southern_tier": 8,
    "central_new_york": 5,
    "mohawk_valley": 6,
    "north_country": 7,
    "capital_region": 8,
    "hudson_valley": 7,
    "new_york_city": 5,
    "long_island": 2,
}
SYSTEMS = ("county", "labor_market_region", "lwda", "oews_area")


def test_every_system_has_an_edition_and_every_edition_a_system() -> None:
    assert {one.key for one in new_york.systems()} == set(SYSTEMS) == {path.parent.name for path in edition_files()} | {"county"}
    for path in edition_files():
        assert str(new_york.definition(path.parent.name).valid_from) == path.stem
        assert new_york.definition(path.parent.name).system == path.parent.name


@pytest.mark.parametrize("system", SYSTEMS)
def test_no_edition_has_a_problem_or_needs_a_repair(system: str) -> None:
    found = checked(draft(system), ground(), Map() if system == "county" else county_map())
    assert found.notes == ()
    assert found.edition == draft(system).edition  # the file is tidy as it stands


def test_the_counties_have_outlines_that_share_their_borders() -> None:
    outlines = list(county_map().counties.values())
    assert len(outlines) == 62
    assert shapely.is_valid(outlines).all()
    assert shapely.coverage_is_valid(outlines)
    assert shapes.areas_km2(outlines).sum() == pytest.approx(126_986, abs=20)  # of the source before it was simplified
    assert (shapes.overlaps(county_map().counties), shapes.gaps(county_map().counties)) == ([], [])
    assert collection()["vintage"] == "2016"
    assert "2016" in counties().edition.source
    assert (ROOT / "regions/us-ny/counties.geojson").stat().st_size < 600_000


def test_coordinates_are_rounded_alike() -> None:
    points = shapely.get_coordinates(list(county_map().counties.values()))
    assert len(points) > 10_000
    assert (points == np.round(points, 5)).all()


def test_ten_labor_market_regions_take_in_every_county_once() -> None:
    regions = draft("labor_market_region").edition.regions
    assert {region.code: len(region.counties) for region in regions} == COUNTIES_IN
    listed = [county for region in regions for county in region.counties]
    assert sorted(listed) == sorted(ground().counties)
    assert divisions().systems["labor_market_region"].whole["36029"] == "western_new_york"


def test_labor_market_regions_cover_the_state_without_gaps() -> None:
    found, reasons = shapes.dissolved(county_map().counties, draft("labor_market_region").edition.regions)
    assert (len(found), reasons) == (10, {})
    assert shapely.coverage_is_valid(list(found.values()))
    assert shapes.gaps(found, county_map().state) == []


def test_33_workforce_areas_of_which_four_have_no_outline() -> None:
    regions = draft("lwda").edition.regions
    assert len(regions) == 33
    found, reasons = shapes.dissolved(county_map().counties, regions, ground().counties)
    assert len(found) == 29
    assert {code: ("Nassau" in why, "Westchester" in why) for code, why in reasons.items()} == {
        "hempstead_long_beach": (True, False),
        "oyster_bay_north_hempstead_glen_cove": (True, False),
        "westchester_balance_putnam": (False, True),
        "yonkers": (False, True),
    }
    division = divisions().systems["lwda"]
    assert division.shared["36059"].rest is None  # its five towns and cities are all of Nassau
    assert len(division.shared["36059"].named) == 5
    assert division.shared["36119"].rest == "westchester_balance_putnam"
    assert len(division.whole) == 60


def test_oews_areas_take_in_every_county_and_one_crosses_the_state_line() -> None:
    regions = draft("oews_area").edition.regions
    assert len(regions) == 16
    assert sorted(county for region in regions for county in region.counties) == sorted(ground().counties)
    beyond = {region.code: region.counties_beyond_state for region in regions if region.counties_beyond_state}
    assert list(beyond) == ["new_york_newark_jersey_city"]
    assert len(beyond["new_york_newark_jersey_city"]) == 12
    assert all(county.startswith("34") for county in beyond["new_york_newark_jersey_city"])


def test_oews_areas_are_those_for_which_wages_are_kept() -> None:
    rows = [line.split(",")[0] for line in (ROOT / "regions/us-ny/labor_market/areas.csv").read_text().splitlines()[1:]]
    own = {region.official_code for region in draft("oews_area").edition.regions}
    assert own == set(rows) - {"3600000"}  # the state itself is no area


@pytest.mark.parametrize("system", SYSTEMS[1:])
def test_codes_are_slugs_of_names(system: str) -> None:
    assert {region.code: slugged(region.name) for region in draft(system).edition.regions} == {
        region.code: region.code for region in draft(system).edition.regions
    }


def test_career_paths_are_offered_in_regions_that_there_are() -> None:
    text = "".join(path.read_text() for path in (ROOT / "career_paths/us-ny").glob("*.toml"))
    named = {line.split('code = "')[1].split('"')[0] for line in text.splitlines() if "labor_market_region" in line}
    assert named <= COUNTIES_IN.keys()
    assert named


def test_places_are_those_that_the_area_names_list() -> None:
    assert sorted((one.county, one.code) for one in new_york.places()) == [
        ("36059", "glen_cove"),
        ("36059", "hempstead"),
        ("36059", "long_beach"),
        ("36059", "north_hempstead"),
        ("36059", "oyster_bay"),
        ("36119", "yonkers"),
    ]
    assert not (ROOT / "regions/us-ny/zip_areas.csv").exists()


def test_editions_without_problems_are_so_for_a_reason() -> None:
    """A county too few is noticed."""
    full = draft("labor_market_region").edition
    short = full.regions[0].counties[1:]
    less = type(full)(full.system, full.valid_from, full.source, (type(full.regions[0])("x", "X", short), *full.regions[1:]))
    assert [problem.code for problem in editions.problems(less, ground())] == ["county_left_out"]
