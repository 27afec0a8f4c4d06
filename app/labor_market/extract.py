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
`app.labor_market.derive` makes an extract of what BLS and O*NET publish.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from app.core.errors import Invalid, Violation
from app.labor_market.codes import ALL_OCCUPATIONS, SHAPES, CodeSystem
from app.labor_market.figures import MEASURES, WAGES, FigureStatus, status_column
from app.labor_market.sources import Source, described, parsed, source, toml
from app.labor_market.tables import LINE, mistakes, read_table

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
KINDS = ("national", "state", "territory", "metropolitan", "nonmetropolitan")
NEAREST = ("Primary-Short", "Primary-Long")
SOURCES = "sources.toml"
OF_SOURCE = {
    "oews": ["areas.csv", "wages.csv"],
    "members": ["members.csv"],
    "onet": ["occupations.csv", "reported_titles.csv", "related.csv", "skills.csv", "skill_ratings.csv"],
}
ALSO_SAID: dict[str, dict[str, type]] = {"oews": {"files": list, "top_code": int}, "members": {"files": list}, "onet": {"files": list}}


class NotExtract(Invalid):
    """A folder of labor market tables that cannot be read as they are described; `violations` says what is wrong where."""

    slug, title = "not-labor-market-tables", "These labor market tables cannot be read"


@dataclass(frozen=True, eq=False)
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
    sources: Mapping[str, Source]  # of oews, members and onet

    @property
    def vintage(self) -> str:
        """The month and year of the OEWS figures: `May 2025`."""
        return self.sources["oews"].vintage

    def evidence(self) -> pl.DataFrame:
        """What the rules ask for: one row per area and occupation, with the area's total and the occupation's Job Zone beside its figures.

        Columns: area, area_title, system, code, title, job_zone, employment, p75, p75_at_least, area_employment, area_median.
        """
        of_area = pl.col("code") == ALL_OCCUPATIONS
        totals = self.wages.filter(of_area).select("area", area_employment="employment", area_median="median")
        known = self.occupations.filter(pl.col("system") != CodeSystem.ONET_SOC_2019).select("system", "code", "title", "job_zone")
        bound = pl.when(pl.col("p75_status") == FigureStatus.TOP_CODED).then(pl.lit(self.top_code, WHOLE))
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


