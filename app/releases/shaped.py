"""Releases in files with shapes. Apart from `files`, because importing GDAL takes a second."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from app.core import geofiles
from app.core.tabular import Target
from app.outcomes.files import reader
from app.releases.files import row
from app.releases.protected import Protected
from app.releases.table import Released

Shapes = Mapping[tuple[str, str], bytes]
"""(region system, region) -> WKB in EPSG:4326, of the regions that have an outline."""

_ABOUT = ("state", "region_system", "region", "region_name", "period", "disclosure")
_KINDS = {"geometry": pa.binary(), "numerator": pa.int64(), "denominator": pa.int64(), "status": pa.string()}


def write_geojson(table: Protected[Released], shapes: Shapes, target: Target) -> int:
    """Write a feature a region of every system with its figures as properties; answers how many."""
    return geofiles.write_geojson(reader(featured(table, shapes)), target, layer=_layer(table))


def write_geopackage(table: Protected[Released], shapes: Shapes, target: Target) -> int:
    """The same as a GeoPackage with one layer."""
    return geofiles.write_geopackage(reader(featured(table, shapes)), target, layer=_layer(table))


def _layer(table: Protected[Released]) -> str:
    return f"{table.content.state} outcomes {table.content.period}"


def featured(table: Protected[Released], shapes: Shapes) -> pa.RecordBatch:
    """One row a region, with `geometry`, and of every indicator value (`<population>_<indicator>`), numerator, denominator and status."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for shown in table.content:
        place = (shown.region_system, shown.region)
        told = row(table, shown)
        feature = rows.setdefault(place, {"geometry": shapes.get(place), **{name: told[name] for name in _ABOUT}})
        name = f"{shown.population}_{shown.indicator}"
        feature |= {name: shown.value, f"{name}_numerator": shown.numerator, f"{name}_denominator": shown.denominator}
        feature[f"{name}_status"] = shown.status
    names = list(next(iter(rows.values()))) if rows else []
    schema = pa.schema([(name, pa.string() if name in _ABOUT else _KINDS.get(name.rpartition("_")[2], pa.float64())) for name in names])
    return pa.RecordBatch.from_pylist(list(rows.values()), schema)
