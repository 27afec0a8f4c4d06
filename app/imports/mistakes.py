"""Mistakes as people get them back: their own file, the rows at fault alone, with the reasons beside.

What is about somebody is not repeated: in its place stands a reference, `kept/…`, for which the next import of the mended file puts the
value in. Columns that mean nothing here come back blank.
"""

import asyncio
import csv
import json
import re
from array import array
from bisect import bisect_left
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BufferedReader, TextIOWrapper
from typing import Any, BinaryIO, cast
from uuid import UUID

import polars as pl

from app.core.errors import Refusal
from app.imports import engine, queries
from app.imports.engine import SHOWN, Load
from app.imports.heading import REASONS, Heading
from app.imports.reading import KEPT_NO_MORE
from app.imports.sealed import Sealing
from app.imports.uploads import Uploads

_REFERENCE = re.compile(r"kept/([0-9a-f]{32})/(\d{1,9})/([a-z_]+)")
_A_NUMBER = re.compile(r"\s*\d{3}[- ]?\d{2}[- ]?\d{4}\s*")
_ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass
class Returned:
    """What is given back of an import: three files, sealed while they are written."""

    at: Load
    uploads: Uploads
    titles: Sequence[str]
    heading: Heading
    shown: list[dict[str, Any]] = field(default_factory=list)
    _reasons: dict[str, tuple[str, str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._personal = {column.name for column in self.at.kind.columns if column.personal}
        places = {place: name for name, place in self.heading.at.items()}
        self._ours = places | dict.fromkeys(self.heading.wide.values(), "")  # what stands beneath a quarter is no one column of ours

    async def write(self, frames: Iterator[pl.DataFrame]) -> None:
        """Write them. `frames` are the file's own, from its beginning."""
        state, run = self.at.by.state, self.at.run
        with self.uploads.writing(state, run, "mistakes") as told, self.uploads.writing(state, run, "cells") as kept:
            text = TextIOWrapper(cast("BinaryIO", told), encoding="utf-8-sig", newline="", write_through=True)
            table = csv.writer(text)
            table.writerow((*map(_tame, self.titles), *REASONS))
            async with self.at.database.reading(self.at.by) as read:
                wrong = engine.mistakes(self.at, read)
                ahead = await anext(wrong, None)
                while ahead is not None and (frame := await asyncio.to_thread(next, frames, None)) is not None:
                    last = frame.get_column("line").max()
                    here: dict[int, list[str]] = {}
                    while ahead is not None and ahead.line <= last:
                        here[ahead.line] = ahead.wrong
                        ahead = await anext(wrong, None)
                    await asyncio.to_thread(self._rows, frame, here, table, kept)
            text.flush()
            text.detach()
        with self.uploads.writing(state, run, "shown") as shown:
            shown.write(json.dumps(self.shown).encode())

    def _rows(self, frame: pl.DataFrame, wrong: Mapping[int, list[str]], table: Any, kept: Sealing) -> None:
        for line, _, *cells in frame.filter(pl.col("line").is_in(list(wrong))).iter_rows():
            if hidden := self._hide(line, cells):
                kept.write(json.dumps([line, hidden]).encode() + b"\n")
            reasons = [self._reason(one) for one in wrong[line]]
            for column, code, detail in reasons[: SHOWN - len(self.shown)]:
                place = self.heading.at.get(column)
                value = None if place is None else cells[place]
                self.shown.append({"line": line, "field": column, "code": code, "detail": detail, "value": value})
            columns, codes, details = zip(*reasons, strict=True)
            told = " ".join(f"{column}: {detail}" if column else detail for column, detail in zip(columns, details, strict=True))
            table.writerow((*map(_tame, cells), line, "; ".join(filter(None, dict.fromkeys(columns))), "; ".join(codes), told))

    def _reason(self, one: str) -> tuple[str, str, str]:
        """Column, code and how to mend it, of what is written down as `field:code`. There are few of them, and they come often."""
        if one not in self._reasons:
            found = self.at.kind.violation(0, *_split(one))
            self._reasons[one] = (found.pointer, found.code, found.detail)
        return self._reasons[one]

    def _hide(self, line: int, cells: list[str | None]) -> dict[str, str]:
        """Put references in the places of what is about somebody; answers what they stand for."""
        hidden = {}
        for place, cell in enumerate(cells):
            name = self._ours.get(place)
            if name is None:
                cells[place] = None
            elif cell and name and (name in self._personal or _A_NUMBER.fullmatch(cell)) and not _REFERENCE.fullmatch(cell.strip()):
                cells[place] = f"kept/{self.at.run.hex}/{line}/{name}"
                hidden[name] = cell
        return hidden


def _split(one: str) -> tuple[str | None, str]:
    """`field:code`, as it is written down."""
    name, _, code = one.rpartition(":")
    return (None if name == engine.ROOM else name, code)


def _tame(cell: str | None) -> str | None:
    """No formula: spreadsheets run what begins like one. What is read again has the apostrophe taken away."""
    return "'" + cell if cell and cell.lstrip("'").startswith(_ACTIVE) else cell


class _Cells:
    """What references of one import stand for: found by line, without having all of it in memory."""

    def __init__(self, file: BufferedReader) -> None:
        self.file = file
        self._lines, self._places = array("Q"), array("Q")  # in the order of lines
        place = 0
        for row in file:
            self._lines.append(int(row[1 : row.index(b",")]))
            self._places.append(place)
            place += len(row)

    def value(self, line: int, name: str) -> str | None:
        found = bisect_left(self._lines, line)
        if found == len(self._lines) or self._lines[found] != line:
            return None
        self.file.seek(self._places[found])
        value = json.loads(self.file.readline())[1].get(name)
        return None if value is None else str(value)


class Kept:
    """The values that references stand for: those of imports that the caller may see, as long as they are kept."""

    def __init__(self, at: Load, uploads: Uploads) -> None:
        self.at = at
        self.uploads = uploads
        self._runs: dict[UUID, _Cells | None] = {}

    async def resolved(self, batches: AsyncIterator[pl.DataFrame]) -> AsyncIterator[pl.DataFrame]:
        """The same batches with values for references; one that leads to nothing is a mistake."""
        try:
            async for batch in batches:
                yield await self._in(batch)
        finally:
            for cells in self._runs.values():
                if cells is not None:
                    cells.file.close()

    async def _in(self, batch: pl.DataFrame) -> pl.DataFrame:
        for name in (name for name, kind in batch.schema.items() if kind == pl.String and name != "wrong"):
            if batch.get_column(name).str.strip_chars().str.starts_with("kept/").any():
                batch = await self._column(batch, name)
        return batch

    async def _column(self, batch: pl.DataFrame, name: str) -> pl.DataFrame:
        cells: list[str | None] = batch.get_column(name).to_list()
        wrong: list[str | None] = batch.get_column("wrong").to_list()
        for row, cell in enumerate(cells):
            if found := _REFERENCE.fullmatch((cell or "").strip()):
                of = await self._of(UUID(found[1]))
                cells[row] = None if of is None else await asyncio.to_thread(of.value, int(found[2]), found[3])
                if cells[row] is None:
                    wrong[row] = "|".join(filter(None, (wrong[row], f"{name}:{KEPT_NO_MORE[0]}")))
        return batch.with_columns(pl.Series(name, cells, pl.String), pl.Series("wrong", wrong, pl.String))

    async def _of(self, run: UUID) -> _Cells | None:
        if run not in self._runs:
            self._runs[run] = None
            try:
                async with self.at.database.reading(self.at.by) as read:
                    await queries.one(read, by=self.at.by, run=run)
                file = self.uploads.open(self.at.by.state, run, "cells")
                self._runs[run] = await asyncio.to_thread(_Cells, file)
            except Refusal:
                pass  # another's, or kept no more: each of its references says so
        return self._runs[run]
