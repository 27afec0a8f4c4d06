"""Region systems, their editions, places and ZIP codes: the files under `regions/<state>/` that say where."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from pathlib import Path

from app.contract.regions import PlaceDefinition, RegionSystemDefinition, ZipAreaDefinition
from app.core.actor import Actor
from app.core.db import Read, Tx
from app.definitions import regions as translation
from app.definitions import writing
from app.definitions.kind import Home, Wanted
from app.definitions.kinds.region_files import PLACES, SYSTEMS, ZIP_AREAS, Files, by_zip, edition_file, in_order
from app.definitions.plan import Change, Entry, Plan, What, plan, together
from app.definitions.reading import Reader
from app.definitions.regions import EDITION, REGION
from app.definitions.translation import fields
from app.participants.living import living
from app.participants.tasks import resettled
from app.regions import actions, maps, queries
from app.regions.drafts import Draft, Map, same
from app.regions.rules import COUNTY, Place, ZipArea

LAST = date.max
SYSTEM, PLACE, ZIP_AREA = "region_system", "place", "zip_area"


@dataclass(frozen=True)
class Divided:
    """How a state is divided. `editions`: of each system, oldest first; `ended`: from which day a system has no regions any more."""

    systems: Sequence[RegionSystemDefinition] = ()
    editions: Mapping[str, Sequence[Draft]] = field(default_factory=dict)
    places: Sequence[PlaceDefinition] = ()
    zip_areas: Sequence[ZipAreaDefinition] = ()
    ended: Mapping[str, date] = field(default_factory=dict)

    def edition(self, system: str, on: date) -> Draft | None:
        """The edition of a system that is in force on a day."""
        if system in self.ended and self.ended[system] <= on:
            return None
        begun = [one for one in self.editions.get(system, ()) if one.edition.valid_from <= on]
        return begun[-1] if begun else None

    def on(self, day: date) -> set[tuple[str, str]]:
        """The regions of a day: (system, code)."""
        held = {system: self.edition(system, day) for system in self.editions}
        return {(system, region.code) for system, draft in held.items() if draft for region in draft.edition.regions}

    def counties(self, on: date) -> Map:
        """The counties' outlines on a day."""
        draft = self.edition(COUNTY, on)
        return Map(draft.drawn) if draft else Map()


class Regions:
    """Everything that says where: it hangs together, and is put in one order."""

    name = "regions"

    def read(self, reader: Reader, known: Wanted) -> Divided:
        """The files, every edition checked and repaired against the counties of its first day."""
        files = Files(reader, known)
        return Divided(files.systems, files.editions, files.places, files.zip_areas)

    async def current(self, read: Read, *, by: Actor) -> Divided:
        """Every edition that there ever was, with the places and ZIP codes of today."""
        editions: defaultdict[str, list[Draft]] = defaultdict(list)
        ended: dict[str, date] = {}
        for one in await queries.editions(read, by=by):
            editions[one.system].append(await queries.draft(read, by=by, edition=one))
            ended.pop(one.system, None)
            if one.valid_until is not None:
                ended[one.system] = one.valid_until
        systems = [RegionSystemDefinition(key=r.key, title=r.title, source=r.source) for r in await queries.systems(read, by=by)]
        places = [PlaceDefinition.model_validate(dict(row._mapping)) for row in await queries.places(read, by=by)]
        areas = ({name: row._mapping[name] for name in ZipAreaDefinition.model_fields} for row in await queries.zip_areas(read, by=by))
        return Divided(systems, editions, in_order(places), by_zip(map(ZipAreaDefinition.model_validate, areas)), ended)

    def plan(self, current: Divided, wanted: Divided, *, on: date) -> Plan:
        """System by system, region by region, as the API's dry run of a PUT tells it."""
        undated = plan(_entries(current), _entries(wanted), on=on)
        there = [system.key for system in wanted.systems]
        editions = (one for system in there for one in _editions(current, wanted, system))
        gone = (
            Change(What.ENDED, EDITION, system, on) for system in there if system not in wanted.editions and current.edition(system, LAST)
        )
        return together(undated, *editions, Plan(tuple(gone)))

    async def people(self, read: Read, plan: Plan, /, *, by: Actor) -> Mapping[tuple[str, str], int]:
        """Those who live in a region that changes or ends."""
        codes: defaultdict[str, list[str]] = defaultdict(list)
        for change in plan.of(REGION, What.CHANGED, What.ENDED):
            system, _, code = change.key.partition("/")
            codes[system].append(code)
        found = {system: await living(read, by=by, system=system, regions=regions) for system, regions in codes.items()}
        return {(REGION, f"{system}/{code}"): people for system, regions in found.items() for code, people in regions.items()}

    async def apply(self, tx: Tx, wanted: Divided, plan: Plan, on: date, /, *, by: Actor) -> None:
        """Systems; counties; places; the other editions, made of these; what is gone; ZIP codes. A job then settles who lives where."""
        for system in wanted.systems:
            await actions.describe_system(tx, by=by, **system.model_dump())
        last = {one.system: one.valid_from for one in await queries.editions(tx, by=by)}
        new = {
            system: [one for one in editions if one.edition.valid_from > last.get(system, date.min)]
            for system, editions in wanted.editions.items()
        }
        for draft in new.pop(COUNTY, ()):
            await actions.put_edition(tx, by=by, draft=draft)
        if plan.of(PLACE):
            places = [(Place(one.county, one.code, one.name, one.kind), one.source) for one in wanted.places]
            await actions.put_places(tx, by=by, places=places)
        for drafts in new.values():
            for draft in drafts:
                await actions.put_edition(tx, by=by, draft=draft)
        for change in (*plan.of(SYSTEM, What.ENDED), *plan.of(EDITION, What.ENDED)):
            await actions.end_system(tx, by=by, system=change.key, on=on)
        if plan.of(ZIP_AREA):
            areas = [(ZipArea(one.zip, one.county, one.place), one.source) for one in wanted.zip_areas]
            await actions.put_zip_areas(tx, by=by, areas=areas)
        await tx.defer(resettled)

    def files(self, held: Divided, home: Home) -> Mapping[Path, str]:
        """A file for each system and each edition; the counties of today have their own."""
        kept = [one for one in held.systems if one.key not in held.ended]
        found = {home.regions / SYSTEMS / f"{one.key}.toml": writing.toml(one) for one in kept}
        for system in kept:
            editions = held.editions.get(system.key, ())
            found.update(edition_file(draft, home.regions, newest=draft is editions[-1]) for draft in editions)
        if held.places:
            found[home.regions / PLACES] = writing.table(held.places, PlaceDefinition)
        if held.zip_areas:
            found[home.regions / ZIP_AREAS] = writing.table(held.zip_areas, ZipAreaDefinition)
        return found


