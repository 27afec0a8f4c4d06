"""Files of every kind are read, planned, applied and written out again; applying again changes nothing."""

import asyncio
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select, text

from app.career_paths import queries as paths
from app.core.db import Tx
from app.definitions import applying, writing
from app.definitions.kind import Home
from app.definitions.kinds.region_files import edition_file
from app.definitions.plan import Plan, rendered
from app.labor_market.models import Occupation
from app.regions import queries as regions
from app.regions.drafts import Draft
from app.regions.rules import Region
from tests.conftest import TestDatabase
from tests.definitions.small import AREAS, LATER, people, settle
from tests.people import DANA, NIA

BY = DANA.actor
TODAY = date(2026, 10, 31)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return settle(tmp_path)


def texts(home: Home) -> dict[str, str]:
    folders = (home.regions, home.career_paths)
    return {p.relative_to(home.root).as_posix(): p.read_text() for folder in folders for p in folder.rglob("*") if p.is_file()}


async def applied(tx: Tx, home: Home) -> Plan:
    return await applying.applied(tx, by=BY, wanted=applying.read(home), on=TODAY)


async def planned(tx: Tx, home: Home) -> Plan:
    return await applying.planned(tx, by=BY, wanted=applying.read(home), on=TODAY)


async def test_applying_again_changes_nothing_and_an_export_is_what_was_applied(db: Tx, home: Home, tmp_path: Path) -> None:
    wanted = applying.read(home)
    assert wanted.mistakes == []
    made = await applied(db, home)
    assert not made.refusals
    again = await planned(db, home)
    assert again.empty, rendered(again)
    assert sum(again.unchanged.values()) >= len(made.changes)
    out = await applying.exported(db, by=BY, home=home)
    assert {name: out.get(name) for name in texts(home)} == texts(home)
    assert out.keys() == texts(home).keys()
    elsewhere = Home(tmp_path / "elsewhere", "us-ny")
    writing.put(elsewhere.root, out)
    assert (await applied(db, elsewhere)).empty


def edit(home: Home, name: str, *changes: tuple[str, str]) -> None:
    """Change a file's text: each of the old texts stands there once."""
    path = home.root / name
    content = path.read_text()
    for old, new in changes:
        assert content.count(old) == 1, (name, old, content.count(old))
        content = content.replace(old, new)
    path.write_text(content)


def told(made: Plan) -> list[str]:
    """The plan's changes, without what is counted."""
    return [line for line in rendered(made).splitlines() if line[:1] in "+~-! "]


async def settled(tx: Tx, home: Home) -> None:
    """The state as its files have it, with its people."""
    await applied(tx, home)
    await people(tx)


async def then_nothing(tx: Tx, home: Home) -> None:
    """Apply what was planned; after that there is nothing to do, and an export has the same files (and editions that are over)."""
    await applied(tx, home)
    again = await planned(tx, home)
    assert again.empty, rendered(again)
    out = await applying.exported(tx, by=BY, home=home)
    assert {name: out.get(name) for name in texts(home)} == texts(home)


AIDE = "career_paths/us-ny/aide.toml"


async def test_a_new_version_of_a_path_leaves_those_on_it_where_they_are(db: Tx, home: Home) -> None:
    await settled(db, home)
    edit(home, AIDE, ("2022-07-01", "2027-01-01"), ('title = "Aide"', 'title = "Nursing aide"'), ("hours = 40", "hours = 80"))
    made = await planned(db, home)
    assert told(made) == [
        "~ career_path aide  changed from 2027-01-01  (2 people)",
        "    title: Aide -> Nursing aide",
        "    valid_from: 2022-07-01 -> 2027-01-01",
        "    steps[course].hours: 40 -> 80",
    ]
    await then_nothing(db, home)
    now, then = [await paths.career_path(db, by=BY, key="aide", on=day) for day in (TODAY, LATER)]
    assert [(one.number, one.path.title, one.valid_until) for one in (now, then)] == [(1, "Aide", LATER), (2, "Nursing aide", None)]


async def test_what_is_in_force_is_not_edited(db: Tx, home: Home) -> None:
    await settled(db, home)
    edit(home, AIDE, ('title = "Aide"', 'title = "Nursing aide"'))
    edit(home, "regions/us-ny/state.toml", ('source = "minutes"', 'source = "minutes", gap_grace = 30'))
    edit(home, "regions/us-ny/editions/lwda/2020-01-01.toml", ('name = "Elm"', 'name = "Elmwood"'))
    later = "what holds since {0} is not edited but replaced. Give it a later valid_from than {0}."
    refused = [
        f"! state_policy 2022-07-01: {later.format('2022-07-01')}",
        "! What holds since 2020-01-01 is not edited but replaced. Give the edition of 'lwda' a later valid_from than 2020-01-01.",
        f"! career_path aide: {later.format('2022-07-01')}",
    ]
    assert [line for line in told(await planned(db, home)) if line.startswith("!")] == refused
    with pytest.raises(applying.NotPlanned) as stopped:
        await applied(db, home)
    assert [f"! {violation.detail}" for violation in stopped.value.violations] == refused
    assert (await paths.career_path(db, by=BY, key="aide", on=TODAY)).path.title == "Aide"


