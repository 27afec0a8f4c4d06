"""Files as people send them: each form of a table is read the same; each dirty one has an outcome that its sender can act on."""

import base64
import gzip
import io
import os
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import polars as pl
import pytest
import xlsxwriter

from app.imports import delimited, files, sheets, unpacking
from app.imports.files import Opened, Tabled
from app.imports.heading import matched, ours
from app.imports.kinds import kinds
from app.imports.reading import read
from app.imports.unpacking import NoTable
from app.imports.uploads import Uploads
from app.participants.sealing import KeyRing

RING = KeyRing.parse("tests:" + base64.b64encode(b"a key of thirty-two bytes, tests").decode())
KIND = kinds(RING)["participants"]
NAMES = [
    "reference", "first_name", "last_name", "birth_date", "postal", "county", "registered_on",
]  # fmt: skip
ROWS = [
    ["E-1", "Zoë", "Muñoz", "1980-05-01", "NY", "01001", "2025-02-01"],
    ["E-2", "Ann-Sophie, Dr.", "O'Brien\nSmith", "1990-01-31", "NJ", "", "2025-02-01"],
]
Read = Callable[..., Tabled]


async def kept(folder: Path, content: bytes) -> Opened:
    uploads = Uploads(folder, RING)
    receiving = uploads.receive("us-ny")
    for start in range(0, len(content), 1000):
        receiving.write(content[start : start + 1000])
    received = await receiving.finish()
    return Opened(uploads, "us-ny", received.id, NAMES)


async def frame(folder: Path, content: bytes) -> pl.DataFrame:
    """All rows with our columns."""
    with await kept(folder, content) as table:
        heading = matched(KIND, table.titles, "erie_board")
        return pl.concat(ours(KIND, heading, "erie_board", one) for one in table.frames)


async def refused(folder: Path, content: bytes) -> str:
    with pytest.raises(NoTable) as why:
        await frame(folder, content)
    return why.value.detail


def csv(sign: str = ",", rows: Sequence[Sequence[str]] = ROWS, names: Sequence[str] = NAMES, end: str = "\r\n") -> str:
    def cell(text: str) -> str:
        return '"' + text.replace('"', '""') + '"' if any(one in text for one in f'{sign}"\n') else text

    return end.join(sign.join(map(cell, row)) for row in (names, *rows)) + end


def xlsx(rows: Sequence[Sequence[Any]], names: Sequence[str] = NAMES, **options: Any) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, options) as book:
        sheet, day = book.add_worksheet("People"), book.add_format({"num_format": "yyyy-mm-dd"})
        book.add_worksheet("Notes").write(0, 0, "nothing")
        for number, row in enumerate([names, *rows]):
            for at, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(number, at, datetime(cell.year, cell.month, cell.day, tzinfo=UTC).replace(tzinfo=None), day)
                elif cell != "":
                    sheet.write(number, at, cell)
    return out.getvalue()


def parquet(rows: Sequence[Sequence[Any]]) -> bytes:
    out = io.BytesIO()
    pl.DataFrame(rows, schema=NAMES, orient="row").write_parquet(out)
    return out.getvalue()


def zipped(content: bytes, more: Mapping[str, bytes] = MappingProxyType({})) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("people.csv", content)
        for other, what in more.items():
            packed.writestr(other, what)
    return out.getvalue()


DAYS = [[*row[:3], date.fromisoformat(row[3]), *row[4:6], date.fromisoformat(row[6])] for row in ROWS]
FORMS = {
    "comma": csv().encode(),
    "semicolon": csv(";").encode(),
    "tab": csv("\t").encode(),
    "pipe": csv("|").encode(),
    "the sign is said": b"sep=;\r\n" + csv(";").encode(),
    "with a mark": csv().encode("utf-8-sig"),
    "UTF-16, little end first": csv().encode("utf-16"),
    "UTF-16, big end first": b"\xfe\xff" + csv().encode("utf-16-be"),
    "UTF-16 without a mark": csv().encode("utf-16-le"),
    "Windows-1252": csv().encode("cp1252"),
    "Latin-1": csv().encode("latin-1"),
    "old line ends": csv(end="\r").encode(),
    "two encodings in one": b"".join(
        part.encode(code) for part, code in zip(csv().partition("E-2"), ("cp1252", "utf-8", "utf-8"), strict=True)
    ),
    "gzip": gzip.compress(csv().encode()),
    "two gzips, one after the other": gzip.compress(csv()[:50].encode()) + gzip.compress(csv()[50:].encode()),
    "zip": zipped(csv().encode()),
    "zip of a Macintosh": zipped(csv().encode(), {"__MACOSX/._people.csv": b"x"}),
    "blank lines around": b"\n\n" + csv().encode() + b"\n,,,,,,\n\n",
    "blank cells behind": csv(names=[*NAMES, "", ""], rows=[[*row, "", ""] for row in ROWS]).encode(),
    "titles as people write them": csv(names=[name.replace("_", " ").title() for name in NAMES]).encode(),
    "XLSX": xlsx(ROWS),
    "XLSX with days": xlsx(DAYS),
    "XLSX in one stream": xlsx(DAYS, constant_memory=True),
    "Parquet": parquet(ROWS),
    "Parquet with days": parquet(DAYS),
}


