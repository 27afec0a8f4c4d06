"""Workbooks, read back as the XML that they are."""

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET

import pyarrow as pa
import pytest

from app.core import workbooks
from app.core.workbooks import Sheet, TooLarge, write_xlsx

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def sheet(columns: dict[str, pa.Array], **how: Any) -> Sheet:
    return Sheet("Table", pa.table(columns).to_reader(max_chunksize=2), **how)


def written(sheets: Sequence[Sheet], **how: Any) -> zipfile.ZipFile:
    target = io.BytesIO()
    write_xlsx(sheets, target, **how)
    return zipfile.ZipFile(target)


def cells(book: zipfile.ZipFile, number: int = 1) -> dict[str, tuple[str, str]]:
    """Place -> (type, value) of a sheet; the types: s text, n number, b truth, f formula."""
    found = {}
    for cell in ET.fromstring(book.read(f"xl/worksheets/sheet{number}.xml")).iter(f"{MAIN}c"):
        value = "".join(part.text or "" for part in cell.iter() if part.tag in (f"{MAIN}v", f"{MAIN}t"))
        kind = {"inlineStr": "s", "b": "b"}.get(cell.get("t", "n"), "n")
        found[cell.get("r", "")] = ("f" if cell.find(f"{MAIN}f") is not None else kind, value)
    return found


def test_every_type_has_its_kind_of_cell() -> None:
    book = written(
        [
            sheet(
                {
                    "code": pa.array(["01001", None]).dictionary_encode(),
                    "n": pa.array([-5, None]),
                    "big": pa.array([2**60, 1]),
                    "money": pa.array([Decimal("1234.50"), None]),
                    "on": pa.array([date(2026, 10, 31), None]),
                    "at": pa.array([datetime(2026, 10, 31, 12, tzinfo=UTC), None], pa.timestamp("us", tz="America/New_York")),
                    "yes": pa.array([True, None]),
                }
            )
        ]
    )
    found = cells(book)
    assert [found[place] for place in ("A2", "B2", "C2", "D2", "E2", "F2", "G2")] == [
        ("s", "01001"),
        ("n", "-5"),
        ("s", str(2**60)),
        ("n", "1234.50"),
        ("n", "46326"),
        ("n", "46326.5"),
        ("b", "1"),
    ]
    assert set(found) - {place for place in found if place.endswith("1")} >= {"C3"}
    assert not {"A3", "B3", "D3", "E3", "F3", "G3"} & set(found)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "https://example.org", "{=1}", " lead", "é\t"])
def test_text_is_never_a_formula_a_link_or_changed(text: str) -> None:
    assert cells(written([sheet({"a": pa.array([text])})]))["A2"] == ("s", text)


def test_titles_formats_notes_and_words_for_missing_numbers() -> None:
    table = sheet(
        {"rate": pa.array([0.5, None, 0.0]), "status": pa.array(["ok", "not_yet_available", "ok"])},
        titles={"rate": "Completion rate"},
        formats={"rate": "0.0%"},
        instead={"rate": "status"},
    )
    book = written([table], notes=[("For", "the state's own staff"), ("Formula", "=1+1")])
    assert cells(book, 1)["B1"] == ("s", "the state's own staff")
    assert cells(book, 1)["B2"] == ("s", "=1+1")
    assert cells(book, 2) == {"A1": ("s", "Completion rate"), "A2": ("n", "0.5"), "A3": ("s", "not_yet_available"), "A4": ("n", "0")}
    assert b"0.0%" in book.read("xl/styles.xml")


def test_several_sheets_with_names_that_excel_takes() -> None:
    one, two = sheet({"a": pa.array([1])}), sheet({"a": pa.array([2])})
    book = written([Sheet("All learners: 1/2", one.batches), Sheet("x" * 40, two.batches)])
    names = [each.get("name") for each in ET.fromstring(book.read("xl/workbook.xml")).iter(f"{MAIN}sheet")]
    assert names == ["All learners  1 2", "x" * 31]


def test_equal_rows_make_equal_bytes() -> None:
    first, second = io.BytesIO(), io.BytesIO()
    for target in (first, second):
        write_xlsx([sheet({"a": pa.array(["x", None, "z"]), "on": pa.array([date(2026, 1, 1)] * 3)})], target, notes=[("a", "b")])
    assert first.getvalue() == second.getvalue()


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_what_is_no_number_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="column a"):
        written([sheet({"a": pa.array([number])})])


def test_more_than_fits_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TooLarge, match="characters"):
        written([sheet({"a": pa.array(["x" * 32_768])})])
    monkeypatch.setattr(workbooks, "LAST_ROW", 4)
    assert "A4" in cells(written([sheet({"a": pa.array([1, 2, 3])})]))
    with pytest.raises(TooLarge, match="CSV or Parquet"):
        written([sheet({"a": pa.array([1, 2, 3, 4])})])


def test_a_type_without_cells_is_refused() -> None:
    with pytest.raises(TypeError, match="column a"):
        written([sheet({"a": pa.array([[1]])})])
