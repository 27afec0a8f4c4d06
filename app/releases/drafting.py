"""Making a release: looking at the facts, protecting, proving, freezing. Takes seconds, and minutes where many releases overlap."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update

from app.audit.entries import note
from app.core.actor import Actor
from app.core.db import Tx
from app.core.errors import Conflict
from app.core.periods import Period, last_day
from app.outcomes import queries as outcomes
from app.outcomes.indicators import Population
from app.outcomes.measures import indicators
from app.outcomes.queries import Look, Store
from app.outcomes.table import STATE
from app.regions import maps
from app.regions import queries as regions
from app.releases import archive
from app.releases.earlier import Earlier, Key, Told
from app.releases.earlier import together as linked
from app.releases.freezing import freeze
from app.releases.models import PUBLISHED, Release, ReleasedFigure
from app.releases.protected import Protected
from app.releases.protecting import Progress, protect
from app.releases.shaped import Shapes
from app.releases.table import Released

SYSTEMS = ("labor_market_region", "lwda")
"""The region systems by which a release is printed, where the state has them: labor market regions and local areas."""

BEFORE = select(Release.id).where(Release.status.in_(PUBLISHED)).order_by(Release.id)


@dataclass(frozen=True)
class Ground:
    """What a release is made on: where facts are read from, where files are kept, and which day it is in the state."""

    store: Store
    data_folder: Path
    today: date


async def made(tx: Tx, *, by: Actor, id: UUID, period: Period, ground: Ground, progress: Progress) -> None:  # noqa: A002 - the column's name
    """Make the release that was begun under this id. Raises `NotProtected`, `TooMuchTogether`, and `Conflict` without regions."""
    titles = {row.key: row.title for row in await regions.systems(tx, by=by) if row.key in SYSTEMS}
    there = await regions.in_force(tx, by=by, on=last_day(period.quarter))
    systems = [system for system in SYSTEMS if system in titles and system in there]
    if not systems:
        raise Conflict(f"The state has neither of the region systems {' and '.join(SYSTEMS)} on {last_day(period.quarter)}.")
    before = [row.id for row in await tx.all(BEFORE)]
    looks, earlier = await together(tx, by=by, period=period, systems=systems, today=ground.today)
    tables = await outcomes.crossed(tx, by=by, store=ground.store, looks=looks)
    table, summary = await asyncio.to_thread(protect, tables, titles, earlier, progress)
    files = await asyncio.to_thread(freeze, table, await _shapes(tx, by, systems, period), ground.data_folder)
    told = {
        "status": "draft",
        "drafted_at": func.now(),
        "as_of": ground.today,
        "threshold": summary.threshold,
        "input": tables.content.tables[0].basis.digest,
        "digest": archive.digest(files),
        "considered": [str(one) for one in before],
        "files": [file.told for file in files],
        "proof": summary.told,
        "progress": 100,
        "doing": "",
    }
    await tx.run(update(Release).where(Release.id == id).values(**told))
    await tx.run(insert(ReleasedFigure), _rows(id, table))
    await note(tx, "draft_release", by=by, subject=id, detail={"period": str(period), "suppressed": summary.suppressed})


def _rows(release: UUID, table: Protected[Released]) -> list[dict[str, Any]]:
    return [
        {**vars(shown), "release": release, "number": number, "population": shown.population.value}
        for number, shown in enumerate(table.content)
    ]


async def together(tx: Tx, *, by: Actor, period: Period, systems: Sequence[str], today: date) -> tuple[list[Look], list[Earlier]]:
    """The look at the facts that a release takes, those of earlier releases whose cohorts overlap it, and what these say.

    Superseded and withdrawn releases are among them: nobody can call them back.
    """
    earlier = await known(tx, by=by)
    asked = [(period, systems, today), *((one.period, one.systems, one.as_of) for one in earlier)]
    looks = [await outcomes.look(tx, by=by, period=of, systems=by_systems, on=on) for of, by_systems, on in asked]
    wanted = [indicators(one.asked) for one in looks]
    numbers = linked(wanted, lambda look, i: look == 0 or earlier[look - 1].says(i))
    return [looks[0], *(looks[number] for number in numbers)], [earlier[number - 1] for number in numbers]


async def known(tx: Tx, *, by: Actor) -> list[Earlier]:
    """What an outsider reads in releases that were certified, oldest first."""
    f = ReleasedFigure
    figures: dict[UUID, dict[Key, Told]] = {}
    columns = (f.release, f.region_system, f.region, f.indicator, f.population, f.numerator, f.denominator, f.status)
    certified = select(Release.id).where(Release.status.in_(PUBLISHED))
    for row in await tx.all(select(*columns).where(f.release.in_(certified)).order_by(f.release, f.number)):
        key = ((row.region_system, row.region), row.indicator, Population(row.population))
        figures.setdefault(row.release, {})[key] = Told(row.numerator, row.denominator, row.status)
    found = []
    for row in await tx.all(select(Release.id, Release.period, Release.as_of, Release.threshold).where(Release.id.in_(list(figures)))):
        theirs = figures[row.id]
        systems = tuple(dict.fromkeys(system for (system, _), _, _ in theirs if system != STATE))
        found.append(Earlier(str(row.id), Period.parse(row.period), row.as_of, row.threshold, systems, theirs))
    return sorted(found, key=lambda one: one.name)


async def _shapes(tx: Tx, by: Actor, systems: Sequence[str], period: Period) -> Shapes:
    found: dict[tuple[str, str], bytes] = {}
    for system in systems:
        outlines = await maps.outlines(tx, by=by, system=system, on=last_day(period.quarter))
        found |= {(system, code): shape.wkb for code, shape in outlines.shapes.items()}
    return found
