"""Editions that are proposed: checked, repaired, compared with what is in force."""

from dataclasses import replace
from datetime import date

import pytest
import shapely

from app.regions import drafts, shapes
from app.regions.drafts import Draft, Map, What, changes, checked, refusal, same
from app.regions.problems import Unfit
from app.regions.rules import Part, Region
from app.regions.shapes import Shape
from tests.regions.grids import counties, edition, ground, square

BASE = counties(3, 1)
MAP, GROUND = Map(BASE), ground(3, 1, ("99001", "town"))
A, B, C = BASE
EAST, WEST = Region("east", "East", (B, C)), Region("west", "West", (A,))
LISTED = Draft(edition("lwda", EAST, WEST))


def drawn(system: str = "service_area", **shown: Shape) -> Draft:
    regions = [Region(code.removeprefix("_"), code) for code in shown]
    return Draft(edition(system, *regions), {code.removeprefix("_"): shape for code, shape in shown.items() if shape is not None})


def refused(draft: Draft, against: Map = MAP) -> list[tuple[str, str]]:
    with pytest.raises(Unfit) as caught:
        checked(draft, GROUND, against)
    return [(problem.feature, problem.code) for problem in caught.value.problems]


def test_a_draft_is_tidied() -> None:
    messy = Draft(edition("lwda", WEST, replace(EAST, counties=(C, B))))
    assert checked(messy, GROUND, MAP).edition == LISTED.edition


def test_the_reason_that_we_gave_for_a_missing_outline_is_not_the_regions_own() -> None:
    """A map that was read can be put again."""
    parted = Region("a", "A", (A, C), (Part(B, "town"), Part(B)))
    reason = drafts.outlined(Draft(edition("lwda", parted)), MAP, GROUND.counties)[1]["a"]
    told = checked(Draft(edition("lwda", replace(parted, no_shape=reason))), GROUND, MAP)
    assert told.edition.regions[0].no_shape is None
    own = checked(Draft(edition("lwda", replace(parted, no_shape="nobody drew it"))), GROUND, MAP)
    assert own.edition.regions[0].no_shape == "nobody drew it"


def test_outlines_that_say_what_the_counties_say_are_not_kept() -> None:
    outlines = shapes.dissolved(BASE, LISTED.edition.regions)[0]
    found = checked(replace(LISTED, drawn=outlines), GROUND, MAP)
    assert found.drawn == {}
    assert same(LISTED, found)
    assert refused(replace(LISTED, drawn={"east": square(-70, 40)})) == [("east", "drawn_and_listed")]
    parted = Draft(edition("lwda", Region("a", "A", (A, C), (Part(B, "town"), Part(B)))), {"a": square(-70, 40)})
    assert refused(parted) == [("a", "drawn_and_listed")]


def test_drawn_regions_are_repaired_with_notes() -> None:
    tie = shapely.Polygon([(-70, 40), (-69, 41), (-69, 40), (-70, 41)])
    found = checked(drawn(tie=tie), GROUND, MAP)
    assert shapely.is_valid(found.drawn["tie"])
    assert (found.notes[0].feature, found.notes[0].code) == ("tie", "repaired")
    assert {note.code for note in found.notes[1:]} == {"gap"}


def test_every_problem_of_outlines_is_named() -> None:
    line = shapely.LineString([(0, 0), (1, 1)])
    assert refused(drawn(line=line, nothing=None, fine=square(-70, 40))) == [("line", "not_an_area"), ("nothing", "nothing_in_it")]
    assert refused(drawn(a=square(-70, 40), b=square(-69.5, 40), far=square(10, 10))) == [("a", "overlap"), ("far", "wrong_state")]
    assert refused(drawn("county", _99000=square(-70, 40), _99001=None)) == [("99001", "no_outline")]


def test_a_county_may_say_why_it_has_no_outline() -> None:
    bare = Draft(edition("county", Region("99000", "A", no_shape="not in the source")))
    assert checked(bare, GROUND, Map()).drawn == {}


def test_without_counties_nothing_is_measured_against_the_state() -> None:
    far = drawn(far=square(10, 10))
    assert checked(far, GROUND, Map()).drawn == {"far": square(10, 10)}


def test_changes_between_two_editions() -> None:
    after = Draft(edition("lwda", replace(WEST, counties=(A, B)), Region("new", "New", (C,)), since="2021-01-01"))
    found = {one.code: one for one in changes(LISTED, after, MAP)}
    assert {code: one.what for code, one in found.items()} == {"east": What.ENDED, "new": What.ADDED, "west": What.CHANGED}
    assert (found["west"].gained, found["west"].lost) == ((B,), ())
    assert found["west"].moved_km2 == pytest.approx(shapes.area_km2(BASE[B]))
    assert (found["new"].gained, found["east"].lost) == ((C,), (B, C))
    assert changes(LISTED, LISTED, MAP) == []
    assert [one.what for one in changes(None, LISTED, MAP)] == [What.ADDED, What.ADDED]


def test_a_new_name_is_a_change_that_moves_nothing() -> None:
    renamed = Draft(edition("lwda", EAST, replace(WEST, name="Far West")))
    [one] = changes(LISTED, renamed, MAP)
    assert (one.code, one.moved_km2, one.gained, one.lost) == ("west", 0, (), ())


def test_a_border_that_is_drawn_otherwise_is_a_change() -> None:
    before, after = drawn(a=square(-70, 40), b=square(-69, 40)), drawn(a=shapely.box(-70, 40, -69.1, 41), b=shapely.box(-69.1, 40, -68, 41))
    found = changes(before, after, MAP)
    assert [(one.code, one.what) for one in found] == [("a", What.CHANGED), ("b", What.CHANGED)]
    assert found[0].moved_km2 == pytest.approx(found[1].moved_km2)
    [gone] = changes(before, replace(before, drawn={"a": square(-70, 40)}), MAP)
    assert (gone.code, gone.moved_km2) == ("b", None)


def test_what_says_nothing_new() -> None:
    assert same(LISTED, Draft(edition("lwda", EAST, WEST, since="2030-01-01")))
    assert not same(None, LISTED)
    assert not same(LISTED, replace(LISTED, edition=replace(LISTED.edition, source="somebody else")))
    assert not same(LISTED, replace(LISTED, edition=replace(LISTED.edition, unassigned={"99009": "why"})))
    one = drawn(a=square(-70, 40))
    assert same(one, drawn(a=square(-70, 40)))
    assert not same(one, drawn(a=square(-69.99, 40)))
    assert not same(one, replace(one, drawn={}))


@pytest.mark.parametrize(
    ("since", "until", "words"),
    [
        ("2020-01-02", None, None),
        ("2020-01-01", None, "is not edited but replaced"),
        ("2019-12-31", None, "later valid_from than 2020-01-01"),
        ("2024-12-31", date(2025, 1, 1), "hold until 2025-01-01"),
        ("2025-01-01", date(2025, 1, 1), None),
    ],
)
def test_what_is_in_force_is_not_edited(since: str, until: date | None, words: str | None) -> None:
    found = refusal(LISTED, Draft(edition("lwda", EAST, WEST, since=since)), until)
    assert found is None if words is None else words in (found or "")
    assert refusal(None, LISTED) is None
