"""What an agency does by command: over the application in this process, and over HTTP by a profile."""

import json
import re
import stat
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest

from tests.cli.test_tenants import Done, Run, run
from tests.client.conftest import lived_in, served
from tests.conftest import TestDatabase
from tests.enrollments.world import ANN, CAL, WELDING
from tests.people import ALICE, BOB, CHARLIE, NIA, PAT, Person

__all__ = ["lived_in", "run", "served"]  # the fixtures
As = Callable[..., Done]


@pytest.fixture
def workforce(run: Run, lived_in: TestDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> As:
    """`workforce(ALICE, "me")`: the command under Alice's key, in this process, on 2026-10-31."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))

    def command(person: Person | None, *arguments: str) -> Done:
        surroundings = {"WORKFORCE_TODAY": "2026-10-31", "WORKFORCE_DATA_FOLDER": str(tmp_path / "data")}
        return run(*arguments, **surroundings, WORKFORCE_API_KEY=person.key if person else "")

    return command


ADD = ("participants", "add", "--first-name", "Grace", "--last-name", "Example", "--birth-date", "1991-02-03", "--county", "36029")


def test_who_am_i(workforce: As) -> None:
    assert json.loads(workforce(ALICE, "me", "--json").out)["role"] == "board_staff"
    shown = workforce(NIA, "me")
    assert (shown.code, shown.err) == (0, "")
    assert re.search(r"state +us-nj", shown.out)


def test_a_learner_on_her_way(workforce: As) -> None:
    """Every step by command; Bob, her colleague, sees it, Charlie and Nia do not."""
    grace = workforce(ALICE, *ADD, "--reference", "G-1", "--id").out.strip()
    enrolled = workforce(ALICE, "enroll", grace, "welding", "--on", "2026-10-01", "--json")
    assert (enrolled.code, enrolled.err) == (0, "")
    made = json.loads(enrolled.out)
    assert (made["career_path"], made["planned_end"]) == (str(WELDING), "2026-12-10")
    served = workforce(ALICE, "service", grace, "career_counseling", "--program", "adult", "--on", "2026-10-05", "--enrollment", made["id"])
    assert served.code == 0, served.err
    planned = ("--on", "2026-10-31", "--planned-for", "2026-12-01", "--program", "adult")
    assert workforce(ALICE, "service", grace, "career_counseling", *planned, "--json").code == 0
    for step in ("step_1", "2"):
        done = workforce(ALICE, "complete", made["id"], step, "--on", "2026-10-20")
        assert done.code == 0, done.err
    award = ("--name", "Certified Welder", "--type", "occupational_certification", "--on", "2026-10-20", "--issuer", "AWS")
    assert workforce(ALICE, "credential", made["id"], *award).code == 0
    assert workforce(ALICE, "complete", made["id"], "--on", "2026-10-25", "--id").out.strip() == made["id"]

    shown = workforce(BOB, "participants", "show", grace)
    assert shown.code == 0, shown.err
    for said in ("Grace", "Certified Welder", "step_completion", "36029"):
        assert said in shown.out
    found = [json.loads(line)["id"] for line in workforce(BOB, "participants", "find", "G-1", "--json").out.splitlines()]
    assert found == [grace]
    for outsider in (CHARLIE, NIA):
        assert workforce(outsider, "participants", "find", "Grace Example").out.strip() == "None that you may see."
        hidden = workforce(outsider, "participants", "show", grace)
        assert (hidden.code, "Grace" in hidden.out + hidden.err) == (4, False)
        assert workforce(outsider, "complete", made["id"], "1", "--on", "2026-10-20").code == 4


def test_a_list_has_an_end(workforce: As) -> None:
    assert len(workforce(ALICE, "participants", "find", "--limit", "2", "--json").out.splitlines()) == 2
    assert len(workforce(ALICE, "participants", "find", "--json").out.splitlines()) == 4


def test_what_is_wrong_is_told_field_by_field(workforce: As) -> None:
    refused = workforce(ALICE, "enroll", str(CAL), "welding", "--on", "2027-01-01")
    assert refused.code == 1
    assert "participant: There is no such participant, or none that you may see. Register the person first." in refused.err
    unsent = workforce(ALICE, "enroll", "Ann", "welding", "--on", "yesterday")
    assert unsent.code == 1
    assert [line.split(":")[0] for line in unsent.err.splitlines()] == ["This cannot be sent", "  participant", "  started_on"]
    no_step = workforce(ALICE, "enroll", str(ANN), "welding", "--on", "2026-10-01", "--id")
    named = workforce(ALICE, "complete", no_step.out.strip(), "polishing", "--on", "2026-10-02")
    assert (named.code, "Its steps: 1 step_1, 2 step_2" in named.err) == (1, True)


PLAN = ("service", str(ANN), "career_counseling", "--program", "adult", "--on", "2026-10-31", "--planned-for", "2026-12-01")


@pytest.mark.parametrize(
    ("person", "arguments", "code", "said"),
    [
        (PAT, ("participants", "find"), 3, ""),
        (Person(ALICE.id, "Nobody", ALICE.role), ("me",), 3, "Authorization: Bearer"),
        (None, ("me",), 1, "Set WORKFORCE_API_KEY"),
        (ALICE, ("enroll", str(ANN), "juggling", "--on", "2026-10-01"), 4, "juggling"),
        (ALICE, ("outcomes", "get", "--period", "quarter@2026-09-30"), 3, "GET /v1/releases"),
        (ALICE, ("releases", "get", "--out", "figures.doc"), 2, "csv"),
        (ALICE, ("releases", "get"), 4, ""),
        (ALICE, ("me", "--profile", "college"), 1, "workforce profiles add"),
        (ALICE, (*PLAN, "--until", "2026-12-02"), 2, "no --until"),
    ],
)  # fmt: skip
def test_the_exit_code_says_what_kind_of_no(workforce: As, person: Person | None, arguments: tuple[str, ...], code: int, said: str) -> None:
    done = workforce(person, *arguments)
    assert done.code == code, done.err
    assert said in done.err


def test_a_number_is_read_and_never_shown(workforce: As, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", StringIO("219-09-9998\n"))
    done = workforce(ALICE, *ADD, "--ssn", "--json")
    assert done.code == 0, done.err
    assert json.loads(done.out)["ssn_known"] is True
    assert "219" not in done.out + done.err


def test_a_profile_leads_to_a_server(workforce: As, served: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.stdin", StringIO(ALICE.key + "\n"))
    kept = workforce(None, "profiles", "add", "board", "--url", served)
    assert kept.code == 0, kept.err
    file = tmp_path / "config/workforce/config.toml"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert json.loads(workforce(None, "me", "--json").out)["role"] == "board_staff"  # the first one is the default
    assert workforce(None, "me", "--profile", "board").code == 0
    listed = workforce(None, "profiles", "list")
    assert (served in listed.out, ALICE.key in listed.out) == (True, False)
    monkeypatch.setenv("WORKFORCE_API_URL", served)
    assert json.loads(workforce(NIA, "me", "--json").out)["state"] == "us-nj"  # the environment wins
    alone = workforce(None, "me")  # and a profile's key goes to that profile's server alone
    assert (alone.code, "WORKFORCE_API_KEY" in alone.err) == (1, True)


def test_a_server_that_is_not_there(workforce: As, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKFORCE_API_URL", "http://127.0.0.1:9")
    monkeypatch.setattr("app.client.retrying.Retry.pause", lambda self, tried: 0.0)
    done = workforce(ALICE, "me")
    assert (done.code, "127.0.0.1:9 does not answer" in done.err) == (6, True)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete_commands(run: Run, shell: str, tmp_path: Path) -> None:
    """`--install-completion` leaves a script in the user's folder, and the script completes."""
    installed = run("--install-completion", shell, HOME=str(tmp_path), _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1")
    assert installed.code == 0, installed.err
    scripts = [path for path in tmp_path.rglob("*") if path.is_file() and "_WORKFORCE_COMPLETE" in path.read_text()]
    assert scripts, sorted(tmp_path.rglob("*"))
    completed = run(_WORKFORCE_COMPLETE="complete_bash", COMP_WORDS="workforce part", COMP_CWORD="1")
    assert sorted(completed.out.split()) == ["participants", "participation"]


@pytest.mark.parametrize("columns", ["80", "200"])
def test_an_id_is_never_cut(workforce: As, monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    shown = workforce(ALICE, "participants", "find", str(ANN)).out
    assert str(ANN) in shown
    assert "1990-05-17" in shown
    assert shown.count("Example") == 1
