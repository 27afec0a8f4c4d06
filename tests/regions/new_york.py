"""New York's regions out of the files under regions/us-ny: as drafts, as divisions without a database, and in a database."""

import csv
import json
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from app.contract.regions import PlaceDefinition, RegionEditionDefinition, RegionSystemDefinition
from app.core.actor import Actor
from app.core.db import Tx
from app.definitions import regions as translation
from app.regions import actions
from app.regions.drafts import Draft, Map
from app.regions.editions import Ground
from app.regions.residence import Divisions
from app.regions.rules import COUNTY, Place, division
from tests.house.tree import ROOT
from tests.people import DANA

FOLDER = ROOT / "regions/us-ny"


@cache
def systems() -> tuple[RegionSystemDefinition, ...]:
    """The systems, `county` first: the others are made of it."""
    found = (RegionSystemDefinition.model_validate(tomllib.loads(path.read_text())) for path in sorted((FOLDER / "systems").glob("*.toml")))
    return tuple(sorted(found, key=lambda system: system.key != COUNTY))


@cache
def collection() -> dict[str, Any]:
    """`counties.geojson`."""
    body: dict[str, Any] = json.loads((FOLDER / "counties.geojson").read_text())
    return body


def edition_files() -> list[Path]:
    return sorted((FOLDER / "editions").glob("*/*.toml"))


@cache
def definition(system: str) -> RegionEditionDefinition:
    """The edition of a system that is listed by county."""
    [path] = (FOLDER / "editions" / system).glob("*.toml")
    return RegionEditionDefinition.model_validate(tomllib.loads(path.read_text()))


@cache
def counties() -> Draft:
    return translation.drawn(collection(), system=COUNTY)


@cache
def draft(system: str) -> Draft:
    """The edition of a system."""
    return counties() if system == COUNTY else translation.listed(definition(system))


@cache
def places() -> tuple[PlaceDefinition, ...]:
    """`places.csv`."""
    with (FOLDER / "places.csv").open(newline="") as file:
        return tuple(PlaceDefinition.model_validate(row) for row in csv.DictReader(file))


def known_places() -> tuple[Place, ...]:
    return tuple(Place(one.county, one.code, one.name, one.kind) for one in places())


@cache
def ground() -> Ground:
    names = {region.code: region.name for region in counties().edition.regions}
    return Ground("36", names, frozenset((one.county, one.code) for one in places()))


@cache
def county_map() -> Map:
    return Map(counties().drawn)


@cache
def divisions() -> Divisions:
    """How the systems divide New York, without a database."""
    found = {one.key: draft(one.key).edition for one in systems()}
    return Divisions("36", {key: division(key, edition.regions, edition.unassigned) for key, edition in found.items()}, known_places())


async def lay(tx: Tx, by: Actor = DANA.actor) -> None:
    """Put all of New York's region systems, editions and places."""
    for one in systems():
        await actions.create_system(tx, by=by, key=one.key, title=one.title, source=one.source)
    await actions.put_edition(tx, by=by, draft=counties())
    await actions.put_places(tx, by=by, places=list(zip(known_places(), (one.source for one in places()), strict=True)))
    for one in systems():
        if one.key != COUNTY:
            await actions.put_edition(tx, by=by, draft=draft(one.key))
