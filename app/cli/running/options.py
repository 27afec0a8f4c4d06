"""The options that every partner verb has."""

from typing import Annotated

import typer

Profile = Annotated[
    str | None,
    typer.Option("--profile", envvar="WORKFORCE_PROFILE", help="Which server and key of the config file; see `workforce profiles`."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one document a line.")]
OnlyId = Annotated[bool, typer.Option("--id", help="Print the id alone, for scripts.")]
Partner = Annotated[str | None, typer.Option(help="The partner's id; left out, your own.")]
On = Annotated[str, typer.Option("--on", help="The day, as 2026-10-31.")]
