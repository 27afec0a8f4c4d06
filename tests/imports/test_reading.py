"""Cells into values, and every mistake with its line, column and code."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.imports.reading import Column, Shape, UnknownColumns, read

EACH = tuple(Column(shape.name.lower(), shape) for shape in Shape)


def mistakes(**cells: str | None) -> list[str]:
    columns = tuple(column for column in EACH if column.name in cells)
    wrong = read(columns, pl.DataFrame({name: [cell] for name, cell in cells.items()}), first_line=1).get_column("wrong").item()
    return [] if wrong is None else wrong.split("|")


@pytest.mark.parametrize(
    ("shape", "cell", "value"),
    [
        ("text", " Erie ", "Erie"),
        ("text", "00501", "00501"),
        ("date", "2025-02-28", date(2025, 2, 28)),
        ("date", "2024-02-29", date(2024, 2, 29)),
        ("text", "'=1+1", "=1+1"),
        ("text", '="00501"', "00501"),
        ("date", "2025-2-28", date(2025, 2, 28)),
        ("date", "2025-02-28 00:00:00", date(2025, 2, 28)),
        ("date", "2/28/2025", date(2025, 2, 28)),
        ("date", "02-28-2025", date(2025, 2, 28)),
        ("date", "20250228", date(2025, 2, 28)),
        ("date", "28-Feb-2025", date(2025, 2, 28)),
        ("date", "February 28, 2025", date(2025, 2, 28)),
        ("date", "45716", date(2025, 2, 28)),
        ("date", "45716.0", date(2025, 2, 28)),
        ("integer", "-12", -12),
        ("integer", "9.0", 9),
        ("dollars", "$1,234.5", 123_450),
        ("quarter", "Q1 2025", 2025 * 4),
        ("quarter", "2025-q1", 2025 * 4),
        ("truth", "yes", True),
        ("words", "white; Asian", '["white","asian"]'),
        ("secret", "735-01-0001", "735-01-0001"),
        ("dollars", "9897.00", 989_700),
        ("dollars", "12", 1_200),
        ("quarter", "2025Q1", 2025 * 4),
        ("quarter", "2025Q4", 2025 * 4 + 3),
        ("truth", "TRUE", True),
        ("truth", "false", False),
        ("words", "white|asian", '["white","asian"]'),
        ("bytes", r"\x00ff", r"\x00ff"),
    ],
)
def test_a_cell_is_read(shape: str, cell: str, value: object) -> None:
    frame = read((Column("c", Shape[shape.upper()]),), pl.DataFrame({"c": [cell]}), first_line=7)
    assert frame.get_column("c").item() == value
    assert frame.get_column("line").item() == 7
    assert frame.get_column("wrong").item() is None


@pytest.mark.parametrize(
    ("shape", "cell"),
    [
        ("text", "a\x00b"),
        ("date", "2025-02-29"),
        ("date", "28/02/2025"),
        ("date", "2/28/25"),
        ("date", "2025"),
        ("date", "2025-02-28 07:30:00"),
        ("date", "Fub 28, 2025"),
        ("text", "Caf\ufffd"),
        ("secret", "35010001"),
        ("integer", "12.5"),
        ("integer", "twelve"),
        ("dollars", "12,00"),
        ("dollars", "12.005"),
        ("dollars", "-1.00"),
        ("quarter", "2025Q5"),
        ("quarter", "2025"),
        ("truth", "perhaps"),
        ("words", 'white","x'),
        ("bytes", "00ff"),
        ("id", "123"),
    ],
)
def test_a_cell_that_cannot_be_read_is_a_mistake(shape: str, cell: str) -> None:
    assert mistakes(**{shape: cell}) == [f"{shape}:{Shape[shape.upper()].code}"]


@pytest.mark.parametrize("cell", ["=1+1", "#N/A", "#REF!"])
@pytest.mark.parametrize("shape", ["text", "date", "integer", "secret"])
def test_a_formula_is_said_to_be_one(shape: str, cell: str) -> None:
    assert mistakes(**{shape: cell}) == [f"{shape}:formula"]


def test_zeros_that_a_spreadsheet_ate_come_back_where_the_width_is_known() -> None:
    columns = (Column("county", width=5), Column("sex", Shape.INTEGER, codes={"female": "2"}))
    frame = read(columns, pl.DataFrame({"county": ["1001", "36029", "1"], "sex": ["Female", "1", "9"]}), first_line=1)
    assert frame.get_column("county").to_list() == ["01001", "36029", "1"]
    assert frame.get_column("sex").to_list() == [2, 1, 9]


def test_lines_and_mistakes_that_are_known_already_are_kept() -> None:
    batch = pl.DataFrame({"a": ["x", None], "line": [4, 9], "wrong": [":wrong_number_of_cells", None]})
    frame = read((Column("a", Shape.DATE),), batch, first_line=1)
    assert frame.get_column("line").to_list() == [4, 9]
    assert frame.get_column("wrong").to_list() == [":wrong_number_of_cells|a:not_a_date", None]


def test_every_mistake_of_a_line_is_told_at_once() -> None:
    columns = (Column("a", Shape.DATE), Column("b", required=True), Column("c", Shape.QUARTER, required=True))
    frame = read(columns, pl.DataFrame({"a": ["x", None], "b": [" ", "fine"], "c": ["2025Q1", ""]}), first_line=1)
    assert frame.get_column("wrong").to_list() == ["a:not_a_date|b:missing", "c:missing"]


def test_columns_that_are_not_the_kinds_are_refused_before_anything_else() -> None:
    with pytest.raises(UnknownColumns, match="no column d"):
        read((Column("a"),), pl.DataFrame({"a": ["1"], "d": ["2"]}), first_line=1)
    with pytest.raises(UnknownColumns, match="column a is missing"):
        read((Column("a", required=True),), pl.DataFrame({}), first_line=1)


def test_a_column_that_may_be_blank_may_be_absent() -> None:
    frame = read((Column("a"), Column("b", Shape.DATE)), pl.DataFrame({"a": ["1"]}), first_line=1)
    assert frame.row(0, named=True) == {"line": 1, "a": "1", "b": None, "wrong": None}


def test_typed_columns_are_taken_as_they_are() -> None:
    batch = pl.DataFrame({"a": [date(2025, 1, 1), None], "b": [1, 2]})
    frame = read((Column("a", Shape.DATE), Column("b")), batch, first_line=1)
    assert frame.get_column("a").to_list() == [date(2025, 1, 1), None]
    assert frame.get_column("b").to_list() == ["1", "2"]


@given(st.dates(min_value=date(1900, 1, 1)), st.integers(0, 10**11 - 1))
def test_what_is_written_is_read_again(day: date, cents: int) -> None:
    columns = (Column("day", Shape.DATE), Column("wages", Shape.DOLLARS))
    frame = read(columns, pl.DataFrame({"day": [day.isoformat()], "wages": [f"{cents // 100}.{cents % 100:02}"]}), first_line=1)
    assert frame.row(0, named=True) == {"line": 1, "day": day, "wages": cents, "wrong": None}
