"""What `demo` does before it serves: the steps of `app.demo`, with bars that move, and what is printed at the end."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from app.cli.running.definitions import home
from app.cli.running.surroundings import here, settings
from app.core.db import Database
from app.core.errors import Invalid
from app.core.installation import Installation
from app.demo.course import Asked, Course, Ready, Tell

STATE = "us-ny"


def run(*, participants: int, seed: int, port: int | None, fresh: bool) -> None:
    """Everything up to the server. `port` is None where nothing is to be served."""
    known = settings()
    if known.database_url is not None:
        raise Invalid("The demonstration has a database of its own. Unset WORKFORCE_DATABASE_URL, or run it in another shell.")
    with here() as installation, _bars() as tell:
        asyncio.run(_walk(installation, Asked(participants, seed), tell))


async def _walk(installation: Installation, asked: Asked, tell: Tell) -> Ready:
    database, owner = Database(installation.database_url), Database(installation.owner_url, pool=1)
    try:
        return await Course(installation, database, owner, home(STATE, None), asked, tell).run()
    finally:
        await database.close()
        await owner.close()


@contextmanager
def _bars() -> Iterator[Tell]:
    """A bar for each step, on standard error. A step's name is what stands before the colon."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        steps: dict[str, object] = {}

        def tell(what: str, done: int, of: int) -> None:
            step = what.split(":")[0]
            if step not in steps:
                steps[step] = bars.add_task(what, total=of)
            bars.update(steps[step], description=what if done < of else step, completed=done, total=of)  # type: ignore[arg-type]

        yield tell
