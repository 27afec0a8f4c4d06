"""`releases draft|show|certify|download|withdraw`: a release made, looked at and handed out over the API, each under their own key."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.downloads import get, releases
from app.cli.running.options import AsJson, Profile

if TYPE_CHECKING:
    from app.client import AsyncClient
    from app.contract.releases import DraftedRelease, Release

Which = Annotated[str, typer.Argument(help="The release's id, as `releases list` shows it.")]


def draft(
    period: Annotated[
        str | None, typer.Option("--period", help="kind@report-date: quarter@2026-09-30, program_year@…, rolling_4@…")
    ] = None,
    revises: Annotated[str | None, typer.Option("--revises", help="The release in force that this is a revision of.")] = None,
    says: Annotated[str, typer.Option("--says", help="Of a revision: what changed, for its readers.")] = "",
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """Have a release computed, protected and proved; tells how far it is. Somebody else certifies it."""
    from app.cli.running.asking import ask
    from app.cli.running.releasing import drafted
    from app.cli.running.showing import show

    if (period is None) == (revises is None):
        raise typer.BadParameter("Name either a period or the release to revise.", param_hint="--period / --revises")
    made = ask(profile, lambda client: drafted(client, period, revises, says, profile))
    show(made, as_json=as_json)
    if made.status == "failed":
        typer.echo(f"Nothing came of it: {made.failed}", err=True)
        raise typer.Exit(1)


def show_one(which: Which, profile: Profile = None, as_json: AsJson = False) -> None:
    """Tell of a release: its standing, its files, and of a draft how far it is and what was proved."""
    from app.cli.running.asking import ask
    from app.cli.running.showing import show

    async def read(client: "AsyncClient") -> "Release":
        return await client.releases.get(which)

    show(ask(profile, read), as_json=as_json)


def certify(which: Which, profile: Profile = None, as_json: AsJson = False) -> None:
    """Let everybody read a draft. Whoever drafted it is refused."""
    from app.cli.running.asking import ask
    from app.cli.running.showing import show

    async def do(client: "AsyncClient") -> "DraftedRelease":
        return await client.releases.certify(which)

    show(ask(profile, do), as_json=as_json)


def withdraw(
    which: Which,
    because: Annotated[str, typer.Option("--because", help="Why, for its readers, who find it in its place.")],
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """Hand out a published release no more. What was read of it stays known, and later releases reckon with it."""
    from app.cli.running.asking import ask
    from app.cli.running.showing import show

    async def do(client: "AsyncClient") -> "DraftedRelease":
        return await client.releases.withdraw(which, because)

    show(ask(profile, do), as_json=as_json)


def download(
    which: Which = "latest",
    out: Annotated[Path, typer.Option("--out", help="A file ending in csv, xlsx, parquet, geojson, gpkg, svg, png or json.")] = Path(
        "release.csv"
    ),
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """Write one of a release's frozen files, held against its hash."""
    get(which, out, profile, as_json)


def register(_cli: typer.Typer) -> None:
    """Add the verbs to the group `releases`."""
    for name, verb in (("draft", draft), ("show", show_one), ("certify", certify), ("withdraw", withdraw), ("download", download)):
        releases.command(name)(verb)
