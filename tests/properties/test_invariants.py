"""What holds of every table, whatever happened to people: from facts to figures, without a database."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

import narwhals as nw
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.periods import Kind, Period
from app.outcomes.derive import frames
from app.outcomes.frame import known, region, taking_part
from app.outcomes.indicators import Counted
from app.outcomes.measures import Asked, indicators
from app.outcomes.table import Basis, Geography, Table, table
from app.outcomes.tally import tally
from app.states.policy import Policy
from tests.outcomes.facts import SYSTEMS, made_up, tables
from tests.outcomes.plain_frame import Facts

YEARS = timedelta(days=1461)  # four years with their leap day
GEOGRAPHY = Geography("us-ny", "New York", "labor_market_region", {"western_new_york": "Western New York"})
seeds = st.integers(0, 2**32)
periods = st.builds(Period, st.sampled_from(Kind), st.integers(2024 * 4 + 2, 2026 * 4 + 3))


def asked(period: Period) -> Asked:
    return Asked(period, date(2027, 6, 30), Policy())


def tabulated(facts: Facts, question: Asked) -> Table:
    made = frames(tables(facts), question.policy, "NY", SYSTEMS)
    wanted = indicators(question)
    of = {
        Counted.PERIODS: known(nw.from_native(made.periods.lazy()), question.on),
        Counted.LEARNERS: taking_part(nw.from_native(made.learners.lazy()), question.on),
    }
    tallies = {c: tally(of[c], [i for i in wanted if i.counted is c], [region(GEOGRAPHY.system)]) for c in Counted}
    rows = {Counted.PERIODS: made.periods.height, Counted.LEARNERS: made.learners.height}
    return table(tallies, wanted, GEOGRAPHY, Basis("digest", "now", rows, made.evidence, question))


def said(of: Table) -> list[tuple[Any, ...]]:
    return [(f.region, f.indicator.key, f.count.places, f.count.median, f.status) for f in of]


@settings(max_examples=10, deadline=None)
@given(seeds, periods)
def test_four_years_later_the_same_is_said_four_years_later(seed: int, period: Period) -> None:
    facts = made_up(seed, 30)
    later: Facts = {
        name: [
            {
                column: value + YEARS if isinstance(value, date) else value + 16 if column == "quarter" else value
                for column, value in row.items()
            }
            for row in rows
        ]
        for name, rows in facts.items()
    }
    question = asked(period)
    moved = replace(question, period=Period(period.kind, period.quarter + 16), on=question.on + YEARS)
    assert said(tabulated(later, moved)) == said(tabulated(facts, question))


@settings(max_examples=10, deadline=None)
@given(seeds, periods)
def test_more_evidence_of_work_changes_no_cohort_and_lowers_no_numerator(seed: int, period: Period) -> None:
    facts = made_up(seed, 30)
    chance = Random(seed)
    about = {"employer": 9, "source": 0, "wages": 500_000, "occupation": None, "industry": None, "apprenticeship": False}
    news = [{"person": chance.randrange(30), "quarter": chance.randrange(2024 * 4, 2027 * 4), **about} for _ in range(40)]
    fewer, more = tabulated(facts, asked(period)), tabulated({**facts, "work": facts["work"] + news}, asked(period))
    for before, after in zip(fewer, more, strict=True):
        if before.indicator.name in ("employment_rate_q2", "employment_rate_q4"):
            assert after.count.denominator == before.count.denominator
            assert after.count.numerator >= before.count.numerator
        elif before.indicator.name not in ("median_earnings_q2", "in_demand_placement", "credential_rate"):
            assert after.count.places == before.count.places


@settings(max_examples=10, deadline=None)
@given(seeds, periods)
def test_people_are_counted_where_they_live_and_once(seed: int, period: Period) -> None:
    """Regions of one system, those unknown and those out of state sum to the state; asserted of every place of every indicator."""
    of = tabulated(made_up(seed, 30), asked(period))
    for whole in (figure for figure in of if figure.region_system == "state"):
        parts = [figure for figure in of if figure.indicator is whole.indicator and figure.region_system != "state"]
        assert {place: sum(part.count.places[place] for part in parts) for place in whole.count.places} == whole.count.places
