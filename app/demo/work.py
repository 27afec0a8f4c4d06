"""Work: who is employed in which quarter, in which job, for how much, and what is known of it. No rows yet."""

from dataclasses import dataclass

import numpy as np

from app.demo.chance import NEVER, Chance, Flags, Floats, Ints, quarter
from app.demo.journeys import Learning, Who
from app.demo.partners import Organisation
from app.demo.serving import Serving
from app.demo.shares import BEGINS, PROGRAMS, RESULTS, SHARES, WAGES_UNTIL
from app.demo.world import OTHER_WORK, World

FIRST_QUARTER = BEGINS.year * 4 + 2 - 4  # a year before the first entry
QUARTERS = WAGES_UNTIL - FIRST_QUARTER + 1

NONE, SUPPLEMENTAL = -1, 4
SOURCES = ("ui", "swis", "federal", "military", "supplemental")

BEFORE = ((0.45, 0.85, 0.90), (0.35, 0.45, 0.50), (0.50, 0.65, 0.70), (0.20, 0.25, 0.25))
"""By program: who worked in the last, the second and the third last quarter before entry. Assumed: dislocated workers lost steady jobs."""

STAYS_AT_WORK = 0.88  # of those employed in the second quarter after exit: in the fourth too

LEVEL = {"dislocated_worker": 0.950, "adult": 0.838, "wagner_peyser": 0.795, "youth": 0.383}
"""How pay after exit stands to the OEWS figure at the person's place in its distribution. Set so that the medians cited come out."""

LOST, FOUND, NEXT = 0, 1, 2
"""A person's jobs: the one before, the one found after, and the one after that."""


@dataclass(frozen=True)
class Work:
    """What is known of everybody's work: person x quarter from FIRST_QUARTER on, but for the last three.

    source: NONE where there is no evidence. wages: cents, 0 where the amount is unknown. job: LOST, FOUND or NEXT.
    after:  whether the quarter follows an exit, or the end of a path
    occupation: person x job, positions in the world's occupations
    """

    source: Ints
    wages: Ints
    job: Ints
    after: Flags
    occupation: Ints
    in_target: Flags
    occupation_known: Flags

    def at(self, values: Ints, quarters: Ints) -> Ints:
        """Of person x quarter, each person's value in a quarter of its own; NONE where that lies outside."""
        column = quarters - FIRST_QUARTER
        inside = (column >= 0) & (column < QUARTERS)
        return np.where(inside, values[np.arange(len(column)), np.clip(column, 0, QUARTERS - 1)], NONE)


@dataclass
class _Ledger:
    """Who works in which quarter, while it is decided. What is written later replaces what was there."""

    employed: Flags
    job: Ints
    after: Flags

    @classmethod
    def blank(cls, n: int) -> "_Ledger":
        size = (n, QUARTERS)
        return cls(np.zeros(size, dtype=bool), np.zeros(size, dtype=np.int64), np.zeros(size, dtype=bool))

    def write(self, quarters: Ints, those: Flags, employed: Flags, job: Ints, *, after: bool) -> None:
        """One quarter of its own for each of `those`; quarters outside are left out."""
        column = quarters - FIRST_QUARTER
        rows = np.flatnonzero(those & (column >= 0) & (column < QUARTERS))
        at = (rows, column[rows])
        self.employed[at], self.job[at], self.after[at] = employed[rows], job[rows], after


def work(chance: Chance, world: World, who: Who, learning: Learning, serving: Serving, partners: tuple[Organisation, ...]) -> Work:
    """Decide who works when. The quarters after a second period replace those after the first where both speak of one."""
    ledger = _Ledger.blank(who.n)
    lost = np.zeros(who.n, dtype=np.int64)
    for back, shares in enumerate(zip(*BEFORE, strict=True), start=1):
        at_work = chance.happens(np.array(shares)[who.program])
        ledger.write(quarter(who.entry) - back, who.participant, at_work, lost, after=False)
    matched = np.array([partner.wage_match for partner in partners])[who.registered_by]
    for days, those in (
        (serving.last, who.participant & (serving.last != NEVER)),
        (learning.ended, who.self_study & matched & (learning.ended != NEVER)),
        (serving.last_again, serving.again != NEVER),
    ):
        _find(chance, who, ledger, quarter(days), those & ~serving.edges["exit_deceased"])
    in_target = learning.enrolled & chance.happens(np.where(learning.completed, SHARES.in_target[0], SHARES.in_target[1]))
    occupation = _occupations(chance, world, learning, in_target)
    source = _evidence(chance, who, ledger.employed)
    unknown = (source == SUPPLEMENTAL) & (chance.rng.random(source.shape) < SHARES.supplemental_without_wage)
    wages = np.where((source == NONE) | unknown, 0, _pay(chance, world, who, occupation, ledger))
    return Work(source, wages, ledger.job, ledger.after, occupation, in_target, chance.happens(SHARES.occupation_known))


