"""Figures: exact until they are printed, each with its status; and what a receipt adds to them."""

from datetime import date
from fractions import Fraction
from random import Random

import narwhals as nw
import polars as pl
import pytest

from app.core.periods import Period
from app.outcomes.disclosure import Internal
from app.outcomes.files import spoken
from app.outcomes.frame import LEARNERS, PERIODS, known, region
from app.outcomes.indicators import Counted, Indicator, Measure, Population
from app.outcomes.measures import Asked, indicators
from app.outcomes.receipts import NoFigure, receipt
from app.outcomes.table import Basis, Figure, Geography, Status, Table, table
from app.outcomes.tally import Count, counts, tally
from app.states.policy import Policy
from tests.outcomes.rows import SYSTEM, Row, frame, learner, period

ASKED = Asked(Period.parse("quarter@2026-09-30"), date(2026, 10, 31), Policy())
EVIDENCE = frozenset(range(2024 * 4, 2027 * 4))
GEOGRAPHY = Geography("us-ny", "New York", SYSTEM, {"western_new_york": "Western New York"})
WIOA = Population.WIOA_PARTICIPANTS


def made(periods: list[Row], learners: list[Row], asked: Asked = ASKED, evidence: frozenset[int] = EVIDENCE) -> Table:
    wanted = indicators(asked)
    frames = {
        Counted.PERIODS: known(nw.from_native(frame(periods, PERIODS)), asked.on),
        Counted.LEARNERS: nw.from_native(frame(learners, LEARNERS)),
    }
    of = {c: tally(frames[c], [i for i in wanted if i.counted is c], [region(SYSTEM)]) for c in Counted}
    rows = {Counted.PERIODS: len(periods), Counted.LEARNERS: len(learners)}
    return table(of, wanted, GEOGRAPHY, Basis("digest", "2026-10-31 12:00:00", rows, evidence, asked))


def exited(**record: object) -> Row:
    """A period in the cohort of the second quarter after."""
    home = {region(SYSTEM): "western_new_york"}
    return {"entry": date(2025, 1, 5), "last": date(2025, 8, 1), "open_until": date(2025, 10, 30), **home, **record}


def figure(of: Table, name: str, where: str = "western_new_york", population: Population = WIOA) -> Figure:
    found = of.figure(where, population, name)
    assert found
    return found


def example(name: str, measure: Measure, places: dict[str, int], median: Fraction | None = None) -> Figure:
    """A figure with these counts."""
    [indicator] = [i for i in indicators(ASKED) if (i.name, i.population, i.measure) == (name, WIOA, measure)]
    count = Count(dict.fromkeys(indicator.places, 0) | places, median)
    return Figure(SYSTEM, "western_new_york", "Western New York", indicator, count, Status.OK)


@pytest.mark.parametrize(
    ("numerator", "of", "said"), [(16_244, 24_000, "67.7 %"), (20_000, 30_000, "66.7 %"), (13_000, 18_000, "72.2 %"), (1, 2000, "0.1 %")]
)
def test_rates_are_rounded_half_up_when_they_are_shown(numerator: int, of: int, said: str) -> None:
    """ETA-9169 shows rates to the nearest 0.1 %: RSA-TAC-20-02, Attachment I."""
    rate = example("employment_rate_q2", Measure.RATE, {"numerator": numerator, "denominator": of - numerator})
    assert rate.value == Fraction(numerator, of)
    assert spoken(rate) == said
    assert rate.printed == round(numerator / of, 6)


def test_the_sixth_digit_is_rounded_half_up() -> None:
    assert example("employment_rate_q2", Measure.RATE, {"numerator": 1, "denominator": 127}).printed == 0.007813  # 0.0078125


def test_medians_are_exact_and_shown_in_whole_dollars() -> None:
    median = example("median_earnings_q2", Measure.MEDIAN, {"numerator": 2}, Fraction(1_640_101, 2))
    assert median.printed == 8200.505
    assert spoken(median) == "$8,201"


def test_an_odd_median_with_exclusions() -> None:
    """TEGL 10-16 Change 3, section C: 8,200, all nines, not employed, 9,100 as a soldier, 4,300 give a median of three: 8,200."""
    wages = [(1, 820_000), (1, 99_999_999), (0, 0), (3, 910_000), (1, 430_000)]
    found = figure(made([exited(**{"1602": employed, "1704": paid}) for employed, paid in wages], []), "median_earnings_q2")
    assert (found.numerator, found.denominator, found.value) == (3, 3, Fraction(820_000))


