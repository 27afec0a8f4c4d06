"""What a PUT of regions may send: JSON that lists counties, GeoJSON, a GeoPackage or a zipped Shapefile."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from app.contract.definitions import Line
from app.contract.regions import RegionCollection, RegionEditionDefinition
from app.contract.values import Day
from app.core.errors import Invalid
from app.definitions import regions as translation
from app.regions import files
from app.regions.drafts import Draft
from app.regions.problems import FILE, Problem, Unfit

GEOJSON = "application/geo+json"


def _whole(model: type[BaseModel]) -> dict[str, Any]:
    """A model's schema without references: the API's description has no place of its own for those of a body that is read by hand."""
    schema = model.model_json_schema()
    definitions = schema.pop("$defs", {})

    def inlined(part: Any) -> Any:
        if isinstance(part, list):
            return [inlined(one) for one in part]
        if not isinstance(part, dict):
            return part
        if "$ref" in part:
            return inlined(definitions[part["$ref"].rpartition("/")[2]])
        return {name: inlined(one) for name, one in part.items()}

    found: dict[str, Any] = inlined(schema)
    return found


_BINARY = {"schema": {"type": "string", "format": "binary"}}
BODIES: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": _whole(RegionEditionDefinition)},
            GEOJSON: {"schema": _whole(RegionCollection)},
            "application/geopackage+sqlite3": _BINARY,
            "application/zip": _BINARY,
        },
    }
}
"""What the API's description says of the body: four kinds, of which the first bytes tell which it is."""


class TooLarge(Invalid):
    """The body is larger than any file of outlines that is read."""

    slug, title = "too-large", "This is too large"


async def _bytes(request: Request) -> bytes:
    """The body as it came. Read before the transaction begins, so that a slow upload holds no connection."""
    if int(request.headers.get("content-length") or 0) > files.MOST_BYTES:
        raise TooLarge(f"At most {files.MOST_BYTES:,} bytes are read. Simplify the outlines.")
    return await request.body()


Body = Annotated[bytes, Depends(_bytes)]


@dataclass(frozen=True)
class Beside:
    """What a file of outlines does not say itself."""

    valid_from: date | None
    source: str | None
    code: str | None
    name: str | None
    layer: str | None


async def _beside(
    valid_from: Annotated[Day | None, Query(description="of a file: the first day on which its regions hold")] = None,
    source: Annotated[Line | None, Query(description="of a file: who drew its regions, and the vintage")] = None,
    code: Annotated[str | None, Query(description="of a file: the column that holds the codes; `code` if left out")] = None,
    name: Annotated[str | None, Query(description="of a file: the column that holds the names; `name` if left out")] = None,
    layer: Annotated[str | None, Query(description="of a GeoPackage with several layers: the one with the regions")] = None,
) -> Beside:
    return Beside(valid_from, source, code, name, layer)


FileSays = Annotated[Beside, Depends(_beside)]


class _Says(BaseModel):
    """The first day and the source of a file's regions, wherever they stand."""

    valid_from: Day
    source: Line


def drafted(body: bytes, *, system: str, beside: Beside) -> Draft:
    """The edition that a body proposes. Raises `Unfit`, or `RequestValidationError` for JSON that is not of the contract's shape."""
    try:
        if not body.lstrip().startswith(b"{"):
            return _from_file(files.read(body, layer=beside.layer), system, beside)
        told = _parsed(body)
        if told.get("type") != "FeatureCollection":
            return _listed(RegionEditionDefinition.model_validate({"system": system, **told}), system)
        if beside.code or beside.name:
            return _from_file(files.read(body), system, beside)
        given = {"valid_from": beside.valid_from and str(beside.valid_from), "source": beside.source}
        return translation.drawn({**{key: value for key, value in given.items() if value}, **told}, system=system)
    except ValidationError as wrong:
        errors = [{**error, "loc": ("body", *error["loc"])} for error in wrong.errors(include_url=False)]
        raise RequestValidationError(errors) from wrong


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads(body)
    except (ValueError, RecursionError) as wrong:
        raise Unfit([Problem(FILE, "not_json", f"This is not JSON: {wrong}")]) from wrong
    return told


def _listed(definition: RegionEditionDefinition, system: str) -> Draft:
    if definition.system != system:
        raise Unfit([Problem(FILE, "other_system", f"These are regions of '{definition.system}', and '{system}' was meant.")])
    return translation.listed(definition)


def _from_file(read: files.Read, system: str, beside: Beside) -> Draft:
    members = read.members or {}
    told = {"valid_from": beside.valid_from or members.get("valid_from"), "source": beside.source or members.get("source")}
    if None in told.values():
        raise Invalid("A file of outlines needs ?valid_from= and ?source= beside it.")
    says = _Says.model_validate(told)
    names = {"code": beside.code or "code", "name": beside.name or "name"}
    return translation.from_file(read, system=system, valid_from=says.valid_from, source=says.source, **names)
