"""The regional table out of a million periods and as many enrollments, beside a bare Polars scan of the same files.

The bare scan is written by hand for these figures alone: numerators, denominators and medians by region, without a reason for anybody
who is left out, without statuses, without a receipt. Aim: twice that.
"""

import argparse
import time
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl

from app.core.periods import Period
from app.outcomes.extract import GROUP, Extract
from app.outcomes.frame import LEARNERS, PERIODS, POLARS, UNRECORDED, Kind, region
from app.outcomes.indicators import Counted
from app.outcomes.measures import Asked
from app.outcomes.queries import tabulated
from app.outcomes.table import Geography, Table
from app.states.policy import Policy

ROWS, ROUNDS = 1_000_000, 5
SYSTEM = "labor_market_region"
REGIONS = [f"region_{n}" for n in range(10)]
ASKED = Asked(Period.parse("quarter@2026-09-30"), date(2026, 10, 31), Policy())
WINDOWS = {
    "served": (date(2026, 7, 1), date(2026, 9, 30)),
    "exited": (date(2026, 4, 1), date(2026, 6, 30)),
    "q2": (date(2025, 7, 1), date(2025, 9, 30)),
    "q4": (date(2025, 1, 1), date(2025, 3, 31)),
}


def run(_args: argparse.Namespace) -> None:
    """Write the two tables, then both ways in turns; the best of each is printed, and they agree."""
    with TemporaryDirectory() as folder:
        made = written(Path(folder))
        geography = Geography("us-ny", "New York", SYSTEM, {code: code for code in REGIONS})
        ways: dict[str, Callable[[], object]] = {
            "bare scan": lambda: bare(Path(folder)),
            "the table": lambda: tabulated(made, ASKED, geography),
        }
        agree(tabulated(made, ASKED, geography), *bare(Path(folder)))
        turns = [{name: timed(way) for name, way in ways.items()} for _ in range(ROUNDS)]
        took = {name: [turn[name] for turn in turns] for name in ways}
        base = min(took["bare scan"])
        print(f"{ROWS:,} periods and {ROWS:,} enrollments, {len(REGIONS)} regions, 9 indicators of 2 populations")
        for name, each in took.items():
            print(f"  {name:12}{min(each):7.3f} s   ratio {min(each) / base:.2f}")


def timed(way: Callable[[], object]) -> float:
    """How many seconds it takes."""
    began = time.perf_counter()
    way()
    return time.perf_counter() - began


