"""`workforce regions derive-shapes`: outlines for the folder regions/ out of published boundaries."""

import json
import sys
from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from app.cli import main
from app.definitions import regions as translation
from app.regions import shapes
from app.regions.deriving import derive
from app.regions.files import Feature, Read
from app.regions.problems import Unfit
from tests.regions.grids import Shape, counties, square


def wiggly(shape: Shape) -> Shape:
    """A border with a bend every hundredth of a degree, the same on both sides."""

    def bend(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return points + np.column_stack([np.sin(points[:, 1] * 500), np.cos(points[:, 0] * 500)]) * 1e-5

    return shapely.transform(shapely.segmentize(shape, 0.01), bend)


BASE = {code: wiggly(shape) for code, shape in counties(3, 2).items()}


def source(extra: Shape = None) -> Read:
    rows = [Feature({"GEOID": code, "NAME": f"Number {code[-1]}"}, shape) for code, shape in BASE.items()]
    return Read("GeoJSON", "EPSG:4326", (*rows, Feature({"GEOID": "98001", "NAME": "Elsewhere"}, extra or square(-60, 40))))


def test_outlines_of_one_state_are_simplified_as_one_coverage() -> None:
    found = derive(source(), code="GEOID", name="NAME", prefix="99", suffix="County", tolerance_m=100)
    assert list(found.shapes) == sorted(BASE)
    assert found.names["99003"] == "Number 3 County"
    assert found.points < found.points_before / 5
    assert found.moved_km2 < 20
    outlines = list(found.shapes.values())
    assert shapely.coverage_is_valid(outlines)
    assert (shapely.get_coordinates(outlines) == np.round(shapely.get_coordinates(outlines), 5)).all()


def test_a_suffix_is_not_put_twice() -> None:
    one = Read("GeoJSON", "EPSG:4326", (Feature({"id": "a", "name": "Kings County"}, square(0, 0)),))
    assert derive(one, code="id", name="name", suffix="County").names == {"a": "Kings County"}


@pytest.mark.parametrize(
    ("read", "prefix", "code"),
    [
        (source(), "97", "no_regions"),
        (source(extra=square(-70.5, 40)), "9", "torn_borders"),
        (Read("GeoJSON", "EPSG:4326", source().features[:1] * 2), "99", "duplicate_code"),
        (Read("GeoJSON", "EPSG:4326", (Feature({"GEOID": "99000"}, shapely.Point(0, 0)),)), "99", "not_an_area"),
    ],
)
def test_boundaries_that_cannot_be_derived_from(read: Read, prefix: str, code: str) -> None:
    with pytest.raises(Unfit) as caught:
        derive(read, code="GEOID", name="NAME", prefix=prefix)
    assert [problem.code for problem in caught.value.problems] == [code]


def command(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr(sys, "argv", ["workforce", "regions", "derive-shapes", *arguments])
    main()


def test_the_command_writes_what_definitions_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    published, made = tmp_path / "published.gpkg", tmp_path / "counties.geojson"
    geopandas.GeoDataFrame({"GEOID": list(BASE), "NAME": list("ABCDEF")}, geometry=list(BASE.values()), crs=4326).to_crs(5070).to_file(
        published
    )
    told = ["--out", str(made), "--valid-from", "2020-01-01", "--source", "A bureau", "--vintage", "2016", "--tolerance", "100"]
    with pytest.raises(SystemExit) as done:
        command(monkeypatch, str(published), *told, "--suffix", "County")
    assert done.value.code == 0
    assert "6 outlines" in capsys.readouterr().out
    body = json.loads(made.read_text())
    draft = translation.drawn(body, system="county")
    assert [region.name for region in draft.edition.regions] == [f"{letter} County" for letter in "ABCDEF"]
    assert draft.edition.source == "A bureau; boundaries of 2016"
    assert shapes.areas_km2(list(draft.drawn.values())).sum() == pytest.approx(shapes.areas_km2(list(BASE.values())).sum(), rel=1e-4)

    with pytest.raises(SystemExit) as failed:
        command(monkeypatch, str(published), *told, "--prefix", "98")
    assert failed.value.code == 1
    assert "No feature has a 'GEOID' that begins with '98'" in capsys.readouterr().err
