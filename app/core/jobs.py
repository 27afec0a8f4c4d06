"""Jobs: what happens later, or every night, in a worker. A job is a row that commits with the act that asked for it.

A room writes its jobs in `tasks.py`, and a verb asks for one with `tx.defer(merge, import_id=…)`:

    @job("imports.merge")
    async def merge(work: Work, *, import_id: str) -> None:
        async with work.transaction() as tx:
            ...
            await tx.commit()
"""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Concatenate
from uuid import UUID

import structlog
from procrastinate import App, JobContext, PsycopgConnector
from procrastinate.tasks import Task
from sqlalchemy import text

from app.core.actor import Actor
from app.core.clock import Clock
from app.core.db import Database, Read, Tx
from app.core.settings import Settings

SYSTEM = UUID(int=0)
"""Under whose id the audit record has what no caller asked for."""

JOBS = App(connector=PsycopgConnector())
"""Every job there is. This connector is never opened: an act defers on its own connection, and a worker brings one of its own."""

NIGHTLY: list[Task[..., Any, Any]] = []
"""The jobs that are done every night, once for each state."""

EARLY: list[Task[..., Any, Any]] = []
"""Those that are done every morning, when the night's are done, once for each state."""

log = structlog.get_logger()
_ZONE = text("SELECT time_zone FROM states WHERE id = :state")


@dataclass(frozen=True)
class Work:
    """What a job is given: the database in the state of whoever asked, and what else it may need to know."""

    database: Database
    settings: Settings
    clock: Clock
    actor: Actor

    def transaction(self) -> AbstractAsyncContextManager[Tx]:
        """A writing transaction in the job's state; commit it."""
        return self.database.transaction(self.actor)

    def reading(self) -> AbstractAsyncContextManager[Read]:
        """A reading transaction in the job's state."""
        return self.database.reading(self.actor)


@dataclass(frozen=True)
class Workshop:
    """What a worker gives its jobs."""

    database: Database
    settings: Settings
    clock: Clock

    async def work(self, state: str, request: str) -> Work:
        """The surroundings of one job of a state."""
        async with self.database.reading() as read:
            zone = await read.scalar(_ZONE, {"state": state})
        return Work(self.database, self.settings, self.clock, Actor(SYSTEM, state, None, "system", frozenset(), request, zone or "UTC"))


Doing = Callable[Concatenate[Work, ...], Awaitable[None]]


def job(name: str, *, queue: str = "default") -> Callable[[Doing], Task[..., Any, Any]]:
    """Make a function a job. It runs as the system in the state of the transaction that deferred it."""

    def made(do: Doing) -> Task[..., Any, Any]:
        async def run(context: JobContext, /, *, state: str, **arguments: Any) -> None:
            workshop: Workshop = context.additional_context["workshop"]
            with structlog.contextvars.bound_contextvars(job=context.job.id, state=state):
                await do(await workshop.work(state, f"job-{context.job.id}"), **arguments)

        run.__doc__ = do.__doc__
        return JOBS.task(name=name, queue=queue, pass_context=True)(run)

    return made


def nightly(name: str) -> Callable[[Doing], Task[..., Any, Any]]:
    """Make a function a job that is done every night, once for each state."""

    def made(do: Doing) -> Task[..., Any, Any]:
        task = job(name)(do)
        NIGHTLY.append(task)
        return task

    return made


def early(name: str) -> Callable[[Doing], Task[..., Any, Any]]:
    """Make a function a job that is done every morning, once for each state: it finds what the night left."""

    def made(do: Doing) -> Task[..., Any, Any]:
        task = job(name)(do)
        EARLY.append(task)
        return task

    return made
