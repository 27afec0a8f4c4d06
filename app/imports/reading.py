"""Cells into values: each column of a batch is read at once. What cannot be read is a mistake with its column and code, never an error.

A staged row has typed columns and `wrong`, the mistakes of reading it: `given_on:not_a_date|kind:missing`; empty if there are none.
So one bad date neither fails the whole COPY nor gets lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import polars as pl

from app.core.errors import Invalid


class Shape(Enum):
    """What a column's cells hold: the type that staging has for it, the code of a cell that cannot be read, and what a person is told."""

    TEXT = ("text", "not_text", "This holds characters that no text has (NUL).")
    DATE = ("date", "not_a_date", "This is no date. Write it as 2026-03-31.")
    INTEGER = ("bigint", "not_a_whole_number", "This is no whole number.")
    DOLLARS = ("bigint", "not_dollars", "This is no amount. Write it as 1234.56.")  # kept in cents
    QUARTER = ("integer", "not_a_quarter", "This is no calendar quarter. Write it as 2025Q3.")
    TRUTH = ("boolean", "not_true_or_false", "Write true or false.")
    WORDS = ("jsonb", "not_words", "Write several words as white|asian.")
    BYTES = ("bytea", "not_bytes", "These are no bytes.")
    ID = ("uuid", "not_an_id", "This is no id.")

    def __init__(self, sql: str, code: str, told: str) -> None:
        self.sql = sql
        self.code = code
        self.told = told


MISSING = ("missing", "This may not be blank.")
TWICE = ("twice_in_this_file", "Another line says the same. Take one of them out.")


class UnknownColumns(Invalid):
    """What was brought has columns that its kind does not have, or lacks some."""

    slug, title = "unknown-columns", "These are not the columns of such an import"


@dataclass(frozen=True)
class Column:
    """A column of an import: its name, what its cells hold, and whether each line has to have it."""

    name: str
    shape: Shape = Shape.TEXT
    required: bool = False


def read(columns: Sequence[Column], batch: pl.DataFrame, *, first_line: int) -> pl.DataFrame:
    """A batch as staging takes it: `line`, `wrong`, and the columns in their order, typed. Raises `UnknownColumns`.

    `first_line` is the number of the batch's first row. Cells may be text or have their type already. Columns that are not required
    may be absent.
    """
    known = {column.name for column in columns}
    if strange := [name for name in batch.columns if name not in known]:
        raise UnknownColumns(f"There is no column {', '.join(strange)}; there are {', '.join(sorted(known))}.")
    if lacking := [column.name for column in columns if column.required and column.name not in batch.columns]:
        raise UnknownColumns(f"The column {', '.join(lacking)} is missing.")
    given = batch.with_columns(pl.lit(None, pl.String).alias(column.name) for column in columns if column.name not in batch.columns)
    cells = given.select(_cell(column, given.schema[column.name]).alias(column.name) for column in columns)
    typed = cells.select(_typed(column, cells.schema[column.name]).alias(column.name) for column in columns)
    wrong = [
        claim
        for column in columns
        for claim in _mistakes(column, cells.get_column(column.name), typed.get_column(column.name))
        if claim.null_count() < len(claim)
    ]
    told = pl.select(pl.concat_str(wrong, separator="|", ignore_nulls=True)).to_series().replace("", None) if wrong else None
    return typed.with_row_index("line", offset=first_line).with_columns((pl.lit(None, pl.String) if told is None else told).alias("wrong"))


def _cell(column: Column, kind: pl.DataType) -> pl.Expr:
    """A text without white space around it; a blank one is missing."""
    cell = pl.col(column.name)
    return cell.str.strip_chars().replace("", None) if kind == pl.String else cell


def _typed(column: Column, kind: pl.DataType) -> pl.Expr:
    cell = pl.col(column.name)
    if kind != pl.String:
        return cell.cast(pl.String) if column.shape is Shape.TEXT else cell
    match column.shape:
        case Shape.TEXT:
            return pl.when(~cell.str.contains("\x00", literal=True)).then(cell)
        case Shape.DATE:
            return pl.when(cell.str.contains(r"^\d{4}-\d{2}-\d{2}$")).then(cell.str.to_date("%Y-%m-%d", strict=False))
        case Shape.INTEGER:
            return cell.cast(pl.Int64, strict=False)
        case Shape.DOLLARS:
            parts = cell.str.extract_groups(r"^(\d{1,9})(?:\.(\d{2}))?$")
            cents = parts.struct.field("2").fill_null("00").cast(pl.Int64, strict=False)
            return parts.struct.field("1").cast(pl.Int64, strict=False) * 100 + cents
        case Shape.QUARTER:
            parts = cell.str.extract_groups(r"^(\d{4})Q([1-4])$")
            return parts.struct.field("1").cast(pl.Int32) * 4 + parts.struct.field("2").cast(pl.Int32) - 1
        case Shape.TRUTH:
            return cell.str.to_lowercase().replace_strict({"true": True, "false": False}, default=None, return_dtype=pl.Boolean)
        case Shape.WORDS:
            listed = '["' + cell.str.replace_all("|", '","', literal=True) + '"]'
            return pl.when(cell.str.contains(r"^[a-z_]+(\|[a-z_]+)*$")).then(listed)
        case Shape.ID:
            return pl.when(cell.str.contains(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")).then(cell)
        case Shape.BYTES:
            return pl.when(cell.str.contains(r"^\\x([0-9a-f]{2})+$")).then(cell)


def _mistakes(column: Column, cell: pl.Series, typed: pl.Series) -> Sequence[pl.Series]:
    unread = cell.is_not_null() & typed.is_null()
    found = [pl.select(pl.when(unread).then(pl.lit(f"{column.name}:{column.shape.code}"))).to_series()]
    if column.required:
        found.append(pl.select(pl.when(cell.is_null()).then(pl.lit(f"{column.name}:{MISSING[0]}"))).to_series())
    return found
