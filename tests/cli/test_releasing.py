"""`workforce releases draft|show|certify|download|withdraw`: each under their own key, in this process and by a worker over HTTP."""

import asyncio
import csv
import json
import threading
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from app.access.permissions import Role
from app.core.settings import Settings
from app.main import create_app
from app.worker import work
from tests.cli.test_partner_verbs import As
from tests.cli.test_tenants import Done, Run, run
from tests.client.conftest import serving
from tests.conftest import CLOCK, TODAY, TestDatabase
from tests.people import ALICE, BOB, CHARLIE, DANA, NIA, PAT, PRIYA, Person
from tests.releases.conftest import peopled

__all__ = ["peopled", "run"]  # the fixtures
PERIOD = ("--period", "quarter@2026-09-30")
NOBODY, MISSING, CONTRADICTS = 3, 4, 5
FORMS = ("csv", "xlsx", "parquet", "geojson", "gpkg", "svg", "png", "json")


@pytest.fixture
def releases(run: Run, peopled: TestDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> As:
    """`releases(DANA, "draft", …)`: the command under somebody's key, in this process, on 2026-10-31."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))

    def command(person: Person | str, *arguments: str) -> Done:
        key = person if isinstance(person, str) else person.key
        surroundings = {"WORKFORCE_TODAY": "2026-10-31", "WORKFORCE_DATA_FOLDER": str(tmp_path / "data"), "WORKFORCE_API_KEY": key}
        return run("releases", *arguments, **surroundings)

    return command


@pytest.fixture
async def eve(peopled: TestDatabase) -> str:
    """The key of a second person of the state's own staff."""
    return await peopled.key("us-ny", Role.STATE_ADMIN)


def drafted(releases: As, *arguments: str) -> dict[str, Any]:
    """A draft of Dana's."""
    done = releases(DANA, "draft", *(arguments or PERIOD), "--json")
    assert done.code == 0, done.err
    told: dict[str, Any] = json.loads(done.out)
    return told


def certified(releases: As, eve: str, *arguments: str) -> str:
    """The id of a release that two people made."""
    made = str(drafted(releases, *arguments)["id"])
    done = releases(eve, "certify", made)
    assert done.code == 0, done.err
    return made


def listed(releases: As, person: Person) -> list[str]:
    return [json.loads(line)["id"] for line in releases(person, "list", "--json").out.splitlines()]


def test_a_draft_is_for_those_who_make_releases(releases: As, eve: str) -> None:
    told = drafted(releases)
    assert (told["status"], told["threshold"], told["progress"], told["failed"]) == ("draft", 10, 100, "")
    assert told["proof"]["narrowest"] >= 10
    shown = releases(eve, "show", told["id"])
    assert (shown.code, told["digest"] in shown.out) == (0, True)
    for outsider in (PAT, ALICE, BOB, CHARLIE, PRIYA, NIA):
        assert listed(releases, outsider) == []
        hidden = releases(outsider, "show", told["id"])
        assert (hidden.code, hidden.out) == (MISSING, "")
        assert releases(outsider, "download", told["id"], "--out", "a.csv").code == MISSING


def test_a_second_person_certifies(releases: As, eve: str) -> None:
    made = drafted(releases)["id"]
    own = releases(DANA, "certify", made)
    assert (own.code, own.out) == (NOBODY, "")
    assert "Somebody else has to look at it" in own.err
    for outsider in (PAT, ALICE, CHARLIE, PRIYA):
        assert releases(outsider, "certify", made).code == NOBODY
    assert releases(NIA, "certify", made).code == MISSING
    assert listed(releases, PAT) == []
    told = json.loads(releases(eve, "certify", made, "--json").out)
    assert (told["status"], told["drafted_by"]) == ("certified", str(DANA.id))
    assert releases(eve, "certify", made).code == CONTRADICTS


def test_what_is_certified_is_for_all_of_the_state(releases: As, eve: str) -> None:
    made = certified(releases, eve)
    for person in (PAT, ALICE, CHARLIE, PRIYA):
        assert listed(releases, person) == [made]
        told = json.loads(releases(person, "show", made, "--json").out)
        assert told["status"] == "certified"
        assert not {"proof", "drafted_by", "certified_by", "input"} & told.keys(), "what is hidden for which cause is for those who make it"
    assert listed(releases, NIA) == []
    assert releases(NIA, "show", made).code == MISSING


def test_its_files_are_written(releases: As, eve: str, tmp_path: Path) -> None:
    made = certified(releases, eve)
    hashes = {file["form"]: file["sha256"] for file in json.loads(releases(PAT, "show", made, "--json").out)["files"]}
    assert tuple(hashes) == FORMS
    for form, digest in hashes.items():
        out = tmp_path / f"release.{form}"
        done = releases(PAT, "download", made, "--out", str(out))
        assert done.code == 0, done.err
        assert sha256(out.read_bytes()).hexdigest() == digest
    latest = releases(PAT, "download", "--out", str(tmp_path / "latest.csv"), "--json")
    assert json.loads(latest.out)["bytes"] == (tmp_path / "release.csv").stat().st_size
    assert made in latest.err
    rows = list(csv.DictReader((tmp_path / "latest.csv").read_text().splitlines()))
    assert {row["disclosure"] for row in rows} == {"protected"}
    assert releases(NIA, "download", "--out", str(tmp_path / "theirs.csv")).code == MISSING
    assert not (tmp_path / "theirs.csv").exists()
    assert releases(PAT, "download", made, "--out", str(tmp_path / "release.doc")).code == 2


def test_a_revision_says_what_changed(releases: As, eve: str) -> None:
    first = certified(releases, eve)
    mute = releases(DANA, "draft", "--revises", first, "--says", " ")
    assert mute.code == 1
    assert "Say what changed" in mute.err
    second = drafted(releases, "--revises", first, "--says", "Late wage records of Erie are in.")
    assert (second["supersedes"], second["says"]) == (first, "Late wage records of Erie are in.")
    assert listed(releases, PAT) == [first], "a draft replaces nothing"
    assert releases(eve, "certify", second["id"]).code == 0
    shown = releases(PAT, "show", first)
    assert "superseded" in shown.out
    assert second["id"] in shown.out
    assert "Late wage records of Erie are in." in releases(PAT, "list").out


def test_a_withdrawn_release_says_why(releases: As, eve: str, tmp_path: Path) -> None:
    made = certified(releases, eve)
    for outsider in (PAT, ALICE, CHARLIE, PRIYA):
        assert releases(outsider, "withdraw", made, "--because", "x").code == NOBODY
    assert releases(NIA, "withdraw", made, "--because", "x").code == MISSING
    mute = releases(eve, "withdraw", made, "--because", " ")
    assert (mute.code, "Say why" in mute.err) == (1, True)
    done = releases(eve, "withdraw", made, "--because", "Wages of two quarters were mixed up.")
    assert done.code == 0, done.err
    told = json.loads(releases(PAT, "show", made, "--json").out)
    assert (told["status"], told["withdrawn_because"]) == ("withdrawn", "Wages of two quarters were mixed up.")
    gone = releases(PAT, "download", made, "--out", str(tmp_path / "gone.csv"))
    assert gone.code == MISSING
    assert "Wages of two quarters were mixed up." in gone.err
    assert not (tmp_path / "gone.csv").exists()
    assert releases(PAT, "download", "--out", str(tmp_path / "gone.csv")).code == MISSING, "there is no latest one any more"
    assert releases(eve, "withdraw", made, "--because", "again").code == CONTRADICTS
    draft = drafted(releases)["id"]
    assert releases(eve, "withdraw", draft, "--because", "x").code == CONTRADICTS, "only what was published"


@pytest.mark.parametrize("person", [ALICE, BOB, CHARLIE, PRIYA, PAT])
def test_who_may_not_draft(releases: As, person: Person) -> None:
    refused = releases(person, "draft", *PERIOD)
    assert (refused.code, refused.out) == (NOBODY, "")
    assert "releases:write" in refused.err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("draft",), 2, "either a period or the release"),
        (("draft", *PERIOD, "--revises", "00000000-0000-0000-0000-000000000007"), 2, "either a period or the release"),
        (("draft", "--period", "month@2026-09-30"), 1, "month"),
        (("draft", "--period", "quarter@2001-09-30"), CONTRADICTS, "neither of the region systems"),
        (("show", "00000000-0000-0000-0000-000000000007"), MISSING, "There is no release"),
        (("certify", "00000000-0000-0000-0000-000000000007"), MISSING, "There is no release"),
    ],
)
def test_what_is_wrong_is_told(releases: As, arguments: tuple[str, ...], code: int, said: str) -> None:
    done = releases(DANA, *arguments)
    assert done.code == code, done.err
    assert said in done.err


