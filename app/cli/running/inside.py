"""The application in this process: what partner verbs ask where no server is named."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager

import httpx

from app.cli.running.surroundings import here
from app.client import AsyncClient, Retry
from app.core import logging
from app.main import create_app

Opening = Callable[[str], AbstractAsyncContextManager[AsyncClient]]


@contextmanager
def opened() -> Iterator[Opening]:
    """The installation that the environment names; `opened(key)` is a client of the application over it."""
    logging.configure("error")
    with here() as installation:

        @asynccontextmanager
        async def client(key: str) -> AsyncIterator[AsyncClient]:
            application = create_app(installation.settings, database_url=installation.database_url)
            async with application.router.lifespan_context(application):
                inside = httpx.ASGITransport(application, raise_app_exceptions=False)
                headers = {"Authorization": f"Bearer {key}"}
                async with httpx.AsyncClient(transport=inside, base_url="http://localhost", headers=headers) as http:
                    yield AsyncClient(http=http, retry=Retry(times=1))

        yield client
