"""Releases: drafted and certified by the state's staff, read by everybody who has a key."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import FileResponse

from app.access.dependencies import Read, Today, Tx, may, may_see
from app.access.once import Once
from app.access.permissions import Permission
from app.api.enrollments import MISSING
from app.contract import releases as contract
from app.core.actor import Actor
from app.core.paging import LIMIT, MOST, link
from app.core.periods import Period
from app.outcomes.queries import Store
from app.releases import actions, exits, files, queries
from app.releases.actions import Ground
from app.releases.queries import ReleaseKept

router = APIRouter(prefix="/v1/releases", tags=["releases"], route_class=Once)

Reader = Annotated[Actor, may_see(Permission.READ_RELEASES)]
PeopleReader = Annotated[Actor, may(Permission.READ_PEOPLE)]
Drafter = Annotated[Actor, may(Permission.WRITE_RELEASES)]
Certifier = Annotated[Actor, may(Permission.CERTIFY_RELEASES)]
CONFLICT = {**MISSING, 409: {"description": "it is not in a state for this, or too much could be worked out from it"}}


async def _ground(request: Request, today: Today) -> Ground:
    folder = request.app.state.settings.data_folder
    return Ground(Store(request.app.state.database, folder / "extracts"), folder, today)


Grounds = Annotated[Ground, Depends(_ground, scope="function")]


@router.get("")
async def list_releases(
    read: Read,
    by: Reader,
    request: Request,
    response: Response,
    period: Annotated[str | None, Query(description="of this period alone")] = None,
    after: Annotated[str | None, Query(description="the `next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT,
) -> contract.ReleasePage:
    """Releases, newest first: those in force and those that a revision replaced; drafts only for those who make them."""
    page = await queries.listed(read, by=by, period=period, after=after, limit=limit)
    if leads := link(str(request.url), page):
        response.headers["Link"] = leads
    return contract.ReleasePage(items=[_told(one) for one in page.items], next=page.next)


@router.post("", status_code=201, responses=CONFLICT)
async def draft_release(new: contract.NewRelease, tx: Tx, by: Drafter, ground: Grounds, response: Response) -> contract.DraftedRelease:
    """Draft the release of a report period. It is computed, protected and proved; a second person certifies it."""
    return _drafted(response, await actions.draft(tx, by=by, period=Period.parse(new.period), ground=ground))


@router.get("/latest", responses=MISSING)
async def read_latest_release(read: Read, by: Reader) -> contract.Release:
    """The release in force of the latest period."""
    return _told(await queries.latest(read, by=by))


@router.get("/{id}/exit-differences", responses=CONFLICT)
async def read_exit_differences(id: UUID, tx: Tx, by: PeopleReader, today: Today) -> contract.ExitDifferences:  # noqa: A002 - the path's name
    """What was recorded since a release was certified: exits that moved, opened again, followed no more, or came to its quarters."""
    found = await exits.differences(tx, by=by, release=id, today=today)
    items = [contract.ExitDifference.model_validate(row, from_attributes=True) for row in found.items]
    return contract.ExitDifferences(release=id, exits_from=found.first, exits_until=found.last, counts=found.counts, items=items)


@router.get("/{id}/figures", responses=MISSING)
async def read_released_figures(id: UUID, read: Read, by: Reader) -> contract.ReleasedTable:  # noqa: A002 - the path's name
    """Every figure of a release, as its files have it."""
    table = await queries.figures(read, by=by, release=await queries.release(read, by=by, id=id))
    items = [contract.ReleasedFigure(**files.row(table, shown), note=shown.note) for shown in table.content]
    return contract.ReleasedTable(release=id, notes=[f"{of}: {what}" for of, what in files.notes(table)], items=items)


@router.get("/{id}.{form}", response_class=FileResponse, responses=MISSING)
async def download_release(
    id: UUID,  # noqa: A002 - the path's name
    form: contract.Form,
    read: Read,
    by: Reader,
    request: Request,
) -> Response:
    """One of a release's frozen files. CSV and Parquet have a row a figure, the workbook is to be read, GeoJSON and GeoPackage have a
    feature a region, and json is the Data Package that tells of them."""
    kept = await queries.release(read, by=by, id=id)
    file = kept.file(form)
    path = queries.open_file(request.app.state.settings, state=by.state, digest=file.sha256)
    headers = {"ETag": f'"{file.sha256}"', "Disclosure": "protected", "Cache-Control": "private, no-cache"}
    return FileResponse(path, media_type=file.media_type, filename=file.name, headers=headers)


@router.get("/{id}", responses=MISSING)
async def read_release(id: UUID, read: Read, by: Reader) -> contract.Release:  # noqa: A002 - the path's name
    """One release: what it is, who may rely on it since when, and its files."""
    return _told(await queries.release(read, by=by, id=id))


@router.post("/{id}/certification", responses=CONFLICT)
async def certify_release(
    id: UUID,  # noqa: A002 - the path's name
    tx: Tx,
    by: Certifier,
    ground: Grounds,
    response: Response,
) -> contract.DraftedRelease:
    """Let everybody read a draft. Whoever drafted it is refused: a second person looks at it."""
    return _drafted(response, await actions.certify(tx, by=by, id=id, data_folder=ground.data_folder))


@router.post("/{id}/revision", status_code=201, responses=CONFLICT)
async def revise_release(
    id: UUID,  # noqa: A002 - the path's name
    new: contract.NewRevision,
    tx: Tx,
    by: Drafter,
    ground: Grounds,
    response: Response,
) -> contract.DraftedRelease:
    """Draft a revision of a release in force, and say what changed. Once certified it takes the release's place, which stays readable."""
    return _drafted(response, await actions.revise(tx, by=by, id=id, says=new.says, ground=ground))


def _files(kept: ReleaseKept) -> list[contract.ReleaseFile]:
    return [contract.ReleaseFile.model_validate({**file.told, "href": f"/v1/releases/{kept.id}.{file.form}"}) for file in kept.files]


def _told(kept: ReleaseKept) -> contract.Release:
    told = {**vars(kept), "period": str(kept.period), "label": kept.period.label, "files": _files(kept)}
    return contract.Release.model_validate(told)


def _drafted(response: Response, kept: ReleaseKept) -> contract.DraftedRelease:
    response.headers["Location"] = f"/v1/releases/{kept.id}"
    return contract.DraftedRelease.model_validate({**_told(kept).model_dump(), **_made(kept)})


def _made(kept: ReleaseKept) -> dict[str, object]:
    return {"drafted_by": kept.drafted_by, "certified_by": kept.certified_by, "input": kept.input, "proof": kept.proof}
