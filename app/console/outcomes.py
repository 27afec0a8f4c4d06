"""Outcomes: the regional table beside a map of one figure, each figure with its receipt; for policymakers, what was released."""

from dataclasses import dataclass
from datetime import date

from fastapi import Request

from app.core import db
from app.core.actor import Actor
from app.core.periods import Kind, Period, last_ended
from app.outcomes import queries
from app.outcomes.disclosure import Internal
from app.outcomes.files import spoken
from app.outcomes.indicators import Population
from app.outcomes.queries import Question, Store
from app.outcomes.table import Table
from app.regions import queries as regions

SYSTEM = "labor_market_region"
SHOWN = ("participants_served", "participants_exited", "completion_rate", "credential_rate", "employment_rate_q2", "median_earnings_q2")


def _store(request: Request) -> Store:
    return Store(request.app.state.database, request.app.state.settings.data_folder / "extracts")


@dataclass(frozen=True)
class Summary:
    """The regional table in short: a few figures of WIOA participants."""

    label: str
    as_of: date
    heads: list[str]
    rows: list[tuple[str, list[str]]]


async def summary(request: Request, read: db.Read, by: Actor, today: date) -> Summary | None:
    """The last quarter's table in short; None where the state has no regions yet."""
    if SYSTEM not in await regions.in_force(read, by=by, on=today):
        return None
    asked = Question(Period(Kind.QUARTER, last_ended(today)), SYSTEM, today)
    return _short(await queries.outcomes(read, by=by, store=_store(request), question=asked))


def _short(table: Internal[Table]) -> Summary:
    theirs = [f for f in table.content if f.indicator.population is Population.WIOA_PARTICIPANTS and f.indicator.name in SHOWN]
    rows: dict[str, list[str]] = {}
    for figure in theirs:
        rows.setdefault(figure.region_name, []).append(spoken(figure))
    heads = list(dict.fromkeys(f"#{figure.indicator.definition.title}" for figure in theirs))
    return Summary(table.content.period.label, table.content.basis.asked.on, heads, list(rows.items()))