async def test_what_is_left_out_ends_today(db: Tx, home: Home) -> None:
    await settled(db, home)
    (home.root / AIDE).unlink()
    for name in ("systems/lwda.toml", "editions/lwda/2020-01-01.toml", "zip_areas.csv"):
        (home.regions / name).unlink()
    collection = home.career_paths / "collections/starters.toml"
    collection.unlink()
    jobs = home.regions / "in_demand_jobs.csv"
    jobs.write_text("".join(line for line in jobs.read_text().splitlines(keepends=True) if "31-1131" not in line))
    made = await planned(db, home)
    assert told(made) == [
        "- region_system lwda  ended until 2026-10-31",
        "- zip_area 10001  ended until 2026-10-31",
        "- zip_area 10003  ended until 2026-10-31",
        "- in_demand_job labor_market_region/east/31-1131  ended until 2026-10-31",
        "- career_path aide  ended until 2026-10-31  (2 people)",
        "- collection starters  ended until 2026-10-31",
    ]
    await applied(db, home)
    assert (await planned(db, home)).empty
    with pytest.raises(paths.NoCareerPath):
        await paths.career_path(db, by=BY, key="aide", on=TODAY)
    assert "lwda" not in await regions.in_force(db, by=BY, on=TODAY)
    assert "lwda" in await regions.in_force(db, by=BY, on=date(2026, 10, 30))
    out = await applying.exported(db, by=BY, home=home)
    assert not [name for name in out if "lwda" in name or "aide" in name or "starters" in name]


async def test_what_ended_comes_back_from_that_day_on(db: Tx, home: Home) -> None:
    await settled(db, home)
    kept, collected = (home.root / AIDE).read_text(), home.career_paths / "collections/starters.toml"
    collection = collected.read_text()
    for path in (home.root / AIDE, collected):
        path.unlink()
    await applied(db, home)
    (home.root / AIDE).write_text(kept)
    collected.write_text(collection)
    again = "it ended on 2026-10-31. Give it that valid_from, or a later one."
    refused = (f"career_path aide: {again}", f"collection starters: {again}")
    assert (await planned(db, home)).refusals == refused
    for name in (AIDE, "career_paths/us-ny/collections/starters.toml"):
        edit(home, name, ("2022-07-01", "2026-10-31"))
    assert told(await planned(db, home)) == ["+ career_path aide  added from 2026-10-31", "+ collection starters  added from 2026-10-31"]
    await then_nothing(db, home)


async def test_an_edition_without_its_file(db: Tx, home: Home) -> None:
    await settled(db, home)
    (home.regions / "editions/lwda/2020-01-01.toml").unlink()
    assert told(await planned(db, home)) == ["- region_edition lwda  ended until 2026-10-31"]
    await applied(db, home)
    assert (await planned(db, home)).empty
    one = Draft(replace(AREAS, valid_from=LATER))
    path, content = edition_file(one, home.regions, newest=True)
    path.write_text(content)
    assert told(await planned(db, home)) == [
        "+ region lwda/ash  added from 2027-01-01",
        "+ region lwda/elm  added from 2027-01-01",
        "+ region_edition lwda  added from 2027-01-01",
    ]
    await then_nothing(db, home)
    settle(home.root)
    path.unlink()
    has_none = "its edition of 2027-01-01 is recorded and has no file. Add a later one instead of leaving it out."
    assert (await planned(db, home)).refusals == (f"region_edition lwda: {has_none}",)


async def test_people_are_settled_by_a_job_when_regions_are_applied(db: Tx, home: Home) -> None:
    """In the same transaction, and only if it changed anything about regions."""
    waiting = text("SELECT count(*) FROM jobs.procrastinate_jobs WHERE task_name = 'participants.resettle'")
    await settled(db, home)
    assert await db.scalar(waiting) == 1
    edit(home, AIDE, ("2022-07-01", "2027-01-01"), ('title = "Aide"', 'title = "Nursing aide"'))
    await applied(db, home)
    assert await db.scalar(waiting) == 1
    (home.regions / "editions/lwda/2020-01-01.toml").unlink()
    await applied(db, home)
    assert await db.scalar(waiting) == 2


