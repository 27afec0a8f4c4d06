"""`import` and `imports`: a table is sent, checked or taken in; its mistakes are shown, and kept as a file to be mended."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from app.cli.running.options import AsJson, Profile

if TYPE_CHECKING:
    from app.client import AsyncClient
    from app.contract.imports import Import

imports = typer.Typer(help="Imports that were begun.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(help="CSV (also .gz, .zip), XLSX or Parquet.", exists=True, dir_okay=False, readable=True)]
Kind = Annotated[str, typer.Option(help="What is in it: participants, enrollments, services, step_completions, credentials, …")]
Policy = Annotated[str, typer.Option(help="all: every row or none; good: rows without mistakes, the others are given back.")]
DryRun = Annotated[bool, typer.Option("--dry-run/--apply", help="Check it alone, or take it in.")]
Mistakes = Annotated[Path | None, typer.Option(help="Where to write the lines with mistakes, to mend and send again.")]
Which = Annotated[str, typer.Argument(help="The import's id.")]

SHOWN = 20
"""Mistakes that are printed; the file has all."""


def bring(
    file: File,
    kind: Kind = "participants",
    dry_run: DryRun = False,
    policy: Policy = "all",
    mistakes: Mistakes = None,
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """Send a table, and wait until it is checked or taken in. Ends with 1 if there are mistakes: of a file to take in nothing is in then.

    With --dry-run it is only checked; `workforce imports apply ID` takes it in without sending it again.
    """
    from app.cli.running.asking import ask
    from app.cli.running.showing import stages
    from app.contract.imports import ImportKind

    what: Any = _one_of(kind, get_args(ImportKind), "--kind")
    how: Any = _one_of(policy, ("all", "good"), "--policy")

    async def send(client: "AsyncClient") -> "Import":
        with stages() as (sent, told):
            begun = await client.imports.send(file, what, dry_run=dry_run, policy=how, progress=sent)
            return await client.imports.wait(begun.id, told=told)

    _ended(ask(profile, send, working=True), mistakes, profile, as_json=as_json)


@imports.command("show")
def show_one(which: Which, profile: Profile = None, as_json: AsJson = False) -> None:
    """Show what became of an import, or how far it is."""
    from app.cli.running.asking import ask

    _tell(ask(profile, lambda client: client.imports.get(which)), as_json=as_json)


@imports.command("apply")
def apply(which: Which, policy: Policy = "all", mistakes: Mistakes = None, profile: Profile = None, as_json: AsJson = False) -> None:
    """Take in a file that was only checked, refused, or did not get through. It is not sent again."""
    from app.cli.running.asking import ask
    from app.cli.running.showing import stages

    how: Any = _one_of(policy, ("all", "good"), "--policy")

    async def go_on(client: "AsyncClient") -> "Import":
        with stages() as (_, told):
            begun = await client.imports.apply(which, policy=how)
            return await client.imports.wait(begun.id, told=told)

    _ended(ask(profile, go_on, working=True), mistakes, profile, as_json=as_json)


@imports.command("cancel")
def cancel(which: Which, profile: Profile = None, as_json: AsJson = False) -> None:
    """Stop an import before its rows are in."""
    from app.cli.running.asking import ask

    _tell(ask(profile, lambda client: client.imports.cancel(which)), as_json=as_json)


@imports.command("mistakes")
def fetch_mistakes(which: Which, out: Annotated[Path, typer.Option(help="Where to write them.")], profile: Profile = None) -> None:
    """Write the lines with mistakes as CSV, in the shape of the file that was sent, with the reasons beside."""
    from app.cli.downloads import tell_file
    from app.cli.running.asking import ask

    got = ask(profile, lambda client: client.imports.download_mistakes(which, out))
    tell_file(got.file, got.size, as_json=False)


@imports.command("template")
def fetch_template(kind: Kind, out: Annotated[Path, typer.Option(help="Where to write it.")], profile: Profile = None) -> None:
    """Write a file to begin with: the columns of a kind, and one line that shows how they are filled."""
    from app.cli.downloads import tell_file
    from app.cli.running.asking import ask
    from app.contract.imports import ImportKind

    what: Any = _one_of(kind, get_args(ImportKind), "--kind")
    got = ask(profile, lambda client: client.imports.download_template(what, out))
    tell_file(got.file, got.size, as_json=False)


def _one_of(given: str, known: tuple[str, ...], option: str) -> str:
    if given not in known:
        raise typer.BadParameter(f"'{given}' is none of: {', '.join(known)}.", param_hint=option)
    return given


def _ended(done: "Import", mistakes: Path | None, profile: str | None, *, as_json: bool) -> None:
    """Tell what became of it, keep its mistakes where that is asked for, and end with 1 if something was wrong."""
    from app.cli.running.asking import WRONG, ask

    _tell(done, as_json=as_json)
    if done.refused and mistakes is not None:
        got = ask(profile, lambda client: client.imports.download_mistakes(done.id, mistakes))
        typer.echo(f"The lines with mistakes: {got.file}", err=True)
    if done.refused or done.status in ("failed", "cancelled"):
        raise typer.Exit(WRONG)


def _tell(done: "Import", *, as_json: bool) -> None:
    from app.cli.running.showing import show_import

    show_import(done, SHOWN, as_json=as_json)


def register(cli: typer.Typer) -> None:
    """Add the commands."""
    cli.command("import")(bring)
    cli.add_typer(imports, name="imports")
