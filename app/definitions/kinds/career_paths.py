"""Career paths and collections: the files under `career_paths/<state>/`."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from sqlalchemy import bindparam, func, select

from app.career_paths import actions, collecting, queries, rules
from app.career_paths.models import CareerPath
from app.career_paths.rules import Finding, Surroundings, collection_findings, findings
from app.contract.career_paths import CareerPathDefinition, CollectionDefinition
from app.core.actor import Actor
from app.core.db import Read, Tx
from app.definitions import translation, writing
from app.definitions.kind import Home, Wanted
from app.definitions.kinds.in_demand import IN_DEMAND
from app.definitions.kinds.labor_market import LABOR_MARKET
from app.definitions.kinds.regions import REGIONS
from app.definitions.mistakes import Place
from app.definitions.plan import Entry, Plan, What, plan
from app.definitions.reading import Found, Reader
from app.definitions.translation import fields
from app.enrollments.models import Enrollment

PATH, COLLECTION = "career_path", "collection"
_ACTIVE = (
    select(CareerPath.key, func.count(Enrollment.participant.distinct()).label("people"))
    .join(Enrollment, Enrollment.career_path == CareerPath.id)
    .where(CareerPath.key.in_(bindparam("keys", expanding=True)), Enrollment.ended_on.is_(None), Enrollment.voided_by.is_(None))
    .group_by(CareerPath.key)
)


@dataclass(frozen=True)
class Ladders:
    """The last version of every path and collection, and from which day those that ended no longer hold."""

    paths: Sequence[CareerPathDefinition] = ()
    collections: Sequence[CollectionDefinition] = ()
    ended: Mapping[tuple[str, str], date] = field(default_factory=dict)


class CareerPaths:
    """Paths and the collections of them."""

    name = "career_paths"

    def read(self, reader: Reader, known: Wanted) -> Ladders:
        """The files, each path held against the gates: a file is published as it is."""
        folder = known.home.career_paths
        paths = reader.tomls(folder, CareerPathDefinition)
        collections = reader.tomls(folder / "collections", CollectionDefinition)
        ladder = {found.value.key: found.value.leads_to for found in paths}
        for found in paths:
            path = translation.path(found.value)
            _report(reader, known, found, findings(path, _surroundings(known, path, ladder)))
        startable = {found.value.key for found in paths}
        for gathered in collections:
            _report(reader, known, gathered, collection_findings(translation.collection(gathered.value), startable))
        return Ladders([found.value for found in paths], [found.value for found in collections])

    async def current(self, read: Read, *, by: Actor) -> Ladders:
        """What was published last, of every path and collection that there ever was."""
        paths = await queries.last_versions(read, by=by)
        collections = await queries.last_collections(read, by=by)
        ended = {(PATH, one.path.key): one.valid_until for one in paths}
        ended |= {(COLLECTION, one.collection.key): one.valid_until for one in collections}
        return Ladders(
            [translation.path_definition(one.path) for one in paths],
            [translation.collection_definition(one.collection) for one in collections],
            {place: day for place, day in ended.items() if day is not None},
        )

    def plan(self, current: Ladders, wanted: Ladders, *, on: date) -> Plan:
        """Path by path, step by step."""
        return plan(_entries(current), _entries(wanted), on=on)

    async def people(self, read: Read, plan: Plan, /, *, by: Actor) -> Mapping[tuple[str, str], int]:
        """Those who are on a path that changes or ends."""
        keys = [change.key for change in plan.of(PATH, What.CHANGED, What.ENDED)]
        rows = await read.all(_ACTIVE, {"keys": keys}) if keys else []
        return {(PATH, row.key): row.people for row in rows}

    async def apply(self, tx: Tx, wanted: Ladders, plan: Plan, on: date, /, *, by: Actor) -> None:
        """New versions are published together, so that a ladder comes as a whole; what is no longer there is retired."""
        new = {kind: {change.key for change in plan.of(kind, What.ADDED, What.CHANGED)} for kind in (PATH, COLLECTION)}
        paths = [translation.path(one) for one in wanted.paths if one.key in new[PATH]]
        if paths:
            await actions.adopt(tx, by=by, paths=paths)
        collections = [translation.collection(one) for one in wanted.collections if one.key in new[COLLECTION]]
        if collections:
            await collecting.gather(tx, by=by, collections=collections)
        for change in plan.of(COLLECTION, What.ENDED):
            await collecting.disband(tx, by=by, key=change.key, valid_until=on)
        for change in plan.of(PATH, What.ENDED):
            await actions.retire(tx, by=by, key=change.key, valid_until=on)

    def files(self, held: Ladders, home: Home) -> Mapping[Path, str]:
        """A file each, of what has not ended."""
        paths = {home.career_paths / f"{one.key}.toml": writing.toml(one) for one in held.paths if (PATH, one.key) not in held.ended}
        folder = home.career_paths / "collections"
        gathered = (one for one in held.collections if (COLLECTION, one.key) not in held.ended)
        return paths | {folder / f"{one.key}.toml": writing.toml(one) for one in gathered}


def _entries(held: Ladders) -> Iterator[Entry]:
    named: dict[str, Sequence[CareerPathDefinition | CollectionDefinition]] = {PATH: held.paths, COLLECTION: held.collections}
    for kind, definitions in named.items():
        for one in definitions:
            yield Entry(kind, one.key, fields(one), one.valid_from, held.ended.get((kind, one.key)))


def _surroundings(known: Wanted, path: rules.Path, ladder: Mapping[str, Collection[str]]) -> Surroundings:
    """What a path is held against, out of the other files. What could not be read is taken to be right."""
    occupations: Collection[rules.Occupation] = path.target_occupations
    regions: Collection[rules.Region] = path.regions_offered or ()
    demand: Mapping[rules.Region, Collection[str]] = {}
    extract = known.of(LABOR_MARKET).extract if known.sound(LABOR_MARKET) else None
    if known.sound(LABOR_MARKET):
        codes = set(extract.occupations.select("system", "code").rows()) if extract is not None else set()
        occupations = {one for one in path.target_occupations if (one.system, one.code) in codes}
    if known.sound(REGIONS):
        regions = {rules.Region(system, code) for system, code in known.of(REGIONS).on(path.valid_from)}
    if known.sound(IN_DEMAND):
        designated = known.of(IN_DEMAND).soc_codes(path.valid_from, extract)
        demand = {rules.Region(*region): codes for region, codes in designated.items()}
    return Surroundings(occupations, regions, ladder, demand)


def _report(
    reader: Reader, known: Wanted, found: Found[CareerPathDefinition] | Found[CollectionDefinition], said: Iterable[Finding]
) -> None:
    for one in said:
        mistake = found.mistake(_place(one.pointer), f"{one.detail[:1].lower()}{one.detail[1:]}", one.code)
        (reader.mistakes if one.refuses else known.notes).append(mistake)


def _place(pointer: str) -> Place:
    return tuple(int(part) if part.isdigit() else part for part in pointer.strip("/").split("/"))


CAREER_PATHS = CareerPaths()
