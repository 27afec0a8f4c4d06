"""The rows that partners bring: one function a kind of import, with that kind's columns."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from app.demo.chance import NEVER, Chance, Flags, Ints
from app.demo.journeys import TODAY, Learning, Who
from app.demo.naming import Names, dates
from app.demo.serving import OWN, REASONS, YOUTH_KINDS, Given, Serving
from app.demo.shares import PROGRAMS
from app.demo.world import World


def enrollments(world: World, who: Who, learning: Learning, names: Names) -> pl.DataFrame:
    """`of` is the partner that registered the person, where another one enrolls it."""
    those = np.flatnonzero(learning.enrolled)
    return pl.DataFrame(
        {
            "partner": names.partner.gather(learning.partner[those]),
            "of": names.partner.gather(who.registered_by[those]),
            "participant": names.person.gather(those),
            "career_path": pl.Series([way.key for way in world.ways]).gather(learning.way[those]),
            "started_on": dates(learning.started[those]),
            "planned_end": dates(learning.planned_end[those]),
            "reference": names.enrollment.gather(those),
        }
    )


def services(who: Who, serving: Serving, names: Names, *, late: bool) -> pl.DataFrame:
    """All services, or those that are recorded late, each with the name of its kind in its program."""
    frames = [_given(given, who, names) for given in serving.given if given.late is late]
    frame = pl.concat(frames)
    kind = pl.when(pl.col("program") == "youth").then(pl.col("kind").replace(YOUTH_KINDS)).otherwise("kind")
    return frame.with_columns(kind=kind)


def _given(given: Given, who: Who, names: Names) -> pl.DataFrame:
    those = np.flatnonzero(given.to)
    until = np.full(len(those), NEVER) if given.until is None else given.until[those]
    return _about(those, given, who, names).with_columns(
        given_on=dates(given.on[those]),
        ended_on=dates(until),
        enrollment=names.enrollment.gather(those) if given.enrolled else pl.lit(None, pl.String),
    )


def _about(those: Ints, given: Given, who: Who, names: Names) -> pl.DataFrame:
    """For whom, by whom, what, under which program."""
    program = who.program if isinstance(given.program, int) and given.program == OWN else np.broadcast_to(given.program, who.n)
    return pl.DataFrame(
        {
            "partner": names.partner.gather(given.partner[those]),
            "of": names.partner.gather(who.registered_by[those]),
            "participant": names.person.gather(those),
            "kind": pl.repeat(given.kind, len(those), dtype=pl.String, eager=True),
            "program": pl.Series(PROGRAMS).gather(program[those]),
        }
    )


def planned_services(who: Who, serving: Serving, names: Names) -> pl.DataFrame:
    """Services documented for a later day."""
    frames = []
    for given in serving.planned:
        assert given.until is not None
        those = np.flatnonzero(given.to)
        planned_for = dates(given.until[those])
        frames.append(_about(those, given, who, names).with_columns(documented_on=dates(given.on[those]), planned_for=planned_for))
    kind = pl.when(pl.col("program") == "youth").then(pl.col("kind").replace(YOUTH_KINDS)).otherwise("kind")
    return pl.concat(frames).with_columns(kind=kind)


def exit_reasons(who: Who, serving: Serving, names: Names) -> pl.DataFrame:
    """Reasons that leave an exit out of indicators, each since the last day served."""
    frames = []
    for reason in REASONS:
        those = np.flatnonzero(serving.edges[f"exit_{reason}"])
        frames.append(
            pl.DataFrame(
                {
                    "partner": names.partner.gather(who.board[those]),
                    "of": names.partner.gather(who.registered_by[those]),
                    "participant": names.person.gather(those),
                    "reason": pl.repeat(reason, len(those), dtype=pl.String, eager=True),
                    "since": dates(serving.last[those]),
                }
            )
        )
    return pl.concat(frames)


def endings(learning: Learning, names: Names) -> pl.DataFrame:
    """Completions and withdrawals."""
    those = np.flatnonzero(learning.ended != NEVER)
    return pl.DataFrame(
        {
            "partner": names.partner.gather(learning.partner[those]),
            "enrollment": names.enrollment.gather(those),
            "ended_on": dates(learning.ended[those]),
            "ended_by": pl.Series(["withdrawal", "completion"]).gather(learning.completed[those].astype(np.int64)),
        }
    )


@dataclass(frozen=True)
class Climbed:
    """Steps that were finished: whose, which of its path's, on which day."""

    person: Ints
    way: Ints
    rung: Ints
    on: Ints


