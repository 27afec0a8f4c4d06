"""Files into contract models. A reader goes on after a mistake, so that one run names them all."""

import csv
import difflib
import io
import json
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from app.core.errors import Violation
from app.definitions import positions
from app.definitions.mistakes import Mistake, Place, written

Model = TypeVar("Model", bound=BaseModel)
Value = TypeVar("Value")


@dataclass(frozen=True)
class Found(Generic[Value]):
    """A definition, and where it stands: what is checked after reading is reported as precisely as what reading finds."""

    value: Value
    file: str
    line_of: Callable[[Place], int | None]

    def mistake(self, place: Place, detail: str, code: str = "invalid") -> Mistake:
        return Mistake(self.file, self.line_of(place), written(place), detail, code)


class Reader:
    """Reads the files under one folder and keeps what is wrong with them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.mistakes: list[Mistake] = []
        self.seen: set[Path] = set()

    def toml(self, path: Path, model: type[Model]) -> Found[Model] | None:
        """One TOML file as one definition."""
        file = self._name(path)
        text = self._text(path)
        if text is None:
            return None
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as wrong:
            self.mistakes.append(Mistake(file, _line_in(str(wrong)), "", f"not TOML: {wrong}", "not_toml"))
            return None
        known = positions.lines(text)
        return self._valid(data, model, file, lambda place: positions.line_of(place, known))

    def tomls(self, folder: Path, model: type[Model]) -> list[Found[Model]]:
        """Every TOML file of a folder, by name. Each is called as its `key` (or `code`): one finds a definition by its name."""
        found = []
        for path in sorted(folder.glob("*.toml")):
            if (one := self.toml(path, model)) is None:
                continue
            found.append(one)
            key = getattr(one.value, "key", None)
            if key is not None and path.stem != key:
                self.mistakes.append(one.mistake(("key",), f"the file of '{key}' is called {key}.toml", "file_name"))
        return found

    def csv(self, path: Path, model: type[Model]) -> list[Found[Model]]:
        """A table with one definition a line. Every column is a field; an empty cell is a field left out; cells are text."""
        file = self._name(path)
        text = self._text(path)
        if text is None:
            return []
        rows = csv.reader(io.StringIO(text, newline=""), strict=True)
        found: list[Found[Model]] = []
        try:
            header = next(rows, [])
            if not self._header(header, model, file):
                return []
            for cells in rows:
                found.extend(self._row(header, cells, model, file, rows.line_num))
        except csv.Error as wrong:
            self.mistakes.append(Mistake(file, rows.line_num, "", f"not CSV: {wrong}", "not_csv"))
        return found

    def json(self, path: Path) -> Any:
        """A JSON file as plain data; None if it cannot be read."""
        text = self._text(path)
        if text is None:
            return None
        try:
            return json.loads(text, parse_constant=_refuse_constant)
        except ValueError as wrong:
            line = wrong.lineno if isinstance(wrong, json.JSONDecodeError) else None
            self.mistakes.append(Mistake(self._name(path), line, "", f"not JSON: {wrong}", "not_json"))
            return None

    def saw(self, *paths: Path) -> None:
        """Somebody else has read these files."""
        self.seen.update(path.resolve() for path in paths)

    def violated(self, folder: Path, violations: Iterable[Violation]) -> None:
        """Keep what a room says of files under `folder` that it read itself; its pointers are `file#key`."""
        for one in violations:
            name, _, key = one.pointer.partition("#")
            self.mistakes.append(Mistake(self._name(folder / name), one.line, key, one.detail.removeprefix(f"{name}: "), one.code))

    def once(self, found: Iterable[Found[Value]], key: Callable[[Value], str], place: str) -> None:
        """A key that stands twice is a mistake where it stands again."""
        first: dict[str, Found[Value]] = {}
        for one in found:
            if (before := first.setdefault(key(one.value), one)) is not one:
                where = before.line_of((place,))
                self.mistakes.append(one.mistake((place,), f"'{key(one.value)}' stands on line {where} already", "twice"))

    def unread(self, folder: Path) -> None:
        """Files that nobody read are mistakes: a definition in a misspelt file would silently mean nothing."""
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.resolve() not in self.seen and not path.name.startswith(".") and path.suffix != ".md":
                self.mistakes.append(Mistake(self._name(path), None, "", "nothing reads this file: is it misspelt?", "unread_file"))

    def _row(self, header: list[str], cells: list[str], model: type[Model], file: str, line: int) -> Iterator[Found[Model]]:
        if not cells:
            return
        if len(cells) != len(header):
            self.mistakes.append(Mistake(file, line, "", f"{len(cells)} cells under {len(header)} columns", "ragged"))
            return
        data = {column: cell for column, cell in zip(header, cells, strict=True) if cell != ""}
        if (one := self._valid(data, model, file, lambda _place: line)) is not None:
            yield one

    def _header(self, header: list[str], model: type[BaseModel], file: str) -> bool:
        wrong = [Mistake(file, 1, column, _unknown(column, model), "unknown_key") for column in header if column not in model.model_fields]
        needed = [name for name, about in model.model_fields.items() if about.is_required() and name not in header]
        wrong += [Mistake(file, 1, name, "this column is missing", "missing") for name in needed]
        wrong += [
            Mistake(file, 1, name, "this column is there twice", "twice") for name in sorted({n for n in header if header.count(n) > 1})
        ]
        self.mistakes.extend(wrong)
        return not wrong

    def model(self, data: Mapping[str, Any], model: type[Model], path: Path) -> Found[Model] | None:
        """Plain data of a file as one definition."""
        return self._valid(data, model, self._name(path), lambda _place: None)

    def _valid(self, data: Mapping[str, Any], model: type[Model], file: str, line_of: Callable[[Place], int | None]) -> Found[Model] | None:
        try:
            return Found(model.model_validate(data), file, line_of)
        except ValidationError as wrong:
            for error in _apart(wrong.errors(include_url=False)):
                place = _place(error["loc"], data)
                code, detail = _said(error, model)
                self.mistakes.append(Mistake(file, line_of(place), written(place), detail, code))
            return None

    def _text(self, path: Path) -> str | None:
        self.saw(path)
        try:
            return path.read_bytes().decode("utf-8-sig")
        except FileNotFoundError:
            self.mistakes.append(Mistake(self._name(path), None, "", "this file is missing", "missing_file"))
        except UnicodeDecodeError as wrong:
            self.mistakes.append(Mistake(self._name(path), None, "", f"not UTF-8: byte {wrong.start}", "not_utf8"))
        return None

    def _name(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()


def _apart(errors: list[ErrorDetails]) -> Iterator[ErrorDetails]:
    """The errors that stand for themselves: a list whose every element is wrong is not also too short."""
    for error in errors:
        inside = (other for other in errors if other is not error and other["loc"][: len(error["loc"])] == error["loc"])
        if error["type"] != "too_short" or next(inside, None) is None:
            yield error


def _place(loc: tuple[str | int, ...], data: Any) -> Place:
    """Pydantic's location without the names of union members, which are no keys of the file."""
    place: Place = ()
    for n, part in enumerate(loc):
        here = isinstance(data, Mapping) and (part in data or n == len(loc) - 1)
        if here or (isinstance(part, int) and isinstance(data, list | tuple)):
            place = (*place, part)
            data = data.get(part) if isinstance(data, Mapping) else data[part] if isinstance(part, int) and part < len(data) else None
    return place


def _said(error: ErrorDetails, model: type[BaseModel]) -> tuple[str, str]:
    """The mistake's code and words."""
    if error["type"] == "extra_forbidden":
        return "unknown_key", _unknown(str(error["loc"][-1]), model)
    if error["type"] == "missing":
        return "missing", "this is missing"
    detail = error["msg"].removeprefix("Value error, ")
    given = error["input"]
    shown = f" (it says {given!r})" if isinstance(given, str | int | float) and len(repr(given)) < 60 else ""
    return error["type"], f"{detail[:1].lower()}{detail[1:]}{shown}"


def _unknown(key: str, model: type[BaseModel]) -> str:
    schema = model.model_json_schema()
    names = {name for part in (schema, *schema.get("$defs", {}).values()) for name in part.get("properties", {})}
    near = difflib.get_close_matches(key, sorted(names), n=1)
    return f"there is no such key; did you mean '{near[0]}'?" if near else "there is no such key"


def _line_in(message: str) -> int | None:
    """The line in a message of `tomllib`: "… (at line 3, column 7)"."""
    _, _, rest = message.partition("at line ")
    digits = rest.split(",")[0]
    return int(digits) if digits.isdigit() else None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
