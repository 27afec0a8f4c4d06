"""Releases: drafted and certified by the state's staff, read by everybody who has a key."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response
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
Prefer = Annotated[str, Header(description="`respond-async`: answer 202 at once and let a worker draft it (RFC 7240)")]
LATER = {**CONFLICT, 202: {"model": contract.DraftedRelease, "description": "a worker drafts it; read it again for what became of it"}}
GONE = {**MISSING, 410: {"description": "it was withdrawn; the answer says why"}}


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


@router.post("", status_code=201, responses=LATER)
async def draft_release(
    new: contract.NewRelease, tx: Tx, by: Drafter, ground: Grounds, response: Response, prefer: Prefer = ""
) -> contract.DraftedRelease:
    """Draft the release of a report period. It is computed, protected and proved; a second person certifies it.

    It takes seconds, and minutes where many earlier releases overlap it: with `Prefer: respond-async` nobody waits.
    """
    period = Period.parse(new.period)
    if not _waits(prefer, response):
        return _drafted(response, await actions.draft_later(tx, by=by, period=period, today=ground.today))
    return _drafted(response, await actions.draft(tx, by=by, period=period, ground=ground))


def _waits(prefer: str, response: Response) -> bool:
    """Whether the caller waits for it; whoever does not is answered 202."""
    if "respond-async" not in {one.strip().lower() for one in prefer.split(",")}:
        return True
    response.status_code = 202
    response.headers["Preference-Applied"] = "respond-async"
    return False


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


@router.get("/{id}/figures", responses=GONE)
async def read_released_figures(id: UUID, read: Read, by: Reader) -> contract.ReleasedTable:  # noqa: A002 - the path's name
    """Every figure of a release, as its files have it."""
    table = await queries.figures(read, by=by, release=await queries.release(read, by=by, id=id))
    items = [contract.ReleasedFigure(**files.row(table, shown), note=shown.note) for shown in table.content]
    return contract.ReleasedTable(release=id, notes=[f"{of}: {what}" for of, what in files.notes(table)], items=items)


@router.get("/{id}.{form}", response_class=FileResponse, responses=GONE)
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
async def read_release(id: UUID, read: Read, by: Reader) -> contract.DraftedRelease | contract.Release:  # noqa: A002 - the path's name
    """One release: what it is, who may rely on it since when, and its files. Who makes releases reads how a draft is going."""
    kept = await queries.release(read, by=by, id=id)
    return _made(kept) if Permission.WRITE_RELEASES in by.permissions else _told(kept)


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


@router.post("/{id}/withdrawal", responses=CONFLICT)
async def withdraw_release(
    id: UUID,  # noqa: A002 - the path's name
    new: contract.Withdrawal,
    tx: Tx,
    by: Certifier,
    response: Response,
) -> contract.DraftedRelease:
    """Hand out a published release no more: its files answer 410 with the reason. What was read of it stays known to the proofs."""
    return _drafted(response, await actions.withdraw(tx, by=by, id=id, because=new.because))


@router.post("/{id}/revision", status_code=201, responses=LATER)
async def revise_release(
    id: UUID,  # noqa: A002 - the path's name
    new: contract.NewRevision,
    tx: Tx,
    by: Drafter,
    ground: Grounds,
    response: Response,
    prefer: Prefer = "",
) -> contract.DraftedRelease:
    """Draft a revision of a release in force, and say what changed. Once certified it takes the release's place, which stays readable."""
    if not _waits(prefer, response):
        return _drafted(response, await actions.revise_later(tx, by=by, id=id, says=new.says, today=ground.today))
    return _drafted(response, await actions.revise(tx, by=by, id=id, says=new.says, ground=ground))


def _files(kept: ReleaseKept) -> list[contract.ReleaseFile]:
    return [contract.ReleaseFile.model_validate({**file.told, "href": f"/v1/releases/{kept.id}.{file.form}"}) for file in kept.files]


def _told(kept: ReleaseKept) -> contract.Release:
    told = {**vars(kept), "period": str(kept.period), "label": kept.period.label, "files": _files(kept)}
    return contract.Release.model_validate(told)


def _drafted(response: Response, kept: ReleaseKept) -> contract.DraftedRelease:
    response.headers["Location"] = f"/v1/releases/{kept.id}"
    return _made(kept)


def _made(kept: ReleaseKept) -> contract.DraftedRelease:
    told = {**vars(kept), **_told(kept).model_dump(), "proof": kept.proof or None}
    return contract.DraftedRelease.model_validate(told)
