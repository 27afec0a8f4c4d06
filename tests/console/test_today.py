"""Today: what is due, told to those whose people they are; the service that is planned with one click; the state's figures."""

from datetime import date
from uuid import UUID

import pytest
from fastapi import FastAPI
from sqlalchemy import insert, text, update

from app.core.db import Tx
from app.enrollments import actions, deadlines, participations
from app.enrollments.models import PlannedService
from app.imports.models import Import
from app.participants.models import Participant
from app.participants.naming import names
from tests.conftest import TODAY, TestDatabase
from tests.console.browsing import Browser, signed_in
from tests.enrollments.world import ANN, BEA, CAL, DEE, EVE, lay
from tests.outcomes.world import enrolled, served
from tests.people import ALICE, BOB, CHARLIE, DANA, ERIE, MONROE, NIA, PAT, PRIYA

PAGE = "/console/today"
COUNSELING = "career_counseling"


async def settle(tx: Tx) -> None:
    """Ann's exit is known in 5 days, Dee's (served last by the other board) in 10, Bea's in 20; Cal is the other board's, in 3."""
    await lay(tx)
    for who, partner, last in (
        (ANN, ERIE, date(2026, 8, 6)),
        (DEE, MONROE, date(2026, 8, 11)),
        (BEA, ERIE, date(2026, 8, 21)),
        (CAL, MONROE, date(2026, 8, 4)),
    ):
        await served(tx, who, partner.id, last, last, COUNSELING)
        await participations.derive(tx, by=DANA.actor, participant=who, today=TODAY)


@pytest.fixture
async def world(own_db: TestDatabase) -> TestDatabase:
    async with own_db.transaction(DANA.actor) as tx:
        await settle(tx)
        await tx.commit()
    return own_db


async def test_exits_that_come_are_listed_with_the_last_service(db: Tx) -> None:
    await settle(db)
    due = await deadlines.exits_coming(db, by=ALICE.actor, today=TODAY)
    told = [(row.participant, row.last_service, row.days, row.last_title, row.next_kind) for row in due.items]
    assert told == [
        (ANN, date(2026, 8, 6), 5, "Career counseling, staff-assisted career guidance", COUNSELING),
        (DEE, date(2026, 8, 11), 10, None, "comprehensive_assessment"),  # the other board's: the day is told, not the service
    ]
    assert due.total == 2
    assert [row.participant for row in (await deadlines.exits_coming(db, by=CHARLIE.actor, today=TODAY)).items] == [CAL, DEE]
    assert (await deadlines.exits_coming(db, by=PRIYA.actor, today=TODAY)).items == []


async def test_an_exit_of_somebody_with_two_records_comes_to_both_who_know_one(db: Tx) -> None:
    """Eve's record, which Alice knows, turns out to be one of Cal's, whom Charlie knows. Each is told of the record that is theirs."""
    await settle(db)
    await db.run(update(Participant).where(Participant.id == EVE).values(person=CAL))
    assert [row.participant for row in (await deadlines.exits_coming(db, by=ALICE.actor, today=TODAY)).items] == [EVE, ANN, DEE]
    assert [row.participant for row in (await deadlines.exits_coming(db, by=CHARLIE.actor, today=TODAY)).items] == [CAL, DEE]


@pytest.mark.parametrize(
    ("today", "days"),
    [(date(2026, 10, 20), None), (date(2026, 10, 21), 15), (date(2026, 11, 4), 1), (date(2026, 11, 5), None)],
)
async def test_an_exit_comes_from_15_days_before_it_is_known(db: Tx, today: date, days: int | None) -> None:
    """Served last on 6 August: open on 4 November, the 90th day; the exit is known on the 5th."""
    await settle(db)
    found = {row.participant: row.days for row in (await deadlines.exits_coming(db, by=ALICE.actor, today=today)).items}
    assert found.get(ANN) == days


async def test_a_service_that_is_planned_takes_it_off_the_list(db: Tx) -> None:
    await settle(db)
    [ann, _] = (await deadlines.exits_coming(db, by=ALICE.actor, today=TODAY)).items
    plan = {"kind": ann.next_kind, "program": ann.program, "documented_on": TODAY, "planned_for": ann.plan_for}
    await actions.plan(db, by=ALICE.actor, today=TODAY, participant=ANN, **plan)
    assert [row.participant for row in (await deadlines.exits_coming(db, by=ALICE.actor, today=TODAY)).items] == [DEE]


