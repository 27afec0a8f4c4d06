"""The official OEWS tables, as workbooks and as CSV."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from app.labor_market import oews
from app.labor_market.figures import FigureStatus
from tests.labor_market import official
from tests.labor_market.official import ALBANY, GUAM, LINES, NATION, NEWARK, NORTH, OEWS, STATE, Cell, line


def row(table: pl.DataFrame, area: str, code: str) -> dict[str, Any]:
    return table.row(by_predicate=(pl.col("area") == area) & (pl.col("code") == code), named=True)


@pytest.mark.parametrize("write", [official.workbook, official.csv])
def test_a_table_is_read_whatever_file_it_is_in(tmp_path: Path, write: Any) -> None:
    write(tmp_path / ("MSA_M2025_dl.xlsx" if write is official.workbook else "MSA_M2025_dl.csv"), LINES)
    table = oews.read(tmp_path)
    assert table.height == 11, "the major group is left out"
    assert table["area"].unique().sort().to_list() == ["0010580", "3600000", "3600001"]
    assert row(table, "0010580", "00-0000") == {
        "area": "0010580",
        "area_title": "Albany-Schenectady-Troy, NY",
        "area_kind": "metropolitan",
        "primary_state": "NY",
        "code": "00-0000",
        "title": "All Occupations",
        "group": "total",
        "employment": 449_410,
        "employment_status": "ok",
        "median": 58_460,
        "median_status": "ok",
        "p25": 40_350,
        "p25_status": "ok",
        "p75": 84_140,
        "p75_status": "ok",
    }


def test_what_is_no_number_says_why(tmp_path: Path) -> None:
    official.workbook(tmp_path / "all.xlsx", LINES)
    table = oews.read(tmp_path)
    measures = ("employment", "p25", "median", "p75")
    said = {
        code: [(row(table, "0010580", code)[m], row(table, "0010580", code)[f"{m}_status"]) for m in measures]
        for code in ("29-1215", "27-2042", "35-3023")
    }
    top, none, withheld = FigureStatus.TOP_CODED, FigureStatus.NOT_PUBLISHED, FigureStatus.SUPPRESSED
    assert said == {
        "29-1215": [(410, "ok"), (187_200, "ok"), (None, top), (None, top)],
        "27-2042": [(130, "ok"), (None, none), (None, none), (None, none)],
        "35-3023": [(None, withheld)] * 4,
    }


def test_the_kinds_of_areas_get_codes_of_seven_digits(tmp_path: Path) -> None:
    areas = (NATION, STATE, GUAM, NEWARK, NORTH)
    official.workbook(tmp_path / "all.xlsx", [line(area, "00-0000", "All Occupations", 10, 1, 2, 3) for area in areas])
    table = oews.read(tmp_path).sort("area_kind")
    assert table.select("area_kind", "area").rows() == [
        ("metropolitan", "0034000"),
        ("national", "0000000"),
        ("nonmetropolitan", "3600001"),
        ("state", "3600000"),
        ("territory", "6600000"),
    ]


def test_a_state_keeps_the_areas_that_are_first_of_all_its_own(tmp_path: Path) -> None:
    official.workbook(tmp_path / "all.xlsx", [line(area, "00-0000", "All Occupations", 10, 1, 2, 3) for area in (NATION, NEWARK, ALBANY)])
    assert oews.read(tmp_path, primary_state="NY")["area"].to_list() == ["0010580"]
    with pytest.raises(oews.NotOews, match="about CT"):
        oews.read(tmp_path, primary_state="CT")


def test_single_industries_and_owners_are_left_out(tmp_path: Path) -> None:
    whole = line(ALBANY, "29-2052", "Pharmacy Technicians", 1_130, 1, 2, 3)
    other = (
        line(ALBANY, "29-2052", "Pharmacy Technicians", 900, 1, 2, 3, I_GROUP="sector", NAICS="44-45"),
        line(ALBANY, "29-2052", "Pharmacy Technicians", 200, 1, 2, 3, OWN_CODE="5"),
    )
    official.workbook(tmp_path / "all_data_M_2025.xlsx", [whole, *other])
    assert oews.read(tmp_path)["employment"].to_list() == [1_130]


def test_the_same_area_may_stand_in_several_files_if_they_agree(tmp_path: Path) -> None:
    official.workbook(tmp_path / "all.xlsx", LINES)
    official.csv(tmp_path / "msa.csv", [cells for cells in LINES if cells["AREA"] == "10580"])
    assert oews.read(tmp_path).height == 11
    official.csv(tmp_path / "msa.csv", [line(ALBANY, "29-2052", "Pharmacy Technicians", 1_140, 37_270, 42_550, 48_100)])
    with pytest.raises(oews.NotOews, match=r"contradict each other about 1 .* 0010580 29-2052"):
        oews.read(tmp_path)


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("TOT_EMP", "many"),
        ("TOT_EMP", "-10"),
        ("TOT_EMP", "#"),
        ("TOT_EMP", ""),
        ("A_MEDIAN", ""),  # blank, and not paid by the hour alone
        ("A_MEDIAN", "**"),
        ("A_PCT75", "12.5"),
        ("AREA", "ALBANY"),
        ("AREA_TYPE", "5"),
        ("OCC_CODE", "292052"),
        ("O_GROUP", "tiny"),
    ],
)
def test_a_cell_that_is_not_as_bls_describes_it_is_named(tmp_path: Path, column: str, cell: Cell) -> None:
    official.workbook(tmp_path / "all.xlsx", [LINES[2], {**LINES[4], column: cell}])
    with pytest.raises(oews.NotOews) as refused:
        oews.read(tmp_path)
    assert (3, f"all.xlsx#{column}") in [(violation.line, violation.pointer) for violation in refused.value.violations]


def test_every_bad_cell_is_named_at_once(tmp_path: Path) -> None:
    official.csv(tmp_path / "all.csv", [{**LINES[4], "TOT_EMP": "x", "A_PCT25": "y"}, {**LINES[5], "A_MEDIAN": "z"}])
    with pytest.raises(oews.NotOews) as refused:
        oews.read(tmp_path)
    assert sorted((v.line, v.pointer) for v in refused.value.violations) == [
        (2, "all.csv#A_PCT25"),
        (2, "all.csv#TOT_EMP"),
        (3, "all.csv#A_MEDIAN"),
    ]


def test_a_folder_without_tables_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(oews.NotOews, match=r"no \.xlsx or \.csv"):
        oews.read(tmp_path)
    official.workbook(tmp_path / "all.xlsx", LINES, columns=[column for column in OEWS if column not in ("A_PCT75", "HOURLY")])
    with pytest.raises(oews.NotOews, match="without A_PCT75, HOURLY"):
        oews.read(tmp_path)


def test_headers_may_be_in_small_letters_and_open_documents_are_not_read(tmp_path: Path) -> None:
    official.csv(tmp_path / "all.csv", LINES)
    text = (tmp_path / "all.csv").read_text()
    header, rest = text.split("\n", 1)
    (tmp_path / "all.csv").write_text(header.lower() + "\n" + rest)
    (tmp_path / "~$all.xlsx").write_text("what a spreadsheet program leaves beside an open workbook")
    assert oews.read(tmp_path).height == 11
