"""Services: what is done for the participants, and the periods of participation that follow from it by construction.

Within a period no two services lie more than 90 days apart; between two periods there are more. The edges of the rule are set here,
each for a stated share of people, each person having one at most.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from app.demo.chance import NEVER, Chance, Flags, Ints
from app.demo.journeys import CHECK_IN, TODAY, Learning, Who
from app.demo.shares import PROGRAMS, SHARES

EMPLOYMENT_SERVICE = PROGRAMS.index("wagner_peyser")
OWN = -1  # the participant's own program

Some = Callable[..., Flags]
"""Chooses people for an edge: by its name, its share, and among whom."""

YOUTH_KINDS = {
    "initial_assessment": "comprehensive_guidance",
    "individual_employment_plan": "youth_financial_literacy",
    "career_counseling": "comprehensive_guidance",
    "occupational_skills_training": "youth_occupational_skills_training",
    "placement_assistance": "postsecondary_preparation",
    "job_search_staff_assisted": "postsecondary_preparation",
    "follow_up_services": "youth_follow_up_services",
}
"""The youth program's elements in the place of the other programs' services (TEGL 10-16 Change 3, Attachment VII, Tables A and B)."""

REASONS = ("institutionalized", "health_medical", "deceased", "reserve_called_to_duty", "foster_care", "ineligible", "criminal_offender")
"""The reasons for exit of PIRL 923, in words. Foster care is a reason for youth alone."""

RECENTLY = 220  # days before the as-of date: what ended later is too young for most edges


@dataclass(frozen=True)
class Given:
    """One service each for some of the people."""

    kind: str
    to: Flags
    on: Ints
    partner: Ints
    until: Ints | None = None  # of training: its last day; NEVER: still running
    program: Ints | int = OWN
    enrolled: bool = False  # whether it belongs to the enrollment
    late: bool = False  # recorded after everything else


@dataclass
class Serving:
    """The services, and what they make of everybody: the first and the second period of participation.

    last:   the last day served of the first period; NEVER: a service still runs
    held:   a planned service holds the period open up to this day; NEVER: none does
    again:  the first day of the second period; NEVER: there is none. `last_again` is its last day.
    edges:  which edges of the rules somebody stands on
    """

    last: Ints
    held: Ints
    again: Ints
    last_again: Ints
    given: list[Given] = field(default_factory=list)
    planned: list[Given] = field(default_factory=list)  # `until` is the day that it is planned for
    edges: dict[str, Flags] = field(default_factory=dict)
    co_enrolled: Flags = field(default_factory=lambda: np.zeros(0, dtype=bool))

    def give(self, *services: Given, counts: bool = True) -> None:
        """Add services; those that count move the last day served, where one still runs excepted."""
        for service in services:
            self.given.append(service)
            if counts:
                self.last = np.where(service.to, np.maximum(self.last, service.on), self.last)

    def free(self, among: Flags) -> Flags:
        """Those who stand on no edge yet."""
        return among & ~np.logical_or.reduce(list(self.edges.values())) if self.edges else among


def serve(chance: Chance, who: Who, learning: Learning) -> Serving:
    """Everything that is done for the participants, in the order in which it happens."""
    days = np.full(who.n, NEVER)
    serving = Serving(days, days, days, days)
    _begin(serving, chance, who)
    _train(serving, chance, who, learning)
    _careers(serving, chance, who, learning)
    _edges(serving, chance, who)
    _beside(serving, chance, who)
    return serving


def _begin(serving: Serving, chance: Chance, who: Who) -> None:
    """Assessment, and a plan or staff-assisted job search some days later; for youth, what comes before an element of the program."""
    serving.co_enrolled = who.participant & (who.program < EMPLOYMENT_SERVICE) & chance.happens(SHARES.co_enrolled)
    first = np.where(serving.co_enrolled, EMPLOYMENT_SERVICE, who.program)
    serving.give(
        Given("initial_assessment", who.participant, who.entry, who.board, program=first),
    )
    settled = who.participant & who.youth
    before = ("youth_eligibility_determination", "youth_objective_assessment", "youth_service_strategy")
    serving.give(*(Given(kind, settled, who.entry, who.board) for kind in before), counts=False)
    second = who.entry + chance.between(2, 8)
    planned = who.participant & (who.program != EMPLOYMENT_SERVICE) & (second <= TODAY)
    searched = who.participant & (who.program == EMPLOYMENT_SERVICE) & chance.happens(0.6) & (second <= TODAY)
    serving.give(
        Given("individual_employment_plan", planned, second, who.board),
        Given("job_search_staff_assisted", searched, second, who.board),
    )


def _train(serving: Serving, chance: Chance, who: Who, learning: Learning) -> None:
    """Training from the first to the last day on the path, and help with finding work after it."""
    skills = learning.trained & ~learning.ojt_only
    for kind, to in (("occupational_skills_training", skills), ("on_the_job_training", learning.ojt_only)):
        serving.give(Given(kind, to, learning.started, learning.partner, until=learning.ended, enrolled=True))
    ended = learning.trained & (learning.ended != NEVER)
    serving.last = np.where(ended, np.maximum(serving.last, learning.ended), serving.last)
    after = learning.ended + chance.between(3, 40)
    placed = ended & chance.happens(np.where(learning.completed, 0.7, 0.3)) & (after <= TODAY)
    serving.give(Given("placement_assistance", placed, after, who.board))
    serving.last = np.where(learning.trained & learning.active, NEVER, serving.last)


def _careers(serving: Serving, chance: Chance, who: Who, learning: Learning) -> None:
    """Career services alone: for those on a path without training as long as they are on it, for the others a few times."""
    alongside = learning.enrolled & who.participant & ~learning.trained
    until = np.where(learning.active, TODAY, learning.ended)
    times = np.where(alongside, (until - learning.started) // CHECK_IN, 0)
    for time in range(1, int(times.max(initial=0)) + 1):
        serving.give(Given("career_counseling", times >= time, learning.started + time * CHECK_IN, who.board))
    others = who.participant & ~learning.enrolled
    on = who.entry + 8
    for likely in (0.75, 0.5, 0.3):
        on = on + chance.between(7, 60)
        others = others & chance.happens(likely) & (on <= TODAY)
        serving.give(Given("career_counseling", others, on, who.board))


def _edges(serving: Serving, chance: Chance, who: Who) -> None:
    """Everybody who stands on an edge of the rules."""
    ended = who.participant & (serving.last != NEVER)
    pool = ended & (serving.last <= TODAY - RECENTLY)
    base = int(pool.sum())

    def some(name: str, share: float, among: Flags = pool) -> Flags:
        """That share of the pool, of people who stand on no edge yet."""
        free = serving.free(among)
        size = share * base / max(1, int(free.sum())) if among is pool else share
        serving.edges[name] = chance.exactly(size, free)
        return serving.edges[name]

    _come_back(serving, chance, who, some)
    _recorded_late(serving, who, some)
    _planned(serving, chance, who, some)
    for reason in REASONS:
        some(f"exit_{reason}", SHARES.exit_reason, pool & who.youth if reason == "foster_care" else pool)
    held = (serving.last >= TODAY - 130) & (serving.last <= TODAY - 95) & ended
    if held.any():
        open_still = some("gap_open", SHARES.gap_open, held)
        _plan(serving, open_still, np.full(who.n, TODAY + 20), who)
    active = who.participant & ((serving.last == NEVER) | (serving.last >= who.entry + 10)) & (who.entry + 6 <= TODAY)
    serving.edges["two_boards"] = chance.exactly(SHARES.two_boards, active)
    running = serving.last == NEVER
    serving.give(Given("career_counseling", serving.edges["two_boards"], who.entry + 6, who.other_board))
    serving.last = np.where(running, NEVER, serving.last)


def _come_back(serving: Serving, chance: Chance, who: Who, some: Some) -> None:
    """Another service on the 89th, 90th and 91st day after the last one, and later."""
    for days in (89, 90):
        back = some(f"back_on_day_{days}", getattr(SHARES, f"back_on_day_{days}"))
        serving.give(Given("career_counseling", back, serving.last + days, who.board))
    on_91, later = some("back_on_day_91", SHARES.back_on_day_91), some("back_later", SHARES.back_later)
    room = np.maximum(1, TODAY - 1 - (serving.last + 150))
    gap = np.where(on_91, 91, 150 + np.minimum(room - 1, (chance.rng.random(who.n) ** 2 * room).astype(np.int64)))
    serving.again = np.where(on_91 | later, serving.last + gap, NEVER)
    serving.last_again = serving.again
    serving.give(Given("initial_assessment", on_91 | later, serving.again, who.board), counts=False)
    on = serving.again + chance.between(5, 60)
    stays = (on_91 | later) & chance.happens(0.6) & (on <= TODAY)
    serving.give(Given("job_search_staff_assisted", stays, on, who.board), counts=False)
    serving.last_again = np.where(stays, on, serving.last_again)


def _recorded_late(serving: Serving, who: Who, some: Some) -> None:
    """Services that are recorded after all others and change what was derived before."""
    bridged = some("bridged_late", SHARES.bridged_late)
    between, back = serving.last + 75, serving.last + 150
    serving.give(Given("career_counseling", bridged, between, who.board, late=True), Given("career_counseling", bridged, back, who.board))
    extended = some("extended_late", SHARES.extended_late)
    serving.give(Given("career_counseling", extended, serving.last + 30, who.board, late=True))


def _planned(serving: Serving, chance: Chance, who: Who, some: Some) -> None:
    """Services planned for a day more than 90 days ahead: one that comes, and one that does not."""
    kept, missed = some("gap_kept", SHARES.gap_kept), some("gap_missed", SHARES.gap_missed)
    ahead = serving.last + chance.between(100, 150)
    _plan(serving, kept | missed, ahead, who)
    serving.give(Given("career_counseling", kept, ahead, who.board))


def _plan(serving: Serving, to: Flags, ahead: Ints, who: Who) -> None:
    serving.planned.append(Given("career_counseling", to, serving.last, who.board, until=ahead))
    serving.held = np.where(to, ahead, serving.held)


def _beside(serving: Serving, chance: Chance, who: Who) -> None:
    """Services that neither begin a participation nor keep one open."""
    title_one = who.participant & (who.program != EMPLOYMENT_SERVICE)
    informed = who.participant & ~who.youth & chance.happens(SHARES.extras)
    served_until = np.where(serving.last == NEVER, TODAY, serving.last)
    supported = title_one & ~who.youth & chance.happens(SHARES.extras) & (who.entry + 20 <= served_until)
    after = serving.last + chance.between(95, 180)
    followed = title_one & (serving.last != NEVER) & chance.happens(SHARES.extras) & (after <= TODAY)
    serving.give(
        Given("labor_market_information", informed, who.registered, who.board, program=EMPLOYMENT_SERVICE),
        Given("supportive_services", supported, who.entry + 20, who.board),
        Given("follow_up_services", followed, after, who.board),
        counts=False,
    )
