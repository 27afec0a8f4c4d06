"""What the demonstration prints: the regional table, the story, and the keys."""

from collections.abc import Iterator, Mapping

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table as Printed
from rich.text import Text

from app.access.permissions import Role
from app.demo.telling import Chapter
from app.demo.visitors import VISITORS
from app.outcomes.disclosure import NOTICE, Internal
from app.outcomes.files import POPULATIONS, spoken
from app.outcomes.indicators import Indicator, Measure, Population
from app.outcomes.table import STATE, Figure, Status, Table

WIDE = 164
"""Columns of a terminal that shows the table without folding it; where there is no terminal, that many are printed."""

SHORT = {
    "enrolled": "Enrolled",
    "participants_served": "Served",
    "participants_exited": "Exited",
    "completion_rate": "Completed",
    "credential_rate": "Credential",
    "employment_rate_q2": "Employed Q2",
    "employment_rate_q4": "Employed Q4",
    "median_earnings_q2": "Median Q2",
    "in_demand_placement": "In-demand job",
}
"""Heads of columns; the workbook and the receipts have the whole titles."""


def console() -> Console:
    """Standard output; wide enough for the table where it is no terminal."""
    plain = Console(highlight=False)
    return plain if plain.is_terminal else Console(highlight=False, width=WIDE, soft_wrap=True)


def show_table(on: Console, table: Internal[Table]) -> None:
    """The regional table, a part for each population, each column with its own cohort."""
    content = table.content
    on.print()
    on.print(f"[bold]{content.geography.name} by labor market region, {content.period.label} ({content.period})[/bold]")
    for population in (Population.ALL_LEARNERS, Population.WIOA_PARTICIPANTS):
        on.print(_part(content, population))
    for note in _notes(content):
        on.print(note, style="dim")
    on.print(NOTICE, style="red")


def _part(table: Table, population: Population) -> Printed:
    """One population: a row a region, a column an indicator, in each cell the figure and of how many it is."""
    figures = [figure for figure in table if figure.indicator.population is population]
    indicators = {figure.indicator.name: figure.indicator for figure in figures}
    printed = Printed(title=POPULATIONS[population], title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    printed.add_column("Region", no_wrap=True)
    for indicator in indicators.values():
        printed.add_column(_head(indicator), justify="right")
    rows: dict[str, list[Figure]] = {}
    for figure in figures:
        rows.setdefault(figure.region, []).append(figure)
    for row in rows.values():
        if row[0].region_system != STATE and not any(figure.count.everybody for figure in row):
            continue  # nobody lives nowhere
        printed.add_row(row[0].region_name, *map(_cell, row), style="bold" if row[0].region_system == STATE else None)
    return printed


def _head(indicator: Indicator) -> Text:
    """The indicator, and the quarters of its cohort under it."""
    return Text(SHORT[indicator.name]).append(f"\n{indicator.cohort.shown}", style="dim")


def _cell(figure: Figure) -> Text:
    """`69.4 % of 120`, or the word that says why there is no number."""
    if figure.status is not Status.OK:
        return Text(spoken(figure), style="dim")
    cell = Text(spoken(figure))
    if figure.indicator.measure is not Measure.COUNT:
        cell.append(f" of {figure.denominator:,}", style="dim")
    return cell


def _notes(table: Table) -> Iterator[str]:
    """What has to be said beside the state's figures."""
    for figure in table:
        if figure.region_system == STATE and figure.note:
            yield f"{POPULATIONS[figure.indicator.population]}, {SHORT[figure.indicator.name]}: {figure.note}"


def show_story(on: Console, title: str, chapters: list[Chapter]) -> None:
    """The story, a chapter a paragraph, each with the command that shows it."""
    on.print(f"\n[bold]{title}[/bold]")
    for number, chapter in enumerate(chapters, start=1):
        on.print(f"\n{number}. {chapter.says}")
        for command in chapter.shown_by:
            on.print(f"   {command}", style="cyan", soft_wrap=True)


TRIES = (
    ("board staff", "/console/", "sign in as board staff, find Rosa Demobrook, record a service, and see it on her time-line"),
    ("an agency", "/docs", "authorize with the state staff's key and ask for /v1/outcomes: every figure has a receipt"),
    ("a policymaker", "/public/us-ny/", "pick a region, download the workbook, and read how it was counted"),
)
"""One way in for each kind of user: whose, where, and one thing to try there."""


def show_address(on: Console, url: str, *, served: bool) -> None:
    """Where each kind of user goes, and one thing to try there."""
    on.print("\n[bold]Three ways in[/bold]" + ("" if served else " (not served now: run it again without --no-serve)") + "\n")
    for who, path, what in TRIES:
        on.print(f"  {url}{path}  [bold]{who}[/bold]: {what}", soft_wrap=True)


def show_keys(on: Console, keys: Mapping[Role, str]) -> None:
    """One key for each kind of user."""
    on.print("\n[bold]Demo keys[/bold] (send as 'Authorization: Bearer …'; the same on every run)\n")
    for visitor in VISITORS:
        on.print(f"  {keys[visitor.role]}  [bold]{visitor.who}[/bold]: {visitor.may}", soft_wrap=True)
