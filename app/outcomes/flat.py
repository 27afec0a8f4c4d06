"""Anybody's file as a frame: a flat CSV whose header is element numbers of the federal record (PIRL, ETA-9170), a row a period.

It is read in a stream. If all its cells are written as most files write them, numbers are read as numbers; otherwise every column is read
as text first, and what is not what its element holds is told with its line, all at once. Columns that no indicator asks for are not
read; those that are not there are blank. Cells that are missing at the end of a line are blank, too.
"""

import csv
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import file_digest
from pathlib import Path

import polars as pl

from app.core.errors import Invalid, Violation
from app.outcomes.frame import BOARDS, CREDENTIALS, EMPLOYED, GAINS, PERIODS, PLACED, POLARS, Kind

PERSONAL = frozenset({"100", "200"})
"""What is wrong with these is said without what stands there."""

NUMBER = re.compile(r"\d{3}.?\d{2}.?\d{4}")
"""What could be a social security number, in a column where it does not belong: not repeated either."""

_PERSON = "100 101 102 201 210 211 212 213 214 215 408 409"
_PROGRAMS = "903 904 905 909 911 918 919 923 932"
_EDUCATION = "1303 1310 1315 1332 1401 1406 1407 1811 1813"

ELEMENTS: Mapping[str, Kind] = {
    **dict.fromkeys(("200", "900", "901"), Kind.DATE),
    **{element: PERIODS[element] for element in (*_PERSON.split(), *BOARDS, *_PROGRAMS.split(), *_EDUCATION.split(), *GAINS)},
    **{element: PERIODS[element] for pair in CREDENTIALS for element in pair},
    **{element: PERIODS[element] for element in (*EMPLOYED.values(), "1603", "1618", "1704", *PLACED.values())},
}
"""The elements that indicators and groups are made of. 900 is `entry` in the frame."""

NUMBERS: Mapping[Kind, pl.DataType] = {Kind.DATE: pl.Int32(), Kind.MONEY: pl.Float64(), Kind.CODE: pl.Int16()}
"""What cells are written as that are no text; dates without dashes."""

LARGEST = 99  # code
WIDTH = {"102": 3, **dict.fromkeys(BOARDS, 5)}  # characters
FIRST_DAY, LAST_DAY = 19000101, 21991231
DAYS = 1 << 20  # as many as there are in 2,870 years, around 1970
LINE = "line"
SHOWN = 200
"""So many lines with mistakes are told one by one."""

LONGEST = 30  # characters of a cell that a mistake repeats
SAMPLE = 1000
"""The lines that say how a column of dates is written."""

MEANT = {
    Kind.DATE: "no day, written 20250630 or 2025-06-30",
    Kind.CODE: "no code of one or two digits",
    Kind.MONEY: "no amount in dollars with at most two decimals, as 8200.00",
}


class Unfit(Invalid):
    """A file is no flat file of the federal record, or cells of it hold what their element cannot."""

    slug, title = "unfit-file", "This file cannot be computed from"


@dataclass(frozen=True)
class Flat:
    """A file's rows in the columns of the frame, with `line`, and birth dates (200) for the age at entry.

    unread: columns of the file that nothing asks for; absent: elements that are asked for and not there.
    """

    rows: pl.DataFrame
    digest: str  # SHA-256 of the file
    unread: tuple[str, ...]
    absent: tuple[str, ...]


def read(path: Path) -> Flat:
    """Read a file. Raises `Unfit` with every mistake."""
    header = _header(path)
    names = [name if name in ELEMENTS else f"unread {n}" for n, name in enumerate(header)]
    there = [name for name in names if name in ELEMENTS]
    if not there:
        raise Unfit("No column of the file is an element that is known. Its first line is a header of element numbers, as 100,900,901.")
    with ThreadPoolExecutor(1) as beside:
        digest = beside.submit(_digest, path)
        try:
            rows = _rows(path, names)
        except pl.exceptions.PolarsError as error:
            raise Unfit(_unreadable(path, len(header))) from error
    blank = [pl.lit(None, POLARS[kind]).alias(name) for name, kind in ELEMENTS.items() if name not in there]
    return Flat(
        rows.with_columns(*blank).rename({"900": "entry"}),
        digest.result(),
        tuple(name for name in header if name not in ELEMENTS),
        tuple(name for name in ELEMENTS if name not in there),
    )


