"""`participation derive`: periods of participation out of anybody's list of services, without a database."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

participation = typer.Typer(help="Periods of participation: entries and exits as they follow from services.", no_args_is_help=True)

Events = Annotated[
    Path, typer.Argument(metavar="EVENTS.csv", exists=True, dir_okay=False, readable=True, help="Columns person, program, type, date, end.")
]
AsOf = Annotated[datetime, typer.Option("--as-of", formats=["%Y-%m-%d"], help="The day on which exits are known, as 2026-10-31.")]
Apart = Annotated[bool, typer.Option("--no-common-exit", help="Each program exits by itself.")]
Sharing = Annotated[
    str | None, typer.Option("--common-exit-programs", metavar="A,B", help="The programs that exit together; left out, the four core ones.")
]
Grace = Annotated[
    int, typer.Option("--gap-grace", min=0, max=365, help="Days that a planned service which does not come still holds a period open.")
]


@participation.command()
def derive(events: Events, as_of: AsOf, no_common_exit: Apart = False, common_exit_programs: Sharing = None, gap_grace: Grace = 0) -> None:
    """Print every period of participation that is known on a day, a JSON object a line, by person and entry."""
    from app.cli.running import participation as running

    running.derive(events, as_of.date(), running.policy(no_common_exit, common_exit_programs, gap_grace))


def register(cli: typer.Typer) -> None:
    """Add the group."""
    cli.add_typer(participation, name="participation")
