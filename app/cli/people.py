"""`me`, `participants` and `profiles`: who asks, of which server, and the people whom the caller may see."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.running.options import AsJson, OnlyId, Partner, Profile

if TYPE_CHECKING:
    from app.client import AsyncClient
    from app.contract.participants import Participant, ParticipantListed

participants = typer.Typer(help="People whom you may see.", no_args_is_help=True)
profiles = typer.Typer(help="Servers and keys, kept in a file of yours.", no_args_is_help=True)


def me(profile: Profile = None, as_json: AsJson = False) -> None:
    """Say who you are to the server, and what you may do."""
    from app.cli.running.asking import ask
    from app.cli.running.showing import show

    show(ask(profile, lambda client: client.me()), as_json=as_json)


@participants.command("add")
def add(
    first_name: Annotated[str, typer.Option(help="As the person writes it.")],
    last_name: Annotated[str, typer.Option(help="As the person writes it.")],
    birth_date: Annotated[str, typer.Option(help="As 1990-05-17.")],
    county: Annotated[str | None, typer.Option(help="Where the person lives: the county's FIPS code, as 36029.")] = None,
    place: Annotated[str | None, typer.Option(help="The city or town.")] = None,
    zip_code: Annotated[str | None, typer.Option("--zip", help="The ZIP code.")] = None,
    state: Annotated[str | None, typer.Option(help="Two letters, if it is another state.")] = None,
    reference: Annotated[str | None, typer.Option(help="Your own id for the person; never a social security number.")] = None,
    email: Annotated[str | None, typer.Option(help="Left out if not known.")] = None,
    phone: Annotated[str | None, typer.Option(help="Left out if not known.")] = None,
    ssn: Annotated[
        bool, typer.Option("--ssn", help="Read a social security number from standard input; on a terminal it is asked for.")
    ] = False,
    partner: Partner = None,
    profile: Profile = None,
    as_json: AsJson = False,
    only_id: OnlyId = False,
) -> None:
    """Register a person."""
    from app.cli.running.asking import ask
    from app.cli.running.showing import show
    from app.contract.participants import NewParticipant

    told = {
        "first_name": first_name,
        "last_name": last_name,
        "birth_date": birth_date,
        "reference": reference,
        "email": email,
        "phone": phone,
    }
    lives = given(county=county, place=place, zip=zip_code, state=state)
    number = secret("Social security number") if ssn else None
    body = {**given(**told, partner=partner, ssn=number), "residence": lives}

    async def register(client: "AsyncClient") -> "Participant":
        return await client.participants.register(NewParticipant.model_validate(body))

    show(ask(profile, register), as_json=as_json, only_id=only_id)


@participants.command("find")
def find(
    q: Annotated[str | None, typer.Argument(help="A name, birth date, phone number, reference or id; left out: everybody.")] = None,
    most: Annotated[int, typer.Option("--limit", help="How many at most.", min=1)] = 20,
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """Find people by name, birth date, reference or id."""
    from app.cli.running.asking import ask
    from app.cli.running.showing import show_all

    async def some(client: "AsyncClient") -> "list[ParticipantListed]":
        found: list[ParticipantListed] = []
        async for one in client.participants.list(q, limit=min(most, 1000)):
            found.append(one)
            if len(found) == most:
                break
        return found

    show_all(ask(profile, some), ("id", "first_name", "last_name", "birth_date"), as_json=as_json)


@participants.command("show")
def show_one(
    participant: Annotated[str, typer.Argument(help="The person's id, as `participants find` shows it.")],
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """Show a person and what happened, oldest first. With --json the person is the first line."""
    from app.cli.running.asking import ask
    from app.cli.running.showing import show, show_all

    async def read(client: "AsyncClient") -> Any:
        return await client.participants.get(participant), [moment async for moment in client.participants.timeline(participant)]

    person, timeline = ask(profile, read)
    show(person, as_json=as_json)
    show_all(timeline, ("on", "what", "title", "id"), as_json=as_json)


@profiles.command("add")
def keep(
    name: Annotated[str, typer.Argument(help="What you call it.")],
    url: Annotated[str, typer.Option(help="The server's address, as https://workforce.example.gov")],
) -> None:
    """Keep a server and a key. The key is read from standard input; on a terminal it is asked for."""
    from app.cli.running.profiles import Door
    from app.cli.running.profiles import keep as kept

    key = secret("Key")
    typer.echo(f"Kept in {kept(name, Door(url, key))}.")


@profiles.command("list")
def listed(as_json: AsJson = False) -> None:
    """List the profiles: never their keys."""
    import json

    from app.cli.running.profiles import kept

    content = kept()
    for name, told in content.get("profiles", {}).items():
        default = name == content.get("default")
        line = {"name": name, "url": told["url"], "default": default}
        typer.echo(json.dumps(line) if as_json else f"{name}  {told['url']}{'  (default)' if default else ''}")


def secret(what: str) -> str:
    """What is not to stand in a history of commands: a line of standard input, which a terminal is asked for and does not show."""
    import sys

    return str(typer.prompt(what, hide_input=True, err=True)) if sys.stdin.isatty() else sys.stdin.readline().strip()


def given(**told: Any) -> dict[str, Any]:
    """What was given; what was left out stays out."""
    return {name: value for name, value in told.items() if value is not None}


def register(cli: typer.Typer) -> None:
    """Add the commands."""
    cli.command()(me)
    cli.add_typer(participants, name="participants")
    cli.add_typer(profiles, name="profiles")
