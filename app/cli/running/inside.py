"""The application in this process: what partner verbs ask where no server is named."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress

import httpx

from app.cli.running.surroundings import here
from app.client import AsyncClient, Retry
from app.core import logging
from app.core.installation import Installation
from app.imports.tasks import QUEUE
from app.main import create_app
from app.worker import work

SECONDS = 0.2
"""Between two looks for an import."""

Opening = Callable[[str], AbstractAsyncContextManager[AsyncClient]]


@contextmanager
def opened(*, working: bool = False) -> Iterator[Opening]:
    """The installation that the environment names; `opened(key)` is a client of its application, which does imports if `working`."""
    logging.configure("error")
    with here() as installation:

        @asynccontextmanager
        async def client(key: str) -> AsyncIterator[AsyncClient]:
            application = create_app(installation.settings, database_url=installation.database_url)
            async with application.router.lifespan_context(application):
                inside = httpx.ASGITransport(application, raise_app_exceptions=False)
                headers = {"Authorization": f"Bearer {key}"}
                over = asyncio.Event()
                doing = asyncio.create_task(_imports(installation, over)) if working else None
                try:
                    async with httpx.AsyncClient(transport=inside, base_url="http://localhost", headers=headers) as http:
                        yield AsyncClient(http=http, retry=Retry(times=1))
                finally:
                    if doing is not None:
                        over.set()  # cancelled, a worker would end as if it were done, or in the middle of opening its connections
                        await doing

        yield client


async def _imports(installation: Installation, over: asyncio.Event) -> None:
    """Do the imports that are asked for, as a worker does, until it is over."""
    while not over.is_set():
        await work(installation.settings, installation.database_url, until_done=True, queues=[QUEUE])
        with suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), SECONDS)
