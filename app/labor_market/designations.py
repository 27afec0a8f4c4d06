"""Which occupations are in demand where, and from when until when: designations, and a state's list of them as a file.

`in_demand_jobs.csv` has one row per designation and OEWS area that bears it out; a region that touches several areas is listed if any of
them meets the rule, and the row names which. `in_demand_jobs.toml` beside it is a `Source`: it says what the list is and is not.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

import polars as pl

from app.core.errors import Invalid, Violation
from app.labor_market.codes import SHAPES, CodeSystem, is_code
from app.labor_market.extract import Extract
from app.labor_market.rules import DECIDED, RULE_NAMES, RULES
from app.labor_market.sources import Source, described, parsed, source, toml
from app.labor_market.tables import mistakes, read_table

COLUMNS: dict[str, type[pl.DataType]] = {
    "region_system": pl.String,
    "region": pl.String,
    "system": pl.String,  # of the code
    "code": pl.String,
    "valid_from": pl.Date,
    "valid_until": pl.Date,  # the first day on which it no longer holds; blank: until it is ended
    "rule": pl.String,
    "area": pl.String,  # the OEWS area whose figures these are; blank for a board's decision without any, like the figures
    "employment": pl.Int64,  # jobs in the area
    "share_percent": pl.Float64,  # of the area's jobs
    "p75": pl.Int64,  # 75th percentile, dollars a year; blank if top-coded
    "p75_to_median": pl.Float64,  # that to the area's median of all occupations
    "job_zone": pl.Int64,
    "source": pl.String,
}
FIGURES = ["employment", "share_percent", "p75", "p75_to_median", "job_zone"]
BLANKS = {"valid_until", "area", *FIGURES}
JOB = ["region_system", "region", "code"]  # designated once at a time
DESIGNATION = [*JOB, "valid_from"]
KEY = [*DESIGNATION, "area"]
ONE_VALUE = ["system", "valid_until", "rule", "source"]  # of a designation, whatever the area
LIST, ABOUT = "in_demand_jobs.csv", "in_demand_jobs.toml"


class NotDesignations(Invalid):
    """A list of in-demand jobs that cannot be read; `violations` says what is wrong where."""

    slug, title = "not-in-demand-jobs", "This list of in-demand jobs cannot be read"


@dataclass(frozen=True, order=True)
class Evidence:
    """The figures of one OEWS area from which a designation follows; see `COLUMNS`."""

    area: str
    employment: int
    share_percent: float
    p75: int | None = None
    p75_to_median: float | None = None
    job_zone: int | None = None


@dataclass(frozen=True)
class Designation:
    """An occupation in demand in a region, from `valid_from` on and before `valid_until`; None: until it is ended (29 USC 3102(23))."""

    region_system: str
    region: str
    system: str  # of the code
    code: str
    valid_from: date
    rule: str
    source: str
    evidence: tuple[Evidence, ...] = ()  # by area; only a board's decision may have none
    valid_until: date | None = None

    @property
    def job(self) -> tuple[str, str, str]:
        """What can be designated once at a time: region system, region, code."""
        return self.region_system, self.region, self.code

    def holds(self, on: date) -> bool:
        """Whether it is in force on a day."""
        return self.valid_from <= on and (self.valid_until is None or on < self.valid_until)

    def says(self, other: "Designation") -> bool:
        """Whether the other designates the same for the same reasons, whatever the dates."""
        same = self.job == other.job and self.system == other.system
        return same and (self.rule, self.source, self.evidence) == (other.rule, other.source, other.evidence)


def unfit(one: Designation) -> str | None:
    """Why a designation cannot stand by itself, whatever is recorded; None if it can."""
    if one.rule not in RULE_NAMES:
        return f"There is no rule '{one.rule}'. There are: {', '.join(RULE_NAMES)}."
    if one.rule != DECIDED and not one.evidence:
        return f"'{one.rule}' follows from figures: send those of each OEWS area that it follows from as 'evidence'."
    if not any(is_code(system, one.code) for system in CodeSystem if system == one.system):
        return f"'{one.code}' is no code of {one.system}."
    return None


def designate(
    extract: Extract, touches: Iterable[tuple[str, str]], *, rule: str, region_system: str, valid_from: date, source: str
) -> list[Designation]:
    """The designations that `rule` makes for regions, from the figures of the OEWS areas that each touches: pairs (region, area).

    In the order of region and code. Raises `KeyError` for a rule that is not in `rules.RULES`.
    """
    pairs = pl.DataFrame(sorted(set(touches)), schema={"region": pl.String, "area": pl.String}, orient="row")
    found = (
        pairs.join(extract.evidence().filter(RULES[rule]()), on="area")
        .with_columns(
            pl.lit(region_system).alias("region_system"),
            pl.lit(valid_from).alias("valid_from"),
            pl.lit(None, pl.Date).alias("valid_until"),
            pl.lit(rule).alias("rule"),
            pl.lit(source).alias("source"),
            share_percent=(pl.col("employment") * 100 / pl.col("area_employment")).round(3),
            p75_to_median=(pl.col("p75") / pl.col("area_median")).round(3),
        )
        .select(list(COLUMNS))
    )
    return from_frame(found)


def from_frame(rows: pl.DataFrame) -> list[Designation]:
    """Rows with the columns of the file as designations."""
    found = []
    for _, group in groupby(rows.sort(KEY, nulls_last=False).iter_rows(named=True), lambda row: [row[name] for name in DESIGNATION]):
        areas = list(group)
        about = {name: areas[0][name] for name in (*DESIGNATION, *ONE_VALUE)}
        evidence = (Evidence(row["area"], *(row[name] for name in FIGURES)) for row in areas if row["area"] is not None)
        found.append(Designation(**about, evidence=tuple(evidence)))
    return found


def to_frame(designations: Iterable[Designation]) -> pl.DataFrame:
    """Designations as rows with the columns of the file."""
    return pl.DataFrame(list(_rows(designations)), schema=COLUMNS, orient="row")


def _rows(designations: Iterable[Designation]) -> Iterator[dict[str, Any]]:
    for one in designations:
        about = {name: value for name, value in asdict(one).items() if name != "evidence"}
        yield from ({**about, **asdict(area)} for area in one.evidence)
        if not one.evidence:
            yield {**dict.fromkeys(COLUMNS), **about}


def write(designations: Iterable[Designation], about: Source, folder: Path) -> None:
    """Write a state's list and what it is into its folder."""
    to_frame(designations).sort(KEY, nulls_last=False).write_csv(folder / LIST, line_terminator="\n")
    (folder / ABOUT).write_text("\n".join(toml(described(about))) + "\n", encoding="utf-8")


