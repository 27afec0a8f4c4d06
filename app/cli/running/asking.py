"""How a partner verb asks: over HTTP, or the application in this process; and what it says when it is refused."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import typer
from pydantic import ValidationError

from app.cli.running.profiles import Door, chosen
from app.client import (
    AsyncClient,
    ClientError,
    Conflict,
    Forbidden,
    Gone,
    NotFound,
    Refusal,
    Unauthenticated,
    Unavailable,
    Unreachable,
)
from app.core.errors import Invalid

Answer = TypeVar("Answer")

WRONG, NOBODY, MISSING, CONTRADICTS, LATER = 1, 3, 4, 5, 6
CODES: tuple[tuple[type[ClientError], int], ...] = (
    (Unauthenticated, NOBODY),
    (Forbidden, NOBODY),
    (NotFound, MISSING),
    (Gone, MISSING),
    (Conflict, CONTRADICTS),
    (Unavailable, LATER),
    (Unreachable, LATER),
)
"""What a script can tell by the exit code: 1 what was sent is wrong, 2 the command is, 3 the key may not, 4 there is none, 5 it contradicts
what is recorded, 6 try again later."""


def ask(profile: str | None, do: Callable[[AsyncClient], Awaitable[Answer]], *, working: bool = False) -> Answer:
    """Do something as the caller. A refusal is told on standard error, field by field, and ends the command with its code.

    `working`: what is asked for is a job, which is done in this process where no server is named.
    """
    door = chosen(profile)
    try:
        return asyncio.run(_ask(door, do)) if door.url is not None else _inside(door, do, working=working)
    except ClientError as refused:
        _tell(refused)
        raise typer.Exit(next((code for kind, code in CODES if isinstance(refused, kind)), WRONG)) from refused
    except ValidationError as wrong:
        typer.echo("This cannot be sent:", err=True)
        for one in wrong.errors(include_input=False, include_url=False):
            typer.echo(f"  {'.'.join(map(str, one['loc']))}: {one['msg'].removeprefix('Value error, ')}", err=True)
        raise typer.Exit(WRONG) from None


async def _ask(door: Door, do: Callable[[AsyncClient], Awaitable[Answer]]) -> Answer:
    async with AsyncClient(door.url or "", door.key) as client:
        return await do(client)


def _inside(door: Door, do: Callable[[AsyncClient], Awaitable[Answer]], *, working: bool) -> Answer:
    """Ask the application of this installation, in this process."""
    try:
        from app.cli.running.inside import opened
    except ModuleNotFoundError as missing:
        raise Invalid(
            f"Name a server: set WORKFORCE_API_URL, or keep it with: workforce profiles add NAME --url … (The application itself cannot "
            f"run here: {missing.name} is not installed.)"
        ) from missing
    with opened(working=working) as application:

        async def run() -> Answer:
            async with application(door.key) as client:
                return await do(client)

        return asyncio.run(run())


def _tell(refused: ClientError) -> None:
    typer.echo(refused.detail, err=True)
    if isinstance(refused, Refusal):
        for violation in refused.violations:
            where = violation.pointer.strip("/").replace("/", ".")
            if where and (violation.detail != refused.detail or len(refused.violations) == 1):
                typer.echo(f"  {where}: {violation.detail}", err=True)
        if refused.status == 500 and refused.instance:
            typer.echo(f"  instance: {refused.instance}", err=True)