def _entries(held: Divided) -> Iterator[Entry]:
    """What holds undated. A system that has no regions in force is nothing that could end."""
    for system in held.systems:
        yield Entry(SYSTEM, system.key, fields(system), past=held.edition(system.key, LAST) is None)
    drafts = chain.from_iterable(held.editions.values())
    parts = {str(part) for draft in drafts for region in draft.edition.regions for part in region.parts}
    for place in held.places:
        key = f"{place.county}/{place.code}"
        yield Entry(PLACE, key, fields(place), lasting="a region is or was made of it" if key in parts else "")
    zips: defaultdict[str, list[ZipAreaDefinition]] = defaultdict(list)
    for area in held.zip_areas:
        zips[area.zip].append(area)
    for code, areas in zips.items():
        yield Entry(ZIP_AREA, code, {"areas": [_said(area) for area in areas]})


def _said(area: ZipAreaDefinition) -> str:
    return f"{area.county}{'/' if area.place else ''}{area.place or ''} ({area.source})"


def _editions(current: Divided, wanted: Divided, system: str) -> Iterator[Plan]:
    """The plan of each edition of a system, one after the other."""
    kept = {draft.edition.valid_from: draft for draft in current.editions.get(system, ())}
    last = (kept[max(kept)], current.ended.get(system)) if kept else None
    for draft in wanted.editions.get(system, ()):
        since = draft.edition.valid_from
        if last is not None and since < last[0].edition.valid_from:
            yield _written_anew([one for day, one in kept.items() if day <= since], draft)
            continue
        yield translation.planned(maps.comparison(last, draft, wanted.counties(since)), {})
        last = (draft, None)
    if kept and system in wanted.editions and max(kept) > wanted.editions[system][-1].edition.valid_from:
        told = f"its edition of {max(kept)} is recorded and has no file. Add a later one instead of leaving it out."
        yield Plan((), refusals=(f"{EDITION} {system}: {told}",))


def _written_anew(before: Sequence[Draft], wanted: Draft) -> Plan:
    """What was in force before the last edition stays as it was. `before`: what is recorded up to the wanted one's first day."""
    if before and same(before[-1], wanted):
        return Plan((), {EDITION: 1})
    told = f"there is a later edition than that of {wanted.edition.valid_from}, and what held before it is not written anew."
    return Plan((), refusals=(f"{EDITION} {wanted.edition.system}: {told}",))


REGIONS = Regions()
