"""Each kind by itself: what a partner brings is recorded once however often it is brought, and what is not right is told."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, text

from app.access.permissions import Permission
from app.core.db import Database
from app.core.errors import Forbidden
from app.employment.models import EmploymentRecord
from app.enrollments.models import Credential, Enrollment, Participation, PlannedService, Service, StepCompletion
from app.imports.actions import permit
from app.imports.kinds import offered
from app.participants.models import Participant
from tests.imports.test_engine import ADA, BEN, KINDS, PATH, RING, SERVED, bring, count, ground
from tests.people import ALICE, CHARLIE, DANA, NIA

__all__ = ["ground"]  # the fixture

PERSON = {"partner": "erie_board", "participant": "E-1"}
ENROLLED = {"partner": "erie_board", "enrollment": "W-1"}
WAGES = {"ssn": "735-01-0001", "quarter": "2025Q3", "employer": "16-0743966", "wages": "9126.00"}
FACTS: list[tuple[str, Any, dict[str, Any]]] = [
    ("participants", Participant, ADA),
    ("enrollments", Enrollment, PATH),
    ("services", Service, SERVED),
    ("planned_services", PlannedService, PERSON | {"kind": "career_counseling", "program": "adult", "documented_on": "2025-03-02",
                                                   "planned_for": "2025-07-01"}),
    ("step_completions", StepCompletion, ENROLLED | {"step": "basics", "completed_on": "2025-03-20"}),
    ("credentials", Credential, PERSON | ENROLLED | {"name": "AWS", "wioa_type": "occupational_certification", "awarded_on": "2025-04-20"}),
    ("employment_records", EmploymentRecord, PERSON | {"quarter": "2025Q2", "employer": "1", "source": "supplemental", "wages": "1.00"}),
    ("wage_records", EmploymentRecord, WAGES),
]  # fmt: skip


async def test_each_is_recorded_once_however_often_it_is_brought(ground: Database) -> None:
    """The content of the second file is another one: it has a blank column more, so that rows are told apart one by one."""
    for kind, table, row in FACTS:
        before = await count(ground, table)
        first = await bring(ground, kind, row, again=True)
        assert (first.made, first.examples) == (1, ()), kind
        assert await count(ground, table) == before + 1
        again = await bring(ground, kind, row, again=True)
        assert (again.repeated, again.made) == (True, 0), kind
        unchanged = await bring(ground, kind, row, again=True, content=b"another name")
        assert (unchanged.made, unchanged.unchanged, unchanged.examples) == (0, 1, ()), kind
        assert await count(ground, table) == before + 1
        assert await count(ground, table, by=NIA) == 0
    async with ground.reading(DANA.actor) as read:
        assert await read.scalar(select(Participation.entry).where(Participation.superseded_at.is_(None))) == date(2025, 2, 10)


async def test_what_has_changed_is_not_taken_for_the_same(ground: Database) -> None:
    await bring(ground, "participants", ADA, BEN)
    for change in ({"phone": "716-555-0100"}, {"ssn": "735-01-0009"}, {"last_name": "Other"}, {"county": "36063"}, {"sex": "1"}):
        assert (await bring(ground, "participants", ADA | change, again=True)).refused == {"reference_taken": 1}, change
    assert (await bring(ground, "participants", ADA | {"first_name": " Ada "}, again=True)).unchanged == 1
    await bring(ground, "enrollments", PATH)
    later = await bring(ground, "enrollments", PATH | {"started_on": "2025-02-11"}, again=True)
    assert later.refused == {"reference_taken": 1, "already_enrolled": 1}
    await bring(ground, "services", SERVED, again=True)
    assert (await bring(ground, "services", SERVED, SERVED | {"given_on": "2025-02-12"}, again=True)).made == 1
    await bring(ground, "wage_records", WAGES, again=True)
    assert (await bring(ground, "wage_records", WAGES | {"wages": "9127.00"}, again=True)).refused == {"already_recorded": 1}


async def test_rows_out_of_order_come_in_when_what_they_need_is_there(ground: Database) -> None:
    early = await bring(ground, "services", SERVED, again=True)
    assert early.refused == {"unknown_participant": 1}
    await bring(ground, "participants", ADA, again=True)
    assert (await bring(ground, "services", SERVED, again=True)).made == 1


async def test_the_good_rows_are_taken_in_and_each_bad_one_is_told(ground: Database) -> None:
    rows: list[Mapping[str, Any]] = [
        ADA,
        ADA | {"birth_date": "13/13/1980"},  # and another line has said E-1
        BEN | {"sex": "female", "registered_on": "2/1/2025"},
        BEN | {"reference": "E-3", "county": "42001", "postal": "NY"},
        BEN | {"reference": "735-01-0001"},
        BEN | {"reference": "E-5", "ssn": "35010001"},
    ]
    receipt = await bring(ground, "participants", *rows, policy="good", again=True)
    assert (receipt.made, receipt.lines) == (2, 4)
    assert {(one.line, one.pointer, one.code) for one in receipt.examples} == {
        (2, "birth_date", "not_a_date"),
        (2, "reference", "twice_in_this_file"),
        (4, "county", "residence_unknown"),
        (5, "reference", "reference_is_a_number"),
        (6, "ssn", "zeros_lost"),
    }
    async with ground.reading(DANA.actor) as read:
        found = await read.all(select(Participant.first_name, Participant.sex).order_by(Participant.first_name))
        assert [tuple(row) for row in found] == [("Ada", 2), ("Ben", 2)]


async def test_wages_find_people_by_their_number_alone(ground: Database) -> None:
    await bring(ground, "participants", ADA, BEN, ADA | {"partner": "monroe_board", "ssn": "735-01-0002"})
    told = await bring(ground, "wage_records", WAGES, WAGES | {"ssn": "735-01-0009"}, WAGES | {"ssn": "000-00-0000"}, policy="good")
    assert (told.made, told.refused) == (1, {"unknown_participant": 2})
    assert {(one.line, one.pointer) for one in told.examples} == {(2, "ssn"), (3, "ssn")}
    async with ground.reading(DANA.actor) as read:
        record = await read.first(select(EmploymentRecord.source, EmploymentRecord.wages, EmploymentRecord.quarter))
        assert record == ("ui", 912_600, 2025 * 4 + 2)
        for kept in ("imports", "audit_entries", "employment_records"):
            assert "735-01-0001" not in str(await read.all(text(f"SELECT t::text FROM {kept} t")))
    theirs = await bring(ground, "wage_records", WAGES | {"quarter": "2025Q2"}, by=ALICE)
    assert theirs.refused == {"source_of_the_state": 1}


async def test_a_number_of_two_people_says_nothing_of_either(ground: Database) -> None:
    await bring(ground, "participants", ADA, ADA | {"partner": "monroe_board"})
    assert (await bring(ground, "wage_records", WAGES)).refused == {"unknown_participant": 1}
    async with ground.transaction(DANA.actor) as tx:
        await tx.run(text("UPDATE participants SET person = (SELECT min(id::text)::uuid FROM participants)"))
        await tx.commit()
    assert (await bring(ground, "wage_records", WAGES)).made == 1


async def test_who_may_not_do_it_one_by_one_may_not_by_file(ground: Database) -> None:
    permit(ALICE.actor, KINDS["services"])
    importing = replace(ALICE.actor, permissions=frozenset({Permission.IMPORT.value}))
    for kind in offered(RING).values():
        with pytest.raises(Forbidden, match=kind.needs):
            permit(importing, kind)
    await bring(ground, "participants", ADA)
    taken = await bring(ground, "services", SERVED | {"partner": "monroe_board", "of": "erie_board"}, by=CHARLIE)
    assert taken.refused == {"unknown_participant": 1}


@pytest.mark.parametrize("kind", sorted(offered(RING)))
def test_a_kind_says_what_its_columns_are(kind: str) -> None:
    declared = KINDS[kind]
    names = [column.name for column in declared.columns]
    assert len(names) == len(set(names))
    assert set(declared.once) <= {column.name for column in declared.waiting}
    assert declared.title
    pointers = {declared.violation(1, None, code).pointer for code in declared.act.checks.checks}
    assert pointers - set(names) <= {"source", "occupation", "partner"}, "a mistake names a column that the file has not"
