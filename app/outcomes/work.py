"""What work people had in the quarters after an anchor: status, match, earnings, occupation and industry. Pure.

An employment record is a person, a quarter, an employer and a source. All else is derived. Within a quarter status and earnings come
from the same kind of source: from wage records if there are any, and from supplemental information only if there are none
(RSA-TAC-17-04, page 6). Earnings are the total of the quarter's; the match is the source in which they are greatest (PIRL 1603).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from app.core.periods import numbers
from app.employment.models import SOURCES
from app.outcomes.frame import EMPLOYED, INDUSTRY, MATCH, OCCUPATION, QUARTERS, WAGES

SUPPLEMENTAL = SOURCES.index("supplemental")
_UI, _FEDERAL, _MILITARY = ([SOURCES.index(s) for s in group] for group in (("ui", "swis"), ("federal",), ("military",)))
_KEY = ["person", "quarter"]


@dataclass(frozen=True)
class Work:
    """Everybody's employment records: person, quarter, employer, source, wages, occupation, industry, apprenticeship."""

    records: pl.DataFrame

    def once(self) -> "Work":
        """The records of people some of whose records were merged: what two records of one person tell alike counts once."""
        told = self.records.lazy().group_by(*_KEY, "employer", "source").agg(
            pl.col("wages").max(), pl.col("occupation", "industry").drop_nulls().sort().first(), pl.col("apprenticeship").any()
        )  # fmt: skip
        return Work(told.collect())

    @cached_property
    def quarters(self) -> pl.DataFrame:
        """One row a person and quarter: `employed`, `match`, `wages`, `occupation`, `industry`."""
        # Most quarters have one record: what is asked of several is asked of the others alone.
        several = self.records.select(pl.struct(_KEY).is_duplicated()).to_series()
        return pl.concat([_alone(self.records.filter(~several)), _together(self.records.filter(several))])

    def after(self, rows: pl.DataFrame, anchor: str) -> pl.DataFrame:
        """The elements of work of each `row` in the four quarters after its `anchor`; blank: nothing is known. rows: row, person."""
        at = rows.select("row", "person", quarter=numbers(pl.col(anchor))).drop_nulls("quarter")
        found = rows.select("row")
        for n in QUARTERS:
            names = {new: old for old, new in _named(n).items()}
            then = at.with_columns(pl.col("quarter") + n).join(self.quarters, on=_KEY).select("row", **names)
            found = found.join(then, on="row", how="left")
        jobs = [_named(n)["occupation"] for n in QUARTERS]
        worked = pl.any_horizontal(pl.col(EMPLOYED[2], EMPLOYED[4]).is_not_null())
        stayed = pl.when(pl.col("row").is_in(self._stayed(at).implode())).then(1).when(worked).then(0)
        spare = [job for job in jobs if job not in OCCUPATION.values()]
        return found.with_columns(pl.coalesce(jobs).alias("1610"), stayed.cast(pl.Int16).alias("1618")).drop(spare)

    def _stayed(self, at: pl.DataFrame) -> pl.Series:
        """The rows with an employer in the second quarter after that is also one in the fourth: PIRL 1618."""
        employers = self.records.select(*_KEY, "employer")
        second, fourth = (at.with_columns(pl.col("quarter") + n).join(employers, on=_KEY).select("row", "employer") for n in (2, 4))
        return second.join(fourth, on=["row", "employer"], how="semi")["row"].unique()


def _alone(records: pl.DataFrame) -> pl.DataFrame:
    """Quarters with one record."""
    matches = {source: match for match, group in ((1, _UI), (2, _FEDERAL), (3, _MILITARY), (4, [SUPPLEMENTAL])) for source in group}
    match = pl.col("source").replace_strict(matches, return_dtype=pl.Int16)
    return records.with_columns(match=match).select(
        *_KEY, "match", employed=_status(pl.col("apprenticeship")), wages="wages", occupation="occupation", industry="industry"
    )


def _together(records: pl.DataFrame) -> pl.DataFrame:
    """Quarters with several."""
    supplemental, apprentice = pl.col("source") == SUPPLEMENTAL, pl.col("apprenticeship")

    def paid(sources: list[int]) -> pl.Expr:
        return pl.col("wages").filter(pl.col("source").is_in(sources)).sum()

    summed = records.group_by(_KEY).agg(
        recorded=(~supplemental).any(),
        ui=paid(_UI),
        federal=paid(_FEDERAL),
        military=paid(_MILITARY),
        told=pl.col("wages").filter(supplemental).sum(),
        untold=(supplemental & pl.col("wages").is_null()).any(),
        apprentice=(apprentice & ~supplemental).any(),
        apprentice_told=(apprentice & supplemental).any(),
    )
    recorded, greatest = pl.col("recorded"), pl.max_horizontal("ui", "federal", "military")
    source = pl.when(pl.col("ui") == greatest).then(1).when(pl.col("federal") == greatest).then(2).otherwise(3)
    learning = pl.when(recorded).then("apprentice").otherwise("apprentice_told")
    found = summed.with_columns(match=pl.when(recorded).then(source).otherwise(4).cast(pl.Int16)).select(
        *_KEY,
        "match",
        employed=_status(learning),
        wages=pl.when(recorded).then(pl.col("ui") + pl.col("federal") + pl.col("military")).when(~pl.col("untold")).then("told"),
    )
    for about in ("occupation", "industry"):
        found = found.join(_best_paid(records, about), on=_KEY, how="left")
    return found


def _status(apprentice: pl.Expr) -> pl.Expr:
    """PIRL 1602: 2 a registered apprenticeship, 3 the military, 1 other unsubsidized employment."""
    return pl.when(apprentice).then(2).when(pl.col("match") == 3).then(3).otherwise(1).cast(pl.Int16)


def _best_paid(records: pl.DataFrame, about: str) -> pl.DataFrame:
    """What is known of the job that paid most in the quarter, among those of which it is known."""
    told = records.drop_nulls(about).sort("wages", about, descending=[True, False], nulls_last=True)
    return told.unique(_KEY, keep="first", maintain_order=True).select(*_KEY, about)


def _named(n: int) -> Mapping[str, str]:
    """The elements that say what is known of the nth quarter after."""
    return {
        "employed": EMPLOYED[n],
        "match": MATCH[n],
        "wages": WAGES[n],
        "industry": INDUSTRY[n],
        "occupation": OCCUPATION.get(n, f"occupation {n}"),
    }
