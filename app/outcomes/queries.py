"""Questions about outcomes: the regional table, the receipt of a figure, and the outlines to draw it on.

The first question after anything changed makes the extract anew, unless whoever asks has patience; that and the computing leave the event
loop.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import narwhals as nw
import polars as pl

from app.core.actor import Actor
from app.core.db import Read
from app.core.periods import Period, last_day
from app.outcomes.disclosure import Internal
from app.outcomes.extract import Extract
from app.outcomes.frame import known, region, taking_part
from app.outcomes.fresh import NONE, extracted
from app.outcomes.fresh import Store as Store
from app.outcomes.indicators import Counted, Population
from app.outcomes.measures import Asked, indicators
from app.outcomes.receipts import Receipt
from app.outcomes.receipts import receipt as receipt_of
from app.outcomes.table import Basis, Geography, Table, named, table
from app.outcomes.tally import tally
from app.outcomes.tasks import ask
from app.regions import maps
from app.regions import queries as regions
from app.regions.kept import Kept
from app.states import queries as states
from app.states.policy import Policy


@dataclass(frozen=True)
class Question:
    """Which table: of what report period, by the regions of which system, as known today."""

    period: Period
    system: str
    today: date


_tables: Kept[Table] = Kept(32)


async def outcomes(read: Read, *, by: Actor, store: Store, question: Question, patience: timedelta = NONE) -> Internal[Table]:
    """The regional table, of facts no older than `patience`.

    Raises `NotFound` for a system that there is not, or that has no regions at the end of the report period.
    """
    edition = await regions.edition(read, by=by, system=question.system, on=last_day(question.period.quarter))
    names = {one.code: one.name for one in await regions.regions(read, by=by, edition=edition.id)}
    state = await states.this(read, by=by)
    geography = Geography(by.state, state.name, question.system, names)
    asked = Asked(question.period, question.today, await states.policy(read, by=by, on=question.today))
    found = await _extract(read, by=by, store=store, postal=state.postal, policy=asked.policy, patience=patience)

    async def make() -> Table:
        return await asyncio.to_thread(tabulated, found, asked, geography)

    key = (by.state, found.digest, found.read_at, edition.id, asked)
    return Internal(await _tables.get(key, make))


@dataclass(frozen=True)
class Look:
    """A way of looking at the facts: what was asked for, and by the regions of which systems."""

    asked: Asked
    geographies: tuple[Geography, ...]


@dataclass(frozen=True)
class Crossed:
    """Tables by the regions of several systems out of one extract, and the tallies that all their figures are sums of.

    looks: that of the tables, and others at the same facts: what earlier releases would be if they were made of these
    together: one a kind of row: how many rows share their regions and places in every look; columns are named by `seen`
    """

    tables: tuple[Table, ...]
    looks: tuple[Look, ...]
    together: Mapping[Counted, pl.DataFrame]


def seen(look: int, column: str) -> str:
    """The name of a column of a look, by its number: 0 is that of the tables."""
    return f"{look}|{column}"


async def look(read: Read, *, by: Actor, period: Period, systems: Sequence[str], on: date) -> Look:
    """A look at the facts as they were known on a day, in a report period, by the regions at its end. Raises `NotFound`."""
    state = await states.this(read, by=by)
    asked = Asked(period, on, await states.policy(read, by=by, on=on))
    geographies = []
    for system in systems:
        edition = await regions.edition(read, by=by, system=system, on=last_day(period.quarter))
        names = {one.code: one.name for one in await regions.regions(read, by=by, edition=edition.id)}
        geographies.append(Geography(by.state, state.name, system, names))
    return Look(asked, tuple(geographies))


async def crossed(read: Read, *, by: Actor, store: Store, looks: Sequence[Look]) -> Internal[Crossed]:
    """The regional tables of the first look, by several systems at once, as `outcomes` gives each; and all looks together."""
    state = await states.this(read, by=by)
    found = await _extract(read, by=by, store=store, postal=state.postal, policy=looks[0].asked.policy)
    return Internal(await asyncio.to_thread(tabulated_together, found, looks))


def tabulated_together(found: Extract, looks: Sequence[Look]) -> Crossed:
    """The tables of several geographies out of one tally. Blocks for as long as it takes."""
    asked, geographies = looks[0].asked, looks[0].geographies
    wanted = indicators(asked)
    by = [region(geography.system) for geography in geographies]
    tallies = {
        counted: tally(frame, [i for i in wanted if i.counted is counted], by).with_columns(*map(named, geographies))
        for counted, frame in frames(found, asked).items()
    }
    basis = Basis(found.digest, found.read_at, found.rows, found.evidence, asked)
    tables = tuple(table(tallies, wanted, geography, basis) for geography in geographies)
    return Crossed(tables, tuple(looks), {counted: _together(found, looks, counted) for counted in Counted})


def _together(found: Extract, looks: Sequence[Look], counted: Counted) -> pl.DataFrame:
    """How many rows share their regions and places in every look."""
    beside = []
    for number, one in enumerate(looks):
        frame = frames(found, one.asked)[counted]
        by = [region(geography.system) for geography in one.geographies]
        rows = frame.select(*by, *(i.place for i in indicators(one.asked) if i.counted is counted)).collect(backend="polars").to_native()
        named_ = pl.DataFrame(rows).with_columns(*map(named, one.geographies))
        beside.append(named_.rename({column: seen(number, column) for column in named_.columns}))
    together = pl.concat(beside, how="horizontal")
    return together.group_by(together.columns).agg(pl.len().alias("rows"))


def tabulated(found: Extract, asked: Asked, geography: Geography) -> Table:
    """The table out of an extract. Blocks for as long as it takes."""
    wanted = indicators(asked)
    by = [region(geography.system)]
    tallies = {counted: tally(frame, [i for i in wanted if i.counted is counted], by) for counted, frame in frames(found, asked).items()}
    return table(tallies, wanted, geography, Basis(found.digest, found.read_at, found.rows, found.evidence, asked))


def frames(found: Extract, asked: Asked) -> dict[Counted, nw.LazyFrame[Any]]:
    """The extract's tables as they are known on the day of the question."""
    return {
        Counted.PERIODS: known(found.table(Counted.PERIODS), asked.on),
        Counted.LEARNERS: taking_part(found.table(Counted.LEARNERS), asked.on),
    }


async def receipt(
    read: Read,
    *,
    by: Actor,
    store: Store,
    question: Question,
    region: str,
    population: Population,
    indicator: str,
    patience: timedelta = NONE,
) -> Internal[Receipt]:
    """The receipt of one figure of the table. Raises `NoFigure`."""
    made = await outcomes(read, by=by, store=store, question=question, patience=patience)
    return Internal(receipt_of(made.content, region=region, population=population, indicator=indicator))


async def shapes(read: Read, *, by: Actor, question: Question) -> Mapping[str, bytes]:
    """The outlines of the table's regions as WKB in EPSG:4326, of those that have one."""
    outlines = await maps.outlines(read, by=by, system=question.system, on=last_day(question.period.quarter))
    return {code: shape.wkb for code, shape in outlines.shapes.items()}


async def _extract(read: Read, *, by: Actor, store: Store, postal: str, policy: Policy, patience: timedelta = NONE) -> Extract:
    """The extract to answer from. One that is old enough for a new one to be due has the worker make that."""
    found = await extracted(read, by=by, store=store, postal=postal, policy=policy, patience=patience)
    if found.due:
        await ask(store, by=by)
    return found.extract
