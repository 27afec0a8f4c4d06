"""Tables with shapes, out into files: GeoJSON and GeoPackage, streamed, the same rows always the same bytes.

Apart from `app.core.tabular`, because importing GDAL takes a second that most commands need not wait for.
"""

import contextlib
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyogrio

from app.core.tabular import Target, opened, plain

_one_at_a_time = threading.Lock()  # GDAL's options belong to the whole process


def write_geojson(batches: pa.RecordBatchReader, target: Target, *, layer: str, geometry: str = "geometry") -> int:
    """Write GeoJSON (RFC 7946: WGS 84, counter-clockwise, seven decimals); answers the number of features.

    The column `geometry` holds WKB in EPSG:4326; a null is a feature without a shape.
    """
    return _write(batches, target, layer, geometry, driver="GeoJSON", options={"RFC7946": "YES"})


def write_geopackage(batches: pa.RecordBatchReader, target: Target, *, layer: str, geometry: str = "geometry") -> int:
    """Write a GeoPackage with one layer; answers the number of features. `geometry` as for `write_geojson`."""
    return _write(batches, target, layer, geometry, driver="GPKG", options={"GEOMETRY_NAME": geometry})


def _write(batches: pa.RecordBatchReader, target: Target, layer: str, geometry: str, *, driver: str, options: dict[str, str]) -> int:
    schema = pa.schema([pa.field(field.name, _known(field.type)) for field in batches.schema])
    rows = 0

    def plainly() -> Iterator[pa.RecordBatch]:
        nonlocal rows
        for batch in batches:
            rows += batch.num_rows
            columns = [plain(column).cast(field.type) for column, field in zip(batch.columns, schema, strict=True)]
            yield pa.RecordBatch.from_arrays(columns, schema=schema)

    with TemporaryDirectory() as folder, _fixed_date():
        made = Path(folder) / ("table.gpkg" if driver == "GPKG" else "table.geojson")
        pyogrio.write_arrow(
            pa.RecordBatchReader.from_batches(schema, plainly()),
            made,
            layer=layer,
            driver=driver,
            geometry_name=geometry,
            geometry_type="Unknown",
            crs="EPSG:4326",
            layer_options=options,
        )
        with made.open("rb") as source, opened(target) as file:
            shutil.copyfileobj(source, file)
    return rows


def _known(kind: pa.DataType) -> pa.DataType:
    """A type that GDAL can write in the place of one that it cannot."""
    if pa.types.is_dictionary(kind):
        return _known(kind.value_type)
    if pa.types.is_decimal(kind):
        return pa.float64()
    return pa.string() if pa.types.is_string_view(kind) else kind


@contextlib.contextmanager
def _fixed_date() -> Iterator[None]:
    """GDAL writes the time into a GeoPackage unless it is told one."""
    with _one_at_a_time:
        before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2000-01-01T00:00:00.000Z"})
        try:
            yield
        finally:
            pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
