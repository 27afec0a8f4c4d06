"""Career paths and collections."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from app.access.dependencies import Read, TodayRead, Tx, may, may_see
from app.access.once import Once
from app.access.permissions import Permission
from app.api.revisions import IfMatch, tagged
from app.career_paths import actions, queries
from app.career_paths.rules import totals
from app.career_paths.surroundings import judged
from app.contract import career_paths as contract
from app.contract.values import Day
from app.core import db
from app.core.actor import Actor
from app.core.errors import Invalid
from app.core.paging import LIMIT, MOST, link
from app.definitions import translation

router = APIRouter(prefix="/v1", tags=["career paths"], route_class=Once)

Reader = Annotated[Actor, may_see(Permission.READ_DEFINITIONS)]
Writer = Annotated[Actor, may(Permission.WRITE_DEFINITIONS)]
After = Annotated[str | None, Query(description="the `next` of the page before")]
Limit = Annotated[int, Query(ge=1, le=MOST)]
Startable = Annotated[Day | None, Query(description="those alone that may be started on this day")]
AS_DRAFTED = contract.Publication(valid_from=None)
OnDay = Annotated[Day | None, Query(description="as it was or will be on this day; today if left out")]


@router.get("/career-paths")
async def list_career_paths(
    read: Read,
    by: Reader,
    request: Request,
    response: Response,
    on: Startable = None,
    system: Annotated[str | None, Query(description="with `region`: the region system in which it is offered")] = None,
    region: Annotated[str | None, Query(description="with `system`: the region in which it is offered")] = None,
    status: Literal["draft", "published", "retired"] | None = None,
    after: After = None,
    limit: Limit = LIMIT,
) -> contract.CareerPathPage:
    """Versions of career paths, by key and number."""
    offered = _region(system, region)
    page = await queries.career_paths(read, by=by, on=on, region=offered, status=status, after=after, limit=limit)
    if leads := link(str(request.url), page):
        response.headers["Link"] = leads
    return contract.CareerPathPage(items=[_summary(row) for row in page.items], next=page.next)


@router.post("/career-paths", status_code=201)
async def draft_career_path(new: contract.CareerPathDefinition, tx: Tx, by: Writer, response: Response) -> contract.CareerPath:
    """Draft a career path, or the next version of one. Nobody can start it until it is published."""
    made = await actions.draft(tx, by=by, path=translation.path(new))
    kept = await queries.version(tx, by=by, id=made)
    response.headers["Location"] = f"/v1/career-paths/{new.key}?version={kept.number}"
    return await _told(tx, by, kept, response)


@router.get("/career-paths/{key}")
async def read_career_path(
    key: str,
    read: Read,
    by: Reader,
    today: TodayRead,
    response: Response,
    version: Annotated[int | None, Query(description="the version's number")] = None,
    on: OnDay = None,
) -> contract.CareerPath:
    """One version of a career path: by its number, or the one that may be started on a day."""
    return await _told(read, by, await queries.career_path(read, by=by, key=key, version=version, on=on or today), response)


@router.patch("/career-paths/{key}")
async def change_career_path(
    key: str, change: contract.CareerPathChange, tx: Tx, by: Writer, response: Response, revision: IfMatch
) -> contract.CareerPath:
    """Change the draft of a career path. What is published is not changed: draft its next version."""
    changed = await actions.change(tx, by=by, key=key, revision=revision, **translation.path_change(change))
    return await _told(tx, by, await queries.version(tx, by=by, id=changed), response)


@router.post("/career-paths/{key}/publication", status_code=201)
async def publish_career_path(
    key: str, tx: Tx, by: Writer, response: Response, revision: IfMatch, how: contract.Publication = AS_DRAFTED
) -> contract.CareerPath:
    """Publish the draft, if the quality gates let it pass. The version in force ends on its first day."""
    published = await actions.publish(tx, by=by, key=key, valid_from=how.valid_from, revision=revision)
    return await _told(tx, by, await queries.version(tx, by=by, id=published), response)


@router.post("/career-paths/{key}/retirement", status_code=201)
async def retire_career_path(key: str, how: contract.Retirement, tx: Tx, by: Writer, response: Response) -> contract.CareerPath:
    """Let it be started no more from a day on. Those who started go on."""
    retired = await actions.retire(tx, by=by, key=key, valid_until=how.valid_until)
    return await _told(tx, by, await queries.version(tx, by=by, id=retired), response)


@router.get("/collections")
async def list_collections(
    read: Read,
    by: Reader,
    today: TodayRead,
    request: Request,
    response: Response,
    on: OnDay = None,
    after: After = None,
    limit: Limit = LIMIT,
) -> contract.CollectionPage:
    """Collections of paths or courses, by key."""
    page = await queries.collections(read, by=by, on=on or today, after=after, limit=limit)
    if leads := link(str(request.url), page):
        response.headers["Link"] = leads
    return contract.CollectionPage(items=[_collection(kept) for kept in page.items], next=page.next)


@router.get("/collections/{key}")
async def read_collection(key: str, read: Read, by: Reader, today: TodayRead, on: OnDay = None) -> contract.Collection:
    """One collection."""
    return _collection(await queries.collection(read, by=by, key=key, on=on or today))


def _region(system: str | None, region: str | None) -> tuple[str, str] | None:
    if system is not None and region is not None:
        return system, region
    if system is not None or region is not None:
        raise Invalid("A region is known by its system and its code: send 'system' and 'region' together.")
    return None


async def _told(read: db.Read, by: Actor, kept: queries.Version, response: Response) -> contract.CareerPath:
    """A version on the wire, with its revision; and with what the gates say, for those who can do something about it."""
    tagged(response, kept.revision)
    writes = Permission.WRITE_DEFINITIONS in by.permissions
    found = (await judged(read, by=by, paths=[kept.path]))[kept.path.key] if writes else ()
    defined = translation.path_definition(kept.path)
    return contract.CareerPath(
        **{name: getattr(defined, name) for name in contract.CareerPathDefinition.model_fields if name != "steps"},
        steps=tuple(contract.StepRead(**dict(step), id=kept.steps[step.key]) for step in defined.steps),
        id=kept.id,
        version=kept.number,
        status=kept.status,
        valid_until=kept.valid_until,
        revision=kept.revision,
        totals=contract.Totals.model_validate(totals(kept.path.steps), from_attributes=True),
        findings=translation.findings(found),
    )


def _summary(row: Any) -> contract.CareerPathSummary:
    sums = contract.Totals(hours=row.hours, weeks=row.weeks, cost=row.cost)
    return contract.CareerPathSummary.model_validate({**row._mapping, "totals": sums})


def _collection(kept: queries.CollectionKept) -> contract.Collection:
    defined = translation.collection_definition(kept.collection)
    return contract.Collection(**dict(defined), id=kept.id, valid_until=kept.valid_until)
