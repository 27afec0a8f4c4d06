"""`release draft|certify|list|show`: what of the outcomes anybody may see, drafted by one person and certified by another."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

release = typer.Typer(help="Certified, protected outcomes: drafted by one, certified by another, read by all.", no_args_is_help=True)

Key = Annotated[str, typer.Option("--key", envvar="WORKFORCE_API_KEY", help="The API key of whoever does it: each acts under their own.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Which = Annotated[UUID, typer.Argument(help="The release's id, as `release list` shows it.")]


@release.command()
def draft(
    key: Key,
    period: Annotated[str, typer.Option("--period", help="kind@report-date: quarter@2026-09-30, program_year@…, rolling_4@…")],
    revises: Annotated[UUID | None, typer.Option("--revises", help="The release in force that this is a revision of.")] = None,
    says: Annotated[str, typer.Option("--says", help="Of a revision: what changed, for its readers.")] = "",
    as_json: Json = False,
) -> None:
    """Compute a release, protect it, prove that nothing hidden can be worked out, and keep it with its files as a draft."""
    from app.cli.running import releases as running

    running.show(running.drafted(key, period, revises, says), as_json=as_json)


@release.command()
def certify(key: Key, which: Which, as_json: Json = False) -> None:
    """Let everybody read a draft. Whoever drafted it is refused."""
    from app.cli.running import releases as running

    running.show(running.certified(key, which), as_json=as_json)


@release.command("list")
def listed(key: Key, as_json: Json = False) -> None:
    """List releases, newest first."""
    from app.cli.running import releases as running

    running.show_all(running.listed(key), as_json=as_json)


@release.command()
def show(
    key: Key,
    which: Which,
    out: Annotated[Path | None, typer.Option("--out", file_okay=False, help="A folder that gets the release's files.")] = None,
    as_json: Json = False,
) -> None:
    """Tell of a release, and hand out its files."""
    from app.cli.running import releases as running

    kept, written = running.read(key, which, out)
    running.show(kept, as_json=as_json)
    for path in written:
        typer.echo(f"written {path}", err=True)


def register(cli: typer.Typer) -> None:
    """Add the group."""
    cli.add_typer(release, name="release")
