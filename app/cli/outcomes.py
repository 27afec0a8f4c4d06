"""`outcomes table` and `outcomes get`: the regional table of a report period, computed by the installation itself or asked of the API."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from app.cli.running.options import AsJson, Profile

if TYPE_CHECKING:
    from app.client import AsyncClient

outcomes = typer.Typer(help="What became of people, by region. Unprotected figures, for the state's own staff.", no_args_is_help=True)


@outcomes.command()
def table(
    state: Annotated[str, typer.Option("--state", help="The state, as us-ny.")],
    period: Annotated[str, typer.Option("--period", help="kind@report-date: quarter@2026-09-30, program_year@…, rolling_4@…")],
    system: Annotated[str, typer.Option("--system", help="The region system.")] = "labor_market_region",
    out: Annotated[
        Path | None, typer.Option("--out", file_okay=False, help="A folder for CSV, workbook, Parquet, GeoJSON, GeoPackage, maps.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON, one a line.")] = False,
) -> None:
    """Compute every indicator by region, of all learners and of WIOA participants, each with its own cohort beside it."""
    from app.cli.running import outcomes as running

    made, shapes = running.asked(state, period, system)
    running.show(made, as_json=as_json)
    if out is not None:
        for path in running.written(made, shapes, out):
            typer.echo(f"written {path}", err=True)


@outcomes.command("get")
def get(
    period: Annotated[str, typer.Option("--period", help="kind@report-date: quarter@2026-09-30, program_year@…, rolling_4@…")],
    system: Annotated[str | None, typer.Option("--system", help="The region system; left out, labor market regions.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="A file ending in csv, xlsx, parquet, geojson, gpkg, svg or png.")] = None,
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """Ask the API for the table, or for one of its files. For the state's own staff: figures are unprotected."""
    from app.cli.downloads import form_of, tell_file
    from app.cli.running.asking import ask
    from app.cli.running.showing import bar, show_figures
    from app.client.resources import OutcomeForm

    form: Any = None if out is None else form_of(out, get_args(OutcomeForm))

    async def read(client: "AsyncClient") -> Any:
        if out is None:
            return await client.outcomes.get(period, system=system)
        with bar(out.name) as progress:
            return await client.outcomes.download(form, out, period=period, system=system, progress=progress)

    got = ask(profile, read)
    if out is None:
        show_figures(got.items, as_json=as_json)
        typer.echo(got.notice, err=True)
    else:
        tell_file(got.file, got.size, as_json=as_json)


def register(cli: typer.Typer) -> None:
    """Add the group."""
    cli.add_typer(outcomes, name="outcomes")
