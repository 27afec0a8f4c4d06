"""The two tables of the frame, out of the facts. Pure: what was read of the database comes in as tables, whatever it was read with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from app.enrollments.periods import EVER, track
from app.enrollments.rules import placed, projected
from app.outcomes import work
from app.outcomes.frame import CREDENTIALS, LEARNERS, PERIODS, POLARS, TRAININGS, Kind, region
from app.outcomes.places import Places
from app.states.policy import PROGRAMS, Policy

ELEMENTS = {"adult": "903", "dislocated_worker": "904", "youth": "905", "wagner_peyser": "918", "dwg": "932"}
assert ELEMENTS.keys() == set(PROGRAMS)

LEADS_TO_A_CREDENTIAL = [2, 3, 4, 6, 7, 8, 9, 10]
"""Types of training that put a period into the credential rate; of more than three the frame keeps these first."""

DIPLOMA = 1
INELIGIBLE = 6
"""A reason without effect in Titles I to III: recorded only where there is no other."""

A_YEAR, IDLE = timedelta(days=366), timedelta(days=90)


@dataclass(frozen=True)
class Frames:
    """The two tables of the frame, with the quarters of which there is any evidence of work."""

    periods: pl.DataFrame
    learners: pl.DataFrame
    evidence: frozenset[int]


def frames(facts: Mapping[str, pl.DataFrame], policy: Policy, postal: str, systems: Sequence[str]) -> Frames:
    """The frame of a state whose residents live in `postal`, with a column of regions for each system.

    `facts` are named and have the columns of `facts.STATEMENTS`.
    """
    facts = _of_people(facts)
    places = Places.of(facts["residences"], facts["in_demand"], postal, systems)
    found = _spans(facts, policy)
    evidence = frozenset(facts["work"]["quarter"].unique().to_list())
    return Frames(_periods(facts, found, policy, places), _learners(facts, found, places), evidence)


def _of_people(facts: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The facts of merged records as those of the person whose they are."""
    merged = facts["merged"]
    if merged.is_empty():
        return dict(facts)
    person = pl.col("person").replace(merged["number"], merged["person"])
    told = {name: table.with_columns(person) if name != "people" and "person" in table.columns else table for name, table in facts.items()}
    return told | {"work": work.once(told["work"].lazy()).collect()}


def _spans(facts: Mapping[str, pl.DataFrame], policy: Policy) -> pl.DataFrame:
    """The periods with the number of their `row`, in the order of person, entry and track."""
    found = projected(facts["services"].select("person", "program", "begins", "extends", "date", "end"), facts["planned"], policy)
    return found.sort("person", "entry", "track").with_row_index("row")


def _periods(facts: Mapping[str, pl.DataFrame], found: pl.DataFrame, policy: Policy, places: Places) -> pl.DataFrame:
    rows = (
        found.lazy()
        .join(_beginnings(facts, found, policy), on="row", how="left")
        .join(_trainings(facts, found, policy), on="row", how="left")
        .join(_first_youth_service(facts, found, policy), on="row", how="left")
        .join(facts["people"].lazy(), on="person", how="left")
        .join(_first_enrollment(facts, found), on="row", how="left")
        .with_columns(pl.coalesce("enrolled at", "residence").alias("residence"), pl.coalesce("enrolled on", "entry").alias("day"))
        .with_columns(
            *(pl.col("programs").str.split("|").list.contains(name).cast(pl.Int16).alias(e) for name, e in ELEMENTS.items()),
            pl.col("1303").is_not_null().cast(pl.Int16).alias("1300"),
            pl.col("entry").alias("900"),
        )
    )
    span = found.lazy().select("row", "person", first="entry", last="last", until="open_until")
    return _finished(_became(rows, "last", span, facts, places), PERIODS, places)


