"""Every indicator equals a plain count of rows, one after the other, whatever the rows; and nobody gets lost."""

from random import Random

import narwhals as nw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.periods import Period
from app.outcomes.frame import LEARNERS, PERIODS, known, region, taking_part
from app.outcomes.indicators import Counted, Population
from app.outcomes.measures import MEASURES, Asked, indicators
from app.outcomes.table import Basis, Geography, Table, table
from app.outcomes.tally import tally
from app.states.policy import Policy
from tests.outcomes import reference
from tests.outcomes.rows import SYSTEM, Row, frame, learner, period

GEOGRAPHY = Geography("us-ny", "New York", SYSTEM, {"western_new_york": "Western New York", "finger_lakes": "Finger Lakes"})
NAMED = {*GEOGRAPHY.regions, "out_of_state"}
REPORTS = {
    "quarter@2026-09-30": reference.QUARTER,
    "program_year@2026-06-30": reference.YEAR,
    "rolling_4@2026-09-30": reference.ROLLING,
}
EVIDENCE = frozenset(range(2024 * 4, 2027 * 4))


def tabulated(periods: list[Row], learners: list[Row], written: str, policy: Policy | None = None) -> Table:
    asked = Asked(Period.parse(written), REPORTS[written].asked, policy or Policy())
    wanted = indicators(asked)
    frames = {
        Counted.PERIODS: known(nw.from_native(frame(periods, PERIODS)), asked.on),
        Counted.LEARNERS: taking_part(nw.from_native(frame(learners, LEARNERS)), asked.on),
    }
    of = {counted: tally(frames[counted], [i for i in wanted if i.counted is counted], [region(SYSTEM)]) for counted in Counted}
    rows = {Counted.PERIODS: len(periods), Counted.LEARNERS: len(learners)}
    return table(of, wanted, GEOGRAPHY, Basis("digest", "2026-10-31 12:00:00", rows, EVIDENCE, asked))


def people(seed: int, rows: int) -> tuple[list[Row], list[Row]]:
    chance = Random(seed)
    return [period(chance) for _ in range(rows)], [learner(chance) for _ in range(rows)]


@pytest.mark.parametrize("written", REPORTS)
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), rows=st.integers(0, 400))
def test_figures_equal_a_plain_count(written: str, seed: int, rows: int) -> None:
    periods, learners = people(seed, rows)
    made = tabulated(periods, learners, written)
    report = REPORTS[written]
    column = region(SYSTEM)
    for _, code, _ in GEOGRAPHY.rows:
        theirs = [
            [r for r in of if code == "us-ny" or (r[column] if r[column] in NAMED else "unknown") == code] for of in (periods, learners)
        ]
        expected = {
            Population.WIOA_PARTICIPANTS: {
                **reference.participants(theirs[0], report),
                **reference.learners(theirs[1], report, participating=True),
            },
            Population.ALL_LEARNERS: reference.learners(theirs[1], report, participating=False),
        }
        for population, figures in expected.items():
            assert figures.keys() == MEASURES.keys()
            for name, plain in figures.items():
                figure = made.figure(code, population, name)
                assert figure
                found = (
                    figure.count.numerator,
                    figure.count.denominator,
                    figure.count.median,
                    figure.count.places.get("occupation_unknown", 0),
                )
                assert found == (plain.numerator, plain.denominator, plain.median, plain.unknown), (code, population, name)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32), rows=st.integers(0, 300), written=st.sampled_from(list(REPORTS)))
def test_everybody_has_a_place_and_the_regions_sum_to_the_state(seed: int, rows: int, written: str) -> None:
    made = tabulated(*people(seed, rows), written)
    for of_state in (figure for figure in made if figure.region_system == "state"):
        assert of_state.count.everybody == rows
        parts = [f for f in made if f.indicator is of_state.indicator and f.region_system == SYSTEM]
        assert {f.region for f in parts} == {"western_new_york", "finger_lakes", "unknown", "out_of_state"}
        for place, count in of_state.count.places.items():
            assert sum(figure.count.places[place] for figure in parts) == count
