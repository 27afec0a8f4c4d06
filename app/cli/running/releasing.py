"""How a release is drafted over the API: a worker does it, and here is told how far it is."""

import asyncio

import typer

from app.cli.running.profiles import chosen
from app.client import AsyncClient
from app.contract.releases import DraftedRelease

EVERY = 1.0  # seconds


async def drafted(client: AsyncClient, period: str | None, revises: str | None, says: str, profile: str | None) -> DraftedRelease:
    """The release once it is drafted, or failed. Without a server there is no worker either: then it is drafted on the spot."""
    later = chosen(profile).url is not None
    if revises is not None:
        made = await client.releases.revise(revises, says, later=later)
    else:
        made = await client.releases.draft(period or "", later=later)
    told = None
    while made.status == "drafting":
        if (made.progress, made.doing) != told:
            told = (made.progress, made.doing)
            typer.echo(f"{made.progress:3d} %  {made.doing}", err=True)
        await asyncio.sleep(EVERY)
        made = await client.releases.drafted(made.id)
    return made
