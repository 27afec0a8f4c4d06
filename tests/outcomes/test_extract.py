"""The extract: what is read, in which columns; that it is one state's; when it is made anew; how it lies in its folder."""

import math
import stat
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from sqlalchemy import func, insert, select, update

from app.career_paths.models import CareerPath
from app.core.db import Tx
from app.enrollments.models import Service, ServiceKind
from app.labor_market.models import InDemandJob, Occupation
from app.outcomes import extract
from app.outcomes.extract import Extract, Source
from app.outcomes.facts import STATEMENTS, VERSION
from app.outcomes.frame import LEARNERS, PERIODS, POLARS
from app.outcomes.indicators import Counted
from app.participants.models import Participant, Touched
from app.partners.models import Agreement, Partner
from app.states.policy import Policy
from tests.conftest import TestDatabase
from tests.enrollments.world import ANN, BEA, DEE
from tests.outcomes import world
from tests.outcomes.facts import SCHEMAS
from tests.people import DANA, ERIE, NIA, NIAGARA

SYSTEMS = ("labor_market_region",)


def source(database: TestDatabase, state: str = "us-ny", policy: Policy | None = None) -> Source:
    return Source(database.url, state, state[-2:].upper(), SYSTEMS, policy or Policy())


def read(found: Extract, counted: Counted) -> pl.DataFrame:
    return pl.DataFrame(found.table(counted).collect().to_native())


def facts_of(cursor: Any, of: Source, folder: Path) -> dict[str, pl.DataFrame]:
    """The facts of a few people, who are one lot."""
    [lot] = extract.facts(cursor, of, folder)
    return lot


async def test_facts_have_the_columns_that_the_frame_is_made_of(settled: TestDatabase, tmp_path: Path) -> None:
    with extract.snapshot(source(settled)) as cursor:
        facts = facts_of(cursor, source(settled), tmp_path)
    assert facts.keys() == SCHEMAS.keys()
    for name, schema in SCHEMAS.items():
        assert dict(facts[name].schema) == dict(schema), name


async def test_the_two_tables(settled: TestDatabase, tmp_path: Path) -> None:
    made = extract.make(tmp_path, source(settled))
    periods, learners = read(made, Counted.PERIODS), read(made, Counted.LEARNERS)
    for table, columns in ((periods, PERIODS), (learners, LEARNERS)):
        assert dict(table.schema) == {name: POLARS[kind] for name, kind in columns.items()} | {
            "region:labor_market_region": pl.Categorical()
        }
    ann = periods.row(by_predicate=pl.col("100") == str(ANN), named=True)
    expected = {
        "entry": date(2025, 3, 1), "last": date(2025, 8, 15), "open_until": date(2025, 11, 13), "age": 34, "903": 1, "905": 0, "1303": 6,
        "1602": 1, "1603": 1, "1704": 900_000, "1612": "51-4121", "1606": None, "in_demand": 1, "102": "029", "partner": "erie_board",
        "region:labor_market_region": "western_new_york", "923": None,
    }  # fmt: skip
    assert {name: ann[name] for name in expected} == expected
    alone = learners.row(by_predicate=pl.col("100") == str(DEE), named=True)
    assert (alone["participating"], alone["matched"], alone["completed"], alone["career_path"]) == (0, 0, 1, "welding")
    assert made.rows == {Counted.PERIODS: 4, Counted.LEARNERS: 5}
    assert made.evidence == {world.Q1_2026}


async def test_an_agreement_makes_learners_matched(settled: TestDatabase, tmp_path: Path) -> None:
    async with settled.transaction(DANA.actor) as tx:
        await world.agreed(tx, NIAGARA.id)
        await tx.commit()
    learners = read(extract.make(tmp_path, source(settled)), Counted.LEARNERS)
    assert learners.row(by_predicate=pl.col("100") == str(DEE), named=True)["matched"] == 1


