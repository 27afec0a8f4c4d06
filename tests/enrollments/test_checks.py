"""What is refused, by a request and by a file alike, and what is not."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import BigInteger, Column, FromClause, MetaData, Table, func, insert, select, text, update

from app.audit.models import AuditEntry
from app.core.acts import Act, Answer, act_binds
from app.core.db import Base, Tx
from app.core.errors import Refused
from app.enrollments import actions, voiding
from app.enrollments.models import Enrollment
from app.participants.models import Touched
from app.partners.models import Partner
from tests.conftest import TODAY
from tests.enrollments.world import (
    ANN,
    BEA,
    CAL,
    CANTON,
    COURSE,
    DEE,
    DRAFT,
    EVE,
    EXAM,
    OTHER_STEP,
    PHARMACY,
    PRACTICE,
    RETIRED,
    WELDING,
)  # fmt: skip
from tests.people import ALICE, CHARLIE, DANA, ERIE, MONROE, NIAGARA, Person

DAY = timedelta(days=1)
TOMORROW = TODAY + DAY
NOBODY = UUID(int=1)

ENROLL: dict[str, Any] = {"participant": ANN, "career_path": WELDING, "started_on": TODAY}
SERVE: dict[str, Any] = {"participant": ANN, "kind": "career_counseling", "program": "adult", "given_on": TODAY}
TRAIN: dict[str, Any] = {"kind": "occupational_skills_training", "given_on": TODAY - 30 * DAY}
PLAN = {"participant": ANN, "kind": "occupational_skills_training", "program": "adult", "documented_on": TODAY, "planned_for": TOMORROW}
AWARD = {"participant": ANN, "name": "Certified Welder", "wioa_type": "occupational_certification", "awarded_on": TODAY}
EXCUSE = {"participant": ANN, "reason": "health_medical", "since": TODAY}
UNKNOWN = {"unknown_participant"}

Case = tuple[Act, Person, dict[str, Any], set[str]]

ABOUT_PEOPLE: list[Case] = [
    case
    for act, good in (
        (actions.ENROLL, ENROLL), (actions.SERVE, SERVE), (actions.PLAN, PLAN), (actions.AWARD, AWARD), (actions.EXCUSE, EXCUSE),
    )
    for case in (
        (act, ALICE, good | {"participant": NOBODY}, UNKNOWN),
        (act, ALICE, good | {"participant": None}, UNKNOWN),
        (act, CHARLIE, good, UNKNOWN),
        (act, CHARLIE, {**dict.fromkeys(good), "participant": ANN}, UNKNOWN),  # of whom one may not see, nothing else is said
        (act, ALICE, good | {"partner": MONROE.id}, {"another_partner"}),
        (act, ALICE, good | {"partner": NOBODY}, {"another_partner", "unknown_partner"}),
        (act, DANA, good, {"partner_missing"}),
        (act, DANA, good | {"partner": NOBODY}, {"unknown_partner"}),
    )
]  # fmt: skip

BAD: list[Case] = [
    *ABOUT_PEOPLE,
    (actions.ENROLL, ALICE, ENROLL | {"career_path": NOBODY}, {"unknown_career_path"}),
    (actions.ENROLL, ALICE, ENROLL | {"career_path": None}, {"unknown_career_path"}),
    (actions.ENROLL, ALICE, ENROLL | {"career_path": DRAFT}, {"path_not_open"}),
    (actions.ENROLL, ALICE, ENROLL | {"career_path": RETIRED}, {"path_not_open"}),
    (actions.ENROLL, ALICE, ENROLL | {"career_path": RETIRED, "started_on": date(2026, 1, 1)}, {"path_not_open"}),
    (actions.ENROLL, ALICE, ENROLL | {"started_on": date(2019, 12, 31)}, {"path_not_open"}),
    (actions.ENROLL, ALICE, ENROLL | {"participant": BEA, "career_path": PHARMACY}, {"not_offered_here"}),
    (actions.ENROLL, ALICE, ENROLL | {"participant": EVE, "career_path": PHARMACY}, {"not_offered_here"}),
    (actions.ENROLL, ALICE, ENROLL | {"started_on": TOMORROW}, {"in_the_future"}),
    (actions.ENROLL, ALICE, ENROLL | {"started_on": None}, {"day_missing"}),
    (actions.ENROLL, ALICE, ENROLL | {"planned_end": TODAY - DAY}, {"planned_to_end_before_it_begins"}),
    (actions.ENROLL, ALICE, ENROLL | {"participant": DEE}, {"already_enrolled"}),
    (actions.ENROLL, CHARLIE, ENROLL | {"participant": DEE}, {"already_enrolled"}),
    (actions.ENROLL, ALICE, ENROLL | {"reference": "W-1"}, {"reference_taken"}),
    (actions.ENROLL, DANA, ENROLL | {"partner": NIAGARA.id}, {"partner_inactive"}),
    (actions.ENROLL, DANA, ENROLL | {"partner": NIAGARA.id, "started_on": date(2020, 2, 29)}, {"partner_inactive"}),
    (actions.SERVE, DANA, SERVE | {"partner": NIAGARA.id}, {"partner_inactive"}),
    (actions.SERVE, DANA, SERVE | {"partner": NIAGARA.id, "given_on": date(2020, 2, 29)}, {"partner_inactive"}),
    (actions.PLAN, DANA, PLAN | {"partner": NIAGARA.id}, {"partner_inactive"}),
    (actions.PLAN, DANA, PLAN | {"partner": NIAGARA.id, "documented_on": TODAY - DAY}, {"planned_for_after_the_partner"}),
    (actions.SERVE, ALICE, SERVE | {"kind": "haircut"}, {"unknown_kind"}),
    (actions.SERVE, ALICE, SERVE | {"kind": None}, {"unknown_kind"}),
    (actions.SERVE, ALICE, SERVE | {"program": "lottery"}, {"unknown_program"}),
    (actions.SERVE, ALICE, SERVE | {"program": None}, {"unknown_program"}),
    (actions.SERVE, ALICE, SERVE | {"program": "youth"}, {"not_in_this_program"}),
    (actions.SERVE, ALICE, SERVE | {"kind": "tutoring"}, {"not_in_this_program"}),
    (actions.SERVE, ALICE, SERVE | TRAIN | {"program": "wagner_peyser"}, {"not_in_this_program"}),
    (actions.SERVE, ALICE, SERVE | {"given_on": TOMORROW}, {"in_the_future"}),
    (actions.SERVE, ALICE, SERVE | {"given_on": None}, {"day_missing"}),
    (actions.SERVE, ALICE, SERVE | {"given_on": date(1998, 8, 6)}, {"too_long_ago", "partner_inactive"}),
    (actions.SERVE, ALICE, SERVE | TRAIN | {"ended_on": TRAIN["given_on"] - DAY}, {"ends_before_it_begins"}),
    (actions.SERVE, ALICE, SERVE | TRAIN | {"ended_on": TOMORROW}, {"ends_in_the_future"}),
    (actions.SERVE, ALICE, SERVE | {"given_on": TODAY - DAY, "ended_on": TODAY}, {"does_not_run"}),
    (actions.SERVE, ALICE, SERVE | {"enrollment": NOBODY}, {"enrollment_of_somebody_else"}),
    (actions.SERVE, ALICE, SERVE | {"enrollment": "DEES"}, {"enrollment_of_somebody_else"}),
    (actions.PLAN, ALICE, PLAN | {"kind": "haircut"}, {"unknown_kind"}),
    (actions.PLAN, ALICE, PLAN | {"program": "youth"}, {"not_in_this_program"}),
    (actions.PLAN, ALICE, PLAN | {"documented_on": TOMORROW, "planned_for": TOMORROW + DAY}, {"in_the_future"}),
    (actions.PLAN, ALICE, PLAN | {"documented_on": None}, {"day_missing", "not_planned_ahead"}),
    (actions.PLAN, ALICE, PLAN | {"planned_for": TODAY}, {"not_planned_ahead"}),
    (actions.PLAN, ALICE, PLAN | {"planned_for": date(9999, 12, 31)}, {"planned_too_far_ahead"}),
    (actions.PLAN, ALICE, PLAN | {"documented_on": date(1, 1, 1), "planned_for": date(1, 1, 2)}, {"too_long_ago", "partner_inactive"}),
    (actions.AWARD, ALICE, AWARD | {"wioa_type": "knighthood"}, {"unknown_wioa_type"}),
    (actions.AWARD, ALICE, AWARD | {"name": " "}, {"name_missing"}),
    (actions.AWARD, ALICE, AWARD | {"awarded_on": TOMORROW}, {"in_the_future"}),
    (actions.AWARD, ALICE, AWARD | {"awarded_on": date(1, 1, 1)}, {"too_long_ago"}),
    (actions.AWARD, ALICE, AWARD | {"enrollment": "DEES"}, {"enrollment_of_somebody_else"}),
    (actions.AWARD, ALICE, AWARD | {"participant": DEE}, {"credential_recorded_already"}),
    (actions.EXCUSE, ALICE, EXCUSE | {"reason": "lost_contact"}, {"unknown_reason"}),
    (actions.EXCUSE, ALICE, EXCUSE | {"since": TOMORROW}, {"in_the_future"}),
    (actions.EXCUSE, ALICE, EXCUSE | {"participant": DEE}, {"reason_recorded_already"}),
    (actions.COMPLETE_STEP, ALICE, {"enrollment": NOBODY, "step": COURSE, "completed_on": TODAY}, {"unknown_enrollment"}),
    (actions.COMPLETE_STEP, CHARLIE, {"enrollment": "DEES", "step": OTHER_STEP, "completed_on": TOMORROW}, {"unknown_enrollment"}),
    (actions.COMPLETE_STEP, ALICE, {"enrollment": "DEES", "step": OTHER_STEP, "completed_on": TODAY}, {"step_of_another_path"}),
    (actions.COMPLETE_STEP, ALICE, {"enrollment": "DEES", "step": None, "completed_on": TODAY}, {"step_of_another_path"}),
    (actions.COMPLETE_STEP, ALICE, {"enrollment": "DEES", "step": EXAM, "completed_on": TOMORROW}, {"in_the_future"}),
    (actions.COMPLETE_STEP, ALICE, {"enrollment": "DEES", "step": EXAM, "completed_on": date(2025, 12, 31)}, {"before_enrollment"}),
    (actions.COMPLETE_STEP, ALICE, {"enrollment": "DEES", "step": COURSE, "completed_on": TODAY}, {"step_completed_already"}),
    (actions.COMPLETE_STEP, ALICE, {"enrollment": "ENDED", "step": EXAM, "completed_on": TODAY}, {"enrollment_ended"}),
    (actions.COMPLETE_STEP, ALICE, {"enrollment": "VOID", "step": EXAM, "completed_on": TODAY}, {"enrollment_void"}),
    (actions.END, ALICE, {"enrollment": NOBODY, "ended_on": TODAY, "ended_by": "withdrawal"}, {"unknown_enrollment"}),
    (actions.END, CHARLIE, {"enrollment": "DEES", "ended_on": None, "ended_by": None}, {"unknown_enrollment"}),
    (actions.END, ALICE, {"enrollment": "DEES", "ended_on": TODAY, "ended_by": "boredom"}, {"unknown_ending"}),
    (actions.END, ALICE, {"enrollment": "DEES", "ended_on": TOMORROW, "ended_by": "withdrawal"}, {"in_the_future"}),
    (actions.END, ALICE, {"enrollment": "DEES", "ended_on": date(2025, 6, 1), "ended_by": "withdrawal"},
     {"ends_before_it_began", "ends_before_a_step"}),
    (actions.END, ALICE, {"enrollment": "DEES", "ended_on": date(2026, 1, 31), "ended_by": "withdrawal"}, {"ends_before_a_step"}),
    (actions.END, ALICE, {"enrollment": "DEES", "ended_on": TODAY, "ended_by": "completion"}, {"steps_left"}),
    (actions.END, ALICE, {"enrollment": "ENDED", "ended_on": TODAY, "ended_by": "withdrawal"}, {"ended_already"}),
    (actions.END, ALICE, {"enrollment": "VOID", "ended_on": TODAY, "ended_by": "withdrawal"}, {"enrollment_void"}),
    (actions.END_SERVICE, ALICE, {"service": NOBODY, "ended_on": TODAY}, {"unknown_service"}),
    (actions.END_SERVICE, CHARLIE, {"service": "RUNS", "ended_on": TODAY}, {"unknown_service"}),
    (actions.END_SERVICE, ALICE, {"service": "GIVEN", "ended_on": TODAY}, {"runs_no_more"}),
    (actions.END_SERVICE, ALICE, {"service": "RUNS", "ended_on": date(2026, 1, 1)}, {"ends_before_its_first_day"}),
    (actions.END_SERVICE, ALICE, {"service": "RUNS", "ended_on": TOMORROW}, {"in_the_future"}),
    (voiding.VOIDING["enrollments"], ALICE, {"record": NOBODY, "reason": "r"}, {"unknown_record"}),
    (voiding.VOIDING["enrollments"], CHARLIE, {"record": "DEES", "reason": None}, {"unknown_record"}),
    (voiding.VOIDING["enrollments"], ALICE, {"record": "VOID", "reason": "r"}, {"void_already"}),
    (voiding.VOIDING["enrollments"], ALICE, {"record": "DEES", "reason": " "}, {"reason_missing"}),
    (voiding.VOIDING["services"], CHARLIE, {"record": "RUNS", "reason": "r"}, {"unknown_record"}),
    (voiding.VOIDING["step-completions"], CHARLIE, {"record": "STEP", "reason": "r"}, {"unknown_record"}),
]  # fmt: skip

GOOD: list[tuple[Act, Person, dict[str, Any]]] = [
    (actions.ENROLL, ALICE, ENROLL),
    (actions.ENROLL, ALICE, ENROLL | {"career_path": PHARMACY, "participant": DEE}),
    (actions.ENROLL, ALICE, ENROLL | {"participant": EVE}),  # who lives elsewhere is taught what is offered everywhere
    (actions.ENROLL, ALICE, ENROLL | {"career_path": RETIRED, "started_on": date(2025, 12, 31)}),
    (actions.ENROLL, ALICE, ENROLL | {"planned_end": TODAY, "partner": ERIE.id, "reference": "W-2"}),
    (actions.ENROLL, CHARLIE, ENROLL | {"participant": CAL, "reference": "W-1"}),  # another partner's W-1
    (actions.ENROLL, DANA, ENROLL | {"partner": MONROE.id}),
    (actions.SERVE, ALICE, SERVE),
    (actions.SERVE, ALICE, SERVE | TRAIN | {"ended_on": TODAY}),
    (actions.SERVE, ALICE, SERVE | {"kind": "tutoring", "program": "youth"}),
    (actions.SERVE, ALICE, SERVE | {"ended_on": TODAY}),
    (actions.SERVE, ALICE, SERVE | {"given_on": date(1998, 8, 7)}),
    (actions.SERVE, CHARLIE, SERVE | {"participant": DEE, "enrollment": "DEES"}),
    (actions.PLAN, ALICE, PLAN),
    (actions.PLAN, DANA, PLAN | {"partner": NIAGARA.id, "documented_on": TODAY - 2 * DAY, "planned_for": TODAY - DAY}),
    # A partner that has ended records what it learns later, and what happened before it ended.
    (actions.SERVE, DANA, SERVE | {"partner": NIAGARA.id, "given_on": TODAY - DAY}),
    (actions.AWARD, DANA, AWARD | {"partner": NIAGARA.id}),
    (actions.EXCUSE, DANA, EXCUSE | {"partner": NIAGARA.id}),
    (actions.AWARD, ALICE, AWARD | {"enrollment": None, "issuer": "AWS"}),
    (actions.AWARD, ALICE, AWARD | {"participant": DEE, "awarded_on": TODAY - DAY}),
    (actions.EXCUSE, ALICE, EXCUSE),
    (actions.COMPLETE_STEP, ALICE, {"enrollment": "DEES", "step": PRACTICE, "completed_on": TODAY}),
    (actions.COMPLETE_STEP, DANA, {"enrollment": "ENDED", "step": EXAM, "completed_on": date(2026, 3, 1)}),
    (actions.END, ALICE, {"enrollment": "DEES", "ended_on": TODAY, "ended_by": "withdrawal"}),
    (actions.END_SERVICE, ALICE, {"service": "RUNS", "ended_on": TODAY}),
    (voiding.VOIDING["enrollments"], ALICE, {"record": "DEES", "reason": "r"}),
    (voiding.VOIDING["services"], ALICE, {"record": "GIVEN", "reason": "r"}),
    (voiding.VOIDING["step-completions"], DANA, {"record": "STEP", "reason": "r"}),
]


def _named(case: tuple[Any, ...]) -> str:
    return f"{case[0].checks.act}-{case[1].name}-{'+'.join(sorted(case[3])) if len(case) > 3 else 'passes'}"


@pytest.fixture
async def known(laid: Tx) -> dict[str, UUID]:
    """Dee is on the welding path, has finished a course and a credential; an enrollment ended, one was taken back; a training runs."""
    act = {"act": NOBODY}
    path = {"career_path": WELDING, "partner": ERIE.id, "residence": CANTON, "planned_end": TODAY, **act}
    ended = {"participant": BEA, "started_on": date(2026, 2, 1), "ended_on": date(2026, 3, 1), "ended_by": "withdrawal", "reference": None}
    void = {"participant": BEA, "started_on": date(2026, 2, 1), "voided_by": NOBODY, "reference": "W-9"}
    found: dict[str, UUID] = {}
    for name, told in (
        ("DEES", {"participant": DEE, "started_on": date(2026, 1, 1), "reference": "W-1"}), ("ENDED", ended), ("VOID", void),
    ):  # fmt: skip
        found[name] = await laid.scalar(insert(Enrollment).values(**path, **told).returning(Enrollment.id))
    step = {"enrollment": found["DEES"], "step": COURSE, "completed_on": date(2026, 2, 1)}
    [found["STEP"]] = await laid.act(actions.COMPLETE_STEP, actions.COMPLETE_STEP.one(**step), by=ALICE.actor, today=TODAY)
    for act_, told in ((actions.AWARD, AWARD), (actions.EXCUSE, EXCUSE)):
        await laid.act(act_, act_.one(**told | {"participant": DEE}), by=ALICE.actor, today=TODAY)
    [found["GIVEN"]] = await laid.act(actions.SERVE, actions.SERVE.one(**SERVE), by=ALICE.actor, today=TODAY)
    [found["RUNS"]] = await laid.act(actions.SERVE, actions.SERVE.one(**SERVE | TRAIN), by=ALICE.actor, today=TODAY)
    await laid.run(update(Partner).where(Partner.id == NIAGARA.id).values(active_from=date(2020, 3, 1), active_until=TODAY))
    await laid.run(update(Partner).where(Partner.id == ERIE.id).values(active_from=date(1998, 8, 7)))
    return found


def _meant(told: dict[str, Any], known: dict[str, UUID]) -> dict[str, Any]:
    return {name: known.get(value, value) if isinstance(value, str) else value for name, value in told.items()}


@pytest.mark.parametrize("case", BAD, ids=_named)
async def test_a_request_is_refused(laid: Tx, known: dict[str, UUID], case: Case) -> None:
    act, person, told, codes = case
    with pytest.raises(Refused) as wrong:
        await laid.act(act, act.one(**_meant(told, known)), by=person.actor, today=TODAY)
    assert {violation.code for violation in wrong.value.violations} == codes


@pytest.mark.parametrize("case", GOOD, ids=_named)
async def test_what_is_right_is_done(laid: Tx, known: dict[str, UUID], case: tuple[Act, Person, dict[str, Any]]) -> None:
    """Once, with its entry in the audit record and a mark for whom it concerns."""
    act, person, told = case
    counts = [select(func.count()).select_from(table) for table in (Touched, AuditEntry)]
    before = [await laid.scalar(count) for count in counts]
    [made] = await laid.act(act, act.one(**_meant(told, known)), by=person.actor, today=TODAY)
    assert [await laid.scalar(count) for count in counts] == [many + 1 for many in before]
    assert await laid.scalar(select(Touched.participant).order_by(Touched.id.desc())) in {ANN, BEA, CAL, DEE, EVE}
    entry = await laid.first(select(AuditEntry.actor, AuditEntry.subject, AuditEntry.rows).order_by(AuditEntry.id.desc()))
    assert entry is not None
    assert tuple(entry) == (person.id, made, 1)


async def _staged(tx: Tx, act: Act, lines: list[dict[str, Any]]) -> FromClause:
    """A staging table with the lines, as an import has it."""
    columns = [Column("line", BigInteger), *(Column(name, kind) for name, kind in act.checks.fields.items())]
    table = Table(f"staged_{act.checks.act}", MetaData(), *columns, prefixes=["TEMPORARY"])
    await tx.connection.run_sync(table.create)
    for number, line in enumerate(lines, start=1):
        await tx.run(insert(table).values(line=number, **line))
    return select(table).subquery()


ACTS = list(dict.fromkeys(case[0] for case in BAD))


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.checks.act)
async def test_a_file_is_refused_line_by_line_for_the_same(laid: Tx, known: dict[str, UUID], act: Act) -> None:
    """Each caller's candidates as one file: the bad ones are told with their codes, the good ones are not."""
    for person in (ALICE, CHARLIE, DANA):
        lines = [(told, codes) for of, who, told, codes in BAD if of is act and who is person]
        lines += [(told, set()) for of, who, told in GOOD if of is act and who is person]
        rows = await _staged(laid, act, [_meant(told, known) for told, _ in lines])
        told: dict[int, set[str]] = {number: set() for number in range(1, len(lines) + 1)}
        binds = act_binds(act.one(), person.actor.binds, today=TODAY)
        for row in await laid.all(act.over(rows, Answer.REFUSALS), {name: binds[name] for name in binds if name.startswith("by_")}):
            told[row.line].add(row.code)
        assert list(told.values()) == [codes for _, codes in lines]
        await laid.run(text(f"DROP TABLE staged_{act.checks.act}"))


