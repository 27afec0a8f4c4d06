"""What `outcomes compute` does: read a file, compute its cells, write them with their receipt, and every row's place."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

import polars as pl
import typer
from rich.console import Console
from rich.table import Table as Grid

from app.core.errors import Invalid
from app.core.periods import Kind, Period, last_ended
from app.core.whole import opened
from app.outcomes import compute as computing
from app.outcomes import individuals
from app.outcomes.compute import ALL, Cell, Computed
from app.outcomes.federal import RESULTS
from app.outcomes.flat import Flat, read, too_close, unread
from app.outcomes.groups import groupings
from app.outcomes.indicators import Measure
from app.outcomes.programs import Program
from app.outcomes.rules import Asked
from app.outcomes.wording import in_words
from app.states.policy import Policy

TOLD = 100  # rows that lie too close are named in a receipt, one by one


class NoSuchForm(Invalid):
    """A file's name ends in nothing that rows are written as."""

    slug, title = "no-such-form", "There is no such form"


@dataclass(frozen=True)
class Question:
    """What is asked of a file. `written`: the report period, with the report date as given."""

    asked: Asked
    written: str


def asked(report_date: date, kind: Kind, readings: Sequence[str]) -> Question:
    """The question of a report date. Raises `NotAReading`."""
    policy = Policy().reading(readings)
    return Question(Asked(Period(kind, last_ended(report_date)), report_date, policy), f"{kind}@{report_date}")


def compute(file: Path, question: Question, *, by: Sequence[str], state: str | None, out: Path, ids: Path | None) -> None:
    """Read, compute, write. Raises `Unfit` for a file, `NotAGrouping` and `NoSuchForm` for what is asked, before anything is written."""
    named = tuple(groupings(by, question.asked.policy, None if state is None else state.upper().removeprefix("US-")))
    write = None if ids is None else _form(ids)
    flat = read(file)
    computed = computing.compute(flat.rows, question.asked, named)
    with opened(out) as target:
        rows = ",\n".join(json.dumps(cell) for cell in computing.written(computed, question.written))
        target.write(f"[\n{rows}\n]\n".encode())
    close = too_close(flat.rows)
    receipt = out.with_name(f"{out.stem}.receipt.json")
    with opened(receipt) as target:
        told = _receipt(file, flat, question, computed, close) | {"by": list(by), "state": state}
        target.write(json.dumps(told, indent=1).encode() + b"\n")
    if ids is not None and write is not None:
        with opened(ids) as target:
            write(individuals.places(flat.rows, question.asked), target)
    _show(computed, question)
    for note in _notes(flat, close):
        typer.echo(note, err=True)
    typer.echo(f"written {out} with {receipt}" + ("" if ids is None else f" and {ids}"), err=True)


def _receipt(file: Path, flat: Flat, question: Question, computed: Computed, close: pl.DataFrame) -> dict[str, Any]:
    """From what and how the cells were computed, and who is in none of them why."""
    cohorts: dict[str, Mapping[str, Any]] = {}
    left_out: dict[str, dict[str, Mapping[str, int]]] = {}
    for told in computed.left_out:
        i = told.indicator
        definition = {"version": i.definition.version, "says": i.definition.says, "citation": i.definition.citation}
        cohorts[i.name] = {"from": str(i.cohort.begins), "until": str(i.cohort.ends), **definition}
        left_out.setdefault(str(i.program), {})[i.name] = told.reasons
    return {
        "file": file.name,
        "sha256": flat.digest,
        "rows": computed.rows,
        "period": question.written,
        "readings": question.asked.policy.chosen(),
        "indicators": cohorts,
        "left_out": left_out,
        "unread_columns": flat.unread,
        "absent_columns": flat.absent,
        "rows_less_than_90_days_apart": {"count": close.height, "lines": close.head(TOLD).rows()},
    }


def _notes(flat: Flat, close: pl.DataFrame) -> Iterator[str]:
    yield from unread(flat)
    if close.height:
        yield (
            f"{close.height:,} rows overlap with another of the same person or lie less than 90 days after it (edit check PC-03), "
            f"the first in line {close['line'][0]}. They should be one record; they were counted as they are."
        )


def _show(computed: Computed, question: Question) -> None:
    """The figures of everybody, on the screen: a grid a program."""
    console = Console(highlight=False)
    console.print(question.written, style="bold")
    for program in RESULTS:
        console.print(_grid(program, [cell for cell in computed.cells if (cell.group, cell.indicator.program) == (ALL, program)]))
    for name, value in question.asked.policy.chosen().items():
        console.print(f"reading {name} = {value}")


def _grid(program: Program, cells: Sequence[Cell]) -> Grid:
    grid = Grid(title=program, title_justify="left", title_style="bold", header_style="dim", box=None)
    grid.add_column("", min_width=23, no_wrap=True)
    for title, width in (("counted", 14), ("value", 14), ("due 9s", 6), ("9s as a no", 10)):
        grid.add_column(title, min_width=width, justify="right", no_wrap=True)
    for cell in cells:
        counted = f"{cell.numerator:,} of {cell.denominator:,}" if cell.indicator.measure is Measure.RATE else f"{cell.numerator:,}"
        nines = (f"{cell.due_nines:,}", _spoken(cell, counted=True)) if cell.due_nines else ("", "")
        grid.add_row(cell.indicator.name, counted, _spoken(cell), *nines)
    return grid


def _spoken(cell: Cell, *, counted: bool = False) -> str:
    value = cell.value_if_nines_counted if counted else cell.value
    return cell.status.replace("_", " ") if value is None else in_words(cell.indicator.measure, value)


Write = Callable[[Iterator[pl.DataFrame], BinaryIO], None]


def _form(path: Path) -> Write:
    match path.suffix.lower():
        case ".csv":
            return _csv
        case ".jsonl" | ".ndjson":
            return _lines
        case ".json":
            return _list
    raise NoSuchForm(f"Every row's place is written as .csv, .jsonl or .json, not '{path.suffix}'.")


def _csv(batches: Iterator[pl.DataFrame], target: BinaryIO) -> None:
    for n, batch in enumerate(batches):
        batch.write_csv(target, include_header=n == 0)


def _lines(batches: Iterator[pl.DataFrame], target: BinaryIO) -> None:
    for batch in batches:
        batch.write_ndjson(target)


def _list(batches: Iterator[pl.DataFrame], target: BinaryIO) -> None:
    target.write(b"[")
    for n, batch in enumerate(batches):
        target.write((b"\n" if n == 0 else b",\n") + batch.write_ndjson().strip().replace("\n", ",\n").encode())
    target.write(b"\n]\n")
