"""What is too small, what earlier releases told, and that the linear systems say what the tables say."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from app.core.periods import Period
from app.outcomes import queries as outcomes
from app.outcomes.disclosure import Internal
from app.outcomes.indicators import Counted, Measure, Population
from app.outcomes.measures import Asked, indicators
from app.outcomes.queries import Crossed, Question, Store
from app.outcomes.table import STATE
from app.releases import rules
from app.releases.actions import SYSTEMS
from app.releases.counting import systems
from app.releases.earlier import Before, Told, compared, families
from app.releases.proof import NotProtected
from app.releases.protected import proved
from app.releases.protecting import protect
from app.releases.suppression import protected_together
from app.releases.table import INDICATORS, measured
from app.states.policy import Policy
from tests.conftest import TODAY, TestDatabase
from tests.people import DANA
from tests.releases.world import REGIONS

PERIOD = Period.parse("quarter@2026-09-30")
ASKED = Asked(PERIOD, TODAY, Policy())


@pytest.mark.parametrize(
    ("numerator", "denominator", "why"),
    [
        (7, 20, "few who did"),
        (40, 42, "few who did not"),
        (25, 25, "everybody did"),
        (0, 25, "nobody did"),
        (4, 9, "few"),
        (9, 19, "few who did"),
    ],
)
def test_rates_that_say_too_much(numerator: int, denominator: int, why: str) -> None:
    assert rules.unsafe_rate(numerator, denominator, 10), why


def test_rates_that_do_not() -> None:
    assert not rules.unsafe_rate(10, 20, 10)
    assert not rules.unsafe_rate(0, 0, 10), "nobody is there to be recognized"


def test_few() -> None:
    assert [count for count in range(-12, 13) if rules.small(count, 10)] == [*range(-9, 0), *range(1, 10)]


@pytest.mark.parametrize(
    ("cents", "shown", "word"),
    [
        (Fraction(812_345), 8_120, ""),
        (Fraction(374_999), 3_750, "At most"),
        (Fraction(5_000_001), 50_000, "At least"),
        (Fraction(375_000), 3_750, ""),
    ],
)
def test_medians_are_coded_at_their_limits(cents: Fraction, shown: int, word: str) -> None:
    value, note = rules.coded_median(cents)
    assert (value, note.startswith(word)) == (shown, True)
    assert bool(note) == bool(word)


def test_every_indicator_is_measured_as_it_is_computed() -> None:
    assert {i.name: measured(i.name) for i in indicators(ASKED)} == {i.name: i.measure for i in indicators(ASKED)}
    assert set(INDICATORS) == {i.name for i in indicators(ASKED)}


class TestEarlierReleases:
    """A figure of Erie, of which an earlier release of the same cohort said 20 of 50."""

    rate = next(i for i in indicators(ASKED) if (i.name, i.population) == ("employment_rate_q2", Population.WIOA_PARTICIPANTS))

    def before(self, numerator: int, denominator: int) -> Before:
        values = {"numerator": numerator, "denominator": denominator, "complement": denominator - numerator}
        return compared(Told(20, 50, "ok"), self.rate, values, 10)

    def test_what_has_not_changed_is_as_it_was(self) -> None:
        assert self.before(20, 50) == Before(frozenset({"numerator", "denominator", "complement"}), too_close=False)

    def test_a_few_more_would_be_told_by_the_difference(self) -> None:
        assert self.before(20, 53) == Before(frozenset({"numerator"}), too_close=True)

    def test_many_more_would_not(self) -> None:
        assert self.before(31, 75) == Before(frozenset(), too_close=False)

    def test_what_was_withheld_has_no_number_to_be_close_to(self) -> None:
        assert compared(Told(None, None, "suppressed"), self.rate, {"numerator": 1, "denominator": 2, "complement": 1}, 10) == Before()


def family(name: str, periods: list[str]) -> list[set[tuple[int, str]]]:
    """The families of releases in which an indicator of the first is: (number of the release, indicator) each."""
    looks = [indicators(Asked(Period.parse(period), TODAY, Policy())) for period in periods]
    found = families(looks, lambda _, __: True)
    return [{(n, i.name) for n, i in one} for one in found if (0, name) in {(n, i.name) for n, i in one}]


def test_cohorts_that_share_a_quarter_are_in_one_family() -> None:
    for one in family("employment_rate_q2", ["quarter@2026-09-30", "rolling_4@2026-06-30", "rolling_4@2025-09-30"]):
        assert {(0, "employment_rate_q2"), (1, "employment_rate_q2"), (2, "employment_rate_q2")} <= one, "the third over the second"


def test_whoever_exited_in_one_release_is_asked_for_work_in_a_later_one() -> None:
    for one in family("employment_rate_q2", ["quarter@2026-09-30", "quarter@2025-12-31"]):
        assert (1, "participants_exited") in one


def test_other_quarters_have_other_people() -> None:
    for one in family("employment_rate_q2", ["quarter@2026-09-30", "quarter@2026-06-30"]):
        assert {number for number, _ in one} == {0}


@pytest.fixture
async def crossed(peopled: TestDatabase, tmp_path: Path) -> Internal[Crossed]:
    """The tables of both region systems."""
    async with peopled.reading(DANA.actor) as read:
        look = await outcomes.look(read, by=DANA.actor, period=PERIOD, systems=SYSTEMS, on=TODAY)
        return await outcomes.crossed(read, by=DANA.actor, store=Store(peopled, tmp_path), looks=[look])


async def test_tables_out_of_one_tally_are_those_that_are_asked_for_alone(
    peopled: TestDatabase, crossed: Internal[Crossed], tmp_path: Path
) -> None:
    async with peopled.reading(DANA.actor) as read:
        for table in crossed.content.tables:
            question = Question(PERIOD, table.geography.system, TODAY)
            alone = await outcomes.outcomes(read, by=DANA.actor, store=Store(peopled, tmp_path), question=question)
            assert [(f.region, f.indicator.key, f.count) for f in alone.content] == [(f.region, f.indicator.key, f.count) for f in table]


async def test_the_systems_say_what_the_tables_say(crossed: Internal[Crossed]) -> None:
    """Every figure with a number is an item of exactly one system, whose rows come to its counts."""
    figures = {
        ((f.region_system, f.region), f.indicator.name, f.indicator.population): f for table in crossed.content.tables for f in table
    }
    seen = set()
    for laid in systems(crossed.content, 10):
        for key, number in laid.figures:
            assert key not in seen
            seen.add(key)
            figure, item = figures[key], laid.system.items[number]
            counts = [figure.count.numerator]
            if figure.indicator.measure is Measure.RATE:
                counts.append(figure.count.denominator)
            assert [int(laid.system.values[row]) for row in item.rows] == counts
    assert {key for key, figure in figures.items() if figure.numerator is not None} <= seen


async def test_both_populations_of_one_kind_of_row_are_solved_together(crossed: Internal[Crossed]) -> None:
    """Whoever takes part is one of all learners: the difference is the others."""
    together = [
        {population for (_, name, population), _ in laid.figures if name == "completion_rate"}
        for laid in systems(crossed.content, 10)
        if any(name == "completion_rate" for (_, name, _), _ in laid.figures)
    ]
    assert together == [set(Population)]
    assert {i.counted for i in indicators(ASKED) if i.name == "completion_rate"} == {Counted.LEARNERS}


async def test_a_release_has_every_region_of_both_systems_and_the_state_once(crossed: Internal[Crossed]) -> None:
    table, summary = protect(crossed, {"labor_market_region": "Regions", "lwda": "Local areas"})
    places = list(dict.fromkeys((shown.region_system, shown.region) for shown in table.content))
    extra = ("unknown", "out_of_state")
    assert sorted(places[:-1]) == sorted((system, code) for system, codes in REGIONS.items() for code in (*codes, *extra))
    assert places[-1] == (STATE, "us-ny")
    assert len(table.content.figures) == len(places) * 9 * 2
    assert summary.suppressed == sum(shown.suppressed for shown in table.content)
    assert all(shown.value is shown.numerator is shown.denominator is None for shown in table.content if shown.suppressed)


async def test_that_nothing_is_reported_is_told_only_where_no_proof_hides_it(crossed: Internal[Crossed]) -> None:
    """`not_reported` says how many occupations are known at most; a proof may rest on its not being said."""
    shown = protect(crossed, dict.fromkeys(SYSTEMS, "Regions"))[0].content
    reads = {((f.region_system, f.region), f.indicator, f.population): f.status for f in shown}
    laid = next(laid for laid in systems(crossed.content, 10) if laid.words)
    assert {reads[key] for key, _ in laid.words} <= {"not_reported", "suppressed"}
    told = [(key, number) for key, number in laid.words if reads[key] == "not_reported"]
    assert told
    key, number = told[0]
    alone = replace(shown, figures=tuple(f for f in shown if ((f.region_system, f.region), f.indicator, f.population) == key))
    certificates = protected_together(laid.views, 10)
    proved(alone, [(laid, certificates)])
    silent = [replace(made, hidden=made.hidden | {number}) for made in certificates]
    with pytest.raises(NotProtected, match=rf"{key[1]} of {key[2]} in {key[0][1]} .*no proof speaks of it"):
        proved(alone, [(laid, silent)])
