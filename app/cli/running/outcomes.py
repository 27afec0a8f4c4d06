"""What the commands about outcomes do: ask for the table, print it, write its files."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table as Grid

from app.cli.running.surroundings import here
from app.core.clock import clock_for
from app.core.db import Database
from app.core.installation import Installation
from app.core.jobs import Workshop
from app.core.periods import Period
from app.outcomes import queries
from app.outcomes.disclosure import NOTICE, Internal
from app.outcomes.exports import write_all
from app.outcomes.files import POPULATIONS, covered, spoken, tidy
from app.outcomes.indicators import Population
from app.outcomes.queries import Question, Store
from app.outcomes.table import STATE, Figure, Status, Table

Shapes = Mapping[str, bytes]


def asked(state: str, period: str, system: str) -> tuple[Internal[Table], Shapes]:
    """The table of a report period by the regions of a system, and their outlines."""
    wanted = Period.parse(period)
    with here() as installation:
        return asyncio.run(_ask(installation, state, wanted, system))


async def _ask(installation: Installation, state: str, period: Period, system: str) -> tuple[Internal[Table], Shapes]:
    settings = installation.settings
    database = Database(installation.database_url, pool=2)
    try:
        work = await Workshop(database, settings, clock_for(settings.today)).work(state, "outcomes")
        question = Question(period, system, work.actor.today(work.clock))
        store = Store(database, settings.data_folder / "extracts")
        async with work.reading() as read:
            table = await queries.outcomes(read, by=work.actor, store=store, question=question)
            return table, await queries.shapes(read, by=work.actor, question=question)
    finally:
        await database.close()


def written(table: Internal[Table], shapes: Shapes, folder: Path) -> list[Path]:
    """Write every file of the table into a folder: ny-outcomes.csv and so on."""
    return write_all(table, shapes, folder, f"{table.content.geography.state.split('-')[-1]}-outcomes")


def show(table: Internal[Table], *, as_json: bool = False) -> None:
    """Print the table: a grid a population, regions down and indicators across; or its figures as JSON."""
    if as_json:
        for row in tidy(table).to_pylist():
            typer.echo(json.dumps(row, default=str))
        return
    console = Console(highlight=False)
    basis = table.content.basis
    console.print(f"{table.content.geography.name}, {table.content.period.label}, as known on {basis.asked.on}", style="bold")
    for population in Population:
        console.print(grid(table.content, population))
    for note in notes(table.content):
        console.print(note, style="dim")
    console.print(NOTICE, style="bold red")


def grid(table: Table, population: Population) -> Grid:
    """The figures of a population; under each column's title the quarters that it looks at."""
    theirs = [figure for figure in table if figure.indicator.population is population]
    indicators = list({figure.indicator.name: figure.indicator for figure in theirs}.values())
    made = Grid(title=POPULATIONS[population], title_justify="left", title_style="bold", header_style="")
    made.add_column("")
    for indicator in indicators:
        made.add_column(f"{indicator.definition.title}\n[dim]{indicator.cohort.shown}[/dim]", justify="right")
        if indicator.coverage is not None:
            made.add_column("Occupation\nknown for", justify="right")
    rows: dict[str, list[Figure]] = {}
    for figure in theirs:
        rows.setdefault(figure.region, []).append(figure)
    for figures in rows.values():
        whole = figures[0].region_system == STATE
        cells = [cell for figure in figures for cell in _cells(figure)]
        made.add_row(figures[0].region_name, *cells, style="bold" if whole else None, end_section=figures[0].region == _last(rows))
    return made


def _last(rows: Mapping[str, list[Figure]]) -> str:
    """The last region before the state's own row: a line is drawn below it."""
    return [code for code, figures in rows.items() if figures[0].region_system != STATE][-1]


def _cells(figure: Figure) -> list[str]:
    """The figure, and beside one that asks what is often unknown, of how many it is known."""
    said = spoken(figure) if figure.status is Status.OK else f"[dim]{spoken(figure)}[/dim]"
    return [said] if figure.indicator.coverage is None else [said, covered(figure)]


def notes(table: Table) -> list[str]:
    """What has to be said beside the state's figures."""
    of_state = [figure for figure in table if figure.region_system == STATE and figure.note]
    return [f"{POPULATIONS[f.indicator.population]}, {f.indicator.definition.title}: {f.note}" for f in of_state]