def test_an_even_median_is_the_mean_of_the_two_in_the_middle() -> None:
    found = figure(made([exited(**{"1602": 1, "1704": paid}) for paid in (100, 201, 300, 400_000)], []), "median_earnings_q2")
    assert found.value == Fraction(501, 2)


def test_zero_is_a_true_zero() -> None:
    of = made([exited(**{"1602": 0})], [])
    assert (figure(of, "employment_rate_q2").printed, figure(of, "employment_rate_q2").status) == (0, Status.OK)
    nobody = figure(of, "employment_rate_q2", "unknown")
    assert (nobody.value, nobody.status, nobody.numerator, nobody.denominator) == (None, Status.NOT_APPLICABLE, 0, 0)
    assert figure(of, "participants_exited", "unknown").printed == 0
    no_evidence = figure(made([exited(**{"1602": 0})], [], evidence=frozenset()), "employment_rate_q2")
    assert (no_evidence.status, no_evidence.value, no_evidence.numerator) == (Status.NOT_REPORTED, None, None)


@pytest.mark.parametrize(("known_of_four", "status"), [(4, Status.OK), (2, Status.OK), (1, Status.NOT_REPORTED), (0, Status.NOT_REPORTED)])
def test_placement_needs_occupations(known_of_four: int, status: Status) -> None:
    rows = [exited(**{"1602": 1, "1612": "29-2052", "in_demand": 1}) if n < known_of_four else exited(**{"1602": 1}) for n in range(4)]
    found = figure(made(rows, []), "in_demand_placement")
    assert (found.status, found.coverage) == (status, (known_of_four, 4))
    assert found.note.startswith(f"Occupation known for {known_of_four} of 4.")


def test_learners_of_whom_nothing_may_be_known() -> None:
    row = {"started_on": date(2025, 1, 5), "planned_end": date(2025, 8, 1), "ended_on": date(2025, 8, 1), "matched": 0}
    alone = row | {"1602": 1, region(SYSTEM): "western_new_york"}
    found = figure(made([], [alone]), "employment_rate_q2", population=Population.ALL_LEARNERS)
    assert (found.status, found.value, found.count.places["no_legal_basis"]) == (Status.NOT_REPORTED, None, 1)


def test_a_receipt_is_complete() -> None:
    chance = Random(3)
    of = made([period(chance) for _ in range(300)], [learner(chance) for _ in range(300)])
    for one in of:
        told = receipt(of, region=one.region, population=one.indicator.population, indicator=one.indicator.name)
        assert told.figure is one
        assert one.count.denominator + sum(line.count for line in told.left_out) == one.count.everybody
        assert [line.reason for line in told.left_out] == list(one.indicator.left_out)
    with pytest.raises(NoFigure, match="western_new_york, unknown, out_of_state, us-ny"):
        receipt(of, region="atlantis", population=WIOA, indicator="enrolled")


def test_a_receipt_names_the_readings_that_are_not_the_defaults() -> None:
    policy = Policy(common_exit="off", completion_grace=30)
    of = made([], [], Asked(ASKED.period, ASKED.on, policy))
    told = receipt(of, region="us-ny", population=WIOA, indicator="enrolled")
    assert told.readings == {"common_exit": "off", "completion_grace": 30}


def test_nobody_gets_lost() -> None:
    of = made([exited()], [])
    columns = {region(SYSTEM): pl.String, **{name: pl.Int8 for i in indicators(ASKED) for name in i.counted_by}, "rows": pl.UInt32}
    with pytest.raises(AssertionError, match="somebody got lost"):
        table(dict.fromkeys(Counted, pl.DataFrame(schema=columns)), indicators(ASKED), GEOGRAPHY, of.basis)


def test_a_tally_is_small_and_its_sums_are_the_figures() -> None:
    rows = [exited(**{"1602": 1, "1704": 820_000}) for _ in range(1000)]
    wanted: list[Indicator] = [i for i in indicators(ASKED) if i.counted is Counted.PERIODS]
    small = tally(known(nw.from_native(frame(rows, PERIODS)), ASKED.on), wanted, [region(SYSTEM)])
    assert small["rows"].to_list() == [1000]
    [median] = [i for i in wanted if i.name == "median_earnings_q2"]
    assert dict(counts(small, median, None))[None].median == 820_000


def test_a_mark_is_a_type() -> None:
    assert Internal(1).mark == "internal"
