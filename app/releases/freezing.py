"""All the files of a release at once, into the archive."""

from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path

from app.releases import archive, files, pictures, shaped
from app.releases.archive import File
from app.releases.files import MEDIA
from app.releases.protected import Protected
from app.releases.shaped import Shapes
from app.releases.table import Released


def freeze(table: Protected[Released], shapes: Shapes, data_folder: Path) -> list[File]:
    """Write every file of a release and keep it under its hash. Blocks for about a second; what is kept and not used does no harm."""
    where = archive.folder(data_folder, table.content.state)
    stem = f"{table.content.state}-outcomes-{str(table.content.period).replace('@', '-')}"
    writers: Mapping[str, Callable[[BytesIO], int]] = {
        "csv": lambda target: files.write_csv(table, target),
        "xlsx": lambda target: files.write_xlsx(table, target),
        "parquet": lambda target: files.write_parquet(table, target),
        "geojson": lambda target: shaped.write_geojson(table, shapes, target),
        "gpkg": lambda target: shaped.write_geopackage(table, shapes, target),
        "svg": lambda target: pictures.write_svg(table, shapes, target),
        "png": lambda target: pictures.write_png(table, shapes, target),
    }
    kept = [_kept(where, form, f"{stem}.{form}", write) for form, write in writers.items()]
    return [*kept, _kept(where, "json", "datapackage.json", lambda target: files.write_datapackage(table, kept, target))]


def _kept(where: Path, form: str, name: str, write: Callable[[BytesIO], int]) -> File:
    target = BytesIO()
    write(target)
    return archive.keep(where, form, name, target.getvalue(), MEDIA[form])
