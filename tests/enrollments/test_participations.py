"""Participations follow from services alone: whatever comes in what order, is back-dated or taken back, what stands is what a walk
through the calendar finds in all facts."""

import asyncio
import random
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, select, update

from app.core.db import Tx
from app.core.errors import Refusal, Refused, Stale
from app.enrollments import actions, participations, reading, voiding
from app.enrollments.models import Participation, PlannedService, Service
from app.participants import actions as participants
from app.participants.models import Participant, Touched
from app.states.models import StatePolicy
from app.states.policy import Policy
from tests.conftest import TODAY, TestDatabase
from tests.enrollments import world
from tests.enrollments.world import ANN, BEA, CAL, DEE
from tests.people import ALICE, DANA, ERIE

DAY = timedelta(days=1)
KINDS = {kind.key: kind for kind in world.catalogue()}
Stands = tuple[str, date, date | None, date | None, tuple[str, ...]]


@dataclass(frozen=True)
class Fact:
    """A service, or a planned service, that nobody has taken back."""

    kind: str
    program: str
    on: date
    until: date | None
    planned: bool = False

    def given(self, day: date) -> bool:
        return self.on <= day and (self.until is None or day <= self.until)


def walk(facts: Sequence[Fact], policy: Policy) -> list[Stands]:
    """The periods that follow, day by day, for each track by itself. Nothing here is clever."""
    together = policy.common_exit_programs if policy.common_exit == "on" else ()
    tracks: dict[str, list[Fact]] = {}
    for fact in counting(facts):
        tracks.setdefault("common" if fact.program in together else fact.program, []).append(fact)
    return sorted((stands for track, mine in tracks.items() for stands in _walk(track, mine, policy)), key=lambda stands: stands[:2])


def counting(facts: Sequence[Fact]) -> list[Fact]:
    """The facts from the days on which they count: of Youth, once eligibility, assessment and strategy are settled."""
    first = {what: min(f.on for f in facts if settles(f) == what) for what in map(settles, facts) if what}
    settled = max(first.values()) if len(first) == 3 else HORIZON
    counts = [f for f in facts if f.planned or f.program != "youth" or (settled < HORIZON and (f.until is None or settled <= f.until))]
    return [f if f.planned or f.program != "youth" else replace(f, on=max(f.on, settled)) for f in counts]


def settles(fact: Fact) -> str | None:
    return None if fact.planned else KINDS[fact.kind].settles


def _walk(track: str, facts: list[Fact], policy: Policy) -> Iterator[Stands]:
    served = [fact for fact in facts if not fact.planned and KINDS[fact.kind].extends]
    begin = [fact for fact in facts if not fact.planned and KINDS[fact.kind].triggers]
    gaps = [fact for fact in facts if fact.planned and KINDS[fact.kind].extends]
    day, entry, last, programs = min(fact.on for fact in facts), None, None, set[str]()
    while day < HORIZON:
        held = any(gap.on < day and gap.until and day <= gap.until + policy.gap_grace * DAY for gap in gaps)
        if entry and last and day - last > 90 * DAY and not held:
            yield track, entry, last, day - DAY, tuple(sorted(programs))
            entry, last, programs = None, None, set()
        today = {fact.program for fact in served if fact.on == day}
        if entry is None and any(fact.on == day for fact in begin):
            entry = last = day
            programs = today or {fact.program for fact in begin if fact.on == day}
        if entry:
            programs |= today
            last = day if any(fact.given(day) for fact in served) else last
        day += DAY
    if entry:
        yield track, entry, None, None, tuple(sorted(programs))


async def standing(tx: Tx, person: UUID) -> list[Stands]:
    columns = (Participation.track, Participation.entry, Participation.last_service, Participation.open_until, Participation.programs)
    rows = await tx.all(select(*columns).where(Participation.person == person, Participation.superseded_at.is_(None)))
    told = ((row.track, row.entry, row.last_service, row.open_until, tuple(row.programs)) for row in rows)
    return sorted(told, key=lambda stands: stands[:2])


BEFORE = ("youth_eligibility_determination", "youth_objective_assessment", "youth_service_strategy")
RANDOM_KINDS = ("career_counseling", "occupational_skills_training", "job_search_self_directed", "supportive_services", "tutoring",
                "youth_supportive_services", "youth_follow_up_services", *BEFORE)  # fmt: skip
FIRST = date(2025, 1, 1)
HORIZON = date(2028, 6, 1)
APART = (0, 1, 30, 89, 90, 91, 92, 180, 181)


