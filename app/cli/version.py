"""`workforce --version`: what a report of a mistake has to say."""

from importlib.metadata import version
from typing import Annotated

import typer


def register(cli: typer.Typer) -> None:
    """Add the option."""

    def say(asked: bool) -> None:
        if asked:
            typer.echo(f"workforce {version('workforce')}")
            raise typer.Exit

    @cli.callback()
    def program(
        asked: Annotated[bool, typer.Option("--version", callback=say, is_eager=True, help="Print the version and exit.")] = False,
    ) -> None: ...
