"""Contract models into files. The same definitions always make the same bytes, so that a diff of two exports is a diff of the facts."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import tomli_w
from pydantic import BaseModel


def toml(definition: BaseModel) -> str:
    """One definition as TOML: keys in the contract's order, nothing that is absent or says the default."""
    return tomli_w.dumps(definition.model_dump(exclude_none=True, exclude_defaults=True))


def table(rows: Iterable[BaseModel], model: type[BaseModel]) -> str:
    """Definitions as CSV, a line each, columns in the contract's order. An absent value is an empty cell, several are `a|b`."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(model.model_fields)
    for row in rows:
        data = row.model_dump(mode="json")
        writer.writerow(["" if data[name] is None else _cell(data[name]) for name in model.model_fields])
    return out.getvalue()


def collection(features: Sequence[Mapping[str, Any]], **members: Any) -> str:
    """A GeoJSON FeatureCollection (RFC 7946) with one feature a line, so that a diff names the regions that moved."""
    head = json.dumps({"type": "FeatureCollection", **members}, ensure_ascii=False)[:-1]
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False, separators=(",", ":"), allow_nan=False) for feature in features)
    return f'{head}, "features": [\n{lines}\n]}}\n'


def put(root: Path, files: Mapping[str, str]) -> list[Path]:
    """Write the files under a folder and answer those that changed. Files that are not among them stay: the caller removes what it owns."""
    changed = []
    for name, text in sorted(files.items()):
        path = root / name
        data = text.encode()
        if not path.exists() or path.read_bytes() != data:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            changed.append(path)
    return changed


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "|".join(map(str, value))
    return str(value)
