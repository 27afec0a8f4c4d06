"""A state's part of the OEWS tables and of O*NET, as committed under `regions/<state>/labor_market/`: derived, small, and read strictly.

Eight CSV tables and `sources.toml`, which says of each where it comes from and under which licence:

    areas.csv             area, title, kind
    wages.csv             area, code, employment, median, p25, p75, flags     an area's total and detailed occupations
    occupations.csv       system, code, title, job_zone, description          every code used here, in the three systems of `codes`
    members.csv           code, member                                        the SOC occupations that an OEWS code combines
    reported_titles.csv   code, title                                         of the occupations described
    related.csv           code, related, tier, rank                           of the occupations described, the ten nearest
    skills.csv            element, skill
    skill_ratings.csv     code, element, importance, level                    of the occupations described, importance 3 and more

Employment is in jobs, wages in dollars a year. A blank figure has a flag that says why, `median:top_coded`; one with a number has none.
"""

import json
import tomllib
from collections.abc import Collection
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import polars as pl

from app.core.errors import Invalid, Violation
from app.labor_market.codes import ALL_OCCUPATIONS, CodeSystem
from app.labor_market.figures import MEASURES, WAGES, FigureStatus, status_column
from app.labor_market.onet import ATTRIBUTION, Onet
from app.labor_market.rules import RULES
from app.labor_market.tables import cells, read_table

TEXT, WHOLE, DECIMAL = pl.String, pl.Int64, pl.Float64
TABLES: dict[str, dict[str, type[pl.DataType]]] = {
    "areas": {"area": TEXT, "title": TEXT, "kind": TEXT},
    "wages": {"area": TEXT, "code": TEXT, **dict.fromkeys(MEASURES, WHOLE), "flags": TEXT},
    "occupations": {"system": TEXT, "code": TEXT, "title": TEXT, "job_zone": WHOLE, "description": TEXT},
    "members": {"code": TEXT, "member": TEXT},
    "reported_titles": {"code": TEXT, "title": TEXT},
    "related": {"code": TEXT, "related": TEXT, "tier": TEXT, "rank": WHOLE},
    "skills": {"element": TEXT, "skill": TEXT},
    "skill_ratings": {"code": TEXT, "element": TEXT, "importance": DECIMAL, "level": DECIMAL},
}
BLANKS = {*MEASURES, "flags", "job_zone", "description", "level"}  # columns that may be blank
KEYS = {
    "areas": ["area"],
    "wages": ["area", "code"],
    "occupations": ["system", "code"],
    "members": ["code", "member"],
    "reported_titles": ["code", "title"],
    "related": ["code", "related"],
    "skills": ["element"],
    "skill_ratings": ["code", "element"],
}
NEAREST = ("Primary-Short", "Primary-Long")
IMPORTANT = 3.0  # on O*NET's scale of importance, 1 to 5
SOURCES = "sources.toml"


class NotExtract(Invalid):
    """A folder of labor market tables that cannot be read as they are described; `violations` says what is wrong where."""

    slug, title = "not-labor-market-tables", "These labor market tables cannot be read"


@dataclass(frozen=True)
class Extract:
    """The tables of a state. `wages` has a status beside each measure (`employment_status`, …) in place of the file's flags."""

    areas: pl.DataFrame
    wages: pl.DataFrame
    occupations: pl.DataFrame
    members: pl.DataFrame
    reported_titles: pl.DataFrame
    related: pl.DataFrame
    skills: pl.DataFrame
    skill_ratings: pl.DataFrame
    top_code: int  # dollars a year at and above which a wage is top-coded

    def evidence(self) -> pl.DataFrame:
        """What the rules ask for: one row per area and occupation, with the area's total and the occupation's Job Zone beside its figures.

        Columns: area, area_title, system, code, title, job_zone, employment, p75, p75_at_least, area_employment, area_median.
        """
        of_area = pl.col("code") == ALL_OCCUPATIONS
        totals = self.wages.filter(of_area).select("area", area_employment="employment", area_median="median")
        known = self.occupations.filter(pl.col("system") != CodeSystem.ONET_SOC_2019).select("system", "code", "title", "job_zone")
        bound = pl.when(pl.col("p75_status") == FigureStatus.TOP_CODED).then(self.top_code)
        return (
            self.wages.filter(~of_area)
            .join(known, on="code")
            .join(totals, on="area")
            .join(self.areas.select("area", area_title="title"), on="area")
            .select(
                "area", "area_title", "system", "code", "title", "job_zone", "employment", "p75",
                bound.alias("p75_at_least"), "area_employment", "area_median",
            )
            .sort("area", "code")
        )  # fmt: skip


