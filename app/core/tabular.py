"""Tables out of and into files, as streams of Arrow record batches: nothing is ever held whole, whatever its size.

CSV and Parquet are here; workbooks in `app.core.workbooks`, files with shapes in `app.core.geofiles`. The same batches make the
same bytes, on every run and however the rows were cut into batches.
"""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from app.core.errors import Invalid
from app.core.whole import Target, opened

__all__ = [
    "BLOCK", "GROUP", "Malformed", "Target", "Unreadable", "as_text", "is_text", "neutralised", "opened", "plain", "read_csv",
    "read_parquet", "regrouped", "restored", "write_csv", "write_parquet",
]  # fmt: skip

BLOCK = 1 << 20  # bytes of CSV read at a time
GROUP = 65_536  # rows of a Parquet row group

# What spreadsheets take for a formula, behind any number of apostrophes: those written here and those that were there before.
_ACTIVE = "^'*[=+\\-@\t\r\n]"
_NEUTRALISED = "^'+[=+\\-@\t\r\n]"


class Unreadable(Invalid):
    """A file is not what its name says. What was read of it is not repeated: it can hold personal data."""

    slug, title = "unreadable-file", "This file cannot be read"


class Malformed(Unreadable):
    """Rows of a CSV file have more or fewer cells than its header. `lines` counts rows, the header being the first."""

    def __init__(self, lines: list[int], expected: int) -> None:
        shown = ", ".join(str(line) for line in lines[:20]) + (" and more" if len(lines) > 20 else "")
        super().__init__(f"The header names {expected} columns, and other numbers of cells are in line {shown}.")
        self.lines = lines


def neutralised(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch with an apostrophe before each text that a spreadsheet would run as a formula: `=1+1`, `@SUM(A1)`, `-2+3`.

    Numbers are numbers and stay. A text that has the apostrophe by itself gets another one, so that `restored` is exact.
    """
    return _each_text(batch, lambda text: _where(text, _ACTIVE, lambda cell: pc.binary_replace_slice(cell, 0, 0, "'")))


def restored(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch as it was before `neutralised`."""
    return _each_text(batch, lambda text: _where(text, _NEUTRALISED, lambda cell: pc.utf8_slice_codeunits(cell, 1)))


def _each_text(batch: pa.RecordBatch, change: Callable[[pa.Array], pa.Array]) -> pa.RecordBatch:
    columns = [change(plain(column)) if is_text(column.type) else column for column in batch.columns]
    fields = [field.with_type(column.type) for field, column in zip(batch.schema, columns, strict=True)]
    return pa.RecordBatch.from_arrays(columns, schema=pa.schema(fields))


def _where(text: pa.Array, pattern: str, change: Callable[[pa.Array], pa.Array]) -> pa.Array:
    found = pc.match_substring_regex(text, pattern)
    return pc.if_else(found, change(text), text) if pc.any(found).as_py() else text


def is_text(kind: pa.DataType) -> bool:
    """Whether a column of this type holds text, written out or as a dictionary."""
    if pa.types.is_dictionary(kind):
        return is_text(kind.value_type)
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def plain(column: pa.Array) -> pa.Array:
    """The column without dictionary: many writers know none."""
    if pa.types.is_dictionary(column.type):
        return column.cast(column.type.value_type)
    return column.cast(pa.string()) if pa.types.is_string_view(column.type) else column


def write_csv(batches: pa.RecordBatchReader, target: Target) -> int:
    """Write UTF-8 CSV (RFC 4180, LF) with a header; answers the number of rows.

    Text is quoted, so that a missing text (nothing) and an empty one (`""`) differ. Formulas are neutralised. Types that have no
    plain form in CSV (lists, structs, bytes) raise TypeError.
    """
    schema = pa.schema([field.with_type(_csv_type(field)) for field in batches.schema])
    rows = 0
    with opened(target) as file, pyarrow.csv.CSVWriter(file, schema) as writer:
        for batch in batches:
            writer.write_batch(neutralised(batch))
            rows += batch.num_rows
    return rows


def _csv_type(field: pa.Field) -> pa.DataType:
    kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
    if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        raise TypeError(f"column {field.name} of type {kind} has no form in CSV")
    return pa.string() if pa.types.is_string_view(kind) else kind


def read_csv(source: Target) -> pa.RecordBatchReader:
    """Read CSV in UTF-8, every column as text, formulas restored; nothing between two commas is null, `""` is the empty text.

    Raises `Unreadable` if there is no header or two columns share a name, or, while rows are read, if a text is no UTF-8; and
    `Malformed` after the last row, with the lines of all rows that have too many or too few cells.
    """
    wrong: list[int] = []

    def note(row: Any) -> str:
        wrong.append(row.number)
        return "skip"

    file = source.open("rb") if isinstance(source, Path) else source
    with _explained("This is no CSV file in UTF-8 with a header."):
        reader = pyarrow.csv.open_csv(
            file,
            read_options=pyarrow.csv.ReadOptions(block_size=BLOCK, use_threads=False),  # with threads, rows have no numbers
            parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=note),
            convert_options=pyarrow.csv.ConvertOptions(
                default_column_type=pa.string(), null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False
            ),
        )
    names = reader.schema.names
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise Unreadable(f"The header names {', '.join(twice)} more than once.")

    def rows() -> Iterator[pa.RecordBatch]:
        with contextlib.closing(file) if isinstance(source, Path) else contextlib.nullcontext():
            with _explained("The file has cells that are not UTF-8."):
                yield from map(restored, reader)
            if wrong:
                raise Malformed(wrong, len(names))

    return pa.RecordBatchReader.from_batches(reader.schema, rows())