def _scanned(path: Path, names: Sequence[str], types: Mapping[str, pl.DataType]) -> pl.LazyFrame:
    """The lines, each with its number; the header is line 1. What `types` does not name is text."""
    return pl.scan_csv(
        path,
        has_header=False,
        skip_rows=1,
        schema={name: types.get(name, pl.String()) for name in names},
        missing_columns="insert",
        row_index_name=LINE,
        row_index_offset=2,
    )


def _rows(path: Path, names: Sequence[str]) -> pl.DataFrame:
    """The lines as what their elements hold: all at once if every cell is written as most files write them, else with care."""
    there = [name for name in names if name in ELEMENTS]
    sample = _scanned(path, names, {}).select(there).head(SAMPLE).collect()
    dashed = {name for name in there if ELEMENTS[name] is Kind.DATE and sample[name].str.contains("-", literal=True).any()}
    try:
        rows = _plainly(path, names, there, dashed)
    except pl.exceptions.PolarsError:  # a cell that is written in another way, or is wrong
        rows = None
    if rows is None:
        rows = _with_care(_scanned(path, names, {}), there, dashed)
    if all(rows[name].null_count() for name in there):
        rows = rows.filter(pl.any_horizontal(pl.col(there).is_not_null()))  # an empty line is no record
    return rows


def _plainly(path: Path, names: Sequence[str], there: Sequence[str], dashed: Collection[str]) -> pl.DataFrame | None:
    """The lines, numbers read as numbers; None if one is not what its element holds. Raises where a cell is no number, or no day."""
    types = {name: NUMBERS[ELEMENTS[name]] for name in there if ELEMENTS[name] in NUMBERS and name not in dashed}
    read_at_once = (_at_once(name, name in dashed).alias(name) for name in there)
    rows = _scanned(path, names, types).select(LINE, *read_at_once).collect(engine="streaming")
    codes = [name for name in types if ELEMENTS[name] is Kind.CODE]
    if any(number is not None and not 0 <= number <= LARGEST for number in _ends(rows, codes)):
        return None
    meant = [_meant(rows[name]) for name in types if name not in codes]
    lost = any(column.null_count() > rows[column.name].null_count() for column in meant)
    text = [name for name in there if name == "101" or (name in WIDTH and _shortest(rows[name]) < WIDTH[name])]
    return None if lost else rows.with_columns(*meant, *(_padded(name, pl.col(name)) for name in text))


def _shortest(column: pl.Series) -> int:
    """The fewest characters of a column of text; 0 if all is blank."""
    least: int | None = column.to_frame().select(pl.all().str.len_bytes().min()).item()
    return least or 0


def _ends(rows: pl.DataFrame, names: Sequence[str]) -> tuple[int | None, ...]:
    """The least and the largest numbers of some columns."""
    return (*rows.select(pl.col(names).min()).row(0), *rows.select(pl.col(names).max()).row(0)) if names else ()


def _meant(numbers: pl.Series) -> pl.Series:
    """A column of numbers as dates or cents; blank where it is neither."""
    if ELEMENTS[numbers.name] is Kind.DATE:
        return _days().gather(numbers - FIRST_DAY).alias(numbers.name)
    return numbers.to_frame().select(_cents(pl.col(numbers.name))).to_series()


