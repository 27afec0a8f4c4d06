"""Reading a committed CSV table strictly: its columns in their order, every cell of its kind, no key twice. All mistakes at once."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import polars as pl

from app.core.errors import Violation

Columns = Mapping[str, type[pl.DataType]]


def read_table(path: Path, columns: Columns, *, key: Sequence[str], blanks: Collection[str]) -> tuple[pl.DataFrame, list[Violation]]:
    """The table, typed, and what is wrong with it. Columns in `blanks` may have blank cells; no two rows have the same `key`.

    With mistakes the table is empty, so that what is asked of it next finds nothing more to complain of.
    """
    empty = pl.DataFrame(schema=dict(columns))
    if not path.is_file():
        return empty, [Violation(1, path.name, "missing", f"{path.name} is missing.")]
    raw = pl.read_csv(path, infer_schema=False)
    if raw.columns != list(columns):
        told = f"{path.name} has to have the columns {', '.join(columns)}, in this order."
        return empty, [Violation(1, path.name, "columns", told)]
    typed = raw.with_columns(pl.col(column).cast(kind, strict=False) for column, kind in columns.items())
    wrong: list[Violation] = []
    for column, kind in columns.items():
        unread = raw[column].is_not_null() & typed[column].is_null()
        wrong += cells(path.name, raw, column, unread, "type", f"cannot be read as {kind.__name__.lower()}")
        if column not in blanks:
            wrong += cells(path.name, raw, column, raw[column].is_null(), "blank", "may not be blank")
    again = raw.select(pl.struct(key).is_duplicated()).to_series()
    wrong += cells(path.name, raw, key[-1], again, "twice", "stands twice, with the rest of its key")
    return (empty, wrong) if wrong else (typed, [])


def cells(file: str, table: pl.DataFrame, column: str, where: pl.Series, code: str, why: str) -> list[Violation]:
    """A violation for each row where `where` holds; lines are counted as an editor does, the header being the first."""
    bad = table.with_row_index("line", offset=2).filter(where.fill_null(value=False)).select("line", column).rows()
    return [Violation(line, column, code, f"{file}: {value!r} in {column} {why}.") for line, value in bad]
