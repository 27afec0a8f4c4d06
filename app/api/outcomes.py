"""Outcomes by region: for the state's own staff, unprotected and marked so on every answer."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from app.access.dependencies import Read, Today, TodayRead, Tx, may, may_see
from app.access.permissions import Permission
from app.contract import outcomes as contract
from app.core.actor import Actor
from app.core.paging import LIMIT, MOST
from app.core.periods import Period
from app.outcomes import behind, downloads, files, queries
from app.outcomes.disclosure import NOTICE, Internal
from app.outcomes.indicators import Population
from app.outcomes.queries import Question, Store
from app.outcomes.receipts import Receipt
from app.outcomes.table import Figure, Table

router = APIRouter(prefix="/v1", tags=["outcomes"])

WHY_NOT = (
    "Unprotected figures are for the state's own staff: small groups can be recognized in them. "
    "Policymakers read releases, which are certified and protected: GET /v1/releases."
)
Reader = Annotated[Actor, may_see(Permission.READ_OUTCOMES, or_else=WHY_NOT)]
PopulationAsked = Annotated[Population, Query(description="everybody enrolled on a career path, or those with a participation")]


async def _question(
    today: TodayRead,
    period: Annotated[
        str, Query(description="kind@report-date; kinds are quarter, program_year, rolling_4", examples=["quarter@2026-09-30"])
    ],
    system: Annotated[str, Query(description="the region system")] = "labor_market_region",
    by: Annotated[Literal["region"], Query(description="what the rows are")] = "region",
) -> Question:
    return Question(Period.parse(period), system, today)


Asked = Annotated[Question, Depends(_question, scope="function")]


async def _question_behind(
    today: Today,
    period: Annotated[str, Query(description="kind@report-date", examples=["quarter@2026-09-30"])],
    system: Annotated[str, Query(description="the region system")] = "labor_market_region",
) -> Question:
    return Question(Period.parse(period), system, today)


AskedBehind = Annotated[Question, Depends(_question_behind, scope="function")]


async def _store(request: Request) -> Store:
    return Store(request.app.state.database, request.app.state.settings.data_folder / "extracts")


Kept = Annotated[Store, Depends(_store)]


@router.get("/outcomes")
async def read_outcomes(read: Read, by: Reader, asked: Asked, store: Kept, response: Response) -> contract.OutcomeTable:
    """The regional table of a report period: every indicator, of all learners and of WIOA participants, each with its own cohort."""
    table = await queries.outcomes(read, by=by, store=store, question=asked)
    _mark(response, table)
    return _told(table)


@router.get("/outcomes/receipt")
async def read_receipt(
    read: Read,
    by: Reader,
    asked: Asked,
    store: Kept,
    response: Response,
    region: Annotated[str, Query(description="the region's code; the state's id for the state as a whole")],
    indicator: contract.IndicatorName,
    population: PopulationAsked = Population.WIOA_PARTICIPANTS,
) -> contract.OutcomeReceipt:
    """What a figure was computed from, and what became of everybody whom it does not count."""
    found = await queries.receipt(read, by=by, store=store, question=asked, region=region, population=population, indicator=indicator.value)
    _mark(response, found)
    return _receipt(found)


@router.get("/outcomes/people")
async def read_behind(
    tx: Tx,
    by: Annotated[Actor, may(Permission.READ_PEOPLE)],
    asked: AskedBehind,
    store: Kept,
    response: Response,
    region: Annotated[str, Query(description="the region's code; the state's id for the state as a whole")],
    indicator: contract.IndicatorName,
    population: PopulationAsked = Population.WIOA_PARTICIPANTS,
    place: Annotated[Literal["numerator", "denominator", "left_out"] | None, Query(description="in one place alone")] = None,
    after: Annotated[str | None, Query(description="the `next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT,
) -> contract.BehindFigures:
    """Who is behind a figure, each with the place that it takes and why: your own people, everybody for the state's own staff."""
    which = behind.Which(region, population, indicator.value, place)
    found = await behind.behind(tx, by=by, store=store, question=asked, which=which, after=after, limit=limit)
    response.headers["Disclosure"], response.headers["Cache-Control"] = "internal", "private, no-store"
    return contract.BehindFigures(
        disclosure="internal",
        notice=NOTICE,
        items=[contract.BehindFigure(**vars(one)) for one in found.items],
        next=found.next,
        seen=found.seen,
        withheld=found.withheld,
        input=found.digest,
    )


@router.get("/outcomes.{form}", response_class=Response)
async def download_outcomes(
    form: Literal["csv", "parquet", "xlsx", "geojson", "gpkg", "svg", "png"],
    read: Read,
    by: Reader,
    asked: Asked,
    store: Kept,
    indicator: contract.IndicatorName = contract.IndicatorName.EMPLOYMENT_RATE_Q2,
    population: PopulationAsked = Population.WIOA_PARTICIPANTS,
) -> Response:
    """The table as a file. CSV and Parquet have a row a figure, the workbook is to be read, GeoJSON and GeoPackage have a feature a
    region, SVG and PNG are a map of one `indicator` of one `population`."""
    table = await queries.outcomes(read, by=by, store=store, question=asked)
    content, media, name = await downloads.download(
        read, by=by, question=asked, table=table, form=form, population=population, indicator=indicator.value
    )
    response = Response(content, media_type=media, headers={"Content-Disposition": f'attachment; filename="{name}"'})
    _mark(response, table)
    return response


def _mark(response: Response, marked: Internal[Table] | Internal[Receipt]) -> None:
    """Every answer says whom it is for, and is kept by nobody on the way."""
    response.headers["Disclosure"] = marked.mark
    response.headers["Cache-Control"] = "private, no-store"


def _told(table: Internal[Table]) -> contract.OutcomeTable:
    content = table.content
    return contract.OutcomeTable(
        disclosure="internal",
        notice=NOTICE,
        state=content.geography.state,
        system=content.geography.system,
        period=str(content.period),
        label=content.period.label,
        as_of=content.basis.asked.on,
        read_at=content.basis.read_at,
        input=content.basis.digest,
        items=[_figure(table, figure) for figure in content],
    )


def _figure(table: Internal[Table], figure: Figure) -> contract.OutcomeFigure:
    return contract.OutcomeFigure(**files.row(table, figure), note=figure.note)


def _receipt(found: Internal[Receipt]) -> contract.OutcomeReceipt:
    receipt = found.content
    indicator, basis = receipt.figure.indicator, receipt.table.basis
    return contract.OutcomeReceipt(
        disclosure="internal",
        notice=NOTICE,
        figure=_figure(Internal(receipt.table), receipt.figure),
        exact=receipt.exact,
        definition=contract.OutcomeDefinition(**vars(indicator.definition)),
        label=receipt.table.period.label,
        cohort=str(receipt.cohort),
        evidence=None if receipt.evidence is None else str(receipt.evidence),
        counted=indicator.counted.value,
        everybody=receipt.figure.count.everybody,
        not_in_numerator=receipt.figure.count.denominator - receipt.figure.count.numerator,
        left_out=[contract.LeftOutLine(**vars(line)) for line in receipt.left_out],
        as_of=basis.asked.on,
        read_at=basis.read_at,
        input=basis.digest,
        readings=receipt.readings,
    )
