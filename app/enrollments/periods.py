"""Periods of participation, derived from services. Pure: no database, no clock.

A person's period runs from the day on which a service made him a participant to his exit: the last day of a service, once 90 days
without one have passed and none is planned (20 CFR 677.150(c); TEGL 10-16 Change 3). The same function serves one person after a
POST and a state's millions in an extract.
"""

from datetime import date, timedelta
from typing import Any

import polars as pl

from app.states.policy import Policy

IDLE = timedelta(days=90)
"""A period stays open on the 90th day after the last service; on the 91st the exit is known. Reading `day90`."""

EVER = date(9999, 1, 1)  # what runs without an end ends then; no service starts so late

COMMON = "common"
"""The track of all programs that exit together, and of services under no program yet."""

SERVICES = {"person": pl.Int64, "program": pl.String, "date": pl.Date, "end": pl.Date}
"""Columns of `services` and `planned`. The person may be of any type that can be sorted; whole numbers are the quickest."""


def periods(services: pl.LazyFrame, planned: pl.LazyFrame, policy: Policy) -> pl.LazyFrame:
    """One row per period: `person`, `track`, its `entry`, the `last` day served, and `open_until`, the last day on which it was open.

    services: person, program, date, end (its last day; blank: it still runs); those alone that begin or extend a participation.
    planned:  person, program, date (the day on which it was documented), end (it holds the period open up to and including that day).

    A service on a day on which the period is open belongs to it; one on a later day begins the next. A planned service holds a period
    open without serving: documented while the period is open, or before a service that then begins one; alone it begins none.
    Of a period with a running service, `last` and `open_until` are blank: it is still being served.

    Programs that share a common exit (20 CFR 677.150(c)(3)) have their periods together; every other program has its own, named by
    `track`. There is no exit here: that is a question of the day on which one asks, see `exits`.
    """
    shared = pl.col("program").is_null()
    if policy.common_exit == "on":
        shared |= pl.col("program").is_in(policy.common_exit_programs)
    serves, end = ~pl.col("gap"), pl.col("end").fill_null(EVER)
    held = pl.when(serves).then(end + IDLE).otherwise(end + timedelta(days=policy.gap_grace))
    rows = (
        pl.concat([_rows(services, gap=False), _rows(planned, gap=True)])
        .with_columns(track=pl.when(shared).then(pl.lit(COMMON)).otherwise("program"))
        .sort("person", "track", "date")
        .with_columns(lane=(_changed("person") | _changed("track")).cum_sum())
        # A running maximum, not the row above: a short service hides the long one before it.
        .with_columns(open=held.cum_max().over("lane"))
        .with_columns(period=(_changed("lane") | (pl.col("date") > pl.col("open").shift())).cum_sum())
    )
    found = rows.group_by("period", maintain_order=True).agg(
        pl.col("person", "track").first(),
        entry=pl.col("date").filter(serves).min(),
        last=_known(end.filter(serves).max()),
        open_until=_known(pl.col("open").max()),
    )
    return found.drop_nulls("entry").drop("period")  # planned services alone are no period


def exits(of: Any, on: date) -> Any:
    """The column `exit` of periods as it is known on a day: the last day served, if the period was open on no day from `on` on.

    `of` is a Polars or a Narwhals module's namespace, so that one rule serves both kinds of columns: `frame.with_columns(exits(pl, on))`.
    """
    return of.when(of.col("open_until") < of.lit(on)).then(of.col("last")).alias("exit")


def _rows(facts: pl.LazyFrame, *, gap: bool) -> pl.LazyFrame:
    return facts.select("person", "program", "date", "end", gap=pl.lit(gap))


def _changed(column: str) -> pl.Expr:
    """True in the first row and wherever the column differs from the row above."""
    return pl.col(column).ne_missing(pl.col(column).shift()) | (pl.int_range(pl.len()) == 0)


def _known(day: pl.Expr) -> pl.Expr:
    """A day, or blank for one that lies beyond every calendar."""
    return pl.when(day < EVER).then(day)
