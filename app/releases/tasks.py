"""What a worker does about releases: drafts that take long."""

import asyncio
from concurrent.futures import Future
from dataclasses import replace
from uuid import UUID

import structlog
from sqlalchemy import update

from app.access.permissions import Permission
from app.core.actor import Actor
from app.core.errors import Refusal
from app.core.jobs import Work, job
from app.outcomes.queries import Store
from app.releases import queries
from app.releases.drafting import Ground, made
from app.releases.models import Release

MAKES = frozenset({Permission.READ_RELEASES, Permission.WRITE_RELEASES})
BROKEN = "Something went wrong that has nothing to do with the figures. The state's staff find it in the log; draft it anew."

log = structlog.get_logger()


@job("releases.draft")
async def finish(work: Work, *, release: str) -> None:
    """Draft a release that was begun; its row says how far it is, and in the end what became of it. Done twice, it is done once."""
    by, id = replace(work.actor, permissions=MAKES), UUID(release)  # noqa: A001 - the column's name
    loop, told, in_order = asyncio.get_running_loop(), list[Future[None]](), asyncio.Lock()

    async def noted(per_cent: int, doing: str) -> None:
        async with in_order:  # whoever waits for it first has it first
            await _note(work, by, id, progress=per_cent, doing=doing)

    def progress(per_cent: int, doing: str) -> None:  # heard in another thread
        told.append(asyncio.run_coroutine_threadsafe(noted(per_cent, doing), loop))

    try:
        async with work.database.transaction(by) as tx:
            begun = await queries.release(tx, by=by, id=id)
            if begun.status != "drafting":
                return
            data_folder = work.settings.data_folder
            ground = Ground(Store(work.database, data_folder / "extracts"), data_folder, by.today(work.clock))
            await made(tx, by=by, id=id, period=begun.period, ground=ground, progress=progress)
            await tx.commit()
    except Refusal as refused:
        await _note(work, by, id, status="failed", failed=refused.detail)
        log.info("draft refused", release=release, slug=refused.slug)
    except Exception:
        await _note(work, by, id, status="failed", failed=BROKEN)
        raise
    finally:
        await asyncio.gather(*map(asyncio.wrap_future, told))


async def _note(work: Work, by: Actor, id: UUID, **values: object) -> None:  # noqa: A002 - the column's name
    """Write down how it is going, in a transaction of its own: what is done meanwhile commits at the end alone."""
    async with work.database.transaction(by) as tx:
        await tx.run(update(Release).where(Release.id == id, Release.status == "drafting").values(**values))
        await tx.commit()
