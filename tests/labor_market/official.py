"""Files in the layouts in which BLS and O*NET publish their tables, small ones, for tests to read."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import xlsxwriter

OEWS = (
    "AREA", "AREA_TITLE", "AREA_TYPE", "PRIM_STATE", "NAICS", "NAICS_TITLE", "I_GROUP", "OWN_CODE", "OCC_CODE", "OCC_TITLE", "O_GROUP",
    "TOT_EMP", "EMP_PRSE", "JOBS_1000", "LOC_QUOTIENT", "PCT_TOTAL", "PCT_RPT", "H_MEAN", "A_MEAN", "MEAN_PRSE", "H_PCT10", "H_PCT25",
    "H_MEDIAN", "H_PCT75", "H_PCT90", "A_PCT10", "A_PCT25", "A_MEDIAN", "A_PCT75", "A_PCT90", "ANNUAL", "HOURLY",
)  # fmt: skip
Cell = str | int | float
Line = Mapping[str, Cell]

ALBANY = {"AREA": "10580", "AREA_TITLE": "Albany-Schenectady-Troy, NY", "AREA_TYPE": "4", "PRIM_STATE": "NY"}
NORTH = {"AREA": "3600001", "AREA_TITLE": "Capital/Northern New York nonmetropolitan area", "AREA_TYPE": "6", "PRIM_STATE": "NY"}
STATE = {"AREA": "36", "AREA_TITLE": "New York", "AREA_TYPE": "2", "PRIM_STATE": "NY"}
NATION = {"AREA": "99", "AREA_TITLE": "U.S.", "AREA_TYPE": "1", "PRIM_STATE": "US"}
NEWARK = {"AREA": "34000", "AREA_TITLE": "Newark, NJ", "AREA_TYPE": "4", "PRIM_STATE": "NJ"}
GUAM = {"AREA": "66", "AREA_TITLE": "Guam", "AREA_TYPE": "3", "PRIM_STATE": "GU"}


def line(area: Line, code: str, title: str, jobs: Cell, p25: Cell, median: Cell, p75: Cell, **other: Cell) -> Line:
    """A line of the OEWS tables: figures as the cells have them, `group` by the code unless it is said."""
    group = "total" if code == "00-0000" else "major" if code.endswith("-0000") else "detailed"
    about: Line = {"NAICS": "000000", "I_GROUP": "cross-industry", "OWN_CODE": "1235", "O_GROUP": group}
    figures: Line = {"TOT_EMP": jobs, "A_PCT25": p25, "A_MEDIAN": median, "A_PCT75": p75}
    return {**about, **area, "OCC_CODE": code, "OCC_TITLE": title, **figures, **other}


LINES = (
    line(STATE, "00-0000", "All Occupations", 9_688_000, 43_000, 60_520, 99_000),
    line(STATE, "29-2052", "Pharmacy Technicians", 24_400, 37_000, 43_930, 49_000),
    line(ALBANY, "00-0000", "All Occupations", "449,410", 40_350, 58_460, 84_140),
    line(ALBANY, "29-0000", "Healthcare Practitioners and Technical Occupations", 29_520, 60_000, 80_000, 110_000),
    line(ALBANY, "29-2052", "Pharmacy Technicians", 1_130, 37_270, 42_550, 48_100),
    line(ALBANY, "29-1141", "Registered Nurses", 9_890, 80_010, 91_990, 101_250),
    line(ALBANY, "29-1215", "Family Medicine Physicians", 410, 187_200, "#", "#"),
    line(ALBANY, "27-2042", "Musicians and Singers", 130, "*", "*", "*", HOURLY="TRUE"),
    line(ALBANY, "13-1020", "Buyers and Purchasing Agents", 1_830, 61_340, 76_320, 96_620),
    line(ALBANY, "35-3023", "Fast Food and Counter Workers", "**", "*", "*", "*"),
    line(NORTH, "00-0000", "All Occupations", 139_340, 36_650, 47_210, 66_260),
    line(NORTH, "29-2052", "Pharmacy Technicians", 440, 35_580, 38_100, 46_340),
)


def workbook(path: Path, lines: Sequence[Line], *, columns: Sequence[str] = OEWS, sheet: str = "All May 2025 data") -> Path:
    """A workbook as BLS makes it: the tables on one sheet, numbers as numbers, and on another what the fields mean."""
    with xlsxwriter.Workbook(path) as book:
        table = book.add_worksheet(sheet)
        table.write_row(0, 0, columns)
        for row, cells in enumerate(lines, 1):
            for place, column in enumerate(columns):
                if column in cells:
                    table.write(row, place, cells[column])
        book.add_worksheet("Field Descriptions").write_row(0, 0, ("Field", "Field Description"))
    return path


def csv(path: Path, lines: Sequence[Line], *, columns: Sequence[str] = OEWS) -> Path:
    """The same as CSV."""
    rows = [columns, *([cells.get(column, "") for column in columns] for cells in lines)]
    path.write_text("".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in rows), encoding="utf-8")
    return path


ONET = {
    "Occupation Data.txt": (
        ("O*NET-SOC Code", "Title", "Description"),
        ("13-1021.00", "Buyers and Purchasing Agents, Farm Products", "Purchase farm products."),
        ("13-1022.00", "Wholesale and Retail Buyers, Except Farm Products", "Buy merchandise."),
        ("27-2042.00", "Musicians and Singers", 'Play "instruments" or sing.'),
        ("29-1141.00", "Registered Nurses", "Assess patient health problems and needs."),
        ("29-1141.01", "Acute Care Nurses", "Provide advanced nursing care."),
        ("29-1215.00", "Family Medicine Physicians", "Diagnose, treat, and provide preventive care."),
        ("29-2052.00", "Pharmacy Technicians", "Prepare medications."),
        ("35-3023.01", "Baristas", "Prepare or serve specialty coffee."),
    ),
    "Job Zones.txt": (
        ("O*NET-SOC Code", "Job Zone", "Date", "Domain Source"),
        ("13-1021.00", "4", "08/2019", "Analyst"),
        ("13-1022.00", "3", "08/2019", "Analyst"),
        ("29-1141.00", "4", "08/2019", "Analyst"),
        ("29-1141.01", "3", "08/2019", "Analyst"),
        ("29-1215.00", "5", "08/2019", "Analyst"),
        ("29-2052.00", "3", "08/2019", "Analyst"),
        ("35-3023.01", "1", "08/2019", "Analyst"),
    ),
    "Sample of Reported Titles.txt": (
        ("O*NET-SOC Code", "Reported Job Title", "Shown in My Next Move"),
        ("29-2052.00", "Certified Pharmacy Technician (CPhT)", "Y"),
        ("29-2052.00", "Lead Pharmacy Tech", "N"),
        ("29-1141.00", "Staff Nurse", "Y"),
        ("27-2042.00", "Cellist", "Y"),
    ),
    "Related Occupations.txt": (
        ("O*NET-SOC Code", "Related O*NET-SOC Code", "Relatedness Tier", "Index"),
        ("29-2052.00", "29-1141.00", "Primary-Long", "6"),
        ("29-2052.00", "29-1141.01", "Primary-Short", "1"),
        ("29-2052.00", "29-1215.00", "Supplemental", "11"),
        ("27-2042.00", "29-1141.00", "Primary-Short", "1"),
    ),
    "Skills.txt": (
        ("O*NET-SOC Code", "Element ID", "Element Name", "Scale ID", "Data Value", "N", "Recommend Suppress", "Not Relevant"),
        ("29-2052.00", "2.A.1.a", "Reading Comprehension", "IM", "3.25", "8", "N", "n/a"),
        ("29-2052.00", "2.A.1.a", "Reading Comprehension", "LV", "3.12", "8", "N", "N"),
        ("29-2052.00", "2.A.1.b", "Active Listening", "IM", "3.75", "8", "N", "n/a"),
        ("29-2052.00", "2.A.1.b", "Active Listening", "LV", "3.00", "8", "Y", "N"),
        ("29-2052.00", "2.B.3.a", "Operations Analysis", "IM", "1.88", "8", "N", "n/a"),
        ("29-2052.00", "2.B.3.a", "Operations Analysis", "LV", "0.88", "8", "N", "Y"),
        ("29-2052.00", "2.B.3.e", "Programming", "IM", "3.10", "8", "Y", "n/a"),
        ("29-2052.00", "2.B.3.e", "Programming", "LV", "1.00", "8", "N", "N"),
        ("29-1141.00", "2.A.1.a", "Reading Comprehension", "IM", "4.00", "8", "N", "n/a"),
        ("29-1141.00", "2.A.1.a", "Reading Comprehension", "LV", "4.00", "8", "N", "Y"),
    ),
}  # fmt: skip


def onet(folder: Path, **instead: Sequence[Sequence[str]] | None) -> Path:
    """The O*NET text files; `instead` puts other lines in the place of a file, None leaves it out (`Skills=None`)."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in ONET.items():
        wanted = instead.get(name.removesuffix(".txt").replace(" ", "_"), lines)
        if wanted is not None:
            (folder / name).write_text("".join("\t".join(cells) + "\n" for cells in wanted), encoding="utf-8")
    return folder


MEMBERS = "code,member\n13-1020,13-1021\n13-1020,13-1022\n29-1141,29-1141\n"
