"""Verbs about regions. An edition that is in force is ended by the next one; nothing of it is edited."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import shapely
from sqlalchemy import bindparam, delete, func, insert, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from app.audit.entries import note
from app.core.actor import Actor
from app.core.db import Tx
from app.core.errors import Conflict, NotFound, Stale
from app.core.ids import uuid7
from app.regions import models, queries
from app.regions.drafts import Draft
from app.regions.maps import Comparison, compared
from app.regions.problems import Problem, refuse
from app.regions.rules import COUNTY, Place, ZipArea


async def create_system(tx: Tx, *, by: Actor, key: str, title: str, source: str) -> None:
    """A new way to divide the state. Raises `Conflict` if there is one of that name."""
    made = upsert(models.RegionSystem).values(key=key, title=title, source=source).on_conflict_do_nothing()
    if not await tx.run(made):
        raise Conflict(f"There is a region system '{key}' already. Put its regions, or choose another key.")
    await note(tx, "create_region_system", by=by, detail={"system": key})


async def describe_system(tx: Tx, *, by: Actor, key: str, title: str, source: str) -> bool:
    """See to it that a region system is there and called so. Answers whether that changed anything."""
    row = models.RegionSystem
    wanted = upsert(row).values(key=key, title=title, source=source)
    differs = (row.title.is_distinct_from(title)) | (row.source.is_distinct_from(source))
    changed = await tx.run(
        wanted.on_conflict_do_update(
            index_elements=["state", "key"], set_={"title": title, "source": source, "revision": row.revision + 1}, where=differs
        )
    )
    if changed:
        await note(tx, "describe_region_system", by=by, detail={"system": key})
    return bool(changed)


@dataclass(frozen=True)
class Put:
    """What putting an edition did: what it changed, and the edition now in the books; `edition` is None if it said nothing new."""

    comparison: Comparison
    edition: UUID | None
    revision: int


async def put_edition(tx: Tx, *, by: Actor, draft: Draft, revision: int | None = None) -> Put:
    """Let the regions of a system be these from a day on; the edition before ends that day. Putting the same again changes nothing.

    `revision` is the system's as the caller read it (`If-Match`). Raises `NotFound` without such a system, `Stale`, `Unfit` for regions
    or outlines that cannot be taken, and `Conflict` for a day on which the present edition holds already.
    """
    system, since = draft.edition.system, draft.edition.valid_from
    now = await _locked(tx, by, system, revision)
    comparison = await compared(tx, by=by, draft=draft)
    if not comparison.news:
        return Put(comparison, None, now)
    if comparison.refusal:
        raise Conflict(comparison.refusal)
    edition = uuid7()
    await tx.run(_END, {"of": system, "on": since})
    told: dict[str, Any] = {"id": edition, "system": system, "valid_from": since}
    put = comparison.after
    await tx.run(insert(models.RegionEdition).values(**told, source=put.edition.source, unassigned=dict(put.edition.unassigned)))
    await tx.run(insert(models.Region), _rows(edition, put))
    await note(tx, "put_regions", by=by, subject=edition, rows=len(put.edition.regions), detail={"system": system, "since": str(since)})
    return Put(comparison, edition, await _turned(tx, system))


async def end_system(tx: Tx, *, by: Actor, system: str, on: date) -> bool:
    """From a day on the system has no regions, until another edition is put. Answers whether it had any."""
    await _locked(tx, by, system, None)
    last = await queries.last_draft(tx, by=by, system=system)
    if last is None or last[1] is not None:
        return False
    if on <= last[0].edition.valid_from:
        raise Conflict(f"The regions of '{system}' hold since {last[0].edition.valid_from}: they cannot end on {on}.")
    await tx.run(_END, {"of": system, "on": on})
    await _turned(tx, system)
    await note(tx, "end_regions", by=by, detail={"system": system, "on": str(on)})
    return True


_END = (
    update(models.RegionEdition)
    .where(models.RegionEdition.system == bindparam("of"), models.RegionEdition.valid_until.is_(None))
    .values(valid_until=bindparam("on"), revision=models.RegionEdition.revision + 1)
)
_LOCK = select(models.RegionSystem.revision).where(models.RegionSystem.key == bindparam("key")).with_for_update()


async def _locked(tx: Tx, by: Actor, system: str, revision: int | None) -> int:
    """The system's revision; nobody else changes its editions until this transaction ends."""
    now = await tx.scalar(_LOCK, {"key": system})
    if now is None:
        await queries.system(tx, by=by, key=system)  # raises, and names those that there are
        raise NotFound(f"There is no region system '{system}'.")
    if revision is not None and revision != now:
        raise Stale(f"The regions of '{system}' are at revision {now}, and you read revision {revision}. Read them again.")
    return int(now)


async def _turned(tx: Tx, system: str) -> int:
    turn = update(models.RegionSystem).where(models.RegionSystem.key == system).values(revision=models.RegionSystem.revision + 1)
    return int(await tx.scalar(turn.returning(models.RegionSystem.revision)))