def derive(oews: pl.DataFrame, onet: Onet, members: pl.DataFrame, *, top_code: int, also: Collection[str] = ()) -> Extract:
    """The tables of one state out of its OEWS rows (`oews.read`), an O*NET release (`onet.read`) and BLS's list of combined codes.

    `members`: code, member, member_title: the SOC 2018 occupations that each OEWS code combines. Titles and Job Zones are kept for
    every code; descriptions, reported titles, related occupations and skills for the SOC occupations that meet a rule in one of the areas,
    and for those in `also` (the targets of career paths). Raises `NotExtract` if an OEWS code is neither SOC 2018 nor among `members`.
    """
    zones = onet.occupations.select("code", "title", "job_zone")
    soc = _soc(zones)
    detailed = oews.filter(pl.col("code") != ALL_OCCUPATIONS).select("code", "title").unique("code", keep="first")
    used = members.join(detailed, on="code", how="semi")
    unknown = detailed.join(soc, on="code", how="anti").join(used, on="code", how="anti")["code"].sort()
    if not unknown.is_empty():
        raise NotExtract(f"These OEWS codes are neither SOC 2018 nor listed as combining SOC codes: {', '.join(unknown)}.")
    combined = detailed.join(soc, on="code", how="anti").join(_lowest_zone(used, soc), on="code", how="left")
    asked = pl.concat([detailed.select("code"), used.select(code="member")])["code"]
    figures = [column for measure in MEASURES for column in (measure, status_column(measure))]
    extract = Extract(
        areas=oews.select("area", title="area_title", kind="area_kind").unique().sort("area"),
        wages=oews.select("area", "code", *figures).sort("area", "code"),
        occupations=pl.concat(
            [
                _in_system(CodeSystem.OEWS_2019, combined),
                _in_system(CodeSystem.ONET_SOC_2019, onet.occupations),
                _in_system(CodeSystem.SOC_2018, soc.filter(pl.col("code").is_in(asked.implode()))),
            ]
        ).sort("system", "code"),
        members=used.select("code", "member").sort("code", "member"),
        reported_titles=onet.reported_titles,
        related=onet.related.filter(pl.col("tier").is_in(NEAREST)),
        skills=onet.skills.select("element", "skill").unique().sort("element"),
        skill_ratings=onet.skills.filter(pl.col("importance") >= IMPORTANT).select("code", "element", "importance", "level"),
        top_code=top_code,
    )
    return _described(extract, also)


def _soc(onet: pl.DataFrame) -> pl.DataFrame:
    """SOC 2018 out of O*NET-SOC 2019: the titles of its `.00` codes; the Job Zone of that, else the lowest of the occupation's parts."""
    base = pl.col("code").str.ends_with(".00")
    return (
        onet.group_by(pl.col("code").str.slice(0, 7).alias("soc"))
        .agg(
            pl.col("title").filter(base).first(),
            pl.coalesce(pl.col("job_zone").filter(base).first(), pl.col("job_zone").min()).alias("job_zone"),
        )
        .rename({"soc": "code"})
        .sort("code")
    )


def _lowest_zone(members: pl.DataFrame, soc: pl.DataFrame) -> pl.DataFrame:
    zones = members.join(soc.select(member="code", job_zone="job_zone"), on="member", how="left")
    return zones.group_by("code").agg(pl.col("job_zone").min())


def _in_system(system: CodeSystem, titles: pl.DataFrame) -> pl.DataFrame:
    described = pl.col("description") if "description" in titles.columns else pl.lit(None, pl.String)
    return titles.select(pl.lit(system.value).alias("system"), "code", "title", "job_zone", described.alias("description"))


def _described(extract: Extract, also: Collection[str]) -> Extract:
    """The extract with the long texts of the occupations alone that meet a rule somewhere, or are asked for."""
    evidence = extract.evidence()
    meeting = evidence.filter(pl.any_horizontal(rule() for rule in RULES.values()))["code"].unique()
    combined = extract.members.filter(pl.col("code").is_in(meeting.implode()))["member"]
    wanted = pl.concat([meeting, combined, pl.Series(list(also), dtype=pl.String)]).unique()
    here = pl.col("code").str.slice(0, 7).is_in(wanted.implode())
    shorter = {name: getattr(extract, name).filter(here) for name in ("reported_titles", "related", "skill_ratings")}
    shorter["occupations"] = extract.occupations.with_columns(pl.when(here).then("description").alias("description"))
    return Extract(**{field.name: getattr(extract, field.name) for field in fields(Extract)} | shorter)


