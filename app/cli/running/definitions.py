"""What the commands about definitions do: read the files, ask the database, show what would change."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from app.cli.running.surroundings import here
from app.contract.definitions import DefinitionPlan
from app.core.clock import clock_for
from app.core.db import Database
from app.core.jobs import Work, Workshop
from app.core.schema import ROOT
from app.definitions import applying, writing
from app.definitions.kind import Home, Wanted
from app.definitions.mistakes import Mistake
from app.definitions.plan import Plan, What, rendered
from app.definitions.registry import KINDS

Answer = TypeVar("Answer")
STYLES = {"+": "green", "~": "yellow", "-": "red", "!": "bold red"}
OWN = (".toml", ".csv", ".geojson")


def home(state: str, folder: Path | None, *, new: bool = False) -> Home:
    """Where a state's files are: in the folder given, else under the current one, else beside the program. `new`: they need not be yet."""
    looked = [folder] if folder is not None else [Path.cwd(), ROOT]
    for root in looked:
        if (root / "regions" / state).is_dir():
            return Home(root.resolve(), state)
    if new:
        return Home(looked[0].resolve(), state)
    raise typer.BadParameter(f"there is no folder regions/{state} in {' or '.join(map(str, looked))}", param_hint="--folder")


def checked(at: Home, *, tell: bool = False) -> Wanted:
    """A state's files, read. Mistakes are shown, all of them, and end the command with exit code 1; `tell` shows notes too."""
    with _progress("read") as next_kind:
        wanted = applying.read(at, next_kind)
    if wanted.mistakes:
        errors = Console(stderr=True, soft_wrap=True, highlight=False)
        _tell(errors, wanted.mistakes, "bold red")
        errors.print(f"{_counted(len(wanted.mistakes), 'mistake')}. Nothing was changed.")
        raise typer.Exit(1)
    if tell:
        console = Console(soft_wrap=True, highlight=False)
        _tell(console, wanted.notes, "yellow")
        noted = f", with {_counted(len(wanted.notes), 'note')}." if wanted.notes else "."
        console.print(f"The files of {at.state} are in order{noted}")
    return wanted


def _tell(console: Console, said: list[Mistake], style: str) -> None:
    for one in said:
        console.print(str(one), style=style, markup=False)


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def planned(wanted: Wanted) -> Plan:
    """What applying the files today would change."""
    with _progress("plan") as tell:

        async def ask(work: Work, on: date) -> Plan:
            async with work.reading() as read:
                return await applying.planned(read, by=work.actor, wanted=wanted, on=on, tell=tell)

        return _run(wanted.home.state, ask)


def applied(wanted: Wanted) -> Plan:
    """Apply the files today, and commit."""
    with _progress("apply") as tell:

        async def do(work: Work, on: date) -> Plan:
            async with work.transaction() as tx:
                made = await applying.applied(tx, by=work.actor, wanted=wanted, on=on, tell=tell)
                await tx.commit()
                return made

        return _run(wanted.home.state, do)


def exported(to: Home) -> tuple[list[Path], list[Path]]:
    """Write the files under a folder: (written anew, removed), relative to it."""

    async def ask(work: Work, _on: date) -> dict[str, str]:
        async with work.reading() as read:
            return dict(await applying.exported(read, by=work.actor, home=to))

    files = _run(to.state, ask)
    written = writing.put(to.root, files)
    there = (path for folder in (to.regions, to.career_paths) for path in sorted(folder.rglob("*")) if path.suffix in OWN)
    removed = [path for path in there if path.relative_to(to.root).as_posix() not in files]
    for path in removed:
        path.unlink()
    return [path.relative_to(to.root) for path in written], [path.relative_to(to.root) for path in removed]


def show(made: Plan, *, as_json: bool = False) -> None:
    """Print a plan: read like a migration, or as JSON."""
    if as_json:
        typer.echo(DefinitionPlan.model_validate(asdict(made)).model_dump_json(indent=2))
        return
    console = Console(soft_wrap=True, highlight=False)
    for line in rendered(made).split("\n"):
        console.print(line, style=STYLES.get(line[:1]), markup=False)


def ends(made: Plan) -> bool:
    """Whether something that is in force would end without another in its place."""
    return any(change.what is What.ENDED for change in made.changes)


def _run(state: str, do: Callable[[Work, date], Awaitable[Answer]]) -> Answer:
    """Do something in a state as the system itself, on the state's date."""

    async def run(url: str, workshop: Callable[[Database], Workshop]) -> Answer:
        database = Database(url, pool=1)
        try:
            work = await workshop(database).work(state, "definitions")
            return await do(work, work.actor.today(work.clock))
        finally:
            await database.close()

    with here() as installation:
        known = installation.settings
        return asyncio.run(run(installation.database_url, lambda database: Workshop(database, known, clock_for(known.today))))


@contextmanager
def _progress(what: str) -> Iterator[Callable[[str], None]]:
    """A bar that moves on with each kind, on standard error; gone when it is done."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=len(KINDS))

        def tell(name: str) -> None:
            bar.update(task, description=f"{what} {name.replace('_', ' ')}", advance=1)

        yield tell
