"""Questions about career paths and collections. A list is one statement, and so is a path with all its steps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Date, Row, Select, Text, bindparam, case, cast, func, or_, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by, distinct_on

from app.access.permissions import Permission
from app.career_paths import offers
from app.career_paths.models import CareerPath, Collection, OfferedRegion, Step, TargetOccupation
from app.career_paths.rules import CareerCollection, Path
from app.core.actor import Actor
from app.core.db import Read
from app.core.errors import NotFound
from app.core.paging import LIMIT, Keyset, Page

ORDER = Keyset(CareerPath.key, CareerPath.version)
COLLECTIONS = Keyset(Collection.key)
_PATH = TypeAdapter(Path)
_COLLECTION = TypeAdapter(CareerCollection)


class NoCareerPath(NotFound):
    """There is no such path, or no version of it as asked for."""

    title = "There is no such career path"


@dataclass(frozen=True)
class Version:
    """One version of a path as kept. `steps`: the id of each step by its key, to which completions refer."""

    id: UUID
    number: int
    status: str
    valid_until: date | None
    revision: int
    path: Path
    steps: Mapping[str, UUID]


@dataclass(frozen=True)
class CollectionKept:
    """A collection as kept."""

    id: UUID
    valid_until: date | None
    collection: CareerCollection


def visible(by: Actor) -> ColumnElement[bool]:
    """Which versions somebody sees: drafts are for those alone who may change them."""
    return true() if Permission.WRITE_DEFINITIONS in by.permissions else CareerPath.status != "draft"


_STEP = func.jsonb_build_object(
    *("id", Step.id, "key", Step.key, "title", Step.title, "kind", Step.kind, "delivery", Step.delivery, "provider", Step.provider),
    *("hours", Step.hours, "hours_basis", Step.hours_basis, "weeks", Step.weeks, "sources", Step.sources),
    *("cost", cast(Step.cost, Text), "cost_basis", Step.cost_basis),  # money as text: JSON's numbers become floats
    "credential",
    case(
        (Step.credential.is_not(None), func.jsonb_build_object("name", Step.credential, "wioa_type", Step.wioa_type, "issuer", Step.issuer))
    ),
)


def _gathered(what: Any, table: Any) -> Any:
    """All of a version's rows in a table, in their order, as one JSON array."""
    return select(func.jsonb_agg(aggregate_order_by(what, table.position))).where(table.career_path == CareerPath.id).scalar_subquery()


_VERSION = select(
    *(CareerPath.id, CareerPath.version, CareerPath.status, CareerPath.valid_until, CareerPath.revision, CareerPath.everywhere),
    *(CareerPath.key, CareerPath.title, CareerPath.summary, CareerPath.valid_from, CareerPath.source, CareerPath.leads_to),
    _gathered(_STEP, Step).label("steps"),
    _gathered(func.jsonb_build_object("system", TargetOccupation.system, "code", TargetOccupation.code), TargetOccupation).label("targets"),
    _gathered(func.jsonb_build_object("system", OfferedRegion.system, "code", OfferedRegion.region), OfferedRegion).label("regions"),
)
_LAST = _VERSION.where(CareerPath.status != "draft").ext(distinct_on(CareerPath.key)).order_by(CareerPath.key, CareerPath.valid_from.desc())


async def career_path(read: Read, *, by: Actor, key: str, version: int | None = None, on: date) -> Version:
    """One version of a path: the one asked for by its number, or the one that may be started on a day. Raises `NoCareerPath`."""
    asked = CareerPath.version == version if version is not None else offers.may_start(on)
    row = await read.first(_VERSION.where(CareerPath.key == key, visible(by), asked))
    if row is not None:
        return kept(row)
    numbers = select(CareerPath.version, CareerPath.status).where(CareerPath.key == key, visible(by)).order_by(CareerPath.version)
    known = await read.all(numbers)
    if not known:
        raise NoCareerPath(f"There is no career path '{key}'. GET /v1/career-paths lists them.")
    versions = ", ".join(f"{row.version} ({row.status})" for row in known)
    missing = f"may not be started on {on}" if version is None else f"has no version {version}"
    raise NoCareerPath(f"'{key}' {missing}. Its versions are {versions}: ask for one with '?version='.")


async def draft(read: Read, *, by: Actor, key: str) -> Version:
    """The draft of a path; raises `NoCareerPath`."""
    row = await read.first(_VERSION.where(CareerPath.key == key, CareerPath.status == "draft", visible(by)))
    if row is None:
        raise NoCareerPath(f"There is no draft of '{key}'. POST /v1/career-paths makes one; what is published is not changed.")
    return kept(row)


