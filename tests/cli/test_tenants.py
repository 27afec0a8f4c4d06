"""`state new` and `keys`: administration on the command line, with its errors as sentences."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from app.cli import main
from app.core.embedded import OWNER_ROLE
from tests.conftest import TestDatabase
from tests.people import ERIE


@dataclass(frozen=True)
class Done:
    """What a command left."""

    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def run(own_db: TestDatabase, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `workforce` on the test's database, as the owner of its tables."""
    for name in [name for name in os.environ if name.startswith("WORKFORCE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("WORKFORCE_DATABASE_URL", own_db.url)
    monkeypatch.setenv("WORKFORCE_OWNER_DATABASE_URL", own_db.owner_url)
    monkeypatch.setenv("WORKFORCE_KEY_RING", "k1:" + "A" * 43 + "=")
    monkeypatch.setenv("COLUMNS", "200")

    def workforce(*arguments: str, **more: str) -> Done:
        for name, value in more.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["workforce", *arguments])
        with pytest.raises(SystemExit) as left:
            main()
        said = capsys.readouterr()
        return Done(int(left.value.code or 0), said.out, said.err)

    return workforce


def opened(database: TestDatabase, key: str) -> dict[str, Any]:
    """What the application learns of whoever sends the key."""
    with psycopg.connect(database.url, row_factory=dict_row) as connection:
        found = connection.execute("SELECT * FROM enter(%s, NULL, NULL)", [sha256(key.encode()).digest()]).fetchone()
    assert found is not None
    return found


VERMONT = ("state", "new", "us-vt", "--name", "Vermont", "--fips", "50", "--postal", "VT", "--time-zone", "America/New_York")


def test_a_state_and_its_first_key(run: Run, own_db: TestDatabase) -> None:
    made = run(*VERMONT)
    assert (made.code, made.err) == (0, "")
    assert "workforce keys create --state us-vt" in made.out
    assert "name dwg in common_exit_programs of regions/us-vt/state.toml" in made.out
    key = run("keys", "create", "--state", "us-vt", "--role", "state_admin", "--label", "Vera", "--days", "2")
    assert (key.code, key.err) == (0, "")
    actor = opened(own_db, key.out.strip())
    assert (actor["state"], actor["role"], actor["zone"]) == ("us-vt", "state_admin", "America/New_York")


def test_a_key_of_a_partner_is_listed_and_revoked(run: Run, own_db: TestDatabase) -> None:
    key = run("keys", "create", "--state", "us-ny", "--role", "board_staff", "--label", "Ben", "--partner", "erie_board").out.strip()
    actor = opened(own_db, key)
    assert actor["partner"] == ERIE.id
    listed = run("keys", "list", "--state", "us-ny")
    [line] = [line for line in listed.out.splitlines() if str(actor["id"]) in line]
    assert re.search(rf"{re.escape(key[:9])}\s+board_staff\s+Ben", line)
    assert key not in listed.out
    assert run("keys", "revoke", str(actor["id"]), "--state", "us-ny").code == 0
    again = run("keys", "revoke", str(actor["id"]), "--state", "us-ny")
    assert (again.code, again.err) == (1, "'us-ny' has no such key in force.\n")


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("state", "new", "us-ny", "--name", "N", "--fips", "36", "--postal", "NY", "--time-zone", "America/New_York"), 1, "already"),
        (("state", "new", "us-zz"), 1, "name --name, --fips, --postal, --time-zone"),
        ((*VERMONT[:-1], "Eastern"), 1, "There is no time zone 'Eastern'"),
        (("state", "new", "Vermont", *VERMONT[3:]), 1, "id: String should match"),
        (("keys", "create", "--state", "us-vt", "--role", "state_admin", "--label", "V"), 1, "Make it with 'workforce state new'"),
        (("keys", "create", "--state", "us-ny", "--role", "king", "--label", "V"), 1, "There is no role 'king'. Roles: state_admin, "),
        (("keys", "create", "--state", "us-ny", "--role", "board_staff", "--label", "V"), 1, "needs a partner"),
        (("keys", "create", "--state", "us-ny", "--role", "auditor", "--label", "V", "--partner", "erie_board"), 1, "not to a partner"),
        (("keys", "revoke", "everything", "--state", "us-ny"), 2, "valid UUID"),
        (("keys",), 2, "Usage"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(run: Run, arguments: tuple[str, ...], code: int, sentence: str) -> None:
    done = run(*arguments)
    assert done.code == code, done.err
    assert sentence in done.err + done.out


def test_wrong_settings_are_named_all_at_once(run: Run) -> None:
    done = run("keys", "list", "--state", "us-ny", WORKFORCE_DATABASE_POOL="many", WORKFORCE_LOG_LEVEL="loud")
    assert done.code == 1
    assert [line.split(":")[0] for line in done.err.splitlines()] == ["WORKFORCE_DATABASE_POOL", "WORKFORCE_LOG_LEVEL"]


def test_production_makes_up_no_keys_and_no_days(run: Run) -> None:
    done = run("migrate", WORKFORCE_ENVIRONMENT="production", WORKFORCE_TODAY="2026-10-31")
    assert (done.code, "refuses WORKFORCE_TODAY" in done.err) == (1, True)


def test_migrating_again_changes_nothing(run: Run) -> None:
    done = run("migrate")
    assert (done.code, done.err) == (0, "")
    assert re.fullmatch(r"The database is at revision \d{4}\.\n", done.out)


def test_without_the_owners_door_nothing_is_administered(run: Run, own_db: TestDatabase) -> None:
    done = run("keys", "list", "--state", "us-ny", WORKFORCE_OWNER_DATABASE_URL="")
    assert done.code == 1
    assert "WORKFORCE_OWNER_DATABASE_URL" in done.err


def test_a_database_that_does_not_answer_is_told_so(run: Run, own_db: TestDatabase) -> None:
    elsewhere = own_db.owner_url.replace("/" + own_db.name, "/no_such_database")
    done = run("migrate", WORKFORCE_OWNER_DATABASE_URL=elsewhere)
    assert (done.code, "does not answer" in done.err) == (1, True)
    assert OWNER_ROLE not in done.err


def test_help_is_quick() -> None:
    """It imports no room: what a command runs is imported by the command."""
    code = "import sys; from app.cli import build; build(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"sqlalchemy", "fastapi", "polars", "geopandas", "pyarrow", "uvicorn", "alembic", "app.core.db"} & set(loaded)
