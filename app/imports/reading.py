"""Cells into values: each column of a batch is read at once. What cannot be read is a mistake with its column and code, never an error.

A staged row has typed columns and `wrong`, the mistakes of reading it: `given_on:not_a_date|kind:missing`; empty if there are none.
So one bad date neither fails the whole COPY nor gets lost. Values are read as people and spreadsheets write them: `forms` says how.
"""

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

import polars as pl

from app.core.errors import Invalid


class Shape(Enum):
    """What a column's cells hold: the type that staging has for it, the code of a cell that cannot be read, and what a person is told."""

    TEXT = ("text", "not_text", "This holds characters that no text has (NUL, or what is left of a letter in another encoding).")
    DATE = ("date", "not_a_date", "This is no date. Write it as 2026-03-31 or 3/31/2026.")
    INTEGER = ("bigint", "not_a_whole_number", "This is no whole number.")
    DOLLARS = ("bigint", "not_dollars", "This is no amount. Write it as 1234.56.")  # kept in cents
    QUARTER = ("integer", "not_a_quarter", "This is no calendar quarter. Write it as 2025Q3.")
    TRUTH = ("boolean", "not_true_or_false", "Write true or false.")
    WORDS = ("jsonb", "not_words", "Write several words as white|asian.")
    SECRET = ("text", "zeros_lost", "A spreadsheet has eaten the zeros in front. Format the column as text; write all nine digits.")
    BYTES = ("bytea", "not_bytes", "These are no bytes.")
    ID = ("uuid", "not_an_id", "This is no id.")

    def __init__(self, sql: str, code: str, told: str) -> None:
        self.sql = sql
        self.code = code
        self.told = told


MISSING = ("missing", "This may not be blank.")
TWICE = ("twice_in_this_file", "Another line says the same. Take one of them out.")
FORMULA = ("formula", "This is a formula, or the error of one. Write its value.")
CELLS = (
    "wrong_number_of_cells",
    "This line has not as many cells as the first one. A text with a comma or a line break in it needs quotation marks.",
)
KEPT_NO_MORE = ("kept_no_more", "This stands for a value that was kept and is not any more. Write the value itself.")
TOLD = dict((MISSING, TWICE, FORMULA, CELLS, KEPT_NO_MORE, *((shape.code, shape.told) for shape in Shape)))
"""What a person is told, by code."""


class UnknownColumns(Invalid):
    """What was brought has columns that its kind does not have, or lacks some."""

    slug, title = "unknown-columns", "These are not the columns of such an import"


@dataclass(frozen=True)
class Column:
    """A column of an import: its name, what its cells hold, and whether each line has to have it.

    personal: what stands there is about somebody, and is shown to nobody.   width: digits of a code, of which spreadsheets eat the zeros.
    codes:    other words for our codes, in small letters.   like: an example.   about: what it is, if its name does not say it.
    """

    name: str
    shape: Shape = Shape.TEXT
    required: bool = False
    personal: bool = False
    width: int = 0
    codes: Mapping[str, str] = field(default_factory=dict)
    like: str = ""
    about: str = ""


def read(columns: Sequence[Column], batch: pl.DataFrame, *, first_line: int) -> pl.DataFrame:
    """A batch as staging takes it: `line`, `wrong`, and the columns in their order, typed. Raises `UnknownColumns`.

    `first_line` is the number of the batch's first row, unless the batch has a column `line`; a column `wrong` has mistakes that are
    known already. Cells may be text or have their type already. Columns that are not required may be absent.
    """
    known = {column.name for column in columns} | {"line", "wrong"}
    if strange := [name for name in batch.columns if name not in known]:
        raise UnknownColumns(f"There is no column {', '.join(strange)}; there are {', '.join(sorted(known - {'line', 'wrong'}))}.")
    if lacking := [column.name for column in columns if column.required and column.name not in batch.columns]:
        raise UnknownColumns(f"The column {', '.join(lacking)} is missing.")
    given = batch.with_columns(pl.lit(None, pl.String).alias(column.name) for column in columns if column.name not in batch.columns)
    cells = given.select(_cell(column, given.schema[column.name]).alias(column.name) for column in columns)
    typed = cells.select(_typed(column, cells.schema[column.name]).alias(column.name) for column in columns)
    before = [batch.get_column("wrong")] if "wrong" in batch.columns else []
    wrong = [
        claim
        for column in columns
        for claim in _mistakes(column, cells.get_column(column.name), typed.get_column(column.name))
        if claim.null_count() < len(claim)
    ]
    claims = before + wrong
    told = pl.select(pl.concat_str(claims, separator="|", ignore_nulls=True)).to_series().replace("", None) if claims else None
    lines = batch.get_column("line") if "line" in batch.columns else pl.int_range(first_line, first_line + batch.height, eager=True)
    front = pl.DataFrame({"line": lines.cast(pl.Int64)})
    return front.hstack(typed).with_columns((pl.lit(None, pl.String) if told is None else told).alias("wrong"))


# An apostrophe keeps a spreadsheet from taking a text for a formula; ="01234" keeps it from eating zeros.
_KEPT_TEXT = r"^'('*[=+\-@\t].*)$"
_QUOTED = r'^="([^"]*)"$'
_FORMULA = r"^(=|#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!)$)"


def _cell(column: Column, kind: pl.DataType) -> pl.Expr:
    """A text without white space around it, in our own code; a blank one is missing."""
    cell = pl.col(column.name)
    if kind != pl.String:
        return cell
    cell = cell.str.strip_chars().str.replace(_QUOTED, "${1}").replace("", None)
    if column.width:
        short = cell.str.contains(rf"^\d{{{column.width - 2},{column.width - 1}}}$")
        cell = pl.when(short).then(cell.str.zfill(column.width)).otherwise(cell)
    if column.codes:
        cell = cell.str.to_lowercase().replace_strict(dict(column.codes), default=cell, return_dtype=pl.String)
    return cell