@pytest.mark.parametrize("form", FORMS)
async def test_every_form_reads_the_same(tmp_path: Path, form: str) -> None:
    found = read(KIND.columns, await frame(tmp_path, FORMS[form]), first_line=0)
    assert found.get_column("wrong").null_count() == 2, found.get_column("wrong").to_list()
    days = {NAMES.index("birth_date"), NAMES.index("registered_on")}
    wanted = [tuple(date.fromisoformat(cell) if at in days else cell or None for at, cell in enumerate(row)) for row in ROWS]
    assert found.select(NAMES).rows() == wanted
    assert found.get_column("partner").unique().to_list() == ["erie_board"]
    first = 4 if form == "blank lines around" else 3 if form == "the sign is said" else 2
    assert found.get_column("line").to_list() == [first, first + 1]


BOMB = gzip.compress(csv().encode() + b"E-3,A,B,1980-01-01,NY,,2025-01-01\n" * 40_000)
SHEET = "xl/worksheets/sheet1.xml"


def changed(book: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """A workbook with something else in a part."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as before, zipfile.ZipFile(out, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            after.writestr(name, content.replace(old, new) if name == part else content)
    return out.getvalue()


REFUSED = {
    "empty": (b"", "The file is empty."),
    "blank": (b"\n \n\r\n", "The file is empty."),
    "a picture": (b"\x89PNG\r\n\x1a\n" + os.urandom(500), "These are missing"),
    "no titles": (csv().partition("\n")[2].encode(), "These are missing"),
    "a title twice": (csv(names=["reference", *NAMES[:-1]]).encode(), "names reference twice"),
    "quotation marks": (csv().encode() + b'E-3,"A" B,C,,,,\n', "Line 4 cannot be read: its quotation marks do not match."),
    "never closed": (csv().encode() + b'E-3,"A' + b"B,C\n" * 60_000, "Line 4 cannot be read"),
    "no line ends": (csv().encode() + b"E" * 2_000_000, "A line has more than 1,048,576 characters"),
    "UTF-16 cut off": (csv().encode("utf-16")[:-1], "UTF-16 and damaged or cut off"),
    "gzip cut off": (FORMS["gzip"][:-20], "cut off"),
    "gzip damaged": (FORMS["gzip"][:40] + b"xxxx" + FORMS["gzip"][44:], "damaged"),
    "zip cut off": (FORMS["zip"][:-30], "damaged, or cut off"),
    "two tables in a zip": (zipped(csv().encode(), {"more.csv": b"x"}), "holds 2 files"),
    "a zip in a zip": (zipped(FORMS["zip"]), "Send that by itself"),
    "a workbook in a zip": (zipped(xlsx(ROWS)), "Send that by itself"),
    "a bomb": (BOMB, "unpacks to more than 100 times its size"),
    "a bomb in a zip": (
        zipped(csv().encode() + b"E-3,A,B,1980-01-01,NY,,2025-01-01\n" * 40_000),
        "unpacks to more than 100 times its size",
    ),
    "a bomb in a workbook": (
        changed(xlsx(ROWS), "xl/sharedStrings.xml", b"</sst>", b"<si><t>" + b"x" * 1_200_000 + b"</t></si></sst>"),
        "These are missing",
    ),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "the old kind (.xls)"),
    "a workbook of 1904": (xlsx(ROWS, date_1904=True), "counts days from 1904"),
    "a workbook cut short": (changed(xlsx(ROWS), SHEET, b"</sheetData>", b""), "The workbook is damaged"),
    "a workbook with entities": (
        changed(xlsx(ROWS), SHEET, b"<worksheet ", b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet '),
        "no spreadsheet writes",
    ),
    "Parquet cut off": (FORMS["Parquet"][:-30], "The Parquet file is damaged or cut off."),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_what_is_no_table_is_told_why(tmp_path: Path, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "SMALL", 500_000)
    content, why = REFUSED[what]
    if what == "a bomb in a workbook":  # stored, it is no bomb; packed it is
        content = repacked(content)
        why = "unpacks to more than 100 times its size"
    told = await refused(tmp_path, content)
    assert why in told
    assert not any(word in told for word in ("Zoë", "Muñoz", "1980"))


def repacked(book: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as after:
        for name in before.namelist():
            after.writestr(name, before.read(name))
    return out.getvalue()


async def test_a_zip_with_a_password_is_told_so(tmp_path: Path) -> None:
    content = bytearray(FORMS["zip"])
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + at] |= 1
    assert "has a password" in await refused(tmp_path, bytes(content))


async def test_only_titles_is_a_table_of_no_rows(tmp_path: Path) -> None:
    with await kept(tmp_path, csv(rows=[]).encode()) as table:
        assert list(table.frames) == []


async def test_lines_with_other_numbers_of_cells_are_mistakes_and_the_others_are_not(tmp_path: Path) -> None:
    content = csv(rows=[ROWS[0], ROWS[0][:5], [*ROWS[0], "", "more"], ROWS[1]]).encode()
    wrong = (await frame(tmp_path, content)).select("line", "wrong").rows()
    assert wrong == [(2, None), (3, ":wrong_number_of_cells"), (4, ":wrong_number_of_cells"), (5, None)]


async def test_nul_and_what_is_no_letter_are_kept_for_whoever_reads_the_cells(tmp_path: Path) -> None:
    found = await frame(tmp_path, csv(rows=[["E\0-1", *ROWS[0][1:]]]).encode() + b"E-2,A\x81b,B,,,,\n")
    assert found.get_column("reference").to_list() == ["E\0-1", "E-2"]
    assert found.get_column("first_name").to_list() == ["Zoë", "A\ufffdb"]


async def test_columns_that_mean_nothing_are_left_out_and_named(tmp_path: Path) -> None:
    names = [*NAMES, *(f"extra {number}" for number in range(100))]
    with await kept(tmp_path, csv(names=names, rows=[[*row, *["x"] * 100] for row in ROWS]).encode()) as table:
        heading = matched(KIND, table.titles, "erie_board")
        assert len(heading.ignored) == 100
        assert heading.ignored[0] == "extra 0"
        assert set(ours(KIND, heading, "erie_board", next(table.frames)).columns) == {*NAMES, "line", "wrong", "partner"}


async def test_a_workbook_as_it_was_saved(tmp_path: Path) -> None:
    """Numbers without their noise, formulas by the value that was saved with them, errors, gaps, and a second sheet that is not read."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        for at, name in enumerate(NAMES):
            sheet.write(0, at, name)
        sheet.write_number(2, 0, 17)
        sheet.write_formula(2, 1, "=A1", None, "Ada")
        sheet.write_formula(2, 2, "=1/0", None, "#DIV/0!")
        sheet.write_number(2, 3, 0.1 + 0.2)
        sheet.write_boolean(2, 4, boolean=True)
        sheet.write_rich_string(2, 6, "in ", book.add_format({"bold": True}), "parts")
    [row] = (await frame(tmp_path, out.getvalue())).select("line", *NAMES).rows()
    assert row == (3, "17", "Ada", "#DIV/0!", "0.3", "true", None, "in parts")


async def test_wages_may_stand_in_a_column_a_quarter(tmp_path: Path) -> None:
    wages = kinds(RING)["wage_records"]
    content = b"SSN,Employer,2025 Q1,Wages 2025Q2\n735-01-0001,16-1,100.00,\n735-01-0002,16-1,,200\n735-01-0003,16-1,,\n"
    with await kept(tmp_path, content) as table:
        heading = matched(wages, table.titles, "")
        long = ours(wages, heading, "", next(table.frames))
    assert long.select("line", "ssn", "quarter", "wages").rows() == [
        (2, "735-01-0001", "2025Q1", "100.00"),
        (3, "735-01-0002", "2025Q2", "200"),
    ]
    with pytest.raises(NoTable, match="Have one or the other"):
        matched(wages, ["ssn", "employer", "quarter", "2025Q1"], "")


async def test_rows_beyond_the_most_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST", 1)
    for form in ("comma", "XLSX", "Parquet"):
        assert "more than 1 rows" in await refused(tmp_path, FORMS[form])


def test_columns_have_letters() -> None:
    assert [sheets._column(cell) for cell in ("A1", "Z9", "AA1", "XFD1")] == [0, 25, 26, 16_383]


def test_the_encoding_is_known_by_a_few_bytes() -> None:
    assert delimited.encoding(b"") == ("utf-8", 0)
    assert delimited.encoding(b"reference") == ("utf-8", 0)
    assert delimited.encoding("reference".encode("utf-16-be")) == ("utf-16-be", 0)
