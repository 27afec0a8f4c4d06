"""The jobs of imports: doing one, taking up those whose worker is gone, and forgetting what was kept long enough."""

from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import select, text

from app.core.actor import Actor
from app.core.jobs import SYSTEM, Work, Workshop, job, nightly
from app.imports import running, staging
from app.imports.models import UNDER_WAY, Import
from app.imports.uploads import KEPT, Uploads
from app.participants.keyring import key_ring

QUEUE = "imports"

log = structlog.get_logger()
_STATES = text("SELECT id FROM states ORDER BY id")
_WAITS = text("SELECT 1 FROM jobs.procrastinate_jobs WHERE status = 'todo' AND task_name = 'imports.run' AND args->>'import_id' = :run")


@job("imports.run", queue=QUEUE)
async def run_import(work: Work, *, import_id: str, request: str) -> None:
    """Do an import, from its beginning. One that is over is left as it is."""
    await running.run(work, UUID(import_id), request=request)


async def taken_up(workshop: Workshop) -> list[UUID]:
    """Ask anew for each import that is under way, waits for no job, and is done by no worker: whoever did it was killed.

    Whoever does one holds a lock for as long as its process lives; so nothing has to be waited for.
    """
    taken: list[UUID] = []
    async with workshop.database.reading() as read:
        states = [row.id for row in await read.all(_STATES)]
    async with running.connection(workshop.database) as connection:
        for state in states:
            async with workshop.database.transaction(Actor(SYSTEM, state, None, "system", frozenset())) as tx:
                for row in await tx.all(select(Import.id).where(Import.status.in_(UNDER_WAY))):
                    if await tx.first(_WAITS, {"run": str(row.id)}) is None and await running.is_free(connection, row.id):
                        await tx.defer(run_import, import_id=str(row.id), request="taken up again")
                        taken.append(row.id)
                await tx.commit()
    for run in taken:
        log.warning("import taken up again", run=str(run))
    return taken


@nightly("imports.forget")
async def forget(work: Work) -> None:
    """Forget what nobody needs any more."""
    await forgotten(work)


async def forgotten(work: Work) -> None:
    """Forget files that were kept long enough, those that belong to no import, and tables of imports that are over."""
    uploads, state = Uploads(work.settings.data_folder, key_ring(work.settings)), work.actor.state
    async with work.transaction() as tx:
        over = {row.id: row.refused == 0 and row.status == "merged" for row in await tx.all(_OVER)}
        for run in await staging.left_behind(tx):
            if run in over:
                await staging.drop(tx, staging.wrong(run))
                await staging.drop(tx, staging.table(run, ()))
        unfinished = {row.id for row in await tx.all(select(Import.id).where(Import.status.in_(UNDER_WAY)))}
        await tx.commit()
    old = set(uploads.older(state, KEPT))
    for run in uploads.older(state, timedelta(days=1)):
        if run not in unfinished and (run in old or over.get(run, True)):
            uploads.forget(state, run)


_OVER = select(Import.id, Import.refused, Import.status).where(Import.status.not_in(UNDER_WAY))
