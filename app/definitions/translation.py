"""Between the contract's models and the rooms' own types: rooms stand below the contract and do not know it."""

from typing import Any, cast, get_type_hints

from pydantic import BaseModel, TypeAdapter

from app.career_paths import rules
from app.contract import career_paths as contract

_PATH = TypeAdapter(rules.Path)
_CHANGE: dict[str, TypeAdapter[Any]] = {name: TypeAdapter(kind) for name, kind in get_type_hints(rules.PathChange).items()}
_COLLECTION = TypeAdapter(rules.CareerCollection)


def path(definition: contract.CareerPathDefinition) -> rules.Path:
    """The room's own path. `"state"` becomes None: no regions limit it."""
    data = definition.model_dump()
    return _PATH.validate_python(data | {"regions_offered": None if data["regions_offered"] == "state" else data["regions_offered"]})


def path_change(change: contract.CareerPathChange) -> rules.PathChange:
    """What a PATCH changes, in the room's own types. What is null or left out stays."""
    data = change.model_dump(exclude_none=True)
    if data.get("regions_offered") == "state":
        data["regions_offered"] = None
    return cast("rules.PathChange", {name: _CHANGE[name].validate_python(value) for name, value in data.items()})


def path_definition(kept: rules.Path) -> contract.CareerPathDefinition:
    """The definition that a path was made of."""
    return contract.CareerPathDefinition.model_validate(_path_fields(kept))


def collection(definition: contract.CollectionDefinition) -> rules.CareerCollection:
    """The room's own collection."""
    return _COLLECTION.validate_python(definition.model_dump())


def collection_definition(kept: rules.CareerCollection) -> contract.CollectionDefinition:
    """The definition that a collection was made of."""
    return contract.CollectionDefinition.model_validate(_COLLECTION.dump_python(kept))


def findings(found: tuple[rules.Finding, ...]) -> tuple[contract.Finding, ...]:
    """What the gates say, as the wire has it."""
    return tuple(contract.Finding.model_validate(finding, from_attributes=True) for finding in found)


def _path_fields(kept: rules.Path) -> dict[str, Any]:
    data: dict[str, Any] = _PATH.dump_python(kept)
    return data | {"regions_offered": "state" if kept.regions_offered is None else data["regions_offered"]}


def fields(definition: BaseModel) -> dict[str, Any]:
    """A definition as plain data, as the plan compares it."""
    return definition.model_dump(mode="json", exclude_none=True)
