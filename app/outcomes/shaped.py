"""Tables of outcomes in files with shapes. Apart from `files`, because importing GDAL takes a second."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from app.core import geofiles
from app.core.tabular import Target
from app.outcomes.disclosure import Internal
from app.outcomes.files import reader, row
from app.outcomes.table import Figure, Table


def write_geojson(table: Internal[Table], shapes: Mapping[str, bytes], target: Target) -> int:
    """Write a feature a region with its figures as properties; answers how many. `shapes`: region -> WKB in EPSG:4326, if any."""
    return geofiles.write_geojson(reader(featured(table, shapes)), target, layer=_layer(table))


def write_geopackage(table: Internal[Table], shapes: Mapping[str, bytes], target: Target) -> int:
    """The same as a GeoPackage with one layer."""
    return geofiles.write_geopackage(reader(featured(table, shapes)), target, layer=_layer(table))


def _layer(table: Internal[Table]) -> str:
    return f"{table.content.geography.state} {table.content.geography.system} {table.content.period} ({table.mark})"


def featured(table: Internal[Table], shapes: Mapping[str, bytes]) -> pa.RecordBatch:
    """One row a region, with `geometry`, and of every indicator value (`<population>_<indicator>`), numerator, denominator and status."""
    rows: dict[str, dict[str, Any]] = {}
    for figure in table.content:
        feature = rows.setdefault(figure.region, _feature(table, figure, shapes))
        name = f"{figure.indicator.population}_{figure.indicator.name}"
        feature[name] = figure.printed
        feature[f"{name}_numerator"], feature[f"{name}_denominator"] = figure.numerator, figure.denominator
        feature[f"{name}_status"] = figure.status.value
    kinds = {"geometry": pa.binary(), "numerator": pa.int64(), "denominator": pa.int64(), "status": pa.string()}
    told = list(next(iter(rows.values()))) if rows else []
    about = set(_ABOUT)
    schema = pa.schema([(name, pa.string() if name in about else kinds.get(name.rpartition("_")[2], pa.float64())) for name in told])
    return pa.RecordBatch.from_pylist(list(rows.values()), schema)


_ABOUT = ("state", "region_system", "region", "region_name", "period", "disclosure")


def _feature(table: Internal[Table], figure: Figure, shapes: Mapping[str, bytes]) -> dict[str, Any]:
    told = row(table, figure)
    return {"geometry": shapes.get(figure.region), **{name: told[name] for name in _ABOUT}}
