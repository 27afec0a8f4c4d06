"""What follows from services: the periods of a person or of a million, and why each began and is open. Pure: no database, no clock."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TypeVar

import polars as pl

from app.enrollments.periods import COMMON, EVER, IDLE, periods, track
from app.states.policy import PROGRAMS, Policy

FACTS = {
    "person": pl.Int64,
    "program": pl.String,
    "begins": pl.Boolean,
    "extends": pl.Boolean,
    "date": pl.Date,
    "end": pl.Date,
    "settles": pl.String,
}
"""Services of any kind. `begins`, `extends` and `settles` are what the kind does; `end` is blank while the service runs."""

BEFORE_AN_ELEMENT = ("eligibility", "assessment", "strategy")
"""What has to be settled before an element of Youth makes a participant (TEGL 10-16 Change 3, Attachment VII Table B)."""

# every set of programs, by the bits that stand for them
_NAMED = {bits: "|".join(sorted(program for n, program in enumerate(PROGRAMS) if bits >> n & 1)) for bits in range(1, 1 << len(PROGRAMS))}


def counted(services: pl.DataFrame) -> pl.DataFrame:
    """The services that begin or extend a participation, each from the day on which it does.

    services: `FACTS`, and any other columns; those that do neither are left out.

    Under Youth a service counts once eligibility, objective assessment and service strategy are settled (TEGL 10-16 Change 3, Attachment
    VII Table B): one before that does not, one that lasts or runs until then counts from that day on. What is settled stays so, for
    a later participation too (reading `youth_settled`).
    """
    does = services.filter(pl.col("begins") | pl.col("extends"))
    youth = pl.col("program") == "youth"
    if not does.select(youth.any()).item():
        return does
    first = services.filter(pl.col("settles").is_in(BEFORE_AN_ELEMENT)).group_by("person", "settles").agg(pl.col("date").min())
    settled = first.group_by("person").agg(n=pl.len(), settled=pl.col("date").max()).filter(pl.col("n") == len(BEFORE_AN_ELEMENT)).drop("n")
    told = does.join(settled, on="person", how="left")
    counts = ~youth | (pl.col("settled") <= pl.col("end").fill_null(EVER)).fill_null(value=False)
    since = pl.when(youth).then(pl.max_horizontal("date", "settled")).otherwise("date")
    return told.filter(counts).with_columns(date=since).drop("settled")


def projected(services: pl.DataFrame, planned: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """The periods that stand: `person`, `track`, `entry`, `last`, `open_until` and `programs`, sorted words with `|` between them.

    services: those that count, as `counted` answers them.
    planned:  as `periods` takes it.

    A kind that begins a participation and does not extend one (supportive services for youth: TEGL 10-16 Change 3, Attachment VII
    Table B, and note 13) is a service like others where no period is open, and none where one is.
    """
    qualifying = services.filter("extends")
    lone = services.filter(pl.col("begins") & ~pl.col("extends"))
    found = periods(qualifying.lazy(), planned.lazy(), policy).collect()
    while not (begin := _uncovered(lone, found, policy)).is_empty():
        qualifying = pl.concat([qualifying, begin])
        concerned = begin.select("person").unique()
        theirs, plans = (facts.join(concerned, on="person", how="semi").lazy() for facts in (qualifying, planned))
        found = pl.concat([found.join(concerned, on="person", how="anti"), periods(theirs, plans, policy).collect()])
        lone = lone.join(concerned, on="person", how="semi")
    bits = pl.col("program").replace_strict({program: 1 << n for n, program in enumerate(PROGRAMS)}, return_dtype=pl.UInt8)
    served = placed(qualifying, found, policy).group_by("person", "track", "entry").agg(programs=bits.bitwise_or())
    named = pl.col("programs").replace_strict(_NAMED, return_dtype=pl.String)
    return found.join(served, on=["person", "track", "entry"], how="left").sort("person", "track", "entry").with_columns(named)


def placed(facts: pl.DataFrame, found: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """The facts with the `entry` of the period that is open on their day: blank where none is."""
    dated = facts.with_columns(track=track(policy)).sort("date")
    covered = dated.join_asof(
        found.sort("entry"), left_on="date", right_on="entry", by=["person", "track"], coalesce=False, check_sortedness=False
    )
    open_then = pl.col("open_until").is_null() | (pl.col("date") <= pl.col("open_until"))
    return covered.with_columns(entry=pl.when(open_then).then("entry"))


def _uncovered(lone: pl.DataFrame, found: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Of each person's track the first that no period covers. The later ones may fall into the period that it begins."""
    if lone.is_empty():
        return lone
    uncovered = placed(lone, found, policy).filter(pl.col("entry").is_null())
    return uncovered.unique(["person", "track"], keep="first", maintain_order=True).select(lone.columns)


