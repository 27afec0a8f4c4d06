"""The regional table of the demonstration's report period, and the files that it leaves behind."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

from app.core.actor import Actor
from app.core.db import Database
from app.core.periods import Period
from app.core.tabular import Target
from app.demo.shares import AS_OF
from app.outcomes import files, queries
from app.outcomes.disclosure import Internal
from app.outcomes.indicators import Population
from app.outcomes.queries import Question, Store
from app.outcomes.table import Table

PERIOD = Period.parse("quarter@2026-09-30")
SYSTEM = "labor_market_region"
MAPPED = (Population.WIOA_PARTICIPANTS, "employment_rate_q2")
NAME = "ny-outcomes"
FILES = 7
"""How many files there are of the table: five of figures, and two of the map."""

Shapes = Mapping[str, bytes]


async def computed(database: Database, *, by: Actor, data_folder: Path) -> tuple[Internal[Table], Shapes]:
    """The table, and the outlines of its regions. The extract is the one that the served API finds too."""
    asked = Question(PERIOD, SYSTEM, AS_OF)
    store = Store(database, data_folder / "extracts")
    async with database.reading(by) as read:
        return await queries.outcomes(read, by=by, store=store, question=asked), await queries.shapes(read, by=by, question=asked)


async def written(table: Internal[Table], shapes: Shapes, folder: Path, told: Callable[[str], None]) -> list[Path]:
    """Write every file of the table, and its map; `told` hears of each before it is written."""
    writers = _writers(table, shapes)
    paths = [folder / f"{NAME}.{form}" for form in writers]
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    for path, write in zip(paths, writers.values(), strict=True):
        told(path.name)
        await asyncio.to_thread(write, path)
    return paths


def _writers(table: Internal[Table], shapes: Shapes) -> Mapping[str, Callable[[Target], int]]:
    """How each form is written: by the writers that the API uses."""
    from app.outcomes import maps, shaped  # noqa: PLC0415 - GDAL and Vega take two seconds, which nobody waits for who is refused

    population, indicator = MAPPED
    return {
        "csv": lambda target: files.write_csv(table, target),
        "xlsx": lambda target: files.write_xlsx(table, target),
        "parquet": lambda target: files.write_parquet(table, target),
        "geojson": lambda target: shaped.write_geojson(table, shapes, target),
        "gpkg": lambda target: shaped.write_geopackage(table, shapes, target),
        "svg": lambda target: maps.write_map(table, shapes, target, population=population, indicator=indicator, form="svg"),
        "png": lambda target: maps.write_map(table, shapes, target, population=population, indicator=indicator, form="png"),
    }
