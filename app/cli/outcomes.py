"""`outcomes table` and `outcomes get`: the regional table of a report period, computed by the installation itself or asked of the API.
`outcomes compute`: the federal indicators out of anybody's file."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from app.cli.running.options import AsJson, Profile
from app.core.periods import Kind

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


@outcomes.command()
def compute(
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True, help="A CSV of element numbers.")],
    report_date: Annotated[datetime, typer.Option("--report-date", formats=["%Y-%m-%d"], help="The last quarter ended by it is reported.")],
    out: Annotated[Path, typer.Option("--json", dir_okay=False, help="The file for the figures.")],
    kind: Annotated[Kind, typer.Option("--period", help="What the report looks at.")] = Kind.QUARTER,
    by: Annotated[
        list[str] | None, typer.Option("--by", metavar="A,B", help="county, sex, race_ethnicity, age, lwda; left out, all alone.")
    ] = None,
    reading: Annotated[list[str] | None, typer.Option("--reading", metavar="NAME=VALUE", help="Another reading; docs/readings.md.")] = None,
    state: Annotated[str | None, typer.Option("--state", metavar="NY", help="By county, others' residents are out_of_state.")] = None,
    ids: Annotated[
        Path | None, typer.Option("--ids", dir_okay=False, help="A file ending in csv, jsonl or json for every row's place and reason.")
    ] = None,
) -> None:
    """Compute every federal indicator of every program out of anybody's file of periods. No database is touched."""
    from app.cli.running import computing

    asked = computing.asked(report_date.date(), kind, reading or [])
    named = [name.strip() for written in by or [] for name in written.split(",") if name.strip()]
    computing.compute(file, asked, by=named, state=state, out=out, ids=ids)


def register(cli: typer.Typer) -> None:
    """Add the group."""
    cli.add_typer(outcomes, name="outcomes")
