"""The two tables of the frame equal what one finds by looking at each person, each period and each record by itself."""

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.outcomes.derive import Frames, frames
from app.outcomes.frame import LEARNERS, PERIODS, region
from app.states.policy import Policy
from tests.outcomes import plain_frame
from tests.outcomes.facts import SYSTEMS, made_up, tables

Row = dict[str, Any]
seeds = st.integers(0, 2**32)
policies = st.sampled_from([Policy(), Policy(common_exit="off"), Policy(gap_grace=90)])


def derived(facts: plain_frame.Facts, policy: Policy) -> Frames:
    return frames(tables(facts), policy, "NY", SYSTEMS)


def same(table: pl.DataFrame, rows: list[Row], columns: Any) -> None:
    names = [*columns, *map(region, SYSTEMS)]
    assert table.columns == names
    for found, expected in zip(table.iter_rows(named=True), rows, strict=True):
        differing = {name: (found[name], expected[name]) for name in names if found[name] != expected[name]}
        assert not differing, (expected["person"], expected.get("entry", expected.get("started_on")))


@settings(max_examples=12, deadline=None)
@given(seeds, st.integers(1, 40), policies)
def test_periods(seed: int, people: int, policy: Policy) -> None:
    facts = made_up(seed, people)
    same(derived(facts, policy).periods, list(plain_frame.periods(facts, policy, "NY", SYSTEMS)), PERIODS)


@settings(max_examples=12, deadline=None)
@given(seeds, st.integers(1, 40), policies)
def test_learners(seed: int, people: int, policy: Policy) -> None:
    facts = made_up(seed, people)
    same(derived(facts, policy).learners, list(plain_frame.learners(facts, policy, "NY", SYSTEMS)), LEARNERS)


@settings(max_examples=8, deadline=None)
@given(seeds)
def test_two_records_of_one_person_are_one_person(seed: int) -> None:
    """The second record's facts count as the first's; work that both records tell alike counts once."""
    facts = made_up(seed, 20)
    apart = {name: [dict(row) for row in rows] for name, rows in facts.items()}
    apart["merged"] = [{"number": 100, "person": 1}]
    for name in ("services", "planned", "enrollments", "credentials", "exit_reasons"):
        for n, row in enumerate(apart[name]):
            if row["person"] == 1 and n % 2:
                row["person"] = 100
    apart["work"] += [row | {"person": 100} for row in facts["work"] if row["person"] == 1]
    one, two = derived(facts, Policy()), derived(apart, Policy())
    assert one.periods.equals(two.periods)
    assert one.learners.equals(two.learners)


@pytest.mark.parametrize("policy", [Policy()])
def test_nothing_at_all(policy: Policy) -> None:
    made = derived(made_up(0, 0), policy)
    assert (made.periods.height, made.learners.height, made.evidence) == (0, 0, frozenset())