def any_fact(dice: random.Random, before: Sequence[Fact]) -> Fact:
    """A fact whose day lies near the edge that another one draws, more often than not."""
    kind = dice.choice(RANDOM_KINDS)
    program = dice.choice(KINDS[kind].programs)
    around = [day for fact in before for day in (fact.on, fact.until) if day] or [FIRST + 200 * DAY]
    on = min(max(dice.choice(around) + dice.choice(APART) * dice.choice((-1, 1)) * DAY, FIRST), TODAY)
    if dice.random() < 0.2:
        return Fact(kind, program, on, on + dice.choice((1, 60, 90, 91, 300)) * DAY, planned=True)
    if KINDS[kind].runs:
        return Fact(kind, program, on, None if dice.random() < 0.1 else min(on + dice.choice((0, 5, 89, 90, 200)) * DAY, TODAY))
    return Fact(kind, program, on, on)


async def record(tx: Tx, fact: Fact, participant: UUID = ANN) -> tuple[str, UUID]:
    """Record it as staff do; answers what it is called where it is taken back."""
    told: dict[str, Any] = {"kind": fact.kind, "program": fact.program, "partner": ERIE.id}
    if fact.planned:
        days = {"documented_on": fact.on, "planned_for": fact.until}
        return "planned-services", await actions.plan(tx, by=DANA.actor, today=TODAY, participant=participant, **told, **days)
    days = {"given_on": fact.on, "ended_on": fact.until}
    return "services", await actions.serve(tx, by=DANA.actor, today=TODAY, participant=participant, **told, **days)


async def merge(tx: Tx, fact: Fact, participant: UUID = ANN) -> tuple[str, UUID]:
    """A row as an import merges it, not derived yet; answers what it is called where it is taken back."""
    told = {"participant": participant, "partner": ERIE.id, "kind": fact.kind, "program": fact.program, "act": participant}
    days = {"documented_on": fact.on, "planned_for": fact.until} if fact.planned else {"given_on": fact.on, "ended_on": fact.until}
    table = PlannedService if fact.planned else Service
    made: UUID = await tx.scalar(insert(table).values(**told, **days).returning(table.id))
    await tx.run(insert(Touched).values(participant=participant))
    return "planned-services" if fact.planned else "services", made


async def choose(tx: Tx, policy: Policy) -> None:
    """The state's choice from the beginning on."""
    await tx.run(insert(StatePolicy).values(valid_from=date(2015, 7, 1), policy=policy.chosen(), source="s"))


@pytest.mark.parametrize("policy", [Policy(), Policy(common_exit="off"), Policy(gap_grace=30)], ids=lambda policy: str(policy.chosen()))
@pytest.mark.parametrize("seed", range(12))
async def test_what_stands_is_what_follows_from_all_facts(laid: Tx, seed: int, policy: Policy) -> None:
    dice = random.Random(seed)
    await choose(laid, policy)
    known: dict[tuple[str, UUID], Fact] = {}
    for _ in range(12):
        if known and dice.random() < 0.25:
            taken_back = dice.choice(list(known))
            del known[taken_back]
            await voiding.void(laid, by=DANA.actor, today=TODAY, kind=taken_back[0], record=taken_back[1], reason="a slip")
        elif dice.random() < 0.2:
            fact = any_fact(dice, list(known.values()))
            known[await merge(laid, fact)] = fact
            await participations.derive_touched(laid, by=DANA.actor, today=TODAY)
        else:
            fact = any_fact(dice, list(known.values()))
            known[await record(laid, fact)] = fact
        assert await standing(laid, ANN) == walk(list(known.values()), policy)
        if dice.random() < 0.3:  # a night passes, and finds nothing to do
            [number] = await laid.all(select(Participant.number).where(Participant.id == ANN))
            assert await participations.derive_range(laid, by=DANA.actor, today=TODAY, low=number.number, high=number.number) == 0
    explained = await reading.participations(laid, by=DANA.actor, today=TODAY, participant=ANN)
    assert [[each.program for each in one.program_enrollments] for one in explained] == [list(one.programs) for one in explained]
    assert all(one.began_by for one in explained)


async def test_the_order_of_arrival_does_not_matter(laid: Tx) -> None:
    dice = random.Random(7)
    facts: list[Fact] = []
    for _ in range(10):
        facts.append(any_fact(dice, facts))
    for person in (ANN, BEA, DEE):
        for fact in facts:
            await record(laid, fact, person)
        dice.shuffle(facts)
    assert await standing(laid, ANN) == await standing(laid, BEA) == await standing(laid, DEE) == walk(facts, Policy())


