"""Verbs about the labor market: taking in a state's extract, and designating in-demand jobs.

Both write only what differs, so the same again changes nothing. What a designation was when it was in force is ended, never edited.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

import polars as pl
from sqlalchemy import Delete, bindparam, column, delete, exists, func, inspect, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import JSONB, Insert, insert

from app.audit.entries import note
from app.core.actor import Actor
from app.core.db import Base, Tx
from app.core.errors import Conflict, NotFound, Refused, Stale, Violation
from app.labor_market import in_demand
from app.labor_market.codes import CodeSystem
from app.labor_market.designations import Designation, unfit
from app.labor_market.extract import Extract
from app.labor_market.lists import Changes, changes, replaced
from app.labor_market.models import InDemandJob, LaborMarketSource, Occupation, OewsArea, ReportedTitle, Wage
from app.labor_market.sources import Source, described


async def adopt_extract(tx: Tx, *, by: Actor, extract: Extract, in_use: Collection[tuple[str, str]] = ()) -> dict[str, int]:
    """Make the state's labor market tables those of an extract; answers how many rows of each table that changed.

    Figures of other vintages stay. Occupations that the extract no longer has go, unless one was ever designated or is `in_use`
    elsewhere: (system, code).
    """
    vintage = {"vintage": extract.vintage}
    sources = [{"key": key, **described(source)} for key, source in extract.sources.items()]
    areas = [{**row, **vintage, "top_code": extract.top_code} for row in extract.areas.iter_rows(named=True)]
    wages = [{**row, **vintage} for row in extract.wages.iter_rows(named=True)]
    titles = extract.reported_titles.rows(named=True)
    changed = {
        "labor_market_sources": await tx.run(_upsert(LaborMarketSource), {"rows": sources}),
        "oews_areas": await tx.run(_upsert(OewsArea), {"rows": areas}),
        "occupations": await tx.run(_upsert(Occupation), {"rows": _occupations(extract)}),
        "reported_titles": await tx.run(_upsert(ReportedTitle), {"rows": titles}),
        "wages": await tx.run(_upsert(Wage), {"rows": wages}),
    }
    changed["reported_titles"] += await tx.run(_remove(ReportedTitle), {"rows": titles})
    changed["wages"] += await tx.run(_remove(Wage).where(Wage.vintage == extract.vintage), {"rows": wages})
    changed["oews_areas"] += await tx.run(_remove(OewsArea).where(OewsArea.vintage == extract.vintage), {"rows": areas})
    unused = [~exists().where(InDemandJob.system == Occupation.system, InDemandJob.code == Occupation.code)]
    if in_use:
        unused.append(tuple_(Occupation.system, Occupation.code).not_in(sorted(in_use)))
    codes = extract.occupations.select("system", "code").rows(named=True)
    changed["occupations"] += await tx.run(_remove(Occupation).where(*unused), {"rows": codes})
    if rows := sum(changed.values()):
        await note(tx, "adopt_labor_market", by=by, rows=rows, detail={**vintage, "changed": changed})
    return changed


def _occupations(extract: Extract) -> list[dict[str, Any]]:
    """Occupations as they are kept, each with its lists."""
    rated = extract.skill_ratings.join(extract.skills, on="element").sort("importance", "element", descending=[True, False])
    lists = {
        CodeSystem.OEWS_2019: {"members": _lists(extract.members.sort("code", "member"), "member")},
        CodeSystem.ONET_SOC_2019: {
            "related": _lists(extract.related.sort("code", "rank"), pl.struct(pl.col("related").alias("code"), "tier", "rank")),
            "skills": _lists(rated, pl.struct("element", "skill", "importance", "level")),
        },
    }
    kept = []
    for row in extract.occupations.iter_rows(named=True):
        own = lists.get(CodeSystem(row["system"]), {})
        kept.append({**row, **{name: own.get(name, {}).get(row["code"], []) for name in ("members", "related", "skills")}})
    return kept


def _lists(table: pl.DataFrame, item: str | pl.Expr) -> dict[str, list[Any]]:
    value = pl.col(item) if isinstance(item, str) else item
    return dict(table.group_by("code", maintain_order=True).agg(value.alias("items")).iter_rows())


# One statement a table, over its rows as one JSON document: a bind for each cell of twenty thousand rows would be slower.


def _fields(model: type[Base]) -> tuple[list[str], list[str]]:
    """The columns of a table that its rows say, and those of them that are its key."""
    columns = [c for c in inspect(model).columns if c.name not in ("state", "id", "revision") and c.computed is None]
    return [c.name for c in columns], [c.name for c in columns if c.primary_key]


def _rows(model: type[Base], names: Sequence[str]) -> Any:
    table = inspect(model).columns
    sent = func.jsonb_to_recordset(bindparam("rows", type_=JSONB))
    return sent.table_valued(*(column(name, table[name].type) for name in names)).render_derived(name="sent", with_types=True)


@cache
def _upsert(model: type[Base]) -> Insert:
    """Add the rows sent, and change those that differ."""
    names, key = _fields(model)
    rows = _rows(model, names)
    sent = insert(model).from_select(names, select(*(rows.c[name] for name in names)))
    values = [name for name in names if name not in key]
    if not values:
        return sent.on_conflict_do_nothing()
    kept, new = (tuple_(*(part[name] for name in values)) for part in (inspect(model).columns, sent.excluded))
    return sent.on_conflict_do_update(
        index_elements=["state", *key], set_={name: sent.excluded[name] for name in values}, where=kept.is_distinct_from(new)
    )


@cache
def _remove(model: type[Base]) -> Delete:
    """Remove the rows that were not sent."""
    _, key = _fields(model)
    rows = _rows(model, key)
    kept = tuple_(*(inspect(model).columns[name] for name in key))
    # NOT IN and not NOT EXISTS: nobody knows beforehand how many rows were sent, and a hash of them is right for any number.
    return delete(model).where(kept.not_in(select(*(rows.c[name] for name in key))))


async def adopt_designations(tx: Tx, *, by: Actor, designations: Sequence[Designation], about: Source | None, on: date) -> Changes:
    """Make the state's in-demand jobs those of a list; `on` is the day on which what it no longer has ends.

    `about` says what the list is. Answers what changed. Raises `Refused` with everything that cannot be recorded.
    """
    await tx.run(_ONE_AT_A_TIME)
    found = changes(await in_demand.recorded(tx, by=by), designations, on=on)
    refused = [*found.refusals, *await _unfit(tx, by, found.added)]
    if refused:
        raise Refused([Violation(n, "/".join(one.job), "not_designated", why) for n, (one, why) in enumerate(refused, 1)])
    described_anew = 0
    if about is not None:
        described_anew = await tx.run(_upsert(LaborMarketSource), {"rows": [{"key": in_demand.ABOUT, **described(about)}]})
    await _record(tx, by, found, {"described_anew": bool(described_anew)} if described_anew else {})
    return found


async def designate(
    tx: Tx,
    *,
    by: Actor,
    region_system: str,
    region: str,
    since: date,
    jobs: Sequence[Designation],
    revision: int | None = None,
    dry_run: bool = False,
) -> Changes:
    """Put a region's list of in-demand jobs in the place of the one before, from `since` on; answers what changed.

    With `dry_run` nothing is recorded, and `refusals` holds all that would be refused. Raises `NotFound` for a region that is not there
    on that day, `Stale` if its list is not at `revision` any more, and `Refused` with everything that cannot be recorded.
    """
    await tx.run(_ONE_AT_A_TIME)
    await in_demand.region(tx, by=by, system=region_system, code=region, on=since)
    if revision is not None and revision != await in_demand.revision(tx, by=by, region_system=region_system, region=region):
        raise Stale(
            f"The in-demand jobs of '{region}' have changed since you read them. GET them again and send your list with their ETag."
        )
    recorded = await in_demand.recorded(tx, by=by, region_system=region_system, region=region)
    found = changes(recorded, replaced(recorded, jobs, since=since), on=since)
    found.refusals.extend(await _unfit(tx, by, found.added))
    if dry_run:
        return found
    if found.refusals:
        places = {one.code: n for n, one in enumerate(jobs)}
        raise Refused([Violation(1, _pointer(places.get(one.code)), "not_designated", f"{one.code}: {why}") for one, why in found.refusals])
    await _record(tx, by, found, {"region_system": region_system, "region": region})
    return found


def _pointer(place: int | None) -> str:
    return "jobs" if place is None else f"jobs/{place}/code"


# Two lists that are put at the same time would each be right and together wrong; one waits for the other.
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('in_demand_jobs/' || current_setting('app.state'), 0))")
_KNOWN = select(Occupation.system, Occupation.code).where(
    tuple_(Occupation.system, Occupation.code).in_(bindparam("asked", expanding=True))
)
_NAMES = ["region_system", "region", "system", "code", "valid_from", "valid_until", "rule", "evidence", "source"]
_SENT = _rows(InDemandJob, _NAMES)
_ADD = insert(InDemandJob).from_select(_NAMES, select(*(_SENT.c[name] for name in _NAMES)))
_END = (
    update(InDemandJob)
    .where(
        InDemandJob.region_system == _SENT.c.region_system,
        InDemandJob.region == _SENT.c.region,
        InDemandJob.code == _SENT.c.code,
        InDemandJob.valid_from == _SENT.c.valid_from,
    )
    .values(valid_until=_SENT.c.valid_until, revision=InDemandJob.revision + 1)
)


async def _unfit(tx: Tx, by: Actor, added: Sequence[Designation]) -> list[tuple[Designation, str]]:
    """The designations that cannot be recorded, and why not: by themselves, or because occupation or region are not known."""
    wrong = [(one, why) for one in added if (why := unfit(one))]
    asked = sorted({(one.system, one.code) for one in added})
    known = {tuple(row) for row in await tx.all(_KNOWN, {"asked": asked})} if asked else set()
    told = "There is no occupation {} in {}. Load it with the labor market tables first."
    strange = [(one, told.format(one.code, one.system)) for one in added if (one.system, one.code) not in known and not unfit(one)]
    places: dict[tuple[str, str, date], str] = {}
    for system, region, on in sorted({(one.region_system, one.region, one.valid_from) for one in added}):
        try:
            await in_demand.region(tx, by=by, system=system, code=region, on=on)
        except NotFound as unknown:
            places[system, region, on] = unknown.detail
    return wrong + strange + [(one, places[where]) for one in added if (where := (one.region_system, one.region, one.valid_from)) in places]


async def _record(tx: Tx, by: Actor, found: Changes, about: Mapping[str, object]) -> None:
    if found.empty and not about.get("described_anew"):
        return
    ends = [in_demand.plain(one) | {"valid_until": day.isoformat()} for one, day in found.ended]
    if ends and await tx.run(_END, {"rows": ends}) != len(ends):
        raise Conflict("Somebody changed these designations at the same moment. Read them again.")
    if found.added:
        await tx.run(_ADD, {"rows": [in_demand.plain(one) for one in found.added]})
    counts = {"added": len(found.added), "ended": len(found.ended)}
    await note(tx, "designate", by=by, rows=sum(counts.values()), detail={**about, **counts})
