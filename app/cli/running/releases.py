"""What the commands about releases do: draft, certify, list, show."""

import asyncio
import json
import shutil
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Column, Table

from app.access.enter import enter
from app.cli.running.surroundings import here
from app.core.actor import Actor
from app.core.clock import clock_for
from app.core.db import Database, Tx
from app.core.periods import Period
from app.core.settings import Settings
from app.outcomes.queries import Store
from app.releases import actions, queries
from app.releases.actions import Ground
from app.releases.queries import ReleaseKept

Answer = TypeVar("Answer")
Doing = Callable[[Tx, Actor, Ground, Settings], Awaitable[Answer]]


def drafted(key: str, period: str, revises: UUID | None, says: str) -> ReleaseKept:
    """Draft the release of a period, or a revision of a release."""
    wanted = Period.parse(period)

    def progress(per_cent: int, doing: str) -> None:
        typer.echo(f"{per_cent:3d} %  {doing}", err=True)

    async def do(tx: Tx, by: Actor, ground: Ground, _settings: Settings) -> ReleaseKept:
        by.holding("releases:write")
        if revises is not None:
            return await actions.revise(tx, by=by, id=revises, says=says, ground=ground, progress=progress)
        return await actions.draft(tx, by=by, period=wanted, ground=ground, progress=progress)

    return _as(key, do)


def certified(key: str, which: UUID) -> ReleaseKept:
    """Certify a draft."""

    async def do(tx: Tx, by: Actor, ground: Ground, _settings: Settings) -> ReleaseKept:
        by.holding("releases:certify")
        return await actions.certify(tx, by=by, id=which, data_folder=ground.data_folder)

    return _as(key, do)


def listed(key: str) -> Sequence[ReleaseKept]:
    """The newest releases that the key may read."""

    async def do(tx: Tx, by: Actor, _ground: Ground, _settings: Settings) -> Sequence[ReleaseKept]:
        by.holding("releases:read")
        return (await queries.listed(tx, by=by)).items

    return _as(key, do)


def read(key: str, which: UUID, out: Path | None) -> tuple[ReleaseKept, list[Path]]:
    """One release; its files are copied into `out`, if that is given, under their names."""

    async def do(tx: Tx, by: Actor, _ground: Ground, settings: Settings) -> tuple[ReleaseKept, list[Path]]:
        by.holding("releases:read")
        kept = await queries.release(tx, by=by, id=which)
        return kept, [queries.open_file(settings, state=by.state, digest=file.sha256) for file in kept.files]

    kept, frozen = _as(key, do)
    if out is None:
        return kept, []
    out.mkdir(parents=True, exist_ok=True)
    return kept, [Path(shutil.copyfile(path, out / file.name)) for path, file in zip(frozen, kept.files, strict=True)]


def _as(key: str, do: Doing[Answer]) -> Answer:
    """Run one transaction as the key's owner, and commit it."""

    async def run() -> Answer:
        settings = installation.settings
        database = Database(installation.database_url, pool=3)
        try:
            async with database.transaction() as tx:
                by = (await enter(tx, key, request="command line")).actor
                ground = Ground(
                    Store(database, settings.data_folder / "extracts"), settings.data_folder, by.today(clock_for(settings.today))
                )
                answer = await do(tx, by, ground, settings)
                await tx.commit()
                return answer
        finally:
            await database.close()

    with here() as installation:
        return asyncio.run(run())


def show(kept: ReleaseKept, *, as_json: bool) -> None:
    """Print what there is to know of a release."""
    told = _told(kept)
    if as_json:
        typer.echo(json.dumps(told, default=str))
        return
    grid = Table(box=None, show_header=False)
    for name, value in told.items():
        if name != "files":
            grid.add_row(name.replace("_", " "), str(value))
    for file in kept.files:
        grid.add_row(file.form, f"{file.name}, {file.size:,} bytes, {file.sha256}")
    Console(highlight=False, soft_wrap=True).print(grid)


def show_all(releases: Sequence[ReleaseKept], *, as_json: bool) -> None:
    """Print releases, a line each."""
    if as_json:
        for kept in releases:
            typer.echo(json.dumps(_told(kept), default=str))
        return
    table = Table(
        Column("id", min_width=36, no_wrap=True),
        Column("period", min_width=20, no_wrap=True),
        "status",
        "certified",
        "suppressed",
        "what changed",
        box=None,
    )
    for kept in releases:
        when = f"{kept.certified_at:%Y-%m-%d}" if kept.certified_at else ""
        suppressed = f"{kept.proof['suppressed']} of {kept.proof['figures']}" if kept.proof else f"{kept.progress} %"
        table.add_row(str(kept.id), str(kept.period), kept.status, when, suppressed, kept.says)
    Console(soft_wrap=True).print(table)


def _told(kept: ReleaseKept) -> dict[str, object]:
    told = {**vars(kept), "period": str(kept.period), "files": [file.told for file in kept.files]}
    return {name: told[name] for name in ("id", "period", "status", "as_of", "threshold", "supersedes", "says", "digest", "proof", "files")}
