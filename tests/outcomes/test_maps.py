"""The map: it says what it shows and for whom, and where there is no number, the word for why."""

import io
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pyogrio
import pytest
import shapely

from app.outcomes.disclosure import NOTICE, Internal
from app.outcomes.indicators import Population
from app.outcomes.maps import drawn, write_map
from app.outcomes.shaped import featured, write_geojson, write_geopackage
from app.outcomes.table import Table
from tests.outcomes.test_table import GEOGRAPHY, exited, made

WIOA = Population.WIOA_PARTICIPANTS
SQUARE = shapely.box(-79, 42, -78, 43)
SHAPES = {"western_new_york": SQUARE.wkb}


@pytest.fixture(scope="module")
def table() -> Internal[Table]:
    return Internal(made([exited(**{"1602": 1, "1704": 820_000}), exited(**{"1602": 0})], []))


@pytest.mark.parametrize(
    ("indicator", "said"),
    [
        ("employment_rate_q2", "50.0 % of 2"),
        ("median_earnings_q2", "$8,200 (n = 1)"),
        ("participants_exited", "0"),
        ("employment_rate_q4", "not applicable"),
    ],
)
def test_what_it_says(table: Internal[Table], indicator: str, said: str) -> None:
    target = io.BytesIO()
    assert write_map(table, SHAPES, target, population=WIOA, indicator=indicator, form="svg") == 1
    words = [element.text for element in ElementTree.fromstring(target.getvalue()).iter() if element.text and element.text.strip()]
    assert {"Western New York", said, NOTICE} <= set(words)
    assert any("PY 2026 Q1" in str(text) and "as known on 2026-10-31" in str(text) for text in words)
    assert any("Region unknown" in str(text) and "Out of state" in str(text) for text in words)


def test_without_a_number_a_region_is_grey_and_dashed(table: Internal[Table]) -> None:
    spec = drawn(table, SHAPES, population=WIOA, indicator="employment_rate_q4")
    layers = spec["layer"]
    known, unknown = (spec["datasets"][layer["data"]["name"]]["features"] for layer in layers[:2])
    assert (len(known), [feature["properties"]["said"] for feature in unknown]) == (0, ["not applicable"])
    assert layers[1]["mark"]["fill"] == "#e4e4e4"
    assert layers[1]["mark"]["strokeDash"]


def test_the_same_figures_make_the_same_picture(table: Internal[Table]) -> None:
    pictures = []
    for _ in range(2):
        target = io.BytesIO()
        write_map(table, SHAPES, target, population=WIOA, indicator="employment_rate_q2", form="svg")
        pictures.append(target.getvalue())
    assert pictures[0] == pictures[1]


def test_features_have_figures_and_a_shape_where_there_is_one(table: Internal[Table]) -> None:
    rows = {row["region"]: row for row in featured(table, SHAPES).to_pylist()}
    assert rows.keys() == {*GEOGRAPHY.regions, "unknown", "out_of_state", "us-ny"}
    western = rows["western_new_york"]
    assert shapely.from_wkb(western["geometry"]).equals(SQUARE)
    name = "wioa_participants_employment_rate_q2"
    assert (western[name], western[f"{name}_numerator"], western[f"{name}_denominator"], western[f"{name}_status"]) == (0.5, 1, 2, "ok")
    assert rows["us-ny"]["geometry"] is None


def test_files_that_a_map_program_reads(table: Internal[Table], tmp_path: Path) -> None:
    for name, write in (("o.geojson", write_geojson), ("o.gpkg", write_geopackage)):
        assert write(table, SHAPES, tmp_path / name) == 4
        read = pyogrio.read_dataframe(tmp_path / name)
        assert set(read["disclosure"]) == {"internal"}
        assert read["wioa_participants_employment_rate_q2"].dropna().tolist() == [0.5, 0.5]
        assert read.geometry.notna().sum() == 1
