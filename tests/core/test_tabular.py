"""CSV and Parquet: what is written can be read again as it was, no text is a formula, and equal rows make equal bytes."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.core import tabular
from app.core.tabular import Malformed, Unreadable, read_csv, read_parquet, write_csv, write_parquet

ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n")

cells = (
    st.none()
    | st.text(st.characters(codec="utf-8", exclude_characters="\0"))
    | st.builds(
        lambda quotes, sign, rest: "'" * quotes + sign + rest,
        st.integers(0, 3),
        st.sampled_from(ACTIVE),
        st.text(st.characters(codec="utf-8"), max_size=5),
    )
)
rows = st.lists(st.tuples(cells, cells), max_size=20)
cuts = st.lists(st.integers(0, 20), max_size=4)

TYPED = pa.schema(
    [
        ("code", pa.dictionary(pa.int32(), pa.string())),
        ("n", pa.int64()),
        ("share", pa.float64()),
        ("money", pa.decimal128(12, 2)),
        ("on", pa.date32()),
        ("at", pa.timestamp("us", tz="UTC")),
        ("yes", pa.bool_()),
    ]
)
TYPED_ROW: dict[str, Any] = {
    "code": "01001",
    "n": -5,
    "share": -0.25,
    "money": Decimal("-1234.50"),
    "on": date(2026, 10, 31),
    "at": datetime(2026, 10, 31, 12, 30, tzinfo=UTC),
    "yes": True,
}


def reader(table: pa.Table, cut: list[int] | None = None) -> pa.RecordBatchReader:
    """The table as a stream, cut into batches after these rows; some of them empty."""
    places = [0, *sorted(min(at, table.num_rows) for at in cut or []), table.num_rows]
    batches = [
        pa.RecordBatch.from_arrays([column.combine_chunks() for column in table.slice(a, b - a).columns], schema=table.schema)
        for a, b in pairwise(places)
    ]
    return pa.RecordBatchReader.from_batches(table.schema, batches)


def texts(given_rows: list[tuple[str | None, str | None]]) -> pa.Table:
    return pa.table({"a": pa.array([a for a, _ in given_rows], pa.string()), "b": pa.array([b for _, b in given_rows], pa.string())})


def written(write: Callable[..., int], table: pa.Table, cut: list[int] | None = None) -> bytes:
    target = io.BytesIO()
    assert write(reader(table, cut), target) == table.num_rows
    return target.getvalue()


@given(rows, cuts)
@example([("=1+1", "'=1+1"), ("''@x", "'"), ("", None), ("a\r\nb", '"')], [])
def test_csv_is_read_as_it_was_written(given_rows: list[tuple[str | None, str | None]], cut: list[int]) -> None:
    table = texts(given_rows)
    assert read_csv(io.BytesIO(written(write_csv, table, cut))).read_all().to_pylist() == table.to_pylist()


@given(rows)
def test_another_reader_of_csv_finds_the_same_cells_and_no_formula(given_rows: list[tuple[str | None, str | None]]) -> None:
    found = list(csv.reader(io.StringIO(written(write_csv, texts(given_rows)).decode(), newline="")))
    assert found[0] == ["a", "b"]
    for cell, original in zip([c for row in found[1:] for c in row], [c or "" for row in given_rows for c in row], strict=True):
        assert not cell.startswith(ACTIVE)
        assert cell in (original, "'" + original)


@given(st.lists(cells, max_size=10))
def test_a_single_column_keeps_its_missing_cells(column: list[str | None]) -> None:
    table = pa.table({"a": pa.array(column, pa.string())})
    assert read_csv(io.BytesIO(written(write_csv, table))).read_all().to_pylist() == table.to_pylist()


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())])
def test_formulas_are_found_in_text_of_every_type(kind: pa.DataType) -> None:
    table = pa.table({"a": pa.array(["=HYPERLINK(1)", "fine", "fine"], pa.string()).cast(kind)})
    assert written(write_csv, table) == b'"a"\n"\'=HYPERLINK(1)"\n"fine"\n"fine"\n'


def test_values_that_are_no_text_are_written_plainly_and_negative_numbers_stay_numbers() -> None:
    table = pa.Table.from_pylist([TYPED_ROW, dict.fromkeys(TYPED_ROW)], schema=TYPED)
    assert written(write_csv, table).decode().splitlines()[1:] == [
        '"01001",-5,-0.25,-1234.50,2026-10-31,2026-10-31 12:30:00.000000Z,true',
        ",,,,,,",
    ]


def test_as_text_shows_what_csv_shows() -> None:
    table = pa.Table.from_pylist([TYPED_ROW, dict.fromkeys(TYPED_ROW)], schema=TYPED)
    told = tabular.as_text(reader(table).read_next_batch()).to_pylist()
    assert told == read_csv(io.BytesIO(written(write_csv, table))).read_all().to_pylist()


@pytest.mark.parametrize("column", [pa.array([[1]]), pa.array([{"a": 1}]), pa.array([b"x"])])
def test_types_without_a_plain_form_are_refused(column: pa.Array) -> None:
    table = pa.table({"a": column})
    with pytest.raises(TypeError, match="column a"):
        written(write_csv, table)
    with pytest.raises(TypeError, match="column a"):
        tabular.as_text(reader(table).read_next_batch())


def test_a_table_without_rows_has_its_header() -> None:
    assert written(write_csv, texts([])) == b'"a","b"\n'
    assert read_csv(io.BytesIO(b"a,b\n")).read_all().schema.names == ["a", "b"]


def test_a_byte_order_mark_and_windows_line_ends_are_read_over() -> None:
    assert read_csv(io.BytesIO(b"\xef\xbb\xbfa,b\r\n1,2\r\n")).read_all().to_pylist() == [{"a": "1", "b": "2"}]


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (b"", "no CSV file"),
        (b"a,b,a\n1,2,3\n", "names a more than once"),
        (b"a\n\xe9t\xe9 Testcase\n", "not UTF-8|no CSV file"),
        (b"a\n" + b"x\n" * tabular.BLOCK + b"\xe9 Testcase\n", "not UTF-8"),
    ],
)
def test_what_is_no_csv_is_refused_without_repeating_it(file: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why) as refused:
        read_csv(io.BytesIO(file)).read_all()
    assert "Testcase" not in str(refused.value)


def test_rows_of_another_length_are_all_named_by_line() -> None:
    many = b"a,b\n" + b"1,2\n" * 400_000 + b"3\n4,5,6\n7,8\n"
    stream = read_csv(io.BytesIO(b"a,b\n1\n" + many[4:]))
    with pytest.raises(Malformed, match="2 columns") as refused:
        for _ in stream:
            pass
    assert refused.value.lines == [2, 400_003, 400_004]


def test_a_file_is_there_when_it_is_whole_and_not_before(tmp_path: Path) -> None:
    def broken() -> Iterator[pa.RecordBatch]:
        yield texts([("1", "2")]).to_batches()[0]
        raise ConnectionError

    target = tmp_path / "table.csv"
    write_csv(reader(texts([("old", None)])), target)
    with pytest.raises(ConnectionError):
        write_csv(pa.RecordBatchReader.from_batches(texts([]).schema, broken()), target)
    assert read_csv(target).read_all().to_pylist() == [{"a": "old", "b": None}]
    assert list(tmp_path.iterdir()) == [target]


def test_reading_a_path_holds_only_a_block_at_a_time(tmp_path: Path) -> None:
    target = tmp_path / "long.csv"
    table = pa.table({"a": pa.array(["x" * 100] * 200_000)})
    write_csv(reader(table), target)
    before = pa.total_allocated_bytes()
    most = 0
    for batch in read_csv(target):
        assert batch.num_rows
        most = max(most, pa.total_allocated_bytes() - before)
    assert most < target.stat().st_size / 2


@given(st.lists(st.integers()), cuts)
def test_parquet_is_read_as_it_was_written_and_does_not_show_how_it_was_cut(numbers: list[int], cut: list[int]) -> None:
    table = pa.table({"n": pa.array([n % 2**40 for n in numbers], pa.int64()), "t": pa.array([str(n) for n in numbers], pa.string())})
    made = written(write_parquet, table, cut)
    assert made == written(write_parquet, table)
    assert read_parquet(io.BytesIO(made)).read_all().equals(table)


def test_parquet_keeps_types_in_compressed_groups_of_one_size(tmp_path: Path) -> None:
    table = pa.Table.from_pylist([TYPED_ROW] * (tabular.GROUP * 2 + 5), schema=TYPED)
    target = tmp_path / "table.parquet"
    write_parquet(reader(table, [7, 70_000, 70_001]), target)
    described = pa.parquet.read_metadata(target)
    assert [described.row_group(g).num_rows for g in range(described.num_row_groups)] == [tabular.GROUP, tabular.GROUP, 5]
    assert described.row_group(0).column(0).compression == "ZSTD"
    assert read_parquet(target).read_all().cast(TYPED).equals(table)


def test_what_is_no_parquet_is_refused() -> None:
    with pytest.raises(Unreadable, match="no Parquet"):
        read_parquet(io.BytesIO(b"a,b\n1,2\n"))


@given(rows, cuts)
def test_csv_does_not_show_how_its_rows_were_cut(given_rows: list[tuple[str | None, str | None]], cut: list[int]) -> None:
    assert written(write_csv, texts(given_rows), cut) == written(write_csv, texts(given_rows))