@cache
def _days() -> pl.Series:
    """The day of every number from `FIRST_DAY` on that is one, and at the end none: looking a million up is a tenth of reading them."""
    days = pl.date_range(date(1900, 1, 1), date(2199, 12, 31), eager=True)
    number = days.dt.year() * 10_000 + days.dt.month().cast(pl.Int32) * 100 + days.dt.day() - FIRST_DAY
    return pl.select(pl.repeat(None, LAST_DAY - FIRST_DAY + 2, dtype=pl.Date)).to_series().scatter(number, days)


def _with_care(scanned: pl.LazyFrame, there: Sequence[str], dashed: Collection[str]) -> pl.DataFrame:
    """The lines, every cell first as text: the quick way, and those with a cell that it does not understand once more. Raises `Unfit`."""
    typed = scanned.with_columns(_quickly(name, name in dashed).alias(f"quick {name}") for name in there)
    doubt = pl.any_horizontal(pl.col(name).is_not_null() & pl.col(f"quick {name}").is_null() for name in there)
    rows = typed.select(LINE, *(pl.col(f"quick {name}").alias(name) for name in there), doubt=doubt).collect(engine="streaming")
    doubtful = rows.filter("doubt")[LINE]
    rows = rows.drop("doubt")
    if doubtful.is_empty():
        return rows
    told = scanned.filter(pl.col(LINE).is_in(doubtful.implode())).select(LINE, *(_text(name) for name in there)).collect(engine="streaming")
    understood = told.select(LINE, *(_carefully(name).alias(name) for name in there))
    wrong = pl.any_horizontal(told[name].is_not_null() & understood[name].is_null() for name in there)
    if (mistaken := told.filter(pl.select(wrong).to_series())).height:
        raise _mistakes(mistaken, there)
    return pl.concat([rows.join(understood, on=LINE, how="anti"), understood]).sort(LINE)


