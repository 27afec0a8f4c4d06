"""Where the tables of a state's labor market come from: what whoever shows them has to show. Kept as TOML beside the tables."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from app.core.errors import Violation


@dataclass(frozen=True)
class Source:
    """A publication, or a list that somebody decided on. Empty text: there is nothing to say."""

    title: str
    publisher: str
    license: str
    vintage: str
    note: str = ""  # what a reader has to know
    attribution: str = ""  # the line that the license asks for


OPTIONAL = ("note", "attribution")
NEEDED = tuple(field.name for field in fields(Source) if field.name not in OPTIONAL)


def toml(values: Mapping[str, object]) -> list[str]:
    """Lines of TOML; blank text is left out. A JSON string, number or list of strings is a TOML one too."""
    return [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items() if value != ""]


def described(source: Source) -> dict[str, str]:
    """A source as plain data, in the order of its fields."""
    return {field.name: getattr(source, field.name) for field in fields(Source)}


def parsed(path: Path) -> tuple[dict[str, Any], list[Violation]]:
    """A TOML file as plain data, and what is wrong with it."""
    if not path.is_file():
        return {}, [Violation(1, path.name, "missing", f"{path.name} is missing.")]
    try:
        return tomllib.loads(path.read_text(encoding="utf-8")), []
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        return {}, [Violation(1, path.name, "not_toml", f"{path.name} is not TOML: {wrong}.")]


def source(
    file: str, section: str, values: Mapping[str, object], *, also: Mapping[str, type] | None = None
) -> tuple[Source, list[Violation]]:
    """A source out of a part of a TOML file, and what is wrong with it. `also`: what else that part has to say, and its type.

    With mistakes the source is an empty one.
    """
    kinds: dict[str, type] = {**dict.fromkeys((*NEEDED, *OPTIONAL), str), **(also or {})}
    missing = [key for key in (*NEEDED, *(also or {})) if key not in values]
    wrong = [_violation(file, section, key, "missing", "is missing") for key in missing]
    for key, value in values.items():
        if key not in kinds:
            wrong.append(_violation(file, section, key, "unknown_key", "is no key of a source"))
        elif type(value) is not kinds[key]:
            wrong.append(_violation(file, section, key, "type", f"has to be of type {kinds[key].__name__}"))
        elif value == "":
            wrong.append(_violation(file, section, key, "blank", "may not be blank; leave it out"))
    if wrong:
        return Source("", "", "", ""), wrong
    return Source(**{key: str(value) for key, value in values.items() if key in (*NEEDED, *OPTIONAL)}), []


def _violation(file: str, section: str, key: str, code: str, why: str) -> Violation:
    place = f"{section}.{key}" if section else key
    return Violation(1, f"{file}#{place}", code, f"{file}: {place} {why}.")
