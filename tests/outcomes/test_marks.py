"""The marks of those who were touched: one look says whether anything was recorded since the extract, whatever else is under way."""

import asyncio
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import polars as pl
import pytest
from adbc_driver_postgresql import dbapi
from sqlalchemy import func, insert, literal, select, text, union_all

from app.core.db import Read, Tx
from app.outcomes import extract
from app.outcomes.extract import Extract
from app.outcomes.facts import VERSION, sql
from app.outcomes.indicators import Counted
from app.participants.models import ConsumedMarks, Touched
from app.participants.touched import CONSUME, touching
from tests.conftest import TestDatabase
from tests.enrollments.world import ANN, BEA, DEE
from tests.outcomes import world
from tests.outcomes.test_extract import source
from tests.people import ALICE, DANA, ERIE, NIA

JANUARY = date(2026, 1, 5)


async def enrolls(tx: Tx, who: UUID, partner: UUID = ERIE.id) -> None:
    """An act, as far as an extract sees one: a fact, and a mark."""
    await world.enrolled(tx, who, partner, JANUARY, JANUARY)
    await tx.run(insert(Touched).values(participant=who))


async def marks(read: Read) -> int:
    return int(await read.scalar(select(func.count()).select_from(Touched)))


async def kept(database: TestDatabase, folder: Path) -> Extract | None:
    async with database.reading(DANA.actor) as read:
        return extract.kept(folder, source(database), await read.scalar(VERSION))


def enrollments(made: Extract, who: UUID) -> int:
    learners = pl.DataFrame(made.table(Counted.LEARNERS).collect().to_native())
    return learners.filter(pl.col("100") == str(who)).height


async def test_an_extract_consumes_the_marks_and_counts_them(settled: TestDatabase, tmp_path: Path) -> None:
    names = []
    for ever in (1, 3):
        made = extract.make(tmp_path, source(settled))
        async with settled.transaction(DANA.actor) as tx:
            row = (await tx.all(select(ConsumedMarks.name, ConsumedMarks.marks)))[0]
            assert (await marks(tx), row.marks) == (0, ever)
            names.append(row.name)
            assert extract.kept(tmp_path, source(settled), await tx.scalar(VERSION)) == made
            await enrolls(tx, ANN)
            await enrolls(tx, BEA)
            await tx.commit()
        assert await kept(settled, tmp_path) is None
    assert names[0] != names[1]


async def test_who_commits_late_is_not_missed(settled: TestDatabase, tmp_path: Path) -> None:
    """Two connections. The first takes the lower number and commits last, when the second's higher number was seen and consumed."""
    async with settled.transaction(ALICE.actor) as slow, settled.transaction(DANA.actor) as quick:
        await enrolls(slow, ANN)
        await enrolls(quick, BEA)
        low, high = [int(await tx.scalar(select(func.max(Touched.id)))) for tx in (slow, quick)]
        assert low < high
        await quick.commit()

        before = extract.make(tmp_path, source(settled))
        assert (enrollments(before, BEA), enrollments(before, ANN)) == (2, 1)
        assert await kept(settled, tmp_path) == before
        await slow.commit()

    assert await kept(settled, tmp_path) is None
    after = extract.make(tmp_path, source(settled))
    assert (enrollments(after, BEA), enrollments(after, ANN)) == (2, 2)
    assert await kept(settled, tmp_path) == after


async def test_who_commits_while_it_is_being_read_is_not_missed(settled: TestDatabase, tmp_path: Path) -> None:
    """Between the snapshot and the end of the extract, where what is consumed is what the snapshot shows."""
    with extract.snapshot(source(settled), writing=True) as cursor:
        at, _ = extract.version(cursor)
        async with settled.transaction(ALICE.actor) as tx:
            await enrolls(tx, ANN)
            await tx.commit()
        cursor.execute(CONSUME)
        named, _ = extract.version(cursor)
        cursor.connection.commit()
    assert at is None
    assert named is not None
    async with settled.reading(DANA.actor) as read:
        assert (await marks(read), await read.scalar(VERSION)) == (1, None)


async def test_what_is_rolled_back_leaves_no_trace(settled: TestDatabase, tmp_path: Path) -> None:
    made = extract.make(tmp_path, source(settled))
    async with settled.transaction(ALICE.actor) as tx:
        await enrolls(tx, ANN)
        assert await tx.scalar(VERSION) is None  # the act sees itself
    assert await kept(settled, tmp_path) == made
    assert extract.make(tmp_path, source(settled)) == made


