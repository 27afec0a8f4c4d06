"""The files that say where, read and written: systems, editions listed by county or drawn, places and ZIP codes."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from app.contract.regions import PlaceDefinition, RegionCollection, RegionEditionDefinition, RegionSystemDefinition, ZipAreaDefinition
from app.definitions import regions as translation
from app.definitions import writing
from app.definitions.kind import Wanted
from app.definitions.kinds.states import STATES
from app.definitions.mistakes import Mistake
from app.definitions.reading import Found, Model, Reader
from app.regions import drafts
from app.regions.drafts import Draft, Map
from app.regions.editions import Edition, Ground
from app.regions.problems import FILE, Problem, Unfit
from app.regions.rules import COUNTY

SYSTEMS, EDITIONS = "systems", "editions"
COUNTIES, PLACES, ZIP_AREAS = "counties.geojson", "places.csv", "zip_areas.csv"


@dataclass(frozen=True)
class Drawn:
    """An edition as its file has it, and where each of its regions stands there."""

    draft: Draft
    file: str
    line_of: Callable[[str], int | None]  # of a region's code

    def mistake(self, problem: Problem) -> Mistake:
        """What a room says of the edition, with its place in the file."""
        place = "" if problem.feature == FILE else problem.feature
        return Mistake(self.file, self.line_of(place) if place else None, place, problem.detail, problem.code)


class Files:
    """The files of one state, as read. What is wrong with them goes to the reader's mistakes."""

    def __init__(self, reader: Reader, known: Wanted) -> None:
        self._reader, self._known, self._folder = reader, known, known.home.regions
        self.systems: Sequence[RegionSystemDefinition] = [one.value for one in reader.tomls(self._folder / SYSTEMS, RegionSystemDefinition)]
        places, areas = self._table(PLACES, PlaceDefinition), self._table(ZIP_AREAS, ZipAreaDefinition)
        reader.once(places, lambda place: f"{place.county}/{place.code}", "code")
        reader.once(areas, lambda area: "/".join((area.zip, area.county, area.place or "")), "zip")
        self.places, self.zip_areas = in_order(one.value for one in places), by_zip(one.value for one in areas)
        self._drawn = sorted(self._editions(), key=lambda one: (one.draft.edition.system != COUNTY, one.draft.edition.valid_from))
        self.editions = self._checked()
        self._addressed([*places, *areas])

    def _table(self, name: str, model: type[Model]) -> list[Found[Model]]:
        file = self._folder / name
        return self._reader.csv(file, model) if file.exists() else []

    def _editions(self) -> Iterator[Drawn]:
        """The editions as their files have them."""
        if (self._folder / COUNTIES).exists():
            yield from self._outlines(self._folder / COUNTIES, COUNTY)
        for file in sorted((self._folder / EDITIONS).glob("*/*")):
            if file.suffix == ".toml":
                found = list(self._listed(file))
            elif file.suffix == ".geojson":
                found = list(self._outlines(file, file.parent.name))
            else:
                continue
            for one in found:
                edition = one.draft.edition
                if (file.parent.name, file.stem) != (edition.system, str(edition.valid_from)):
                    told = f"this edition's file is called {EDITIONS}/{edition.system}/{edition.valid_from}{file.suffix}"
                    self._reader.mistakes.append(Mistake(one.file, None, "valid_from", told, "file_name"))
                if edition.system not in {system.key for system in self.systems}:
                    told = f"there is no {SYSTEMS}/{edition.system}.toml"
                    self._reader.mistakes.append(Mistake(one.file, None, "system", told, "unknown_system"))
                yield one

    def _listed(self, file: Path) -> Iterator[Drawn]:
        found = self._reader.toml(file, RegionEditionDefinition)
        if found is not None:
            places = {region.code: n for n, region in enumerate(found.value.regions)}
            yield Drawn(translation.listed(found.value), found.file, lambda code: found.line_of(("regions", places.get(code, 0), "code")))

    def _outlines(self, file: Path, system: str) -> Iterator[Drawn]:
        body = self._reader.json(file)
        if body is None or self._reader.model(body, RegionCollection, file) is None:
            return
        name = file.relative_to(self._reader.root).as_posix()
        rows = file.read_text(encoding="utf-8-sig").splitlines()
        line_of = _finder(rows)
        try:
            yield Drawn(translation.drawn(body, system=system), name, line_of)
        except Unfit as unfit:
            self._reader.mistakes.extend(Drawn(NOTHING, name, line_of).mistake(problem) for problem in unfit.problems)

    def _checked(self) -> dict[str, list[Draft]]:
        """Every edition by its system, oldest first: repaired, and checked against the counties of its first day."""
        found: defaultdict[str, list[Draft]] = defaultdict(list)
        state = self._known.of(STATES) if self._known.sound(STATES) else None
        for one in self._drawn:
            edition = one.draft.edition
            if any(edition.valid_from == other.edition.valid_from for other in found[edition.system]):
                told = f"'{edition.system}' has two editions of {edition.valid_from}"
                self._reader.mistakes.append(Mistake(one.file, None, "valid_from", told, "twice"))
                continue
            county = _in_force(found[COUNTY], edition.valid_from)
            if state is None or (county is None and edition.system != COUNTY):
                found[edition.system].append(one.draft)
                continue
            ground = Ground(state.fips, _names(county), {(place.county, place.code) for place in self.places})
            try:
                draft = drafts.checked(one.draft, ground, Map(county.drawn if county else {}))
            except Unfit as unfit:
                self._reader.mistakes.extend(one.mistake(problem) for problem in unfit.problems)
                draft = one.draft
            self._known.notes.extend(one.mistake(note) for note in draft.notes)
            found[edition.system].append(draft)
        return {system: editions for system, editions in found.items() if editions}

    def _addressed(self, rows: Sequence[Found[PlaceDefinition] | Found[ZipAreaDefinition]]) -> None:
        """Places and ZIP codes lie in counties that there are, ZIP codes in places that there are."""
        if COUNTY not in self.editions and (self._folder / COUNTIES).exists():
            return  # it could not be read
        counties = {region.code for draft in self.editions.get(COUNTY, ()) for region in draft.edition.regions}
        known = {(place.county, place.code) for place in self.places}
        for row in rows:
            place = row.value.place if isinstance(row.value, ZipAreaDefinition) else None
            if row.value.county not in counties:
                self._reader.mistakes.append(row.mistake(("county",), f"this state has no county {row.value.county}", "unknown_county"))
            elif place is not None and (row.value.county, place) not in known:
                detail = f"{PLACES} has no '{place}' of {row.value.county}"
                self._reader.mistakes.append(row.mistake(("place",), detail, "unknown_place"))


