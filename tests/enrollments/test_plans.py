"""Hot statements find their rows by index although row policies stand in front of them: only operators that cannot leak reach an index.

What matters is that the *condition* of each index holds the key, and not the state alone.
"""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from sqlalchemy import ClauseElement, Date, Integer, TextClause, Uuid, bindparam, text

from app.core.db import Tx
from app.core.ready import Ready
from app.employment import queries as employment
from app.employment import timeline
from app.enrollments import actions, deadlines, participations, queries, reading
from app.enrollments.models import Enrollment
from tests.conftest import TestDatabase
from tests.enrollments import world
from tests.people import DANA, ERIE, MONROE


def typed(statement: TextClause, **binds: Any) -> TextClause:
    """A text with the types of its binds, which the driver knows by their values and a generic plan has to be told."""
    return statement.bindparams(*(bindparam(name, type_=kind) for name, kind in {"today": Date, "by_partner": Uuid, **binds}.items()))


HOT: dict[str, tuple[ClauseElement | Ready, dict[str, str]]] = {
    "enroll": (
        actions.ENROLL.statement,
        {
            "participants": "id =",
            "caseload": "participant =",
            "enrollments_one_open_per_path": "career_path =",
            "enrollments_reference_once": "reference =",
        },
    ),
    "serve": (actions.SERVE.statement, {"participants": "id =", "caseload": "participant ="}),
    "read one": (
        reading._READ_ONE,
        {"enrollments": "id =", "step_completions": "enrollment =", "credentials": "participant ="},
    ),
    "a partner's list": (
        queries.ORDER.page(queries._LISTED.where(Enrollment.partner == bindparam("of")), after=None, limit=100),
        {"enrollments": "partner ="},
    ),
    "services of one person": (participations._SERVICES_OF_ONE, {"participants": "person =", "services": "participant ="}),
    "paths under way": (reading._READ_UNDER_WAY, {"enrollments": "participant ="}),
    "timeline": (
        timeline._TIMELINE,
        dict.fromkeys(("services", "enrollments", "credentials", "employment_records"), "participant ="),
    ),
    "quarters of work": (
        employment.ORDER.page(employment._RECORDS, after=None, limit=100),
        {"employment_records_once": "participant =", "employment_records_voided": "participant ="},
    ),
    "participation": (reading._BY_ID, {"participations": "id ="}),
    "participations of one person": (reading._THEIRS, {"participations": "person ="}),
    "paths past their end": (typed(deadlines._OVERDUE), {"enrollments_open_by_partner": "planned_end <", "career_paths": "id ="}),
    "a caseload in numbers": (typed(deadlines._NUMBERS), {"caseload_key": "partner ="}),
    "exits that come": (
        typed(deadlines._EXITS, days=Integer, ahead=Integer),
        {"participations_by_open_until": "open_until >=", "caseload": "participant =", "services": "participant ="},
    ),
}  # fmt: skip


def scans(node: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Every scan of a table in a plan: the table, the index, and the condition that the index is asked with."""
    if node["Node Type"] in ("Index Scan", "Index Only Scan"):
        yield node["Relation Name"], node["Index Name"], node.get("Index Cond", "")
    elif node["Node Type"] == "Bitmap Heap Scan":
        yield from ((node["Relation Name"], below["Index Name"], below.get("Index Cond", "")) for below in node["Plans"])
    elif node["Node Type"] == "Seq Scan":
        yield node["Relation Name"], "", ""
    for below in node.get("Plans", []):
        yield from scans(below)


PEOPLE = 5_000
FILL = f"""
CREATE TEMPORARY TABLE people ON COMMIT DROP AS SELECT uuidv7() AS id, n FROM generate_series(1, {PEOPLE}) n;
INSERT INTO participants (id, person, first_name, last_name, birth_date, residence, sex, hispanic, registered_on, act)
SELECT id, id, 'A', 'B', '1990-01-01', '{world.BUFFALO}', 2, 9, '2020-01-01', id FROM people;
INSERT INTO caseload (partner, participant, since) SELECT '{ERIE.id}', id, '2020-01-01' FROM people;
INSERT INTO enrollments (participant, career_path, partner, residence, started_on, planned_end, reference, act)
SELECT id, '{world.WELDING}', CASE WHEN n % 50 = 0 THEN uuid '{ERIE.id}' ELSE '{MONROE.id}' END,
       '{world.BUFFALO}', '2026-01-01', '2026-06-01', n, id FROM people;
INSERT INTO services (participant, partner, kind, program, given_on, act)
SELECT id, '{ERIE.id}', 'career_counseling', 'adult', date '2026-01-01' + day, id FROM people, generate_series(1, 3) day;
INSERT INTO credentials (participant, partner, name, wioa_type, awarded_on, act)
SELECT id, '{ERIE.id}', 'c', 'associate', '2026-01-01', id FROM people;
INSERT INTO employment_records (participant, partner, quarter, employer, source, act)
SELECT id, '{ERIE.id}', 8100 + q, 'self', 'supplemental', id FROM people, generate_series(1, 5) q;
INSERT INTO step_completions (enrollment, step, completed_on, act) SELECT id, '{world.COURSE}', '2026-01-01', id FROM enrollments;
INSERT INTO participations (person, track, entry, last_service, open_until, programs)
SELECT id, 'common', '2026-01-02', '2026-01-04', '2026-04-04', '["adult"]' FROM people
"""


@pytest.fixture
async def full(ground: TestDatabase) -> AsyncIterator[Tx]:
    """A transaction over a few thousand people of whom the planner knows."""
    async with ground.transaction(DANA.actor) as tx:
        for statement in FILL.split(";"):
            await tx.run(text(statement))
        await tx.commit()
    async with ground.as_owner() as tx:
        await tx.run(text("ANALYZE"))
    async with ground.transaction(DANA.actor) as tx:
        yield tx


async def test_an_index_is_asked_for_the_key(full: Tx) -> None:
    driver = (await full.connection.get_raw_connection()).driver_connection
    assert driver is not None
    wrong: list[str] = []
    for name, (statement, keys) in HOT.items():
        ready = statement if isinstance(statement, Ready) else Ready(statement)
        async with driver.cursor() as cursor:
            await cursor.execute(b"EXPLAIN (GENERIC_PLAN, FORMAT JSON) " + ready.sql)
            [told] = await cursor.fetchone()
        found = list(scans(told[0]["Plan"]))
        for key, condition in keys.items():
            asked = [cond for table, index, cond in found if key in (table, index)]
            if not any(condition in cond for cond in asked) or "" in asked:
                wrong.append(f"{name}: {key} is searched by {asked}")
    assert not wrong


async def test_what_is_looked_for_without_a_key_is_found(full: Tx) -> None:
    """The test above can fail: a list by a column without an index reads everything."""
    ready = Ready(queries._LISTED.where(Enrollment.planned_end == bindparam("on")))
    driver = (await full.connection.get_raw_connection()).driver_connection
    assert driver is not None
    async with driver.cursor() as cursor:
        await cursor.execute(b"EXPLAIN (GENERIC_PLAN, FORMAT JSON) " + ready.sql)
        [told] = await cursor.fetchone()
    assert not [cond for table, _, cond in scans(told[0]["Plan"]) if table == "enrollments" and "planned_end" in cond]
