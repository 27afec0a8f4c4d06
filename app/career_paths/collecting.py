"""Verbs about collections. One that holds is never changed: the next ends it from its own first day on."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import Date, bindparam, insert, or_, select, update

from app.audit.entries import note
from app.career_paths import queries
from app.career_paths.models import CareerPath, Collection
from app.career_paths.rules import CareerCollection, CollectedPath, Step, collection_findings
from app.core.actor import Actor
from app.core.db import Tx
from app.core.errors import Conflict, NotFound, Refused, Violation

_ITEMS = TypeAdapter(tuple[CollectedPath | Step, ...])
_DAY = bindparam("day", type_=Date)
_END = (
    update(Collection)
    .where(Collection.key == bindparam("collection"), or_(Collection.valid_until.is_(None), Collection.valid_until > _DAY))
    .values(valid_until=_DAY, revision=Collection.revision + 1)
)
_STARTABLE = select(CareerPath.key).where(
    CareerPath.status != "draft", or_(CareerPath.valid_until.is_(None), CareerPath.valid_until > _DAY)
)


async def gather(tx: Tx, *, by: Actor, collections: Sequence[CareerCollection]) -> list[UUID]:
    """Let collections hold, each from its own first day on. Answers their ids; raises `Refused` with everything wrong with any of them."""
    last = {kept.collection.key: kept.collection.valid_from for kept in await queries.last_collections(tx, by=by)}
    wrong: list[Violation] = []
    for one in collections:
        paths = {row.key for row in await tx.all(_STARTABLE, {"day": one.valid_from})}
        found = collection_findings(one, paths)
        wrong.extend(Violation(1, f"{one.key}{finding.pointer}", finding.code, finding.detail) for finding in found)
        if one.key in last and one.valid_from <= last[one.key]:
            detail = f"'{one.key}' holds since {last[one.key]}. This one has to begin later."
            wrong.append(Violation(1, f"{one.key}/valid_from", "not_after_the_one_before", detail))
    if wrong:
        raise Refused(wrong)
    return [await _put(tx, by, one) for one in collections]


async def _put(tx: Tx, by: Actor, one: CareerCollection) -> UUID:
    await tx.run(_END, {"collection": one.key, "day": one.valid_from})
    fields = {name: getattr(one, name) for name in ("key", "title", "audience", "summary", "valid_from", "source")}
    fields["items"] = _ITEMS.dump_python(one.items, mode="json")
    made: UUID = await tx.scalar(insert(Collection).values(**fields).returning(Collection.id))
    await note(tx, "gather_collection", by=by, subject=made)
    return made


async def disband(tx: Tx, *, by: Actor, key: str, valid_until: date) -> UUID:
    """Let a collection hold no more from a day on. Answers its id; raises `NotFound`, `Conflict`, `Refused`."""
    last = {kept.collection.key: kept for kept in await queries.last_collections(tx, by=by)}.get(key)
    if last is None:
        raise NotFound(f"There is no collection '{key}' to end.")
    if last.valid_until is not None and last.valid_until <= valid_until:
        raise Conflict(f"'{key}' ended on {last.valid_until} already.")
    if last.collection.valid_from >= valid_until:
        detail = f"'{key}' begins on {last.collection.valid_from} only. End it from a later day."
        raise Refused([Violation(1, "valid_until", "begins_later", detail)])
    await tx.run(_END, {"collection": key, "day": valid_until})
    await note(tx, "disband_collection", by=by, subject=last.id)
    return last.id
