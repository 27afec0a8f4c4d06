"""A file as a table: whatever it is written in, its titles, and its rows as frames of text, a piece at a time.

A frame has the column `line`, the row's number in the file as a spreadsheet counts, `cells`, how many cells it has if not as many as there
are titles, and a column `0`, `1`, … for each title.
"""

from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from dataclasses import dataclass
from io import BufferedReader
from itertools import islice
from typing import Any, BinaryIO, Literal
from uuid import UUID

import polars as pl
import pyarrow as pa

from app.core import tabular
from app.imports import delimited, sheets
from app.imports.sealed import Unsealed
from app.imports.unpacking import NoTable, archive, gunzipped, member, only_member
from app.imports.uploads import Uploads

BATCH = 5_000
"""Rows of a frame."""

MOST = 20_000_000
"""Rows of a file."""

COLUMNS = 2_000
"""Titles of a file."""

Form = Literal["csv", "xlsx", "parquet"]
Row = tuple[int, Sequence[str | None]]


@dataclass(frozen=True)
class Tabled:
    """A file that is a table. `frames` can be asked for once."""

    form: Form
    titles: tuple[str, ...]
    frames: Generator[pl.DataFrame, None, None]


class Opened:
    """A sealed file, opened as a table: use it in a `with`. `known` are the names of columns that are looked for, in small letters."""

    def __init__(
        self, uploads: Uploads, state: str, run: UUID, known: Collection[str], *, watch: Callable[[int], None] = lambda _read: None
    ) -> None:
        self._file = uploads.open(state, run, watch=watch)
        self._known = frozenset(known)

    def __enter__(self) -> Tabled:
        """Raises `NoTable` where the file has no titles."""
        try:
            self._table = tabled(self._file, self._known)
            return self._table
        except BaseException:
            self._file.close()
            raise

    def __exit__(self, *_how: object) -> None:
        self._table.frames.close()
        self._file.close()


def tabled(file: BufferedReader, known: Collection[str]) -> Tabled:
    """Find out what a file is, and read its titles. Raises `NoTable`."""
    start = file.peek(8)[:8]
    if not start:
        raise NoTable("The file is empty.")
    if start.startswith(b"PAR1"):
        return _parquet(file)
    if start.startswith(b"PK\x03\x04"):
        packed = archive(file)
        if sheets.is_workbook(packed):
            return _of_rows("xlsx", sheets.rows(file))
        return _text(member(packed, only_member(packed)), known)
    if start.startswith(b"\x1f\x8b"):
        size = file.raw.size if isinstance(file.raw, Unsealed) else 0
        return _text(gunzipped(file, size), known)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise NoTable("This is a workbook of the old kind (.xls), or one with a password. Save it as .xlsx, without a password.")
    return _text(file, known)


def _text(file: BinaryIO, known: Collection[str]) -> Tabled:
    start = file.peek(8)[:8]  # type: ignore[attr-defined]  # all of ours are buffered
    if start.startswith((b"PK\x03\x04", b"PAR1", b"\x1f\x8b")):
        raise NoTable("The packed file holds another packed file, or a workbook. Send that by itself.")
    return _of_rows("csv", delimited.rows(file, known))


def _of_rows(form: Form, rows: Iterator[Row]) -> Tabled:
    _, head = next(rows, (0, ()))
    titles = [title or "" for title in head]
    while titles and not titles[-1].strip():
        titles.pop()
    _fits(titles)
    return Tabled(form, tuple(titles), _framed(rows, len(titles), ragged=form == "xlsx"))


def _fits(titles: Sequence[str]) -> None:
    if not titles:
        raise NoTable("The file is empty.")
    if len(titles) > COLUMNS:
        raise NoTable(f"The first line names {len(titles):,} columns; there are {COLUMNS:,} at most.")


def _framed(rows: Iterator[Row], width: int, *, ragged: bool) -> Generator[pl.DataFrame, None, None]:
    """`ragged`: rows end with their last cell that is not blank, so few cells are no mistake."""
    schema = {"line": pl.Int64, "cells": pl.Int64, **{str(at): pl.String for at in range(width)}}
    count = 0
    while batch := list(islice(rows, BATCH)):
        count += len(batch)
        if count > MOST:
            raise NoTable(f"The file has more than {MOST:,} rows. Send it in parts.")
        lines: list[int] = []
        odd: list[int | None] = []
        cells: list[Sequence[str | None]] = []
        for line, row in batch:
            if (not row[0] or row[0].isspace()) and _blank(row):
                continue
            even = len(row) == width or (ragged if len(row) < width else _blank(row[width:]))
            lines.append(line)
            odd.append(None if even else len(row))
            cells.append(row if len(row) == width else [*row[:width], *[None] * (width - len(row))])
        columns = list(zip(*cells, strict=True)) if cells else [()] * width
        yield pl.DataFrame([lines, odd, *columns], schema=schema, orient="col")


def _blank(cells: Sequence[str | None]) -> bool:
    return not any(cell and cell.strip() for cell in cells)


def _parquet(file: BinaryIO) -> Tabled:
    try:
        batches = tabular.read_parquet(file)
        names = batches.schema.names
        tabular.as_text(pa.RecordBatch.from_pylist([], batches.schema))
    except TypeError as nested:
        raise NoTable("The Parquet file has lists or bytes in a column. Each column has to hold one value a row.") from nested
    except tabular.Unreadable as unreadable:
        raise NoTable("The Parquet file is damaged or cut off.") from unreadable
    _fits(names)

    def frames() -> Generator[pl.DataFrame, None, None]:
        line = 2  # as if the titles stood in the first line
        try:
            for batch in batches:
                for start in range(0, batch.num_rows, BATCH):
                    piece = tabular.as_text(batch.slice(start, BATCH))
                    if line + piece.num_rows > MOST:
                        raise NoTable(f"The file has more than {MOST:,} rows. Send it in parts.")
                    texts: Any = pl.from_arrow(piece.rename_columns([str(at) for at in range(len(names))]))
                    yield texts.select(
                        (pl.int_range(pl.len()) + line).cast(pl.Int64).alias("line"), pl.lit(None, pl.Int64).alias("cells"), pl.all()
                    )
                    line += piece.num_rows
        except tabular.Unreadable as unreadable:
            raise NoTable("The Parquet file is damaged.") from unreadable

    return Tabled("parquet", tuple(names), frames())
