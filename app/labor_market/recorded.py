"""The labor market tables that the database holds, as the extract that they were loaded from: for exports and for plans."""

from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl
from sqlalchemy import bindparam, select

from app.core.actor import Actor
from app.core.db import Read
from app.labor_market import queries
from app.labor_market.codes import CodeSystem
from app.labor_market.extract import KEYS, OF_SOURCE, TABLES, Extract
from app.labor_market.figures import MEASURES, status_column
from app.labor_market.models import Occupation, OewsArea, ReportedTitle, Wage

_FIGURES = [column for measure in MEASURES for column in (measure, status_column(measure))]
_AREAS = select(OewsArea.area, OewsArea.title, OewsArea.kind, OewsArea.top_code).where(OewsArea.vintage == bindparam("vintage"))
_WAGES = select(Wage.area, Wage.code, *(getattr(Wage, name) for name in _FIGURES)).where(Wage.vintage == bindparam("vintage"))
_OCCUPATIONS = select(
    Occupation.system, Occupation.code, Occupation.title, Occupation.job_zone, Occupation.description,
    Occupation.members, Occupation.related, Occupation.skills,
)  # fmt: skip
_TITLES = select(ReportedTitle.code, ReportedTitle.title)


async def extract(read: Read, *, by: Actor) -> Extract | None:
    """The state's extract with the newest figures; None if none was loaded. Taking it in again changes nothing."""
    sources = {key: source for key, source in (await queries.sources(read, by=by)).items() if key in OF_SOURCE}
    if sources.keys() != OF_SOURCE.keys():
        return None
    vintage = {"vintage": sources["oews"].vintage}
    areas = await read.all(_AREAS, vintage)
    occupations = await read.all(_OCCUPATIONS)
    rated = [(row.code, skill) for row in occupations for skill in row.skills]
    tables: dict[str, Iterator[Sequence[Any]]] = {
        "areas": (row[:3] for row in areas),
        "occupations": (row[:5] for row in occupations),
        "members": ((row.code, member) for row in occupations if row.system == CodeSystem.OEWS_2019 for member in row.members),
        "reported_titles": (tuple(row) for row in await read.all(_TITLES)),
        "related": ((row.code, near["code"], near["tier"], near["rank"]) for row in occupations for near in row.related),
        "skills": iter(sorted({(skill["element"], skill["skill"]) for _, skill in rated})),
        "skill_ratings": ((code, skill["element"], skill["importance"], skill["level"]) for code, skill in rated),
    }
    frames = {name: pl.DataFrame([tuple(row) for row in rows], schema=TABLES[name], orient="row") for name, rows in tables.items()}
    wages = [tuple(row) for row in await read.all(_WAGES, vintage)]
    numbers: dict[str, type[pl.DataType]] = {**TABLES["wages"], **{status_column(measure): pl.String for measure in MEASURES}}
    frames["wages"] = pl.DataFrame(wages, schema={name: numbers[name] for name in ("area", "code", *_FIGURES)}, orient="row")
    return Extract(
        **{name: frame.sort(KEYS[name]) for name, frame in frames.items()},
        top_code=min((row.top_code for row in areas), default=0),
        sources=sources,
    )
