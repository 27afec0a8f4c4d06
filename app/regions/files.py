"""Files of outlines: GeoJSON, GeoPackage and zipped Shapefiles, in any coordinate reference system, into longitude and latitude.

What comes from outside is not trusted: how large a file may be, what a zip file unpacks to and how many points it draws is limited, and
only the members of a Shapefile are unpacked, under names of our own. The kind of a file is told by its first bytes, never by its name, so
that GDAL is handed nothing but what it is meant to read.
"""

import io
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import geopandas
import numpy as np
import pyogrio
import pyproj
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from app.regions.problems import FILE, Problem, Unfit
from app.regions.shapes import Shape

MOST_BYTES = 100_000_000
MOST_UNPACKED = 400_000_000
MOST_TIMES_SMALLER = 200  # geometry shrinks to a third; a member that shrinks to a thousandth is made to harm
MOST_FEATURES = 20_000
MOST_POINTS = 5_000_000
WGS_84 = "EPSG:4326"
MEMBERS = (".shp", ".shx", ".dbf", ".prj", ".cpg")


@dataclass(frozen=True)
class Feature:
    """One row of a file: what it says and its outline in longitude and latitude, or None."""

    fields: Mapping[str, Any]
    shape: Shape | None


@dataclass(frozen=True)
class Read:
    """What a file holds. `crs` names the reference system that it was in; `notes` says what was done about it."""

    kind: str
    crs: str
    features: tuple[Feature, ...]
    notes: tuple[Problem, ...] = ()
    members: Mapping[str, Any] | None = None  # of a GeoJSON file: what stands beside its features


def read(data: bytes, *, layer: str | None = None) -> Read:
    """The features of a file. `layer` is needed where a GeoPackage has several. Raises `Unfit`, which says what is wrong."""
    if len(data) > MOST_BYTES:
        raise _unfit("too_large", f"The file has {len(data):,} bytes; {MOST_BYTES:,} are the most. Simplify the outlines.")
    if data[:4] == b"PK\x03\x04":
        found = _shapefile(data)
    elif data[:16] == b"SQLite format 3\x00" and data[68:70] == b"GP":  # application ids of GeoPackages: GP10, GP11, GPKG
        found = _geopackage(data, layer)
    elif data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        found = _geojson(data)
    else:
        raise _unfit("unknown_format", "This is no GeoJSON, no GeoPackage and no zipped Shapefile.")
    return found