async def test_plans_are_due_until_somebody_records_the_service(db: Tx) -> None:
    await settle(db)
    told = {"kind": COUNSELING, "program": "adult", "partner": ERIE.id, "act": UUID(int=0)}
    for who, day in ((ANN, date(2026, 10, 20)), (BEA, date(2026, 11, 3)), (DEE, date(2026, 12, 1))):
        await db.run(insert(PlannedService).values(participant=who, documented_on=date(2026, 8, 22), planned_for=day, **told))
    assert [row.participant for row in (await deadlines.plans_due(db, by=ALICE.actor, today=TODAY)).items] == [ANN, BEA]
    await served(db, ANN, ERIE.id, date(2026, 10, 20), date(2026, 10, 20), COUNSELING)
    assert [row.participant for row in (await deadlines.plans_due(db, by=ALICE.actor, today=TODAY)).items] == [BEA]
    assert (await deadlines.plans_due(db, by=CHARLIE.actor, today=TODAY)).items == []


async def test_follow_up_is_due_for_a_year_after_an_exit(db: Tx) -> None:
    await settle(db)
    later = date(2026, 12, 1)  # by then everybody has exited
    found = (await deadlines.follow_ups_due(db, by=ALICE.actor, today=later)).items
    assert [(row.participant, row.exit, row.until) for row in found] == [
        (BEA, date(2026, 8, 21), date(2027, 8, 21)),
        (DEE, date(2026, 8, 11), date(2027, 8, 11)),
        (ANN, date(2026, 8, 6), date(2027, 8, 6)),
    ]
    await served(db, ANN, ERIE.id, date(2026, 11, 20), date(2026, 11, 20), "follow_up_services")
    assert ANN not in [row.participant for row in (await deadlines.follow_ups_due(db, by=ALICE.actor, today=later)).items]
    assert BEA not in [row.participant for row in (await deadlines.follow_ups_due(db, by=ALICE.actor, today=date(2027, 8, 22))).items]


async def test_enrollments_past_their_planned_end_are_the_partners_own(db: Tx) -> None:
    await settle(db)
    await enrolled(db, ANN, ERIE.id, date(2026, 10, 1), None)
    await enrolled(db, DEE, MONROE.id, date(2026, 9, 1), None)
    await enrolled(db, BEA, ERIE.id, date(2026, 9, 1), date(2026, 9, 30))
    found = await deadlines.past_planned_end(db, by=BOB.actor, today=TODAY)
    assert [(row.participant, row.title, row.planned_end, row.days) for row in found.items] == [(ANN, "Welding", date(2026, 10, 1), 30)]
    assert [row.participant for row in (await deadlines.past_planned_end(db, by=CHARLIE.actor, today=TODAY)).items] == [DEE]


async def test_a_caseload_in_numbers(db: Tx) -> None:
    await settle(db)
    await enrolled(db, ANN, ERIE.id, date(2026, 10, 1), None)
    assert tuple(await deadlines.numbers(db, by=ALICE.actor, today=TODAY)) == (4, 0, 1)
    assert tuple(await deadlines.numbers(db, by=PRIYA.actor, today=TODAY)) == (0, 0, 0)


async def test_names_are_told_of_those_whom_one_may_see(db: Tx) -> None:
    await settle(db)
    assert await names(db, by=ALICE.actor, participants=[ANN, CAL]) == {ANN: "Ann Example"}
    assert await names(db, by=CHARLIE.actor, participants=[ANN, CAL]) == {CAL: "Cal Example"}


async def shown(app: FastAPI, person: object) -> str:
    async with signed_in(app, person) as browser:  # type: ignore[arg-type]  # one of the people
        answer = await browser.get(PAGE)
        assert answer.status_code == 200
        return answer.text


async def test_each_sees_their_own_day(app: FastAPI, world: TestDatabase) -> None:
    for person, sees, never in (
        (ALICE, ["Ann Example", "Dee Example", "by another partner", "in 5 days"], ["Cal Example", "INTERNAL"]),
        (BOB, ["Ann Example", "Dee Example"], ["Cal Example"]),
        (CHARLIE, ["Cal Example", "Dee Example", "in 3 days"], ["Ann Example", "Bea Example"]),
        (PRIYA, ["Nobody's exit is coming."], ["Example"]),
        (PAT, ["Outcomes that were released"], ["Example", "caseload", "INTERNAL"]),
        (DANA, ["Imports with errors"], ["caseload"]),
        (NIA, ["New Jersey"], ["Example", "caseload"]),
    ):
        page = await shown(app, person)
        assert [text for text in sees if text not in page.replace("&#39;", "'")] == [], person
        assert [text for text in never if text in page] == [], person