def _learners(facts: Mapping[str, pl.DataFrame], found: pl.DataFrame, places: Places) -> pl.DataFrame:
    enrolled = facts["enrollments"].sort("person", "started_on", "enrollment").with_row_index("row")
    rows = (
        enrolled.lazy()
        .join(facts["organisations"].lazy(), on="partner", how="left")
        .join(facts["paths"].lazy().select("path", "awards", career_path="key"), on="path", how="left")
        .join(_participating(enrolled, found), on="row", how="left")
        .join(_agreed(enrolled, facts["agreements"]), on="row", how="left")
        .join(facts["people"].lazy().drop("residence"), on="person", how="left")
        .with_columns(pl.col("participating").fill_null(0), partner="key", day="started_on")
        .with_columns(matched=pl.max_horizontal("participating", pl.col("agreed").fill_null(0)))
    )
    ended = pl.col("ended_on")
    span = enrolled.lazy().select("row", "person", "enrollment", first="started_on", last=ended, until=ended + IDLE)
    return _finished(_became(rows, "ended_on", span, facts, places), LEARNERS, places)


def _became(rows: pl.LazyFrame, anchor: str, span: pl.LazyFrame, facts: Mapping[str, pl.DataFrame], places: Places) -> pl.LazyFrame:
    """The rows with what became of the person: reason for exit, credentials, work. span: row, person, first, last, until."""
    told = (
        work.after(rows, anchor, facts["work"].lazy())
        .join(_reasons(span, facts["exit_reasons"].lazy()), on="row", how="left")
        .join(_credentials(span, facts["credentials"].lazy()), on="row", how="left")
    )
    return told.join(places.judged(told.select("row", "residence", "day", occupation="1612")), on="row", how="left")


def _finished(rows: pl.LazyFrame, columns: Mapping[str, Kind], places: Places) -> pl.DataFrame:
    """The rows in the columns of a table of the frame, and one of regions a system. What nobody records is blank."""
    placed_rows = rows.join(places.residences.lazy(), on="residence", how="left")
    there = set(placed_rows.collect_schema().names())
    typed = [(pl.col(name) if name in there else pl.lit(None)).cast(POLARS[kind]).alias(name) for name, kind in columns.items()]
    regions = [pl.col(name).cast(pl.Categorical) for name in places.residences.columns if name.startswith(region(""))]
    return placed_rows.sort("row").select(*typed, *regions).collect()


def _beginnings(facts: Mapping[str, pl.DataFrame], found: pl.DataFrame, policy: Policy) -> pl.LazyFrame:
    """The age on the day of entry, and the partner that gave the first service: its board, if it is one, is PIRL 108-A."""
    begun = facts["services"].lazy().filter("begins").with_columns(track=track(policy))
    first = found.lazy().select("row", "person", "track", date="entry").join(begun, on=["person", "track", "date"])
    by = facts["organisations"].lazy().select("partner", "key", pl.col("board_code").alias("108-A"))
    return (
        first.group_by("row")
        .agg(pl.col("age", "partner").min())
        .join(by, on="partner", how="left")
        .drop("partner")
        .rename({"key": "partner"})
    )


def _trainings(facts: Mapping[str, pl.DataFrame], found: pl.DataFrame, policy: Policy) -> pl.LazyFrame:
    """Up to three kinds of training in a period: first day, kind, last day (blank: it runs)."""
    given = placed(facts["services"].filter(pl.col("training") > 0), found, policy).lazy().drop_nulls("entry")
    kinds = (
        given.join(found.lazy().select("row", "person", "track", "entry"), on=["person", "track", "entry"])
        .group_by("row", "training")
        .agg(begun=pl.col("date").min(), ended=pl.when(pl.col("end").null_count() == 0).then(pl.col("end").max()))
        .sort("row", ~pl.col("training").is_in(LEADS_TO_A_CREDENTIAL), "begun", "training")
    )
    columns = [
        pl.col(what).get(n, null_on_oob=True).alias(element)
        for n, elements in enumerate(TRAININGS)
        for what, element in zip(("begun", "training", "ended"), elements, strict=True)
    ]
    return kinds.group_by("row", maintain_order=True).agg(columns)


