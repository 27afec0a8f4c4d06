"""What partner verbs print: tables for people, JSON for programs."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import typer
from pydantic import BaseModel
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn
from rich.table import Table

from app.client.asking import Progress as Told
from app.contract.imports import Import
from app.contract.outcomes import OutcomeFigure
from app.contract.releases import ReleasedFigure

Figures = Sequence[OutcomeFigure | ReleasedFigure]
SHORT, WIDE, WIDE_ENOUGH = 18, 200, 160
"""Columns: of a cell that is never cut, like an id; of what is not a terminal; and from which on a table of every indicator can be read."""
DOING = {"queued": "Waiting", "staging": "Reading", "checking": "Checking", "merging": "Taking in"}
POPULATIONS = {"all_learners": "All learners", "wioa_participants": "WIOA participants"}


def console() -> Console:
    """Standard output. Nothing of what it prints is taken for markup."""
    made = Console(highlight=False, markup=False)
    if not made.is_terminal and "COLUMNS" not in os.environ:
        made.width = WIDE  # a file or a pipe has no edge
    return made


def show(answer: BaseModel, *, as_json: bool, only_id: bool = False) -> None:
    """One thing: its fields, a line each; as JSON; or its id alone."""
    if only_id:
        typer.echo(str(getattr(answer, "id")))  # noqa: B009 - what has an id is known to whoever offers the option
    elif as_json:
        typer.echo(answer.model_dump_json())
    else:
        made = Table(box=None, show_header=False)
        for name, value in answer.model_dump(mode="json").items():
            made.add_row(name.replace("_", " "), said(value))
        console().print(made)


def show_all(items: Iterable[BaseModel], columns: Sequence[str], *, as_json: bool) -> None:
    """A list: a table of some columns, or every item as JSON, one a line."""
    if as_json:
        for item in items:
            typer.echo(item.model_dump_json())
        return
    rows = [[said(told[column]) for column in columns] for told in (item.model_dump(mode="json") for item in items)]
    made = Table(box=None)
    for column, *cells in zip(columns, *rows, strict=True):
        longest = max(map(len, cells), default=0)
        short = column == "id" or longest <= SHORT
        made.add_column(column.replace("_", " "), no_wrap=short, min_width=longest if short else None, overflow="fold")
    for row in rows:
        made.add_row(*row)
    console().print(made if made.row_count else "None that you may see.")


def said(value: Any) -> str:
    """A value for people."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{name} {said(each)}" for name, each in value.items() if each not in (None, "", [], {}))
    if isinstance(value, list):
        return ", ".join(said(each) for each in value)
    return str(value)


def show_figures(figures: Figures, *, as_json: bool) -> None:
    """A table a population: regions down, indicators across; where that is too wide, a line a figure."""
    if as_json:
        for figure in figures:
            typer.echo(figure.model_dump_json())
        return
    for population, title in POPULATIONS.items():
        theirs = [figure for figure in figures if figure.population == population]
        if console().width < WIDE_ENOUGH:
            _down(theirs, title)
            continue
        indicators = list(dict.fromkeys(figure.indicator for figure in theirs))
        made = Table("region", *(name.value.replace("_", " ") for name in indicators), title=title, title_justify="left")
        rows: dict[tuple[str, str], dict[str, str]] = {}
        for figure in theirs:
            rows.setdefault((figure.region_system, figure.region_name), {})[figure.indicator] = number(figure)
        for (_, name), cells in rows.items():
            made.add_row(name, *(cells.get(indicator, "") for indicator in indicators))
        console().print(made)


def _down(figures: Figures, title: str) -> None:
    """A line a figure, for narrow terminals."""
    made = Table("region", "indicator", "value", title=title, title_justify="left", box=None)
    for figure in figures:
        made.add_row(figure.region_name, figure.indicator.value.replace("_", " "), number(figure))
    console().print(made)


def number(figure: OutcomeFigure | ReleasedFigure) -> str:
    """A figure, or why there is no number."""
    if figure.value is None:
        return figure.status.replace("_", " ")
    if figure.indicator.value.startswith("median_earnings"):
        return f"${figure.value:,.0f}"
    if figure.indicator.value.endswith(("rate", "_q2", "_q4", "placement")):
        return f"{figure.value:.1%}"
    return f"{figure.value:,.0f}"


def show_import(one: Import, most: int, *, as_json: bool) -> None:
    """What became of an import, and the first mistakes; as JSON all that the server tells."""
    if as_json:
        typer.echo(one.model_dump_json())
        return
    told = one.model_dump(mode="json", exclude={"mistakes", "progress", "begun_at", "ended_at"}, exclude_none=True)
    made = Table(box=None, show_header=False)
    for name, value in told.items():
        if value not in ([], ""):
            made.add_row(name.replace("_", " "), said(value))
    console().print(made)
    if one.mistakes:
        show_all(one.mistakes[:most], ("line", "field", "value", "detail"), as_json=False)
    if one.refused > most:
        typer.echo(f"These are the first {most} of {one.refused:,} mistakes.")


@contextmanager
def stages() -> Iterator[tuple[Told, Callable[[Import], None]]]:
    """A bar on standard error for a file that goes, and one for what is done with it."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[left]}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        sending, doing = bars.add_task("Sending", total=1, left=""), bars.add_task("Waiting", total=1, left="", visible=False)

        def sent(done: int, of: int | None) -> None:
            bars.update(sending, completed=done, total=of or done or 1)

        def told(one: Import) -> None:
            how = one.progress
            left = "" if how is None or how.seconds_left is None else f"about {how.seconds_left:,} s left"
            description = f"{DOING.get(one.status, 'Done')}, {one.rows:,} rows"
            bars.update(doing, description=description, completed=1 if how is None else how.share, left=left, visible=True)

        yield sent, told


@contextmanager
def bar(what: str) -> Iterator[Told]:
    """A bar on standard error that moves while a file comes or goes."""
    with Progress(TextColumn("{task.description}"), BarColumn(), DownloadColumn(), console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(what, total=None)

        def told(done: int, of: int | None) -> None:
            bars.update(task, completed=done, total=of)

        yield told
