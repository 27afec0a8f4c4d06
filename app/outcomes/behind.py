"""Behind a figure: the periods or enrollments of its region, each with the place that it takes, and why.

A partner sees its own people among them, the state's staff everybody. Amounts and sources of wages are told to a partner under a recorded
agreement alone (20 CFR 603.10). Who looks leaves an entry.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy import Text, cast, select

from app.audit.entries import note
from app.core.actor import Actor
from app.core.db import Tx
from app.core.errors import Invalid
from app.core.periods import last_day
from app.employment.queries import agreed
from app.outcomes.definitions import REASONS
from app.outcomes.extract import Extract
from app.outcomes.frame import EMPLOYED, MATCH, OCCUPATION, WAGES, region
from app.outcomes.fresh import Store, extracted
from app.outcomes.indicators import IN, Counted, Indicator, Population, placed
from app.outcomes.measures import Asked, indicators
from app.outcomes.queries import Question, frames
from app.outcomes.receipts import NoFigure
from app.participants.models import Participant
from app.participants.visibility import only_visible
from app.regions import queries as regions
from app.states import queries as states

LEFT_OUT = "left_out"
PLACES = (*IN, LEFT_OUT)

_SPAN = {Counted.PERIODS: ("entry", "901"), Counted.LEARNERS: ("started_on", "ended_on")}
_WORDS = {1: "unsubsidized employment", 2: "registered apprenticeship", 3: "military", 0: "not employed", 9: "not yet available"}
_SOURCES = {1: "wage record", 2: "Federal", 3: "military", 4: "supplemental", 5: "not yet available", 0: "none"}


class Moved(Invalid):
    """The facts changed between two pages."""

    slug, title = "facts-changed", "The facts have changed since"

    def __init__(self) -> None:
        super().__init__("Somebody recorded something since the page before was made, or this is no page of this list. Begin again.")


@dataclass(frozen=True)
class Which:
    """Whose people are asked for: those behind a figure, in every place or in one."""

    region: str
    population: Population
    indicator: str
    place: str | None = None


@dataclass(frozen=True)
class Someone:
    """One period or enrollment, with its place. `reason` and what it `says` if it is left out; work is that of the quarter on which the
    figure rests, as far as the caller may see it."""

    participant: UUID
    began: date
    ended: date | None
    partner: str
    place: str
    reason: str | None
    says: str | None
    employed: str | None
    match: str | None
    wages: Decimal | None
    occupation: str | None


@dataclass(frozen=True)
class Behind:
    """A page of them, how many the caller sees in all, and whether wages are withheld. `digest` names the facts: all of the state's
    for its staff, a partner's own for a partner."""

    items: Sequence[Someone]
    next: str | None
    seen: int
    withheld: bool
    digest: str


_PERSONS = select(cast(Participant.person, Text)).distinct()
_AGREED = select(agreed())


async def behind(tx: Tx, *, by: Actor, store: Store, question: Question, which: Which, after: str | None = None, limit: int) -> Behind:
    """Look at who is behind a figure. Leaves an entry. Raises `NoFigure`, `NotFound`; `Moved` where a later page is of other facts."""
    policy = await states.policy(tx, by=by, on=question.today)
    asked = Asked(question.period, question.today, policy)
    indicator = _indicator(asked, which)
    await regions.edition(tx, by=by, system=question.system, on=last_day(question.period.quarter))
    state = await states.this(tx, by=by)
    found = (await extracted(tx, by=by, store=store, postal=state.postal, policy=policy)).extract
    mine = None if by.partner is None else [row[0] for row in await tx.all(only_visible(_PERSONS, Participant.id, by=by), by.binds)]
    withheld = not await tx.scalar(_AGREED, {**by.binds, "by_today": question.today})
    rows = await asyncio.to_thread(_rows, found, asked, indicator, question.system, which, by.state, mine)
    digest = found.digest if mine is None else _digest(rows)
    first = _first(after, digest)
    page = [_someone(row, indicator, withheld=withheld) for row in rows.slice(first, limit).iter_rows(named=True)]
    told: dict[str, object] = {"figure": f"{indicator.key} of {which.region} in {question.period}", "place": which.place}
    await note(tx, "look_behind_figure", by=by, rows=len(page), detail=told)
    more = f"{digest[:16]}-{first + limit}" if first + limit < rows.height else None
    return Behind(page, more, rows.height, withheld, digest)


def _digest(rows: pl.DataFrame) -> str:
    """What names a partner's own rows: that of all facts would tell when others record something."""
    return sha256(rows.write_csv().encode()).hexdigest()


def _indicator(asked: Asked, which: Which) -> Indicator:
    for one in indicators(asked):
        if (one.name, one.population) == (which.indicator, which.population):
            return one
    raise NoFigure(f"There is no '{which.indicator}' of {which.population}.")


def _first(after: str | None, digest: str) -> int:
    """Where the page begins: a cursor names the facts, too."""
    if after is None:
        return 0
    of, _, number = after.partition("-")
    if of != digest[:16] or not number.isdecimal():
        raise Moved
    return int(number)


def _rows(
    found: Extract, asked: Asked, indicator: Indicator, system: str, which: Which, state: str, mine: list[str] | None
) -> pl.DataFrame:
    """The rows of the region, sorted by person and first day. Blocks for as long as it takes."""
    began, ended = _SPAN[indicator.counted]
    frame = frames(found, asked)[indicator.counted]
    work = _work(indicator)
    every = placed(frame, [indicator]).select(
        "100", began, ended, "partner", region(system), indicator.key, *dict.fromkeys(work.values())
    )  # fmt: skip
    rows = pl.DataFrame(every.collect(backend="polars").to_native())
    if which.region != state:
        rows = rows.filter(pl.col(region(system)) == which.region)
    if which.place is not None:
        place = pl.col(indicator.key)
        rows = rows.filter(~place.is_in(IN) if which.place == LEFT_OUT else place == which.place)
    if mine is not None:
        rows = rows.filter(pl.col("100").is_in(mine))
    return rows.rename({began: "began", ended: "ended"}).sort("100", "began", "ended", indicator.key)


def _work(indicator: Indicator) -> dict[str, str]:
    """The columns that tell of the quarter on which the figure rests."""
    if indicator.outcomes is None:
        return {}
    n = indicator.outcomes.first - indicator.cohort.window.first
    told = {"employed": EMPLOYED[n], "match": MATCH[n], "wages": WAGES[n]}
    return told | ({"occupation": OCCUPATION[n]} if n in OCCUPATION else {})


def _someone(row: dict[str, Any], indicator: Indicator, *, withheld: bool) -> Someone:
    place = row[indicator.key]
    reason = None if place in IN else place
    work = {name: row[column] for name, column in _work(indicator).items()}
    shown = {} if withheld else work
    wages = shown.get("wages")
    return Someone(
        participant=UUID(row["100"]),
        began=row["began"],
        ended=row["ended"],
        partner=row["partner"],
        place=LEFT_OUT if reason else place,
        reason=reason,
        says=REASONS[reason] if reason else None,
        employed=_WORDS.get(work.get("employed")) if work else None,  # type: ignore[arg-type]  # a blank has no word
        match=_SOURCES.get(shown.get("match")),  # type: ignore[arg-type]  # the same
        wages=None if wages is None else Decimal(wages).scaleb(-2),
        occupation=shown.get("occupation"),
    )
