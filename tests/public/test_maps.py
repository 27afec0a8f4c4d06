"""Regions as drawings: small, in whole numbers, with a mark in each."""

import re

from shapely import MultiPolygon, Polygon, box

from app.public.maps import APART, WIDTH, drawn


def test_nothing_is_drawn_of_nothing() -> None:
    assert (drawn({}).height, drawn({}).paths) == (0, {})


def test_neighbours_fill_the_drawing() -> None:
    found = drawn({"west": box(-80, 42, -76, 45), "east": box(-76, 42, -72, 45)})
    assert set(found.paths) == set(found.marks) == {"west", "east"}
    assert found.paths["east"].startswith("M")
    numbers = [int(number) for number in re.findall(r"-?\d+", " ".join(found.paths.values()))]
    assert max(numbers) <= WIDTH
    assert 380 < found.height < 420 * 2, "a degree east is shorter than one north"
    (x, y), (u, _) = found.marks["west"], found.marks["east"]
    assert x < WIDTH / 2 < u
    assert 0 < y < found.height


def test_specks_are_left_out_and_the_main_part_never() -> None:
    found = drawn({"islands": MultiPolygon([box(-80, 42, -76, 45), box(-75.001, 42, -75, 42.001)]), "far": box(-72.001, 44, -72, 44.001)})
    assert found.paths["islands"].count("M") == 1
    assert "far" in found.paths


def test_a_line_of_many_points_becomes_a_short_path() -> None:
    jagged = Polygon([(-80, 42), *((-80 + n / 2000, 45 + (n % 2) / 4000) for n in range(8000)), (-76, 42)])
    assert len(drawn({"one": jagged}).paths["one"]) < 400


def test_marks_do_not_lie_on_each_other() -> None:
    small = {f"r{n}": box(-74 + n / 50, 40.7, -74 + (n + 1) / 50, 40.72) for n in range(6)}
    marks = list(drawn({"large": box(-80, 41, -74, 45), **small}).marks.values())
    for number, (x, y) in enumerate(marks):
        for u, v in marks[:number]:
            assert (x - u) ** 2 + (y - v) ** 2 > (APART * 0.6) ** 2
