"""Files of outlines: the formats, the reference systems, and what is refused."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import geopandas
import pyogrio
import pytest
import shapely

from app.regions import files
from app.regions.files import read
from app.regions.problems import Unfit
from tests.regions.grids import square

SHAPES = {"west": square(-79, 42), "east": square(-78, 42), "nowhere": None}
SYSTEMS = ("EPSG:4326", "EPSG:4269", "EPSG:2262", "EPSG:26918", "EPSG:3857", "EPSG:5070", "ESRI:102003")
SUFFIX = {"GeoJSON": ".geojson", "GPKG": ".gpkg", "ESRI Shapefile": ".shp"}


def frame(crs: str | None) -> geopandas.GeoDataFrame:
    drawn = geopandas.GeoDataFrame({"code": list(SHAPES), "name": [code.title() for code in SHAPES]}, geometry=list(SHAPES.values()))
    return drawn.set_crs("EPSG:4326").to_crs(crs) if crs else drawn


def written(tmp_path: Path, driver: str, crs: str | None, **how: Any) -> bytes:
    """A file as a GIS program writes it; a Shapefile zipped, in a folder of the zip file."""
    path = tmp_path / f"regions{SUFFIX[driver]}"
    pyogrio.write_dataframe(frame(crs), path, driver=driver, **how)
    if driver != "ESRI Shapefile":
        return path.read_bytes()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(tmp_path.glob("regions.*")):
            archive.write(part, f"folder/{part.name}")
        archive.writestr("__MACOSX/folder/._regions.shp", b"\0")
    return packed.getvalue()


def refused(data: bytes, **how: Any) -> list[tuple[str, str, str]]:
    with pytest.raises(Unfit) as caught:
        read(data, **how)
    return [(problem.feature, problem.code, problem.detail) for problem in caught.value.problems]


@pytest.mark.parametrize("crs", SYSTEMS)
@pytest.mark.parametrize("driver", SUFFIX)
def test_every_format_in_every_reference_system_gives_the_same_outlines(tmp_path: Path, driver: str, crs: str) -> None:
    found = read(written(tmp_path, driver, crs, **({"RFC7946": "NO"} if driver == "GeoJSON" else {})))
    assert [(one.fields["code"], one.fields["name"]) for one in found.features] == [(code, code.title()) for code in SHAPES]
    for feature, shape in zip(found.features, SHAPES.values(), strict=True):
        assert (feature.shape is None) is (shape is None)
        if shape is not None:
            # A metre at most: straight edges are bent by no one, and datums of this continent differ by less.
            assert shapely.hausdorff_distance(feature.shape, shape) < 2e-5
    assert [note.code for note in found.notes] == ([] if crs == "EPSG:4326" else ["reprojected"])
    assert found.crs == crs or (crs, found.crs) == ("EPSG:4326", "OGC:CRS84")


def collection(geometry: Any = None, **more: Any) -> bytes:
    features = [{"type": "Feature", "properties": {"code": "a"}, "geometry": geometry}]
    return json.dumps({"type": "FeatureCollection", "features": features, **more}).encode()


def test_the_members_beside_the_features_are_kept() -> None:
    assert read(collection(valid_from="2026-01-01")).members == {"valid_from": "2026-01-01"}


def test_a_byte_order_mark_is_no_hindrance() -> None:
    assert len(read(b"\xef\xbb\xbf" + collection()).features) == 1


@pytest.mark.parametrize("driver", ["GPKG", "ESRI Shapefile"])
def test_an_unknown_reference_system_is_refused(tmp_path: Path, driver: str) -> None:
    with pytest.warns(UserWarning, match="'crs' was not provided"):
        data = written(tmp_path, driver, None)
    [(feature, code, _)] = refused(data)
    assert (feature, code) == ("file", "unknown_crs")


@pytest.mark.parametrize(
    "crs",
    [
        {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::999999"}},
        {"type": "name", "properties": {"name": "somewhere"}},
        {"type": "name", "properties": {}},
        {"type": "name"},
        {"type": "link", "properties": {"href": "http://example.org/crs"}},
        {"type": "name", "properties": {"name": "EPSG:5703"}},  # heights
        "EPSG:4326",
    ],
)
def test_a_reference_system_that_geojson_does_not_name_well_is_refused(crs: Any) -> None:
    assert [code for _, code, _ in refused(collection(crs=crs))] == ["unknown_crs"]


def test_geojson_of_2008_names_its_reference_system() -> None:
    named = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    assert read(collection(crs=named)).notes == ()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "unknown_format"),
        (b"GIF89a", "unknown_format"),
        (b'<OGRVRTDataSource><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTDataSource>', "unknown_format"),
        (b"{", "not_json"),
        (b'{"type": "FeatureCollection", "features": [NaN]}', "not_json"),
        (b"{" + b'"a":[' * 100_000, "not_json"),
        (b'{"type": "Feature"}', "not_geojson"),
        (b'{"type": "FeatureCollection", "features": {}}', "not_geojson"),
        (b'{"type": "FeatureCollection", "features": []}', "no_regions"),
        (b"SQLite format 3\x00" + bytes(200), "unknown_format"),
        (b"SQLite format 3\x00" + bytes(52) + b"GPKG" + bytes(200), "unreadable"),
        (b"PK\x03\x04" + bytes(200), "not_zip"),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore:GPKG")  # GDAL's own words about a damaged one
def test_what_is_no_file_of_outlines_is_refused(data: bytes, code: str) -> None:
    [(feature, found, detail)] = refused(data)
    assert (feature, found) == ("file", code)
    assert "/" + "tmp" not in detail


def test_every_bad_geometry_is_named() -> None:
    ring = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}
    features = [
        {"type": "Feature", "properties": {"code": "short"}, "geometry": ring},
        {"type": "Feature", "properties": {}, "geometry": {"type": "Ball"}},
        {"type": "Feature", "properties": None, "geometry": {"type": "Polygon", "coordinates": "round"}},
        7,
        {"type": "Feature", "properties": {"code": "good"}, "geometry": None},
    ]
    found = refused(json.dumps({"type": "FeatureCollection", "features": features}).encode())
    assert [(feature, code) for feature, code, _ in found] == [
        ("short", "bad_geometry"),
        ("row 2", "bad_geometry"),
        ("row 3", "bad_geometry"),
        ("row 4", "not_geojson"),
    ]


def zipped(**members: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "."), content)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("members", "code", "words"),
    [
        ({"readme__txt": b"hello"}, "which_shapefile", "this one holds 0"),
        ({"a__shp": b"1", "b__shp": b"2"}, "which_shapefile", "this one holds 2"),
        ({"a__shp": b"1", "a__prj": b"2"}, "incomplete", ".shx, .dbf"),
        ({"a__shp": b"1", "a__shx": b"1", "a__dbf": b"1"}, "unknown_crs", ".prj"),
        ({"a__shp": b"1", "a__shx": b"1", "a__dbf": b"1", "a__prj": b"x"}, "unreadable", "damaged"),
        ({"a__shp": bytes(30_000_000), "a__shx": b"1", "a__dbf": b"1", "a__prj": b"x"}, "zip_bomb", "no Shapefile does"),
    ],
)
def test_zip_files_that_are_not_one_shapefile_are_refused(members: dict[str, bytes], code: str, words: str) -> None:
    [(_, found, detail)] = refused(zipped(**members))
    assert found == code
    assert words in detail


def test_a_name_that_climbs_out_of_the_folder_writes_nothing_there(tmp_path: Path) -> None:
    data = io.BytesIO(written(tmp_path, "ESRI Shapefile", "EPSG:4326"))
    climbing = io.BytesIO()
    with zipfile.ZipFile(data) as source, zipfile.ZipFile(climbing, "w") as target:
        for one in source.infolist()[:-1]:  # without what macOS adds
            target.writestr(f"../../../climbed/{Path(one.filename).name}", source.read(one))
    assert len(read(climbing.getvalue()).features) == 3


def test_a_geopackage_with_several_layers_needs_a_name(tmp_path: Path) -> None:
    path = tmp_path / "two.gpkg"
    for layer in ("one", "two"):
        pyogrio.write_dataframe(frame("EPSG:4326"), path, layer=layer, append=path.exists())
    data = path.read_bytes()
    [(_, code, detail)] = refused(data)
    assert (code, detail) == ("which_layer", "Say which layer holds the regions: one, two.")
    assert len(read(data, layer="two").features) == 3
    [(_, code, _)] = refused(data, layer="three")
    assert code == "no_such_layer"


@pytest.mark.parametrize(
    ("limit", "most", "code"), [("MOST_BYTES", 10, "too_large"), ("MOST_FEATURES", 0, "too_many"), ("MOST_POINTS", 4, "too_many")]
)
def test_what_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch, limit: str, most: int, code: str) -> None:
    data = collection(json.loads(shapely.to_geojson(square(0, 0))))
    assert read(data).features
    monkeypatch.setattr(files, limit, most)
    assert [found for _, found, _ in refused(data)] == [code]