def write(extract: Extract, folder: Path) -> None:
    """Write the tables and `sources.toml`. The same extract always makes the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in _as_written(extract).items():
        table.write_csv(folder / f"{name}.csv", line_terminator="\n")
    lines = ["# Where these tables come from. They are derived: rows and columns were chosen, codes and names kept as published."]
    for section, files in OF_SOURCE.items():
        top = {"top_code": extract.top_code} if section == "oews" else {}
        lines += ["", f"[{section}]", *toml({**described(extract.sources[section]), "files": files, **top})]
    (folder / SOURCES).write_text("\n".join(lines) + "\n", encoding="utf-8")


def fingerprints(extract: Extract) -> dict[str, tuple[int, str]]:
    """How many rows each table has, and a fingerprint of them: equal tables have equal ones."""
    texts = {name: table.write_csv().encode() for name, table in _as_written(extract).items()}
    return {name: (getattr(extract, name).height, hashlib.sha256(text).hexdigest()[:16]) for name, text in texts.items()}


def _as_written(extract: Extract) -> dict[str, pl.DataFrame]:
    """The tables with the columns and in the order of their files."""
    tables: dict[str, pl.DataFrame] = {name: getattr(extract, name) for name in TABLES}
    tables["wages"] = tables["wages"].with_columns(flags=_flags())
    return {name: table.select(list(TABLES[name])).sort(KEYS[name]) for name, table in tables.items()}


def _flags() -> pl.Expr:
    shown = [pl.when(pl.col(status_column(m)) != FigureStatus.OK).then(pl.lit(f"{m}:") + pl.col(status_column(m))) for m in MEASURES]
    return pl.concat_str(shown, separator=";", ignore_nulls=True).replace("", None)


def read(folder: Path) -> Extract:
    """The tables of a folder. Raises `NotExtract` with every mistake: file, line and column."""
    read = {name: read_table(folder / f"{name}.csv", columns, key=KEYS[name], blanks=BLANKS) for name, columns in TABLES.items()}
    tables = {name: table for name, (table, _) in read.items()}
    wrong = [violation for _, violations in read.values() for violation in violations]
    top_code, sources, unsaid = read_sources(folder / SOURCES)
    wrong += unsaid
    if not wrong:
        wrong += [*_odd(tables), *_strange(tables), *_incomplete(tables)]
    wages, disagreeing = _with_statuses(tables["wages"])
    wrong += disagreeing
    if wrong:
        raise NotExtract(f"The tables in {folder.name} have {len(wrong)} mistakes.", violations=wrong)
    kept = {name: table.drop(LINE) for name, table in {**tables, "wages": wages}.items()}
    return Extract(**kept, top_code=top_code, sources=sources)


def read_sources(path: Path) -> tuple[int, dict[str, Source], list[Violation]]:
    """From which wage on the figures are top-coded, where the tables come from, and what is wrong with the file that says so."""
    data, wrong = parsed(path)
    sources: dict[str, Source] = {}
    if wrong:
        return 0, sources, wrong
    for section in sorted(data.keys() - OF_SOURCE.keys()):
        wrong.append(Violation(1, f"{SOURCES}#{section}", "unknown_key", f"{SOURCES} has no part called {section}."))
    for section, files in OF_SOURCE.items():
        values: dict[str, Any] = data.get(section, {})
        sources[section], unsaid = source(SOURCES, section, values, also=ALSO_SAID[section])
        wrong += unsaid
        if not unsaid and values["files"] != files:
            told = f"{SOURCES}: {section} is about {', '.join(files)}."
            wrong.append(Violation(1, f"{SOURCES}#{section}.files", "files", told))
    if not wrong and not sources["onet"].attribution:
        wrong.append(Violation(1, f"{SOURCES}#onet.attribution", "missing", f"{SOURCES}: O*NET's license asks for an attribution."))
    return (0, sources, wrong) if wrong else (data["oews"]["top_code"], sources, [])


def _odd(tables: Mapping[str, pl.DataFrame]) -> list[Violation]:
    """Cells that are of the right kind and cannot be right."""
    shaped = [pl.col("code").str.contains(f"^{shape.pattern}$") & (pl.col("system") == system) for system, shape in SHAPES.items()]
    claims = {
        ("areas", "area", "is no area code of seven digits"): ~pl.col("area").str.contains(r"^[0-9]{7}$"),
        ("areas", "kind", "is no kind of area"): ~pl.col("kind").is_in(KINDS),
        ("occupations", "code", "is no code of its system"): ~pl.any_horizontal(shaped),
        ("occupations", "job_zone", "is no Job Zone from 1 to 5"): ~pl.col("job_zone").is_between(1, 5),
        ("related", "tier", "is no tier of nearness that is kept"): ~pl.col("tier").is_in(NEAREST),
        ("related", "rank", "is no rank from 1 on"): pl.col("rank") < 1,
        ("skill_ratings", "importance", "is no importance from 1 to 5"): ~pl.col("importance").is_between(1, 5),
        ("skill_ratings", "level", "is no level from 0 to 7"): ~pl.col("level").is_between(0, 7),
        **{("wages", measure, "may not be negative"): pl.col(measure) < 0 for measure in MEASURES},
    }
    found = []
    for (name, column, why), claim in claims.items():
        found += mistakes(f"{name}.csv", tables[name], column, tables[name].select(claim).to_series(), "value", why)
    return found


def _codes(tables: Mapping[str, pl.DataFrame], *systems: CodeSystem) -> pl.Series:
    return tables["occupations"].filter(pl.col("system").is_in(systems))["code"]


def _strange(tables: Mapping[str, pl.DataFrame]) -> list[Violation]:
    """Cells that refer to something that is not there."""
    soc, oews, onet = (_codes(tables, system) for system in (CodeSystem.SOC_2018, CodeSystem.OEWS_2019, CodeSystem.ONET_SOC_2019))
    known = {
        ("wages", "area"): tables["areas"]["area"],
        ("wages", "code"): pl.concat([soc, oews, pl.Series([ALL_OCCUPATIONS])]),
        ("members", "code"): oews,
        ("members", "member"): soc,
        ("reported_titles", "code"): onet,
        ("related", "code"): onet,
        ("related", "related"): onet,
        ("skill_ratings", "code"): onet,
        ("skill_ratings", "element"): tables["skills"]["element"],
    }
    found = []
    for (name, column), values in known.items():
        strange = ~tables[name][column].is_in(values.implode())
        found += mistakes(f"{name}.csv", tables[name], column, strange, "unknown", "is in no other table")
    return found


def _incomplete(tables: Mapping[str, pl.DataFrame]) -> list[Violation]:
    """Rows without the rows of other tables that they need."""
    areas, occupations = tables["areas"], tables["occupations"]
    totals = tables["wages"].filter(pl.col("code") == ALL_OCCUPATIONS)["area"]
    unsummed = ~areas["area"].is_in(totals.implode())
    combined = occupations["system"] == CodeSystem.OEWS_2019
    alone = combined & ~occupations["code"].is_in(tables["members"]["code"].implode())
    both = combined & occupations["code"].is_in(_codes(tables, CodeSystem.SOC_2018).implode())
    unrated = ~tables["skills"]["element"].is_in(tables["skill_ratings"]["element"].implode())
    return [
        *mistakes("skills.csv", tables["skills"], "element", unrated, "incomplete", "is rated for no occupation"),
        *mistakes("areas.csv", areas, "area", unsummed, "incomplete", f"has no figures of all occupations ({ALL_OCCUPATIONS})"),
        *mistakes("occupations.csv", occupations, "code", alone, "incomplete", "combines no SOC occupations in members.csv"),
        *mistakes("occupations.csv", occupations, "code", both, "twice", "is a SOC code too; an OEWS code of its own is none"),
    ]


def _with_statuses(wages: pl.DataFrame) -> tuple[pl.DataFrame, list[Violation]]:
    """Flags become a status beside each measure. A blank without its flag, a flag beside a number and an unknown flag are mistakes."""
    flags = pl.col("flags").fill_null("").str.split(";")
    reasons = [status.value for status in FigureStatus if status is not FigureStatus.OK]
    allowed = {m: reasons if m in WAGES else [FigureStatus.SUPPRESSED.value] for m in MEASURES}
    every = [f"{measure}:{status}" for measure, statuses in allowed.items() for status in statuses]
    said = {m: flags.list.eval(pl.element().filter(pl.element().str.starts_with(f"{m}:"))) for m in MEASURES}
    typed = wages.with_columns(
        said[m].list.first().str.slice(len(m) + 1).fill_null(FigureStatus.OK.value).alias(status_column(m)) for m in MEASURES
    )
    unknown = wages.select(pl.col("flags").is_not_null() & flags.list.eval(~pl.element().is_in(every)).list.any()).to_series()
    wrong = mistakes("wages.csv", wages, "flags", unknown, "flag", "is no flag")
    twice = wages.select(pl.any_horizontal(said[m].list.len() > 1 for m in MEASURES)).to_series()
    wrong += mistakes("wages.csv", wages, "flags", twice, "flag", "says twice why a figure is blank")
    for m in MEASURES:
        disagree = typed.select(pl.col(m).is_null() == (pl.col(status_column(m)) == FigureStatus.OK)).to_series()
        wrong += mistakes("wages.csv", wages, m, disagree, "flag", "and its flag disagree: exactly a blank needs one")
    return typed.drop("flags"), wrong
