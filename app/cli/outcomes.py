"""`outcomes table`: the regional table of a report period, printed and in files."""

from pathlib import Path
from typing import Annotated

import typer

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


def register(cli: typer.Typer) -> None:
    """Add the group."""
    cli.add_typer(outcomes, name="outcomes")
