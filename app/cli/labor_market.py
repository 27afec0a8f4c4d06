"""Commands about the labor market: tables for the folder regions/, made of what BLS and O*NET publish, and lists of in-demand jobs."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from app.labor_market.figures import TOP_CODE


def register(cli: typer.Typer) -> None:
    """The group `workforce labor-market`."""
    group = typer.Typer(no_args_is_help=True, help="Occupations, wages and in-demand jobs.")
    group.command("derive")(derive)
    group.command("designate")(designate)
    cli.add_typer(group, name="labor-market")


def derive(
    out: Annotated[Path, typer.Option(file_okay=False, help="The folder to write, as regions/us-ny/labor_market.")],
    oews: Annotated[Path, typer.Option(exists=True, file_okay=False, help="A folder of BLS's OEWS workbooks or CSV files.")],
    onet: Annotated[Path, typer.Option(exists=True, file_okay=False, help="A folder of O*NET text files, as in db_29_2_text.zip.")],
    members: Annotated[
        Path, typer.Option(exists=True, dir_okay=False, help="A CSV file code,member: the SOC codes that OEWS codes combine.")
    ],
    state: Annotated[str, typer.Option(help="The state by its two letters: NY.")],
    vintage: Annotated[str, typer.Option(help="Of the OEWS figures: May 2025.")],
    release: Annotated[str, typer.Option(help="Of O*NET: 29.2.")],
    top_code: Annotated[int, typer.Option(help="Dollars a year at and above which the tables print '#'.")] = TOP_CODE,
    career_paths: Annotated[
        Path | None, typer.Option(exists=True, file_okay=False, help="A folder of career paths, whose targets are described too.")
    ] = None,
) -> None:
    """Make a state's labor market tables of what BLS and O*NET publish."""
    from app.definitions.deriving import tables
    from app.labor_market.extract import write

    made = tables(
        oews_folder=oews,
        onet_folder=onet,
        members=members,
        state=state,
        vintage=vintage,
        release=release,
        top_code=top_code,
        career_paths=career_paths,
        kept=out,
    )
    write(made, out)
    typer.echo(f"{made.areas.height} areas, {made.wages.height:,} rows of figures, {made.occupations.height:,} occupations: {out}")


def designate(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="The state's folder, as regions/us-ny.")],
    since: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day of the new list.")],
    source: Annotated[str, typer.Option(help="Who decides, on what: it stands beside every designation.")],
    system: Annotated[str, typer.Option(help="The region system whose regions get lists.")] = "labor_market_region",
    rule: Annotated[str, typer.Option(help="The named rule that chooses.")] = "oews_share_v1",
) -> None:
    """Put the in-demand jobs that a rule chooses in the place of the lists in in_demand_jobs.csv, from a day on."""
    from app.definitions.deriving import designated

    change = designated(folder, system=system, rule=rule, since=since.date(), source=source)
    jobs = {(one.system, one.code) for one in change.added}
    regions = {one.region for one in change.added}
    typer.echo(
        f"{len(change.added):,} designations begin on {since.date()}: {len(jobs)} occupations in {len(regions)} regions; "
        f"{len(change.ended):,} end, {change.unchanged:,} stay."
    )
