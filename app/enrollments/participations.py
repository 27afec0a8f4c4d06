"""Participations: what `periods` makes of all services known, kept as a projection with its history.

A derivation looks at all facts of a person and never at what was derived before, so a service recorded late, a void, a merge of two
people and an import give the same answer as if everything had been known at once. A participation whose entry stays keeps its id; what
was said of it before stays beside it, superseded.

One person is derived in the transaction of the act that brought the fact; very many after a merge, in chunks, by COPY in both
directions. Both lock the people whom they derive, so the last of two that run at once sees what the other recorded.
"""

import asyncio
from collections.abc import Sequence
from datetime import date
from io import BytesIO
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy import Row, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from app.core.actor import Actor
from app.core.db import Tx
from app.enrollments.periods import PLANNED
from app.enrollments.rules import FACTS, counted, projected
from app.states import queries as states
from app.states.policy import Policy

CHUNK = 50_000
"""People derived at once: what bounds the memory that a derivation of very many takes."""
FEW = 20
"""So few are derived one by one: a chunk has tables to make."""

# A record and the person behind it, locked in the order of their numbers, so that no two derivations wait for each other crosswise.
_LOCK = text("""
SELECT p.id, p.person FROM participants p
WHERE p.id = :participant OR p.id = (SELECT r.person FROM participants r WHERE r.id = :participant)
ORDER BY p.number FOR NO KEY UPDATE
""")

_SERVICES = """
SELECT {person} AS person, s.program, k.triggers AS begins, k.extends, s.given_on AS date,
       CASE WHEN k.runs THEN s.ended_on ELSE s.given_on END AS end, k.settles
FROM {people} CROSS JOIN LATERAL (
  SELECT f.program, f.given_on, f.ended_on, f.kind FROM services f WHERE f.participant = r.id AND f.voided_by IS NULL OFFSET 0
) AS s JOIN service_kinds k ON k.key = s.kind
WHERE k.triggers OR k.extends OR k.settles IS NOT NULL
UNION ALL
SELECT {person}, s.program, false, false, s.determined_on, s.determined_on, 'eligibility'
FROM {people} CROSS JOIN LATERAL (
  SELECT f.program, f.determined_on FROM eligibility_determinations f
  WHERE f.participant = r.id AND f.voided_by IS NULL AND f.eligible AND f.program = 'youth' OFFSET 0
) AS s
"""

_PLANNED = """
SELECT {person} AS person, s.program, s.documented_on AS date, s.planned_for AS end
FROM {people} CROSS JOIN LATERAL (
  SELECT f.program, f.documented_on, f.planned_for, f.kind FROM planned_services f
  WHERE f.participant = r.id AND f.voided_by IS NULL OFFSET 0
) AS s JOIN service_kinds k ON k.key = s.kind
WHERE k.extends
"""

_OF_ONE = {"person": "0", "people": "(SELECT p.id FROM participants p WHERE p.person = :person) AS r"}
_SERVICES_OF_ONE, _PLANNED_OF_ONE = text(_SERVICES.format(**_OF_ONE)), text(_PLANNED.format(**_OF_ONE))

# `found` are the periods that follow now, `stands` those that stand of the people who were asked about. What stands and does not follow
# any more is superseded, what follows and does not stand is made, and of what stands with the same entry what changed is changed, its
# former self kept.
_REPLACE = """
WITH found AS MATERIALIZED ({found}),
stands AS MATERIALIZED (
  SELECT k.* FROM {people} AS d CROSS JOIN LATERAL (
    SELECT s.id, s.person, s.track, s.entry, s.last_service, s.open_until, s.programs FROM participations s
    WHERE s.person = d.person AND s.superseded_at IS NULL OFFSET 0
  ) AS k
), changed AS (
  UPDATE participations k
  SET last_service = f.last_service, open_until = f.open_until, programs = f.programs, derived_at = now()
  FROM stands s JOIN found f ON f.person = s.person AND f.track = s.track AND f.entry = s.entry
  WHERE k.id = s.id AND (s.last_service, s.open_until, s.programs) IS DISTINCT FROM (f.last_service, f.open_until, f.programs)
  RETURNING old.person, old.track, old.entry, old.last_service, old.open_until, old.programs, old.derived_at
), kept AS (
  INSERT INTO participations (person, track, entry, last_service, open_until, programs, derived_at, superseded_at)
  SELECT c.*, now() FROM changed c RETURNING person
), gone AS (
  UPDATE participations k SET superseded_at = now() FROM stands s
  WHERE k.id = s.id AND NOT EXISTS (SELECT FROM found f WHERE f.person = s.person AND f.track = s.track AND f.entry = s.entry)
  RETURNING k.person
), made AS (
  INSERT INTO participations (person, track, entry, last_service, open_until, programs)
  SELECT f.person, f.track, f.entry, f.last_service, f.open_until, f.programs FROM found f
  WHERE NOT EXISTS (SELECT FROM stands s WHERE s.person = f.person AND s.track = f.track AND s.entry = f.entry)
  RETURNING person
), marked AS (
  INSERT INTO touched (participant) SELECT person FROM kept UNION SELECT person FROM gone UNION SELECT person FROM made RETURNING 1
)
SELECT (SELECT count(*) FROM kept) + (SELECT count(*) FROM gone) + (SELECT count(*) FROM made) AS rows
"""

