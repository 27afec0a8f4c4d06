"""`definitions check`, `plan`, `apply`, `export`: a state's definitions as files, and as the database has them."""

from pathlib import Path
from typing import Annotated

import typer

definitions = typer.Typer(help="Regions, in-demand jobs, career paths and all else that a state defines, as files.", no_args_is_help=True)

State = Annotated[str, typer.Option("--state", help="The state, as us-ny.")]
Folder = Annotated[
    Path | None,
    typer.Option("--folder", file_okay=False, help="What holds regions/STATE and career_paths/STATE; else here, or where the program is."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Answer JSON, as the API's dry runs do.")]


@definitions.command()
def check(state: State, folder: Folder = None) -> None:
    """Read a state's files and say everything that is wrong with them. Needs no database. Exit code 1: there are mistakes."""
    from app.cli.running import definitions as running

    running.checked(running.home(state, folder), tell=True)


@definitions.command()
def plan(
    state: State,
    folder: Folder = None,
    as_json: AsJson = False,
    expect_none: Annotated[bool, typer.Option("--expect-none", help="Exit with code 3 if there is anything to change.")] = False,
) -> None:
    """Say what applying the files would change, and how many people that touches. Exit code 1: mistakes, or changes that are refused."""
    from app.cli.running import definitions as running

    made = running.planned(running.checked(running.home(state, folder)))
    running.show(made, as_json=as_json)
    if made.refusals:
        raise typer.Exit(1)
    if expect_none and not made.empty:
        raise typer.Exit(3)


@definitions.command()
def apply(
    state: State,
    folder: Folder = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before something is ended.")] = False,
) -> None:
    """Make the database say what the files say, in one transaction. Applying again changes nothing."""
    from app.cli.running import definitions as running

    wanted = running.checked(running.home(state, folder))
    made = running.planned(wanted)
    running.show(made)
    if made.refusals:
        raise typer.Exit(1)
    if made.empty:
        return
    if running.ends(made) and not yes:
        typer.confirm("Some of this ends what is in force. Go on?", abort=True)
    running.applied(wanted)
    typer.echo("Applied.")


@definitions.command()
def export(state: State, folder: Folder = None) -> None:
    """Write what the database has as files. The same definitions make the same bytes; files that say what is no more are removed."""
    from app.cli.running import definitions as running

    written, removed = running.exported(running.home(state, folder, new=True))
    for path in written:
        typer.echo(f"written {path}")
    for path in removed:
        typer.echo(f"removed {path}")
    typer.echo(f"{len(written)} files written, {len(removed)} removed; the others said the same.")


def register(cli: typer.Typer) -> None:
    """Add the group."""
    cli.add_typer(definitions, name="definitions")
