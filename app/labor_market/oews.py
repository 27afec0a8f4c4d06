"""The official OEWS tables (Occupational Employment and Wage Statistics, BLS): read from a folder of the published workbooks.

BLS publishes the tables once a year at bls.gov/oes/tables.htm: `all_data_M_2025.xlsx` with everything, and by kind of area
`state_M2025_dl.xlsx`, `MSA_M2025_dl.xlsx`, `BOS_M2025_dl.xlsx`. All have the columns that their sheet "Field Descriptions" explains.
They are read by GDAL, which `regions/` needs anyway: a sheet at once, about 5 kB a row, so the workbook with everything wants some 2 GB
and the three by kind of area a quarter of that. A `.csv` with the same header is read too.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl
import pyogrio
import pyogrio.raw

from app.core.errors import Invalid, Violation
from app.labor_market.codes import ALL_OCCUPATIONS
from app.labor_market.figures import MEASURES, WAGES, FigureStatus, status_column

COLUMNS = {
    "AREA": "area",
    "AREA_TITLE": "area_title",
    "AREA_TYPE": "area_kind",
    "PRIM_STATE": "primary_state",
    "OCC_CODE": "code",
    "OCC_TITLE": "title",
    "O_GROUP": "group",
    "TOT_EMP": "employment",
    "A_MEDIAN": "median",
    "A_PCT25": "p25",
    "A_PCT75": "p75",
    "HOURLY": "hourly_only",
}
ONE_TOTAL = {"I_GROUP": "cross-industry", "OWN_CODE": "1235"}  # all industries, all owners: the workbook with everything has others
AREA_KINDS = {"1": "national", "2": "state", "3": "territory", "4": "metropolitan", "6": "nonmetropolitan"}
GROUPS = ("total", "major", "minor", "broad", "detailed")
MARKS = {"employment": {"**": FigureStatus.SUPPRESSED}} | {
    wage: {"*": FigureStatus.SUPPRESSED, "#": FigureStatus.TOP_CODED} for wage in WAGES
}
SHOWN = 100  # problems of one file that are told one by one


class NotOews(Invalid):
    """A folder or file that does not have the layout of the OEWS tables; `violations` says where."""

    slug, title = "not-oews", "This is not an OEWS table"


def read(folder: Path, *, primary_state: str | None = None) -> pl.DataFrame:
    """The totals and detailed occupations of every area in a folder of OEWS workbooks or CSV files.

    One row per area and occupation, sorted: `area` (seven digits, as in BLS's time series: 0010580 metropolitan, 3600000 state,
    3600001 nonmetropolitan), `area_title`, `area_kind`, `primary_state`, `code`, `title`, `group` (total or detailed), and for each of
    employment (jobs), median, p25 and p75 (dollars a year) the number or null and its status (`figures.FigureStatus`).
    `primary_state`, such as NY, keeps that state's areas; one that crosses a state line belongs to the state named first.
    Raises `NotOews` with all that is wrong: no file, a missing column, an unknown mark, kind of area or level, two different rows for the
    same thing. Source: Field Descriptions of the OEWS tables, BLS.
    """
    files = sorted(path for path in folder.glob("*") if path.suffix.lower() in (".xlsx", ".csv") and not path.name.startswith("~$"))
    if not files:
        raise NotOews(f"There is no .xlsx or .csv file in {folder.name}.")
    tables = [_typed(path.name, sheet, primary_state) for path in files for sheet in _sheets(path)]
    found = pl.concat(tables).unique(maintain_order=True)  # the same area stands in several of the workbooks
    if found.is_empty():
        raise NotOews(f"No row in {folder.name} is about {primary_state or 'an area'}.")
    twice = found.filter(pl.struct("area", "code").is_duplicated()).select("area", "code").unique().sort("area", "code")
    if not twice.is_empty():
        which = "; ".join(f"{area} {code}" for area, code in twice.head(5).rows())
        raise NotOews(f"The files contradict each other about {twice.height} areas and occupations: {which}.")
    return found.sort("area", "code")


def _sheets(path: Path) -> Iterator[pl.DataFrame]:
    """The sheets of a file that have the tables' header, all cells as text. Raises `NotOews` if there is none."""
    if path.suffix.lower() == ".csv":
        candidates: Iterator[pl.DataFrame] = iter([pl.read_csv(path, infer_schema=False)])
    else:
        layers = pyogrio.list_layers(path)[:, 0]
        text = {"HEADERS": "FORCE", "FIELD_TYPES": "STRING"}  # else 0100001 would be a number, and a column of marks another type
        tables = (pyogrio.raw.read_arrow(path, layer=layer, read_geometry=False, **text)[1] for layer in layers)
        candidates = (pl.DataFrame(pl.from_arrow(table)) for table in tables)
    missing: Sequence[str] = sorted(COLUMNS)
    for candidate in candidates:
        sheet = candidate.rename(str.upper)
        lacking = sorted(COLUMNS.keys() - set(sheet.columns))
        if not lacking:
            yield sheet
            return
        missing = min(missing, lacking, key=len)
    raise NotOews(f"{path.name} has no sheet with the columns of an OEWS table; nearest is one without {', '.join(missing)}.")