async def plan(browser: Browser, who: UUID, part: bool = False, **otherwise: str):  # type: ignore[no-untyped-def]  # an answer
    fields = {"participant": str(who), "kind": COUNSELING, "program": "adult", "planned_for": "2026-11-30"} | otherwise
    headers = {"HX-Request": "true"} if part else {}
    token = await browser.token(PAGE)
    return await browser.post("/console/today/plans", data={"forgery_token": token, **fields}, headers=headers)


async def test_one_click_plans_a_service(app: FastAPI, world: TestDatabase) -> None:
    async with signed_in(app, ALICE) as browser:
        part = await plan(browser, ANN, part=True)
        assert part.status_code == 200
        assert "Planned for Ann Example on Nov 30, 2026." in part.text
        assert "<html" not in part.text
        assert "Dee Example" in part.text
        assert "/console/people/" + str(ANN) not in part.text
        assert (await plan(browser, DEE)).headers["location"] == PAGE  # without script
        assert "Nobody's exit is coming." in (await browser.get(PAGE)).text
    async with world.reading(DANA.actor) as read:
        planned = await read.all(text("SELECT participant, partner, documented_on, planned_for FROM planned_services ORDER BY id"))
    day = date(2026, 11, 30)
    assert [tuple(row) for row in planned] == [(ANN, ERIE.id, TODAY, day), (DEE, ERIE.id, TODAY, day)]


async def test_what_cannot_be_planned_is_told_at_its_field(app: FastAPI, world: TestDatabase) -> None:
    async with signed_in(app, ALICE) as browser:
        answer = await plan(browser, ANN, part=True, planned_for="2026-10-01")
        assert answer.status_code == 422
        assert 'data-pointer="/planned_for"' in answer.text
        whole = await plan(browser, ANN, planned_for="2026-10-01")
        assert whole.status_code == 422
        assert "<html" in whole.text


async def test_nobody_plans_for_somebody_elses_people(app: FastAPI, world: TestDatabase) -> None:
    for person, status in ((CHARLIE, 422), (PRIYA, 422), (NIA, 422), (PAT, 403)):
        async with signed_in(app, person) as browser:
            assert (await plan(browser, ANN)).status_code == status, person
    async with world.reading(DANA.actor) as read:
        assert await read.scalar(text("SELECT count(*) FROM planned_services")) == 0


async def test_a_form_from_elsewhere_plans_nothing(app: FastAPI, world: TestDatabase) -> None:
    async with signed_in(app, ALICE) as browser:
        fields = {"participant": str(ANN), "kind": COUNSELING, "program": "adult", "planned_for": "2026-11-30"}
        assert (await browser.post("/console/today/plans", data=fields)).status_code == 403
    async with world.reading(DANA.actor) as read:
        assert await read.scalar(text("SELECT count(*) FROM planned_services")) == 0


async def test_imports_with_errors_are_shown_to_whose_they_are(app: FastAPI, world: TestDatabase) -> None:
    async with world.transaction(DANA.actor) as tx:
        told = {"status": "refused", "rows": 1200, "refused": 17, "begun_at": text("'2026-10-30 12:00+00'")}
        await tx.run(insert(Import).values(kind="step_completions", actor=ALICE.id, partner=ERIE.id, **told))
        await tx.run(insert(Import).values(kind="services", actor=ALICE.id, partner=ERIE.id, **told | {"status": "merged", "refused": 0}))
        await tx.commit()
    for person, sees in ((ALICE, True), (BOB, True), (DANA, True), (CHARLIE, False), (NIA, False), (PRIYA, False)):
        page = await shown(app, person)
        assert ("step completions" in page and "1,200" in page) is sees, person
        assert ">services<" not in page


async def test_reading_the_day_leaves_entries(app: FastAPI, world: TestDatabase) -> None:
    await shown(app, ALICE)
    async with world.reading(DANA.actor) as read:
        verbs = {row.verb for row in await read.all(text("SELECT verb FROM audit_entries WHERE actor = :a"), {"a": ALICE.id})}
    assert {"list_exits_coming", "list_plans_due", "list_follow_ups_due", "list_past_planned_end", "read_names"} <= verbs
