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

COMMON = "common"
"""The track of all programs that exit together."""

EVER = date(9999, 1, 1)  # what runs without an end ends then; no service starts so late
_STRETCH = 1 << 23  # more days than lie between any two dates that there are

SERVICES = {"person": pl.Int64, "program": pl.String, "begins": pl.Boolean, "date": pl.Date, "end": pl.Date}
PLANNED = {"person": pl.Int64, "program": pl.String, "date": pl.Date, "end": pl.Date}
"""The columns that are read. The person may be of any type that can be sorted; whole numbers are the quickest."""


def periods(services: pl.LazyFrame, planned: pl.LazyFrame, policy: Policy) -> pl.LazyFrame:
    """One row per period: `person`, `track`, its `entry`, the `last` day served, and `open_until`, the last day on which it was open.

    services: person, program, begins (whether its kind makes a person a participant), date, end (its last day; blank: it still runs).
        Those alone that extend a participation; self-service, information, follow-up and the like do not come here.
    planned:  person, program, date (the day on which it was documented), end (it holds the period open up to and including that day).

    A service on a day on which the period is open belongs to it; one on a later day begins the next, if it is of a kind that does.
    A planned service holds a period open without serving: documented while the period is open, or before a service that then begins
    one; alone it begins none. Of a period with a running service, `last` and `open_until` are blank: it is still being served.

    Programs that share a common exit (20 CFR 677.150(c)(3)) have their periods together; every other program has its own, named by
    `track`. There is no exit here: that is a question of the day on which one asks, see `exits`.
    """
    rows = (
        pl.concat(
            [
                _holding(services, IDLE, policy, begins=pl.col("begins"), served=pl.col("end")),
                _holding(planned, timedelta(days=policy.gap_grace), policy, begins=pl.lit(value=False), served=pl.lit(None, pl.Date)),
            ]
        )
        .sort("person", "track", "date")
        .with_columns(first=_changed("person") | _changed("track"))
        # Every person's track gets a stretch of days of its own on one number line, so one running maximum serves them all. A running
        # maximum, not the row above: a short service hides the long one before it.
        .with_columns(lane=pl.col("first").cum_sum().cast(pl.Int64) * _STRETCH)
        .with_columns(open=(pl.col("lane") + pl.col("held").to_physical()).cum_max() - pl.col("lane"))
        .with_columns(period=(pl.col("first") | (pl.col("date").to_physical() > pl.col("open").shift())).cum_sum().set_sorted())
    )
    found = rows.group_by("period", maintain_order=True).agg(
        pl.col("person", "track").first(),
        entry=pl.col("date").filter("begins").first(),
        last=_known(pl.col("served").max()),
        open_until=_known(pl.col("open").last().cast(pl.Int32).cast(pl.Date)),
    )
    return found.drop_nulls("entry").drop("period")  # without a service that begins it there is no period


def exits(of: Any, on: date) -> Any:
    """The column `exit` of periods as it is known on a day: the last day served, if `on` is beyond the last day on which it was open.

    `of` is polars or narwhals, so that one rule serves the columns of both: `periods(…).with_columns(exits(pl, on))`.
    """
    return of.when(of.col("open_until") < of.lit(on)).then(of.col("last")).otherwise(of.lit(None)).alias("exit")


def track(policy: Policy) -> pl.Expr:
    """The track on which a fact's `program` exits: `common` for those that exit together (20 CFR 677.150(c)(3)), else its own."""
    together = policy.common_exit_programs if policy.common_exit == "on" else ()
    return pl.when(pl.col("program").is_in(together)).then(pl.lit(COMMON)).otherwise("program")


def _holding(facts: pl.LazyFrame, held: timedelta, policy: Policy, *, begins: pl.Expr, served: pl.Expr) -> pl.LazyFrame:
    """The facts with their track, whether each `begins` a period, the last day it `served`, and until when it holds a period open."""
    return facts.with_columns(pl.col("end").fill_null(EVER)).select(
        "person", "date", track=track(policy), begins=begins, served=served, held=pl.col("end") + held
    )


def _changed(column: str) -> pl.Expr:
    """True in the first row and wherever the column differs from the row above."""
    return pl.col(column).ne_missing(pl.col(column).shift()) | (pl.int_range(pl.len()) == 0)


def _known(day: pl.Expr) -> pl.Expr:
    """A day, or blank for one that lies beyond every calendar."""
    return pl.when(day < EVER).then(day)
