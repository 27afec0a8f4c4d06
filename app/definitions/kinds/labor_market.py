"""Occupations and wages: the tables under `regions/<state>/labor_market/`."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
from sqlalchemy import select, union

from app.career_paths.models import TargetOccupation
from app.core.actor import Actor
from app.core.db import Read, Tx
from app.definitions import labor_market as translation
from app.definitions.kind import Home, Wanted
from app.definitions.plan import Entry, Plan, plan
from app.definitions.reading import Reader
from app.labor_market import actions, extract, recorded
from app.labor_market.codes import CodeSystem
from app.labor_market.extract import Extract, NotExtract
from app.labor_market.models import InDemandJob

FOLDER = "labor_market"
LISTS = {"members": CodeSystem.OEWS_2019, "related": CodeSystem.ONET_SOC_2019, "skill_ratings": CodeSystem.ONET_SOC_2019}
"""Tables whose rows go with an occupation, and the system of its code."""


_IN_USE = union(select(InDemandJob.system, InDemandJob.code), select(TargetOccupation.system, TargetOccupation.code))


@dataclass(frozen=True, eq=False)
class Tables:
    """The extract, if there is one. `in_use`: occupations that were ever designated or led to, and stay whatever an extract has."""

    extract: Extract | None = None
    in_use: Collection[tuple[str, str]] = ()


class LaborMarket:
    """The state's extract of OEWS and O*NET, as a whole."""

    name = "labor_market"

    def read(self, reader: Reader, known: Wanted) -> Tables:
        """The extract; none without its folder."""
        folder = known.home.regions / FOLDER
        if not folder.exists():
            return Tables()
        reader.saw(*(folder / f"{table}.csv" for table in extract.TABLES), folder / extract.SOURCES)
        try:
            return Tables(extract.read(folder))
        except NotExtract as wrong:
            reader.violated(folder, wrong.violations)
            return Tables()

    async def current(self, read: Read, *, by: Actor) -> Tables:
        """The extract as recorded."""
        return Tables(await recorded.extract(read, by=by), {(row.system, row.code) for row in await read.all(_IN_USE)})

    def plan(self, current: Tables, wanted: Tables, *, on: date) -> Plan:
        """Table by table: how many rows, and whether they are the same."""
        return plan(_entries(_without_kept(current, wanted.extract)), _entries(wanted.extract), on=on)

    async def people(self, _read: Read, _plan: Plan, /, *, by: Actor) -> Mapping[tuple[str, str], int]:
        """Nobody: figures are about jobs."""
        return {}

    async def apply(self, tx: Tx, wanted: Tables, _plan: Plan, _on: date, /, *, by: Actor) -> None:
        """Take the extract in."""
        if wanted.extract is not None:
            in_use = (await self.current(tx, by=by)).in_use
            await actions.adopt_extract(tx, by=by, extract=wanted.extract, in_use=in_use)

    def files(self, held: Tables, home: Home) -> Mapping[Path, str]:
        """The tables, as the room writes them."""
        if held.extract is None:
            return {}
        with TemporaryDirectory() as folder:
            extract.write(held.extract, Path(folder))
            return {home.regions / FOLDER / file.name: file.read_text(encoding="utf-8") for file in sorted(Path(folder).iterdir())}


def _without_kept(current: Tables, wanted: Extract | None) -> Extract | None:
    """The recorded tables without the occupations that are recorded only because they are in use."""
    if current.extract is None or wanted is None:
        return current.extract
    was, now = (set(held.occupations.select("system", "code").rows()) for held in (current.extract, wanted))
    kept = (was - now) & set(current.in_use)
    pairs = pl.DataFrame(sorted(kept), schema={"system": pl.String, "code": pl.String}, orient="row")
    of_system = {name: pairs.filter(pl.col("system") == system).select("code") for name, system in LISTS.items()}
    tables = {name: getattr(current.extract, name).join(codes, on="code", how="anti") for name, codes in of_system.items()}
    tables["occupations"] = current.extract.occupations.join(pairs, on=["system", "code"], how="anti")
    skills = current.extract.skills.join(tables["skill_ratings"], on="element", how="semi")
    return replace(current.extract, **tables, skills=skills)


def _entries(held: Extract | None) -> Iterator[Entry]:
    return (replace(entry, lasting="designations and paths refer to it") for entry in (translation.entries(held) if held else ()))


LABOR_MARKET = LaborMarket()
