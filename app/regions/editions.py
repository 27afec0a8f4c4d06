"""An edition of a region system: all its regions from a day on. What can be wrong with one, and what it would change."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from app.regions.problems import FILE, Problem
from app.regions.rules import COUNTY, Part, Region


@dataclass(frozen=True)
class Edition:
    """All regions of a system from a day on; those that it does not list have ended. `unassigned`: county -> why no region has it."""

    system: str
    valid_from: date
    source: str
    regions: tuple[Region, ...]
    unassigned: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Ground:
    """What an edition is checked against: the state's two digits, its counties by code, and its known places (county, code)."""

    fips: str
    counties: Mapping[str, str]
    places: Collection[tuple[str, str]] = ()


def problems(edition: Edition, ground: Ground) -> tuple[Problem, ...]:
    """Everything that is wrong with an edition, in the order of its regions."""
    checks = (_codes, _own_counties) if edition.system == COUNTY else (_codes, _counties, _places, _twice, _rests, _left_out)
    return tuple(dict.fromkeys(problem for check in checks for problem in check(edition, ground)))


def _codes(edition: Edition, _ground: Ground) -> Iterator[Problem]:
    for code, times in Counter(region.code for region in edition.regions).items():
        if times > 1:
            yield Problem(code, "duplicate_code", f"{times} regions have this code.")
    if not edition.regions:
        yield Problem(FILE, "no_regions", "There are no regions here.")


def _own_counties(edition: Edition, ground: Ground) -> Iterator[Problem]:
    for region in edition.regions:
        if not is_fips(region.code):
            yield Problem(region.code, "not_a_county_code", "A county's code is its FIPS code: five digits, as text.")
        elif not region.code.startswith(ground.fips):
            yield Problem(region.code, "wrong_state", f"Codes of this state's counties begin with {ground.fips}.")


def _counties(edition: Edition, ground: Ground) -> Iterator[Problem]:
    for region in edition.regions:
        for county in sorted({*region.counties, *(part.county for part in region.parts)}):
            yield from _known(region.code, county, ground)
        for county in region.counties_beyond_state:
            if not is_fips(county) or county.startswith(ground.fips):
                yield Problem(region.code, "not_beyond_state", f"{county} is not the code of a county of another state.")
    for county in edition.unassigned:
        yield from _known(FILE, county, ground)


def _known(feature: str, county: str, ground: Ground) -> Iterator[Problem]:
    if not county.startswith(ground.fips):
        detail = f"{county} lies in another state: codes of this one's counties begin with {ground.fips}."
        yield Problem(feature, "wrong_state", detail)
    elif county not in ground.counties:
        yield Problem(feature, "unknown_county", f"This state has no county {county}.")


def _places(edition: Edition, ground: Ground) -> Iterator[Problem]:
    for region in edition.regions:
        for part in region.parts:
            if part.place is not None and (part.county, part.place) not in ground.places:
                yield Problem(region.code, "unknown_place", f"No place '{part.place}' of {_name(part.county, ground)} is known.")


def _twice(edition: Edition, ground: Ground) -> Iterator[Problem]:
    """Each county, and each part of one, belongs to one region."""
    owners: dict[str | Part, list[str]] = {}
    for region in edition.regions:
        pieces: tuple[str | Part, ...] = (*region.counties, *region.counties_beyond_state, *region.parts)
        for piece in pieces:
            owners.setdefault(piece, []).append(region.code)
    for piece, regions in owners.items():
        what = _name(piece, ground) if isinstance(piece, str) else f"{piece.place or 'the rest'} of {_name(piece.county, ground)}"
        for code in regions[1:]:
            detail = f"{what} is in {regions[0]} already." if code != regions[0] else f"{what} is listed twice."
            yield Problem(code, "duplicate_county", detail)
        if isinstance(piece, Part) and piece.county in owners:
            detail = f"{_name(piece.county, ground)} is all of it in {owners[piece.county][0]}: nothing of it is left to share."
            yield Problem(regions[0], "county_not_shared", detail)
        if isinstance(piece, str) and piece in edition.unassigned:
            yield Problem(regions[0], "assigned_and_not", f"{what} is listed as unassigned too.")


def _rests(edition: Edition, ground: Ground) -> Iterator[Problem]:
    """The rest of a county is the rest of something."""
    named = {part.county for region in edition.regions for part in region.parts if part.place is not None}
    for region in edition.regions:
        for part in region.parts:
            if part.place is None and part.county not in named:
                detail = f"No region names a place of {_name(part.county, ground)}: list the whole county."
                yield Problem(region.code, "rest_of_nothing", detail)
            if part.county in edition.unassigned:
                yield Problem(region.code, "assigned_and_not", f"{_name(part.county, ground)} is listed as unassigned too.")


def _left_out(edition: Edition, ground: Ground) -> Iterator[Problem]:
    """A county that nobody mentions is a slip; one that has no region is listed as unassigned, with the reason."""
    mentioned = frozenset(edition.unassigned).union(*(region.touches for region in edition.regions))
    if not any(region.touches for region in edition.regions):
        return  # regions that are drawn, not listed by county
    for county in sorted(ground.counties.keys() - mentioned):
        yield Problem(FILE, "county_left_out", f"No region takes in {_name(county, ground)}: list it as unassigned, with the reason.")


def _name(county: str, ground: Ground) -> str:
    return f"{ground.counties[county]} ({county})" if county in ground.counties else county


def is_fips(code: str) -> bool:
    """Whether this has the shape of a county's FIPS code."""
    return len(code) == 5 and code.isascii() and code.isdigit()


@dataclass(frozen=True)
class Moved:
    """What a region gains and loses, as `Region.takes_in` writes it."""

    gained: tuple[str, ...]
    lost: tuple[str, ...]


def moved(before: Region, after: Region) -> Moved:
    """The counties and parts of counties that move when one region takes the place of another."""
    return Moved(tuple(sorted(after.takes_in - before.takes_in)), tuple(sorted(before.takes_in - after.takes_in)))


def by_code(regions: Iterable[Region]) -> dict[str, Region]:
    """Regions by their code."""
    return {region.code: region for region in regions}
