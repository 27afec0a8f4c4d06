"""All the files of a table at once."""

from collections.abc import Mapping
from pathlib import Path

from app.outcomes import files, maps, shaped
from app.outcomes.disclosure import Internal
from app.outcomes.indicators import Population
from app.outcomes.table import Table

MAPPED = (Population.WIOA_PARTICIPANTS, "employment_rate_q2")
"""What the map shows, if nobody asks for something else."""


def write_all(
    table: Internal[Table], shapes: Mapping[str, bytes], folder: Path, stem: str, *, mapped: tuple[Population, str] = MAPPED
) -> list[Path]:
    """Write `<stem>.csv`, .parquet, .xlsx, .geojson, .gpkg, .svg and .png into a folder, which is made if need be; answers the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    plain = {"csv": files.write_csv, "parquet": files.write_parquet, "xlsx": files.write_xlsx}
    outlined = {"geojson": shaped.write_geojson, "gpkg": shaped.write_geopackage}
    written = {form: folder / f"{stem}.{form}" for form in (*plain, *outlined, *maps.FORMS)}
    for form, write in plain.items():
        write(table, written[form])
    for form, draw in outlined.items():
        draw(table, shapes, written[form])
    population, indicator = mapped
    for image in maps.FORMS:
        maps.write_map(table, shapes, written[image], population=population, indicator=indicator, form=image)
    return list(written.values())
