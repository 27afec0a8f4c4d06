"""Tables as text: whichever of four signs divides the cells, whichever of the usual encodings the letters are in.

Text is read as UTF-8; bytes that are none are Windows-1252 (of which Latin-1's letters are a part), in the middle of a file too. UTF-16 is
known by its mark, or by its many zero bytes.
"""

import codecs
import csv
import io
from collections.abc import Collection, Iterator
from itertools import chain
from typing import BinaryIO

from app.imports.unpacking import NoTable

SIGNS = ",;\t|"
LONGEST = 1 << 20
"""Bytes of one line of text, or a little more: a file without line breaks is not read into memory."""

_MARKS = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_UTF_8 = "utf-8"


def _windows_1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("workforce_windows_1252", _windows_1252)


def encoding(start: bytes) -> tuple[str, int]:
    """In which encoding a file is that begins so, and how long its mark is."""
    for mark, name in _MARKS:
        if start.startswith(mark):
            return name, len(mark)
    if start.startswith(codecs.BOM_UTF8):
        return _UTF_8, len(codecs.BOM_UTF8)
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if max(even, odd) * 3 > len(start) > 0:  # every other byte of plain letters
        return ("utf-16-be" if even > odd else "utf-16-le"), 0
    return _UTF_8, 0


def rows(file: BinaryIO, known: Collection[str]) -> Iterator[tuple[int, list[str]]]:
    """Every row with its number, as a spreadsheet counts: the first one that is not blank names the columns.

    The sign that divides cells is the one by which most of the `known` names (in small letters) are found. Raises `NoTable`.
    """
    start = file.peek(1 << 12)[: 1 << 12]  # type: ignore[attr-defined]  # all of ours are buffered
    name, mark = encoding(start)
    file.read(mark)
    lines = io.BufferedReader(_Lines(file), 1 << 16)
    text = io.TextIOWrapper(lines, encoding=name, errors="workforce_windows_1252" if name == _UTF_8 else "strict", newline="")
    number = 0
    try:
        head = text.readline()
        while head and (not head.strip() or head.strip().lower().startswith("sep=")):
            number += 1
            head = text.readline()
        if not head:
            raise NoTable("The file is empty.")
        sign = max(SIGNS, key=lambda one: _found(head, one, known))
        for row in csv.reader(chain([head], text), delimiter=sign, strict=True):
            number += 1
            if row:
                yield number, row
    except csv.Error as unreadable:
        raise NoTable(f"Line {number + 1} cannot be read: its quotation marks do not match.") from unreadable
    except UnicodeDecodeError as unreadable:
        raise NoTable("The file is UTF-16 and damaged or cut off. Save the table as 'CSV UTF-8'.") from unreadable


def _found(head: str, sign: str, known: Collection[str]) -> int:
    try:
        names = next(csv.reader([head], delimiter=sign, strict=True), [])
    except csv.Error:
        return -1
    return sum(title(name) in known for name in names)


def title(written: str) -> str:
    """What a column is called, however it is written: `Career Path` is `career_path`."""
    words = "".join(letter if letter.isalnum() else " " for letter in written.strip().lower())
    return "_".join(words.split())


class _Lines(io.RawIOBase):
    """A file as it is, as long as its lines end somewhere. Reading raises `NoTable` where one does not."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file = file
        self._without_end = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]  # any buffer of bytes
        piece = self._file.read(len(buffer))
        self._without_end = 0 if b"\n" in piece or b"\r" in piece else self._without_end + len(piece)
        if self._without_end > LONGEST:
            raise NoTable(f"A line has more than {LONGEST:,} characters. This is no table.")
        buffer[: len(piece)] = piece
        return len(piece)
