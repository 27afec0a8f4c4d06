"""What `demo` does before it serves: the steps of `app.demo`, with bars that move, and what is printed at the end."""

import asyncio
import fcntl
import shutil
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from app.access.permissions import Role
from app.cli.running.definitions import home
from app.cli.running.surroundings import here, settings
from app.core.db import Database
from app.core.embedded import start
from app.core.errors import Invalid, Unavailable
from app.core.installation import DATABASE, Installation
from app.core.settings import Settings
from app.demo.course import KEYS, MARK, POPULATION, Asked, Course, Tell
from app.demo.figures import FILES, computed, written
from app.demo.printing import console, show_address, show_keys, show_story, show_table
from app.demo.releasing import released
from app.demo.telling import TITLE, Asking, Chapter, chapters, her

STATE = "us-ny"
EXPORTS = Path("exports")


def run(*, participants: int, seed: int, port: int, fresh: bool, served: bool = True) -> None:
    """Everything up to the server, which will listen on `port` if the API is to be `served`."""
    known = settings()
    if served:
        _find_out(port)
    if known.database_url is not None:
        raise Invalid("The demonstration has a database of its own. Unset WORKFORCE_DATABASE_URL, or run it in another shell.")
    url = f"http://127.0.0.1:{port}"
    on = console()
    with _alone(known.data_folder), ExitStack() as running:
        if fresh:
            forget(known)
        with _bars() as tell:
            tell("database", 0, 1)
            installation = running.enter_context(here())
            tell("database", 1, 1)
        shown = asyncio.run(_walk(installation, Asked(participants, seed), on, url))
    on.print(f"\nWritten: {', '.join(str(path) for path in shown.files)}", soft_wrap=True)
    show_story(on, TITLE, shown.chapters)
    show_address(on, url, served=served)
    show_keys(on, shown.keys)


@dataclass(frozen=True)
class Shown:
    """What is printed after the table."""

    files: list[Path]
    chapters: list[Chapter]
    keys: dict[Role, str]


async def _walk(installation: Installation, asked: Asked, on: Console, url: str) -> Shown:
    """The steps and the figures, which are shown at once; then the files, what is released, and the story."""
    database, owner = Database(installation.database_url), Database(installation.owner_url, pool=1)
    try:
        with _bars() as tell:
            ready = await Course(installation, database, owner, home(STATE, None), asked, tell).run()
            tell("outcomes", 0, 1)
            table, shapes = await computed(database, by=ready.by, data_folder=installation.settings.data_folder)
            tell("outcomes", 1, 1)
        show_table(on, table)
        with _bars() as tell:
            done = count(0)
            files = await written(table, shapes, EXPORTS, lambda name: tell(f"files: {name}", next(done), FILES))
            tell("files", FILES, FILES)
            tell("release", 0, 1)
            await released(database, owner, by=ready.by, data_folder=installation.settings.data_folder)
            tell("release", 1, 1)
        async with database.reading(ready.by) as read:
            she = await her(read, by=ready.by)
        return Shown(files, chapters(she, ready.world, table, Asking(url, ready.keys)), ready.keys)
    finally:
        await database.close()
        await owner.close()


def _find_out(port: int) -> None:
    """Whether somebody else has the port: better told now than when everything is in."""
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError as failed:
        raise Unavailable(f"Cannot listen on port {port}: {failed.strerror or failed}. Name another with --port.") from failed


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One demonstration at a time in a data folder: whoever comes second waits, and finds everything there. Killed, it waits for none."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waits = "Another demonstration is being made in this folder. This one goes on when that is done."
            Console(stderr=True).print(waits, soft_wrap=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def forget(known: Settings) -> None:
    """Delete the demonstration that is in the data folder, and nothing else."""
    if not (known.data_folder / MARK).exists():
        return
    with start(known.data_folder) as server:
        server.drop_database(DATABASE)
    for name in (MARK, KEYS):
        (known.data_folder / name).unlink(missing_ok=True)
    for name in (POPULATION, "extracts", "releases"):
        shutil.rmtree(known.data_folder / name, ignore_errors=True)


@contextmanager
def _bars() -> Iterator[Tell]:
    """A bar for each step, on standard error. A step's name is what stands before the colon."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        steps: dict[str, TaskID] = {}

        def tell(what: str, done: int, of: int) -> None:
            step = what.split(":")[0]
            if step not in steps:
                steps[step] = bars.add_task(what, total=of)
            bars.update(steps[step], description=what if done < of else step, completed=done, total=of)

        yield tell