def _typed(name: str, sheet: pl.DataFrame, primary_state: str | None) -> pl.DataFrame:
    """The rows that we keep of one sheet, typed; raises `NotOews` naming each cell that cannot be read."""
    wanted = [pl.col(column).str.to_lowercase() == value for column, value in ONE_TOTAL.items() if column in sheet.columns]
    rows = sheet.with_row_index("line", offset=2).filter(pl.lit(value=True), *wanted)
    if primary_state is not None:
        rows = rows.filter(pl.col("PRIM_STATE") == primary_state)
    rows = rows.select("line", *(pl.col(theirs).str.strip_chars().alias(ours) for theirs, ours in COLUMNS.items()))
    rows = rows.with_columns(pl.col("group").str.to_lowercase(), number=pl.col("area").str.replace(r"\.0+$", ""))
    typed = rows.with_columns(
        pl.col("area_kind").replace_strict(AREA_KINDS, default=None).alias("kind"),
        *(expression for measure in MEASURES for expression in _figure(measure)),
    )
    _refuse(name, rows, typed)
    return typed.filter(pl.col("group").is_in(["total", "detailed"])).select(
        _seven_digits().alias("area"),
        "area_title",
        pl.col("kind").alias("area_kind"),
        "primary_state",
        "code",
        pl.when(pl.col("code") == ALL_OCCUPATIONS).then(pl.lit("All Occupations")).otherwise("title").alias("title"),
        "group",
        *(column for measure in MEASURES for column in (measure, status_column(measure))),
    )


def _figure(measure: str) -> tuple[pl.Expr, pl.Expr]:
    """A cell as a number or null, and its status; the status is null if the cell is neither number nor mark.

    Where only hourly wages are published (HOURLY is TRUE), an annual wage that is blank or `*` is not withheld: there is none.
    """
    cell = pl.col(measure).fill_null("")
    plain = cell.str.replace_all(",", "").str.replace(r"\.0+$", "")
    number = pl.when(plain.str.contains(r"^[0-9]{1,12}$")).then(plain).cast(pl.Int64)
    status = pl.when(number.is_not_null()).then(pl.lit(FigureStatus.OK.value)).otherwise(cell.replace_strict(MARKS[measure], default=None))
    if measure in WAGES:
        hourly = (pl.col("hourly_only").str.to_uppercase() == "TRUE").fill_null(value=False)
        status = pl.when(hourly & cell.is_in(["", "*"])).then(pl.lit(FigureStatus.NOT_PUBLISHED.value)).otherwise(status)
    return number.alias(measure), status.alias(status_column(measure))


def _seven_digits() -> pl.Expr:
    """Area codes of one shape: a state's number in front of five zeros, all others filled up with zeros from the left."""
    state_wide = pl.col("area_kind").is_in(["2", "3"])
    nation = pl.col("area_kind") == "1"
    state = pl.col("number").str.zfill(2) + pl.lit("00000")
    return pl.when(nation).then(pl.lit("0000000")).when(state_wide).then(state).otherwise(pl.col("number").str.zfill(7))


def _refuse(name: str, rows: pl.DataFrame, typed: pl.DataFrame) -> None:
    """Raise `NotOews` for every cell that has not the shape that the tables' own description gives it."""
    wrong = {
        "area": ~pl.col("number").str.contains(r"^[0-9]{1,7}$"),
        "area_kind": pl.col("kind").is_null(),
        "code": ~pl.col("code").str.contains(r"^[0-9]{2}-[0-9]{4}$"),
        "group": ~pl.col("group").is_in(GROUPS),
    } | {measure: pl.col(status_column(measure)).is_null() for measure in MEASURES}
    theirs = {ours: column for column, ours in COLUMNS.items()}
    found: list[Violation] = []
    for column, claim in wrong.items():
        for line, cell in rows.filter(typed.select(claim.fill_null(value=True)).to_series()).select("line", column).rows():
            found.append(Violation(line, f"{name}#{theirs[column]}", "unreadable_cell", f"{name}: {cell!r} in {theirs[column]}."))
    if found:
        found.sort(key=lambda violation: violation.line)
        raise NotOews(f"{len(found)} cells of {name} cannot be read as the OEWS tables are described.", violations=found[:SHOWN])
