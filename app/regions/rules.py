"""What a region is made of, and which region a county or a place lies in. Pure, and never a guess.

A region takes in whole counties, and parts of counties that it shares with its neighbours: the places (towns, cities) that it
names, or whatever of a county no other region of the system names. So an address in a divided county needs its place.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

COUNTY = "county"
"""The system whose regions are the counties themselves, coded by FIPS. The others are made of them."""


@dataclass(frozen=True)
class Span:
    """The days from `valid_from` on and before `valid_until`; None: until it is ended."""

    valid_from: date
    valid_until: date | None = None

    def holds(self, on: date) -> bool:
        """Whether `on` is one of the days."""
        return self.valid_from <= on and (self.valid_until is None or on < self.valid_until)

    def overlaps(self, other: "Span") -> bool:
        """Whether there is a day in both."""
        return _before(self.valid_from, other.valid_until) and _before(other.valid_from, self.valid_until)


def _before(day: date, end: date | None) -> bool:
    return end is None or day < end


@dataclass(frozen=True, order=True)
class Part:
    """Part of a county: one place of it, or (place None) whatever no other region of the system names."""

    county: str
    place: str | None = None

    def __str__(self) -> str:
        return f"{self.county}/{self.place or 'rest'}"


@dataclass(frozen=True)
class Region:
    """A region of one system: what it takes in. Counties by FIPS code."""

    code: str
    name: str
    counties: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    counties_beyond_state: tuple[str, ...] = ()  # of a region that crosses the state line
    official_code: str | None = None  # the publisher's own code, where it is another one
    no_shape: str | None = None  # why it has no outline, if there is a reason that its counties do not tell

    @property
    def takes_in(self) -> frozenset[str]:
        """Everything that it takes in, as text: `36029`, `36059/hempstead`, `36119/rest`."""
        return frozenset((*self.counties, *map(str, self.parts), *self.counties_beyond_state))

    @property
    def touches(self) -> frozenset[str]:
        """The counties of which it takes in all or a part."""
        return frozenset((*self.counties, *(part.county for part in self.parts), *self.counties_beyond_state))


@dataclass(frozen=True)
class Place:
    """A municipality of a county. `code` is unique in the county."""

    county: str
    code: str
    name: str
    kind: str  # city, town, village …

    def is_meant_by(self, text: str) -> bool:
        """Whether a name as people write it is this place's: `Yonkers`, `City of Yonkers`. Another kind is another place."""
        slug = slugged(text)
        return slug in {self.code, slugged(self.name), f"{self.kind}_of_{self.code}", f"{self.code}_{self.kind}"}


def slugged(text: str) -> str:
    """A name as a code: lower-case ASCII letters, digits, underscores. What follows a comma (`Yonkers, NY`) is no part of the name."""
    words = "".join(c if c.isascii() and c.isalnum() else "" if c in ".'’" else " " for c in text.split(",")[0].lower())
    return "_".join(words.split())


class How(StrEnum):
    """By what a region was decided."""

    COUNTY = "county"
    PLACE = "place"
    REST_OF_COUNTY = "rest_of_county"  # the place is none of those that other regions name
    ZIP = "zip"
    POINT = "point"


@dataclass(frozen=True)
class Decided:
    """The region, and by what it was decided."""

    region: str
    how: How


class Needs(StrEnum):
    """What would decide it."""

    PLACE = "place"
    COUNTY = "county"
    POINT = "point"


@dataclass(frozen=True)
class Undecided:
    """One of these regions; what would decide it, and why it is open."""

    candidates: tuple[str, ...]
    needs: Needs
    detail: str


@dataclass(frozen=True)
class Unassigned:
    """No region of the system, and why."""

    reason: str


Located = Decided | Undecided | Unassigned


@dataclass(frozen=True)
class Shared:
    """A county that several regions share: who has which place, and who has the rest (None: nobody, so the place has to be known)."""

    named: Mapping[str, str]
    rest: str | None = None

    @property
    def regions(self) -> tuple[str, ...]:
        return tuple(sorted({*self.named.values(), *((self.rest,) if self.rest else ())}))


@dataclass(frozen=True)
class Division:
    """How one system divides the counties on one day."""

    system: str
    whole: Mapping[str, str] = field(default_factory=dict)  # county -> region
    shared: Mapping[str, Shared] = field(default_factory=dict)
    unassigned: Mapping[str, str] = field(default_factory=dict)  # county -> why no region has it
    drawn: bool = False  # its regions have outlines of their own and list no counties: a point decides


