"""A state's list of in-demand jobs as a file: region × occupation × dates × evidence × source × the named rule that made it.

`in_demand_jobs.csv` has one row per designation and OEWS area that bears it out; a region that touches several areas is listed if any of
them meets the rule, and the row names which. `in_demand_jobs.toml` beside it says what the list is and is not.
"""

from datetime import date
from pathlib import Path

import polars as pl

from app.core.errors import Invalid
from app.labor_market.codes import SHAPES
from app.labor_market.extract import Extract
from app.labor_market.rules import RULE_NAMES, RULES
from app.labor_market.tables import cells, read_table

COLUMNS: dict[str, type[pl.DataType]] = {
    "region_system": pl.String,
    "region": pl.String,
    "system": pl.String,  # of the code
    "code": pl.String,
    "valid_from": pl.Date,
    "valid_until": pl.Date,  # the first day on which it no longer holds; blank: until it is ended
    "rule": pl.String,
    "area": pl.String,  # the OEWS area whose figures these are; blank for a board's decision, like the figures
    "employment": pl.Int64,  # jobs in the area
    "share_percent": pl.Float64,  # of the area's jobs
    "p75": pl.Int64,  # 75th percentile, dollars a year; blank if top-coded
    "p75_to_median": pl.Float64,  # that to the area's median of all occupations
    "job_zone": pl.Int64,
    "source": pl.String,
}
BLANKS = {"valid_until", "area", "employment", "share_percent", "p75", "p75_to_median", "job_zone"}
DESIGNATION = ["region_system", "region", "system", "code", "valid_from"]
KEY = [*DESIGNATION, "area"]
ONE_VALUE = ["valid_until", "rule", "source"]  # of a designation, whatever the area


class NotDesignations(Invalid):
    """A list of in-demand jobs that cannot be read; `violations` says what is wrong where."""

    slug, title = "not-in-demand-jobs", "This list of in-demand jobs cannot be read"


def touching(region_of: pl.DataFrame, area_of: pl.DataFrame) -> pl.DataFrame:
    """Which OEWS areas each region touches: `region_of` (county, region) and `area_of` (county, area) give (region, area).

    Counties without an area are left out: nothing is guessed for them.
    """
    return region_of.join(area_of, on="county").select("region", "area").drop_nulls().unique().sort("region", "area")


def designate(extract: Extract, touches: pl.DataFrame, *, rule: str, region_system: str, valid_from: date, source: str) -> pl.DataFrame:
    """The designations that `rule` makes for regions, from the figures of the OEWS areas that each touches (region, area).

    Columns: `COLUMNS`, sorted. Raises `KeyError` for a rule that is not in `rules.RULES`.
    """
    meeting = extract.evidence().filter(RULES[rule]())
    constants = {"region_system": region_system, "valid_from": valid_from, "rule": rule, "source": source}
    return (
        touches.join(meeting, on="area")
        .with_columns(
            *(pl.lit(value).alias(name) for name, value in constants.items()),
            valid_until=pl.lit(None, pl.Date),
            share_percent=(pl.col("employment") * 100 / pl.col("area_employment")).round(3),
            p75_to_median=(pl.col("p75") / pl.col("area_median")).round(3),
        )
        .select(pl.col(name).cast(kind) for name, kind in COLUMNS.items())
        .sort("region", "code", "area")
    )


def write(designations: pl.DataFrame, path: Path) -> None:
    """Write a list as CSV."""
    designations.select(list(COLUMNS)).sort(KEY).write_csv(path, line_terminator="\n")


def read(path: Path) -> pl.DataFrame:
    """The list in a file, typed. Raises `NotDesignations` with every mistake: line and column."""
    typed, wrong = read_table(path, COLUMNS, key=KEY, blanks=BLANKS)
    shaped = [pl.col("code").str.contains(f"^{shape.pattern}$") & (pl.col("system") == system) for system, shape in SHAPES.items()]
    claims = {
        ("rule", "is no rule that we know"): ~pl.col("rule").is_in(RULE_NAMES),
        ("code", "is no code of its system"): ~pl.any_horizontal(shaped),
        ("valid_until", "is not after valid_from"): pl.col("valid_until") <= pl.col("valid_from"),
    } | {(column, "differs within one designation"): pl.col(column).n_unique().over(DESIGNATION) > 1 for column in ONE_VALUE}
    for (column, why), claim in claims.items():
        wrong += cells(path.name, typed, column, typed.select(claim).to_series(), "contradiction", why)
    if wrong:
        raise NotDesignations(f"{path.name} has {len(wrong)} mistakes.", violations=sorted(wrong, key=lambda v: v.line))
    return typed