def bare(folder: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The figures as one would write them for this report: of periods and of enrollments, a row a region."""
    periods, learners = pl.collect_all([bare_periods(folder), bare_learners(folder)])
    return periods, learners


def between(day: pl.Expr, window: str) -> pl.Expr:
    """Whether a day lies in a window."""
    return day.is_between(*WINDOWS[window])


def worked(element: str) -> pl.Expr:
    """Whether an element says that there was work."""
    return pl.col(element).is_in([1, 2, 3])


def bare_periods(folder: Path) -> pl.LazyFrame:
    """Of WIOA participants."""
    out = pl.when(pl.col("open_until") < ASKED.on).then("last")
    youth = pl.col("905").eq(1) & pl.col("903").ne(1) & pl.col("904").ne(1) & pl.col("918").ne(1) & pl.col("932").ne(1)
    counts = ~(pl.col("923").is_in([1, 2, 3, 4, 7]) | (pl.col("923").eq(5) & youth)).fill_null(value=False)
    q2, q4 = between(pl.col("exit"), "q2") & counts, between(pl.col("exit"), "q4") & counts
    trained = pl.any_horizontal(pl.col(e).is_in([2, 3, 4, 6, 7, 8, 9, 10]) for e in ("1303", "1310", "1315"))
    title_one = pl.any_horizontal(pl.col(e).eq(1) for e in ("903", "904", "905", "932"))
    timely = [
        (kind, pl.col(day).is_between(pl.col("entry"), pl.col("exit") + pl.duration(days=365)))
        for kind, day in (("1800", "1801"), ("1802", "1803"), ("1804", "1805"))
    ]
    some = pl.any_horizontal(pl.col(kind).is_between(2, 7) & in_time for kind, in_time in timely)
    diploma = pl.any_horizontal(pl.col(kind).eq(1) & in_time for kind, in_time in timely)
    attained = some | (diploma & pl.any_horizontal(worked(e) for e in ("1600", "1602", "1604", "1606")))
    first, last = WINDOWS["served"]
    cred = q4 & trained & title_one
    judged = q2 & worked("1602") & pl.col("in_demand").is_not_null()
    return (
        pl.scan_parquet(folder / "periods.parquet")
        .with_columns(exit=out)
        .group_by(region(SYSTEM))
        .agg(
            participants_served=((pl.col("entry") <= last) & (pl.col("exit").is_null() | (pl.col("exit") >= first))).sum(),
            participants_exited=between(pl.col("exit"), "exited").sum(),
            credential_rate=(cred & attained).sum(),
            credential_rate_of=cred.sum(),
            employment_rate_q2=(q2 & worked("1602")).sum(),
            employment_rate_q2_of=q2.sum(),
            employment_rate_q4=(q4 & worked("1606")).sum(),
            employment_rate_q4_of=q4.sum(),
            median_earnings_q2=pl.col("1704").filter(q2 & worked("1602")).median(),
            in_demand_placement=(judged & pl.col("in_demand").eq(1)).sum(),
            in_demand_placement_of=judged.sum(),
        )
    )


def bare_learners(folder: Path) -> pl.LazyFrame:
    """Of all learners, and of participants' enrollments."""
    ended, first, last = pl.col("ended_on"), *WINDOWS["served"]
    counts = ~pl.col("923").is_in([1, 2, 3, 4]).fill_null(value=False)
    open_still = (pl.col("open_until") >= ASKED.on).fill_null(value=False)
    matched = pl.col("matched").eq(1) | open_still
    q2, q4, cred = (between(ended, w) & counts & also for w, also in (("q2", matched), ("q4", matched), ("q4", pl.col("awards").eq(1))))
    due = between(pl.col("planned_end") + pl.duration(days=90), "served")
    done = due & pl.col("completed").eq(1) & (ended <= last)
    attained = pl.any_horizontal(
        pl.col(kind).is_between(2, 7) & pl.col(day).is_between(pl.col("started_on"), ended + pl.duration(days=365))
        for kind, day in (("1800", "1801"), ("1802", "1803"), ("1804", "1805"))
    )
    began, taking_part = between(pl.col("started_on"), "served"), pl.col("participating").eq(1) | open_still
    judged = q2 & worked("1602") & pl.col("in_demand").is_not_null()
    return (
        pl.scan_parquet(folder / "learners.parquet")
        .group_by(region(SYSTEM))
        .agg(
            enrolled=began.sum(),
            enrolled_wioa=(began & taking_part).sum(),
            participants_served=((pl.col("started_on") <= last) & (ended.is_null() | (ended >= first))).sum(),
            participants_exited=between(ended, "exited").sum(),
            completion_rate=done.sum(),
            completion_rate_of=due.sum(),
            completion_rate_wioa=(done & taking_part).sum(),
            completion_rate_wioa_of=(due & taking_part).sum(),
            credential_rate=(cred & attained).sum(),
            credential_rate_of=cred.sum(),
            employment_rate_q2=(q2 & worked("1602")).sum(),
            employment_rate_q2_of=q2.sum(),
            employment_rate_q4=(q4 & worked("1606")).sum(),
            employment_rate_q4_of=q4.sum(),
            median_earnings_q2=pl.col("1704").filter(q2 & worked("1602")).median(),
            in_demand_placement=(judged & pl.col("in_demand").eq(1)).sum(),
            in_demand_placement_of=judged.sum(),
        )
    )


def agree(table: Table, periods: pl.DataFrame, learners: pl.DataFrame) -> None:
    """Both say the same of every region, or nothing is measured."""
    for figure in table:
        if figure.region_system != SYSTEM or figure.region not in REGIONS:
            continue
        i, theirs = figure.indicator, periods if figure.indicator.counted is Counted.PERIODS else learners
        row = theirs.row(by_predicate=pl.col(region(SYSTEM)) == figure.region, named=True)
        name = i.name + ("_wioa" if i.counted is Counted.LEARNERS and i.population == "wioa_participants" else "")
        if i.amount is not None:
            assert figure.count.median == row[name], (figure.region, i.key)
            continue
        assert figure.count.numerator == row[name], (figure.region, i.key)
        assert f"{name}_of" not in row or figure.count.denominator == row[f"{name}_of"], (figure.region, i.key)


def written(folder: Path) -> Extract:
    """The two tables in files as an extract writes them, with values about as frequent as in a state."""
    for counted, columns in ((Counted.PERIODS, PERIODS), (Counted.LEARNERS, LEARNERS)):
        rows(np.random.default_rng(2026), columns).write_parquet(
            folder / f"{counted}.parquet", compression="zstd", compression_level=1, row_group_size=GROUP
        )
    return Extract(folder, "bench", "2026-10-31 12:00:00", dict.fromkeys(Counted, ROWS), frozenset(range(8080, 8108)))


SHARES: dict[str, tuple[list[int | None], list[float]]] = {
    **dict.fromkeys(("903", "904", "905", "918", "932"), ([0, 1], [0.7, 0.3])),
    **dict.fromkeys(("1600", "1602", "1604", "1606"), ([None, 1, 2, 3], [0.3, 0.67, 0.02, 0.01])),
    **dict.fromkeys(("1601", "1603", "1605", "1607"), ([1, 4], [0.95, 0.05])),
    "923": ([None, 1, 2, 3, 4, 5, 6, 7], [0.98, 0.005, 0.003, 0.003, 0.003, 0.003, 0.001, 0.002]),
    "1303": ([None, 1, 5, 6, 9, 2], [0.5, 0.1, 0.02, 0.3, 0.04, 0.04]),
    **dict.fromkeys(("1310", "1315"), ([None, 6, 2], [0.9, 0.05, 0.05])),
    **dict.fromkeys(("1800", "1802", "1804"), ([None, 1, 5, 6, 7], [0.6, 0.05, 0.15, 0.15, 0.05])),
    "in_demand": ([None, 0, 1], [0.7, 0.15, 0.15]),
    **dict.fromkeys(("participating", "matched", "awards"), ([0, 1], [0.3, 0.7])),
    "completed": ([0, 1], [0.4, 0.6]),
}


def rows(chance: np.random.Generator, columns: Mapping[str, Kind]) -> pl.DataFrame:
    """A million rows."""
    first = np.datetime64("2021-07-01") + chance.integers(0, 1900, ROWS).astype("timedelta64[D]")
    last = first + chance.integers(1, 500, ROWS).astype("timedelta64[D]")
    made: dict[str, object] = {}
    for name, kind in columns.items():
        if name in UNRECORDED:
            made[name] = pl.Series([None], dtype=POLARS[kind]).new_from_index(0, ROWS)
            continue
        match kind:
            case Kind.CODE:
                values, shares = SHARES.get(name, ([0, 1, 9], [0.45, 0.45, 0.1]))
                codes = pl.Series(values, dtype=pl.Int16)
                made[name] = codes.gather(chance.choice(len(values), ROWS, p=shares))
            case Kind.DATE:
                made[name] = last + chance.integers(-200, 400, ROWS).astype("timedelta64[D]")
            case Kind.MONEY:
                made[name] = chance.integers(100_000, 2_500_000, ROWS)
            case Kind.NUMBER:
                made[name] = np.arange(ROWS)
            case Kind.TEXT:
                made[name] = pl.Series(["29-2052", "51-4121", "erie_board"]).gather(chance.integers(0, 3, ROWS))
    ended = pl.Series(last).to_frame("last").select(pl.when(pl.Series(chance.random(ROWS) < 0.85)).then("last"))["last"]
    frame = pl.DataFrame(made).with_columns(pl.col(name).cast(POLARS[kind]) for name, kind in columns.items())
    where = pl.Series([*REGIONS, "unknown", "out_of_state"]).gather(chance.choice(12, ROWS, p=[*[0.095] * 10, 0.02, 0.03]))
    frame = frame.with_columns(where.cast(pl.Categorical).alias(region(SYSTEM)))
    over = pl.Series(ended).cast(pl.Date)
    if "entry" in frame.columns:
        return frame.with_columns(entry=pl.Series(first).cast(pl.Date), last=over, open_until=over.dt.offset_by("90d"))
    planned = pl.Series(first + chance.integers(60, 400, ROWS).astype("timedelta64[D]")).cast(pl.Date)
    return frame.with_columns(
        started_on=pl.Series(first).cast(pl.Date),
        ended_on=over,
        planned_end=planned,
        completed=pl.when(over.is_not_null()).then("completed"),
    ).with_columns(pl.when(worked("1602")).then("1704").alias("1704"))
