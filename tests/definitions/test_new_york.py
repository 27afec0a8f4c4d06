"""New York's files: in order, applied, and written out again byte for byte."""

import pytest
from sqlalchemy import func, select

from app.career_paths.models import CareerPath, Collection
from app.core.db import Tx
from app.definitions import applying
from app.definitions.kind import Home, Wanted
from app.definitions.plan import rendered
from app.enrollments.models import ServiceKind
from app.labor_market.models import InDemandJob, Wage
from app.regions.models import Region
from tests.conftest import TODAY
from tests.house.tree import ROOT
from tests.people import DANA

BY = DANA.actor
HOME = Home(ROOT, "us-ny")


@pytest.fixture(scope="module")
def wanted() -> Wanted:
    return applying.read(HOME)


def test_the_files_have_no_mistakes_and_notes_only_about_demand(wanted: Wanted) -> None:
    assert wanted.mistakes == []
    assert {note.code for note in wanted.notes} <= {"not_in_demand"}


async def test_they_are_applied_and_applying_again_changes_nothing(db: Tx, wanted: Wanted) -> None:
    made = await applying.applied(db, by=BY, wanted=wanted, on=TODAY)
    counted = {table: await db.scalar(select(func.count()).select_from(table)) for table in (Region, InDemandJob, ServiceKind, CareerPath)}
    assert counted[Region] == 62 + 10 + 33 + 16
    assert counted[CareerPath] == 19
    assert await db.scalar(select(func.count()).select_from(Collection)) == 3
    assert await db.scalar(select(func.count()).select_from(Wage)) > 7000
    assert min(counted.values()) > 0
    assert len([line for line in rendered(made).splitlines() if line.startswith("+")]) < 50  # a plan that one can read

    again = await applying.planned(db, by=BY, wanted=wanted, on=TODAY)
    assert again.empty, rendered(again)
    assert rendered(again) == f"0 to add, 0 to change, 0 to end, {len(made.changes) + 1} unchanged."

    out = await applying.exported(db, by=BY, home=HOME)
    folders = (HOME.regions, HOME.career_paths)
    files = {p.relative_to(ROOT).as_posix(): p for folder in folders for p in folder.rglob("*") if p.is_file() and p.suffix != ".md"}
    assert out.keys() == files.keys()
    assert [name for name, text in out.items() if files[name].read_bytes() != text.encode()] == []
