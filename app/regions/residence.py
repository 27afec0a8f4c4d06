"""The region of an address in every system, as it is kept with a person: `{system: {"region": code | null, "how": …}}`.

Never a guess: where an address leaves several regions open, `region` is null, `how` says what would decide it, and `candidates` names them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from app.regions.rules import (
    COUNTY,
    Decided,
    Division,
    Located,
    Needs,
    Place,
    Unassigned,
    Undecided,
    ZipArea,
    locate,
    locate_zip,
)

OUT_OF_STATE = "out_of_state"
UNASSIGNED = "unassigned"
NEEDS = {Needs.PLACE: "needs_place", Needs.COUNTY: "needs_county", Needs.POINT: "needs_point"}


@dataclass(frozen=True)
class Divisions:
    """How every system divides the state on one day, and the places and ZIP codes that are known. Loaded once and kept.

    fips:     the first two digits of the state's county codes
    systems:  system -> its division
    editions: system -> the edition that the division was made of
    """

    fips: str
    systems: Mapping[str, Division]
    places: tuple[Place, ...] = ()
    zip_areas: tuple[ZipArea, ...] = ()
    editions: Mapping[str, UUID] = field(default_factory=dict)

    @cached_property
    def places_of(self) -> Mapping[str, tuple[Place, ...]]:
        """The known places of each county."""
        found: dict[str, tuple[Place, ...]] = {}
        for place in self.places:
            found[place.county] = (*found.get(place.county, ()), place)
        return found

    @cached_property
    def areas_of(self) -> Mapping[str, tuple[ZipArea, ...]]:
        """Where each ZIP code delivers."""
        found: dict[str, tuple[ZipArea, ...]] = {}
        for area in self.zip_areas:
            found[area.zip] = (*found.get(area.zip, ()), area)
        return found

    @property
    def counties(self) -> frozenset[str]:
        """The codes of the state's counties."""
        own = self.systems.get(COUNTY)
        return frozenset(own.whole) if own else frozenset()

    def in_state(self, county: str) -> bool:
        """Whether a county's code is one of this state's."""
        return county.startswith(self.fips)


@dataclass(frozen=True)
class Address:
    """As much of an address as its region depends on. `out_of_state` names another state (`NJ`) in which it lies."""

    county: str | None = None
    place: str | None = None
    zip_code: str | None = None
    out_of_state: str | None = None


def decide(
    ground: Divisions, *, county: str | None, place: str | None, zip_code: str | None, out_of_state: str | None = None
) -> dict[str, dict[str, Any]]:
    """The region of an address in every system of `ground`, as JSON.

    The county decides, with the place where regions share the county; a ZIP code only where the county does not. An address in
    another state has a region only in a system that reaches across the state line, and only by its county.
    """
    address = Address(county or None, place or None, (zip_code or "")[:5] or None, out_of_state or None)
    return {name: _decide(ground, division, address) for name, division in ground.systems.items()}


def located(ground: Divisions, addresses: Iterable[Address]) -> dict[Address, dict[str, dict[str, Any]]]:
    """`decide` for many addresses, each distinct one once: a million people live at a few thousand of them."""
    return {
        a: decide(ground, county=a.county, place=a.place, zip_code=a.zip_code, out_of_state=a.out_of_state)
        for a in dict.fromkeys(addresses)
    }


def _decide(ground: Divisions, within: Division, address: Address) -> dict[str, Any]:
    county = address.county
    if address.out_of_state or (county is not None and not ground.in_state(county)):
        return _beyond(within, address)
    if county is None:
        if address.zip_code is None:
            detail = "The address has no county. Its county decides, and its city or town where regions share the county."
            return as_json(Undecided((), Needs.COUNTY, detail))
        return as_json(_by_zip(ground, within, address.zip_code, ground.areas_of.get(address.zip_code, ())))
    found = locate(within, county=county, place=address.place, places=ground.places_of.get(county, ()))
    if isinstance(found, Undecided) and address.place is None and address.zip_code is not None:
        by_zip = _by_zip(ground, within, address.zip_code, [a for a in ground.areas_of.get(address.zip_code, ()) if a.county == county])
        found = by_zip if isinstance(by_zip, Decided) else found
    return as_json(found)


def _by_zip(ground: Divisions, within: Division, zip_code: str, areas: Iterable[ZipArea]) -> Located:
    return locate_zip(within, zip_code=zip_code, areas=tuple(areas), places=ground.places)


def _beyond(within: Division, address: Address) -> dict[str, Any]:
    """The region of an address in another state: a system that crosses the state line may have one."""
    region = within.whole.get(address.county or "")
    if region is not None:
        return {"region": region, "how": "county"}
    return {"region": None, "how": OUT_OF_STATE}


def as_json(found: Located) -> dict[str, Any]:
    """What was found, as it is kept and answered."""
    match found:
        case Decided(region, how):
            return {"region": region, "how": str(how)}
        case Undecided(candidates, needs, detail):
            return {"region": None, "how": NEEDS[needs], "candidates": list(candidates), "detail": detail}
        case Unassigned(reason):
            return {"region": None, "how": UNASSIGNED, "detail": reason}
