"""Occupations, what they pay where, and the in-demand jobs of a region."""

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from app.access.dependencies import Read, Today, TodayRead, Tx, may, may_see
from app.access.once import Once
from app.access.permissions import Permission
from app.api.enrollments import MISSING, STALE
from app.api.revisions import IfMatch, tagged
from app.contract import labor_market as contract
from app.contract.definitions import DefinitionPlan
from app.contract.values import Day
from app.core import db
from app.core.actor import Actor
from app.core.paging import LIMIT, MOST, link
from app.definitions import labor_market as translation
from app.labor_market import actions, in_demand, notices, queries
from app.labor_market.onet import ATTRIBUTION
from app.regions import queries as regions

router = APIRouter(prefix="/v1", tags=["labor market"], route_class=Once)

Reader = Annotated[Actor, may_see(Permission.READ_DEFINITIONS)]
Writer = Annotated[Actor, may(Permission.WRITE_DEFINITIONS)]
After = Annotated[str | None, Query(description="the `next` of the page before")]
Limit = Annotated[int, Query(ge=1, le=MOST)]
OnDay = Annotated[Day | None, Query(description="on this day; today if left out")]
Words = Annotated[str, Query(max_length=200, description="words of a title, or of a title as workers reported it; or how a code begins")]
Code = Annotated[str, Path(pattern=r"^[0-9]{2}-[0-9]{4}(\.[0-9]{2})?$", examples=["29-2052"])]
BySystem = Annotated[str, Query(description="the region system whose regions list the figures of the areas that they touch")]

IN_DEMAND = "/region-systems/{system}/regions/{code}/in-demand-jobs"


@router.get("/occupations")
async def list_occupations(
    read: Read, by: Reader, request: Request, response: Response, q: Words = "", after: After = None, limit: Limit = LIMIT
) -> contract.OccupationPage:
    """Occupations by words or by the beginning of a code: best matches first, then by code."""
    page = await queries.occupations(read, by=by, q=q, after=after, limit=limit)
    if leads := link(str(request.url), page):
        response.headers["Link"] = leads
    return contract.OccupationPage(items=[_summary(row) for row in page.items], next=page.next, attribution=ATTRIBUTION)


@router.get("/occupations/{code}")
async def read_occupation(
    code: Code, read: Read, by: Reader, today: TodayRead, system: BySystem = "labor_market_region", on: OnDay = None
) -> contract.Occupation:
    """One occupation by its SOC, OEWS or O*NET-SOC code: what it takes, what it pays where, where it is in demand."""
    return await _told(read, by, await queries.occupation(read, by=by, code=code), system, on or today)


@router.get(IN_DEMAND)
async def list_in_demand_jobs(
    system: str,
    code: str,
    read: Read,
    by: Reader,
    today: TodayRead,
    request: Request,
    response: Response,
    on: OnDay = None,
    after: After = None,
    limit: Limit = LIMIT,
) -> contract.InDemandJobList:
    """The jobs that are in demand in a region on a day, each with the figures it follows from and who decided; by code."""
    region = await in_demand.region(read, by=by, system=system, code=code, on=on or today)
    page = await in_demand.jobs(read, by=by, region_system=system, region=code, on=on or today, after=after, limit=limit)
    tagged(response, await in_demand.revision(read, by=by, region_system=system, region=code))
    if leads := link(str(request.url), page):
        response.headers["Link"] = leads
    about = await in_demand.about(read, by=by)
    return contract.InDemandJobList(
        system=system,
        region=code,
        region_name=region.name,
        on=on or today,
        about=translation.source(about) if about else None,
        items=[_job(row) for row in page.items],
        next=page.next,
        attribution=ATTRIBUTION,
    )


@router.put(IN_DEMAND)
async def put_in_demand_jobs(
    system: str,
    code: str,
    listed: contract.InDemandListDefinition,
    tx: Tx,
    by: Writer,
    response: Response,
    revision: IfMatch,
    dry_run: Annotated[bool, Query(description="answer what would change, and change nothing")] = False,
) -> DefinitionPlan:
    """Put a region's list in the place of the one before, from a day on. What was in force is ended, never edited."""
    jobs = translation.designations(listed, region_system=system, region=code)
    found = await actions.designate(
        tx, by=by, region_system=system, region=code, since=listed.valid_from, jobs=jobs, revision=revision, dry_run=dry_run
    )
    tagged(response, await in_demand.revision(tx, by=by, region_system=system, region=code))
    return translation.told(translation.planned(found))


