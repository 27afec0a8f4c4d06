"""Outcomes: the regional table beside a map of one figure, each figure with its receipt; for policymakers, what was released."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response

from app.access.permissions import Permission
from app.console.dependencies import Read, TodayRead, may_see
from app.console.drawing import drawn
from app.console.pages import HEADERS, page, wants_part
from app.console.shading import Shading, shaded
from app.core import db
from app.core.actor import Actor
from app.core.periods import Kind, Period, first_day, last_day, last_ended, spoken
from app.outcomes import downloads, files, queries
from app.outcomes.disclosure import Internal
from app.outcomes.exports import MAPPED
from app.outcomes.fresh import LOOKING
from app.outcomes.indicators import Indicator, Measure, Population
from app.outcomes.queries import Question, Store
from app.outcomes.table import Figure, Table
from app.regions import maps
from app.regions import queries as regions

router = APIRouter(prefix="/console", include_in_schema=False)

SYSTEM = "labor_market_region"
SHOWN = ("participants_served", "participants_exited", "completion_rate", "credential_rate", "employment_rate_q2", "median_earnings_q2")
KINDS = {Kind.QUARTER: "Quarter", Kind.ROLLING_4: "Four quarters", Kind.PROGRAM_YEAR: "Program year"}
QUARTERS = 12  # how many report dates can be chosen
NAMED = 12  # a map of more regions than this has no words on it
WHY_NOT = "Unprotected figures are for the state's own staff: small groups can be recognized in them. What was released is under Outcomes."


@dataclass(frozen=True)
class Choice:
    """What is asked for, as it stands in the page's address."""

    question: Question
    population: Population
    indicator: str

    def address(self, to: str, **otherwise: str) -> str:
        """Another address of the same choice."""
        period = self.question.period
        told: dict[str, Any] = {"kind": period.kind.value, "on": last_day(period.quarter).isoformat(), "system": self.question.system}
        return f"{to}?{urlencode(told | {'population': self.population.value, 'indicator': self.indicator} | otherwise)}"


async def _choice(
    today: TodayRead,
    kind: Annotated[Kind, Query()] = Kind.QUARTER,
    on: Annotated[date | None, Query()] = None,
    system: Annotated[str, Query()] = SYSTEM,
    population: Annotated[Population, Query()] = MAPPED[0],
    indicator: Annotated[str, Query()] = MAPPED[1],
) -> Choice:
    return Choice(Question(Period(kind, last_ended(on or today)), system, today), population, indicator)


Chosen = Annotated[Choice, Depends(_choice, scope="function")]


async def _store(request: Request) -> Store:
    return Store(request.app.state.database, request.app.state.settings.data_folder / "extracts")


Kept = Annotated[Store, Depends(_store)]
Reader = Annotated[Actor, may_see(Permission.READ_OUTCOMES, or_else=WHY_NOT)]


@dataclass(frozen=True)
class Summary:
    """The regional table in short: a few figures of WIOA participants."""

    label: str
    as_of: date
    read_at: str
    heads: list[str]
    rows: list[tuple[str, list[str]]]


async def summary(request: Request, read: db.Read, by: Actor, today: date) -> Summary | None:
    """The last quarter's table in short; None where the state has no regions yet."""
    asked = Question(Period(Kind.QUARTER, last_ended(today)), SYSTEM, today)
    if SYSTEM not in await regions.in_force(read, by=by, on=last_day(asked.period.quarter)):
        return None
    return _short(await queries.outcomes(read, by=by, store=await _store(request), question=asked, patience=LOOKING))


def _short(table: Internal[Table]) -> Summary:
    theirs = [f for f in table.content if f.indicator.population is Population.WIOA_PARTICIPANTS and f.indicator.name in SHOWN]
    rows: dict[str, list[str]] = {}
    for figure in theirs:
        rows.setdefault(figure.region_name, []).append(files.spoken(figure))
    heads = list(dict.fromkeys(f"#{figure.indicator.definition.title}" for figure in theirs))
    basis = table.content.basis
    return Summary(table.content.period.label, basis.asked.on, basis.read_at, heads, list(rows.items()))