def too_close(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of one person that overlap or lie less than 90 days apart, by 100: `line`, and `after`, the line of the one before it.

    They should be one record (edit check PC-03). They are told, never merged.
    """
    known = rows.select(LINE, "100", "entry", "901").filter(pl.col("100").is_not_null() & pl.col("entry").is_not_null())
    # Person and day in one number, which sorts twice as fast as two columns. Of a million persons two may share one by chance; then one
    # of their rows may stand between two of the other's, and these go untold.
    day = (pl.col("entry").to_physical().cast(pl.Int64) + DAYS // 2).clip(0, DAYS - 1).cast(pl.UInt64)
    order = known.select(pl.col("100").hash() // DAYS * DAYS + day).to_series().arg_sort()
    before = pl.all().shift().name.prefix("before ")
    each = known[order].lazy().with_columns(before).filter(pl.col("100") == pl.col("before 100"))
    left = pl.col("before 901")
    near = left.is_null() | (pl.col("entry") < left + pl.duration(days=90))
    return each.filter(near).select(LINE, after="before line").sort(LINE).collect()


def _header(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            header = [name.strip() for name in next(csv.reader(file), [])]
        except (UnicodeDecodeError, csv.Error) as error:
            raise Unfit("This is no CSV file in UTF-8 with a header of element numbers.") from error
    if twice := sorted({name for name in header if name in ELEMENTS and header.count(name) > 1}):
        raise Unfit(f"The header names {', '.join(twice)} more than once.")
    return header


def _text(name: str) -> pl.Expr:
    """What stands in a cell; nothing if it is blank."""
    told = pl.col(name).str.strip_chars()
    return pl.when(told != "").then(told).alias(name)


def _at_once(name: str, dashed: bool) -> pl.Expr:
    """A column as it was read: days that are numbers in reach of `_days`. Raises where a text is no day."""
    told = pl.col(name)
    match ELEMENTS[name]:
        case Kind.DATE if dashed:
            return pl.when(told.str.len_bytes() != 10).then(pl.lit("no day")).otherwise(told).str.to_date("%Y-%m-%d")
        case Kind.DATE:
            return told.clip(FIRST_DAY - 1, LAST_DAY + 1)  # beyond, and thus no day: the last of `_days`, from its end or its beginning
        case Kind.MONEY | Kind.CODE:
            return told
        case _:
            return _text(name)


def _quickly(name: str, dashed: bool) -> pl.Expr:
    """A column as what its element holds, where it is written as usual: dates as the file's first ones are, nothing around codes."""
    match ELEMENTS[name]:
        case Kind.DATE:
            return _day(pl.col(name), dashed)
        case Kind.MONEY:
            return _cents(pl.col(name))
        case Kind.CODE:
            return _code(pl.col(name))
        case _:
            return _padded(name, _text(name))


def _carefully(name: str) -> pl.Expr:
    """A column of cells without blanks around them as what its element holds; blank where it holds something else."""
    told = pl.col(name)
    match ELEMENTS[name]:
        case Kind.DATE:
            return pl.coalesce(_day(told, False), _day(told, True))  # noqa: FBT003 - with and without dashes
        case Kind.MONEY:
            return _cents(told)
        case Kind.CODE:
            return _code(told)
        case _:
            return _padded(name, told)


def _day(told: pl.Expr, dashed: bool) -> pl.Expr:
    written = pl.when(told.str.len_bytes() == (10 if dashed else 8)).then(told)
    return written.str.to_date("%Y-%m-%d" if dashed else "%Y%m%d", strict=False)


def _cents(told: pl.Expr) -> pl.Expr:
    """Dollars as cents: a float holds every amount of the record's length exactly enough to tell its cents."""
    cents = told.cast(pl.Float64, strict=False) * 100
    whole = cents.is_finite() & ((cents - cents.round()).abs() < 1e-3)
    return pl.when(whole).then(cents.round()).cast(pl.Int64, strict=False)


def _code(told: pl.Expr) -> pl.Expr:
    code = told.cast(pl.Int16, strict=False)
    return pl.when(code.is_between(0, LARGEST)).then(code)


def _padded(name: str, told: pl.Expr) -> pl.Expr:
    """Codes of counties and boards with the leading zeros that spreadsheets take away; the state in capitals."""
    if name == "101":
        return told.str.to_uppercase()
    return told.str.zfill(WIDTH[name]) if name in WIDTH else told


def _mistakes(told: pl.DataFrame, there: Sequence[str]) -> Unfit:
    """Every cell that does not hold what its element can, in the order of the lines."""
    first = told.head(SHOWN)
    understood = first.select(_carefully(name).alias(name) for name in there)
    found = [
        Violation(row[LINE], f"line {row[LINE]}, {name}", "cell", f"{_repeated(name, row[name])} is {meant}")
        for row, typed in zip(first.iter_rows(named=True), understood.iter_rows(named=True), strict=True)
        for name in there
        if row[name] is not None and typed[name] is None
        for meant in [MEANT[ELEMENTS[name]]]
    ]
    more = f", of which the first {first.height} are told" if told.height > first.height else ""
    return Unfit(f"{told.height:,} lines have cells that their elements cannot hold{more}. Nothing was computed.", violations=found)


def _repeated(name: str, told: str) -> str:
    return "what is there" if name in PERSONAL or NUMBER.search(told) else repr(told[:LONGEST])


def _unreadable(path: Path, cells: int) -> str:
    """Why a file cannot be read at all; slowly, but it says where."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in (reader := csv.reader(file)):
                if len(row) > cells:
                    return f"Line {reader.line_num} has {len(row)} cells, and the header {cells}."
    except UnicodeDecodeError:
        return "The file has cells that are not UTF-8. Save it as CSV UTF-8."
    except csv.Error as error:
        return f"This is no CSV file: {error}."
    return "This is no CSV file with commas between its cells."


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def unread(flat: Flat) -> Iterator[str]:
    """What is to be said of a file's columns."""
    if flat.unread:
        yield f"Not read, as no indicator asks for it: {', '.join(flat.unread)}."
    if flat.absent:
        yield f"Not in the file, and blank: {', '.join(flat.absent)}."
