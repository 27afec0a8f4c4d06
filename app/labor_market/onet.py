"""The O*NET database in its text layout: tab-separated files with a header, as in `db_29_2_text.zip` at onetcenter.org/database.html.

Licence: CC BY 4.0; whatever shows these tables shows `ATTRIBUTION`. Layout: O*NET Data Dictionary (text), one page a file.
"""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from app.core.errors import Invalid, Violation
from app.labor_market.codes import SHAPES, CodeSystem

ATTRIBUTION = (
    "This includes information from the O*NET database by the U.S. Department of Labor, Employment and Training Administration "
    "(USDOL/ETA), used under the CC BY 4.0 license. O*NET is a trademark of USDOL/ETA. The tables were reshaped, shortened and renamed."
)

CODE = "O*NET-SOC Code"
FILES = {
    "Occupation Data.txt": (CODE, "Title", "Description"),
    "Job Zones.txt": (CODE, "Job Zone"),
    "Sample of Reported Titles.txt": (CODE, "Reported Job Title", "Shown in My Next Move"),
    "Related Occupations.txt": (CODE, "Related O*NET-SOC Code", "Relatedness Tier", "Index"),
    "Skills.txt": (CODE, "Element ID", "Element Name", "Scale ID", "Data Value", "Recommend Suppress", "Not Relevant"),
}
TIERS = ("Primary-Short", "Primary-Long", "Supplemental")
SCALES = ("IM", "LV")  # importance, level
SHOWN = 100  # problems that are told one by one


def _coded(column: str) -> pl.Expr:
    return pl.col(column).str.contains(f"^{SHAPES[CodeSystem.ONET_SOC_2019].pattern}$")


def _said(column: str) -> pl.Expr:
    return pl.col(column).str.strip_chars() != ""


_READABLE: tuple[tuple[str, str, pl.Expr], ...] = (
    *((name, CODE, _coded(CODE)) for name in FILES),
    ("Occupation Data.txt", "Title", _said("Title")),
    ("Job Zones.txt", "Job Zone", pl.col("Job Zone").is_in(["1", "2", "3", "4", "5"])),
    ("Sample of Reported Titles.txt", "Reported Job Title", _said("Reported Job Title")),
    ("Related Occupations.txt", "Related O*NET-SOC Code", _coded("Related O*NET-SOC Code")),
    ("Related Occupations.txt", "Relatedness Tier", pl.col("Relatedness Tier").is_in(TIERS)),
    ("Related Occupations.txt", "Index", pl.col("Index").str.contains(r"^[1-9][0-9]{0,3}$")),
    ("Skills.txt", "Element ID", _said("Element ID")),
    ("Skills.txt", "Element Name", _said("Element Name")),
    ("Skills.txt", "Scale ID", pl.col("Scale ID").is_in(SCALES)),
    ("Skills.txt", "Data Value", pl.col("Data Value").str.contains(r"^[0-9](\.[0-9]+)?$")),
)


class NotOnet(Invalid):
    """A folder that does not hold the O*NET text files; `violations` says what is wrong where."""

    slug, title = "not-onet", "These are not the O*NET text files"


@dataclass(frozen=True)
class Onet:
    """What we keep of a release. Every `code` is an O*NET-SOC 2019 code."""

    occupations: pl.DataFrame  # code, title, description, job_zone (1 to 5, or null where O*NET gives none)
    reported_titles: pl.DataFrame  # code, title: what people who do the work say that they are
    related: pl.DataFrame  # code, related, tier, rank (1 is nearest); not symmetric
    skills: pl.DataFrame  # code, element, skill, importance (1 to 5), level (0 to 7; null: not relevant or imprecise)


def read(folder: Path) -> Onet:
    """The O*NET files of a folder. Raises `NotOnet` with every missing file, missing column and unreadable cell."""
    tables = _tables(folder)
    wrong = [violation for name, column, claim in _READABLE for violation in _unreadable(name, tables[name], column, claim)]
    if wrong:
        raise NotOnet(f"{len(wrong)} cells of the O*NET files in {folder.name} cannot be read.", violations=wrong[:SHOWN])
    return Onet(
        occupations=_occupations(tables["Occupation Data.txt"], tables["Job Zones.txt"]),
        reported_titles=tables["Sample of Reported Titles.txt"]
        .select(code=CODE, title="Reported Job Title")
        .unique()
        .sort("code", "title"),
        related=tables["Related Occupations.txt"]
        .select(code=CODE, related="Related O*NET-SOC Code", tier="Relatedness Tier", rank=pl.col("Index").cast(pl.Int64))
        .sort("code", "rank"),
        skills=_skills(tables["Skills.txt"]),
    )


def _tables(folder: Path) -> dict[str, pl.DataFrame]:
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise NotOnet(f"{folder.name} lacks {', '.join(missing)}.")
    tables = {name: pl.read_csv(folder / name, separator="\t", quote_char=None, infer_schema=False) for name in FILES}
    lacking = {name: sorted(set(columns) - set(tables[name].columns)) for name, columns in FILES.items()}
    if any(lacking.values()):
        told = "; ".join(f"{name} lacks {', '.join(columns)}" for name, columns in lacking.items() if columns)
        raise NotOnet(f"Columns of the O*NET text layout are missing: {told}.")
    return {name: tables[name].select(FILES[name]) for name in FILES}


def _unreadable(name: str, table: pl.DataFrame, column: str, claim: pl.Expr) -> list[Violation]:
    bad = table.with_row_index("line", offset=2).filter(~claim.fill_null(value=False))
    told = bad.select("line", column).rows()
    return [Violation(line, f"{name}#{column}", "unreadable_cell", f"{name}: {cell!r} in {column}.") for line, cell in told]


def _occupations(titles: pl.DataFrame, zones: pl.DataFrame) -> pl.DataFrame:
    job_zones = zones.select(code=CODE, job_zone=pl.col("Job Zone").cast(pl.Int64))
    return titles.select(code=CODE, title="Title", description="Description").join(job_zones, on="code", how="left").sort("code")


def _skills(ratings: pl.DataFrame) -> pl.DataFrame:
    """Importance and level side by side, of what O*NET recommends to use.

    `Recommend Suppress` = Y marks low precision, `Not Relevant` = Y a level that raters found not applicable, which is not a low
    level: an imprecise importance leaves the skill out, either mark leaves the level null. Source: O*NET Data Dictionary, Skills.
    """
    usable = ratings.filter(pl.col("Recommend Suppress").ne_missing("Y"))
    names: dict[str, str | pl.Expr] = {"code": CODE, "element": "Element ID", "skill": "Element Name"}
    value = pl.col("Data Value").cast(pl.Float64)
    importance = usable.filter(pl.col("Scale ID") == "IM").select(**names, importance=value)
    level = usable.filter(pl.col("Scale ID") == "LV", pl.col("Not Relevant").ne_missing("Y")).select(
        code=CODE, element="Element ID", level=value
    )
    return importance.join(level, on=["code", "element"], how="left").sort("code", "element")
