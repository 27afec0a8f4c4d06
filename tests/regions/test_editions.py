"""What can be wrong with an edition: every problem at once, each with the region and the reason."""

import pytest
from hypothesis import given

from app.regions import editions
from app.regions.editions import Edition, Moved, moved
from app.regions.problems import Problem, Unfit, refuse
from app.regions.rules import Part, Region, division, touching
from tests.regions.grids import counties, edition, ground, partitions, quick

GROUND = ground(3, 1, ("99001", "town"), ("99001", "city"))
A, B, C = "99000", "99001", "99002"
WHOLE = Region("all", "All", counties=(A, B, C))


def codes(one: Edition) -> list[tuple[str, str]]:
    return [(problem.feature, problem.code) for problem in editions.problems(one, GROUND)]


@pytest.mark.parametrize(
    ("regions", "found"),
    [
        ([WHOLE], []),
        ([Region("a", "A", (A, C)), Region("b", "B", parts=(Part(B, "town"),)), Region("c", "C", parts=(Part(B),))], []),
        ([], [("file", "no_regions")]),
        ([Region("a", "A", (A, B)), Region("a", "A again", (C,))], [("a", "duplicate_code")]),
        ([Region("a", "A", (A, B)), Region("b", "B", (B, C))], [("b", "duplicate_county")]),
        ([Region("a", "A", (A, A, B, C))], [("a", "duplicate_county")]),
        ([Region("a", "A", (A, B))], [("file", "county_left_out")]),
        ([Region("a", "A", (A, B, C, "99009"))], [("a", "unknown_county")]),
        ([Region("a", "A", (A, B, C, "36029"))], [("a", "wrong_state")]),
        ([Region("a", "A", (A, B, C), counties_beyond_state=(A,))], [("a", "not_beyond_state"), ("a", "duplicate_county")]),
        ([Region("a", "A", (A, B, C), counties_beyond_state=("36029",))], []),
        ([Region("a", "A", (A, C), (Part(B, "village"), Part(B)))], [("a", "unknown_place")]),
        ([Region("a", "A", (A, C), (Part(B),))], [("a", "rest_of_nothing")]),
        ([Region("a", "A", (A, B, C)), Region("b", "B", parts=(Part(B, "town"),))], [("b", "county_not_shared")]),
        (
            [Region("a", "A", (A, C), (Part(B, "town"),)), Region("b", "B", parts=(Part(B, "town"), Part(B)))],
            [("b", "duplicate_county")],
        ),
        ([Region("drawn", "Drawn"), Region("too", "Too")], []),  # drawn regions list no counties, so none is left out
    ],
)
def test_problems(regions: list[Region], found: list[tuple[str, str]]) -> None:
    assert codes(edition("lwda", *regions)) == found


def test_an_unassigned_county_is_mentioned_and_has_no_region() -> None:
    assert codes(edition("lwda", Region("a", "A", (A, B)), _99002="nobody agreed")) == []
    assert codes(edition("lwda", WHOLE, _99002="nobody agreed")) == [("all", "assigned_and_not")]
    shared = (Region("a", "A", (A, C), (Part(B, "town"),)), Region("b", "B", parts=(Part(B),)))
    assert {code for _, code in codes(edition("lwda", *shared, _99001="nobody agreed"))} == {"assigned_and_not"}
    assert codes(edition("lwda", WHOLE, _36029="x", _99009="y")) == [("file", "wrong_state"), ("file", "unknown_county")]


@pytest.mark.parametrize(
    ("code", "found"), [("99000", None), ("36029", "wrong_state"), ("9900", "not_a_county_code"), ("albany", "not_a_county_code")]
)
def test_counties_are_coded_by_fips(code: str, found: str | None) -> None:
    assert codes(edition("county", Region(code, "A county"))) == ([(code, found)] if found else [])


def test_everything_is_named_at_once_with_county_and_owner() -> None:
    wrong = edition("lwda", Region("a", "A", (A, "36029")), Region("b", "B", (A,)))
    details = [str(problem) for problem in editions.problems(wrong, GROUND)]
    assert details == [
        "a: 36029 lies in another state: codes of this one's counties begin with 99.",
        "b: County 99000 (99000) is in a already.",
        "file: No region takes in County 99001 (99001): list it as unassigned, with the reason.",
        "file: No region takes in County 99002 (99002): list it as unassigned, with the reason.",
    ]


@quick
@given(partitions(list(counties(3, 1))))
def test_a_partition_has_no_problems_and_finds_every_county(regions: list[Region]) -> None:
    assert codes(edition("lwda", *regions)) == []
    found = division("lwda", regions)
    assert found.whole == {county: region.code for region in regions for county in region.counties}


def test_what_moves_between_two_editions() -> None:
    before = Region("a", "A", (A, B))
    after = Region("a", "A", (A,), (Part(B, "town"), Part(C)))
    assert moved(before, after) == Moved((f"{B}/town", f"{C}/rest"), (B,))


def test_regions_that_touch_the_same_counties() -> None:
    these = [Region("a", "A", (A,)), Region("b", "B", (B,))]
    those = [Region("x", "X", (C,), (Part(B),)), Region("y", "Y", parts=(Part(B, "town"),))]
    assert list(touching(these, those)) == [("b", "x", frozenset({B})), ("b", "y", frozenset({B}))]


def test_a_refusal_carries_every_problem_once() -> None:
    one, other = Problem("a", "bad", "Bad."), Problem("file", "worse", "Worse.")
    with pytest.raises(Unfit) as caught:
        refuse([one, other, one])
    assert caught.value.problems == (one, other)
    assert [(v.pointer, v.code) for v in caught.value.violations] == [("regions/a", "bad"), ("", "worse")]
    assert str(caught.value) == "2 problems. The first: a: Bad."
    refuse([])
