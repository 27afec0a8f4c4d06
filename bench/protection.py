"""The protection of a state's release: ten labor market regions, thirty-three local areas that overlap them, and the state.

Beside it, what primary rules alone would hide, and how many of those cells an outsider could then work out to within the threshold.
"""

import argparse
import time

import numpy as np
import polars as pl

from app.core.periods import Period
from app.outcomes.disclosure import Internal
from app.outcomes.frame import region
from app.outcomes.indicators import Counted, Indicator
from app.outcomes.measures import Asked, indicators
from app.outcomes.queries import Crossed, Look, seen
from app.outcomes.table import Basis, Geography, table
from app.releases.attacker import Attacker
from app.releases.counting import systems
from app.releases.protecting import protect
from app.releases.system import hidden_at_least
from app.states.policy import Policy
from bench.table import ASKED as A_QUARTER

SYSTEMS = {"labor_market_region": 10, "lwda": 33}
THRESHOLD = 10
PLACES = {"numerator": 0.55, "denominator": 0.25}


def run(args: argparse.Namespace) -> None:
    """Spread so many people over the regions, protect the release, and tell what it took."""
    crossed = made(np.random.default_rng(2026), args.people)
    began = time.perf_counter()
    alone = found = apart = 0
    for laid in systems(crossed, THRESHOLD):
        hidden = hidden_at_least(laid.system.items)
        alone += sum(number in hidden for _, number in laid.figures)
        narrow = Attacker(laid.system, THRESHOLD).narrow(hidden)
        opened = {one.target.of for one in narrow if one.target.of is not None}
        found += sum(number in opened for _, number in laid.figures)
        apart += len({one.target.name for one in narrow if one.target.of is None})
    print(f"{args.people:,} people in {' and '.join(f'{n} {name}' for name, n in SYSTEMS.items())}, threshold {THRESHOLD}")
    print(
        f"  primary rules alone   hide {alone} figures, of which {found} can be worked out; {time.perf_counter() - began:.1f} s to find out"
    )
    _, summary = protect(Internal(crossed), dict.fromkeys(SYSTEMS, ""))
    print(
        f"  the release           hides {summary.suppressed} of {summary.figures} figures ({summary.suppressed / summary.figures:.0%}); "
        f"{summary.proved} counts stay in doubt, the narrowest interval spans {summary.narrowest}; {summary.seconds:.1f} s"
    )


def made(chance: np.random.Generator, people: int) -> Crossed:
    """The tables of a state in which regions have very different sizes, and every fourth local area reaches into two of them."""
    asked = Asked(Period.parse("quarter@2026-09-30"), A_QUARTER.on, Policy())
    names = {system: [f"{system}_{n}" for n in range(count)] for system, count in SYSTEMS.items()}
    geographies = [Geography("us-ny", "New York", system, {code: code for code in codes}) for system, codes in names.items()]
    areas = chance.pareto(1.2, SYSTEMS["lwda"]) + 0.2
    area = chance.choice(SYSTEMS["lwda"], people, p=areas / areas.sum())
    inside = area * SYSTEMS["labor_market_region"] // SYSTEMS["lwda"]
    across = (area % 4 == 0) & (chance.random(people) < 0.3)
    where = {region("lwda"): [names["lwda"][n] for n in area]}
    where[region("labor_market_region")] = [
        names["labor_market_region"][n] for n in np.minimum(inside + across, SYSTEMS["labor_market_region"] - 1)
    ]
    wanted = indicators(asked)
    tallies = {counted: tallied(chance, people, [i for i in wanted if i.counted is counted], where) for counted in Counted}
    basis = Basis("bench", "2026-10-31 12:00:00", dict.fromkeys(Counted, people), frozenset(range(8000, 8108)), asked)
    tables = tuple(table(tallies, wanted, geography, basis) for geography in geographies)
    together = {of: tallied.rename({c: seen(0, c) for c in tallied.columns if c != "rows"}) for of, tallied in tallies.items()}
    return Crossed(tables, (Look(asked, tuple(geographies)),), together)


def tallied(chance: np.random.Generator, people: int, wanted: list[Indicator], where: dict[str, list[str]]) -> pl.DataFrame:
    """A row a person with its place under every indicator: a fifth of them in each cohort."""
    columns: dict[str, object] = dict(where)
    cohorts = {cohort: chance.random(people) < 0.2 for cohort in dict.fromkeys(i.cohort for i in wanted)}
    at_work = chance.random(people) < 0.65
    for i in wanted:
        success = at_work if i.name != "credential_rate" else chance.random(people) < 0.6
        counted = at_work if i.name in ("median_earnings_q2", "in_demand_placement") else np.ones(people, dtype=bool)
        if i.name == "in_demand_placement":
            success = chance.random(people) < 0.5
        plain = i.name in ("enrolled", "participants_served", "participants_exited", "median_earnings_q2")
        out = len(i.places) - 1
        place = np.where(cohorts[i.cohort] & counted, np.where(success | plain, 0, 1), out)
        columns[i.key] = place.astype(np.int8)
        if i.amount is not None:
            columns[i.amounts] = np.where(place == 0, chance.integers(300_000, 2_000_000, people), 0)
    frame = pl.DataFrame(columns)
    return frame.group_by(frame.columns).agg(pl.len().alias("rows"))