def _geojson(data: bytes) -> Read:
    try:
        body = json.loads(data.decode("utf-8-sig"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as wrong:
        raise _unfit("not_json", f"This is not JSON: {wrong}") from wrong
    return collected(body)


def collected(body: Any) -> Read:
    """The features of a GeoJSON FeatureCollection that has been parsed. Raises `Unfit` and names each feature that cannot be read."""
    listed = body.get("features") if isinstance(body, dict) else None
    if not isinstance(body, dict) or body.get("type") != "FeatureCollection" or not isinstance(listed, list):
        raise _unfit("not_geojson", "GeoJSON of regions is a FeatureCollection with a list of features.")
    crs = _crs(_named(body.get("crs")))
    problems: list[Problem] = []
    features: list[Feature] = []
    for number, one in enumerate(listed, start=1):
        if not isinstance(one, dict) or not isinstance(one.get("properties") or {}, dict):
            problems.append(Problem(f"row {number}", "not_geojson", "This is no feature with properties."))
            continue
        try:
            shape = geometry(one.get("geometry"))
        except ValueError as wrong:
            problems.append(Problem(_called(one, number), "bad_geometry", str(wrong)))
            continue
        features.append(Feature(one.get("properties") or {}, shape))
    if problems:
        raise Unfit(problems)
    members = {name: value for name, value in body.items() if name not in ("type", "features", "crs")}
    return _in_degrees("GeoJSON", crs, features, members)


def _called(feature: Mapping[str, Any], number: int) -> str:
    """The region's code, or else the feature's row."""
    code = (feature.get("properties") or {}).get("code")
    return code if isinstance(code, str) and code else f"row {number}"


def geometry(written: Any) -> Shape | None:
    """A GeoJSON geometry as an outline, or None. Raises `ValueError` and says what is wrong with it."""
    if written is None:
        return None
    try:
        return shapely.from_geojson(json.dumps(written, allow_nan=False))
    except (shapely.errors.ShapelyError, TypeError, ValueError, RecursionError) as wrong:
        raise ValueError(f"This geometry cannot be read: {str(wrong).split(': ', 1)[-1]}") from wrong


def _named(member: Any) -> Any:
    """The reference system that GeoJSON of 2008 names; without one it is WGS 84 (RFC 7946, section 4)."""
    if member is None:
        return WGS_84
    if isinstance(member, dict) and member.get("type") == "name" and isinstance(member.get("properties"), dict):
        return member["properties"].get("name")
    return None


def _geopackage(data: bytes, layer: str | None) -> Read:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "outlines.gpkg"
        path.write_bytes(data)
        with _readable():
            layers = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
        if layer is None and len(layers) != 1:
            raise _unfit("which_layer", f"Say which layer holds the regions: {', '.join(layers) or 'this file has none with outlines'}.")
        if layer is not None and layer not in layers:
            raise _unfit("no_such_layer", f"There is no layer '{layer}'; there are: {', '.join(layers) or 'none with outlines'}.")
        return _by_gdal(path, "GeoPackage", layer or layers[0])


def _shapefile(data: bytes) -> Read:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "outlines.shp"
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                for member, suffix in _members(archive):
                    path.with_suffix(suffix).write_bytes(_unpacked(archive, member))
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error) as wrong:
            raise _unfit("not_zip", f"This zip file cannot be unpacked: {wrong}") from wrong
        return _by_gdal(path, "Shapefile", None)


def _members(archive: zipfile.ZipFile) -> Iterator[tuple[zipfile.ZipInfo, str]]:
    """The parts of the one Shapefile in a zip file, with their suffixes."""
    files = [one for one in archive.infolist() if not one.is_dir() and not one.filename.startswith("__MACOSX")]
    shapes = [one for one in files if one.filename.lower().endswith(".shp")]
    if len(shapes) != 1:
        raise _unfit("which_shapefile", f"A zip file holds one Shapefile; this one holds {len(shapes)}.")
    stem = shapes[0].filename[:-4].lower()
    parts = {suffix: one for one in files for suffix in MEMBERS if one.filename.lower() == stem + suffix}
    if missing := [suffix for suffix in (".shp", ".shx", ".dbf") if suffix not in parts]:
        raise _unfit("incomplete", f"The Shapefile has no {', '.join(missing)} file beside it.")
    if ".prj" not in parts:
        raise _unfit("unknown_crs", "The Shapefile has no .prj file, so nobody knows which coordinate reference system it is in.")
    unpacked = sum(one.file_size for one in parts.values())
    packed = sum(one.compress_size for one in parts.values())
    if unpacked > MOST_UNPACKED or unpacked > max(packed, 1) * MOST_TIMES_SMALLER:
        raise _unfit("zip_bomb", f"The zip file unpacks from {packed:,} to {unpacked:,} bytes, which no Shapefile does.")
    yield from ((one, suffix) for suffix, one in parts.items())


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """A member's bytes, and no more of them than its header announced."""
    with archive.open(member) as source:
        content = source.read(member.file_size + 1)
    if len(content) != member.file_size:
        raise zipfile.BadZipFile(f"{member.filename} is not as long as the zip file says")
    return content


def _by_gdal(path: Path, kind: str, layer: str | None) -> Read:
    with _readable():
        described, table = pyogrio.read_arrow(path, layer=layer, max_features=MOST_FEATURES + 1)
    if described["crs"] is None:
        raise _unfit("unknown_crs", f"The {kind} does not say which coordinate reference system it is in.")
    column = described["geometry_name"] or "wkb_geometry"
    if column not in table.column_names:
        raise _unfit("no_outlines", "This file has no outlines.")
    shapes = shapely.from_wkb(np.array(table.column(column).to_pylist(), dtype=object))
    fields = table.drop_columns([column]).to_pylist()
    return _in_degrees(kind, _crs(described["crs"]), [Feature(row, shape) for row, shape in zip(fields, shapes, strict=True)], None)


class _readable:  # noqa: N801  # reads as a word: `with _readable():`
    """GDAL's errors as ours, without the path of the temporary file in them."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, DataSourceError | DataLayerError):
            raise _unfit("unreadable", "The file is damaged, or it is not what its first bytes say.") from error


def _crs(named: Any) -> pyproj.CRS:
    if named is None:
        raise _unfit("unknown_crs", "The coordinate reference system has to be named, as in EPSG:4326; a link is not followed.")
    try:
        return pyproj.CRS.from_user_input(named)
    except pyproj.exceptions.CRSError as wrong:
        raise _unfit("unknown_crs", f"There is no coordinate reference system '{str(named)[:60]}'.") from wrong


def _in_degrees(kind: str, crs: pyproj.CRS, features: Sequence[Feature], members: Mapping[str, Any] | None) -> Read:
    """Features in WGS 84. Everything that is no reference system of the earth's surface is refused."""
    _limited(features)
    name = ":".join(authority) if (authority := crs.to_authority(min_confidence=80)) else crs.name
    if not (crs.is_geographic or crs.is_projected) or crs.name.lower() in ("unknown", "undefined"):
        raise _unfit("unknown_crs", f"'{crs.name}' is no coordinate reference system of the earth's surface.")
    if name in (WGS_84, "OGC:CRS84"):
        return Read(kind, name, tuple(features), (), members)
    outlines = geopandas.GeoSeries([None if one.shape is None else shapely.force_2d(one.shape) for one in features], crs=crs).to_crs(WGS_84)
    moved = [Feature(one.fields, shape) for one, shape in zip(features, outlines, strict=True)]
    note = Problem(FILE, "reprojected", f"The outlines were moved from {name} to longitude and latitude (WGS 84).")
    return Read(kind, name, tuple(moved), (note,), members)


def _limited(features: Sequence[Feature]) -> None:
    if not features:
        raise _unfit("no_regions", "There are no regions here.")
    if len(features) > MOST_FEATURES:
        raise _unfit("too_many", f"There are more than {MOST_FEATURES:,} features.")
    points = sum(int(shapely.get_num_coordinates(one.shape)) for one in features if one.shape is not None)
    if points > MOST_POINTS:
        raise _unfit("too_many", f"The outlines have {points:,} points; {MOST_POINTS:,} are the most. Simplify them.")


def _unfit(code: str, detail: str) -> Unfit:
    return Unfit([Problem(FILE, code, detail)])


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")
