"""Workbooks (XLSX) for people to read, written row by row in constant memory."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from math import isfinite
from typing import Any

import pyarrow as pa
import xlsxwriter

from app.core.errors import Invalid
from app.core.tabular import Target, opened, plain

LAST_ROW = 1_048_576  # rows of a sheet, the header included
LONGEST = 32_767  # characters of a cell
EXACT = 2**53  # whole numbers beyond lose digits: a spreadsheet's numbers are floating point
WIDEST, NARROWEST = 48, 8  # column widths, in characters
BORN = datetime(2000, 1, 1)  # noqa: DTZ001 - the format has no time zones; a fixed day, so that the same rows make the same bytes


class TooLarge(Invalid):
    """More rows or longer texts than a workbook holds."""

    slug, title = "too-large-for-a-workbook", "This does not fit into a workbook"


@dataclass(frozen=True)
class Sheet:
    """One sheet: a table under a header.

    `titles` gives columns other names than the batches do, `formats` number formats ("0.0%", "$#,##0"), and `instead` names, for a
    column of numbers, the text column whose words are shown where the number is missing (that column is not shown by itself).
    `banner` stands above the table and on every page that is printed of it.
    """

    name: str
    batches: pa.RecordBatchReader
    titles: Mapping[str, str] = field(default_factory=dict)
    formats: Mapping[str, str] = field(default_factory=dict)
    instead: Mapping[str, str] = field(default_factory=dict)
    banner: str = ""


def write_xlsx(sheets: Sequence[Sheet], target: Target, *, notes: Sequence[tuple[str, str]] = ()) -> int:
    """Write the sheets, after a sheet "Notes" of two columns if there are any notes; answers the number of rows.

    Texts are never formulas, codes keep their zeros, dates are dates, missing is an empty cell, whole numbers of more than 15 digits
    become text. Raises `TooLarge`; ValueError for a number that is none (nan, inf); TypeError for a type that a cell cannot hold.
    """
    with opened(target) as file:
        book = xlsxwriter.Workbook(file, {"constant_memory": True, "default_date_format": "yyyy-mm-dd", "remove_timezone": True})
        book.set_properties({"created": BORN})
        try:
            if notes:
                _write_notes(book, notes)
            return sum(_write_sheet(book, sheet) for sheet in sheets)
        finally:
            book.close()


def _write_notes(book: Any, notes: Sequence[tuple[str, str]]) -> None:
    page = book.add_worksheet("Notes")
    page.set_column(0, 0, 28, book.add_format({"bold": True, "valign": "top"}))
    page.set_column(1, 1, 100, book.add_format({"text_wrap": True, "valign": "top"}))
    for row, (about, note) in enumerate(notes):
        _text(page, row, 0, about, None)
        _text(page, row, 1, note, None)


def _write_sheet(book: Any, sheet: Sheet) -> int:
    page = book.add_worksheet(re.sub(r"[\[\]:*?/\\]", " ", sheet.name)[:31])
    schema = sheet.batches.schema
    shown = [name for name in schema.names if name not in sheet.instead.values()]
    header = book.add_format({"bold": True, "bg_color": "#1B3A57", "font_color": "#FFFFFF", "text_wrap": True, "valign": "vcenter"})
    widths = [min(max(NARROWEST, *map(len, sheet.titles.get(name, name).splitlines())), WIDEST) for name in shown]
    top = _write_banner(book, page, sheet.banner)
    for column, name in enumerate(shown):
        _text(page, top, column, sheet.titles.get(name, name), header)
    page.freeze_panes(top + 1, 0)
    writers = [_writer(schema.field(name), book, sheet.formats.get(name)) for name in shown]
    words = [shown.index(name) for name in sheet.instead]
    row = 0
    for batch in sheet.batches:
        columns = [_values(batch, name) for name in shown]
        for at, name in zip(words, sheet.instead, strict=True):
            columns[at] = [
                word if value is None else value for value, word in zip(columns[at], _values(batch, sheet.instead[name]), strict=True)
            ]
        if row == 0:
            widths = [
                max(width, *(min(len(str(value)), WIDEST) for value in column[:200]), 0)
                for width, column in zip(widths, columns, strict=True)
            ]
        if top + row + batch.num_rows >= LAST_ROW:
            raise TooLarge(f"A sheet has {LAST_ROW - 1:,} rows at most. Take CSV or Parquet.")
        for cells in zip(*columns, strict=True):
            row += 1
            for column, (write, value) in enumerate(zip(writers, cells, strict=True)):
                if value is not None:
                    write(page, top + row, column, value)
    for column, width in enumerate(widths):
        page.set_column(column, column, width + 2)
    page.autofilter(top, 0, top + row, len(shown) - 1)
    return row


def _write_banner(book: Any, page: Any, banner: str) -> int:
    """The banner, if there is one; answers the row in which the table begins."""
    if not banner:
        return 0
    _text(page, 0, 0, banner, book.add_format({"bold": True, "font_color": "#B50909"}))
    page.set_header(f'&C&"-,Bold"{banner.replace("&", "&&")}')
    return 1


def _values(batch: pa.RecordBatch, name: str) -> list[Any]:
    values: list[Any] = plain(batch.column(batch.schema.get_field_index(name))).to_pylist()
    return values


def _writer(column: pa.Field, book: Any, number_format: str | None) -> Callable[[Any, int, int, Any], None]:
    """How the cells of a column are written, by the column's type; words in a column of numbers are words."""
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    style = book.add_format({"num_format": number_format}) if number_format else None

    def number(page: Any, row: int, at: int, value: Any) -> None:
        if isinstance(value, str):
            _text(page, row, at, value, words)
        elif not isfinite(value):
            raise ValueError(f"column {column.name} holds {value}")
        elif abs(value) > EXACT and not isinstance(value, float):
            _text(page, row, at, str(value), None)
        else:
            page.write_number(row, at, value, style)

    def moment(page: Any, row: int, at: int, value: date) -> None:
        naive = value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) and value.tzinfo else value
        page.write_datetime(row, at, naive, day)

    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        words = book.add_format({"italic": True, "font_color": "#5C5C5C", "align": "right"})
        return number
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        day = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss" if pa.types.is_timestamp(kind) else "yyyy-mm-dd"})
        return moment
    if pa.types.is_boolean(kind):
        return lambda page, row, at, value: page.write_boolean(row, at, value)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return lambda page, row, at, value: _text(page, row, at, value, None)
    raise TypeError(f"column {column.name} of type {kind} has no form in a workbook")


def _text(page: Any, row: int, column: int, value: str, style: Any) -> None:
    if len(value) > LONGEST:
        raise TooLarge(f"A cell has {LONGEST:,} characters at most. Take CSV or Parquet.")
    page.write_string(row, column, value, style)
