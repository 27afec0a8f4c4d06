"""Which region a county, a place or a ZIP code lies in: worked cases, never a guess."""

from datetime import date
from typing import Any

import pytest

from app.regions.residence import Address, Divisions, decide, located
from app.regions.rules import (
    Decided,
    Division,
    How,
    Located,
    Needs,
    Part,
    Place,
    Region,
    Span,
    Unassigned,
    Undecided,
    ZipArea,
    division,
    locate,
    locate_zip,
    of_counties,
    slugged,
)
from tests.regions.new_york import divisions

PLACES = (
    Place("36059", "hempstead", "Hempstead", "town"),
    Place("36059", "long_beach", "Long Beach", "city"),
    Place("36059", "oyster_bay", "Oyster Bay", "town"),
    Place("36119", "yonkers", "Yonkers", "city"),
    Place("36119", "mount_vernon", "Mount Vernon", "city"),
)
AREAS = (
    Region("north", "North", counties=("36001", "36003")),
    Region("shore", "Shore", parts=(Part("36059", "hempstead"), Part("36059", "long_beach"))),
    Region("bay", "Bay", counties=("36103",), parts=(Part("36059", "oyster_bay"),)),
    Region("yonkers", "Yonkers", parts=(Part("36119", "yonkers"),)),
    Region("balance", "Balance", counties=("36079",), parts=(Part("36119"),)),
)
DIVIDED = division("lwda", AREAS, {"36005": "nobody has agreed to it"})
NASSAU, WESTCHESTER = ("bay", "shore"), ("balance", "yonkers")


@pytest.mark.parametrize(
    ("county", "place", "found"),
    [
        ("36001", None, Decided("north", How.COUNTY)),
        ("36001", "anywhere", Decided("north", How.COUNTY)),
        ("36059", "Hempstead", Decided("shore", How.PLACE)),
        ("36059", "  town of HEMPSTEAD ", Decided("shore", How.PLACE)),
        ("36059", "Hempstead (town)", Decided("shore", How.PLACE)),
        ("36059", "Long Beach, NY", Decided("shore", How.PLACE)),
        ("36059", "long_beach", Decided("shore", How.PLACE)),
        ("36059", "Oyster-Bay", Decided("bay", How.PLACE)),
        ("36119", "Yonkers", Decided("yonkers", How.PLACE)),
        ("36119", "City of Yonkers", Decided("yonkers", How.PLACE)),
        ("36119", "White Plains", Decided("balance", How.REST_OF_COUNTY)),
        ("36119", "Mount Vernon", Decided("balance", How.REST_OF_COUNTY)),
        ("36079", None, Decided("balance", How.COUNTY)),
        ("36005", None, Unassigned("nobody has agreed to it")),
        ("36999", None, Unassigned("No region of this system takes in this county.")),
    ],
)
def test_a_county_and_its_place_decide(county: str, place: str | None, found: Located) -> None:
    assert locate(DIVIDED, county=county, place=place, places=PLACES) == found


@pytest.mark.parametrize(
    ("county", "place", "candidates", "words"),
    [
        ("36059", None, NASSAU, "city or town of the address decides"),
        ("36059", " , NY", NASSAU, "city or town of the address decides"),
        ("36059", "Levittown", NASSAU, "not a village, hamlet or post office"),
        ("36059", "Village of Hempstead", NASSAU, "Is Hempstead meant"),
        ("36059", "Hempsted", NASSAU, "Is Hempstead meant"),
        ("36119", None, WESTCHESTER, "city or town of the address decides"),
        ("36119", "Yonkes", WESTCHESTER, "Is Yonkers meant"),
        ("36119", "town of Yonkers", WESTCHESTER, "Is Yonkers meant"),
    ],
)
def test_what_is_open_says_what_it_needs(county: str, place: str | None, candidates: tuple[str, ...], words: str) -> None:
    found = locate(DIVIDED, county=county, place=place, places=PLACES)
    assert isinstance(found, Undecided)
    assert (found.candidates, found.needs) == (candidates, Needs.PLACE)
    assert words in found.detail


def test_a_place_belongs_to_its_county() -> None:
    """A Yonkers of another county is not the one that a region names."""
    assert isinstance(locate(DIVIDED, county="36059", place="Yonkers", places=PLACES), Undecided)


ZIPS = (
    ZipArea("11550", "36059", "hempstead"),
    ZipArea("11801", "36059", "oyster_bay"),
    ZipArea("11801", "36059", "hempstead"),
    ZipArea("11003", "36059"),
    ZipArea("10701", "36119", "yonkers"),
    ZipArea("12007", "36001"),
    ZipArea("12007", "36103"),
    ZipArea("10451", "36005"),
)


@pytest.mark.parametrize(
    ("zip_code", "found"),
    [
        ("11550", Decided("shore", How.ZIP)),
        ("10701", Decided("yonkers", How.ZIP)),
        ("10451", Unassigned("nobody has agreed to it")),
    ],
)
def test_a_zip_code_decides_if_all_that_it_delivers_to_lies_in_one_region(zip_code: str, found: Located) -> None:
    assert locate_zip(DIVIDED, zip_code=zip_code, areas=ZIPS, places=PLACES) == found


@pytest.mark.parametrize(
    ("zip_code", "candidates", "needs"),
    [
        ("11801", NASSAU, Needs.PLACE),
        ("11003", NASSAU, Needs.PLACE),
        ("12007", ("bay", "north"), Needs.COUNTY),
        ("99999", (), Needs.COUNTY),
    ],
)
def test_a_zip_code_can_leave_it_open(zip_code: str, candidates: tuple[str, ...], needs: Needs) -> None:
    found = locate_zip(DIVIDED, zip_code=zip_code, areas=ZIPS, places=PLACES)
    assert isinstance(found, Undecided)
    assert (found.candidates, found.needs) == (candidates, needs)


