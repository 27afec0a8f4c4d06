"""Extracts and lists taken in: only what differs is written, and what comes out again is what went in."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import func, select

from app.audit.models import AuditEntry
from app.core.db import Tx
from app.core.errors import NotFound, Refused, Stale
from app.labor_market import actions, designations, extract, in_demand, queries, recorded
from app.labor_market.designations import Designation
from app.labor_market.extract import Extract
from app.labor_market.figures import Figure, FigureStatus
from app.labor_market.models import InDemandJob, Occupation, OewsArea, ReportedTitle, Wage
from tests.conftest import TestDatabase
from tests.labor_market.test_new_yorks_labor_market import FOLDER, listed, tables
from tests.people import CHARLIE, DANA, NIA
from tests.regions import new_york

BY = DANA.actor
TODAY = date(2026, 10, 31)
WESTERN = {"system": "labor_market_region", "region": "western_new_york"}


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


async def counts(db: Tx) -> tuple[int, ...]:
    return tuple([await db.scalar(select(func.count()).select_from(table)) for table in (Occupation, ReportedTitle, OewsArea, Wage)])


async def acts(db: Tx, verb: str) -> list[dict[str, object]]:
    return [row.detail for row in await db.all(select(AuditEntry.detail).where(AuditEntry.verb == verb).order_by(AuditEntry.id))]


async def test_an_extract_is_taken_in_once_and_comes_out_as_it_went_in(db: Tx, tmp_path: Path) -> None:
    assert await recorded.extract(db, by=BY) is None
    changed = await actions.adopt_extract(db, by=BY, extract=tables())
    assert changed == {"labor_market_sources": 3, "oews_areas": 17, "occupations": 1843, "reported_titles": 2306, "wages": 7320}
    assert set((await actions.adopt_extract(db, by=BY, extract=tables())).values()) == {0}
    assert len(await acts(db, "adopt_labor_market")) == 1, "what changes nothing is no act"
    out = await recorded.extract(db, by=BY)
    assert out is not None
    extract.write(out, tmp_path)
    assert bytes_of(tmp_path) == bytes_of(FOLDER / "labor_market")
    assert set((await actions.adopt_extract(db, by=BY, extract=out)).values()) == {0}


def without(found: Extract, code: str) -> Extract:
    """The extract without an occupation in any system."""
    kept = {name: getattr(found, name) for name in extract.TABLES}
    other = ~pl.col("code").str.starts_with(code)
    kept = {name: table.filter(other) if "code" in table.columns else table for name, table in kept.items()}
    kept["related"] = kept["related"].filter(~pl.col("related").str.starts_with(code))
    return replace(found, **kept)


async def test_only_what_differs_is_written(db: Tx) -> None:
    await actions.adopt_extract(db, by=BY, extract=tables())
    wages = tables().wages.with_columns(median=pl.when(pl.col("code") == "29-2052").then(pl.col("median") + 10).otherwise("median"))
    changed = await actions.adopt_extract(db, by=BY, extract=replace(tables(), wages=wages))
    assert changed == {"labor_market_sources": 0, "oews_areas": 0, "occupations": 0, "reported_titles": 0, "wages": 17}
    gone = await actions.adopt_extract(db, by=BY, extract=without(tables(), "15-1231"))
    assert gone["wages"] == 17 + tables().wages.filter(code="15-1231").height, "those back as they were, these removed"
    assert gone["reported_titles"] == tables().reported_titles.filter(pl.col("code").str.starts_with("15-1231")).height > 0
    with pytest.raises(NotFound):
        await queries.occupation(db, by=BY, code="15-1231")


async def test_an_occupation_that_was_designated_stays(db: Tx) -> None:
    await new_york.lay(db)
    await actions.adopt_extract(db, by=BY, extract=tables())
    one = next(one for one in listed() if one.code == "15-1231")
    await actions.adopt_designations(db, by=BY, designations=[one], about=None, on=TODAY)
    await actions.adopt_extract(db, by=BY, extract=without(tables(), "15-1231"))
    assert (await queries.occupation(db, by=BY, code="15-1231")).title == "Computer Network Support Specialists"


async def test_a_new_vintage_stands_beside_the_old_one_and_is_the_one_that_is_read(db: Tx) -> None:
    await actions.adopt_extract(db, by=BY, extract=tables())
    newer = replace(tables().sources["oews"], vintage="May 2026")
    half = tables().wages.filter(pl.col("area") == "0010580").with_columns(median=pl.col("median") + 1_000)
    areas = tables().areas.filter(area="0010580")
    sources = {**tables().sources, "oews": newer}
    changed = await actions.adopt_extract(db, by=BY, extract=replace(tables(), wages=half, areas=areas, sources=sources, top_code=250_000))
    assert (changed["oews_areas"], changed["wages"]) == (1, half.height)
    assert (await counts(db))[3] == 7320 + half.height
    [only] = await queries.figures(db, by=BY, codes=["29-2052"])
    assert (only.area, only.vintage, only.figures["median"]) == ("0010580", "May 2026", Figure(41_350))
    assert only.area_title == "Albany-Schenectady-Troy, NY"


async def test_a_top_coded_wage_is_a_lower_bound_and_never_a_value(db: Tx) -> None:
    await actions.adopt_extract(db, by=BY, extract=tables())
    found = await queries.figures(db, by=BY, codes=["29-1151"])
    top = [one.figures["p75"] for one in found if one.figures["p75"].status is FigureStatus.TOP_CODED]
    assert top
    assert set(top) == {Figure(None, FigureStatus.TOP_CODED, at_least=239_200)}


async def test_another_state_sees_nothing(own_db: TestDatabase) -> None:
    """Charlie's board reads what its state published, as everybody there may; Nia's state has published nothing."""
    async with own_db.transaction(BY) as tx:
        await new_york.lay(tx)
        await actions.adopt_extract(tx, by=BY, extract=tables())
        await actions.adopt_designations(tx, by=BY, designations=listed(), about=designations.read_about(FOLDER), on=TODAY)
        await tx.commit()
    async with own_db.reading(CHARLIE.actor) as read:
        assert len((await queries.occupations(read, by=CHARLIE.actor, q="pharmacy technicians")).items) == 1
        assert "29-2052" in await in_demand.in_demand(read, by=CHARLIE.actor, on=TODAY, **WESTERN)
    async with own_db.transaction(NIA.actor) as tx:
        by = NIA.actor
        assert (await queries.occupations(tx, by=by, q="pharmacy technicians")).items == []
        assert (await queries.occupations(tx, by=by)).items == []
        assert await queries.figures(tx, by=by, codes=["29-2052", "00-0000"]) == []
        assert await queries.sources(tx, by=by) == {}
        assert await recorded.extract(tx, by=by) is None
        assert await in_demand.recorded(tx, by=by) == []
        assert await in_demand.about(tx, by=by) is None
        assert await in_demand.in_demand(tx, by=by, on=TODAY, **WESTERN) == frozenset()
        with pytest.raises(NotFound):
            await queries.occupation(tx, by=by, code="29-2052")
        # and what it takes in by itself leaves New York's alone
        assert (await actions.adopt_extract(tx, by=by, extract=without(tables(), "15-1231")))["wages"] == 7305
        await tx.commit()
    async with own_db.reading(BY) as read:
        assert (await queries.occupation(read, by=BY, code="15-1231")).title == "Computer Network Support Specialists"


@pytest.fixture
async def ground(db: Tx) -> None:
    await new_york.lay(db)
    await actions.adopt_extract(db, by=BY, extract=tables())


@pytest.mark.usefixtures("ground")
async def test_a_list_is_taken_in_once_and_comes_out_as_it_went_in(db: Tx, tmp_path: Path) -> None:
    about = designations.read_about(FOLDER)
    first = await actions.adopt_designations(db, by=BY, designations=listed(), about=about, on=TODAY)
    assert (len(first.added), len(first.ended), first.unchanged) == (1541, 0, 0)
    again = await actions.adopt_designations(db, by=BY, designations=listed(), about=about, on=TODAY)
    assert (again.empty, again.unchanged) == (True, 1541)
    assert await acts(db, "designate") == [{"added": 1541, "ended": 0, "described_anew": True}]
    kept = await in_demand.about(db, by=BY)
    assert kept is not None
    designations.write(await in_demand.recorded(db, by=BY), kept, tmp_path)
    for name in (designations.LIST, designations.ABOUT):
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes()
    shorter = [one for one in listed() if one.code != "29-2052"]
    ended = await actions.adopt_designations(db, by=BY, designations=shorter, about=about, on=TODAY)
    assert (len(ended.added), len(ended.ended), ended.unchanged) == (0, 10, 1531)


@pytest.mark.usefixtures("ground")
async def test_everything_that_cannot_be_recorded_is_named(db: Tx) -> None:
    good = next(one for one in listed() if one.region == "long_island")
    bad = [
        replace(good, code="29-9998"),
        replace(good, region="long_beach"),
        replace(good, region_system="boroughs"),
        replace(good, valid_from=date(2001, 1, 1)),
    ]
    with pytest.raises(Refused) as refused:
        await actions.adopt_designations(db, by=BY, designations=bad, about=None, on=TODAY)
    said = {violation.pointer: violation.detail for violation in refused.value.violations}
    code = good.code
    assert said["labor_market_region/long_island/29-9998"].startswith("There is no occupation 29-9998 in")
    assert said[f"labor_market_region/long_beach/{code}"].startswith("There is no region 'long_beach'")
    assert said[f"boroughs/long_island/{code}"].startswith("There is no region system 'boroughs'")
    assert said[f"labor_market_region/long_island/{code}"].startswith("'labor_market_region' has no regions on 2001-01-01")
    assert await db.scalar(select(func.count()).select_from(InDemandJob)) == 0


def decided(code: str, since: date, source: str = "minutes") -> Designation:
    return Designation("labor_market_region", "western_new_york", "soc_2018", code, since, "board_decision", source)


async def put(db: Tx, since: date, *codes: str, source: str = "minutes", revision: int | None = None, dry_run: bool = False) -> list[int]:
    where = {"region_system": WESTERN["system"], "region": WESTERN["region"]}
    jobs = [decided(code, since, source) for code in codes]
    found = await actions.designate(db, by=BY, since=since, jobs=jobs, revision=revision, dry_run=dry_run, **where)
    return [len(found.added), len(found.ended), found.unchanged, len(found.refusals)]


@pytest.mark.usefixtures("ground")
async def test_a_regions_list_is_replaced_from_a_day_on(db: Tx) -> None:
    assert await put(db, date(2025, 7, 1), "29-2052", "29-1141") == [2, 0, 0, 0]
    assert await put(db, date(2026, 7, 1), "29-2052", "15-1232", dry_run=True) == [1, 1, 1, 0]
    assert await put(db, date(2026, 7, 1), "29-2052", "15-1232") == [1, 1, 1, 0]
    held = {day: sorted(await in_demand.in_demand(db, by=BY, on=day, **WESTERN)) for day in (date(2025, 6, 30), date(2026, 6, 30), TODAY)}
    assert held == {date(2025, 6, 30): [], date(2026, 6, 30): ["29-1141", "29-2052"], TODAY: ["15-1232", "29-2052"]}
    with pytest.raises(Refused, match="from a later day on"):
        await put(db, date(2026, 7, 1), "29-2052")
    assert await put(db, date(2026, 7, 1), "29-2052", dry_run=True) == [0, 0, 1, 1], "a dry run tells what would be refused"
    assert await put(db, TODAY) == [0, 2, 0, 0], "no job at all"
    assert await in_demand.in_demand(db, by=BY, on=TODAY, **WESTERN) == frozenset()
    assert len(await in_demand.recorded(db, by=BY)) == 3, "nothing is deleted"


@pytest.mark.usefixtures("ground")
async def test_a_list_that_changed_since_it_was_read_is_not_replaced(db: Tx) -> None:
    where = {"region_system": WESTERN["system"], "region": WESTERN["region"]}
    before = await in_demand.revision(db, by=BY, **where)
    await put(db, date(2025, 7, 1), "29-2052", "29-1141", revision=before)
    between = await in_demand.revision(db, by=BY, **where)
    await put(db, TODAY, "29-1141", revision=between)
    assert before < between < await in_demand.revision(db, by=BY, **where)
    with pytest.raises(Stale):
        await put(db, date(2026, 12, 1), "29-1141", revision=between)


@pytest.mark.usefixtures("ground")
async def test_designations_count_at_six_digits(db: Tx) -> None:
    """An OEWS code counts for the SOC codes that it combines, an O*NET code for the SOC code that it is a part of."""
    jobs = [
        replace(decided("29-2010", TODAY), system="oews_2019"),
        replace(decided("15-1299.08", TODAY), system="onet_soc_2019"),
        decided("29-2052", TODAY),
    ]
    await actions.adopt_designations(db, by=BY, designations=jobs, about=None, on=TODAY)
    assert await in_demand.in_demand(db, by=BY, on=TODAY, **WESTERN) == {"29-2011", "29-2012", "15-1299", "29-2052"}
    rows = await db.all(in_demand.soc_designations())
    assert sorted((row.soc, row.valid_from, row.valid_until) for row in rows)[0] == ("15-1299", TODAY, None)