async def test_what_others_stand_on_is_not_left_out(db: Tx, home: Home) -> None:
    await settled(db, home)
    for name in (
        "systems/lwda.toml",
        "editions/lwda/2020-01-01.toml",
        "places.csv",
        "zip_areas.csv",
        "in_demand_jobs.csv",
        "in_demand_jobs.toml",
    ):
        (home.regions / name).unlink()
    for folder in (home.regions / "labor_market", home.career_paths):
        shutil.rmtree(folder)
    edit(home, "regions/us-ny/state.toml", ("2022-07-01", "2021-07-01"))
    refused = [line for line in told(await planned(db, home)) if line.startswith("!")]
    assert refused[:3] == [
        "! state_policy 2021-07-01: 2022-07-01 holds since 2022-07-01 already. What held before it is not written anew.",
        "! state_policy 2022-07-01: it cannot be left out: a policy ends when the next one begins.",
        "! place 36003/ashville: it cannot be left out: a region is or was made of it.",
    ]
    assert {line.split(":")[0].rpartition(" ")[0] for line in refused[3:]} >= {"! labor_market_table", "! in_demand_list what it"}


async def test_an_occupation_that_is_in_use_stays_when_the_tables_leave_it_out(db: Tx, home: Home) -> None:
    await settled(db, home)
    for path in (home.root / AIDE, home.career_paths / "collections/starters.toml"):
        path.unlink()
    jobs = home.regions / "in_demand_jobs.csv"
    jobs.write_text("".join(line for line in jobs.read_text().splitlines(keepends=True) if "31-1131" not in line))
    for table in ("occupations", "wages", "skill_ratings", "related", "reported_titles"):
        file = home.regions / f"labor_market/{table}.csv"
        file.write_text("".join(line for line in file.read_text().splitlines(keepends=True) if "31-1131" not in line))
    rated = (home.regions / "labor_market/skill_ratings.csv").read_text()
    skills = home.regions / "labor_market/skills.csv"
    header, *lines = skills.read_text().splitlines(keepends=True)
    skills.write_text("".join([header, *(line for line in lines if line.split(",")[0] in rated)]))
    made = await planned(db, home)
    changed = {change.key for change in made.of("labor_market_table")}
    assert changed >= {"occupations", "wages", "skill_ratings"}
    await applied(db, home)
    assert (await planned(db, home)).empty
    kept = await db.all(select(Occupation.system).where(Occupation.code.startswith("31-1131")))
    assert [row.system for row in kept] == ["soc_2018"]  # the path leads to it; nothing refers to the other


async def test_a_next_edition_says_what_moves_and_who_lives_there(db: Tx, home: Home) -> None:
    await settled(db, home)
    one = Draft(replace(AREAS, valid_from=LATER, regions=(Region("ash", "Ash", ("36001", "36003")),)))
    path, content = edition_file(one, home.regions, newest=True)
    path.write_text(content)
    edit(home, "regions/us-ny/zip_areas.csv", ("10003,36003,ashville,the post\n", ""))
    made = await planned(db, home)
    assert told(made) == [
        "~ zip_area 10003  changed from 2026-10-31",
        "    areas: 36003 (the post), 36003/ashville (the post) -> 36003 (the post)",
        "~ region lwda/ash  changed from 2027-01-01  (2 people)",
        "    counties: 36001 -> 36001, 36003",
        "    parts: county 36003 place ashville -> nothing",
        "- region lwda/elm  ended until 2027-01-01",
    ]
    await then_nothing(db, home)


async def test_two_who_apply_at_once_apply_once(own_db: TestDatabase, home: Home) -> None:
    wanted = applying.read(home)
    async with own_db.transaction(BY) as one, own_db.transaction(BY) as other:
        first = await applying.applied(one, by=BY, wanted=wanted, on=TODAY)
        second = asyncio.ensure_future(applying.applied(other, by=BY, wanted=wanted, on=TODAY))
        await asyncio.sleep(0.2)
        assert not second.done()
        await one.commit()
        assert (await second).empty
    assert first.changes


async def test_another_state_keeps_its_own(own_db: TestDatabase, home: Home) -> None:
    async with own_db.transaction(BY) as tx:
        await applying.applied(tx, by=BY, wanted=applying.read(home), on=TODAY)
        await tx.commit()
    theirs = NIA.actor
    async with own_db.transaction(theirs) as tx:
        assert await applying.exported(tx, by=theirs, home=Home(home.root, "us-nj")) == {}
        other = shutil.copytree(home.regions, home.root / "regions/us-nj")
        shutil.copytree(home.career_paths, home.root / "career_paths/us-nj")
        for file in (*other.rglob("*.toml"), *other.rglob("*.geojson"), *other.rglob("*.csv")):
            text = file.read_text().replace("us-ny", "us-nj").replace('fips = "36"', 'fips = "34"')
            file.write_text(text.replace("3600", "3400"))
        wanted = applying.read(Home(home.root, "us-nj"))
        assert wanted.mistakes == []
        made = await applying.applied(tx, by=theirs, wanted=wanted, on=TODAY)
        assert {change.kind for change in made.of("career_path")} == {"career_path"}
        await tx.commit()
    async with own_db.reading(BY) as read:
        assert (await applying.planned(read, by=BY, wanted=applying.read(home), on=TODAY)).empty
