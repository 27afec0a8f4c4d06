"""GeoJSON and GeoPackage: codes stay text, a feature may have no shape, equal rows make equal bytes."""

import io
import json
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyogrio
import pytest
import shapely

from app.core.geofiles import write_geojson, write_geopackage

SQUARE = shapely.box(-76.123456789, 42, -75, 43)
ROWS = pa.table(
    {
        "region": pa.array(["western_new_york", "nowhere"]).dictionary_encode(),
        "fips": pa.array(["01001", None]),
        "n": pa.array([3, None], pa.int64()),
        "money": pa.array([Decimal("1.50"), None]),
        "on": pa.array([date(2026, 10, 31), None]),
        "geometry": pa.array([shapely.to_wkb(SQUARE), None], pa.binary()),
    }
)
Writer = Callable[..., int]


def written(write: Writer) -> bytes:
    target = io.BytesIO()
    assert write(ROWS.to_reader(max_chunksize=1), target, layer="regions") == 2
    return target.getvalue()


def test_geojson_has_features_with_text_codes_and_one_without_a_shape() -> None:
    made = json.loads(written(write_geojson))
    assert made["type"] == "FeatureCollection"
    first, second = made["features"]
    assert first["properties"] == {"region": "western_new_york", "fips": "01001", "n": 3, "money": 1.5, "on": "2026-10-31"}
    assert second["properties"]["fips"] is None
    assert second["geometry"] is None
    outline = shapely.from_geojson(json.dumps(first["geometry"]))
    assert outline.equals_exact(SQUARE, 1e-7, normalize=True)
    assert outline.exterior.is_ccw  # RFC 7946 §3.1.6


def test_a_geopackage_is_read_again(tmp_path: Path) -> None:
    target = tmp_path / "regions.gpkg"
    target.write_bytes(written(write_geopackage))
    described, table = pyogrio.read_arrow(target, layer="regions")
    assert described["crs"] == "EPSG:4326"
    rows = table.to_pylist()
    assert [row["fips"] for row in rows] == ["01001", None]
    assert rows[0]["on"] == date(2026, 10, 31)
    assert [row["geometry"] and shapely.from_wkb(row["geometry"]).equals(SQUARE) for row in rows] == [True, None]


@pytest.mark.parametrize("write", [write_geojson, write_geopackage])
def test_equal_rows_make_equal_bytes_at_another_time(write: Writer) -> None:
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    first = written(write)
    time.sleep(1.1)
    assert written(write) == first
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") == before


def test_a_path_is_written_too(tmp_path: Path) -> None:
    target = tmp_path / "regions.geojson"
    write_geojson(ROWS.to_reader(), target, layer="regions")
    assert target.read_bytes() == written(write_geojson)
    assert list(tmp_path.iterdir()) == [target]
