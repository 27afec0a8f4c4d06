"""What work people had in the quarters after an anchor: status, match, earnings, occupation and industry. Pure.

An employment record is a person, a quarter, an employer and a source. All else is derived. Within a quarter status and earnings come
from the same kind of source: from wage records if there are any, and from supplemental information only if there are none
(RSA-TAC-17-04, page 6). Earnings are the total of the quarter's; the match is the source in which they are greatest (PIRL 1603).
"""

from collections.abc import Mapping

import polars as pl

from app.core.periods import numbers
from app.employment.models import SOURCES
from app.outcomes.frame import EMPLOYED, INDUSTRY, MATCH, OCCUPATION, QUARTERS, WAGES

SUPPLEMENTAL = SOURCES.index("supplemental")
_UI, _FEDERAL, _MILITARY = ([SOURCES.index(s) for s in group] for group in (("ui", "swis"), ("federal",), ("military",)))
_KEY = ["person", "quarter"]


def once(work: pl.LazyFrame) -> pl.LazyFrame:
    """The records of people some of whose records were merged: what two records of one person tell alike counts once."""
    return work.group_by(*_KEY, "employer", "source").agg(
        pl.col("wages").max(), pl.col("occupation", "industry").drop_nulls().sort().first(), pl.col("apprenticeship").any()
    )


def by_quarter(work: pl.LazyFrame) -> pl.LazyFrame:
    """One row a person and quarter: `employed`, `match`, `wages`, `occupation`, `industry`."""
    supplemental, apprentice = pl.col("source") == SUPPLEMENTAL, pl.col("apprenticeship")

    def paid(sources: list[int]) -> pl.Expr:
        return pl.col("wages").filter(pl.col("source").is_in(sources)).sum()

    summed = work.group_by(_KEY).agg(
        recorded=(~supplemental).any(),
        ui=paid(_UI),
        federal=paid(_FEDERAL),
        military=paid(_MILITARY),
        told=pl.col("wages").filter(supplemental).sum(),
        untold=(supplemental & pl.col("wages").is_null()).any(),
        apprentice=(apprentice & ~supplemental).any(),
        apprentice_told=(apprentice & supplemental).any(),
    )
    recorded = pl.col("recorded")
    greatest = pl.max_horizontal("ui", "federal", "military")
    source = pl.when(pl.col("ui") == greatest).then(1).when(pl.col("federal") == greatest).then(2).otherwise(3)
    learning = pl.when(recorded).then("apprentice").otherwise("apprentice_told")
    found = summed.with_columns(match=pl.when(recorded).then(source).otherwise(4).cast(pl.Int16)).select(
        *_KEY,
        "match",
        employed=pl.when(learning).then(2).when(pl.col("match") == 3).then(3).otherwise(1).cast(pl.Int16),
        wages=pl.when(recorded).then(pl.col("ui") + pl.col("federal") + pl.col("military")).when(~pl.col("untold")).then("told"),
    )
    for about in ("occupation", "industry"):
        found = found.join(_best_paid(work, about), on=_KEY, how="left")
    return found


def _best_paid(work: pl.LazyFrame, about: str) -> pl.LazyFrame:
    """What is known of the job that paid most in the quarter, among those of which it is known."""
    told = work.drop_nulls(about).sort("wages", about, descending=[True, False], nulls_last=True)
    return told.unique(_KEY, keep="first", maintain_order=True).select(*_KEY, about)


def after(rows: pl.LazyFrame, anchor: str, work: pl.LazyFrame) -> pl.LazyFrame:
    """The rows (`row`, `person`, a date `anchor`) with the elements of work in the four quarters after the anchor's; blank: unknown."""
    at = rows.select("row", "person", quarter=numbers(pl.col(anchor))).drop_nulls("quarter")
    quarters = by_quarter(work)
    found = rows
    for n in QUARTERS:
        named = _named(n)
        then = at.with_columns(pl.col("quarter") + n).join(quarters, on=_KEY).select("row", **{new: old for old, new in named.items()})
        found = found.join(then, on="row", how="left")
    found = found.join(_stayed(at, work), on="row", how="left")
    jobs = [_named(n)["occupation"] for n in QUARTERS]
    stayed = pl.when("stayed").then(1).when(pl.any_horizontal(pl.col(EMPLOYED[2], EMPLOYED[4]).is_not_null())).then(0)
    spare = [job for job in jobs if job not in OCCUPATION.values()]
    return found.with_columns(pl.coalesce(jobs).alias("1610"), stayed.cast(pl.Int16).alias("1618")).drop("stayed", *spare)


def _named(n: int) -> Mapping[str, str]:
    """The elements that say what is known of the nth quarter after."""
    return {
        "employed": EMPLOYED[n],
        "match": MATCH[n],
        "wages": WAGES[n],
        "industry": INDUSTRY[n],
        "occupation": OCCUPATION.get(n, f"occupation {n}"),
    }


def _stayed(at: pl.LazyFrame, work: pl.LazyFrame) -> pl.LazyFrame:
    """The rows with an employer in the second quarter after that is also one in the fourth: PIRL 1618."""
    employers = work.select(*_KEY, "employer")
    second, fourth = (at.with_columns(pl.col("quarter") + n).join(employers, on=_KEY).select("row", "employer") for n in (2, 4))
    return second.join(fourth, on=["row", "employer"], how="semi").select("row", stayed=True).unique("row")
