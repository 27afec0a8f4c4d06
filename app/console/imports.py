"""Import: check a file, see what is wrong with which line, take it in."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import StreamingResponse

from app.access.permissions import Permission
from app.console.bringing import Brought, Taken
from app.console.dependencies import Read, Tx, may, may_see
from app.console.pages import HEADERS, elsewhere, page, wants_part
from app.core import db
from app.core.actor import Actor
from app.core.errors import Forbidden, Refusal, Refused, Violation
from app.imports import actions, queries, returned
from app.imports.kinds import Kind, offered
from app.imports.models import UNDER_WAY
from app.imports.progress import going
from app.imports.templates import template
from app.imports.unpacking import NoTable
from app.imports.uploads import Uploads

router = APIRouter(prefix="/console", include_in_schema=False)

Reader = Annotated[Actor, may_see(Permission.IMPORT)]
Importer = Annotated[Actor, may(Permission.IMPORT)]
SHOWN = 100
"""Mistakes on the page; the file has all of them."""


def _uploads(request: Request) -> Uploads:
    return Uploads(request.app.state.settings.data_folder, request.app.state.key_ring)


Files = Annotated[Uploads, Depends(_uploads)]


def _screen(request: Request, uploads: Uploads, by: Actor, chosen: str = "participants") -> dict[str, Any]:
    kinds = [kind for kind in offered(uploads.ring).values() if kind.needs in by.permissions]
    return {"kinds": kinds, "chosen": chosen, "limit": request.app.state.settings.upload_limit, "error": ""}


@router.get("/imports")
async def show(request: Request, read: Read, by: Reader, uploads: Files) -> Response:
    """The form, and the last imports."""
    recent = await queries.recent(read, by=by)
    return page(request, "imports.html", by=by, here="import", recent=recent, **_screen(request, uploads, by))


@router.post("/imports")
async def bring(request: Request, taken: Taken, tx: Tx, by: Importer, uploads: Files) -> Response:
    """Check a file, or with `apply` take it in: a worker does it, and the page shows how far it is."""
    fields = taken.fields
    policy = actions.POLICIES.get(fields.get("policy", ""), "all")
    try:
        if taken.file is None:
            raise NoTable("Choose a file.")
        kind = _kind(uploads, fields.get("kind", "participants"))
        await actions.accept(tx, by=by, kind=kind, received=taken.file, uploads=uploads, dry_run="apply" not in fields, policy=policy)
    except NoTable as wrong:
        return await _beside(request, tx, by, uploads, taken, wrong)
    if not wants_part(request):
        return elsewhere(request, f"/console/imports/{taken.file.id}")
    return await _told(request, tx, by, uploads, taken.file.id)


async def _beside(request: Request, tx: db.Tx, by: Actor, uploads: Uploads, taken: Brought, wrong: Refusal) -> Response:
    """The reason beside the field. What was taken of the file is forgotten."""
    if wants_part(request):
        raise Refused([Violation(1, "file", "no_table", wrong.detail)]) from None
    if taken.file is not None:
        uploads.forget(by.state, taken.file.id)
    told = _screen(request, uploads, by, taken.fields.get("kind", "participants")) | {"error": wrong.detail}
    return page(request, "imports.html", by=by, here="import", status=422, recent=await queries.recent(tx, by=by), **told)


def _kind(uploads: Uploads, name: str) -> Kind:
    kind = offered(uploads.ring).get(name)
    if kind is None:
        raise Forbidden("There is no such kind of import.")
    return kind


@router.get("/imports/templates/{name}.csv")
async def download_template(name: str, uploads: Files, _by: Reader) -> Response:
    """A file to begin with."""
    head = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(template(_kind(uploads, name)), media_type="text/csv; charset=utf-8", headers=head)


@router.get("/imports/{run}")
async def follow(request: Request, read: Read, by: Reader, uploads: Files, run: UUID) -> Response:
    """How far an import is, and what became of it."""
    return await _told(request, read, by, uploads, run)


@router.post("/imports/{run}/application")
async def apply(request: Request, tx: Tx, by: Importer, uploads: Files, run: UUID) -> Response:
    """Take in what was checked, or what is good of it."""
    policy = actions.POLICIES.get(str((await request.form()).get("policy", "")), "all")
    await actions.apply(tx, by=by, run=run, uploads=uploads, policy=policy)
    return await _went_on(request, tx, by, uploads, run)


@router.post("/imports/{run}/cancellation")
async def cancel(request: Request, tx: Tx, by: Importer, uploads: Files, run: UUID) -> Response:
    """Stop it."""
    await actions.cancel(tx, by=by, run=run)
    return await _went_on(request, tx, by, uploads, run)


async def _went_on(request: Request, tx: db.Tx, by: Actor, uploads: Uploads, run: UUID) -> Response:
    if not wants_part(request):
        return elsewhere(request, f"/console/imports/{run}")
    return await _told(request, tx, by, uploads, run)


async def _told(request: Request, read: db.Read, by: Actor, uploads: Uploads, run: UUID) -> Response:
    row = await queries.one(read, by=by, run=run)
    how = going(row, await queries.rates(read, by=by, kind=row.kind))
    told: dict[str, Any] = {
        "run": row,
        "going": how,
        "under_way": row.status in UNDER_WAY,
        "title": offered(uploads.ring)[row.kind].title if row.kind in offered(uploads.ring) else row.kind.replace("_", " "),
        "mistakes": returned.shown(uploads, by=by, row=row)[:SHOWN],
        "kept": uploads.has(by.state, run),
        "mistakes_kept": uploads.has(by.state, run, "mistakes"),
    }
    return page(request, "_import.html" if wants_part(request) else "import.html", by=by, here="import", **told)


@router.get("/imports/{run}/errors.csv")
async def download(read: Read, by: Reader, uploads: Files, run: UUID) -> Response:
    """The lines with mistakes, to mend and send again."""
    row = await queries.under_way(read, by=by, run=run)
    head = HEADERS | {"Content-Disposition": f'attachment; filename="mistakes-{run}.csv"'}
    return StreamingResponse(
        returned.pieces(returned.mistakes(uploads, by=by, row=row)), media_type="text/csv; charset=utf-8", headers=head
    )
