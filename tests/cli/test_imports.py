"""A table taken in by command: checked, its mistakes kept as a file, mended, taken in; in this process where no server is named."""

import asyncio
import csv
import json
from pathlib import Path

import pytest

from app.cli.running.inside import opened
from tests.cli.test_partner_verbs import As, workforce
from tests.cli.test_tenants import run
from tests.client.conftest import lived_in
from tests.client.test_imports import mend
from tests.imports.test_by_http import ADA, BEN, CAM
from tests.imports.working import table
from tests.people import ALICE, BOB, CHARLIE, PRIYA

__all__ = ["lived_in", "run", "workforce"]  # the fixtures


@pytest.fixture
def people(tmp_path: Path) -> Path:
    file = tmp_path / "people.csv"
    file.write_bytes(table(ADA, BEN, CAM))
    return file


def test_a_table_is_checked_mended_and_taken_in(workforce: As, people: Path, tmp_path: Path) -> None:
    mistakes = tmp_path / "mistakes.csv"
    checked = workforce(ALICE, "import", str(people), "--kind", "participants", "--dry-run", "--json", "--mistakes", str(mistakes))
    assert checked.code == 1, checked.err
    told = json.loads(checked.out)
    assert (told["status"], told["refused"], told["mistakes"][0]["line"]) == ("refused", 1, 4)
    assert str(mistakes) in checked.err
    with mistakes.open(encoding="utf-8-sig", newline="") as file:
        assert [row["mistake_codes"] for row in csv.DictReader(file)] == ["not_a_date"]
    good = workforce(ALICE, "imports", "apply", told["id"], "--policy", "good", "--json")
    assert (good.code, json.loads(good.out)["made"]) == (1, 2)
    mend(mistakes)
    done = workforce(ALICE, "import", str(mistakes), "--apply")
    assert done.code == 0, done.err
    assert "merged" in done.out
    assert len(workforce(BOB, "participants", "find", "Importson", "--json").out.splitlines()) == 3
    assert workforce(CHARLIE, "imports", "show", told["id"]).code == 4


def test_what_is_wrong_is_shown_line_by_line(workforce: As, people: Path) -> None:
    refused = workforce(ALICE, "import", str(people))
    assert refused.code == 1
    for said in ("refused", "4", "birth_date", "This is no date."):
        assert said in refused.out
    for hidden in ("1980-13-01", "Importson"):
        assert hidden not in refused.out + refused.err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--kind", "horses"), 2, "is none of: participants"),
        (("--policy", "some"), 2, "is none of: all, good"),
        (("--kind", "services"), 1, "These are missing: participant, kind, program, given_on."),
    ],
)
def test_a_wrong_use_is_told(workforce: As, people: Path, arguments: tuple[str, ...], code: int, said: str) -> None:
    done = workforce(ALICE, "import", str(people), *arguments)
    assert (done.code, said in " ".join(done.err.replace("│", " ").split())) == (code, True), done.err


def test_who_may_not_is_told_so(workforce: As, people: Path) -> None:
    assert workforce(PRIYA, "import", str(people)).code == 3


def test_a_command_ends_whatever_its_worker_is_doing(workforce: As) -> None:
    """A worker that is told to stop while it works ends as if it were done: it is not begun again."""
    workforce(ALICE, "me")  # which sets the surroundings
    with opened(working=True) as application:

        async def ended(pause: float) -> None:
            async with application(ALICE.key):
                await asyncio.sleep(pause)

        for pause in range(12):
            asyncio.run(asyncio.wait_for(ended(pause / 40), 60))


def test_a_template_is_written(workforce: As, tmp_path: Path) -> None:
    done = workforce(ALICE, "imports", "template", "--kind", "enrollments", "--out", str(tmp_path / "enrollments.csv"))
    assert done.code == 0, done.err
    assert (tmp_path / "enrollments.csv").read_text(encoding="utf-8-sig").startswith("partner,of,participant,career_path,")