_FOUND_OF_ONE = """
SELECT CAST(:person AS uuid) AS person, j.track, j.entry, j.last_service, j.open_until, j.programs
FROM jsonb_to_recordset(:found) AS j (track text, entry date, last_service date, open_until date, programs jsonb)
"""
# A record that was merged is a person no more: nothing of it stands.
_ONE = "(SELECT CAST(:person AS uuid) AS person UNION SELECT CAST(:participant AS uuid))"
_REPLACE_OF_ONE = text(_REPLACE.format(found=_FOUND_OF_ONE, people=_ONE)).bindparams(bindparam("found", type_=JSONB))


async def derive(tx: Tx, *, by: Actor, participant: UUID, today: date) -> int:
    """Derive the participations of the person behind a participant. Answers how many were made, changed or superseded.

    Reads what the state chose (common exit, grace of planned services) as it is in force `today`.
    """
    person = await _locked(tx, participant)
    policy = await states.policy(tx, by=by, on=today)
    services = _frame(await tx.all(_SERVICES_OF_ONE, {"person": person}), FACTS)
    planned = _frame(await tx.all(_PLANNED_OF_ONE, {"person": person}), PLANNED)
    found = await asyncio.to_thread(_follows, services, planned, policy)
    told = [_plain(row) for row in found.drop("person").iter_rows(named=True)]
    return int(await tx.scalar(_REPLACE_OF_ONE, {"person": person, "participant": participant, "found": told}))


async def _locked(tx: Tx, participant: UUID) -> UUID:
    """The person behind a record, locked with it. A merge that was under way may have put another one there: then once more."""
    while True:
        locked: dict[UUID, UUID] = {row.id: row.person for row in await tx.all(_LOCK, {"participant": participant})}
        if (person := locked[participant]) in locked:
            return person


