"""Who is there in a quarter and was not in the one before has come: releases that touch, though no cohort of theirs shares a quarter."""

import pytest

from app.core.periods import Period
from app.outcomes.measures import Asked, indicators
from app.releases.earlier import families, flows, together
from app.states.policy import Policy
from tests.conftest import TODAY
from tests.releases.looking import Made, Person, released

MEASURED = ("participants_served", "participants_exited")
OPEN = 2030 * 4  # exits that are far away
SUMMER = 2026 * 4 + 2  # 2026 Q3
STAYING = [Person(home, OPEN, at_work=False) for home in (("a", "x"), ("b", "y")) for _ in range(30)]


def served(made: Made) -> str:
    figure = made.released.figure("b", "wioa_participants", "participants_served")
    assert figure is not None
    return figure.status


def coming(people: int) -> list[Person]:
    """Sixty who are there all the time, and in one of two regions some who come in the third quarter of 2026."""
    return STAYING + [Person(("b", "y"), OPEN, at_work=False, began=SUMMER)] * people


def test_a_few_who_came_are_not_told_by_two_quarters_that_touch() -> None:
    """34 are served and in the quarter before 30, of whom nobody left: four came."""
    assert served(released(coming(4), ["quarter@2026-09-30"], 10, MEASURED)[0]) == "ok", "alone it tells nothing"
    before, after = released(coming(4), ["quarter@2026-06-30", "quarter@2026-09-30"], 10, MEASURED)
    assert (served(before), served(after)) == ("ok", "suppressed")


def test_many_who_came_may_be_told() -> None:
    before, after = released(coming(12), ["quarter@2026-06-30", "quarter@2026-09-30"], 10, MEASURED)
    assert (served(before), served(after)) == ("ok", "ok")


@pytest.mark.parametrize(
    ("before", "linked"),
    [("quarter@2026-06-30", [1]), ("rolling_4@2026-06-30", [1]), ("quarter@2026-03-31", []), ("rolling_4@2026-03-31", [])],
)
def test_which_releases_are_in_one_system(before: str, linked: list[int]) -> None:
    looks = [indicators(Asked(Period.parse(period), TODAY, Policy())) for period in ("quarter@2026-09-30", before)]
    assert together(looks, lambda _, i: i.name == "participants_served") == linked


def test_quarters_that_touch_are_linked_by_who_is_there_alone() -> None:
    looks = [indicators(Asked(Period.parse(period), TODAY, Policy())) for period in ("quarter@2026-09-30", "quarter@2026-06-30")]
    found = flows(looks, lambda _, __: True)
    assert all({(0, "participants_served"), (1, "participants_served")} <= {(look, i.name) for look, i in family} for family in found)
    assert len(found) == 2, "one of periods, one of enrollments"
    for one in families(looks, lambda _, i: i.name == "participants_served"):
        assert {look for look, _ in one} == {0}
