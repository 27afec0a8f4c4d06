"""The regional table as a file in memory, in every form in which somebody may ask for it."""

import asyncio
from collections.abc import Callable, Mapping
from io import BytesIO

from app.core.actor import Actor
from app.core.db import Read
from app.outcomes import files, maps, queries, shaped
from app.outcomes.disclosure import Internal
from app.outcomes.indicators import Population
from app.outcomes.queries import Question
from app.outcomes.table import Table

Write = Callable[[Internal[Table], BytesIO], int]
PLAIN: Mapping[str, tuple[str, Write]] = {
    "csv": ("text/csv; charset=utf-8", files.write_csv),
    "parquet": ("application/vnd.apache.parquet", files.write_parquet),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", files.write_xlsx),
}
SHAPED = {"geojson": ("application/geo+json", shaped.write_geojson), "gpkg": ("application/geopackage+sqlite3", shaped.write_geopackage)}
PICTURES = {"svg": "image/svg+xml", "png": "image/png"}
FORMS = (*PLAIN, *SHAPED, *PICTURES)


async def download(
    read: Read, *, by: Actor, question: Question, table: Internal[Table], form: str, population: Population, indicator: str
) -> tuple[bytes, str, str]:
    """A file's content, its media type and its name. Pictures show one `indicator` of one `population`."""
    name = f"{by.state}-{question.system}-{str(question.period).replace('@', '-')}-{table.mark}.{form}"
    target = BytesIO()
    if form in PLAIN:
        media, write = PLAIN[form]
        await asyncio.to_thread(write, table, target)
        return target.getvalue(), media, name
    outlines = await queries.shapes(read, by=by, question=question)
    if form in SHAPED:
        media, shape = SHAPED[form]
        await asyncio.to_thread(shape, table, outlines, target)
        return target.getvalue(), media, name
    await asyncio.to_thread(
        maps.write_map, table, outlines, target, population=population, indicator=indicator, form="svg" if form == "svg" else "png"
    )
    return target.getvalue(), PICTURES[form], name
