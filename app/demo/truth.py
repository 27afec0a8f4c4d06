"""What the generator meant: the truth that the derived figures are held against, by people who do not use this code.

Kept beside the facts as Parquet. `DESCRIBED` says what each column holds.
"""

from collections.abc import Mapping

import numpy as np
import polars as pl

from app.demo.chance import NEVER, Ints, quarter
from app.demo.facts import Awards
from app.demo.journeys import TODAY, Learning, Who
from app.demo.naming import Names, dates
from app.demo.serving import REASONS, Serving
from app.demo.shares import PROGRAMS, WAGES_UNTIL
from app.demo.work import NONE, Work
from app.demo.world import World

DESCRIBED: Mapping[str, Mapping[str, str]] = {
    "people": {
        "partner": "the partner that registered the person",
        "reference": "under which reference",
        "participates": "whether any service began a participation",
        "program": "the participant's own program",
        "region": "the labor market region of residence; blank: another state",
        "area": "the local workforce development area; blank: another state, or a divided county without the municipality",
        "edges": "the edges of the rules that the person stands on, joined by |",
    },
    "periods": {
        "partner": "as in people",
        "reference": "as in people",
        "number": "1 or 2",
        "entry": "the first day",
        "last_service": "the last day served; blank: a service still runs",
        "exit": "the exit as it is known on the as-of date; blank: none is known",
        "reason": "the reason that leaves the exit out of indicators",
        "credential_cohort": "whether its training puts it into the denominator of the credential rate",
        "credential": "whether a recognized credential was awarded from entry to 365 days after the last day served",
        **{f"employed_q{n}": f"evidence of work in quarter {n} after the exit; blank: wages are not in yet" for n in (1, 2, 3, 4)},
        **{f"wages_q{n}": "cents paid in that quarter; blank: none, or unknown" for n in (2, 4)},
    },
    "enrollments": {
        "partner": "the partner that enrolled",
        "reference": "under which reference",
        "person_partner": "as in people",
        "person": "as reference in people",
        "career_path": "the path's key",
        "started_on": "the first day",
        "planned_end": "the day on which it was to be finished",
        "ended_on": "the day of completion or withdrawal; blank: still active",
        "completed": "whether it ended by completion",
        "in_target": "whether the person, if at work after it, works in the path's target occupation",
        "occupation_known": "whether anybody knows that",
    },
}
"""Every table and column of the truth."""

YEAR = 365  # "within one year after exit": at most so many days


def people(world: World, who: Who, serving: Serving, names: Names) -> pl.DataFrame:
    """One row a person."""
    edges = {**serving.edges, "no_ssn": who.no_ssn, "out_of_state": who.out_of_state, "place_missing": who.placeless}
    words = [pl.when(pl.Series(flag)).then(pl.lit(edge)) for edge, flag in edges.items()]
    inside, placed = pl.Series(~who.out_of_state), pl.Series(~who.out_of_state & ~who.placeless)
    participates = pl.Series(who.participant)
    return pl.select(
        partner=names.partner.gather(who.registered_by),
        reference=names.person,
        participates=participates,
        program=pl.when(participates).then(pl.Series(PROGRAMS).gather(who.program)),
        region=pl.when(inside).then(pl.Series([home.region for home in world.homes]).gather(who.home)),
        area=pl.when(placed).then(pl.Series([home.area for home in world.homes]).gather(who.home)),
        edges=pl.concat_str(words, separator="|", ignore_nulls=True),
    )


def periods(world: World, who: Who, learning: Learning, serving: Serving, work: Work, awarded: Awards, names: Names) -> pl.DataFrame:
    """One row a period of participation, first periods first."""
    recognized = np.array([rung.recognized for way in world.ways for rung in way.rungs])[awarded.step]
    awarded_to, awarded_on = awarded.person[recognized], awarded.on[recognized]
    cohort = learning.trained & ~learning.ojt_only
    nobody, never = np.zeros(who.n, dtype=bool), np.full(who.n, NEVER)
    frames = []
    for number, those, entry, last, held, counted in (
        (1, who.participant, who.entry, serving.last, serving.held, cohort),
        (2, serving.again != NEVER, serving.again, serving.last_again, never, nobody),
    ):
        rows = np.flatnonzero(those)
        until = np.where(last == NEVER, TODAY, last + YEAR)
        earned = nobody.copy()
        earned[awarded_to[(awarded_on >= entry[awarded_to]) & (awarded_on <= until[awarded_to])]] = True
        frame = _about(who, rows, number, entry, last, held, names)
        frames.append(
            frame.with_columns(
                reason=_reason(serving, rows) if number == 1 else pl.lit(None, pl.String),
                credential_cohort=pl.Series(counted[rows]),
                credential=pl.Series(earned[rows]),
                **_outcomes(work, rows, last),
            )
        )
    return pl.concat(frames)


def _about(who: Who, rows: Ints, number: int, entry: Ints, last: Ints, held: Ints, names: Names) -> pl.DataFrame:
    """Whose period, from when to when. The exit is known when 90 days without a service have passed and none is planned."""
    known = (last != NEVER) & (np.maximum(last + 90, held) < TODAY)
    return pl.DataFrame(
        {
            "partner": names.partner.gather(who.registered_by[rows]),
            "reference": names.person.gather(rows),
            "number": pl.repeat(number, len(rows), eager=True),
            "entry": dates(entry[rows]),
            "last_service": dates(last[rows]),
            "exit": dates(np.where(known, last, NEVER)[rows]),
        }
    )


def _reason(serving: Serving, rows: Ints) -> pl.Expr:
    """The reason for exit in words, if there is one."""
    flags = {reason: pl.Series(serving.edges[f"exit_{reason}"][rows]) for reason in REASONS}
    return pl.coalesce(pl.when(flag).then(pl.lit(reason)) for reason, flag in flags.items())


def _outcomes(work: Work, rows: Ints, last: Ints) -> dict[str, pl.Expr]:
    """Evidence of work in the four quarters after the exit, and the wages of the second and the fourth."""
    told: dict[str, pl.Expr] = {}
    for n in (1, 2, 3, 4):
        at = quarter(last) + n
        due = pl.Series(((last != NEVER) & (at <= WAGES_UNTIL))[rows])
        told[f"employed_q{n}"] = pl.when(due).then(pl.Series((work.at(work.source, at) != NONE)[rows]))
        if n in (2, 4):
            cents = pl.Series(work.at(work.wages, at)[rows])
            told[f"wages_q{n}"] = pl.when(due & (cents > 0)).then(cents)
    return told


def enrollments(world: World, who: Who, learning: Learning, work: Work, names: Names) -> pl.DataFrame:
    """One row an enrollment."""
    rows = np.flatnonzero(learning.enrolled)
    return pl.DataFrame(
        {
            "partner": names.partner.gather(learning.partner[rows]),
            "reference": names.enrollment.gather(rows),
            "person_partner": names.partner.gather(who.registered_by[rows]),
            "person": names.person.gather(rows),
            "career_path": pl.Series([way.key for way in world.ways]).gather(learning.way[rows]),
            "started_on": dates(learning.started[rows]),
            "planned_end": dates(learning.planned_end[rows]),
            "ended_on": dates(learning.ended[rows]),
            "completed": learning.completed[rows],
            "in_target": work.in_target[rows],
            "occupation_known": work.occupation_known[rows],
        }
    )