@pytest.fixture
def over_http(peopled: TestDatabase, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A server, which the environment names, and a worker, for as long as the test takes."""
    ending = threading.Event()

    async def until_then() -> None:
        while not ending.is_set():
            await work(settings.model_copy(update={"today": TODAY}), peopled.url, until_done=True)
            await asyncio.sleep(0.1)

    thread = threading.Thread(target=lambda: asyncio.run(until_then()))
    monkeypatch.setattr("app.cli.running.releasing.EVERY", 0.02)
    with serving(create_app(settings, database_url=peopled.url, clock=CLOCK)) as url:
        thread.start()
        monkeypatch.setenv("WORKFORCE_API_URL", url)
        yield
        ending.set()
        thread.join()


def test_whoever_drafts_hears_how_far_it_is(releases: As, over_http: None, eve: str) -> None:
    """A worker drafts it; the command tells what it is at, and that nothing came of another."""
    done = releases(DANA, "draft", *PERIOD, "--json")
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert (told["status"], told["progress"]) == ("draft", 100)
    heard = done.err.splitlines()
    assert heard, "it takes longer than two looks"
    assert all(" %  " in line for line in heard)
    assert heard == sorted(heard, key=lambda line: int(line.split("%")[0])), "it only goes on"
    assert releases(eve, "certify", told["id"]).code == 0
    nothing = releases(DANA, "draft", "--period", "quarter@2001-09-30")
    assert nothing.code == 1
    assert "Nothing came of it: The state has neither of the region systems" in nothing.err