def _rows(edition: UUID, put: Draft) -> list[dict[str, Any]]:
    return [
        {
            "edition": edition,
            "code": region.code,
            "name": region.name,
            "official_code": region.official_code,
            "counties": list(region.counties),
            "parts": [[part.county, part.place] for part in region.parts],
            "counties_beyond_state": list(region.counties_beyond_state),
            "shape": shapely.to_wkb(put.drawn[region.code]) if region.code in put.drawn else None,
            "no_shape": region.no_shape,
        }
        for region in put.edition.regions
    ]


async def put_places(tx: Tx, *, by: Actor, places: Sequence[tuple[Place, str]]) -> int:
    """Let the known places be these, each with its source. Answers how many rows that added, changed or removed.

    Raises `Unfit` for a place of no county, one that is listed twice, and one that is missing although a region is or was made of it.
    """
    await _locked(tx, by, COUNTY, None)
    rows = [{"county": p.county, "code": p.code, "name": p.name, "kind": p.kind, "source": source} for p, source in places]
    keys = [(p.county, p.code) for p, _ in places]
    named = await _named_places(tx)
    refuse(
        [
            *(Problem(f"{county}/{code}", "twice", "This place is listed twice.") for (county, code), n in Counter(keys).items() if n > 1),
            *await _strange(tx, by, {county for county, _ in keys}),
            *(
                Problem(f"{c}/{p}", "in_use", f"'{system}' has a region made of it.")
                for (c, p), system in named.items()
                if (c, p) not in keys
            ),
        ]
    )
    kept = {(row.county, row.code): dict(row._mapping) for row in await queries.places(tx, by=by)}
    gone = [key for key in kept if key not in set(keys)]
    new = [row for row, key in zip(rows, keys, strict=True) if kept.get(key) != row]
    if gone:
        await tx.run(delete(models.Place).where(tuple_(models.Place.county, models.Place.code).in_(gone)))
    if new:
        made = upsert(models.Place)
        values = {name: made.excluded[name] for name in ("name", "kind", "source")}
        await tx.run(made.on_conflict_do_update(index_elements=["state", "county", "code"], set_=values), new)
    return await _addresses_put(tx, by, "put_places", len(gone) + len(new))


async def put_zip_areas(tx: Tx, *, by: Actor, areas: Sequence[tuple[ZipArea, str]]) -> int:
    """Let the known ZIP codes be these, each with its source. Answers how many rows that added or removed. Raises `Unfit`."""
    await _locked(tx, by, COUNTY, None)
    wanted = {(area.zip, area.county, area.place, source) for area, source in areas}
    known = {(row.county, row.code) for row in await queries.places(tx, by=by)}
    twice = (key for key, n in Counter((a.zip, a.county, a.place) for a, _ in areas).items() if n > 1)
    refuse(
        [
            *(Problem(key[0], "twice", f"{key[0]} in {key[1]} is listed twice.") for key in twice),
            *await _strange(tx, by, {area.county for area, _ in areas}),
            *(
                Problem(a.zip, "unknown_place", f"No place '{a.place}' of {a.county} is known.")
                for a, _ in areas
                if a.place is not None and (a.county, a.place) not in known
            ),
        ]
    )
    kept = {(row.zip, row.county, row.place, row.source): row.id for row in await queries.zip_areas(tx, by=by)}
    gone, new = [kept[key] for key in kept.keys() - wanted], sorted(wanted - kept.keys(), key=str)
    if gone:
        await tx.run(delete(models.ZipArea).where(models.ZipArea.id.in_(gone)))
    if new:
        await tx.run(insert(models.ZipArea), [dict(zip(("zip", "county", "place", "source"), row, strict=True)) for row in new])
    return await _addresses_put(tx, by, "put_zip_areas", len(gone) + len(new))


async def _strange(tx: Tx, by: Actor, counties: Collection[str]) -> list[Problem]:
    """The counties that the state never had."""
    own = await queries.every_county(tx, by=by)
    return [Problem(county, "unknown_county", f"This state has no county {county}.") for county in sorted(set(counties) - own)]


_PARTS = (
    select(models.RegionEdition.system, models.Region.parts)
    .join(models.Region, models.Region.edition == models.RegionEdition.id)
    .where(func.jsonb_array_length(models.Region.parts) > 0)
)


async def _named_places(tx: Tx) -> dict[tuple[str, str], str]:
    """The places of which a region of any edition is made, and that region's system: addresses of past days are located by them too."""
    rows = await tx.all(_PARTS)
    return {(county, place): row.system for row in rows for county, place in row.parts if place is not None}


async def _addresses_put(tx: Tx, by: Actor, verb: str, changed: int) -> int:
    """What is kept in memory of places and ZIP codes hangs on the revision of the county system; see `queries.divisions`."""
    if changed:
        await _turned(tx, COUNTY)
        await note(tx, verb, by=by, rows=changed)
    return changed