async def test_another_state_sees_nothing(settled: TestDatabase, tmp_path: Path) -> None:
    made = extract.make(tmp_path, source(settled, NIA.state))
    assert made.rows == {Counted.PERIODS: 0, Counted.LEARNERS: 0}
    with extract.snapshot(source(settled, NIA.state)) as cursor:
        facts = facts_of(cursor, source(settled, NIA.state), tmp_path)
    assert {name: table.height for name, table in facts.items()} == dict.fromkeys(STATEMENTS, 0)


async def test_it_is_one_snapshot(settled: TestDatabase, tmp_path: Path) -> None:
    """What is committed while it is being read is in all of it or in nothing: the version says which."""
    with extract.snapshot(source(settled)) as cursor:
        before = extract.version(cursor)
        async with settled.transaction(DANA.actor) as tx:
            await world.served(tx, DEE, NIAGARA.id, date(2026, 1, 5), date(2026, 1, 5))
            await world.enrolled(tx, DEE, NIAGARA.id, date(2026, 1, 5), None)
            await _touch(tx)
            await tx.commit()
        facts = facts_of(cursor, source(settled), tmp_path)
        assert extract.version(cursor) == before
    assert (facts["services"].height, facts["enrollments"].height) == (4, 5)
    with extract.snapshot(source(settled)) as cursor:
        facts = facts_of(cursor, source(settled), tmp_path)
    assert (facts["services"].height, facts["enrollments"].height) == (5, 6)


async def test_the_same_facts_make_the_same_bytes(settled: TestDatabase, tmp_path: Path) -> None:
    one, two = (extract.make(tmp_path / name, source(settled)) for name in ("one", "two"))
    assert one.digest == two.digest
    bytes_of = [[file.read_bytes() for file in sorted(made.folder.glob("*/*.parquet"))] for made in (one, two)]
    assert bytes_of[0] == bytes_of[1]
    assert len(bytes_of[0]) == len(Counted)


@pytest.mark.parametrize("lot", [1, 2, 3])
async def test_lots_of_people_make_the_same_tables(settled: TestDatabase, tmp_path: Path, lot: int) -> None:
    """Also where the records of one person lie in two lots."""
    async with settled.transaction(DANA.actor) as tx:
        await tx.run(update(Participant).where(Participant.id == DEE).values(person=ANN))
        await tx.commit()
    whole, parts = extract.make(tmp_path / "whole", source(settled)), extract.make(tmp_path / "parts", source(settled), lot=lot)
    assert len(list(whole.folder.glob("learners/*"))) == 1
    assert len(list(parts.folder.glob("learners/*"))) == math.ceil(4 / lot)
    for counted in Counted:
        assert_frame_equal(read(parts, counted), read(whole, counted))
    assert (parts.rows, parts.evidence) == (whole.rows, whole.evidence)


async def test_an_extract_that_fails_leaves_nothing_and_consumes_nothing(
    settled: TestDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extract, "GROUP", "no number of rows")
    with pytest.raises(TypeError):
        extract.make(tmp_path, source(settled))
    assert [left.name for left in (tmp_path / "us-ny").iterdir()] == [".lock"]
    async with settled.reading(DANA.actor) as r:
        assert await r.scalar(select(func.count()).select_from(Touched)) == 1
        assert await r.scalar(VERSION) is None


async def test_it_is_readable_by_its_owner_alone_and_the_one_before_last_goes(settled: TestDatabase, tmp_path: Path) -> None:
    made = []
    for _ in range(3):
        async with settled.transaction(DANA.actor) as tx:
            await tx.run(insert(Touched).values(participant=ANN))
            await tx.commit()
        made.append(extract.make(tmp_path, source(settled)))
    home = tmp_path / "us-ny"
    assert [each.folder.exists() for each in made] == [False, True, True]
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in made[-1].folder.glob("*/*.parquet")} == {0o600}
    assert extract.make(tmp_path, source(settled)) == made[-1]
    assert sorted(p.name for p in home.iterdir()) == sorted([".lock", *(each.folder.name for each in made[1:])])


async def _touch(tx: Tx) -> None:
    await tx.run(insert(Touched).values(participant=BEA))