def climbed(world: World, learning: Learning) -> Climbed:
    """All steps finished, in the order of the paths' steps, at the pace at which the person learns."""
    found: list[tuple[Ints, Ints, Ints, Ints]] = []
    until = np.where(learning.active, TODAY, learning.ended)
    for at, way in enumerate(world.ways):
        those = np.flatnonzero(learning.way == at)
        length = learning.finish[those] - learning.started[those]
        upto = np.array([rung.upto for rung in way.rungs])
        on = learning.started[those][:, None] + np.ceil(upto * length[:, None]).astype(np.int64)
        person, rung = np.nonzero(on <= until[those][:, None])
        found.append((those[person], np.full(len(person), at), rung, on[person, rung]))
    person, ways, rung, days = (np.concatenate(column) for column in zip(*found, strict=True))
    return Climbed(person, ways, rung, days)


def step_completions(world: World, learning: Learning, steps: Climbed, names: Names) -> pl.DataFrame:
    """Each finished step once."""
    keys, offsets = _flat(world)
    return pl.DataFrame(
        {
            "partner": names.partner.gather(learning.partner[steps.person]),
            "enrollment": names.enrollment.gather(steps.person),
            "step": pl.Series(keys).gather(offsets[steps.way] + steps.rung),
            "completed_on": dates(steps.on),
        }
    )


def _flat(world: World) -> tuple[list[str], Ints]:
    """The keys of all steps of all paths in one list, and where each path's begin."""
    keys = [rung.key for way in world.ways for rung in way.rungs]
    return keys, np.cumsum([0, *(len(way.rungs) for way in world.ways[:-1])])


@dataclass(frozen=True)
class Awards:
    """Credentials awarded: to whom, which of all steps of all paths awards it, on which day, and whether on the way or after it."""

    person: Ints
    step: Ints
    on: Ints
    on_the_way: Flags


def awards(chance: Chance, world: World, learning: Learning, steps: Climbed) -> Awards:
    """What the finished steps award, and the credentials of those who withdrew and earned theirs within the year after."""
    _, offsets = _flat(world)
    step = offsets[steps.way] + steps.rung
    awarding = np.array([rung.credential is not None for way in world.ways for rung in way.rungs])[step]
    after = learning.ended + chance.between(45, 200)
    late = np.flatnonzero(learning.late & (after <= TODAY))
    first = offsets + np.array([way.first_credential for way in world.ways])
    person = np.concatenate([steps.person[awarding], late])
    return Awards(
        person=person,
        step=np.concatenate([step[awarding], first[learning.way[late]]]),
        on=np.concatenate([steps.on[awarding], after[late]]),
        on_the_way=np.arange(len(person)) < int(awarding.sum()),
    )


def credentials(world: World, who: Who, learning: Learning, awarded: Awards, names: Names) -> pl.DataFrame:
    """Each credential once."""
    steps = [rung for way in world.ways for rung in way.rungs]
    told = {
        column: pl.Series([getattr(rung, attribute) for rung in steps], dtype=pl.String).gather(awarded.step)
        for column, attribute in (("name", "credential"), ("wioa_type", "wioa_type"), ("issuer", "issuer"))
    }
    enrollment = names.enrollment.gather(awarded.person)
    return pl.DataFrame(
        {
            "partner": names.partner.gather(learning.partner[awarded.person]),
            "of": names.partner.gather(who.registered_by[awarded.person]),
            "participant": names.person.gather(awarded.person),
            "enrollment": pl.select(pl.when(pl.Series(awarded.on_the_way)).then(enrollment)).to_series(),
            **told,
            "awarded_on": dates(awarded.on),
        }
    )
