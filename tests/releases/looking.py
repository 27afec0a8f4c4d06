"""A handful of people who exited in one of five quarters, as releases of several periods see them; each release knows those before it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from app.core.periods import Period
from app.outcomes.disclosure import Internal
from app.outcomes.frame import region
from app.outcomes.indicators import Counted, Indicator, Population
from app.outcomes.measures import Asked, indicators
from app.outcomes.queries import Crossed, Look, seen
from app.outcomes.table import Basis, Geography, table
from app.releases.earlier import Earlier, Told, together
from app.releases.protecting import Summary, protect
from app.releases.table import Released
from app.states.policy import Policy

SYSTEMS = ("labor_market_region", "lwda")
WIOA = Population.WIOA_PARTICIPANTS
MEASURED = ("participants_exited", "employment_rate_q2")
AS_OF = date(2026, 10, 31)


@dataclass(frozen=True)
class Person:
    """Where somebody lives, in which quarter they exited, and whether they worked later; `counted`: no reason leaves them out; `began`: the
    quarter in which they entered."""

    home: tuple[str, str]
    quarter: int
    at_work: bool
    counted: bool = True
    began: int = 0


@dataclass(frozen=True)
class Made:
    """A release, and what the next one knows of it."""

    period: Period
    released: Released
    summary: Summary
    earlier: Earlier


def look(period: Period, homes: Sequence[tuple[str, str]], threshold: int) -> Look:
    """How a release looks at them."""
    names = [sorted({home[side] for home in homes}) for side in (0, 1)]
    places = zip(SYSTEMS, names, strict=True)
    geographies = tuple(Geography("us-ny", "New York", system, {code: code for code in codes}) for system, codes in places)
    return Look(Asked(period, AS_OF, Policy(suppression_threshold=threshold)), geographies)


def wanted(look: Look, measured: Sequence[str] = MEASURED) -> list[Indicator]:
    """The measures of the release: exits, and of those who exited who worked; or others."""
    return [i for i in indicators(look.asked) if i.name in measured and i.population is WIOA]


def place(indicator: Indicator, person: Person) -> int:
    """A person's place under an indicator."""
    window = indicator.cohort.window
    if indicator.name == "participants_served":
        return 0 if person.began <= window.last and person.quarter >= window.first else len(indicator.places) - 1
    within = window.first <= person.quarter <= window.last
    if indicator.name == "participants_exited":
        return 0 if within else len(indicator.places) - 1
    return (0 if person.at_work else 1) if within and person.counted else len(indicator.places) - 1


def crossed(people: Sequence[Person], looks: Sequence[Look], measured: Sequence[str] = MEASURED) -> Crossed:
    """The tables of the first look and all looks together."""
    columns = {}
    for number, one in enumerate(looks):
        for side, system in enumerate(SYSTEMS):
            columns[seen(number, region(system))] = [person.home[side] for person in people]
        columns |= {seen(number, i.key): [place(i, person) for person in people] for i in wanted(one, measured)}  # type: ignore[misc]  # text and numbers
    frame = pl.DataFrame(columns)
    together = frame.group_by(frame.columns).agg(pl.len().alias("rows"))
    tallied = together.rename({column: column[2:] for column in frame.columns if column.startswith("0|")})
    basis = Basis("test", "2026-10-31 12:00:00", {Counted.PERIODS: len(people)}, frozenset(range(8000, 8120)), looks[0].asked)
    tables = tuple(table({Counted.PERIODS: tallied}, wanted(looks[0], measured), geography, basis) for geography in looks[0].geographies)
    return Crossed(tables, tuple(looks), {Counted.PERIODS: together})


def released(people: Sequence[Person], periods: Sequence[str], threshold: int, measured: Sequence[str] = MEASURED) -> list[Made]:
    """A release of each period, one after the other."""
    made: list[Made] = []
    homes = sorted({person.home for person in people})
    for written in periods:
        now = look(Period.parse(written), homes, threshold)
        before = [look(one.period, homes, threshold) for one in made]
        says = [wanted(one, measured) for one in (now, *before)]
        linked = together(says, lambda _, __: True)
        earlier = [made[number - 1].earlier for number in linked]
        looks = [now, *(before[number - 1] for number in linked)]
        shown, summary = protect(Internal(crossed(people, looks, measured)), dict.fromkeys(SYSTEMS, "Regions"), earlier)
        figures = {
            ((f.region_system, f.region), f.indicator, f.population): Told(f.numerator, f.denominator, f.status) for f in shown.content
        }
        told = Earlier(written, now.asked.period, AS_OF, threshold, SYSTEMS, figures)
        made.append(Made(now.asked.period, shown.content, summary, told))
    return made
