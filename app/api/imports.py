"""Imports over HTTP: send a file, see how far it is, read what is wrong with which line, take it in, stop it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from app.access.dependencies import Read, Tx, caller, may, may_see
from app.access.once import Once
from app.access.permissions import Permission
from app.api.enrollments import MISSING
from app.contract import imports as contract
from app.contract.imports import ImportPolicy
from app.core.actor import Actor
from app.core.db import Read as Reading
from app.imports import actions, queries, returned
from app.imports.kinds import offered
from app.imports.progress import going
from app.imports.templates import template
from app.imports.uploads import Received, Uploads

router = APIRouter(prefix="/v1", tags=["imports"], route_class=Once)

Importer = Annotated[Actor, may(Permission.IMPORT)]
Reader = Annotated[Actor, may_see(Permission.IMPORT)]

EVERY = 0.5
"""Seconds between two looks at an import that somebody watches."""

_FILES = ("text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/vnd.apache.parquet")
_PACKED = ("application/gzip", "application/zip", "application/octet-stream")
_SCHEMA = {"schema": {"type": "string", "format": "binary"}}
FILE: dict[str, Any] = {"requestBody": {"required": True, "content": dict.fromkeys((*_FILES, *_PACKED), _SCHEMA)}}
EVENTS: dict[int | str, dict[str, Any]] = {200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}}


def _uploads(request: Request) -> Uploads:
    return Uploads(request.app.state.settings.data_folder, request.app.state.key_ring)


Files = Annotated[Uploads, Depends(_uploads)]


async def _received(request: Request) -> AsyncIterator[Received]:
    """The file, sealed and hashed while it comes: before the transaction begins, so that none waits for it."""
    by = (await caller(request)).holding(Permission.IMPORT)
    receiving = _uploads(request).receive(by.state)
    try:
        async for piece in request.stream():
            receiving.write(piece)
        received = await receiving.finish()
        request.state.digest = received.digest
        yield received
    except BaseException:
        receiving.forget()
        raise


@router.post("/imports", status_code=202, openapi_extra=FILE)
async def begin_import(
    response: Response,
    uploads: Files,
    received: Annotated[Received, Depends(_received, scope="function")],
    tx: Tx,
    by: Importer,
    kind: contract.ImportKind,
    dry_run: Annotated[bool, Query(description="check it, and take nothing in")] = False,
    policy: Annotated[ImportPolicy, Query(description="all rows or none; or those that are good")] = "all",
) -> contract.Import:
    """Send a table whose first line names the columns: CSV (packed with gzip or zip, too), XLSX or Parquet. Twice, it changes nothing."""
    await actions.accept(tx, by=by, kind=offered(uploads.ring)[kind], received=received, uploads=uploads, dry_run=dry_run, policy=policy)
    response.headers["Location"] = f"/v1/imports/{received.id}"
    return await _told(tx, by, uploads, received.id)


@router.get("/import-template", response_class=Response)
async def download_template(kind: contract.ImportKind, uploads: Files, _by: Reader) -> Response:
    """A file with the columns of a kind, and one line that shows how they are filled."""
    head = {"Content-Disposition": f'attachment; filename="{kind}.csv"'}
    return Response(template(offered(uploads.ring)[kind]), media_type="text/csv; charset=utf-8", headers=head)


@router.get("/imports/{run}", responses=MISSING)
async def read_import(run: UUID, read: Read, by: Reader, uploads: Files) -> contract.Import:
    """What became of an import, or how far it is."""
    return await _told(read, by, uploads, run)


@router.get("/imports/{run}/events", responses=MISSING | EVENTS, response_class=Response)
async def watch_import(run: UUID, request: Request, read: Read, by: Reader) -> Response:
    """The import as server-sent events: `progress` whenever something changed, and `end`, the last one. Without its mistakes."""
    await queries.under_way(read, by=by, run=run)
    head = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_events(request, by, run), media_type="text/event-stream", headers=head)


async def _events(request: Request, by: Actor, run: UUID) -> AsyncIterator[str]:
    before = ""
    while True:
        async with request.app.state.database.reading(by) as read:
            now = await _going(read, by, run)
        written = now.model_dump_json()
        over = now.status not in contract.UNDER_WAY
        if written != before or over:
            yield f"event: {'end' if over else 'progress'}\ndata: {written}\n\n"
        if over:
            return
        before = written
        await asyncio.sleep(EVERY)


@router.get("/imports/{run}/errors.csv", responses=MISSING, response_class=Response)
async def download_mistakes(run: UUID, read: Read, by: Reader, uploads: Files) -> Response:
    """The lines with mistakes as a file in the shape of yours, with the reasons beside: mend it, and send it back."""
    row = await queries.under_way(read, by=by, run=run)
    file = returned.mistakes(uploads, by=by, row=row)
    head = {"Content-Disposition": f'attachment; filename="mistakes-{run}.csv"', "Cache-Control": "private, no-store"}
    return StreamingResponse(returned.pieces(file), media_type="text/csv; charset=utf-8", headers=head)


@router.post("/imports/{run}/application", status_code=202, responses=MISSING)
async def apply_import(
    run: UUID, wanted: contract.ImportApplication, tx: Tx, by: Importer, uploads: Files, response: Response
) -> contract.Import:
    """Take in a file that was only checked, or refused, or did not get through. It is not sent again."""
    await actions.apply(tx, by=by, run=run, uploads=uploads, policy=wanted.policy)
    response.headers["Location"] = f"/v1/imports/{run}"
    return await _told(tx, by, uploads, run)


@router.post("/imports/{run}/cancellation", responses=MISSING)
async def cancel_import(run: UUID, tx: Tx, by: Importer, uploads: Files) -> contract.Import:
    """Stop an import before its rows are in: nothing of it is recorded then."""
    await actions.cancel(tx, by=by, run=run)
    return await _told(tx, by, uploads, run)


async def _told(read: Reading, by: Actor, uploads: Uploads, run: UUID) -> contract.Import:
    row = await queries.one(read, by=by, run=run)
    return contract.Import.model_validate({**await _fields(read, by, row), "mistakes": returned.shown(uploads, by=by, row=row)})


async def _going(read: Reading, by: Actor, run: UUID) -> contract.Import:
    return contract.Import.model_validate(await _fields(read, by, await queries.under_way(read, by=by, run=run)))


async def _fields(read: Reading, by: Actor, row: Any) -> dict[str, Any]:
    how = going(row, await queries.rates(read, by=by, kind=row.kind))
    progress = None if how is None else {"share": how.share, "seconds_left": how.seconds_left}
    return {**row._mapping, "progress": progress, "why": row.detail.get("why"), "mistakes": []}
