"""Verbs about releases: draft, revise, certify. Nothing that was certified is ever changed: a revision takes its place and says why."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, text, update

from app.audit.entries import note
from app.core.actor import Actor
from app.core.db import Tx
from app.core.errors import Conflict, Forbidden, Refused, Violation
from app.core.ids import uuid7
from app.core.periods import Period, last_day
from app.outcomes import queries as outcomes
from app.outcomes.queries import Store
from app.regions import maps
from app.regions import queries as regions
from app.releases import archive, queries
from app.releases.earlier import Known, Read
from app.releases.freezing import freeze
from app.releases.models import Release, ReleasedFigure
from app.releases.protected import Protected
from app.releases.protecting import protect
from app.releases.queries import ReleaseKept
from app.releases.shaped import Shapes
from app.releases.table import Released

SYSTEMS = ("labor_market_region", "lwda")
"""The region systems by which a release is printed, where the state has them: labor market regions and local areas."""

# One at a time in a state: what one release tells, the next one has to reckon with.
_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended('releases of ' || current_setting('app.state'), 0))")
_BEFORE = select(Release.id).where(Release.status != "draft").order_by(Release.id)


@dataclass(frozen=True)
class Ground:
    """What a release is made on: where facts are read from, where files are kept, and which day it is in the state."""

    store: Store
    data_folder: Path
    today: date


class NotTheDrafter(Forbidden):
    """Who drafted a release may not certify it."""

    title = "A second person has to certify this"


async def draft(tx: Tx, *, by: Actor, period: Period, ground: Ground) -> ReleaseKept:
    """Draft the release of a report period: computed, protected, proved and kept with its files, for the state's staff alone.

    Raises `NotProtected` if some figure could be worked out, and `Conflict` if the period has a release, which can be revised.
    """
    await tx.run(_ALONE)
    there = await tx.scalar(select(Release.id).where(Release.period == str(period), Release.status == "certified"))
    if there is not None:
        raise Conflict(f"{period} has been released as '{there}'. Draft a revision of it, and say what changed.")
    return await _drafted(tx, by, period, ground)


async def revise(tx: Tx, *, by: Actor, id: UUID, says: str, ground: Ground) -> ReleaseKept:  # noqa: A002 - the column's name
    """Draft a revision of a release in force. `says`: what changed, for its readers. Raises as `draft`, and `NoRelease`."""
    await tx.run(_ALONE)
    if not says.strip():
        raise Refused([Violation(1, "says", "says_nothing", "Say what changed: readers find it beside the revision.")])
    of = await queries.release(tx, by=by, id=id)
    if of.status != "certified":
        raise Conflict(f"Release '{id}' is {of.status}: only one that is in force can be revised.")
    return await _drafted(tx, by, of.period, ground, supersedes=of.id, says=says.strip())


async def certify(tx: Tx, *, by: Actor, id: UUID, data_folder: Path) -> ReleaseKept:  # noqa: A002 - the column's name
    """Let anybody read a draft, in the place of the release that it revises. Raises `NoRelease`, `NotTheDrafter`, `Conflict`."""
    await tx.run(_ALONE)
    drafted = await queries.release(tx, by=by, id=id)
    if drafted.status != "draft":
        raise Conflict(f"Release '{id}' is {drafted.status} already.")
    if drafted.drafted_by == by.id:
        raise NotTheDrafter("You drafted this release yourself. Somebody else has to look at it and certify it.")
    considered = await tx.scalar(select(Release.considered).where(Release.id == id))
    if considered != [str(row.id) for row in await tx.all(_BEFORE)]:
        raise Conflict("Another release was certified since this one was drafted, and the two were not proved together. Draft it anew.")
    _untouched(drafted, archive.folder(data_folder, by.state))
    if drafted.supersedes is not None:
        await tx.run(update(Release).where(Release.id == drafted.supersedes).values(status="superseded"))
    await tx.run(update(Release).where(Release.id == id).values(status="certified", certified_by=by.id, certified_at=func.now()))
    await note(tx, "certify_release", by=by, subject=id, detail={"digest": drafted.digest})
    return await queries.release(tx, by=by, id=id)


async def _drafted(tx: Tx, by: Actor, period: Period, ground: Ground, *, supersedes: UUID | None = None, says: str = "") -> ReleaseKept:
    titles = {row.key: row.title for row in await regions.systems(tx, by=by) if row.key in SYSTEMS}
    there = await regions.in_force(tx, by=by, on=last_day(period.quarter))
    systems = [system for system in SYSTEMS if system in titles and system in there]
    if not systems:
        raise Conflict(f"The state has neither of the region systems {' and '.join(SYSTEMS)} on {last_day(period.quarter)}.")
    tables = await outcomes.crossed(tx, by=by, store=ground.store, period=period, systems=systems, today=ground.today)
    before = [row.id for row in await tx.all(_BEFORE)]
    table, summary = await asyncio.to_thread(protect, tables, titles, await known(tx, by=by, releases=before))
    files = await asyncio.to_thread(freeze, table, await _shapes(tx, by, systems, period), ground.data_folder)
    made = uuid7()
    await tx.run(
        insert(Release).values(
            id=made,
            period=str(period),
            drafted_by=by.id,
            supersedes=supersedes,
            says=says,
            as_of=ground.today,
            threshold=summary.threshold,
            input=tables.content.tables[0].basis.digest,
            digest=archive.digest(files),
            considered=[str(one) for one in before],
            files=[file.told for file in files],
            proof=summary.told,
        )
    )
    await tx.run(insert(ReleasedFigure), _rows(made, table))
    await note(tx, "draft_release", by=by, subject=made, detail={"period": str(period), "suppressed": summary.suppressed})
    return await queries.release(tx, by=by, id=made)


def _rows(release: UUID, table: Protected[Released]) -> list[dict[str, Any]]:
    return [
        {**vars(shown), "release": release, "number": number, "population": shown.population.value}
        for number, shown in enumerate(table.content)
    ]


async def known(tx: Tx, *, by: Actor, releases: Sequence[UUID]) -> Known:
    """What an outsider reads in releases that were certified, superseded ones too: nobody can call them back."""
    f = ReleasedFigure
    rows = await tx.all(
        select(f.region_system, f.region, f.indicator, f.population, f.cohort_from, f.cohort_until, f.numerator, f.denominator).where(
            f.release.in_(releases), f.numerator.is_not(None)
        )
    )
    return Known.of_figures(
        (
            ((row.region_system, row.region), row.indicator, row.population),
            Read((row.cohort_from, row.cohort_until), row.numerator, row.denominator),
        )
        for row in rows
    )


async def _shapes(tx: Tx, by: Actor, systems: Sequence[str], period: Period) -> Shapes:
    found: dict[tuple[str, str], bytes] = {}
    for system in systems:
        outlines = await maps.outlines(tx, by=by, system=system, on=last_day(period.quarter))
        found |= {(system, code): shape.wkb for code, shape in outlines.shapes.items()}
    return found


def _untouched(drafted: ReleaseKept, where: Path) -> None:
    """Raise `Conflict` unless every file is there and still is what was proved."""
    for file in drafted.files:
        path = where / file.sha256
        if not path.is_file() or sha256(path.read_bytes()).hexdigest() != file.sha256:
            raise Conflict(f"The file {file.name} of this draft is lost or was changed. Draft it anew.")