@pytest.mark.parametrize("few", [0, 200], ids=["in chunks", "one by one"])
async def test_very_many_are_derived_as_one_is(laid: Tx, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    """Rows as an import merges them, derived in chunks of two people or one by one. Deriving again changes nothing."""
    monkeypatch.setattr(participations, "CHUNK", 2)
    monkeypatch.setattr(participations, "FEW", few)
    dice, expected = random.Random(3), {}
    for person in (ANN, BEA, CAL, DEE):
        facts: list[Fact] = []
        for _ in range(12):
            facts.append(any_fact(dice, facts))
        expected[person] = walk(facts, Policy())
        for fact in facts:
            await merge(laid, fact, person)
    assert sum(map(len, expected.values())) > 6
    assert await participations.derive_touched(laid, by=DANA.actor, today=TODAY) == sum(map(len, expected.values()))
    assert {person: await standing(laid, person) for person in expected} == expected
    numbers = [row.number for row in await laid.all(select(Participant.number))]
    assert await participations.derive_range(laid, by=DANA.actor, today=TODAY, low=min(numbers), high=max(numbers)) == 0
    for person in expected:
        assert await participations.derive(laid, by=DANA.actor, today=TODAY, participant=person) == 0


async def test_a_participation_that_goes_on_keeps_its_id_and_what_was_said_before(laid: Tx) -> None:
    await record(laid, Fact("career_counseling", "adult", date(2026, 3, 1), date(2026, 3, 1)))
    before = await laid.first(select(Participation.id, Participation.open_until).where(Participation.person == ANN))
    assert before is not None
    await record(laid, Fact("career_counseling", "wagner_peyser", date(2026, 4, 1), date(2026, 4, 1)))
    rows = await laid.all(select(Participation).where(Participation.person == ANN).order_by(Participation.superseded_at.is_not(None)))
    assert [(row.entry, row.last_service, row.programs, row.superseded_at is None) for row in rows] == [
        (date(2026, 3, 1), date(2026, 4, 1), ["adult", "wagner_peyser"], True),
        (date(2026, 3, 1), date(2026, 3, 1), ["adult"], False),
    ]
    assert rows[0].id == before.id
    assert rows[1].open_until == before.open_until == date(2026, 5, 30)


async def test_a_service_recorded_late_joins_two_participations(laid: Tx) -> None:
    for day in (date(2025, 1, 1), date(2025, 6, 1)):
        await record(laid, Fact("career_counseling", "adult", day, day))
    assert len(await standing(laid, ANN)) == 2
    late = await record(laid, Fact("career_counseling", "adult", date(2025, 3, 20), date(2025, 3, 20)))
    assert [stands[1:3] for stands in await standing(laid, ANN)] == [(date(2025, 1, 1), date(2025, 6, 1))]
    await voiding.void(laid, by=DANA.actor, today=TODAY, kind=late[0], record=late[1], reason="not she")
    assert len(await standing(laid, ANN)) == 2


async def test_a_plan_that_is_taken_back_holds_nothing_open(laid: Tx) -> None:
    await record(laid, Fact("career_counseling", "adult", date(2026, 3, 1), date(2026, 3, 1)))
    kind, plan = await record(laid, Fact("career_counseling", "adult", date(2026, 3, 5), date(2027, 1, 1), planned=True))
    assert [stands[3] for stands in await standing(laid, ANN)] == [date(2027, 1, 1)]
    await voiding.void(laid, by=DANA.actor, today=TODAY, kind=kind, record=plan, reason="called off")
    assert [stands[3] for stands in await standing(laid, ANN)] == [date(2026, 5, 30)]


async def test_two_records_of_one_person_have_her_participations_together(laid: Tx) -> None:
    early, late = (
        Fact("career_counseling", "adult", date(2025, 1, 1), date(2025, 1, 1)),
        Fact("occupational_skills_training", "dislocated_worker", date(2025, 3, 1), TODAY),
    )
    await record(laid, early, ANN)
    await record(laid, late, BEA)
    for record_ in await participants.merge(laid, by=DANA.actor, participant=BEA, into=ANN):
        await participations.derive(laid, by=DANA.actor, participant=record_, today=TODAY)
    assert await standing(laid, ANN) == walk([early, late], Policy())
    assert await standing(laid, BEA) == []
    for record_ in await participants.unmerge(laid, by=DANA.actor, participant=BEA):
        await participations.derive(laid, by=DANA.actor, participant=record_, today=TODAY)
    assert await standing(laid, ANN) == walk([early], Policy())
    assert await standing(laid, BEA) == walk([late], Policy())


async def test_a_merge_is_derived_among_very_many_too(laid: Tx) -> None:
    early, late = (
        Fact("career_counseling", "adult", date(2025, 1, 1), date(2025, 1, 1)),
        Fact("occupational_skills_training", "dislocated_worker", date(2025, 3, 1), TODAY),
    )
    await record(laid, early, ANN)
    await record(laid, late, BEA)
    await laid.run(update(Participant).where(Participant.id == BEA).values(person=ANN))
    await participations.derive_touched(laid, by=DANA.actor, today=TODAY)
    assert await standing(laid, ANN) == walk([early, late], Policy())
    assert await standing(laid, BEA) == []


async def test_derivation_marks_those_whose_participations_changed(laid: Tx) -> None:
    """Made, changed or superseded: three times."""
    for ago, kind in ((2, "career_counseling"), (1, "initial_assessment")):
        told = {"participant": CAL, "partner": ERIE.id, "kind": kind, "program": "adult", "given_on": TODAY - ago * DAY, "act": CAL}
        await laid.run(insert(Service).values(**told))
        await participations.derive(laid, by=DANA.actor, participant=CAL, today=TODAY)
    await laid.run(update(Service).values(voided_by=CAL))
    await participations.derive(laid, by=DANA.actor, participant=CAL, today=TODAY)
    assert [row.participant for row in await laid.all(select(Touched.participant))] == [CAL, CAL, CAL]


async def test_the_last_of_two_who_end_or_take_back_the_same_finds_it_done(ground: TestDatabase) -> None:
    """It waits for the first one's commit, and is then refused for what the first one did."""
    async with ground.transaction(ALICE.actor) as tx:
        enroll = {"participant": ANN, "career_path": world.WELDING, "started_on": FIRST}
        [on_path] = await tx.act(actions.ENROLL, actions.ENROLL.one(**enroll), by=ALICE.actor, today=TODAY)
        [another] = await tx.act(actions.ENROLL, actions.ENROLL.one(**enroll | {"participant": BEA}), by=ALICE.actor, today=TODAY)
        _, runs = await record(tx, Fact("occupational_skills_training", "adult", FIRST, None))
        await tx.commit()
    as_alice: dict[str, Any] = {"by": ALICE.actor, "today": TODAY}
    end: dict[str, Any] = {"ended_on": TODAY, "ended_by": "withdrawal"}
    cases: list[tuple[Callable[[Tx], Coroutine[Any, Any, None]], type[Refusal], str]] = [
        (lambda tx: actions.end(tx, **as_alice, **end, enrollment=on_path), Refused, "ended"),
        (lambda tx: actions.end(tx, **as_alice, **end, enrollment=another, revision=1), Stale, "revision 2"),
        (lambda tx: actions.end_service(tx, **as_alice, service=runs, ended_on=TODAY), Refused, "does not run"),
        (lambda tx: voiding.void(tx, **as_alice, kind="services", record=runs, reason="r"), Refused, "taken back"),
    ]
    for verb, refusal, told in cases:
        async with ground.transaction(ALICE.actor) as one, ground.transaction(ALICE.actor) as other:
            await verb(one)
            waiting = asyncio.create_task(verb(other))
            await asyncio.sleep(0.1)
            assert not waiting.done()
            await one.commit()
            with pytest.raises(refusal, match=told):
                await waiting


async def test_two_services_at_the_same_moment_are_both_seen(ground: TestDatabase) -> None:
    """Each waits for the other's commit before it looks at the facts, so the last one sees both."""
    first = Fact("career_counseling", "adult", date(2026, 3, 1), date(2026, 3, 1))
    second = Fact("career_counseling", "adult", date(2026, 5, 1), date(2026, 5, 1))
    async with ground.transaction(ALICE.actor) as one, ground.transaction(ALICE.actor) as other:
        await record(one, first)
        waiting = asyncio.create_task(record(other, second))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        await one.commit()
        await waiting
        await other.commit()
    async with ground.reading(DANA.actor) as read:
        rows = await read.all(select(Participation.entry, Participation.last_service).where(Participation.superseded_at.is_(None)))
    assert [tuple(row) for row in rows] == [(date(2026, 3, 1), date(2026, 5, 1))]