def division(system: str, regions: Iterable[Region], unassigned: Mapping[str, str] | None = None) -> Division:
    """The regions seen from the counties. They have passed `app.regions.editions.problems`, so nothing is there twice."""
    whole: dict[str, str] = {}
    named: dict[str, dict[str, str]] = {}
    rest: dict[str, str] = {}
    for region in regions:
        own = (region.code,) if system == COUNTY else (*region.counties, *region.counties_beyond_state)
        whole.update(dict.fromkeys(own, region.code))
        for part in region.parts:
            places = named.setdefault(part.county, {})
            if part.place is None:
                rest[part.county] = region.code
            else:
                places[part.place] = region.code
    shared = {county: Shared(places, rest.get(county)) for county, places in named.items()}
    drawn = system != COUNTY and not whole and not shared
    return Division(system, whole, shared, dict(unassigned or {}), drawn)


def locate(within: Division, *, county: str, place: str | None = None, places: Iterable[Place] = ()) -> Located:
    """The region of an address by its county and, where regions share the county, its place.

    `place` is the municipality where somebody lives, not the post office in the address. `places` are the municipalities known.
    """
    if (region := within.whole.get(county)) is not None:
        return Decided(region, How.COUNTY)
    if within.drawn:
        return Undecided((), Needs.POINT, "The regions of this system are drawn on the map, not listed by county. A point decides.")
    if (shared := within.shared.get(county)) is None:
        return Unassigned(within.unassigned.get(county, "No region of this system takes in this county."))
    if place is None or not slugged(place):
        return Undecided(shared.regions, Needs.PLACE, "Several regions share this county. The city or town of the address decides.")
    known = [one for one in places if one.county == county]
    meant = {one.code for one in known if one.is_meant_by(place)}
    if len(meant) == 1 and (region := shared.named.get(next(iter(meant)))) is not None:
        return Decided(region, How.PLACE)
    return _by_rest(shared, place, known)


def _by_rest(shared: Shared, place: str, known: Iterable[Place]) -> Located:
    """The region that has the rest of a county, for a place that nobody names and that is no slip of the pen for one that somebody does."""
    near = _near(place, (one for one in known if one.code in shared.named))
    if near is not None:
        detail = f"'{place}' is not known here. Is {near.name} meant, or its neighbour?"
        return Undecided(shared.regions, Needs.PLACE, detail)
    if shared.rest is None:
        detail = f"No region of this system names '{place}'. The city or town decides, not a village, hamlet or post office in it."
        return Undecided(shared.regions, Needs.PLACE, detail)
    return Decided(shared.rest, How.REST_OF_COUNTY)


def _near(text: str, places: Iterable[Place]) -> Place | None:
    """A place that may be meant, although the text is not its name: one letter off, or the name of another kind (a village in a town)."""
    slug = slugged(text)
    for place in places:
        if place.code in slug.split("_of_") or difflib.SequenceMatcher(None, slug, place.code).ratio() > 0.8:
            return place
    return None


@dataclass(frozen=True)
class ZipArea:
    """Where a ZIP code delivers: a county, and a place where that is known. A ZIP may have several."""

    zip: str
    county: str
    place: str | None = None


def locate_zip(within: Division, *, zip_code: str, areas: Iterable[ZipArea], places: Iterable[Place] = ()) -> Located:
    """The region of a ZIP code, if all that it delivers to lies in one."""
    found = [locate(within, county=a.county, place=a.place, places=places) for a in areas if a.zip == zip_code]
    if not found:
        return Undecided((), Needs.COUNTY, f"No table here says where {zip_code} delivers. The county of the address decides.")
    regions = {one.region for one in found if isinstance(one, Decided)}
    if len(regions) == 1 and all(isinstance(one, Decided) for one in found):
        return Decided(regions.pop(), How.ZIP)
    if all(isinstance(one, Unassigned) for one in found):
        return found[0]
    candidates = tuple(sorted(regions.union(*(one.candidates for one in found if isinstance(one, Undecided)))))
    counties = {a.county for a in areas if a.zip == zip_code}
    needs, what = (Needs.PLACE, "place") if len(counties) == 1 else (Needs.COUNTY, "county")
    return Undecided(candidates, needs, f"{zip_code} delivers to more than one of them. The {what} of the address decides.")


def of_counties(within: Division, counties: Iterable[str]) -> Located:
    """The region of a point by the county, or on a border the counties, that it lies in: decided if all of them say the same."""
    found = [locate(within, county=county) for county in counties]
    regions = {one.region for one in found if isinstance(one, Decided)}
    if len(regions) == 1 and all(isinstance(one, Decided) for one in found):
        return Decided(regions.pop(), How.POINT)
    if len(found) == 1 or all(isinstance(one, Unassigned) for one in found):
        return found[0]
    candidates = regions.union(*(one.candidates for one in found if isinstance(one, Undecided)))
    return Undecided(
        tuple(sorted(candidates)), Needs.COUNTY, "The point lies on the border between these. The county of the address decides."
    )


def touching(these: Iterable[Region], those: Iterable[Region]) -> Iterator[tuple[str, str, frozenset[str]]]:
    """The pairs of regions that have a county in common, of which each takes in all or a part, with those counties."""
    those = tuple(those)
    for one in these:
        for other in those:
            if common := one.touches & other.touches:
                yield one.code, other.code, common
