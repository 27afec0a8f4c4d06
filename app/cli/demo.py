"""`demo`: the whole main job on a state's real regions, with synthetic people, and then the server that shows it."""

import os
from typing import Annotated

import typer

People = Annotated[int, typer.Option("--participants", help="How many synthetic people.", min=1, max=5_000_000)]
Seed = Annotated[int, typer.Option(help="Another number makes other people.", min=0)]
Serve = Annotated[bool, typer.Option("--serve/--no-serve", help="Serve the API when everything is in.")]
Port = Annotated[int, typer.Option(help="The port to serve on.", min=1, max=65535)]
Fresh = Annotated[bool, typer.Option("--fresh", help="Delete the demonstration that is there, and begin anew.")]


def demo(participants: People = 20_000, seed: Seed = 2026, serve: Serve = True, port: Port = 8000, fresh: Fresh = False) -> None:
    """Walk New York's regions, jobs and paths with synthetic people through the main job, print the regional table, and serve it."""
    from app.cli.running.demo import run
    from app.cli.running.processes import serve_until_stopped
    from app.demo.shares import AS_OF

    os.environ["WORKFORCE_ENVIRONMENT"], os.environ["WORKFORCE_TODAY"] = "demo", AS_OF.isoformat()  # the worker is told the same
    try:
        run(participants=participants, seed=seed, port=port, fresh=fresh, served=serve)
    except KeyboardInterrupt:
        typer.echo("Ended. Run it again to go on from here.", err=True)
        raise typer.Exit(130) from None
    if serve:
        serve_until_stopped("127.0.0.1", port, with_worker=True)


def register(cli: typer.Typer) -> None:
    """Add the command."""
    cli.command()(demo)
