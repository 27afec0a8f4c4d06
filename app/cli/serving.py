"""`serve`, `worker` and `migrate`: what an installation runs."""

from typing import Annotated

import typer

Host = Annotated[str, typer.Option(help="The address to listen on.")]
Port = Annotated[int, typer.Option(help="The port to listen on; 0 takes a free one.", min=0, max=65535)]
Worker = Annotated[bool, typer.Option("--worker/--no-worker", help="Also run a worker, as a process of its own.")]
WithParent = Annotated[bool, typer.Option("--with-parent", hidden=True)]


def serve(host: Host = "127.0.0.1", port: Port = 8000, worker: Worker = True) -> None:
    """Serve the API, and run its worker, until Ctrl-C or SIGTERM."""
    from app.cli.running.processes import serve_until_stopped

    serve_until_stopped(host, port, with_worker=worker)


def worker(with_parent: WithParent = False) -> None:
    """Do the jobs that requests and the night ask for, until Ctrl-C or SIGTERM."""
    from app.cli.running.processes import work_until_stopped

    work_until_stopped(with_parent=with_parent)


def migrate() -> None:
    """Bring the database to this version, as the owner of its tables. Does nothing if it is there."""
    from app.cli.running.surroundings import here

    with here() as installation:
        typer.echo(f"The database is at revision {installation.migrate()}.")


def register(cli: typer.Typer) -> None:
    """Add the commands."""
    cli.command()(serve)
    cli.command()(worker)
    cli.command()(migrate)
