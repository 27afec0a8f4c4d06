"""The command `workforce`. Each module here adds commands: it has a function `register(cli)`, and imports late what they run."""

import importlib
import os
import pkgutil
import sys

import typer

from app.core.errors import Refusal

__all__ = ["main"]


def build() -> typer.Typer:
    """The command line with the commands of every module of this folder; folders in it hold what the commands run."""
    cli = typer.Typer(
        name="workforce",
        help="The program manager for workforce recovery that a state runs. Settings come from the environment: WORKFORCE_…",
        no_args_is_help=True,
        pretty_exceptions_enable=False,  # a traceback with local variables would print people's data
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        if not module.ispkg and not module.name.endswith(".__main__"):
            importlib.import_module(module.name).register(cli)
    return cli


def main() -> None:
    """Run the command; a refusal is a sentence on standard error and exit code 1, a wrong use 2."""
    try:
        build()()
    except Refusal as refusal:
        typer.echo(refusal.detail, err=True)
        for violation in refusal.violations:
            if violation.detail != refusal.detail:
                typer.echo(f"  {violation.pointer}: {violation.detail}", err=True)
        sys.exit(1)
    except ModuleNotFoundError as missing:
        if (missing.name or "app").partition(".")[0] == "app":
            raise
        typer.echo(f"This is done where the server is installed; {missing.name} is not here. Install workforce[server].", err=True)
        sys.exit(1)
    except BrokenPipeError:  # whoever read our output had enough, as in `workforce … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
