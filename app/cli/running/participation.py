"""What `participation derive` does: reads a list of services, derives, prints."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import typer

from app.enrollments import events
from app.states.policy import Policy

ROWS = 100_000  # periods that are printed at once


def policy(apart: bool, programs: str | None, gap_grace: int) -> Policy:
    """The readings that the options choose; the federal defaults otherwise. Raises `typer.BadParameter`."""
    chosen = Policy(gap_grace=gap_grace)
    if programs is None:
        return replace(chosen, common_exit="off") if apart else chosen
    if apart:
        raise typer.BadParameter("--no-common-exit says that no programs exit together; leave one of the two out.")
    named = tuple(filter(None, (program.strip() for program in programs.split(","))))
    if not named or not set(named) <= set(events.MAY_SHARE):
        raise typer.BadParameter(f"Those that may exit together are {', '.join(events.MAY_SHARE)}.", param_hint="--common-exit-programs")
    return replace(chosen, common_exit_programs=named)


def derive(file: Path, on: date, chosen: Policy) -> None:
    """Print the periods known on a day, a JSON object a line. Raises `NotEvents` and `Unreadable`."""
    derived = events.derive(events.read(file), chosen, on)
    for rows in derived.periods.iter_slices(ROWS):
        typer.echo(rows.write_ndjson().encode(), nl=False)
    if derived.unknown_yet:
        typer.echo(f"Dated after {on} and not known then: {derived.unknown_yet:,} events.", err=True)