@router.post("/layoff-notices", status_code=201)
async def record_layoff_notice(
    new: contract.NewLayoffNotice, tx: Tx, by: Writer, today: Today, response: Response
) -> contract.LayoffNotice:
    """Record an employer's notice of a plant closing or mass layoff."""
    [made] = await tx.act(notices.RECORD, notices.RECORD.one(**dict(new)), by=by, today=today)
    response.headers["Location"] = f"/v1/layoff-notices/{made}"
    return _notice(await notices.one(tx, by=by, notice=made), response)


@router.get("/layoff-notices")
async def list_layoff_notices(
    read: Read,
    by: Reader,
    request: Request,
    response: Response,
    county: Annotated[str | None, Query(pattern=r"^[0-9]{5}$", description="of this county alone: its FIPS code")] = None,
    since: Annotated[Day | None, Query(description="given on this day or later")] = None,
    after: After = None,
    limit: Limit = LIMIT,
) -> contract.LayoffNoticePage:
    """Notices of plant closings and mass layoffs, newest first."""
    page = await notices.listed(read, by=by, county=county, since=since, after=after, limit=limit)
    if leads := link(str(request.url), page):
        response.headers["Link"] = leads
    return contract.LayoffNoticePage(items=[contract.LayoffNotice.model_validate({**row._mapping}) for row in page.items], next=page.next)


@router.get("/layoff-notices/{notice}", responses=MISSING)
async def read_layoff_notice(notice: UUID, read: Read, by: Reader, response: Response) -> contract.LayoffNotice:
    """One notice."""
    return _notice(await notices.one(read, by=by, notice=notice), response)


@router.patch("/layoff-notices/{notice}", responses=STALE)
async def correct_layoff_notice(
    notice: UUID, change: contract.LayoffNoticeChange, tx: Tx, by: Writer, today: Today, revision: IfMatch, response: Response
) -> contract.LayoffNotice:
    """Correct a notice that was recorded wrongly. The audit record keeps what it said before."""
    await notices.correct(tx, by=by, today=today, notice=notice, revision=revision, told=change.model_dump(exclude_unset=True))
    return _notice(await notices.one(tx, by=by, notice=notice), response)


@router.post("/layoff-notices/{notice}/void", status_code=204, responses=MISSING)
async def void_layoff_notice(notice: UUID, why: contract.LayoffNoticeVoid, tx: Tx, by: Writer) -> Response:
    """Take a notice back, with a reason: one that was recorded twice, or that the employer rescinded. It is shown no more."""
    await notices.void(tx, by=by, notice=notice, reason=why.reason)
    return Response(status_code=204)


def _notice(row: Any, response: Response) -> contract.LayoffNotice:
    tagged(response, row.revision)
    return contract.LayoffNotice.model_validate({**row._mapping})


async def _told(read: db.Read, by: Actor, found: queries.Found, system: str, on: date) -> contract.Occupation:
    figures = [_figures(one) for one in await queries.figures(read, by=by, codes=found.published_under)]
    known = {row.key for row in await regions.systems(read, by=by)}
    touching = await queries.areas_of_regions(read, by=by, system=system, on=on) if system in known else []
    of_areas = [
        contract.RegionFigures(
            system=system, region=one.region, region_name=one.name, figures=[figure for figure in figures if figure.area in one.areas]
        )
        for one in touching
    ]
    sources = await queries.sources(read, by=by)
    return contract.Occupation(
        system=found.system,
        code=found.code,
        title=found.title,
        job_zone=found.job_zone,
        description=found.description,
        part_of=[_summary(row) for row in found.part_of],
        parts=[_summary(row) for row in found.parts],
        reported_titles=list(found.reported_titles),
        skills=[contract.Skill.model_validate(skill) for skill in found.skills],
        related=[contract.RelatedOccupation.model_validate(near) for near in found.related],
        wages=figures,
        wages_by_region=of_areas,
        in_demand=[_designated(row) for row in await in_demand.designated(read, by=by, codes=found.designated_as, on=on)],
        on=on,
        sources=[translation.source(sources[key]) for key in ("oews", "members", "onet") if key in sources],
    )


def _summary(row: Any) -> contract.OccupationSummary:
    return contract.OccupationSummary.model_validate({**row._mapping})


def _figures(one: queries.AreaFigures) -> contract.AreaFigures:
    figures = {measure: contract.Figure(**asdict(figure)) for measure, figure in one.figures.items()}
    return contract.AreaFigures.model_validate({name: value for name, value in asdict(one).items() if name != "figures"} | figures)


def _designated(row: Any) -> contract.DesignatedIn:
    return contract.DesignatedIn(system=row.region_system, region=row.region, code=row.code, valid_from=row.valid_from)


def _job(row: Any) -> contract.InDemandJob:
    return contract.InDemandJob.model_validate({**row._mapping})
