"""The two tables of the frame, out of the facts. Pure: what was read of the database comes in as tables, whatever it was read with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import polars as pl

from app.enrollments.periods import EVER, track
from app.enrollments.rules import counted, placed, projected
from app.outcomes.frame import CREDENTIALS, LEARNERS, PERIODS, POLARS, TRAININGS, Kind, region
from app.outcomes.places import Places
from app.outcomes.work import Work
from app.states.policy import PROGRAMS, Policy

ELEMENTS = {"adult": "903", "dislocated_worker": "904", "youth": "905", "wagner_peyser": "918", "dwg": "932"}
assert ELEMENTS.keys() == set(PROGRAMS)

LEADS_TO_A_CREDENTIAL = [2, 3, 4, 6, 7, 8, 9, 10]
"""Types of training that put a period into the credential rate; of more than three the frame keeps these first."""

DIPLOMA, INELIGIBLE = 1, 6
"""A credential that alone is no postsecondary one; a reason without effect in Titles I to III. Either comes last."""

A_YEAR, IDLE = timedelta(days=366), timedelta(days=90)


@dataclass(frozen=True)
class Frames:
    """The two tables of the frame, with the quarters of which there is any evidence of work."""

    periods: pl.DataFrame
    learners: pl.DataFrame
    evidence: frozenset[int]


@dataclass(frozen=True)
class Facts:
    """What is recorded of people, by the names of `facts.STATEMENTS` and with their columns; what follows for places and quarters."""

    of: Mapping[str, pl.DataFrame]
    work: Work
    places: Places
    policy: Policy

    def __getitem__(self, name: str) -> pl.DataFrame:
        return self.of[name]


def frames(facts: Mapping[str, pl.DataFrame], policy: Policy, postal: str, systems: Sequence[str]) -> Frames:
    """The frame of a state whose residents live in `postal`, with a column of regions for each system."""
    told = Facts(facts, Work(facts["work"]), Places.of(facts["residences"], facts["in_demand"], postal, systems), policy)
    told = _of_people(told)
    told = replace(told, of={**told.of, "services": counted(told["services"])})
    found = projected(told["services"].select("person", "program", "begins", "extends", "date", "end"), told["planned"], policy)
    found = found.sort("person", "entry", "track").with_row_index("row")
    return Frames(_periods(told, found), _learners(told, found), frozenset(told["work"]["quarter"].unique().to_list()))


def _of_people(facts: Facts) -> Facts:
    """The facts of merged records as those of the person whose they are."""
    merged = facts["merged"]
    if merged.is_empty():
        return facts
    person = pl.col("person").replace(merged["number"], merged["person"])
    told = {n: table.with_columns(person) if n != "people" and "person" in table.columns else table for n, table in facts.of.items()}
    return replace(facts, of=told, work=Work(told["work"]).once())


def _periods(facts: Facts, found: pl.DataFrame) -> pl.DataFrame:
    first = _first_enrollment(facts, found)
    rows = (
        found.join(_beginnings(facts, found), on="row", how="left")
        .join(_trainings(facts, found), on="row", how="left")
        .join(_first_youth_service(facts, found), on="row", how="left")
        .join(facts["people"], on="person", how="left")
        .join(first, on="row", how="left")
        .with_columns(pl.coalesce("enrolled at", "residence").alias("residence"), pl.coalesce("enrolled on", "entry").alias("day"))
        .with_columns(
            *(pl.col("programs").str.contains(rf"\b{name}\b").cast(pl.Int16).alias(e) for name, e in ELEMENTS.items()),
            pl.col("1303").is_not_null().cast(pl.Int16).alias("1300"),
            pl.col("entry").alias("900"),
        )
    )
    span = found.select("row", "person", first="entry", last="last", until="open_until")
    return _finished(_became(rows, "last", span, facts), PERIODS, facts.places)


def _learners(facts: Facts, found: pl.DataFrame) -> pl.DataFrame:
    enrolled = facts["enrollments"].sort("person", "started_on", "enrollment").with_row_index("row")
    agreed = pl.col("row").is_in(_agreed(enrolled, facts["agreements"]).implode()).cast(pl.Int16)
    rows = (
        enrolled.with_columns(agreed=agreed)
        .join(_participating(enrolled, found), on="row", how="left")
        .with_columns(pl.col("participating").fill_null(0))
        .join(facts["organisations"], on="partner", how="left")
        .join(facts["paths"].select("path", "awards", career_path="key"), on="path", how="left")
        .join(facts["people"].drop("residence"), on="person", how="left")
        .with_columns(partner="key", day="started_on", matched=pl.max_horizontal("participating", "agreed"))
    )
    ended = pl.col("ended_on")
    span = enrolled.select("row", "person", "enrollment", first="started_on", last=ended, until=ended + IDLE)
    return _finished(_became(rows, "ended_on", span, facts), LEARNERS, facts.places)


def _became(rows: pl.DataFrame, anchor: str, span: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """The rows with what became of the person: work, reason for exit, credentials. span: row, person, first, last, until."""
    told = (
        rows.join(facts.work.after(rows, anchor), on="row", how="left")
        .join(_reasons(span, facts["exit_reasons"]), on="row", how="left")
        .join(_credentials(span, facts["credentials"]), on="row", how="left")
    )
    return told.join(facts.places.judged(told.select("row", "residence", "day", occupation="1612")), on="row", how="left")


def _finished(rows: pl.DataFrame, columns: Mapping[str, Kind], places: Places) -> pl.DataFrame:
    """The rows in the columns of a table of the frame, and one of regions a system. What nobody records is blank."""
    placed_rows = rows.join(places.residences, on="residence", how="left")
    there = set(placed_rows.columns)
    typed = [(pl.col(name) if name in there else pl.lit(None)).cast(POLARS[kind]).alias(name) for name, kind in columns.items()]
    regions = [pl.col(name).cast(pl.Categorical) for name in places.residences.columns if name.startswith(region(""))]
    return placed_rows.sort("row").select(*typed, *regions)


def _beginnings(facts: Facts, found: pl.DataFrame) -> pl.DataFrame:
    """The age on the day of entry, and the partner that gave the first service: its board, if it is one, is PIRL 108-A."""
    begun = facts["services"].filter("begins").select("person", "date", "age", "partner", track=track(facts.policy))
    first = found.select("row", "person", "track", date="entry").join(begun, on=["person", "track", "date"])
    by = facts["organisations"].select("partner", "key", pl.col("board_code").alias("108-A"))
    return (
        first.group_by("row")
        .agg(pl.col("age", "partner").min())
        .join(by, on="partner", how="left")
        .drop("partner")
        .rename({"key": "partner"})
    )


def _given(facts: Facts, found: pl.DataFrame, which: pl.Expr) -> pl.DataFrame:
    """Some of the services, each with the row of the period that it falls into."""
    given = placed(facts["services"].filter(which), found, facts.policy).drop_nulls("entry")
    return given.drop("row", strict=False).join(found.select("row", "person", "track", "entry"), on=["person", "track", "entry"])


def _trainings(facts: Facts, found: pl.DataFrame) -> pl.DataFrame:
    """Up to three kinds of training in a period: first day, kind, last day (blank: it runs)."""
    kinds = (
        _given(facts, found, pl.col("training") > 0)
        .group_by("row", "training")
        .agg(begun=pl.col("date").min(), ended=pl.when(pl.col("end").null_count() == 0).then(pl.col("end").max()))
        .sort("row", ~pl.col("training").is_in(LEADS_TO_A_CREDENTIAL), "begun", "training")
    )
    return _in_columns(kinds, ("begun", "training", "ended"), TRAININGS)


def _in_columns(rows: pl.DataFrame, values: Sequence[str], columns: Sequence[Sequence[str]]) -> pl.DataFrame:
    """The first few rows of each `row`, side by side: the values of the nth in the nth columns."""
    nth = rows.with_columns(n=pl.int_range(pl.len()).over("row")) if rows.height else rows.with_columns(n=pl.lit(0))
    made = nth.select("row").unique(maintain_order=True)
    for n, names in enumerate(columns):
        those = nth.filter(pl.col("n") == n).select("row", **dict(zip(names, values, strict=True)))
        made = made.join(those, on="row", how="left")
    return made


def _first_youth_service(facts: Facts, found: pl.DataFrame) -> pl.DataFrame:
    """PIRL 906."""
    return _given(facts, found, pl.col("program") == "youth").group_by("row").agg(pl.col("date").min().alias("906"))


def _first_enrollment(facts: Facts, found: pl.DataFrame) -> pl.DataFrame:
    """When and where the person was first enrolled on a career path that overlaps the period: the day of enrollment, and its residence."""
    both = _overlapping(facts["enrollments"].rename({"residence": "enrolled at"}), found.rename({"row": "period"}))
    first = both.sort("period", "started_on", "enrollment").unique("period", keep="first", maintain_order=True)
    return first.select("enrolled at", pl.col("period").alias("row"), pl.col("started_on").alias("enrolled on"))


def _participating(enrolled: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """Enrollments of people with a period that began by its end: whether they share a day with one, and until when one was open."""
    both = enrolled.lazy().select("row", "person", "started_on", "ended_on").join(found.lazy().drop("row"), on="person")
    shared = pl.col("started_on") <= pl.col("last").fill_null(EVER)
    begun = both.filter(pl.col("entry") <= pl.col("ended_on").fill_null(EVER))
    return begun.group_by("row").agg(shared.any().cast(pl.Int16).alias("participating"), pl.col("open_until").max()).collect()


def _overlapping(enrolled: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """Enrollments with the periods of the same person that share a day with them."""
    both = enrolled.lazy().join(found.lazy().drop("row", strict=False), on="person")
    ends = pl.col("ended_on").fill_null(EVER) >= pl.col("entry")
    return both.filter((pl.col("started_on") <= pl.col("last").fill_null(EVER)) & ends).collect()


def _agreed(enrolled: pl.DataFrame, agreements: pl.DataFrame) -> pl.Series:
    """Enrollments whose partner had an agreement to match wages on the day on which they ended."""
    both = enrolled.select("row", "partner", "ended_on").join(agreements, on="partner")
    ended, until = pl.col("ended_on"), pl.col("valid_until")
    return both.filter((pl.col("valid_from") <= ended) & (until.is_null() | (ended < until)))["row"].unique()


def _reasons(span: pl.DataFrame, reasons: pl.DataFrame) -> pl.DataFrame:
    """PIRL 923: the first reason that began while the period was open, or until 90 days after the enrollment's end."""
    began = (pl.col("since") >= pl.col("first")) & (pl.col("until").is_null() | (pl.col("since") <= pl.col("until")))
    each = span.join(reasons, on="person").filter(began).sort("row", pl.col("reason") == INELIGIBLE, "since", "reason")
    return each.unique("row", keep="first", maintain_order=True).select("row", pl.col("reason").alias("923"))


def _credentials(span: pl.DataFrame, awarded: pl.DataFrame) -> pl.DataFrame:
    """Up to three credentials from the first day to a year after the last, postsecondary ones and earlier ones first.

    An enrollment has those that were recorded for it, and those that were recorded for none.
    """
    each = span.join(awarded.rename({"enrollment": "of"}), on="person")
    timely = (pl.col("date") >= pl.col("first")) & (pl.col("last").is_null() | (pl.col("date") <= pl.col("last") + A_YEAR))
    if "enrollment" in span.columns:
        timely &= pl.col("of").is_null() | (pl.col("of") == pl.col("enrollment"))
    ordered = each.filter(timely).sort("row", pl.col("type") == DIPLOMA, "date", "type")
    return _in_columns(ordered, ("type", "date"), CREDENTIALS)
