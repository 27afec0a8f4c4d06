"""Recording evidence of work: what is refused, by a request and by a file alike, and what is recorded."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, func, insert, select

from app.audit.models import AuditEntry
from app.core.acts import Answer, act_binds
from app.core.db import Tx
from app.core.errors import Refused
from app.core.periods import last_ended, number
from app.employment.actions import RECORD, void
from app.employment.checks import RECORDING
from app.employment.models import EmploymentRecord
from app.participants.models import Touched
from tests.conftest import TODAY, TestDatabase
from tests.participants.world import known_to
from tests.people import ALICE, CHARLIE, DANA, NIA, PRIYA, Person

LAST = last_ended(TODAY)  # 2026 Q3

BAD: list[tuple[dict[str, Any], set[str]]] = [
    ({"participant": UUID(int=1)}, {"unknown_participant"}),
    ({"participant": None}, {"unknown_participant"}),
    ({"quarter": LAST + 1}, {"quarter_not_ended"}),
    ({"quarter": LAST + 9}, {"quarter_not_ended"}),
    ({"quarter": None}, {"quarter_out_of_range"}),
    ({"quarter": 1989 * 4 + 3}, {"quarter_out_of_range"}),
    ({"employer": " "}, {"no_employer"}),
    ({"employer": None}, {"no_employer"}),
    ({"employer": "735-12-4680"}, {"employer_is_a_number"}),
    ({"source": "hearsay"}, {"unknown_source"}),
    ({"source": None}, {"unknown_source"}),
    ({"source": "ui"}, {"source_of_the_state"}),
    ({"source": "ui", "wages": None}, {"source_of_the_state", "wages_missing"}),
    ({"wages": 0}, {"wages_not_positive"}),
    ({"wages": -1}, {"wages_not_positive"}),
    ({"occupation": "Pharmacy technician"}, {"occupation_malformed"}),
    ({"occupation": "29-2052.00"}, {"occupation_malformed"}),
    ({"industry": "4561"}, {"industry_malformed"}),
    ({"employer": "taken"}, {"already_recorded"}),
    ({"employer": " taken "}, {"already_recorded"}),
]
GOOD: list[dict[str, Any]] = [
    {},
    {"wages": None},
    {"quarter": LAST},
    {"quarter": 1990 * 4},
    {"employer": "self"},
    {"employer": "16-0743966"},
    {"employer": "taken", "quarter": LAST - 1},
    {"occupation": None, "industry": None},
    {"apprenticeship": True},
]


async def work(tx: Tx, person: Person = ALICE) -> dict[str, Any]:
    """A quarter of work that `person` may record."""
    told = {"participant": await known_to(tx, person), "quarter": LAST - 2, "employer": "16-0743966", "source": "supplemental"}
    return {**told, "wages": 912_600, "occupation": "29-2052", "industry": "456110"}


@pytest.fixture
async def told(db: Tx) -> dict[str, Any]:
    """What Alice may record, and one record that is there already."""
    ordinary = await work(db)
    await db.act(RECORD, RECORD.one(**ordinary | {"employer": "taken"}), by=ALICE.actor, today=TODAY)
    return ordinary


async def refused(tx: Tx, person: Person, candidate: dict[str, Any], today: date | None = TODAY) -> set[str]:
    with pytest.raises(Refused) as wrong:
        await tx.act(RECORD, RECORD.one(**candidate), by=person.actor, today=today)
    return {violation.code for violation in wrong.value.violations}


@pytest.mark.parametrize(("otherwise", "codes"), BAD, ids=lambda value: ",".join(sorted(value)) if isinstance(value, set) else "")
async def test_a_request_is_refused(db: Tx, told: dict[str, Any], otherwise: dict[str, Any], codes: set[str]) -> None:
    assert await refused(db, ALICE, told | otherwise) == codes
    assert await db.scalar(select(func.count()).select_from(EmploymentRecord)) == 1


async def test_a_file_is_refused_line_by_line_for_the_same(db: Tx, told: dict[str, Any]) -> None:
    columns = [Column("line", Integer), *(Column(name, kind) for name, kind in RECORDING.fields.items())]
    table = Table("staged_work", MetaData(), *columns, prefixes=["TEMPORARY"])
    await db.connection.run_sync(table.create)
    for line, (otherwise, _) in enumerate(BAD, start=1):
        await db.run(insert(table).values(line=line, **told | otherwise))
    binds = act_binds(RECORD.one(), ALICE.actor.binds, today=TODAY)
    asked = {name: value for name, value in binds.items() if name.startswith("by_")}
    codes: dict[int, set[str]] = {}
    for row in await db.all(RECORD.over(select(table).subquery(), Answer.REFUSALS), asked):
        codes.setdefault(row.line, set()).add(row.code)
    assert codes == {line: expected for line, (_, expected) in enumerate(BAD, start=1)}


@pytest.mark.parametrize("otherwise", GOOD, ids=str)
async def test_what_is_right_is_recorded(db: Tx, told: dict[str, Any], otherwise: dict[str, Any]) -> None:
    candidate = told | otherwise
    [made] = await db.act(RECORD, RECORD.one(**candidate), by=ALICE.actor, today=TODAY)
    row = await db.first(select(EmploymentRecord.__table__).where(EmploymentRecord.id == made))
    assert row is not None
    assert {name: getattr(row, name) for name in candidate} == candidate
    assert (row.partner, row.apprenticeship, row.voided_by) == (ALICE.actor.partner, otherwise.get("apprenticeship", False), None)
    entry = await db.first(select(AuditEntry.verb, AuditEntry.subject, AuditEntry.actor).where(AuditEntry.id == row.act))
    assert entry is not None
    assert tuple(entry) == ("record_employment", made, ALICE.id)
    assert await db.scalar(select(func.count()).select_from(Touched).where(Touched.participant == candidate["participant"])) == 3


async def test_the_state_records_what_it_matched(db: Tx, told: dict[str, Any]) -> None:
    for source in ("ui", "swis", "federal", "military"):
        assert await db.act(RECORD, RECORD.one(**told | {"source": source}), by=DANA.actor, today=TODAY)
    assert await refused(db, DANA, told | {"wages": None, "source": "ui", "employer": "other"}) == {"wages_missing"}
    recorded_by = {row.partner for row in await db.all(select(EmploymentRecord.partner).where(EmploymentRecord.source == "ui"))}
    assert recorded_by == {None}


@pytest.mark.parametrize(
    ("today", "codes"),
    [
        (date(2026, 9, 29), {"quarter_not_ended"}),
        (date(2026, 9, 30), set()),  # by the end of its last day
        (date(2026, 10, 1), set()),
        (date(2026, 12, 31), set()),
    ],
)
async def test_a_quarter_is_recorded_when_it_has_ended(db: Tx, told: dict[str, Any], today: date, codes: set[str]) -> None:
    candidate = told | {"quarter": number(date(2026, 9, 30))}
    if codes:
        assert await refused(db, ALICE, candidate, today) == codes
    else:
        assert await db.act(RECORD, RECORD.one(**candidate), by=ALICE.actor, today=today)


@pytest.mark.parametrize("days", range(-3, 4))
@pytest.mark.parametrize("turn", [date(2025, 12, 31), date(2026, 3, 31), date(2026, 6, 30), date(2024, 12, 31)], ids=str)
async def test_the_check_and_the_calendar_agree(db: Tx, told: dict[str, Any], turn: date, days: int) -> None:
    today = turn + timedelta(days=days)
    assert await refused(db, ALICE, told | {"quarter": last_ended(today) + 1, "wages": 0}, today) == {
        "quarter_not_ended",
        "wages_not_positive",
    }
    assert await refused(db, ALICE, told | {"quarter": last_ended(today), "wages": 0}, today) == {"wages_not_positive"}


async def test_without_the_day_of_today_nothing_passes(db: Tx, told: dict[str, Any]) -> None:
    assert await refused(db, ALICE, told, today=None) == {"quarter_not_ended"}


async def test_nobody_records_for_people_of_others(db: Tx, told: dict[str, Any], own_db: TestDatabase) -> None:
    for person in (CHARLIE, PRIYA):
        assert await refused(db, person, told) == {"unknown_participant"}
    async with own_db.transaction(ALICE.actor) as ours:
        candidate = await work(ours)
        await ours.commit()
    async with own_db.transaction(NIA.actor) as theirs:
        assert await refused(theirs, NIA, candidate) == {"unknown_participant"}


async def test_what_was_taken_back_can_be_recorded_again(db: Tx, told: dict[str, Any]) -> None:
    [wrong] = await db.act(RECORD, RECORD.one(**told | {"wages": 1}), by=ALICE.actor, today=TODAY)
    assert await refused(db, ALICE, told) == {"already_recorded"}
    await void(db, by=ALICE.actor, record=wrong, reason="another person's pay stub")
    [right] = await db.act(RECORD, RECORD.one(**told), by=ALICE.actor, today=TODAY)
    standing = select(EmploymentRecord.id).where(EmploymentRecord.voided_by.is_(None), EmploymentRecord.employer == told["employer"])
    assert [row.id for row in await db.all(standing)] == [right]
