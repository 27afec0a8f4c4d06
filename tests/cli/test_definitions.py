"""`workforce definitions`: what it prints, what it asks, and its exit codes."""

import io
import json
import shutil
from pathlib import Path

import psycopg
import pytest

from app.definitions.kind import Home
from tests.cli.test_tenants import Done, Run, run
from tests.conftest import TestDatabase
from tests.definitions.small import settle

__all__ = ["run"]  # the fixture
OF_NEW_YORK = ("--state", "us-ny")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return settle(tmp_path)


@pytest.fixture
def definitions(run: Run, home: Home) -> Run:
    """`workforce definitions …` on the small state's files, on 2026-10-31."""

    def command(*arguments: str) -> Done:
        return run("definitions", *arguments, *OF_NEW_YORK, "--folder", str(home.root), WORKFORCE_TODAY="2026-10-31")

    return command


def recorded(database: TestDatabase) -> list[tuple[str, str]]:
    with psycopg.connect(database.url) as connection:
        connection.execute("SELECT set_config('app.state', 'us-ny', false)")
        return connection.execute("SELECT key, status FROM career_paths ORDER BY key").fetchall()


def test_plan_apply_and_nothing_left_to_do(definitions: Run, own_db: TestDatabase) -> None:
    planned = definitions("plan")
    assert planned.code == 0
    assert "+ career_path pharmacy  added from 2022-07-01" in planned.out.splitlines()
    assert planned.out.splitlines()[-1].endswith("0 to change, 0 to end, 1 unchanged.")
    assert recorded(own_db) == []
    assert definitions("plan", "--expect-none").code == 3
    applied = definitions("apply")
    assert (applied.code, applied.out.splitlines()[-1]) == (0, "Applied.")
    assert recorded(own_db) == [("aide", "published"), ("pharmacy", "published")]
    again = definitions("apply")
    assert again.code == 0
    assert again.out.startswith("0 to add, 0 to change, 0 to end, ")
    assert len(again.out.splitlines()) == 1
    assert definitions("plan", "--expect-none").code == 0


def test_check_needs_no_database(definitions: Run, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKFORCE_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    assert definitions("check").out.splitlines()[-1] == "The files of us-ny are in order, with 2 notes."
    (home.career_paths / "aide.toml").write_text("key = 1\n")
    (home.regions / "places.csv").write_text("county\n")
    wrong = definitions("check")
    assert wrong.code == 1
    assert wrong.out == ""
    said = wrong.err.splitlines()
    assert "career_paths/us-ny/aide.toml:1: key: input should be a valid string (it says 1)" in said
    assert "regions/us-ny/places.csv:1: code: this column is missing" in said
    assert said[-1] == f"{len(said) - 1} mistakes. Nothing was changed."
    assert definitions("plan").code == 1


def test_a_plan_as_json_is_what_the_api_answers(definitions: Run) -> None:
    made = json.loads(definitions("plan", "--json").out)
    assert made.keys() == {"changes", "unchanged", "refusals"}
    path = next(change for change in made["changes"] if change["key"] == "aide")
    assert path == {"what": "added", "kind": "career_path", "key": "aide", "since": "2022-07-01", "fields": [], "people": 0}


def test_what_ends_something_is_asked_first(definitions: Run, home: Home, own_db: TestDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    definitions("apply")
    shutil.rmtree(home.career_paths / "collections")
    (home.career_paths / "aide.toml").unlink()
    for answer in ("", "n\n"):
        monkeypatch.setattr("sys.stdin", io.StringIO(answer))
        assert definitions("apply").code == 1
    assert recorded(own_db) == [("aide", "published"), ("pharmacy", "published")]
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    assert definitions("apply").code == 0
    assert recorded(own_db) == [("aide", "retired"), ("pharmacy", "published")]
    (home.career_paths / "pharmacy.toml").unlink()
    assert definitions("apply", "--yes").code == 0
    assert recorded(own_db) == [("aide", "retired"), ("pharmacy", "retired")]


def test_what_is_refused_is_shown_and_not_done(definitions: Run, home: Home) -> None:
    definitions("apply")
    path = home.career_paths / "aide.toml"
    path.write_text(path.read_text().replace('title = "Aide"', 'title = "Nursing aide"'))
    for command in ("plan", "apply"):
        refused = definitions(command)
        assert refused.code == 1
        assert "! career_path aide: what holds since 2022-07-01 is not edited but replaced." in refused.out
        assert "Applied." not in refused.out


def test_an_export_is_what_was_applied_and_takes_away_what_is_no_more(definitions: Run, run: Run, home: Home, tmp_path: Path) -> None:
    definitions("apply")
    out = tmp_path / "out"
    (out / "career_paths/us-ny").mkdir(parents=True)
    (out / "career_paths/us-ny/old.toml").write_text("x = 1\n")
    (out / "career_paths/us-ny/notes.md").write_text("kept\n")
    written = run("definitions", "export", *OF_NEW_YORK, "--folder", str(out))
    assert written.code == 0
    assert "removed career_paths/us-ny/old.toml" in written.out
    for folder in (home.regions, home.career_paths):
        for file in (file for file in folder.rglob("*") if file.is_file()):
            assert (out / file.relative_to(home.root)).read_bytes() == file.read_bytes()
    assert (out / "career_paths/us-ny/notes.md").exists()
    again = run("definitions", "export", *OF_NEW_YORK, "--folder", str(out))
    assert again.out == "0 files written, 0 removed; the others said the same.\n"


def test_a_folder_or_a_state_that_is_not_there(run: Run, home: Home) -> None:
    nowhere = run("definitions", "check", "--state", "us-vt", "--folder", str(home.root))
    assert (nowhere.code, "there is no folder regions/us-vt" in nowhere.err) == (2, True)
    shutil.copytree(home.regions, home.root / "regions/us-vt")
    shutil.copytree(home.career_paths, home.root / "career_paths/us-vt")
    state = home.root / "regions/us-vt/state.toml"
    state.write_text(state.read_text().replace("us-ny", "us-vt"))
    unknown = run("definitions", "plan", "--state", "us-vt", "--folder", str(home.root))
    assert (unknown.code, "'workforce state new' does that" in unknown.err) == (1, True)


def test_new_yorks_files_are_found_by_themselves(run: Run) -> None:
    found = run("definitions", "check", *OF_NEW_YORK)
    assert found.code == 0
    assert "The files of us-ny are in order" in found.out