def read(folder: Path) -> tuple[list[Designation], Source]:
    """The list of a state's folder, and what it is. Raises `NotDesignations` with every mistake: file, line and column."""
    about, wrong = _about(folder)
    typed, untyped = read_table(folder / LIST, COLUMNS, key=KEY, blanks=BLANKS)
    wrong += untyped or _contradictions(typed)
    if wrong:
        raise NotDesignations(f"The list of in-demand jobs has {len(wrong)} mistakes.", violations=wrong)
    return from_frame(typed), about


def read_about(folder: Path) -> Source:
    """What the list of a state's folder is. Raises `NotDesignations`."""
    about, wrong = _about(folder)
    if wrong:
        raise NotDesignations(f"{ABOUT} has to say what the list is and what it is not.", violations=wrong)
    return about


def _about(folder: Path) -> tuple[Source, list[Violation]]:
    data, wrong = parsed(folder / ABOUT)
    return (Source("", "", "", ""), wrong) if wrong else source(ABOUT, "", data)


def _contradictions(rows: pl.DataFrame) -> list[Violation]:
    """Rows that cannot be right, by themselves or together."""
    shaped = [pl.col("code").str.contains(f"^{shape.pattern}$") & (pl.col("system") == system) for system, shape in SHAPES.items()]
    borne_out = pl.col("area").is_not_null()
    needed = ("employment", "share_percent")
    claims = {
        ("rule", "is no rule that we know"): ~pl.col("rule").is_in(RULE_NAMES),
        ("code", "is no code of its system"): ~pl.any_horizontal(shaped),
        ("valid_until", "is not after valid_from"): pl.col("valid_until") <= pl.col("valid_from"),
        ("area", "is no area code of seven digits"): ~pl.col("area").str.contains(r"^[0-9]{7}$"),
        ("area", "needs to be given: a rule follows from an area's figures"): ~borne_out & (pl.col("rule") != DECIDED),
        ("area", "stands beside rows of the same designation that have one"): ~borne_out & (pl.len().over(DESIGNATION) > 1),
        ("employment", "may not be negative"): pl.col("employment") < 0,
        ("share_percent", "is no share from 0 to 100"): ~pl.col("share_percent").is_between(0, 100),
        ("p75", "may not be negative"): pl.col("p75") < 0,
        ("p75_to_median", "may not be negative"): pl.col("p75_to_median") < 0,
        ("job_zone", "is no Job Zone from 1 to 5"): ~pl.col("job_zone").is_between(1, 5),
        **{(figure, "is of no area"): pl.col(figure).is_not_null() & ~borne_out for figure in FIGURES},
        **{(figure, "belongs to the area's evidence"): pl.col(figure).is_null() & borne_out for figure in needed},
        **{(column, "differs within one designation"): pl.col(column).n_unique().over(DESIGNATION) > 1 for column in ONE_VALUE},
    }
    wrong = []
    for (column, why), claim in claims.items():
        wrong += mistakes(LIST, rows, column, rows.select(claim).to_series(), "contradiction", why)
    return sorted(wrong + _overlaps(rows), key=lambda violation: violation.line)


def _overlaps(rows: pl.DataFrame) -> list[Violation]:
    each = rows.unique(DESIGNATION, keep="first", maintain_order=True).sort(DESIGNATION)
    before = pl.col("valid_until").shift().over(JOB)
    follows = pl.col("valid_from").shift().over(JOB).is_not_null()
    overlapping = each.select(follows & (before.is_null() | (before > pl.col("valid_from")))).to_series()
    return mistakes(LIST, each, "valid_from", overlapping, "overlap", f"begins before the designation of the same {', '.join(JOB)} ends")


def in_order(designations: Iterable[Designation]) -> Sequence[Designation]:
    """By region, code and first day, as in the file."""
    return sorted(designations, key=lambda one: (*one.job, one.valid_from))
