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
"""Characters of one line of text: a file without line breaks is not read into memory."""

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
    text = io.TextIOWrapper(file, encoding=name, errors="workforce_windows_1252" if name == _UTF_8 else "strict", newline="")
    skipped = 0
    try:
        lines = _lines(text)
        head = next(lines, None)
        while head is not None and (not head.strip() or head.strip().lower().startswith("sep=")):
            skipped += 1
            head = next(lines, None)
        if head is None:
            raise NoTable("The file is empty.")
        sign = max(SIGNS, key=lambda one: _found(head, one, known))
        reader = csv.reader(chain([head], lines), delimiter=sign, strict=True)
        number = skipped
        try:
            for row in reader:
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
    """What a column is called, however it is written: `First Name` is `first_name`."""
    words = "".join(letter if letter.isalnum() else " " for letter in written.strip().lower())
    return "_".join(words.split())


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    number = 0
    while line := text.readline(LONGEST):
        number += 1
        if len(line) == LONGEST and not line.endswith(("\n", "\r")):
            raise NoTable(f"Line {number} has more than {LONGEST:,} characters. This is no table.")
        yield line