def _find(chance: Chance, who: Who, ledger: _Ledger, exited: Ints, those: Flags) -> None:
    """The four quarters after an exit. Rates are of evidence: where there is no number and nothing was collected, there is none."""
    seen = 1 - SHARES.no_ssn * (1 - SHARES.supplemental_without_ssn)
    q2 = np.array([RESULTS[p].employed_q2 for p in PROGRAMS])[who.program] / seen
    q4 = np.array([RESULTS[p].employed_q4 for p in PROGRAMS])[who.program] / seen
    second = chance.happens(q2)
    fourth = chance.happens(np.where(second, STAYS_AT_WORK, (q4 - q2 * STAYS_AT_WORK) / (1 - q2)))
    first = chance.happens(np.where(second, 0.85, 0.30))
    third = chance.happens(np.where(second & fourth, 0.97, np.where(second | fourth, 0.65, 0.10)))
    changes = ~chance.happens(SHARES.same_employer)
    for n, at_work in enumerate((first, second, third, fourth), start=1):
        ledger.write(exited + n, those, at_work, np.where(changes & (n > 2), NEXT, FOUND), after=True)


def _occupations(chance: Chance, world: World, learning: Learning, in_target: Flags) -> Ints:
    """person x job: the path's target for those who work in it, common occupations else. Who changes the job keeps the occupation."""
    positions = {occupation: at for at, occupation in enumerate(world.occupations)}
    target = np.array([positions[way.target] for way in world.ways])[learning.way]
    common = len(world.occupations) - len(OTHER_WORK)
    lost, other = (chance.between(common, len(world.occupations) - 1) for _ in range(2))
    found = np.where(in_target, target, other)
    return np.stack([lost, found, found], axis=1)


def _evidence(chance: Chance, who: Who, employed: Flags) -> Ints:
    """The source of what is known of each quarter worked; NONE where nobody knows."""
    drawn = chance.rng.random(employed.shape)
    cumulated = np.cumsum(SHARES.sources) * (1 - SHARES.self_employed)
    source = np.minimum(np.searchsorted(cumulated, drawn, side="right"), SUPPLEMENTAL)
    collected = np.where(drawn < SHARES.supplemental_without_ssn, SUPPLEMENTAL, NONE)
    return np.where(employed, np.where(who.no_ssn[:, None], collected, source), NONE)


def _pay(chance: Chance, world: World, who: Who, occupation: Ints, ledger: _Ledger) -> Ints:
    """Cents a quarter: what OEWS says of the job's occupation where the person lives, at a place in its distribution below the middle.

    Not every quarter is worked from its first to its last day, or full-time. The next job pays a little more than the one found.
    """
    medians, spreads = world.wages
    home = who.home[:, None]
    place = np.exp(spreads[home, occupation] * chance.rng.normal(-0.3, 0.8, occupation.shape))
    quarterly: Floats = medians[home, occupation] * place / 4
    quarterly[:, NEXT] = quarterly[:, FOUND] * (1 + 0.10 * chance.rng.random(who.n))
    quarterly[:, FOUND:] *= np.array([LEVEL[p] for p in PROGRAMS])[who.program][:, None]
    worked = np.clip(chance.rng.normal(0.94, 0.14, ledger.job.shape), 0.08, 1.15)
    return np.maximum(100, np.round(np.take_along_axis(quarterly, ledger.job, axis=1) * worked * 100)).astype(np.int64)
