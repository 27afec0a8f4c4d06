"""Regions between the contract and the room that keeps them: editions as bodies and files have them, and the plan of putting one."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import shapely
from pydantic import ValidationError

from app.contract import regions as contract
from app.definitions.plan import Entry, FieldChange, Plan, differences, plan
from app.regions import files
from app.regions.drafts import Draft, RegionChange, What
from app.regions.editions import Edition
from app.regions.maps import Comparison
from app.regions.problems import FILE, Problem, Unfit
from app.regions.rules import Part, Region, slugged
from app.regions.shapes import Shape

REGION, EDITION = "region", "region_edition"
"""The kinds of entry in a plan: each region of a system, and what the edition says beside them."""


def listed(definition: contract.RegionEditionDefinition) -> Draft:
    """The edition that a definition lists by county."""
    regions = tuple(map(region, definition.regions))
    return Draft(Edition(definition.system, definition.valid_from, definition.source, regions, _reasons(definition.unassigned)))


def drawn(body: Mapping[str, Any], *, system: str) -> Draft:
    """The edition that a GeoJSON FeatureCollection draws: `counties.geojson`, or the body of a PUT.

    Raises `Unfit`, and `ValidationError` for what does not have the contract's shape.
    """
    collection = contract.RegionCollection.model_validate(body)
    if collection.system not in (None, system):
        raise Unfit([Problem(FILE, "other_system", f"These are regions of '{collection.system}', and '{system}' was meant.")])
    read = files.collected(dict(body))
    regions = tuple(region(feature.properties) for feature in collection.features)
    source = collection.source if collection.vintage is None else f"{collection.source}; boundaries of {collection.vintage}"
    edition = Edition(system, collection.valid_from, source, regions, _reasons(collection.unassigned))
    return Draft(edition, _by_code(regions, read), read.notes)


def from_file(read: files.Read, *, system: str, valid_from: date, source: str, code: str = "code", name: str = "name") -> Draft:
    """The edition that a file of outlines draws, whose columns `code` and `name` say what its regions are called.

    A code that is no code is made one: `Western New York` becomes `western_new_york`. Other columns are not read. Raises `Unfit`.
    """
    regions: list[Region] = []
    problems: list[Problem] = []
    for number, feature in enumerate(read.features, start=1):
        told = {"code": feature.fields.get(code), "name": feature.fields.get(name)}
        if wrong := _unreadable(told, {"code": code, "name": name}, feature.fields):
            problems.append(Problem(f"row {number}", *wrong))
            continue
        try:
            regions.append(region(contract.RegionDefinition(code=slugged(str(told["code"])), name=str(told["name"]).strip())))
        except ValidationError as errors:
            first = errors.errors()[0]
            problems.append(Problem(f"row {number}", "bad_name", f"'{told[str(first['loc'][0])]}': {first['msg']}."))
    if problems:
        raise Unfit(problems)
    return Draft(Edition(system, valid_from, source, tuple(regions)), _by_code(regions, read), read.notes)


def _unreadable(told: Mapping[str, Any], columns: Mapping[str, str], fields: Mapping[str, Any]) -> tuple[str, str] | None:
    """What is wrong with the code and the name in a row, as (code, detail)."""
    if missing := [columns[what] for what, value in told.items() if value is None or not str(value).strip()]:
        return "no_name", f"It has nothing in {' and '.join(missing)}. The columns are: {', '.join(map(str, fields)) or 'none'}."
    if numbers := [columns[what] for what, value in told.items() if not isinstance(value, str)]:
        return "not_text", f"{' and '.join(numbers)} holds numbers. Codes and names are text: leading zeros count."
    return None


def _by_code(regions: Sequence[Region], read: files.Read) -> dict[str, Shape]:
    pairs = zip(regions, read.features, strict=True)
    return {one.code: feature.shape for one, feature in pairs if feature.shape is not None}


def region(definition: contract.RegionDefinition) -> Region:
    """The room's own region."""
    return Region(
        code=definition.code,
        name=definition.name,
        counties=definition.counties,
        parts=tuple(Part(part.county, part.place) for part in definition.parts),
        counties_beyond_state=definition.counties_beyond_state,
        official_code=definition.official_code,
        no_shape=definition.no_shape,
    )


