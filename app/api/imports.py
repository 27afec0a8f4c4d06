"""Imports over HTTP: send a file, ask how far it is, read what is wrong with which line."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from app.access.dependencies import Read, Today, may, may_see
from app.access.once import Once
from app.access.permissions import Permission
from app.api.enrollments import MISSING
from app.contract import imports as contract
from app.core.actor import Actor
from app.imports import files, queries
from app.imports.kinds import kinds
from app.imports.mistakes import FIRST_LINE, as_csv

router = APIRouter(prefix="/v1", tags=["imports"], route_class=Once)

Importer = Annotated[Actor, may(Permission.IMPORT)]
Reader = Annotated[Actor, may_see(Permission.IMPORT)]

CSV: dict[str, Any] = {"requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}}


@router.post("/imports", status_code=202, openapi_extra=CSV)
async def begin_import(
    request: Request,
    response: Response,
    by: Importer,
    today: Today,
    kind: contract.ImportKind,
    dry_run: Annotated[bool, Query(description="check it, and take nothing in")] = False,
) -> contract.Import:
    """Send a CSV file whose first line names the columns. The same content a second time changes nothing."""
    file = files.temporary()
    async for chunk in request.stream():
        file.write(chunk)
    wanted = kinds(request.app.state.key_ring)[kind]
    database = request.app.state.database
    run = await files.begin(database, by=by, today=today, kind=wanted, file=file, dry_run=dry_run)
    response.headers["Location"] = f"/v1/imports/{run}"
    async with database.reading(by) as read:
        return _told(await queries.one(read, by=by, run=run))


@router.get("/imports/{run}", responses=MISSING)
async def read_import(run: UUID, read: Read, by: Reader) -> contract.Import:
    """What became of an import, or how far it is."""
    return _told(await queries.one(read, by=by, run=run))


@router.get("/imports/{run}/errors.csv", responses=MISSING, response_class=Response)
async def download_mistakes(run: UUID, read: Read, by: Reader) -> Response:
    """The first thousand mistakes as a table: line, field, code, detail."""
    row = await queries.one(read, by=by, run=run)
    head = {"Content-Disposition": f'attachment; filename="errors-{run}.csv"'}
    return Response(as_csv(row.mistakes), media_type="text/csv; charset=utf-8", headers=head)


def _told(row: Any) -> contract.Import:
    going = files.progress(row.id)
    mistakes = [{**mistake, "line": mistake["line"] + FIRST_LINE} for mistake in row.mistakes]
    rows = going.rows if going else row.rows
    return contract.Import.model_validate({**row._mapping, "mistakes": mistakes, "rows": rows, "why": row.detail.get("why")})