def _typed(column: Column, kind: pl.DataType) -> pl.Expr:
    cell = pl.col(column.name)
    if kind != pl.String:
        return cell.cast(pl.String) if column.shape in (Shape.TEXT, Shape.SECRET) else cell
    match column.shape:
        case Shape.TEXT:
            return pl.when(~cell.str.contains("[\x00\ufffd]") & ~cell.str.contains(_FORMULA)).then(cell.str.replace(_KEPT_TEXT, "${1}"))
        case Shape.DATE:
            return _date(cell)
        case Shape.INTEGER:
            return cell.str.extract(r"^(-?\d{1,18})(?:\.0+)?$", 1).cast(pl.Int64, strict=False)
        case Shape.DOLLARS:
            parts = cell.str.extract_groups(r"^\$?(\d{1,9}|\d{1,3}(?:,\d{3}){1,2})(?:\.(\d{1,2}))?$")
            cents = parts.struct.field("2").fill_null("").str.pad_end(2, "0").cast(pl.Int64, strict=False)
            return parts.struct.field("1").str.replace_all(",", "").cast(pl.Int64, strict=False) * 100 + cents
        case Shape.QUARTER:
            parts = cell.str.to_uppercase().str.extract_groups(r"^(?:(\d{4})[- ]?Q([1-4])|Q([1-4])[- ]?(\d{4}))$")
            year, quarter = (pl.coalesce(parts.struct.field(a), parts.struct.field(b)) for a, b in (("1", "4"), ("2", "3")))
            return year.cast(pl.Int32) * 4 + quarter.cast(pl.Int32) - 1
        case Shape.TRUTH:
            words = {"true": True, "false": False, "yes": True, "no": False, "y": True, "n": False, "1": True, "0": False}
            return cell.str.to_lowercase().replace_strict(words, default=None, return_dtype=pl.Boolean)
        case Shape.WORDS:
            words_ = cell.str.to_lowercase()
            listed = '["' + words_.str.replace_all(r"[|;,] ?", '","') + '"]'
            return pl.when(words_.str.contains(r"^[a-z_]+([|;,] ?[a-z_]+)*$")).then(listed)
        case Shape.SECRET:
            return pl.when(~cell.str.contains(r"^\d{7,8}$") & ~cell.str.contains(_FORMULA)).then(cell)
        case Shape.ID:
            return pl.when(cell.str.contains(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")).then(cell)
        case Shape.BYTES:
            return pl.when(cell.str.contains(r"^\\x([0-9a-f]{2})+$")).then(cell)


_MIDNIGHT = r"(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?"
_DATES = (
    (rf"^(?<y>\d{{4}})[-/.](?<m>\d{{1,2}})[-/.](?<d>\d{{1,2}}){_MIDNIGHT}$", False),  # 2026-03-31
    (rf"^(?<m>\d{{1,2}})[-/](?<d>\d{{1,2}})[-/](?<y>\d{{4}}){_MIDNIGHT}$", False),  # 3/31/2026: the month first, as here in this country
    (r"^(?<y>\d{4})(?<m>\d{2})(?<d>\d{2})$", False),  # 20260331
    (r"^(?<d>\d{1,2})[- ](?<m>[A-Za-z]{3})[a-z]*\.?[- ](?<y>\d{4})$", True),  # 31-Mar-2026
    (r"^(?<m>[A-Za-z]{3})[a-z]*\.? (?<d>\d{1,2}),? (?<y>\d{4})$", True),  # March 31, 2026
)
_MONTHS = {calendar.month_abbr[month].lower(): str(month) for month in range(1, 13)}
_FIRST_SERIAL, _LAST_SERIAL = 10_000, 73_050  # 1927 and 1999+100: of these five digits no year is made


def _date(cell: pl.Expr) -> pl.Expr:
    """A day in any of five forms, or as a spreadsheet's serial number (46112 is 2026-03-31)."""
    found = []
    for pattern, named in _DATES:
        parts = cell.str.extract_groups(pattern)
        year, month, day = (parts.struct.field(name) for name in "ymd")
        if named:
            month = month.str.to_lowercase().replace_strict(_MONTHS, default=None, return_dtype=pl.String)
        found.append(pl.concat_str(year, month.str.zfill(2), day.str.zfill(2), separator="-"))
    serial = cell.str.extract(r"^(\d{5})(?:\.0+)?$", 1).cast(pl.Int32, strict=False)
    counted = pl.when(serial.is_between(_FIRST_SERIAL, _LAST_SERIAL)).then(pl.date(1899, 12, 30) + pl.duration(days=serial))
    return pl.coalesce(pl.coalesce(found).str.to_date("%Y-%m-%d", strict=False), counted)


def _mistakes(column: Column, cell: pl.Series, typed: pl.Series) -> Sequence[pl.Series]:
    unread = cell.is_not_null() & typed.is_null()
    code = pl.lit(f"{column.name}:{column.shape.code}")
    if cell.dtype == pl.String:
        code = pl.when(cell.str.contains(_FORMULA)).then(pl.lit(f"{column.name}:{FORMULA[0]}")).otherwise(code)
    found = [pl.select(pl.when(unread).then(code)).to_series()]
    if column.required:
        found.append(pl.select(pl.when(cell.is_null()).then(pl.lit(f"{column.name}:{MISSING[0]}"))).to_series())
    return found
