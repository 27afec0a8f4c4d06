"""Putting editions, places and ZIP codes: dated, ended and never edited, one at a time; and what is kept in memory stays true."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta

import pytest
import shapely
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DBAPIError

from app.audit.models import AuditEntry
from app.contract.regions import PlaceDefinition
from app.core.db import Tx
from app.core.errors import Conflict, NotFound, Stale
from app.regions import actions, maps, models, queries
from app.regions.drafts import Draft
from app.regions.problems import Unfit
from app.regions.residence import decide
from app.regions.rules import Place, Region, ZipArea
from tests.conftest import TestDatabase
from tests.people import ALICE, CHARLIE, DANA, NIA
from tests.regions import new_york
from tests.regions.new_york import draft, lay

BY = DANA.actor
TODAY, LATER = date(2026, 10, 31), date(2027, 1, 1)
LABOR = "labor_market_region"


def moved(since: date = LATER) -> Draft:
    """Erie County goes to the Finger Lakes."""
    before = draft(LABOR).edition
    regions = tuple(
        replace(one, counties=tuple(sorted({*one.counties, "36029"} if one.code == "finger_lakes" else {*one.counties} - {"36029"})))
        for one in before.regions
    )
    return Draft(replace(before, regions=regions, valid_from=since))


async def region_of_erie(tx: Tx, on: date) -> object:
    ground = await queries.divisions(tx, by=BY, on=on)
    return decide(ground, county="36029", place=None, zip_code=None)[LABOR]["region"]


async def test_an_edition_ends_the_one_before(db: Tx) -> None:
    await lay(db)
    assert await region_of_erie(db, LATER) == "western_new_york"
    put = await actions.put_edition(db, by=BY, draft=moved())
    assert put.edition is not None
    assert [one.code for one in put.comparison.changes] == ["finger_lakes", "western_new_york"]
    known = await queries.editions(db, by=BY, system=LABOR)
    assert [(one.valid_from, one.valid_until) for one in known] == [(date(2015, 7, 1), LATER), (LATER, None)]
    assert await region_of_erie(db, LATER - timedelta(days=1)) == "western_new_york"
    assert await region_of_erie(db, LATER) == "finger_lakes"
    # What was in force is there as it was, outline and all.
    old, new = [await maps.outlines(db, by=BY, system=LABOR, on=day) for day in (TODAY, LATER)]
    assert old.draft.edition == draft(LABOR).edition
    assert new.areas_km2["finger_lakes"] - old.areas_km2["finger_lakes"] == pytest.approx(put.comparison.changes[0].moved_km2)


async def test_putting_the_same_again_changes_nothing(db: Tx) -> None:
    await lay(db)
    entries = len(await db.all(select(AuditEntry.id)))
    for system in ("county", LABOR, "lwda", "oews_area"):
        again = draft(system)
        later = replace(again, edition=replace(again.edition, valid_from=LATER))
        for one in (again, later):
            put = await actions.put_edition(db, by=BY, draft=one)
            assert (put.edition, put.comparison.changes, put.comparison.news) == (None, (), False)
    assert len(await queries.editions(db, by=BY)) == 4
    assert len(await db.all(select(AuditEntry.id))) == entries
    assert await actions.put_places(db, by=BY, places=[(one, source.source) for one, source in places()]) == 0
    assert not await actions.describe_system(db, by=BY, **described("lwda"))


def places() -> list[tuple[Place, PlaceDefinition]]:
    return list(zip(new_york.known_places(), new_york.places(), strict=True))


def described(key: str) -> dict[str, str]:
    [one] = [one.model_dump() for one in new_york.systems() if one.key == key]
    return one


async def test_a_system_is_described_anew_and_counts_its_changes(db: Tx) -> None:
    await lay(db)
    before = (await queries.system(db, by=BY, key="lwda")).revision
    assert await actions.describe_system(db, by=BY, **described("lwda") | {"title": "Areas"})
    after = await queries.system(db, by=BY, key="lwda")
    assert (after.title, after.revision) == ("Areas", before + 1)
    with pytest.raises(Conflict, match="already"):
        await actions.create_system(db, by=BY, **described("lwda"))
    with pytest.raises(NotFound, match="There are: county, labor_market_region, lwda, oews_area"):
        await queries.system(db, by=BY, key="planet")


async def test_what_is_in_force_is_not_edited(db: Tx) -> None:
    await lay(db)
    with pytest.raises(Conflict, match="not edited but replaced"):
        await actions.put_edition(db, by=BY, draft=moved(date(2015, 7, 1)))
    with pytest.raises(Stale, match="revision 2, and you read revision 1"):
        await actions.put_edition(db, by=BY, draft=moved(), revision=1)
    with pytest.raises(NotFound, match="There is no region system 'planet'"):
        await actions.put_edition(db, by=BY, draft=replace(moved(), edition=replace(moved().edition, system="planet")))
    short = replace(moved().edition, regions=moved().edition.regions[1:])
    with pytest.raises(Unfit, match="No region takes in"):
        await actions.put_edition(db, by=BY, draft=replace(moved(), edition=short))
    assert len(await queries.editions(db, by=BY, system=LABOR)) == 1


async def test_a_system_can_end_and_begin_again(db: Tx) -> None:
    await lay(db)
    with pytest.raises(Conflict, match="cannot end"):
        await actions.end_system(db, by=BY, system=LABOR, on=date(2015, 7, 1))
    assert await actions.end_system(db, by=BY, system=LABOR, on=LATER)
    assert not await actions.end_system(db, by=BY, system=LABOR, on=LATER)
    assert LABOR not in (await queries.divisions(db, by=BY, on=LATER)).systems
    with pytest.raises(NotFound, match="has no regions on 2027-01-01"):
        await maps.outlines(db, by=BY, system=LABOR, on=LATER)
    with pytest.raises(Conflict, match="hold until 2027-01-01"):
        await actions.put_edition(db, by=BY, draft=moved(date(2026, 12, 1)))
    back = await actions.put_edition(db, by=BY, draft=replace(draft(LABOR), edition=replace(draft(LABOR).edition, valid_from=LATER)))
    assert [one.what for one in back.comparison.changes] == ["added"] * 10


async def test_the_database_keeps_one_edition_a_day_and_regions_as_they_were_put(db: Tx) -> None:
    await lay(db)
    for statement in (
        insert(models.RegionEdition).values(system=LABOR, valid_from=LATER, source="another"),
        update(models.Region).values(name="x"),
        delete(models.Region),
        delete(models.RegionEdition),
    ):
        with pytest.raises(DBAPIError, match=r"one_at_a_time|permission denied"):
            async with db.connection.begin_nested():
                await db.run(statement)


async def test_two_who_put_at_once_do_it_one_after_the_other(own_db: TestDatabase) -> None:
    async with own_db.transaction(BY) as tx:
        await lay(tx)
        await tx.commit()

    async def put(since: date) -> object:
        async with own_db.transaction(BY) as tx:
            try:
                found = await actions.put_edition(tx, by=BY, draft=moved(since))
            except Conflict as refused:
                return refused
            await tx.commit()
            return found.edition

    done = await asyncio.gather(*(put(LATER + timedelta(days=n % 2)) for n in range(6)))
    async with own_db.reading(BY) as read:
        known = await queries.editions(read, by=BY, system=LABOR)
    made = [one for one in done if one is not None and not isinstance(one, Conflict)]
    assert len(made) == 1  # the others say nothing new by then
    assert [one.valid_until for one in known] == [known[1].valid_from, None]


async def test_a_change_that_is_rolled_back_leaves_nothing_in_memory(own_db: TestDatabase) -> None:
    tuckahoe = Place("36119", "tuckahoe", "Tuckahoe", "village")
    zip_code = ZipArea("10701", "36119", "yonkers")

    async def lwda(tx: Tx, zip_code: str) -> object:
        ground = await queries.divisions(tx, by=BY, on=TODAY)
        return decide(ground, county=None, place=None, zip_code=zip_code)["lwda"]["how"]

    async with own_db.transaction(BY) as tx:
        await lay(tx)
        await tx.commit()
    async with own_db.transaction(BY) as tx:
        assert await lwda(tx, "10701") == "needs_county"
        assert await actions.put_zip_areas(tx, by=BY, areas=[(zip_code, "a test")]) == 1
        assert await lwda(tx, "10701") == "zip"
    async with own_db.transaction(BY) as tx:  # the one before was rolled back; this one makes the same revision of something else
        assert await lwda(tx, "10701") == "needs_county"
        assert await actions.put_zip_areas(tx, by=BY, areas=[(ZipArea("10702", "36119", "yonkers"), "a test")]) == 1
        assert (await lwda(tx, "10701"), await lwda(tx, "10702")) == ("needs_county", "zip")
        assert len((await queries.divisions(tx, by=BY, on=TODAY)).places) == 6
        more = [(one, told.source) for one, told in places()] + [(tuckahoe, "a test")]
        assert await actions.put_places(tx, by=BY, places=more) == 1
        assert len((await queries.divisions(tx, by=BY, on=TODAY)).places) == 7


async def test_places_that_a_region_is_made_of_stay(db: Tx) -> None:
    await lay(db)
    with pytest.raises(Unfit) as caught:
        await actions.put_places(db, by=BY, places=[(Place("36000", "x", "X", "town"), "a test"), (Place("36000", "x", "X", "town"), "a")])
    assert {(one.feature, one.code) for one in caught.value.problems} == {
        ("36000/x", "twice"),
        ("36000", "unknown_county"),
        *((f"{one.county}/{one.code}", "in_use") for one, _ in places()),
    }
    renamed = [(replace(one, name=f"{one.name}!"), told.source) for one, told in places()]
    assert await actions.put_places(db, by=BY, places=renamed) == 6
    assert all(row.name.endswith("!") for row in await queries.places(db, by=BY))


async def test_zip_codes_of_a_new_list_take_the_place_of_the_old(db: Tx) -> None:
    await lay(db)
    one, other = (ZipArea("11550", "36059", "hempstead"), "a test"), (ZipArea("11801", "36059"), "a test")
    assert await actions.put_zip_areas(db, by=BY, areas=[one, other]) == 2
    assert await actions.put_zip_areas(db, by=BY, areas=[other, one]) == 0
    assert await actions.put_zip_areas(db, by=BY, areas=[other]) == 1
    with pytest.raises(Unfit) as caught:
        await actions.put_zip_areas(db, by=BY, areas=[one, one, (ZipArea("11801", "36059", "atlantis"), "a test")])
    assert [(problem.feature, problem.code) for problem in caught.value.problems] == [("11550", "twice"), ("11801", "unknown_place")]


async def test_a_new_vintage_of_counties_redraws_what_is_made_of_them(db: Tx) -> None:
    await lay(db)
    base = new_york.counties()
    bronx, queens = base.drawn["36005"], base.drawn["36081"]
    island = shapely.box(-73.85, 40.80, -73.84, 40.81)
    redrawn = {**base.drawn, "36005": shapely.union(bronx, island), "36081": shapely.difference(queens, island)}
    put = await actions.put_edition(db, by=BY, draft=Draft(replace(base.edition, valid_from=LATER), redrawn))
    assert {one.code for one in put.comparison.changes} <= {"36005", "36081"}
    assert all(one.moved_km2 for one in put.comparison.changes)
    before, after = [await maps.outlines(db, by=BY, system=LABOR, on=day) for day in (TODAY, LATER)]
    assert before.edition.id == after.edition.id
    assert after.areas_km2["new_york_city"] >= before.areas_km2["new_york_city"]
    assert after.shapes["new_york_city"] != before.shapes["new_york_city"]


async def test_a_drawn_system_is_kept_as_drawn(db: Tx) -> None:
    await lay(db)
    await actions.create_system(db, by=BY, key="service_area", title="Service areas", source="a test")
    buffalo = shapely.box(-78.9, 42.8, -78.8, 42.9)
    edition = replace(draft(LABOR).edition, system="service_area", regions=(Region("buffalo", "Buffalo"),), unassigned={})
    await actions.put_edition(db, by=BY, draft=Draft(edition, {"buffalo": buffalo}))
    found = await maps.outlines(db, by=BY, system="service_area", on=TODAY)
    assert found.shapes == {"buffalo": buffalo}
    inside, outside = [(await maps.located(db, by=BY, on=TODAY, lon=lon, lat=42.85))["service_area"] for lon in (-78.85, -78.5)]
    assert (inside["region"], outside["how"]) == ("buffalo", "unassigned")


async def test_every_verb_leaves_its_entry(db: Tx) -> None:
    await lay(db)
    await actions.put_edition(db, by=BY, draft=moved())
    await actions.end_system(db, by=BY, system="lwda", on=LATER)
    told = {row.verb: row for row in await db.all(select(AuditEntry.verb, AuditEntry.actor, AuditEntry.rows, AuditEntry.detail))}
    assert {"create_region_system", "put_regions", "put_places", "end_regions"} <= told.keys()
    assert {row.actor for row in told.values()} == {DANA.id}
    assert told["end_regions"].detail == {"system": "lwda", "on": "2027-01-01"}


async def test_everybody_in_the_state_sees_the_same_and_another_state_nothing(own_db: TestDatabase) -> None:
    async with own_db.transaction(BY) as tx:
        await lay(tx)
        await tx.commit()
    seen = []
    for person in (ALICE, CHARLIE, DANA):
        async with own_db.reading(person.actor) as read:
            seen.append((await queries.divisions(read, by=person.actor, on=TODAY)).editions)
    assert seen[0] == seen[1] == seen[2]
    assert len(seen[0]) == 4
    async with own_db.reading(NIA.actor) as read:
        found = await queries.divisions(read, by=NIA.actor, on=TODAY)
        assert (found.systems, found.places, found.zip_areas, found.fips) == ({}, (), (), "34")
        assert await queries.editions(read, by=NIA.actor) == []
        with pytest.raises(NotFound, match=r"There are: none yet\."):
            await maps.outlines(read, by=NIA.actor, system=LABOR, on=TODAY)
    async with own_db.transaction(NIA.actor) as tx:
        await actions.create_system(tx, by=NIA.actor, key="county", title="Counties", source="a test")
        with pytest.raises(Unfit):
            await actions.put_edition(tx, by=NIA.actor, draft=new_york.counties())  # codes of another state