CHECKS = {act.checks.act: act.checks for act in (*ACTS, *voiding.VOIDING.values())}


def test_every_check_is_tried() -> None:
    tried = {(act.checks.act, code) for act, _, _, codes in BAD for code in codes}
    shared = {code for checks in CHECKS.values() for code in checks.checks}
    assert shared == {code for _, code in tried}


def test_every_constraint_that_an_act_can_break_is_claimed_by_a_check() -> None:
    """Two acts at the same moment pass the checks of each other; the constraint keeps one out, and its refusal is the check's."""
    tables = {table.__tablename__ for table in voiding.KINDS.values()}
    unique = {index.name for table in tables for index in Base.metadata.tables[table].indexes if index.unique}
    claimed = {check.kept_by for checks in CHECKS.values() for check in checks.checks.values() if check.kept_by}
    assert claimed == unique


async def test_without_the_day_of_today_nothing_passes(laid: Tx) -> None:
    with pytest.raises(Refused) as wrong:
        await laid.act(actions.ENROLL, actions.ENROLL.one(**ENROLL), by=ALICE.actor)
    assert {violation.code for violation in wrong.value.violations} == {"in_the_future"}


async def test_what_a_partner_began_is_finished_after_it_has_ended(laid: Tx, known: dict[str, UUID]) -> None:
    """Steps, the end of a service that runs, completion or withdrawal, taking back: nobody is left halfway because a partner closed."""
    await laid.run(update(Partner).where(Partner.id == ERIE.id).values(active_until=date(2026, 7, 1)))
    for act, told in (
        (actions.COMPLETE_STEP, {"enrollment": known["DEES"], "step": EXAM, "completed_on": TODAY}),
        (actions.END_SERVICE, {"service": known["RUNS"], "ended_on": TODAY}),
        (actions.END, {"enrollment": known["DEES"], "ended_on": TODAY, "ended_by": "withdrawal"}),
        (voiding.VOIDING["services"], {"record": known["GIVEN"], "reason": "r"}),
    ):
        assert len(await laid.act(act, act.one(**told), by=ALICE.actor, today=TODAY)) == 1
    for act, told in ((actions.ENROLL, ENROLL), (actions.SERVE, SERVE), (actions.PLAN, PLAN)):
        with pytest.raises(Refused) as wrong:
            await laid.act(act, act.one(**told), by=ALICE.actor, today=TODAY)
        assert {violation.code for violation in wrong.value.violations} == {"partner_inactive"}
