"""Releases of overlapping cohorts, proved in one system: somebody who reads all their files works nothing out."""

import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.periods import Period
from app.releases.cells import TooMuchTogether, celled, homes
from app.releases.files import write_csv
from app.releases.protected import kept
from tests.releases import looking
from tests.releases.looking import Made, Person, crossed, look, released, wanted
from tests.releases.outsider import Outsider, read

T = 3
HOMES = (("a", "x"), ("a", "y"), ("b", "y"), ("b", "z"))
QUARTERS = tuple(range(2025 * 4 + 0, 2025 * 4 + 4))
"""Exits of the four quarters of 2025: the cohort of the second quarter after, in reports from 2026 Q1 to 2026 Q4."""

PERIODS = ("quarter@2026-06-30", "quarter@2026-09-30", "rolling_4@2026-09-30", "rolling_4@2026-06-30", "program_year@2026-06-30")
PEOPLE = st.lists(
    st.builds(Person, st.sampled_from(HOMES), st.sampled_from(QUARTERS), st.booleans(), st.sampled_from([True, True, True, False])),
    min_size=8,
    max_size=30,
)


def files(made: list[Made]) -> list[str]:
    """The CSV of each release."""
    contents = []
    for one in made:
        target = io.BytesIO()
        write_csv(kept(one.released), target)
        contents.append(target.getvalue().decode())
    return contents


def opened(made: list[Made], threshold: int) -> list[str]:
    """What an outsider narrows down who reads the files of all releases."""
    outsider = Outsider(
        [read(content) for content in files(made)],
        {*HOMES, ("unknown", "unknown")},
        population="wioa_participants",
        indicators=looking.MEASURED,
    )
    return [one.what for one in outsider.opened(threshold)]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(PEOPLE, st.lists(st.sampled_from(PERIODS), min_size=2, max_size=3, unique=True))
def test_nothing_is_worked_out_of_several_releases(people: list[Person], periods: list[str]) -> None:
    made = released(people, periods, T)
    assert opened(made, T) == []


def few_in_the_last_quarter() -> list[Person]:
    """Twenty a quarter everywhere, ten of them at work, and one place where in the last quarter of 2025 there are two."""
    many = [Person(home, quarter, n % 2 == 0) for home in HOMES for quarter in QUARTERS for n in range(20)]
    return [p for n, p in enumerate(many) if not (p.home == ("b", "z") and p.quarter == QUARTERS[3] and n % 20 >= 2)]


def shown(made: Made, region: str, indicator: str = "participants_exited") -> str:
    figure = made.released.figure(region, "wioa_participants", indicator)
    assert figure is not None
    return figure.status


ROLLING = ["rolling_4@2026-03-31", "rolling_4@2025-12-31", "quarter@2025-03-31"]
"""Exits of all of 2025; of the year up to its third quarter; and of the quarter by which that one begins earlier, in which nobody did."""


def test_a_year_less_another_opens_the_quarter_between_them_where_each_is_proved_alone() -> None:
    """The attack is a real one: 62 exits, less 60, and nobody in the quarter that the second year has more."""
    people = few_in_the_last_quarter()
    alone = [released(people, [period], 10)[0] for period in ROLLING]
    assert {shown(one, "z") for one in alone} == {"ok"}
    with_the_quarter = [*alone, released(people, ["quarter@2026-03-31"], 10)[0]]
    assert shown(with_the_quarter[-1], "z") == "suppressed"
    assert "numerator of participants_exited in z (lwda), quarter@2026-03-31" in opened(with_the_quarter, 10)


def test_together_they_do_not() -> None:
    people = few_in_the_last_quarter()
    for periods in (ROLLING, [*ROLLING, "quarter@2026-03-31"], ["quarter@2026-03-31", *ROLLING]):
        made = released(people, periods, 10)
        assert opened(made, 10) == [], periods
        assert made[2].summary.together >= 1
        last = [one for one in made if str(one.period) in ROLLING]
        assert "suppressed" in {shown(one, "z") for one in last}, "the last of the three that was made is withheld"


def test_a_revision_hides_what_the_release_before_it_hid() -> None:
    """Nothing changed but the day: the figures that were withheld stay so, though another choice would have been as cheap."""
    people = few_in_the_last_quarter()
    first, second = released(people, ["quarter@2026-03-31", "quarter@2026-03-31"], 10)
    assert [f.status for f in first.released] == [f.status for f in second.released]
    assert second.summary.together == 1


def test_what_is_too_much_to_prove_is_refused() -> None:
    people = few_in_the_last_quarter()
    looks = [look(Period.parse(period), HOMES, 10) for period in ROLLING[:2]]
    nodes = [(number, i) for number, one in enumerate(looks) for i in wanted(one)]
    tables = crossed(people, looks)
    with pytest.raises(TooMuchTogether, match=r"1 earlier releases .* keep to one kind of period"):
        celled(tables, nodes, homes(tables), most=10)


def test_periods_that_share_nobody_are_proved_apart() -> None:
    people = few_in_the_last_quarter()
    first, second = released(people, ["quarter@2026-03-31", "quarter@2025-09-30"], 10)
    assert second.summary.together == 0
    assert first.period == Period.parse("quarter@2026-03-31")