async def test_of_two_servers_that_consume_at_once_one_comes_second(settled: TestDatabase, tmp_path: Path) -> None:
    """Two folders, as two machines have them. The second is told so, sees what the first left, and makes one of the same name."""
    with extract.snapshot(source(settled), writing=True) as other:
        extract.version(other)  # takes the snapshot
        first = extract.make(tmp_path / "first", source(settled))
        with pytest.raises(dbapi.Error) as refused:
            other.execute(CONSUME)
    assert refused.value.sqlstate == extract.OVERTAKEN
    second = extract.make(tmp_path / "second", source(settled))
    assert (second.folder.name, second.digest) == (first.folder.name, first.digest)


async def test_it_tries_again_when_another_server_was_first(settled: TestDatabase, tmp_path: Path) -> None:
    with extract.snapshot(source(settled), writing=True) as other:
        other.execute(CONSUME)
        making = asyncio.create_task(asyncio.to_thread(extract.make, tmp_path, source(settled)))
        await _waits_for_a_lock(settled)
        other.connection.commit()
    made = await making
    assert await kept(settled, tmp_path) == made


async def _waits_for_a_lock(database: TestDatabase) -> None:
    async with database.reading() as read:
        for _ in range(1000):
            if await read.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                return
            await asyncio.sleep(0.02)
    pytest.fail("nobody waits")


async def test_an_extract_of_another_folder_is_not_taken_for_ours(settled: TestDatabase, tmp_path: Path) -> None:
    """The marks are gone, and yet what this folder has is known to be old."""
    ours = extract.make(tmp_path / "ours", source(settled))
    async with settled.transaction(DANA.actor) as tx:
        await enrolls(tx, ANN)
        await tx.commit()
    extract.make(tmp_path / "theirs", source(settled))
    async with settled.reading(DANA.actor) as read:
        assert await marks(read) == 0
    assert await kept(settled, tmp_path / "ours") is None
    assert enrollments(extract.make(tmp_path / "ours", source(settled)), ANN) == enrollments(ours, ANN) + 1


async def test_a_state_consumes_its_own_marks_alone(settled: TestDatabase, tmp_path: Path) -> None:
    extract.make(tmp_path, source(settled, NIA.state))
    async with settled.reading(DANA.actor) as ours, settled.reading(NIA.actor) as theirs:
        assert (await marks(ours), await marks(theirs)) == (1, 0)
        assert await ours.scalar(VERSION) is None
        assert (await theirs.scalar(VERSION)).startswith("nothing ")
    extract.make(tmp_path, source(settled))
    async with settled.reading(NIA.actor) as theirs:
        assert await theirs.all(select(ConsumedMarks.marks)) == []


async def test_one_act_marks_a_person_once(db: Tx) -> None:
    """However much of it an import brings: more marks would say no more."""
    made = union_all(*(select(literal(who).label("participant")) for who in (DEE, ANN, DEE))).cte("made")
    await db.run(select(literal(1)).add_cte(touching(made)))
    assert sorted(row.participant for row in await db.all(select(Touched.participant))) == sorted([ANN, DEE])


async def test_the_version_reads_the_first_entry_of_an_index(settled: TestDatabase) -> None:
    """However many marks there are, of this state or of others."""
    async with settled.transaction(DANA.actor) as tx:
        await tx.run(text("INSERT INTO touched (participant) SELECT uuidv7() FROM generate_series(1, 20000)"))
        await tx.commit()
    async with settled.as_owner() as owner:
        await owner.run(text("ANALYZE touched"))
    for person in (DANA, NIA):
        async with settled.reading(person.actor) as read:
            plan = await read.scalar(text(f"EXPLAIN (ANALYZE, FORMAT JSON, TIMING OFF) {sql(VERSION)}"))
        [scan] = [node for node in _nodes(plan[0]["Plan"]) if node.get("Relation Name") == "touched"]
        assert (scan["Node Type"], scan["Index Name"]) == ("Index Only Scan", "touched_key")
        assert scan["Actual Rows"] <= 1


def _nodes(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [node, *(found for child in node.get("Plans", []) for found in _nodes(child))]