async def _kind(tx: Tx) -> None:
    await tx.run(update(ServiceKind).where(ServiceKind.key == "tutoring").values(triggers=False))


async def _job(tx: Tx) -> None:
    await tx.run(update(InDemandJob).values(valid_until=date(2026, 1, 1), revision=InDemandJob.revision + 1))


async def _partner(tx: Tx) -> None:
    await tx.run(update(Partner).where(Partner.id == NIAGARA.id).values(board_code="36045", revision=Partner.revision + 1))


async def _path(tx: Tx) -> None:
    await tx.run(update(CareerPath).values(revision=CareerPath.revision + 1))


async def _agreement(tx: Tx) -> None:
    await world.agreed(tx, NIAGARA.id)


async def _members(tx: Tx) -> None:
    await tx.run(update(Occupation).values(members=["51-4121", "51-4122"]))


@pytest.mark.parametrize("change", [_touch, _kind, _job, _partner, _path, _agreement, _members])
async def test_whatever_it_depends_on_makes_it_stale(settled: TestDatabase, tmp_path: Path, change: Callable[[Tx], Awaitable[Any]]) -> None:
    made = extract.make(tmp_path, source(settled))
    async with settled.transaction(DANA.actor) as tx:
        assert extract.kept(tmp_path, source(settled), await tx.scalar(VERSION)) == made
        await change(tx)
        await tx.commit()
    async with settled.reading(DANA.actor) as r:
        assert extract.kept(tmp_path, source(settled), await r.scalar(VERSION)) is None


async def test_an_agreement_that_ends_makes_it_stale(settled: TestDatabase, tmp_path: Path) -> None:
    """Also where another one ends later, and where nothing is added."""
    async with settled.transaction(DANA.actor) as tx:
        for partner in (NIAGARA, ERIE):
            await world.agreed(tx, partner.id)
        await tx.run(update(Agreement).where(Agreement.partner == ERIE.id).values(valid_until=date(2027, 1, 1)))
        await tx.commit()
    extract.make(tmp_path, source(settled))
    async with settled.transaction(DANA.actor) as tx:
        await tx.run(update(Agreement).where(Agreement.partner == NIAGARA.id).values(valid_until=date(2026, 1, 1)))
        assert extract.kept(tmp_path, source(settled), await tx.scalar(VERSION)) is None


async def test_another_policy_is_another_extract(settled: TestDatabase, tmp_path: Path) -> None:
    made = extract.make(tmp_path, source(settled))
    other = source(settled, policy=Policy(common_exit="off"))
    async with settled.reading(DANA.actor) as r:
        version = await r.scalar(VERSION)
    assert extract.kept(tmp_path, source(settled), version) == made
    assert extract.kept(tmp_path, other, version) is None


async def test_what_was_taken_back_and_what_no_service_begins_is_not_there(settled: TestDatabase, tmp_path: Path) -> None:
    async with settled.transaction(DANA.actor) as tx:
        await tx.run(update(Service).where(Service.participant == ANN).values(voided_by=world.ACT["act"]))
        await tx.run(update(Service).where(Service.participant == BEA).values(kind="job_search_self_directed"))
        await tx.commit()
    periods = read(extract.make(tmp_path, source(settled)), Counted.PERIODS)
    assert not {str(ANN), str(BEA)} & set(periods["100"].to_list())
    assert periods.height == 2


async def test_two_records_of_one_person_are_one_person(settled: TestDatabase, tmp_path: Path) -> None:
    async with settled.transaction(DANA.actor) as tx:
        await tx.run(update(Participant).where(Participant.id == DEE).values(person=ANN))
        await tx.commit()
    made = extract.make(tmp_path, source(settled))
    theirs = read(made, Counted.LEARNERS).filter(pl.col("100") == str(ANN))
    assert theirs["matched"].to_list() == [1, 1]  # the second learns alone, but the person takes part
    assert theirs["1704"].to_list() == [900_000, 900_000]  # what both records tell of the same employer counts once
