"""`workforce release`: drafted under one key, certified under another, listed, and handed out as files."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from app.access.permissions import Role
from tests.cli.test_tenants import Done, Run, run
from tests.conftest import TestDatabase
from tests.people import CHARLIE, DANA, NIA, PAT
from tests.releases.conftest import peopled

__all__ = ["peopled", "run"]  # the fixtures
Release = Callable[..., Done]


@pytest.fixture
def release(run: Run, peopled: TestDatabase, tmp_path: Path) -> Release:
    """`workforce release …` under somebody's key, on 2026-10-31."""

    def command(key: str, *arguments: str) -> Done:
        surroundings = {"WORKFORCE_TODAY": "2026-10-31", "WORKFORCE_DATA_FOLDER": str(tmp_path / "data"), "WORKFORCE_API_KEY": key}
        return run("release", *arguments, **surroundings)

    return command


@pytest.fixture
async def second(peopled: TestDatabase) -> str:
    """The key of a second person of the state's own staff."""
    return await peopled.key("us-ny", Role.STATE_ADMIN)


def test_two_people_make_a_release(release: Release, second: str, tmp_path: Path) -> None:
    drafted = release(DANA.key, "draft", "--period", "quarter@2026-09-30", "--json")
    assert drafted.code == 0, drafted.err
    made = json.loads(drafted.out)
    assert (made["status"], made["threshold"]) == ("draft", 10)
    own = release(DANA.key, "certify", made["id"])
    assert own.code != 0
    assert "Somebody else has to look at it" in own.err
    assert release(second, "certify", made["id"]).code == 0
    assert made["id"] in release(CHARLIE.key, "list").out
    assert made["id"] not in release(NIA.key, "list").out
    shown = release(PAT.key, "show", made["id"], "--out", str(tmp_path / "files"))
    assert shown.code == 0
    assert made["digest"] in shown.out
    assert {path.name for path in (tmp_path / "files").iterdir()} == {file["name"] for file in made["files"]}
    assert release(NIA.key, "show", made["id"]).code != 0


def test_who_may_not(release: Release) -> None:
    for person in (PAT, CHARLIE):
        refused = release(person.key, "draft", "--period", "quarter@2026-09-30")
        assert refused.code != 0
        assert "releases:write" in refused.err
