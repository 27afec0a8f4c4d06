"""What is written is read back as it was, and the same definitions make the same bytes."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from app.contract.career_paths import CareerPathDefinition, CollectionDefinition
from app.contract.definitions import Definition, Line
from app.definitions import translation, writing
from app.definitions.reading import Reader
from tests.definitions.strategies import COLLECTIONS, LINES, PATHS

within_one_folder = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


def read_back(folder: Path, text: str, model: type[BaseModel]) -> Any:
    path = folder / "one.toml"
    path.write_bytes(text.encode())
    reader = Reader(folder)
    found = reader.toml(path, model)
    assert not reader.mistakes
    assert found is not None
    return found.value


@within_one_folder
@given(path=PATHS)
def test_a_path_survives_its_file(path: CareerPathDefinition, tmp_path: Path) -> None:
    text = writing.toml(path)
    assert read_back(tmp_path, text, CareerPathDefinition) == path
    assert writing.toml(read_back(tmp_path, text, CareerPathDefinition)) == text


@within_one_folder
@given(collection=COLLECTIONS)
def test_a_collection_survives_its_file(collection: CollectionDefinition, tmp_path: Path) -> None:
    assert read_back(tmp_path, writing.toml(collection), CollectionDefinition) == collection


@settings(deadline=None, max_examples=100)
@given(path=PATHS, collection=COLLECTIONS)
def test_a_definition_survives_the_rooms_own_types(path: CareerPathDefinition, collection: CollectionDefinition) -> None:
    assert translation.path_definition(translation.path(path)) == path
    assert translation.collection_definition(translation.collection(collection)) == collection


class Place(Definition):
    """A row with a code, a name, a day, a number and something that may be absent."""

    county: Line
    name: Line
    since: date
    share: int
    note: Line | None = None


@within_one_folder
@given(rows=st.lists(st.builds(Place, county=LINES, name=LINES, since=st.dates(), share=st.integers(), note=LINES | st.none()), max_size=5))
def test_a_table_survives_its_file(rows: list[Place], tmp_path: Path) -> None:
    path = tmp_path / "places.csv"
    path.write_bytes(writing.table(rows, Place).encode())
    reader = Reader(tmp_path)
    assert [found.value for found in reader.csv(path, Place)] == rows
    assert not reader.mistakes


def test_codes_stay_text(tmp_path: Path) -> None:
    """01001 is Autauga County, neither 513 nor 1001."""
    path = tmp_path / "places.csv"
    path.write_text("county,name,since,share,note\n01001,NO,2025-01-01,1,\n", encoding="utf-8")
    assert [found.value.county for found in Reader(tmp_path).csv(path, Place)] == ["01001"]
    toml = tmp_path / "place.toml"
    toml.write_text('county = 1001\nname = "x"\nsince = 2025-01-01\nshare = 1\n', encoding="utf-8")
    reader = Reader(tmp_path)
    assert reader.toml(toml, Place) is None
    assert [(m.line, m.key, m.code) for m in reader.mistakes] == [(1, "county", "string_type")]


def test_a_feature_collection_has_one_feature_a_line() -> None:
    features = [{"type": "Feature", "properties": {"code": code}, "geometry": None} for code in ("a", "b")]
    text = writing.collection(features, name="regions")
    assert json.loads(text) == {"type": "FeatureCollection", "name": "regions", "features": features}
    assert len(text.splitlines()) == 4


def test_only_what_differs_is_written(tmp_path: Path) -> None:
    files = {"a/one.toml": "x = 1\n", "b.csv": "x\n1\n"}
    assert writing.put(tmp_path, files) == [tmp_path / "a/one.toml", tmp_path / "b.csv"]
    assert writing.put(tmp_path, files) == []
    assert writing.put(tmp_path, files | {"b.csv": "x\n2\n"}) == [tmp_path / "b.csv"]


@pytest.mark.parametrize("cost", [129.0, 129])
def test_money_is_text(cost: object) -> None:
    step = {"key": "ab", "title": "t", "kind": "course", "hours": 1, "weeks": 1, "delivery": "online", "cost": cost}
    with pytest.raises(ValueError, match="write money as text"):
        CareerPathDefinition.model_validate({"steps": [step | {"provider": {"kind": "boces", "name": "n"}}]})
