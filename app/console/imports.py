"""Import: check a file, see what is wrong with which line, take it in."""

import shutil
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from starlette.datastructures import UploadFile

from app.access.permissions import Permission
from app.console.dependencies import Read, Today, Tx, may, may_see
from app.console.pages import elsewhere, page, wants_part
from app.core.actor import Actor
from app.core.errors import Refused, Violation
from app.imports import files, queries
from app.imports.files import NoTable
from app.imports.kinds import kinds
from app.imports.mistakes import FIRST_LINE, as_csv

router = APIRouter(prefix="/console", include_in_schema=False)

Reader = Annotated[Actor, may_see(Permission.IMPORT)]
KIND = "participants"
LOST = timedelta(minutes=15)
"""After so long without an end, an import that this process does not do was stopped with its server."""


def _screen(request: Request) -> dict[str, Any]:
    return {"columns": kinds(request.app.state.key_ring)[KIND].columns, "limit": request.app.state.settings.upload_limit, "error": ""}


@router.get("/imports")
async def show(request: Request, read: Read, by: Reader) -> Response:
    """The form, and the last imports."""
    return page(request, "imports.html", by=by, here="import", recent=await queries.recent(read, by=by), **_screen(request))


@router.post("/imports")
async def bring(request: Request, tx: Tx, by: Annotated[Actor, may(Permission.IMPORT)], today: Today) -> Response:
    """Check a file, or with `apply` take it in. Nothing of it is kept between the two: the browser sends it again."""
    form = await request.form()
    file = form.get("file")
    try:
        if not isinstance(file, UploadFile) or not file.filename:
            raise NoTable("Choose a file.")
        own = files.temporary()
        shutil.copyfileobj(file.file, own)
        kind = kinds(request.app.state.key_ring)[KIND]
        run = await files.begin(request.app.state.database, by=by, today=today, kind=kind, file=own, dry_run="apply" not in form)
    except NoTable as wrong:
        if wants_part(request):
            raise Refused([Violation(1, "file", "no_table", wrong.detail)]) from None
        told = _screen(request) | {"error": wrong.detail, "recent": await queries.recent(tx, by=by)}
        return page(request, "imports.html", by=by, here="import", status=422, **told)
    if not wants_part(request):
        return elsewhere(request, f"/console/imports/{run}")
    async with request.app.state.database.reading(by) as read:
        return _told(request, by, await queries.one(read, by=by, run=run))


@router.get("/imports/{run}")
async def follow(request: Request, read: Read, by: Reader, run: UUID) -> Response:
    """How far an import is, and what became of it."""
    return _told(request, by, await queries.one(read, by=by, run=run))


def _told(request: Request, by: Actor, row: Any) -> Response:
    going = files.progress(row.id)
    lost = row.status == "staging" and going is None and request.app.state.clock.now() - row.begun_at > LOST
    template = "_import.html" if wants_part(request) else "import.html"
    return page(request, template, by=by, here="import", run=row, going=going, lost=lost, first_line=FIRST_LINE)


@router.get("/imports/{run}/errors.csv")
async def download(read: Read, by: Reader, run: UUID) -> Response:
    """The mistakes as a table, to put right beside the file."""
    row = await queries.one(read, by=by, run=run)
    head = {"Content-Disposition": f'attachment; filename="errors-{run}.csv"', "Cache-Control": "private, no-store"}
    return Response(as_csv(row.mistakes), media_type="text/csv; charset=utf-8", headers=head)