async def version(read: Read, *, by: Actor, id: UUID) -> Version:  # noqa: A002 - an id is an id
    """A version by its id, as an enrollment refers to it; raises `NoCareerPath`."""
    row = await read.first(_VERSION.where(CareerPath.id == id, visible(by)))
    if row is None:
        raise NoCareerPath("There is no such version of a career path.")
    return kept(row)


async def last_versions(read: Read, *, by: Actor) -> list[Version]:
    """The last version of every path that was ever published, ended or not, by key: what definitions are compared with."""
    return [kept(row) for row in await read.all(_LAST)]


_SUMS = (
    select(func.sum(Step.hours).label("hours"), func.sum(Step.cost).label("cost"), func.count().label("steps"))
    .where(Step.career_path == CareerPath.id)
    .lateral("sums")
)
_LIST = select(
    *(CareerPath.id, CareerPath.key, CareerPath.version, CareerPath.status, CareerPath.title),
    *(CareerPath.valid_from, CareerPath.valid_until, CareerPath.weeks, _SUMS.c.hours, _SUMS.c.cost, _SUMS.c.steps),
).join(_SUMS, true())


async def career_paths(
    read: Read,
    *,
    by: Actor,
    on: date | None = None,
    region: tuple[str, str] | None = None,
    status: str | None = None,
    after: str | None = None,
    limit: int = LIMIT,
) -> Page[Row[Any]]:
    """Versions by key and number: all, those that may be started on a day, those offered in a region (system, code)."""
    statement: Select[Any] = _LIST.where(visible(by))
    if on is not None:
        statement = statement.where(offers.may_start(on))
    if region is not None:
        statement = statement.where(offers.offered_in(*region))
    if status is not None:
        statement = statement.where(CareerPath.status == status)
    return ORDER.cut(await read.all(ORDER.page(statement, after=after, limit=limit)), limit=limit)


_TARGETS = _gathered(TargetOccupation.code, TargetOccupation).label("targets")


async def startable(read: Read, *, by: Actor, on: date, regions: Mapping[str, str]) -> Sequence[Row[Any]]:
    """What somebody who lives in `regions` (system -> code) may start on a day, by title: as in the list, with the `targets`' codes."""
    here = or_(CareerPath.everywhere, *(offers.offered_in(system, code) for system, code in regions.items()))
    return await read.all(_LIST.add_columns(_TARGETS).where(visible(by), offers.may_start(on), here).order_by(CareerPath.title))


_COLLECTIONS = select(
    *(Collection.id, Collection.key, Collection.title, Collection.audience, Collection.summary),
    *(Collection.valid_from, Collection.valid_until, Collection.source, Collection.items),
)
_HOLD = _COLLECTIONS.where(
    Collection.valid_from <= bindparam("on", type_=Date),
    or_(Collection.valid_until.is_(None), Collection.valid_until > bindparam("on", type_=Date)),
)


async def collections(read: Read, *, by: Actor, on: date, after: str | None = None, limit: int = LIMIT) -> Page[CollectionKept]:
    """The collections of a day, by key."""
    page = COLLECTIONS.cut(await read.all(COLLECTIONS.page(_HOLD, after=after, limit=limit), {"on": on}), limit=limit)
    return Page([_collection(row) for row in page.items], page.next)


async def collection(read: Read, *, by: Actor, key: str, on: date) -> CollectionKept:
    """One collection on a day; raises `NotFound`."""
    row = await read.first(_HOLD.where(Collection.key == key), {"on": on})
    if row is None:
        raise NotFound(f"There is no collection '{key}' on {on}. GET /v1/collections lists them.")
    return _collection(row)


async def last_collections(read: Read, *, by: Actor) -> list[CollectionKept]:
    """The last state of every collection, ended or not, by key: what definitions are compared with."""
    last = _COLLECTIONS.ext(distinct_on(Collection.key)).order_by(Collection.key, Collection.valid_from.desc())
    return [_collection(row) for row in await read.all(last)]


def kept(row: Row[Any]) -> Version:
    """A row of the one SELECT above, in the room's types."""
    steps: Sequence[dict[str, Any]] = row.steps or ()
    fields = {name: row._mapping[name] for name in ("key", "title", "summary", "valid_from", "source", "leads_to")}
    regions = None if row.everywhere else row.regions or ()
    path = _PATH.validate_python(fields | {"steps": steps, "target_occupations": row.targets or (), "regions_offered": regions})
    return Version(row.id, row.version, row.status, row.valid_until, row.revision, path, {s["key"]: UUID(s["id"]) for s in steps})


def _collection(row: Row[Any]) -> CollectionKept:
    fields = {name: row._mapping[name] for name in ("key", "title", "audience", "summary", "valid_from", "source", "items")}
    return CollectionKept(row.id, row.valid_until, _COLLECTION.validate_python(fields))