NOTHING = Draft(Edition("", date.min, "", ()))


def _finder(rows: Sequence[str]) -> Callable[[str], int | None]:
    """Finds a region's line in a GeoJSON file that has a feature a line."""

    def line_of(code: str) -> int | None:
        said = re.compile(f'"code" *: *"{re.escape(code)}"')
        return next((n for n, row in enumerate(rows, start=1) if said.search(row)), None)

    return line_of


def _in_force(editions: Sequence[Draft], on: date) -> Draft | None:
    return next((one for one in reversed(editions) if one.edition.valid_from <= on), None)


def _names(county: Draft | None) -> dict[str, str]:
    return {region.code: region.name for region in county.edition.regions} if county else {}


def in_order(places: Iterable[PlaceDefinition]) -> list[PlaceDefinition]:
    """Places by county and code, as their file has them."""
    return sorted(places, key=lambda place: (place.county, place.code))


def by_zip(areas: Iterable[ZipAreaDefinition]) -> list[ZipAreaDefinition]:
    """ZIP codes by their digits, as their file has them."""
    return sorted(areas, key=lambda area: (area.zip, area.county, area.place or ""))


BOUNDARIES = "; boundaries of "  # between a source and the vintage that a GeoJSON file says apart


def edition_file(draft: Draft, folder: Path, *, newest: bool) -> tuple[Path, str]:
    """An edition's file and what stands in it: GeoJSON if it is drawn, else TOML. The newest counties have a place of their own."""
    edition = draft.edition
    path = folder / EDITIONS / edition.system / f"{edition.valid_from}.toml"
    if edition.system != COUNTY and not draft.drawn:
        return path, writing.toml(translation.edition_definition(edition))
    source, _, vintage = edition.source.partition(BOUNDARIES)
    beside = translation.members(edition) | {"source": source} | ({"vintage": vintage} if vintage else {})
    unassigned = beside.pop("unassigned", None)
    members = beside | ({"unassigned": unassigned} if unassigned else {})
    reasons = {region.code: region.no_shape for region in edition.regions if region.no_shape}
    text = writing.collection(translation.features(draft, draft.drawn, reasons), **members)
    return folder / COUNTIES if newest and edition.system == COUNTY else path.with_suffix(".geojson"), text