@dataclass(frozen=True)
class Period:
    """One period of one person. `last_service` and `open_until` are None while a service runs."""

    track: str
    entry: date
    last_service: date | None
    open_until: date | None

    def exit(self, today: date) -> date | None:
        """The exit as it is known today: the last day served, once the last open day lies behind (20 CFR 677.150(c))."""
        return self.last_service if self.open_until is not None and self.open_until < today else None

    def days_to_exit(self, today: date) -> int | None:
        """In how many days the exit is known if nothing more happens: None once it is, and while a service runs."""
        if self.open_until is None or self.open_until < today:
            return None
        return (self.open_until - today).days + 1


@dataclass(frozen=True)
class Fact:
    """A service or a planned service of one person: what its kind does, and its days. `until` is None while a service runs.

    A determination of eligibility for Youth is one, too: all that it does is to settle that.
    """

    program: str
    begins: bool
    extends: bool
    planned: bool
    on: date
    until: date | None
    settles: str | None = None

    def held_until(self, policy: Policy) -> date | None:
        """The last day on which it holds a period open; None while it runs."""
        return None if self.until is None else self.until + (timedelta(days=policy.gap_grace) if self.planned else IDLE)


def track_of(program: str, policy: Policy) -> str:
    """The track on which a program exits; what `periods.track` says of a column."""
    return COMMON if policy.common_exit == "on" and program in policy.common_exit_programs else program


AnyFact = TypeVar("AnyFact")


def counting(facts: Iterable[tuple[Fact, AnyFact]]) -> list[tuple[Fact, AnyFact]]:
    """What `counted` says of columns, of the facts of one person: those that begin or extend, each from the day on which it does."""
    facts = list(facts)
    days = {what: [fact.on for fact, _ in facts if fact.settles == what] for what in BEFORE_AN_ELEMENT}
    settled = max(map(min, days.values())) if all(days.values()) else None
    told = []
    for fact, known_by in facts:
        if fact.program == "youth" and not fact.planned:
            if settled is None or (fact.until is not None and fact.until < settled):
                continue
            fact = replace(fact, on=max(fact.on, settled))  # noqa: PLW2901 - it counts from then on
        if fact.begins or fact.extends:
            told.append((fact, known_by))
    return told


@dataclass(frozen=True)
class ProgramEnrollment:
    """A period's part under one program: its first service and its last day served, None while one runs."""

    program: str
    first_service: date
    last_service: date | None


def program_enrollments(period: Period, facts: Iterable[Fact], policy: Policy) -> list[ProgramEnrollment]:
    """The programs that serve a person in a period, several if he is co-enrolled, by name. facts: those that count."""
    there = [
        fact
        for fact in facts
        if not fact.planned
        and track_of(fact.program, policy) == period.track
        and period.entry <= fact.on
        and (period.open_until is None or fact.on <= period.open_until)
    ]
    served = [fact for fact in there if fact.extends]
    if not any(fact.begins and fact.on == period.entry for fact in served):  # a kind that begins without extending did
        served += [fact for fact in there if fact.begins and fact.on == period.entry]
    found = []
    for program in sorted({fact.program for fact in served}):
        ends = [fact.until for fact in served if fact.program == program]
        last = None if None in ends else max(end for end in ends if end)
        found.append(ProgramEnrollment(program, min(fact.on for fact in served if fact.program == program), last))
    return found


def why(period: Period, facts: Iterable[tuple[Fact, AnyFact]], policy: Policy) -> tuple[list[AnyFact], list[AnyFact]]:
    """What began the period, and what holds it open longest or held it open last. Facts come with whatever the caller knows them by.

    Facts are those that count (`counting`). A plan may have been made before the period began. A kind that begins without extending
    counts on the day of entry alone.
    """
    began, holds = [], []
    for fact, known_by in facts:
        if track_of(fact.program, policy) != period.track or (period.open_until is not None and fact.on > period.open_until):
            continue
        on_entry = fact.begins and fact.on == period.entry
        if on_entry and not fact.planned:
            began.append(known_by)
        counts = (fact.extends and (fact.planned or fact.on >= period.entry)) or (on_entry and not fact.planned)
        if counts and fact.held_until(policy) == period.open_until:
            holds.append(known_by)
    return began, holds
