"""What a PUT of regions may send: JSON that lists counties, GeoJSON, a GeoPackage or a zipped Shapefile."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from app.contract.regions import RegionCollection, RegionEditionDefinition
from app.core.errors import Invalid
from app.definitions import regions as translation
from app.regions import files
from app.regions.drafts import Draft
from app.regions.problems import FILE, Problem, Unfit

GEOJSON = "application/geo+json"
BODIES: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": RegionEditionDefinition.model_json_schema(ref_template="#/components/schemas/{model}")},
            GEOJSON: {"schema": RegionCollection.model_json_schema(ref_template="#/components/schemas/{model}")},
            "application/geopackage+sqlite3": {"schema": {"type": "string", "format": "binary"}},
            "application/zip": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}
for _body in BODIES["requestBody"]["content"].values():
    _body["schema"].pop("$defs", None)  # the components hold them


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
    valid_from: Annotated[date | None, Query(description="of a file: the first day on which its regions hold")] = None,
    source: Annotated[str | None, Query(max_length=300, description="of a file: who drew its regions, and the vintage")] = None,
    code: Annotated[str | None, Query(description="of a file: the column that holds the codes; `code` if left out")] = None,
    name: Annotated[str | None, Query(description="of a file: the column that holds the names; `name` if left out")] = None,
    layer: Annotated[str | None, Query(description="of a GeoPackage with several layers: the one with the regions")] = None,
) -> Beside:
    return Beside(valid_from, source, code, name, layer)


FileSays = Annotated[Beside, Depends(_beside)]


def drafted(body: bytes, *, system: str, beside: Beside) -> Draft:
    """The edition that a body proposes. Raises `Unfit`, or `RequestValidationError` for JSON that is not of the contract's shape."""
    if not body.lstrip().startswith(b"{"):
        return _from_file(files.read(body, layer=beside.layer), system, beside)
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as wrong:
        raise Unfit([Problem(FILE, "not_json", f"This is not JSON: {wrong}")]) from wrong
    try:
        if told.get("type") != "FeatureCollection":
            return _listed(RegionEditionDefinition.model_validate({"system": system, **told}), system)
        if beside.code or beside.name:
            return _from_file(files.read(body), system, beside)
        given = {"valid_from": beside.valid_from and str(beside.valid_from), "source": beside.source}
        return translation.drawn({**{key: value for key, value in given.items() if value}, **told}, system=system)
    except ValidationError as wrong:
        errors = [{**error, "loc": ("body", *error["loc"])} for error in wrong.errors(include_url=False)]
        raise RequestValidationError(errors) from wrong


def _listed(definition: RegionEditionDefinition, system: str) -> Draft:
    if definition.system != system:
        raise Unfit([Problem(FILE, "other_system", f"These are regions of '{definition.system}', and '{system}' was meant.")])
    return translation.listed(definition)


def _from_file(read: files.Read, system: str, beside: Beside) -> Draft:
    members = read.members or {}
    since, source = beside.valid_from or members.get("valid_from"), beside.source or members.get("source")
    if since is None or not source:
        raise Invalid("A file of outlines needs ?valid_from= and ?source= beside it.")
    day = since if isinstance(since, date) else date.fromisoformat(str(since))
    names = {"code": beside.code or "code", "name": beside.name or "name"}
    return translation.from_file(read, system=system, valid_from=day, source=str(source), **names)
