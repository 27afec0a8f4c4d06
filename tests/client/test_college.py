"""The scripts of docs/college.md, run as they stand against a served application."""

import asyncio
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from app.career_paths.actions import draft
from app.career_paths.models import CareerPath
from app.client import Client, NotFound
from app.contract.career_paths import CareerPathDefinition
from app.core.db import Database
from app.core.settings import Settings
from app.definitions import translation
from app.labor_market.models import Occupation
from app.main import create_app
from tests.client.conftest import serving
from tests.conftest import CLOCK, TestDatabase
from tests.house.tree import ROOT
from tests.people import CHARLIE, DANA, NIA, PRIYA

SCRIPTS = dict(re.findall(r"^```sh\n# by (?:the )?(\w+)\n(.*?)^```$", (ROOT / "docs/college.md").read_text(), re.MULTILINE | re.DOTALL))


@pytest.fixture
def served(own_db: TestDatabase, settings: Settings) -> Iterator[str]:
    """The application where nothing is but the state's real path to welding, published."""
    path = CareerPathDefinition.model_validate(tomllib.loads((ROOT / "career_paths/us-ny/welding.toml").read_text()))

    async def lay() -> None:
        database = Database(own_db.url, pool=1)
        async with database.transaction(DANA.actor) as tx:
            await tx.run(insert(Occupation).values(system="soc_2018", code="51-4121", title="Welders"))
            made = await draft(tx, by=DANA.actor, path=translation.path(path))
            await tx.run(update(CareerPath).where(CareerPath.id == made).values(status="published"))
            await tx.commit()
        await database.close()

    asyncio.run(lay())
    with serving(create_app(settings, database_url=own_db.url, clock=CLOCK)) as url:
        yield url


def test_the_page_has_both_scripts() -> None:
    assert set(SCRIPTS) == {"command", "curl"}


@pytest.mark.parametrize(("script", "reference"), [("command", "S-2026-0117"), ("curl", "S-2026-0118")])
def test_the_script_does_what_it_says(served: str, tmp_path: Path, script: str, reference: str) -> None:
    """Run by Priya's college. Of its learner another board and another state see nothing."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("WORKFORCE_")}
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    here = inherited | {"WORKFORCE_API_URL": served, "WORKFORCE_API_KEY": PRIYA.key, "XDG_CONFIG_HOME": str(tmp_path), "PATH": path}
    done = subprocess.run(["bash", "-c", SCRIPTS[script]], env=here, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    with Client(served, PRIYA.key) as college:
        [learner] = college.participants.list(reference)
        [enrolled] = college.enrollments.list(participant=learner.id)
        read = college.enrollments.get(enrolled.id)
        assert [one.key for one in read.steps if one.completed_on] == ["welding_fundamentals", "wire_welding", "certified_welder"]
        assert [(one.name, one.issuer) for one in read.credentials] == [("AWS Certified Welder", "American Welding Society")]
        assert read.reference == f"{reference}-W"
        happened = [moment.what for moment in college.participants.timeline(learner.id)]
        assert (happened.count("step_completion"), happened.count("credential")) == (3, 1)
    for outsider in (CHARLIE, NIA):
        with Client(served, outsider.key) as other:
            assert list(other.participants.list(reference)) == []
            with pytest.raises(NotFound):
                other.enrollments.get(enrolled.id)
