"""The worker, put together: which jobs there are, and when the nightly ones begin."""

import asyncio
import importlib
import pkgutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

import psycopg
import structlog
from procrastinate import JobContext, PsycopgConnector
from procrastinate.periodic import PeriodicRegistry
from procrastinate.tasks import Task
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

import app
from app.core.actor import Actor
from app.core.clock import clock_for
from app.core.db import Database
from app.core.errors import Unavailable
from app.core.jobs import EARLY, JOBS, NIGHTLY, SYSTEM, Workshop
from app.core.settings import Settings
from app.imports.tasks import taken_up

KEPT_HOURS = 30 * 24  # how long a job that is done can still be looked at
CONCURRENCY = 2
LOOKED_AFTER_SECONDS = 15

log = structlog.get_logger()

for _module in pkgutil.walk_packages(app.__path__, "app."):
    if _module.name.rpartition(".")[2] == "tasks":
        importlib.import_module(_module.name)


@JOBS.periodic(cron="30 8 * * *")  # UTC: small hours from New York to Hawaii
@JOBS.task(name="every_night", queueing_lock="every_night", pass_context=True)
async def every_night(context: JobContext, timestamp: int) -> None:
    """Ask for every nightly job, once for each state: one that fails leaves the others alone."""
    states = await _for_every_state(context, NIGHTLY)
    await context.app.job_manager.delete_old_jobs(nb_hours=KEPT_HOURS)
    log.info("night began", states=states, jobs=len(NIGHTLY), due=timestamp)


@JOBS.periodic(cron="0 10 * * *")  # the night's jobs are done, and nobody is at work yet
@JOBS.task(name="every_morning", queueing_lock="every_morning", pass_context=True)
async def every_morning(context: JobContext, timestamp: int) -> None:
    """Ask for every early job, once for each state."""
    states = await _for_every_state(context, EARLY)
    log.info("morning began", states=states, jobs=len(EARLY), due=timestamp)


async def _for_every_state(context: JobContext, tasks: Sequence[Task[..., Any, Any]]) -> int:
    """Ask for some jobs in each state; answers how many states there are."""
    workshop: Workshop = context.additional_context["workshop"]
    async with workshop.database.reading() as read:
        states = [row.id for row in await read.all(text("SELECT id FROM states ORDER BY id"))]
    for state in states:
        async with workshop.database.transaction(Actor(SYSTEM, state, None, "system", frozenset())) as tx:
            for task in tasks:
                await tx.defer(task)
            await tx.commit()
    return len(states)


@JOBS.periodic(cron="*/5 * * * *")
@JOBS.task(name="take_up_again", queueing_lock="take_up_again", pass_context=True)
async def take_up_again(context: JobContext, timestamp: int) -> None:
    """Give back the jobs of workers that were killed in the middle; jobs are written so that they can be run again."""
    for stalled in await context.app.job_manager.get_stalled_jobs():
        await context.app.job_manager.retry_job(stalled)
        log.warning("job taken up again", job=stalled.id, task=stalled.task_name, due=timestamp)


async def _look_after_imports(workshop: Workshop) -> None:
    """Take up imports whose worker is gone, for as long as this one lives."""
    while True:
        await asyncio.sleep(LOOKED_AFTER_SECONDS)
        try:
            await taken_up(workshop)
        except (Unavailable, DBAPIError, psycopg.Error) as away:  # the database: it is asked again
            log.warning("imports not looked after", why=type(away).__name__)


@contextmanager
def _nothing_by_the_clock() -> Iterator[None]:
    """Nights and mornings are begun by a worker that stays."""
    kept, JOBS.periodic_registry = JOBS.periodic_registry, PeriodicRegistry()  # type: ignore[no-untyped-call]  # its maker has no types
    try:
        yield
    finally:
        JOBS.periodic_registry = kept


async def work(settings: Settings, database_url: str, *, until_done: bool = False, queues: Iterable[str] | None = None) -> None:
    """Do jobs until SIGTERM or Ctrl-C, or with `until_done` until none is left; those of some `queues`, or of all. A job under way is
    finished first; an import of which the worker was killed is taken up again at once. With `until_done` the clock begins nothing.

    `database_url` is that of the application's role.
    """
    database = Database(database_url, pool=settings.database_pool)
    workshop = Workshop(database, settings, clock_for(settings.today))
    some: dict[str, Any] = {} if queues is None else {"queues": list(queues)}
    options = {"options": "-csearch_path=jobs,public -ctimezone=UTC", "application_name": "workforce worker"}
    try:
        connector = PsycopgConnector(conninfo=database_url, kwargs=options, min_size=1, max_size=4)
        with JOBS.replace_connector(connector) as jobs, _nothing_by_the_clock() if until_done else nullcontext():
            async with jobs.open_async():
                await taken_up(workshop)
                looking = asyncio.create_task(_look_after_imports(workshop))
                try:
                    await jobs.run_worker_async(
                        **some,
                        wait=not until_done,
                        concurrency=CONCURRENCY,
                        additional_context={"workshop": workshop},
                        shutdown_graceful_timeout=60,
                        install_signal_handlers=not until_done,
                    )
                finally:
                    looking.cancel()
    finally:
        await database.close()
