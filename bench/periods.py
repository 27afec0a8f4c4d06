"""A million periods of participation and their exits as known on one day, out of services, beside a bare sort of the same rows; and of one
person alone.

Three services of each person, and a planned one of every tenth: people enough for a million periods. Aim: 2 s.
"""

import argparse
import time
from collections.abc import Callable
from datetime import date

import numpy as np
import polars as pl

from app.enrollments.periods import exits, periods
from app.states.policy import PROGRAMS, Policy

PEOPLE, SERVICES_EACH = 385_000, 3
DAY = date(2026, 10, 31)
ALONE = 200  # derivations of one person whose mean is told


def run(_args: argparse.Namespace) -> None:
    """Make services, derive the periods, print how long it took."""
    services, planned = facts(PEOPLE)

    def bare() -> None:
        pl.concat([services.select("person", "date", "end"), planned.select("person", "date", "end")]).lazy().sort(
            "person", "date"
        ).collect()

    def known() -> pl.LazyFrame:
        return periods(services.lazy(), planned.lazy(), Policy()).with_columns(exits(pl, DAY))

    def ours() -> None:
        known().collect()

    ours()  # once to warm up
    sorting, deriving = best(bare), best(ours)
    found = known().collect()
    left = found.height - found["exit"].null_count()
    print(f"{services.height:,} services of {PEOPLE:,} people, {planned.height:,} planned ones")
    print(f"  {found.height:,} periods, {left:,} exits known on {DAY}")
    print(f"  exits          {deriving:6.2f} s   {services.height / deriving:12,.0f} services/s")
    print(f"  a bare sort    {sorting:6.2f} s   ratio {deriving / sorting:.1f}")
    one = services.head(5).with_columns(person=pl.lit(1)), planned.head(1).with_columns(person=pl.lit(1))
    alone = best(lambda: [alone_once(*one) for _ in range(ALONE)]) / ALONE
    print(f"  one person     {alone * 1000:6.2f} ms")


def alone_once(services: pl.DataFrame, planned: pl.DataFrame) -> object:
    """What a request does: one person's periods, and their exits."""
    return periods(services.lazy(), planned.lazy(), Policy()).with_columns(exits(pl, DAY)).collect()


def best(do: Callable[[], object], times: int = 3) -> float:
    """Seconds that it takes at best: what the machine does besides only ever adds."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        do()
        took.append(time.perf_counter() - began)
    return min(took)


def facts(people: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Services within six years, some of which run for months; planned ones up to half a year ahead."""
    chance = np.random.default_rng(2026)

    def made(rows: int, longest: int) -> pl.DataFrame:
        first = np.datetime64("2020-07-01") + chance.integers(0, 2200, rows).astype("timedelta64[D]")
        last = first + np.where(chance.random(rows) < 0.6, 0, chance.integers(1, longest, rows)).astype("timedelta64[D]")
        program = np.array(PROGRAMS)[chance.choice(len(PROGRAMS), rows, p=[0.35, 0.2, 0.1, 0.3, 0.05])]
        columns = {"person": chance.integers(0, people, rows), "program": program, "date": first, "end": last}
        return pl.DataFrame(columns).with_columns(pl.col("date", "end").cast(pl.Date), begins=pl.lit(value=True))

    return made(people * SERVICES_EACH, 150), made(people // 10, 180).with_columns(pl.col("end") + pl.duration(days=1))
