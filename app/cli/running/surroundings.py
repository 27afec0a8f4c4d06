"""What commands run in: the settings of the environment, the installation, and a transaction as the owner of its tables."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from pydantic import ValidationError

from app.core import logging
from app.core.db import Database, Tx
from app.core.embedded import ServerNotStarted, exit_on_signals
from app.core.errors import Invalid, Unavailable
from app.core.installation import Installation, installed
from app.core.settings import Settings

Answer = TypeVar("Answer")


def settings() -> Settings:
    """The settings as the environment has them. Raises `Invalid` with every one that is wrong."""
    try:
        return Settings()
    except ValidationError as wrong:
        said = [
            ": ".join([*(f"WORKFORCE_{str(part).upper()}" for part in each["loc"][:1]), each["msg"].removeprefix("Value error, ")])
            for each in wrong.errors(include_input=False, include_url=False)
        ]
        raise Invalid("\n".join(said)) from wrong


@contextmanager
def here(*, log: bool = False) -> Iterator[Installation]:
    """The installation that the environment names. SIGTERM and SIGHUP end the command in order; `log` writes events as JSON."""
    exit_on_signals()
    known = settings()
    if log:
        logging.configure(known.log_level)
    try:
        with installed(known) as installation:
            yield installation
    except ServerNotStarted as failed:
        raise Unavailable(str(failed)) from failed


def as_owner(do: Callable[[Tx], Awaitable[Answer]]) -> Answer:
    """Run one transaction as the owner of the tables, and commit it: administration of tenants and keys."""

    async def run(url: str) -> Answer:
        database = Database(url, pool=1)
        try:
            async with database.transaction() as tx:
                answer = await do(tx)
                await tx.commit()
                return answer
        finally:
            await database.close()

    with here() as installation:
        return asyncio.run(run(installation.owner_url))
