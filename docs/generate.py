"""Papers that the code writes itself: `python -m docs.generate` (or `make docs`) writes them anew, a test finds those that are stale."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from sqlalchemy import Column, Table
from sqlalchemy.dialects import postgresql

from app.access.permissions import OF_A_PARTNER, ROLES, Permission, Role
from app.core.db import Base, Data
from app.core.schema import metadata
from app.core.settings import Settings
from app.main import create_app
from docs import picture, worked

HERE = Path(__file__).parent
GENERATED = "Generated from the code by `make docs`; do not edit."


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in line) + " |" for line in lines) + "\n"


def settings() -> str:
    """Every setting, its default and what it is for."""
    rows = [[f"`WORKFORCE_{name.upper()}`", default(field), field.description or ""] for name, field in Settings.model_fields.items()]
    return f"# Settings\n\n{GENERATED} Settings come from the environment and are read once, when a process starts.\n\n" + table(
        ["setting", "default", "what it is for"], rows
    )


def default(field: FieldInfo) -> str:
    """A setting's default as one would write it."""
    return "" if field.default in (None, PydanticUndefined) else f"`{field.default}`"


def permissions() -> str:
    """Which role holds which permission."""
    rows = [[f"`{permission}`", *("●" if permission in ROLES[role] else "" for role in Role)] for permission in Permission]
    partners = ", ".join(f"`{role}`" for role in sorted(OF_A_PARTNER))
    return (
        f"# Roles and permissions\n\n{GENERATED} Routes declare permissions, never roles; a route that declares none fails the tests.\n"
        f"Keys of {partners} belong to one partner and see that partner's caseload; keys of the others belong to the state.\n\n"
        + table(["permission", *(f"`{role}`" for role in Role)], rows)
    )


POSTGRESQL = postgresql.dialect()  # type: ignore[no-untyped-call]


def classified(column: Column[object], of_its_table: Data) -> Data:
    """How sensitive a column is: what it says itself, or what its table says."""
    return Data(column.info.get("data", of_its_table))


def tables() -> Iterator[tuple[Table, type[Base]]]:
    """Every table with the class that declares it, in the order of the rooms."""
    metadata()
    found = [(mapper.local_table, mapper.class_) for mapper in Base.registry.mappers]
    for local, declared in sorted(found, key=lambda pair: (pair[1].__module__, str(pair[0]))):
        assert isinstance(local, Table)
        assert issubclass(declared, Base)
        yield local, declared


def dictionary() -> str:
    """Every table and column: what it is, its type, how sensitive it is."""
    head = (
        "# Data dictionary\n\n"
        f"{GENERATED} **public**: may be printed anywhere; **internal**: the state's and its partners' staff; **personal**: says\n"
        "something about one person; **sealed**: never leaves in clear. See [security](security.md).\n"
    )
    parts = [head]
    room = ""
    for local, declared in tables():
        if (here := declared.__module__.split(".")[1]) != room:
            room = here
            parts.append(f"\n## {room}\n")
        about = " ".join((declared.__doc__ or "").split())
        rows = [
            [
                f"`{c.name}`" + (" 🔑" if c.primary_key else ""),
                c.type.compile(POSTGRESQL).lower(),
                "" if c.nullable else "yes",
                classified(c, declared.__data__).value,
                c.doc or "",
            ]
            for c in local.columns
        ]
        parts.append(f"\n### {local.name}\n\n{about}\n\n" + table(["column", "type", "always given", "data", "what it is"], rows))
    return "".join(parts)


def openapi() -> str:
    """The API's description. Its diff is the review of a change to the API."""
    app = create_app(Settings(), database_url="postgresql://nobody@localhost/nothing")
    return json.dumps(app.openapi(), indent=1, ensure_ascii=False) + "\n"


def examples() -> str:
    """The worked examples of the rules."""
    head = f"# Worked examples\n\n{GENERATED} Every row is a test: the tables stand in `tests/spec`.\n"
    return head + "".join(
        f"\n## {title}\n\n{about}\n\n" + table(columns, rows) for title, about, columns, rows in (section() for section in worked.SECTIONS)
    )


PAPERS: dict[str, Callable[[], str]] = {
    "settings.md": settings,
    "permissions.md": permissions,
    "data-dictionary.md": dictionary,
    "openapi.json": openapi,
    "system.svg": picture.draw,
    "worked-examples.md": examples,
}

if __name__ == "__main__":
    for name, write in PAPERS.items():
        (HERE / name).write_text(write())
