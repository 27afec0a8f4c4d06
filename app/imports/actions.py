"""Verbs about imports: accept a file, take in what was only checked or failed, cancel. A worker does the work."""

import asyncio
from uuid import UUID

from sqlalchemy import case, func, insert, literal, or_, update

from app.access.permissions import Permission
from app.audit.entries import note
from app.core.actor import Actor
from app.core.db import Tx
from app.core.errors import Conflict
from app.imports import queries
from app.imports.engine import Policy
from app.imports.heading import looked_at
from app.imports.kinds import Kind
from app.imports.models import UNDER_WAY, Import
from app.imports.tasks import run_import
from app.imports.uploads import NotKept, Received, Uploads

AGAIN = ("checked", "refused", "failed", "cancelled")
"""The statuses of an import of which nothing was recorded, and which can be begun again."""


POLICIES: dict[str, Policy] = {"all": "all", "good": "good"}
"""By what a form calls them."""


class NotNow(Conflict):
    """The import is at a point where this cannot be done."""

    slug, title = "conflict", "This cannot be done with the import now"


def permit(by: Actor, kind: Kind) -> None:
    """Raises `Forbidden` where the caller may not record one by one what it brings as a file."""
    by.holding(Permission.IMPORT)
    by.holding(kind.needs)


async def accept(tx: Tx, *, by: Actor, kind: Kind, received: Received, uploads: Uploads, dry_run: bool, policy: Policy = "all") -> None:
    """A file has come whole: it will be checked, or taken in. The import and its job exist if and only if this commits.

    A partner's own staff may leave the column `partner` out. Raises `Forbidden`, and `NoTable` where the first line does not name the
    kind's columns.
    """
    permit(by, kind)
    own = await queries.own_key(tx, by=by)
    heading = await asyncio.to_thread(looked_at, uploads, by.state, received.id, kind, own)
    told = {"id": received.id, "kind": kind.name, "size": received.size, "content": received.digest, "ignored": list(heading.ignored)}
    how = {"status": "queued", "policy": policy, "dry_run": dry_run, "actor": by.id, "partner": by.partner}
    await tx.run(insert(Import).values(**told, **how))
    await note(tx, "import", by=by, subject=received.id, detail={"kind": kind.name, "dry_run": dry_run})
    await tx.defer(run_import, import_id=str(received.id), request=by.request)


async def apply(tx: Tx, *, by: Actor, run: UUID, uploads: Uploads, policy: Policy = "all") -> None:
    """Take in a file that was only checked, refused, or did not get through; it is not sent again.

    Raises `NoImport`, `NotNow` where it was taken in or is under way, `NotKept` where the file is not kept any more.
    """
    row = await queries.under_way(tx, by=by, run=run)
    if not uploads.has(by.state, run):
        raise NotKept if row.status in AGAIN else NotNow(f"The import is {row.status}.")
    zero = dict.fromkeys(("through", "rows", "checked", "refused", "refused_rows", "made", "unchanged"), 0)
    anew = {"status": "queued", "dry_run": False, "policy": policy, "cancelled": False, "ended_at": None, "stage_at": None, "seconds": {}}
    which = update(Import).where(Import.id == run, Import.status.in_(AGAIN))
    if not await tx.run(which.values(**anew, **zero, detail={}, mistakes=[], revision=Import.revision + 1)):
        raise NotNow(f"The import is {row.status}: what is in it was taken in, or will be.")
    await note(tx, "apply_import", by=by, subject=run, detail={"kind": row.kind, "policy": policy})
    await tx.defer(run_import, import_id=str(run), request=by.request)


async def cancel(tx: Tx, *, by: Actor, run: UUID) -> None:
    """Stop an import before its rows are in; then nothing of it is recorded. Raises `NoImport`, `NotNow` where it is over."""
    row = await queries.under_way(tx, by=by, run=run)
    waits = Import.status == "queued"
    changed = {
        "cancelled": True,
        "status": case((waits, literal("cancelled")), else_=Import.status),
        "ended_at": case((waits, func.now()), else_=Import.ended_at),
    }
    mine = or_(literal(by.partner is None), Import.partner == by.partner)
    if not await tx.run(update(Import).where(Import.id == run, Import.status.in_(UNDER_WAY), mine).values(**changed)):
        raise NotNow(f"The import is {row.status}: there is nothing to stop.")
    await note(tx, "cancel_import", by=by, subject=run, detail={"kind": row.kind})
