"""Names, birth dates and numbers live in one room: no other reads them, and what holds them says so."""

import ast
import re

import pytest

from app.core.db import Data
from app.core.schema import metadata
from app.participants.models import Participant
from tests.house.tree import modules

PERSONAL = {"first_name", "last_name", "birth_date", "ssn", "ssn_sealed", "ssn_token", "email", "phone"}
DOORS = (
    "app/participants/",  # the room
    "app/contract/participants.py",  # what goes in and comes out
    "app/api/participants.py",
    "app/imports/kinds/participants.py",  # columns of a file of people
    "app/imports/kinds/wage_records.py",  # the column by which the state's wage records name people
    "app/cli/people.py",  # what a caseworker types to register somebody
    "app/demo/",  # makes people up
)


def spoken(module: ast.Module) -> set[str]:
    """Every name and every text of one word in a module."""
    found = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.Name | ast.keyword):
            found.add(node.id if isinstance(node, ast.Name) else node.arg or "")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found |= set(re.findall(r"\w+", node.value))
    return found


def strangers(source: dict[str, ast.Module]) -> dict[str, set[str]]:
    """Files beyond the doors that speak of what the room keeps to itself."""
    told = {path: spoken(module) & PERSONAL for path, module in source.items() if not path.startswith(DOORS)}
    return {path: words for path, words in told.items() if words - {"email", "phone"}}


def test_nothing_else_reads_who_somebody_is() -> None:
    assert strangers({str(path): module for path, module in modules("app").items() if str(path) != "app/core/logging.py"}) == {}


@pytest.mark.parametrize("code", ["select(Participant.birth_date)", "text('SELECT p.last_name FROM participants p')", "f(ssn=1)"])
def test_a_stranger_is_found(code: str) -> None:
    assert strangers({"app/outcomes/extract.py": ast.parse(code)})


def test_numbers_are_said_to_be_sealed() -> None:
    columns = {column.name: column.info.get("data") for column in Participant.__table__.columns}
    assert {name for name, data in columns.items() if data is Data.SEALED} == {"ssn_sealed", "ssn_token"}


def test_no_other_table_holds_who_somebody_is() -> None:
    elsewhere = [
        f"{table.name}.{column.name}"
        for table in metadata().tables.values()
        for column in table.columns
        if table.name != "participants" and column.name in PERSONAL
    ]
    assert elsewhere == []
