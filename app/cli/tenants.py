"""`state new` and `keys`: who takes part, and who gets in."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

state = typer.Typer(help="States: the tenants of this installation.", no_args_is_help=True)
keys = typer.Typer(help="Keys: who gets in, and as what.", no_args_is_help=True)

State = Annotated[str, typer.Argument(help="The state, as us-ny.")]
OfState = Annotated[str, typer.Option("--state", help="The state, as us-ny.")]


@state.command("new")
def new(
    state: State,
    name: Annotated[str | None, typer.Option(help="What it is called.")] = None,
    fips: Annotated[str | None, typer.Option(help="Its two-digit FIPS code.")] = None,
    postal: Annotated[str | None, typer.Option(help="Its two letters.")] = None,
    time_zone: Annotated[str | None, typer.Option(help="Whose midnight begins its day, as America/New_York.")] = None,
) -> None:
    """Make a tenant. What is not given comes from regions/STATE/state.toml."""
    from app.cli.running.surroundings import as_owner
    from app.contract.states import StateDefinition
    from app.core.errors import Invalid
    from app.states.actions import create

    given = {"name": name, "fips": fips, "postal": postal, "time_zone": time_zone}
    about = _written(state) | {key: value for key, value in given.items() if value is not None}
    if missing := [f"--{key.replace('_', '-')}" for key in given if key not in about]:
        raise Invalid(f"There is no regions/{state}/state.toml, so name {', '.join(missing)}.")
    known = _checked({"id": state, **about}, StateDefinition)
    as_owner(lambda tx: create(tx, state=state, **known))
    typer.echo(f"'{state}' is a tenant. Its first key: workforce keys create --state {state} --role state_admin --label …")
    typer.echo(
        f"Does a Dislocated Worker Grant share the common exit? If so, name dwg in common_exit_programs of regions/{state}/state.toml; "
        "left out, it exits apart (20 CFR 677.150(c)(3))."
    )


def _written(state: str) -> dict[str, str]:
    """What the state's definition says of it, if there is one."""
    import tomllib

    from app.core.schema import ROOT

    for folder in (Path.cwd(), ROOT):
        file = folder / "regions" / state / "state.toml"
        if file.is_file():
            content = tomllib.loads(file.read_text(encoding="utf-8"))
            return {key: str(content[key]) for key in ("name", "fips", "postal", "time_zone") if key in content}
    return {}


def _checked(about: dict[str, str], definition: Any) -> dict[str, str]:
    """The names and the clock, if they are written as the contract wants; raises `Invalid`."""
    from zoneinfo import available_timezones

    from pydantic import ValidationError

    from app.core.errors import Invalid

    try:
        definition.model_validate({**about, "policies": [{"valid_from": "2000-01-01", "source": "defaults"}]})
    except ValidationError as wrong:
        raise Invalid("\n".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in wrong.errors())) from wrong
    if about["time_zone"] not in available_timezones():
        raise Invalid(f"There is no time zone '{about['time_zone']}'. It is written as America/New_York.")
    return {key: about[key] for key in ("name", "fips", "postal", "time_zone")}


@keys.command("create")
def create(
    state: OfState,
    role: Annotated[str, typer.Option(help="state_admin, board_staff, college_staff, policymaker or auditor.")],
    label: Annotated[str, typer.Option(help="Whom it is given to.")],
    partner: Annotated[str | None, typer.Option(help="The key of the partner whose staff it is.")] = None,
    days: Annotated[int, typer.Option(help="How long it opens anything.", min=1, max=3660)] = 365,
) -> None:
    """Make a key and print it: this is the only time that it can be seen."""
    from app.access import keys
    from app.access.permissions import Role
    from app.cli.running.surroundings import as_owner
    from app.core.errors import Invalid

    if role not in set(Role):
        raise Invalid(f"There is no role '{role}'. Roles: {', '.join(Role)}.")
    lifetime = timedelta(days=days)
    typer.echo(as_owner(lambda tx: keys.create(tx, state=state, role=Role(role), label=label, partner=partner, lifetime=lifetime)))


@keys.command("list")
def listed(state: OfState) -> None:
    """List a state's keys, newest first: never the keys themselves."""
    from rich.console import Console
    from rich.table import Table

    from app.access import keys
    from app.cli.running.surroundings import as_owner

    table = Table("id", "begins with", "role", "label", "made", "expires", "revoked", box=None)
    for key in as_owner(lambda tx: keys.listed(tx, state=state)):
        made, expires, revoked = (when and f"{when:%Y-%m-%d}" for when in (key.created_at, key.expires_at, key.revoked_at))
        table.add_row(str(key.id), key.prefix, key.role, key.label, made, expires, revoked or "")
    Console(soft_wrap=True).print(table)


@keys.command("revoke")
def revoke(key: Annotated[UUID, typer.Argument(help="The key's id, as `keys list` shows it.")], state: OfState) -> None:
    """From now on the key opens nothing."""
    from app.access import keys
    from app.cli.running.surroundings import as_owner

    as_owner(lambda tx: keys.revoke(tx, state=state, key=key))
    typer.echo("Revoked.")


def register(cli: typer.Typer) -> None:
    """Add the commands."""
    cli.add_typer(state, name="state")
    cli.add_typer(keys, name="keys")