@pytest.mark.parametrize(
    ("counties", "found"),
    [
        (["36001"], Decided("north", How.POINT)),
        (["36001", "36003"], Decided("north", How.POINT)),  # on the border of two counties of one region
        (["36005"], Unassigned("nobody has agreed to it")),
    ],
)
def test_a_point_lies_where_its_county_lies(counties: list[str], found: Located) -> None:
    assert of_counties(DIVIDED, counties) == found


@pytest.mark.parametrize(
    ("counties", "candidates", "needs"),
    [
        (["36001", "36103"], ("bay", "north"), Needs.COUNTY),
        (["36059"], NASSAU, Needs.PLACE),
        (["36059", "36103"], NASSAU, Needs.COUNTY),
        (["36001", "36005"], ("north",), Needs.COUNTY),
    ],
)
def test_a_point_can_leave_it_open(counties: list[str], candidates: tuple[str, ...], needs: Needs) -> None:
    found = of_counties(DIVIDED, counties)
    assert isinstance(found, Undecided)
    assert (found.candidates, found.needs) == (candidates, needs)


def test_counties_are_a_system_of_their_own() -> None:
    counties = division("county", [Region("36001", "Albany County")])
    assert locate(counties, county="36001") == Decided("36001", How.COUNTY)
    assert not counties.drawn


def test_drawn_regions_need_a_point() -> None:
    drawn = division("service_area", [Region("east", "East"), Region("west", "West")])
    found = locate(drawn, county="36001")
    assert isinstance(found, Undecided)
    assert found.needs is Needs.POINT


@pytest.mark.parametrize(
    ("name", "slug"),
    [("Western New York", "western_new_york"), ("St. Lawrence", "st_lawrence"), ("Prince George's", "prince_georges"), ("  , x", "")],
)
def test_slugs(name: str, slug: str) -> None:
    assert slugged(name) == slug


def test_spans_are_half_open() -> None:
    year = Span(date(2025, 1, 1), date(2026, 1, 1))
    assert year.holds(date(2025, 1, 1))
    assert not year.holds(date(2026, 1, 1))
    assert year.overlaps(Span(date(2025, 12, 31)))
    assert not year.overlaps(Span(date(2026, 1, 1)))


def region(found: dict[str, dict[str, Any]], system: str) -> tuple[Any, Any]:
    return found[system]["region"], found[system]["how"]


def test_an_address_is_decided_in_every_system_of_new_york() -> None:
    found = decide(divisions(), county="36059", place="Hempstead", zip_code="11550", out_of_state=None)
    assert found == {
        "county": {"region": "36059", "how": "county"},
        "labor_market_region": {"region": "long_island", "how": "county"},
        "lwda": {"region": "hempstead_long_beach", "how": "place"},
        "oews_area": {"region": "new_york_newark_jersey_city", "how": "county"},
    }


def test_an_address_without_its_place_is_open_in_one_system_alone() -> None:
    found = decide(divisions(), county="36059", place=None, zip_code="11550", out_of_state=None)
    assert region(found, "labor_market_region") == ("long_island", "county")
    assert region(found, "lwda") == (None, "needs_place")
    assert found["lwda"]["candidates"] == ["hempstead_long_beach", "oyster_bay_north_hempstead_glen_cove"]


def test_a_zip_code_alone_needs_a_county_where_no_table_has_it() -> None:
    found = decide(divisions(), county=None, place=None, zip_code="14201", out_of_state=None)
    assert {told["how"] for told in found.values()} == {"needs_county"}


def test_an_address_in_another_state_has_a_region_where_a_system_crosses_the_line() -> None:
    hudson = decide(divisions(), county="34017", place=None, zip_code=None, out_of_state="NJ")
    assert region(hudson, "oews_area") == ("new_york_newark_jersey_city", "county")
    assert {region(hudson, system) for system in ("county", "labor_market_region", "lwda")} == {(None, "out_of_state")}
    somewhere = decide(divisions(), county=None, place=None, zip_code="07302", out_of_state="NJ")
    assert {region(somewhere, system) for system in somewhere} == {(None, "out_of_state")}


def test_a_zip_code_helps_where_the_county_leaves_it_open() -> None:
    ground = Divisions("36", {"lwda": DIVIDED}, PLACES, ZIPS)
    assert region(decide(ground, county="36059", place=None, zip_code="11550-1234", out_of_state=None), "lwda") == ("shore", "zip")
    assert region(decide(ground, county="36059", place=None, zip_code="11801", out_of_state=None), "lwda") == (None, "needs_place")
    assert region(decide(ground, county="36059", place="Levittown", zip_code="11550", out_of_state=None), "lwda") == (None, "needs_place")
    assert region(decide(ground, county=None, place=None, zip_code="10701", out_of_state=None), "lwda") == ("yonkers", "zip")
    assert region(decide(ground, county=None, place=None, zip_code=None, out_of_state=None), "lwda") == (None, "needs_county")


def test_many_addresses_are_each_decided_once() -> None:
    one, other = Address("36001"), Address("36059", "Hempstead")
    found = located(divisions(), [one, other, one])
    assert list(found) == [one, other]
    assert found[other]["lwda"]["region"] == "hempstead_long_beach"


def test_a_division_knows_nothing_beyond_its_regions() -> None:
    assert locate(Division("empty"), county="36001") == Unassigned("No region of this system takes in this county.")