def region_definition(kept: Region) -> contract.RegionDefinition:
    """The definition that a region was made of."""
    return contract.RegionDefinition(
        code=kept.code,
        name=kept.name,
        official_code=kept.official_code,
        counties=kept.counties,
        parts=tuple(contract.PartDefinition(county=part.county, place=part.place, rest=part.place is None) for part in kept.parts),
        counties_beyond_state=kept.counties_beyond_state,
        no_shape=kept.no_shape,
    )


def edition_definition(kept: Edition) -> contract.RegionEditionDefinition:
    """The definition that an edition listed by county was made of."""
    return contract.RegionEditionDefinition(
        system=kept.system,
        valid_from=kept.valid_from,
        source=kept.source,
        regions=tuple(map(region_definition, kept.regions)),
        unassigned=_unassigned(kept.unassigned),
    )


def features(draft: Draft, outlines: Mapping[str, Shape], reasons: Mapping[str, str]) -> list[dict[str, Any]]:
    """The regions of an edition as GeoJSON features, by code. `reasons`: why those without an outline have none."""
    return [
        {
            "type": "Feature",
            "id": one.code,
            "properties": region_definition(replace(one, no_shape=reasons.get(one.code))).model_dump(
                mode="json", exclude_none=True, exclude_defaults=True
            ),
            "geometry": json.loads(shapely.to_geojson(outlines[one.code])) if one.code in outlines else None,
        }
        for one in draft.edition.regions
    ]


def members(edition: Edition) -> dict[str, Any]:
    """What stands beside the features: the edition's own facts, so that a collection which was read can be put again."""
    told = {"system": edition.system, "valid_from": str(edition.valid_from), "source": edition.source}
    unassigned = [one.model_dump() for one in _unassigned(edition.unassigned)]
    return told | ({"unassigned": unassigned} if unassigned else {})


def _reasons(unassigned: Sequence[contract.UnassignedCounty]) -> dict[str, str]:
    return {one.county: one.reason for one in unassigned}


def _unassigned(reasons: Mapping[str, str]) -> tuple[contract.UnassignedCounty, ...]:
    return tuple(contract.UnassignedCounty(county=county, reason=reason) for county, reason in sorted(reasons.items()))


def entries(draft: Draft | None) -> list[Entry]:
    """An edition as a plan compares it: one entry for each region, and one for what it says beside them."""
    if draft is None:
        return []
    edition = draft.edition
    beside = {"source": edition.source, "unassigned": dict(edition.unassigned)}
    regions = (
        Entry(REGION, f"{edition.system}/{one.code}", region_definition(one).model_dump(mode="json", exclude={"code"}), edition.valid_from)
        for one in edition.regions
    )
    return [Entry(EDITION, edition.system, beside, edition.valid_from), *regions]


def planned(comparison: Comparison, people: Mapping[str, int]) -> Plan:
    """The plan of putting an edition. `people`: how many live in each region that it changes or ends."""
    system, since = comparison.after.edition.system, comparison.after.edition.valid_from
    moved = {f"{system}/{change.code}": change for change in comparison.changes if change.what is What.CHANGED}

    def compare(old: Entry, new: Entry) -> list[FieldChange]:
        found = differences(old, new)
        change = moved.get(new.key)
        return [*found, *_outline(change)] if change else found

    wanted = entries(comparison.after) if comparison.news else entries(comparison.before)
    found = plan(entries(comparison.before), wanted, on=since, compare={REGION: compare})
    refusals = (comparison.refusal,) if comparison.refusal else ()
    return replace(found, refusals=refusals).touching({(REGION, f"{system}/{code}"): n for code, n in people.items()})


def _outline(change: RegionChange) -> list[FieldChange]:
    if not change.moved_km2:
        return []
    return [FieldChange("outline", None, f"{change.moved_km2:.4g} km² moved")]