def write(
    extract: Extract, folder: Path, *, oews_source: dict[str, str], onet_source: dict[str, str], members_source: dict[str, str]
) -> None:
    """Write the tables and `sources.toml`. A source has `title`, `publisher`, `license` and what else a reader should know."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, columns in TABLES.items():
        table: pl.DataFrame = getattr(extract, name)
        if name == "wages":
            table = table.with_columns(flags=_flags())
        table.select(list(columns)).sort(KEYS[name]).write_csv(folder / f"{name}.csv", line_terminator="\n")
    of_onet = [f"{name}.csv" for name in TABLES if name not in ("areas", "wages", "members")]
    sections: dict[str, dict[str, Any]] = {
        "oews": oews_source | {"files": ["areas.csv", "wages.csv"], "top_code": extract.top_code},
        "members": members_source | {"files": ["members.csv"]},
        "onet": onet_source | {"attribution": ATTRIBUTION, "files": of_onet},
    }
    lines = ["# Where these tables come from. They are derived: rows and columns were chosen, codes and names kept as published."]
    for section, values in sections.items():
        # A JSON string, number or list of strings is a TOML one too.
        lines += ["", f"[{section}]", *(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items())]
    (folder / SOURCES).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _flags() -> pl.Expr:
    shown = [pl.when(pl.col(status_column(m)) != FigureStatus.OK).then(pl.lit(f"{m}:") + pl.col(status_column(m))) for m in MEASURES]
    return pl.concat_str(shown, separator=";", ignore_nulls=True).replace("", None)


def read(folder: Path) -> Extract:
    """The tables of a folder. Raises `NotExtract` with every mistake: file, line and column."""
    read = {name: read_table(folder / f"{name}.csv", columns, key=KEYS[name], blanks=BLANKS) for name, columns in TABLES.items()}
    tables = {name: table for name, (table, _) in read.items()}
    wrong = [violation for _, violations in read.values() for violation in violations]
    if wrong:
        raise NotExtract(f"The tables in {folder.name} have {len(wrong)} mistakes.", violations=wrong)
    wages = _with_statuses(tables["wages"], wrong)
    codes = tables["occupations"].filter(pl.col("system") != CodeSystem.ONET_SOC_2019)["code"]
    onet = tables["occupations"].filter(pl.col("system") == CodeSystem.ONET_SOC_2019)["code"]
    known = {
        ("wages", "area"): tables["areas"]["area"],
        ("wages", "code"): pl.concat([codes, pl.Series([ALL_OCCUPATIONS])]),
        ("members", "code"): codes,
        ("members", "member"): codes,
        ("reported_titles", "code"): onet,
        ("related", "code"): onet,
        ("related", "related"): onet,
        ("skill_ratings", "code"): onet,
        ("skill_ratings", "element"): tables["skills"]["element"],
    }
    for (name, column), values in known.items():
        strange = ~tables[name][column].is_in(values.implode())
        wrong += cells(f"{name}.csv", tables[name], column, strange, "unknown", "is in no other table")
    sources = folder / SOURCES
    top_code = tomllib.loads(sources.read_text(encoding="utf-8"))["oews"].get("top_code") if sources.is_file() else None
    if not isinstance(top_code, int):
        wrong.append(Violation(1, "oews.top_code", "missing", f"{SOURCES} has to say at which wage the figures are top-coded."))
    if wrong or not isinstance(top_code, int):
        raise NotExtract(f"The tables in {folder.name} have {len(wrong)} mistakes.", violations=wrong)
    return Extract(**(tables | {"wages": wages}), top_code=top_code)


def _with_statuses(wages: pl.DataFrame, wrong: list[Violation]) -> pl.DataFrame:
    """Flags become a status beside each measure. A blank without its flag, a flag beside a number and an unknown flag are mistakes."""
    flags = pl.col("flags").fill_null("").str.split(";")
    reasons = [status.value for status in FigureStatus if status is not FigureStatus.OK]
    allowed = {m: reasons if m in WAGES else [FigureStatus.SUPPRESSED.value] for m in MEASURES}
    every = [f"{measure}:{status}" for measure, statuses in allowed.items() for status in statuses]
    said = {m: flags.list.eval(pl.element().filter(pl.element().str.starts_with(f"{m}:"))) for m in MEASURES}
    typed = wages.with_columns(
        said[m].list.first().str.slice(len(m) + 1).fill_null(FigureStatus.OK.value).alias(status_column(m)) for m in MEASURES
    )
    unknown = wages.select(flags.list.eval((pl.element() != "") & ~pl.element().is_in(every)).list.any()).to_series()
    wrong += cells("wages.csv", wages, "flags", unknown, "flag", "is no flag")
    for m in MEASURES:
        disagree = typed.select(pl.col(m).is_null() == (pl.col(status_column(m)) == FigureStatus.OK)).to_series()
        wrong += cells("wages.csv", wages, m, disagree, "flag", "and its flag disagree: exactly a blank needs one")
    return typed.drop("flags")
