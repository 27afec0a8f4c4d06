"""Reading a committed CSV table strictly: its columns in their order, every cell of its kind, no key twice. All mistakes at once.

A mistake is a `Violation` whose pointer names file and column, `wages.csv#median`, and whose line is the one that an editor shows.
"""

import csv
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import polars as pl

from app.core.errors import Violation

Columns = Mapping[str, type[pl.DataType]]
LINE = "line"
"""The column beside a table's own that says on which line of the file a row stands."""

_SHAPES: dict[type[pl.DataType], tuple[str, str]] = {
    pl.Int64: (r"^(0|-?[1-9][0-9]{0,17})$", "a whole number"),
    pl.Float64: (r"^-?[0-9]{1,15}(\.[0-9]{1,15})?$", "a number"),
    pl.Date: (r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "a date as 2026-07-01"),
}


def read_table(path: Path, columns: Columns, *, key: Sequence[str], blanks: Collection[str]) -> tuple[pl.DataFrame, list[Violation]]:
    """The table, typed, with the column `line`; and what is wrong with it.

    Columns in `blanks` may have blank cells; no two rows have the same `key`. With mistakes the table is empty, so that what is asked
    of it next finds nothing more to complain of.
    """
    empty = pl.DataFrame(schema={**columns, LINE: pl.Int64})
    raw, wrong = _cells(path, columns)
    if wrong:
        return empty, wrong
    typed = raw.with_columns(_typed(column, kind) for column, kind in columns.items())
    for column, kind in columns.items():
        if kind is not pl.String:
            unread = raw[column].is_not_null() & typed[column].is_null()
            wrong += mistakes(path.name, raw, column, unread, "type", f"is not {_SHAPES[kind][1]}")
        if column not in blanks:
            wrong += mistakes(path.name, raw, column, raw[column].is_null(), "blank", "may not be blank")
    again = raw.select(pl.struct(key).is_duplicated()).to_series()
    wrong += mistakes(path.name, raw, key[-1], again, "twice", "stands twice, with the rest of its key")
    return (empty, wrong) if wrong else (typed, [])


def mistakes(file: str, table: pl.DataFrame, column: str, where: pl.Series, code: str, why: str) -> list[Violation]:
    """A violation for each row of a table with the column `line` where `where` holds."""
    bad = table.filter(where.fill_null(value=False)).select(LINE, column).rows()
    return [Violation(line, f"{file}#{column}", code, f"{file}: {_shown(value)} in {column} {why}.") for line, value in bad]


def _shown(value: object) -> str:
    return "a blank" if value is None else repr(str(value))


def _typed(column: str, kind: type[pl.DataType]) -> pl.Expr:
    cell = pl.col(column)
    if kind is pl.String:
        return cell
    shaped = pl.when(cell.str.contains(_SHAPES[kind][0])).then(cell)
    return (shaped.str.to_date("%Y-%m-%d", strict=False) if kind is pl.Date else shaped.cast(kind, strict=False)).alias(column)


def _cells(path: Path, columns: Columns) -> tuple[pl.DataFrame, list[Violation]]:
    """The cells of a file as text, blank ones null, with their lines. Nothing is typed yet."""
    schema: dict[str, type[pl.DataType]] = {**dict.fromkeys(columns, pl.String), LINE: pl.Int64}
    nothing = pl.DataFrame(schema=schema)
    if not path.is_file():
        return nothing, [Violation(1, path.name, "missing", f"{path.name} is missing.")]
    rows: list[list[str | int | None]] = []
    wrong: list[Violation] = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = csv.reader(file, strict=True)
            if next(lines, []) != list(columns):
                told = f"{path.name} has to have the columns {', '.join(columns)}, in this order."
                return nothing, [Violation(1, path.name, "columns", told)]
            for cells in lines:
                if len(cells) == len(columns):
                    rows.append([*(cell or None for cell in cells), lines.line_num])
                elif cells:
                    told = f"{path.name}: {len(cells)} cells under {len(columns)} columns."
                    wrong.append(Violation(lines.line_num, path.name, "ragged", told))
    except (csv.Error, UnicodeDecodeError) as unreadable:
        return nothing, [Violation(lines.line_num + 1, path.name, "not_csv", f"{path.name} is not CSV in UTF-8: {unreadable}.")]
    return (nothing, wrong) if wrong else (pl.DataFrame(rows, schema=schema, orient="row"), [])