def _frame(rows: Sequence[Row[Any]], schema: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame([tuple(row) for row in rows], schema=schema, orient="row")


def _follows(services: pl.DataFrame, planned: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    return projected(counted(services), planned, policy)


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "track": row["track"],
        "entry": row["entry"].isoformat(),
        "last_service": row["last"] and row["last"].isoformat(),
        "open_until": row["open_until"] and row["open_until"].isoformat(),
        "programs": row["programs"].split("|"),
    }


# Very many people. Those to derive wait in a table of the transaction's own; each chunk of them goes out and comes back by COPY. What is
# known of them is looked up person by person (LATERAL … OFFSET 0), however little the statistics of tables just filled tell: a chunk
# costs what its people cost, and not what the state has.

_PEOPLE = """
CREATE TEMPORARY TABLE derivation_people ON COMMIT DROP AS
SELECT p.number, p.id AS person FROM participants p WHERE {which}
"""
_THESE = """p.id IN (
  SELECT t.participant FROM touched t WHERE t.at = now()
  UNION SELECT r.person FROM touched t JOIN participants r ON r.id = t.participant WHERE t.at = now()
)"""  # marks carry the time at which their transaction began: these are its own
_FOUND = """
CREATE TEMPORARY TABLE derivation_found (person bigint, track text, entry date, last_service date, open_until date, programs text)
ON COMMIT DROP
"""
_CHUNKS = text("""
SELECT min(number) AS low, max(number) AS high
FROM (SELECT number, (row_number() OVER (ORDER BY number) - 1) / :size AS chunk FROM derivation_people) AS numbered
GROUP BY chunk ORDER BY chunk
""")
_SOME = text("SELECT person FROM derivation_people ORDER BY number LIMIT :size")
_LOCK_CHUNK = text("""
SELECT count(*) FROM (
  SELECT FROM participants p WHERE p.id IN (SELECT d.person FROM derivation_people d WHERE d.number BETWEEN :low AND :high)
  ORDER BY p.number FOR NO KEY UPDATE
) AS locked
""")
_OF_CHUNK = {
    "person": "d.number",
    "people": """(SELECT number, person FROM derivation_people WHERE number BETWEEN {low} AND {high}) AS d
CROSS JOIN LATERAL (SELECT p.id FROM participants p WHERE p.person = d.person OFFSET 0) AS r""",
}
_SERVICES_OF_CHUNK, _PLANNED_OF_CHUNK = _SERVICES.format(**_OF_CHUNK), _PLANNED.format(**_OF_CHUNK)
_REPLACE_OF_CHUNK = text(
    _REPLACE.format(
        found="""
SELECT d.person, f.track, f.entry, f.last_service, f.open_until, to_jsonb(string_to_array(f.programs, '|')) AS programs
FROM derivation_found f JOIN derivation_people d ON d.number = f.person
""",
        people="(SELECT person FROM derivation_people WHERE number BETWEEN :low AND :high)",
    )
)


async def derive_touched(tx: Tx, *, by: Actor, today: date) -> int:
    """Derive the participations of everybody whom this transaction touched. Answers how many were made, changed or superseded."""
    return await _derive_many(tx, _THESE, by=by, today=today)


async def derive_range(tx: Tx, *, by: Actor, today: date, low: int, high: int) -> int:
    """Derive the participations of the people with numbers from `low` to `high`, whatever happened to them: for a change of the
    catalogue or of the state's policy, and to find out that nothing is amiss. Answers how many were made, changed or superseded."""
    return await _derive_many(tx, f"p.number BETWEEN {low:d} AND {high:d}", by=by, today=today)


async def _derive_many(tx: Tx, which: str, *, by: Actor, today: date) -> int:
    policy = await states.policy(tx, by=by, on=today)
    await tx.run(text("DROP TABLE IF EXISTS derivation_people, derivation_found"))
    await tx.run(text(_PEOPLE.format(which=which)))
    await tx.run(text("ANALYZE derivation_people"))
    await tx.run(text(_FOUND))
    people = await tx.all(_SOME, {"size": FEW + 1})
    if len(people) <= FEW:
        return sum([await derive(tx, by=by, participant=row.person, today=today) for row in people])
    changed = 0
    for each in await tx.all(_CHUNKS, {"size": CHUNK}):
        chunk = {"low": each.low, "high": each.high}
        await tx.run(_LOCK_CHUNK, chunk)
        services = await _copied_out(tx, _SERVICES_OF_CHUNK.format(**chunk), FACTS)
        planned = await _copied_out(tx, _PLANNED_OF_CHUNK.format(**chunk), PLANNED)
        await _copy_in(tx, await asyncio.to_thread(_follows, services, planned, policy))
        changed += int(await tx.scalar(_REPLACE_OF_CHUNK, chunk))
    return changed


async def _driver(tx: Tx) -> Any:
    return (await tx.connection.get_raw_connection()).driver_connection


async def _copied_out(tx: Tx, query: str, schema: dict[str, Any]) -> pl.DataFrame:
    """What a query answers, as columns."""
    out = BytesIO()
    async with (await _driver(tx)).cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv)") as source:
        async for block in source:
            out.write(block)
    if not out.tell():
        return pl.DataFrame(schema=schema)
    out.seek(0)
    return await asyncio.to_thread(_read, out, schema)


def _read(out: BytesIO, schema: dict[str, Any]) -> pl.DataFrame:
    """PostgreSQL writes t and f for truths."""
    as_text = {name: pl.String if kind == pl.Boolean else kind for name, kind in schema.items()}
    frame = pl.read_csv(out, has_header=False, schema=as_text)
    return frame.with_columns(pl.col(name) == "t" for name, kind in schema.items() if kind == pl.Boolean)


async def _copy_in(tx: Tx, found: pl.DataFrame) -> None:
    out = await asyncio.to_thread(found.write_csv, include_header=False)
    async with (await _driver(tx)).cursor() as cursor:
        await cursor.execute("TRUNCATE derivation_found")
        async with cursor.copy("COPY derivation_found FROM STDIN (FORMAT csv)") as sink:
            await sink.write(out)
        await cursor.execute("ANALYZE derivation_found")