@router.get("/outcomes/table")
async def show(request: Request, read: Read, by: Reader, chosen: Chosen, store: Kept, today: TodayRead) -> Response:
    """The regional table of one population, and a map of one of its columns."""
    asked = chosen.question
    systems = await regions.systems(read, by=by)
    told: dict[str, Any] = {"chosen": chosen, "systems": systems, "kinds": KINDS, "populations": files.POPULATIONS}
    told |= {"quarters": _quarters(today), "on": last_day(asked.period.quarter), "table": None}
    if asked.system in await regions.in_force(read, by=by, on=told["on"]):
        table = await queries.outcomes(read, by=by, store=store, question=asked, patience=LOOKING)
        outlines = await maps.outlines(read, by=by, system=asked.system, on=told["on"])
        drawing = await drawn(read, by=by, outlines=outlines)
        told |= _told(table, chosen) | {"drawing": drawing, "with_words": len(drawing.outlines) <= NAMED}
    return page(request, "outcomes.html", by=by, here="outcomes", **told)


def _quarters(today: date) -> list[tuple[str, str]]:
    last = last_ended(today)
    return [(last_day(q).isoformat(), f"{spoken(q)} ({first_day(q):%b} – {last_day(q):%b %Y})") for q in range(last, last - QUARTERS, -1)]


def _told(marked: Internal[Table], chosen: Choice) -> dict[str, Any]:
    """The table's rows and heads, and the column that is on the map."""
    table = marked.content
    theirs = [figure for figure in table if figure.indicator.population is chosen.population]
    heads: dict[str, Indicator] = {figure.indicator.name: figure.indicator for figure in theirs}
    rows: dict[str, list[Figure]] = {}
    for figure in theirs:
        rows.setdefault(figure.region, []).append(figure)
    name = chosen.indicator if chosen.indicator in heads else next(iter(heads))
    mapped = {figure.region: figure for figure in theirs if figure.indicator.name == name}
    shading: Shading = shaded({code: figure.printed for code, figure in mapped.items() if figure.region_system == chosen.question.system})
    return {
        "table": table,
        "heads": list(heads.values()),
        "rows": list(rows.values()),
        "mapped": mapped,
        "on_map": heads[name],
        "shading": shading,
        "spoken": files.spoken,
        "of": _of,
        "legend": [_said(heads[name].measure, number) for number in shading.steps],
        "forms": downloads.FORMS,
    }


def _of(figure: Figure) -> str:
    """What stands under a figure: of how many it is."""
    return f"of {figure.denominator:,}" if figure.denominator is not None and figure.value is not None else ""


def _said(measure: Measure, number: float) -> str:
    match measure:
        case Measure.COUNT:
            return f"{number:,.0f}"
        case Measure.RATE:
            return f"{number:.0%}"
        case Measure.MEDIAN:
            return f"${number:,.0f}"


@router.get("/outcomes/receipt")
async def receipt(request: Request, read: Read, by: Reader, chosen: Chosen, store: Kept, region: str) -> Response:
    """What a figure was computed from, and what became of everybody whom it does not count."""
    found = await queries.receipt(
        read,
        by=by,
        store=store,
        question=chosen.question,
        region=region,
        population=chosen.population,
        indicator=chosen.indicator,
        patience=LOOKING,
    )
    told: dict[str, Any] = {
        "receipt": found.content,
        "chosen": chosen,
        "spoken": files.spoken,
        "population": files.POPULATIONS[chosen.population],
    }
    told["population"] = files.POPULATIONS[chosen.population]
    return page(request, "_receipt.html" if wants_part(request) else "receipt.html", by=by, here="outcomes", **told)


@router.get("/outcomes/file.{form}")
async def download(
    read: Read,
    by: Reader,
    chosen: Chosen,
    store: Kept,
    form: Literal["csv", "parquet", "xlsx", "geojson", "gpkg", "svg", "png"],
) -> Response:
    """The table as a file."""
    table = await queries.outcomes(read, by=by, store=store, question=chosen.question)
    content, media, name = await downloads.download(
        read, by=by, question=chosen.question, table=table, form=form, population=chosen.population, indicator=chosen.indicator
    )
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Disclosure": table.mark, "Cache-Control": HEADERS["Cache-Control"]}
    return Response(content, media_type=media, headers=headers)
