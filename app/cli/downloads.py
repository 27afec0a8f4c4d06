"""`releases list|get`: what of the outcomes anybody with a key may have."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from app.cli.running.options import AsJson, Profile

if TYPE_CHECKING:
    from app.client import AsyncClient
    from app.contract.releases import Release

releases = typer.Typer(help="Releases: certified, protected outcomes, as tables and files.", no_args_is_help=True)


@releases.command("list")
def listed(
    period: Annotated[str | None, typer.Option("--period", help="Of this period alone: kind@report-date.")] = None,
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """List releases, newest first."""
    from app.cli.running.asking import ask
    from app.cli.running.showing import show_all

    async def read(client: "AsyncClient") -> "list[Release]":
        return [one async for one in client.releases.list(period=period)]

    show_all(ask(profile, read), ("id", "period", "status", "says"), as_json=as_json)


@releases.command("get")
def get(
    release: Annotated[str, typer.Argument(help="The release's id; left out, the one in force of the latest period.")] = "latest",
    out: Annotated[Path | None, typer.Option("--out", help="A file ending in csv, xlsx, parquet, geojson, gpkg, svg, png or json.")] = None,
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """Print a release's figures, or write one of its files."""
    from app.cli.running.asking import ask
    from app.cli.running.showing import bar, show_figures
    from app.contract.releases import Form

    form: Any = None if out is None else form_of(out, get_args(Form))

    async def read(client: "AsyncClient") -> Any:
        found = await (client.releases.latest() if release == "latest" else client.releases.get(release))
        if out is None:
            return found, await client.releases.figures(found.id)
        with bar(out.name) as progress:
            return found, await client.releases.download(found.id, form, out, progress=progress)

    found, got = ask(profile, read)
    typer.echo(f"{found.label} ({found.period}), {found.status}, release {found.id}", err=True)
    if out is None:
        show_figures(got.items, as_json=as_json)
        for note in got.notes if not as_json else ():
            typer.echo(note)
    else:
        tell_file(got.file, got.size, as_json=as_json)


def form_of(out: Path, forms: tuple[str, ...]) -> str:
    """The form that a file's name asks for. Raises a wrong use that names all of them."""
    form = out.suffix.removeprefix(".")
    if form not in forms:
        raise typer.BadParameter(f"'{out.name}' ends in none of: {', '.join(forms)}.", param_hint="--out")
    if not out.absolute().parent.is_dir():
        raise typer.BadParameter(f"There is no folder {out.absolute().parent}.", param_hint="--out")
    return form


def tell_file(file: Path, size: int, *, as_json: bool) -> None:
    """Say what was written."""
    import json

    typer.echo(json.dumps({"file": str(file), "bytes": size}) if as_json else f"Written: {file}, {size:,} bytes.")


def register(cli: typer.Typer) -> None:
    """Add the group."""
    cli.add_typer(releases, name="releases")
