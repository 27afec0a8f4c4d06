"""Workbooks (XLSX): the first sheet, row by row. A cell is what it shows if it is a text, and what it holds if it is a number: a date is
its serial number, which whoever reads dates knows. Of a formula the value is taken that was saved with it."""

import re
import zipfile
from array import array
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO
from xml.parsers import expat

from app.imports.unpacking import NoTable, archive, member

TEXTS = 256_000_000
"""Bytes of shared texts that a workbook may have: they are in memory while it is read."""

CELLS = 16_384  # columns of a sheet, as Excel has them
_PIECE = 1 << 16
_LETTERS = re.compile(r"[A-Z]{1,3}")


class _Texts:
    """Very many short texts in two pieces of memory."""

    def __init__(self) -> None:
        self._all = bytearray()
        self._ends = array("Q", [0])

    def add(self, text: str) -> None:
        self._all += text.encode("utf-8", "replace")
        self._ends.append(len(self._all))
        if len(self._all) > TEXTS:
            raise NoTable("The workbook holds too much text. Save the sheet as 'CSV UTF-8' and send that.")

    def __getitem__(self, number: int) -> str:
        return self._all[self._ends[number] : self._ends[number + 1]].decode()


def is_workbook(packed: zipfile.ZipFile) -> bool:
    """Whether an archive is a workbook."""
    return "xl/workbook.xml" in packed.namelist()


def rows(file: BinaryIO) -> Iterator[tuple[int, list[str | None]]]:
    """Every row of the first sheet that is not blank, with its number. Raises `NoTable`."""
    packed = archive(file)
    try:
        texts = _shared(packed)
        yield from _rows(packed, _first_sheet(packed), texts)
    except (KeyError, IndexError, ValueError):
        raise NoTable("The workbook is damaged. Open it, save it again, and send that.") from None


def _parse(packed: zipfile.ZipFile, name: str, begin: Any, end: Any, said: Callable[[str], None]) -> Iterator[None]:
    """Read a part; yields after each piece. Names have no namespace in front."""

    def refuse(*_told: Any) -> None:
        raise NoTable("The workbook has something in it that no spreadsheet writes (a document type).")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda tag, told: begin(tag.rpartition(" ")[2], told)
    parser.EndElementHandler = lambda tag: end(tag.rpartition(" ")[2])
    parser.CharacterDataHandler = said
    with member(packed, name) as part:
        try:
            while piece := part.read(_PIECE):
                parser.Parse(piece, False)  # noqa: FBT003 - the parser's own way to say that there is more
                yield
            parser.Parse(b"", True)  # noqa: FBT003
        except expat.ExpatError:
            raise NoTable("The workbook is damaged. Open it, save it again, and send that.") from None
    yield


def _first_sheet(packed: zipfile.ZipFile) -> str:
    """The part that holds the first sheet."""
    first: list[str] = []
    parts: dict[str, str] = {}

    def sheet(tag: str, told: dict[str, str]) -> None:
        if tag == "workbookPr" and told.get("date1904") in ("1", "true"):
            raise NoTable("The workbook counts days from 1904. Save the sheet as 'CSV UTF-8' and send that.")
        if tag == "sheet":
            first.append(next(value for name, value in told.items() if name.endswith(" id")))

    def part(tag: str, told: dict[str, str]) -> None:
        if tag == "Relationship":
            parts[told["Id"]] = told["Target"]

    for name, begin in (("xl/workbook.xml", sheet), ("xl/_rels/workbook.xml.rels", part)):
        for _ in _parse(packed, name, begin, lambda _tag: None, lambda _text: None):
            pass
    target = parts[first[0]]
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _shared(packed: zipfile.ZipFile) -> _Texts:
    texts, now = _Texts(), [""]
    inside = [False]

    def begin(tag: str, _told: dict[str, str]) -> None:
        if tag == "si":
            now[0] = ""
        inside[0] = tag == "t"

    def end(tag: str) -> None:
        inside[0] = False
        if tag == "si":
            texts.add(now[0])

    def said(text: str) -> None:
        if inside[0]:
            now[0] += text

    if "xl/sharedStrings.xml" in packed.namelist():
        for _ in _parse(packed, "xl/sharedStrings.xml", begin, end, said):
            pass
    return texts


class _Rows:
    """What the parser has met of a sheet."""

    def __init__(self, texts: _Texts) -> None:
        self.texts = texts
        self.done: list[tuple[int, list[str | None]]] = []
        self.number = 0
        self.row: list[str | None] = []
        self.kind, self.at, self.text, self.inside, self.formula = "", 0, "", False, False

    def begin(self, tag: str, told: dict[str, str]) -> None:
        if tag == "row":
            self.number = int(told.get("r", self.number + 1))
            self.row = []
        elif tag == "c":
            self.kind, self.text, self.formula = told.get("t", "n"), "", False
            self.at = _column(told["r"]) if "r" in told else len(self.row)
        elif tag == "f":
            self.formula = True
        self.inside = tag in ("v", "t")

    def end(self, tag: str) -> None:
        self.inside = False
        if tag == "c":
            if self.at >= CELLS:
                raise ValueError(self.at)
            self.row += [None] * (self.at + 1 - len(self.row))
            self.row[self.at] = self._value()
        elif tag == "row" and any(self.row):
            self.done.append((self.number, self.row))

    def said(self, text: str) -> None:
        if self.inside:
            self.text += text

    def _value(self) -> str | None:
        match self.kind:
            case "s":
                return self.texts[int(self.text)]
            case "b":
                return "true" if self.text == "1" else "false"
            case "n":
                return _number(self.text) if self.text else ("=" if self.formula else None)
            case _:
                return self.text or ("=" if self.formula else None)


def _rows(packed: zipfile.ZipFile, sheet: str, texts: _Texts) -> Iterator[tuple[int, list[str | None]]]:
    met = _Rows(texts)
    for _ in _parse(packed, sheet, met.begin, met.end, met.said):
        yield from met.done
        met.done.clear()


def _column(cell: str) -> int:
    """`A1` -> 0, `AA7` -> 26."""
    letters = _LETTERS.match(cell)
    if letters is None:
        raise ValueError(cell)
    at = 0
    for letter in letters[0]:
        at = at * 26 + ord(letter) - 64
    return at - 1


def _number(written: str) -> str:
    """Without the digits that floating point adds to what was typed."""
    if written.isdigit():
        return written
    value = float(written)
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else format(value, ".15g")
