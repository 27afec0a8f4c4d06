"""Occupations and wages: the tables under `regions/<state>/labor_market/`."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from app.core.actor import Actor
from app.core.db import Read, Tx
from app.definitions import labor_market as translation
from app.definitions.kind import Home, Wanted
from app.definitions.plan import Entry, Plan, plan
from app.definitions.reading import Reader
from app.labor_market import actions, extract, recorded
from app.labor_market.extract import Extract, NotExtract

FOLDER = "labor_market"


class LaborMarket:
    """The state's extract of OEWS and O*NET, as a whole."""

    name = "labor_market"

    def read(self, reader: Reader, known: Wanted) -> Extract | None:
        """The extract; None without its folder."""
        folder = known.home.regions / FOLDER
        if not folder.exists():
            return None
        reader.saw(*(folder / f"{table}.csv" for table in extract.TABLES), folder / extract.SOURCES)
        try:
            return extract.read(folder)
        except NotExtract as wrong:
            reader.violated(folder, wrong.violations)
            return None

    async def current(self, read: Read, *, by: Actor) -> Extract | None:
        """The extract as recorded."""
        return await recorded.extract(read, by=by)

    def plan(self, current: Extract | None, wanted: Extract | None, *, on: date) -> Plan:
        """Table by table: how many rows, and whether they are the same."""
        return plan(_entries(current), _entries(wanted), on=on)

    async def people(self, _read: Read, _plan: Plan, /, *, by: Actor) -> Mapping[tuple[str, str], int]:
        """Nobody: figures are about jobs."""
        return {}

    async def apply(self, tx: Tx, wanted: Extract | None, _plan: Plan, _on: date, /, *, by: Actor) -> None:
        """Take the extract in."""
        if wanted is not None:
            await actions.adopt_extract(tx, by=by, extract=wanted)

    def files(self, held: Extract | None, home: Home) -> Mapping[Path, str]:
        """The tables, as the room writes them."""
        if held is None:
            return {}
        with TemporaryDirectory() as folder:
            extract.write(held, Path(folder))
            return {home.regions / FOLDER / file.name: file.read_text(encoding="utf-8") for file in sorted(Path(folder).iterdir())}


def _entries(held: Extract | None) -> Iterator[Entry]:
    return (replace(entry, lasting=True) for entry in (translation.entries(held) if held else ()))


LABOR_MARKET = LaborMarket()
