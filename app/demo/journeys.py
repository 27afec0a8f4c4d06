"""Who the people are and what becomes of them on their way: decisions, one array over all people for each. No rows yet."""

from dataclasses import dataclass

import numpy as np

from app.demo.chance import NEVER, Chance, Flags, Floats, Ints, day
from app.demo.partners import Organisation
from app.demo.shares import AS_OF, BEGINS, PROGRAMS, RESULTS, SHARES
from app.demo.world import World

TODAY = day(AS_OF)
CHECK_IN = 45  # days between career services of those who learn without training under the program


@dataclass(frozen=True)
class Who:
    """People as they come in. Partners, homes and ways are positions in the world's lists."""

    first: int  # the number of the chunk's first person
    program: Ints
    self_study: Flags
    home: Ints
    out_of_state: Flags
    placeless: Flags
    no_ssn: Flags
    board: Ints
    other_board: Ints
    college: Ints
    registered_by: Ints
    registered: Ints
    entry: Ints  # the day of the first service; of self-study learners the day on which they start

    @property
    def n(self) -> int:
        return len(self.program)

    @property
    def youth(self) -> Flags:
        return np.asarray(self.program == PROGRAMS.index("youth"))

    @property
    def participant(self) -> Flags:
        return ~self.self_study


@dataclass(frozen=True)
class Learning:
    """What those do who are on a career path. `way` is -1 for the others, whose days are NEVER."""

    way: Ints
    partner: Ints
    started: Ints
    planned_end: Ints
    finish: Ints  # the day on which all steps would be done
    ended: Ints  # completion or withdrawal; NEVER: still active
    completed: Flags
    earns: Flags  # earns a recognized credential, on the way or after it
    late: Flags  # after it
    trained: Flags  # under the program
    ojt_only: Flags

    @property
    def enrolled(self) -> Flags:
        return np.asarray(self.way >= 0)

    @property
    def active(self) -> Flags:
        return np.asarray(self.enrolled & (self.ended == NEVER))


def arrive(chance: Chance, world: World, partners: tuple[Organisation, ...], first: int) -> Who:
    """Decide who comes, when, where they live and who registers them."""
    n = chance.n
    home = chance.one_of(world.weights)
    keys = {(partner.system, partner.region): at for at, partner in reversed(list(enumerate(partners)))}
    board = np.array([keys["lwda", h.area] for h in world.homes])[home]
    first_college = np.array([keys["labor_market_region", h.region] for h in world.homes])[home]
    second = {p.region: at for at, p in enumerate(partners) if p.system == "labor_market_region" and p.key.endswith("_second_college")}
    second_college = np.array([second.get(h.region, keys["labor_market_region", h.region]) for h in world.homes])[home]
    college = np.where(chance.happens(0.35), second_college, first_college)
    self_study = chance.happens(SHARES.self_study)
    out_of_state = chance.exactly(SHARES.out_of_state, np.ones(n, dtype=bool))
    divided = np.array([h.place is not None for h in world.homes])[home] & ~out_of_state
    entry = chance.between(day(BEGINS) + 5, TODAY - 12)
    return Who(
        first=first,
        program=chance.one_of(SHARES.program),
        self_study=self_study,
        home=home,
        out_of_state=out_of_state,
        placeless=divided & chance.happens(SHARES.place_missing),
        no_ssn=chance.happens(SHARES.no_ssn),
        board=board,
        other_board=(board + chance.between(1, len(world.areas) - 1)) % len(world.areas),  # the boards come first
        college=college,
        registered_by=np.where(self_study | chance.happens(SHARES.registered_by_college), college, board),
        registered=entry - chance.between(0, 5),
        entry=entry,
    )


def learn(chance: Chance, world: World, who: Who) -> Learning:
    """Decide who takes which path, how long it takes, and how it ends."""
    enrolled = who.self_study | chance.happens(np.array(SHARES.on_a_path)[who.program])
    choices = world.choices[np.where(who.out_of_state, len(world.homes), who.home)]
    way = np.where(enrolled, (chance.rng.random(who.n)[:, None] < choices).argmax(axis=1), -1)
    started = np.where(who.self_study, who.entry, who.entry + chance.between(8, 30))
    first_day = np.array([day(w.since) for w in world.ways])
    instead = min((at for at, w in enumerate(world.ways) if w.offered is None), key=lambda at: world.ways[at].since)
    way = np.where(enrolled & (started < first_day[way]), instead, way)  # their path is not there yet: they take one that is
    enrolled &= started <= TODAY
    way = np.where(enrolled, way, -1)

    credential_rate = np.where(who.self_study, SHARES.self_study_earns, np.array([RESULTS[p].credential for p in PROGRAMS])[who.program])
    earns = enrolled & chance.happens(credential_rate)
    late = earns & chance.happens((1 - SHARES.completes_if_earning) * SHARES.late_credential)
    withdraws_later = earns & ~late & chance.happens((1 - SHARES.completes_if_earning) * (1 - SHARES.late_credential))
    planned = np.array([w.weeks * 7 for w in world.ways])[way]
    length = np.maximum(30, planned * np.clip(chance.rng.lognormal(0.0, 0.12, who.n), 0.85, 1.4)).astype(np.int64)
    ends_after = _until(chance, world, way, length, earns & ~late, withdraws_later)
    ended = started + ends_after
    started, finish = np.where(enrolled, started, NEVER), np.where(enrolled, started + length, NEVER)
    ended = np.where(enrolled & (ended <= TODAY), ended, NEVER)
    pays = who.participant & (who.program != PROGRAMS.index("wagner_peyser"))  # the Employment Service pays for no training
    trained = enrolled & pays & chance.happens(SHARES.trained)
    return Learning(
        way=way,
        partner=np.where(who.self_study | chance.happens(SHARES.enrolled_by_college), who.college, who.board),
        started=started,
        planned_end=started + planned,
        finish=finish,
        ended=ended,
        completed=(ended != NEVER) & (ended == finish),
        earns=earns,
        late=late & (ended != NEVER),
        trained=trained,
        ojt_only=trained & ~who.youth & chance.happens(SHARES.ojt_only),
    )


def _until(chance: Chance, world: World, way: Ints, length: Ints, earns: Flags, withdraws_later: Flags) -> Ints:
    """After how many days an enrollment ends: after all steps, or somewhere before or behind the first recognized credential."""
    behind: Floats = np.array([w.rungs[w.first_credential].upto for w in world.ways])[way]
    part = chance.rng.random(chance.n)
    before = np.floor(behind * length * (0.1 + 0.85 * part))
    after = np.minimum(length - 1, np.ceil(length * (behind + (1 - behind) * 0.9 * part)))
    share = np.where(~earns, before, np.where(withdraws_later & (behind < 0.97), after, length))
    return np.maximum(1, share).astype(np.int64)