def _first_youth_service(facts: Mapping[str, pl.DataFrame], found: pl.DataFrame, policy: Policy) -> pl.LazyFrame:
    """PIRL 906."""
    given = placed(facts["services"].filter(pl.col("program") == "youth"), found, policy).lazy().drop_nulls("entry")
    of = given.join(found.lazy().select("row", "person", "track", "entry"), on=["person", "track", "entry"])
    return of.group_by("row").agg(pl.col("date").min().alias("906"))


def _first_enrollment(facts: Mapping[str, pl.DataFrame], found: pl.DataFrame) -> pl.LazyFrame:
    """When and where the person was first enrolled on a career path that overlaps the period: the day of enrollment, and its residence."""
    enrolled = facts["enrollments"].rename({"residence": "enrolled at"})
    both = _overlapping(enrolled, found.rename({"row": "period"}))
    first = both.sort("period", "started_on", "enrollment").unique("period", keep="first", maintain_order=True)
    return first.select("enrolled at", pl.col("period").alias("row"), pl.col("started_on").alias("enrolled on"))


def _participating(enrolled: pl.DataFrame, found: pl.DataFrame) -> pl.LazyFrame:
    """Enrollments of people with a period that began by its end: whether they share a day with one, and until when one was open."""
    both = enrolled.lazy().select("row", "person", "started_on", "ended_on").join(found.lazy().drop("row"), on="person")
    shared = pl.col("started_on") <= pl.col("last").fill_null(EVER)
    begun = both.filter(pl.col("entry") <= pl.col("ended_on").fill_null(EVER))
    return begun.group_by("row").agg(shared.any().cast(pl.Int16).alias("participating"), pl.col("open_until").max())


def _overlapping(enrolled: pl.DataFrame, found: pl.DataFrame) -> pl.LazyFrame:
    """Enrollments with the periods of the same person that share a day with them."""
    both = enrolled.lazy().join(found.lazy().drop("row", strict=False), on="person")
    ends = pl.col("ended_on").fill_null(EVER) >= pl.col("entry")
    return both.filter((pl.col("started_on") <= pl.col("last").fill_null(EVER)) & ends)


def _agreed(enrolled: pl.DataFrame, agreements: pl.DataFrame) -> pl.LazyFrame:
    """Enrollments whose partner had an agreement to match wages on the day on which they ended."""
    both = enrolled.lazy().select("row", "partner", "ended_on").join(agreements.lazy(), on="partner")
    ended, until = pl.col("ended_on"), pl.col("valid_until")
    held = both.filter((pl.col("valid_from") <= ended) & (until.is_null() | (ended < until)))
    return held.select("row", agreed=pl.lit(1, pl.Int16)).unique("row")


def _reasons(span: pl.LazyFrame, reasons: pl.LazyFrame) -> pl.LazyFrame:
    """PIRL 923: the first reason that began while the period was open, or until 90 days after the enrollment's end."""
    began = (pl.col("since") >= pl.col("first")) & (pl.col("until").is_null() | (pl.col("since") <= pl.col("until")))
    each = span.join(reasons, on="person").filter(began).sort("row", pl.col("reason") == INELIGIBLE, "since", "reason")
    return each.unique("row", keep="first", maintain_order=True).select("row", pl.col("reason").alias("923"))


def _credentials(span: pl.LazyFrame, awarded: pl.LazyFrame) -> pl.LazyFrame:
    """Up to three credentials from the first day to a year after the last, postsecondary ones and earlier ones first.

    An enrollment has those that were recorded for it, and those that were recorded for none.
    """
    each = span.join(awarded.rename({"enrollment": "of"}), on="person")
    timely = (pl.col("date") >= pl.col("first")) & (pl.col("last").is_null() | (pl.col("date") <= pl.col("last") + A_YEAR))
    if "enrollment" in span.collect_schema().names():
        timely &= pl.col("of").is_null() | (pl.col("of") == pl.col("enrollment"))
    columns = [
        pl.col(what).get(n, null_on_oob=True).alias(element)
        for n, pair in enumerate(CREDENTIALS)
        for what, element in zip(("type", "date"), pair, strict=True)
    ]
    ordered = each.filter(timely).sort("row", pl.col("type") == DIPLOMA, "date", "type")
    return ordered.group_by("row", maintain_order=True).agg(columns)