def write_parquet(batches: pa.RecordBatchReader, target: Target) -> int:
    """Write Parquet, zstd-compressed, in row groups of `GROUP` rows; answers the number of rows."""
    rows = 0
    with opened(target) as file, pyarrow.parquet.ParquetWriter(file, batches.schema, compression="zstd") as writer:
        for table in regrouped(batches, GROUP):
            writer.write_table(table, row_group_size=GROUP)
            rows += table.num_rows
    return rows


def regrouped(batches: pa.RecordBatchReader, size: int) -> Iterator[pa.Table]:
    """The same rows in tables of `size` rows each, the last one smaller."""
    waiting: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        while count + batch.num_rows >= size:
            waiting.append(batch.slice(0, size - count))
            yield pa.Table.from_batches(waiting, batches.schema).combine_chunks()
            batch, waiting, count = batch.slice(size - count), [], 0  # noqa: PLW2901 - what is left of it
        waiting.append(batch)
        count += batch.num_rows
    if count:
        yield pa.Table.from_batches(waiting, batches.schema).combine_chunks()


def read_parquet(source: Target) -> pa.RecordBatchReader:
    """Read Parquet with the types that it has. Raises `Unreadable` if it is none."""
    with _explained("This is no Parquet file."):
        file = pyarrow.parquet.ParquetFile(source)

    def rows() -> Iterator[pa.RecordBatch]:
        with file, _explained("The Parquet file is damaged."):
            yield from file.iter_batches(batch_size=GROUP)

    return pa.RecordBatchReader.from_batches(file.schema_arrow, rows())


def as_text(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Every column as the text that CSV would show: dates as 2026-10-31, numbers without separators. Raises TypeError for nested types."""
    fields = [pa.field(field.name, pa.string()) for field in batch.schema]
    for field in batch.schema:
        _csv_type(field)
    return pa.RecordBatch.from_arrays([plain(column).cast(pa.string()) for column in batch.columns], schema=pa.schema(fields))


@contextlib.contextmanager
def _explained(detail: str) -> Iterator[None]:
    """Arrow's errors quote the row at fault; ours say what is wrong."""
    try:
        yield
    except pa.ArrowInvalid as error:
        raise Unreadable(detail) from error
