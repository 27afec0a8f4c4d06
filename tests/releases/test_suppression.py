"""What is hidden stays in doubt: worked examples, and an attacker that tries everything."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.releases.attacker import Attacker
from app.releases.proof import Certificate, NotProtected, verified
from app.releases.suppression import protected
from app.releases.system import Builder, Item, System
from tests.releases.tables import counted, rated, widths

T = 3


def names(system: System, hidden: frozenset[int]) -> set[str]:
    return {system.items[number].name for number in hidden}


def of_boards() -> System:
    """Exiters by board in one region: A 42, B 7, C 18, D 25, in all 92."""
    builder = Builder("exiters", [42, 7, 18, 25])
    for number, (name, value) in enumerate({"A": 42, "B": 7, "C": 18, "D": 25}.items()):
        row = builder.row(np.eye(4, dtype=np.int64)[number])
        builder.item(Item(name, (row,), (row,), weight=value, must_hide=value < 10))
    whole = builder.row(np.ones(4, dtype=np.int64))
    builder.item(Item("all", (whole,), (whole,), weight=92))
    return builder.made()


def test_the_worked_example() -> None:
    """B is too small; with the total it could be subtracted, so the smallest other board is hidden with it, and the total stays."""
    system = of_boards()
    certificate = protected(system, 10)
    assert names(system, certificate.hidden) == {"B", "C"}
    intervals = {interval.target.name: interval for interval in verified(system, certificate, 10)}
    assert (intervals["B"].low, intervals["B"].high) == (0, 25)
    assert (intervals["C"].low, intervals["C"].high) == (0, 25)


def test_hiding_one_alone_is_found_out() -> None:
    system = of_boards()
    [narrow] = Attacker(system, 10).narrow(frozenset({1}))
    assert (narrow.target.name, narrow.width) == ("B", 0)
    with pytest.raises(NotProtected, match="B: no doubt is proved"):
        verified(system, Certificate(frozenset({1}), system.cells.reshape(1, -1), ()), 10)


def test_two_small_ones_whose_sum_is_small_do_not_protect_each_other() -> None:
    """4 and 3 hidden, 7 in all of both: each lies between 0 and 7, which is less than 10 apart."""
    system = counted({("a", "x"): 4, ("b", "x"): 3, ("c", "y"): 50, ("d", "y"): 60}, 10)
    certificate = protected(system, 10)
    assert {"a", "b"} < names(system, certificate.hidden)
    assert all(interval.width >= 10 for interval in verified(system, certificate, 10))


def test_geographies_that_overlap_are_solved_together() -> None:
    """Safe in each table by itself, a union of the one less a union of the other is one cell of 2 people."""
    crossed = {("a", "x"): 20, ("a", "y"): 2, ("b", "y"): 20, ("b", "z"): 20, ("c", "z"): 20}
    system = counted(crossed, 10)
    assert not [item for item in system.items if item.must_hide]
    inside = Builder("with the cell that nobody publishes", list(crossed.values()))
    for row in system.matrix:
        inside.item(Item("sum", (inside.row(row),), (inside.row(row),)))
    cell = inside.row(np.array([0, 1, 0, 0, 0]))
    inside.item(Item("a and y", (cell,), (cell,), must_hide=True, weight=0.0))
    laid = inside.made()
    assert Attacker(laid, 10).narrow(frozenset({len(laid.items) - 1}))  # a less x: 2
    certificate = protected(laid, 10)
    assert len(certificate.hidden) > 1
    verified(laid, certificate, 10)


def test_everybody_with_the_same_outcome_is_hidden() -> None:
    """25 of 25: a large group, and everybody's outcome."""
    system = rated({("d", "x"): 25, ("e", "x"): 40, ("f", "y"): 33}, {("d", "x"): 0, ("e", "x"): 30, ("f", "y"): 22}, 10)
    certificate = protected(system, 10)
    assert "d" in names(system, certificate.hidden)
    assert all(interval.width >= 10 for interval in verified(system, certificate, 10))


PLACES = [("a", "x"), ("a", "y"), ("b", "x"), ("b", "y"), ("b", "z"), ("c", "z")]
FEW = st.lists(st.integers(0, 5), max_size=9).map(lambda people: [people.count(cell) for cell in range(6)])
"""Up to nine people, each in one of six cells."""


@settings(max_examples=200, deadline=None)
@given(FEW)
def test_no_random_table_can_be_recovered(cells: list[int]) -> None:
    """Two overlapping partitions and their total, with small cells: trying everything narrows nothing that is hidden."""
    system = counted(dict(zip(PLACES, cells, strict=True)), T)
    certificate = protected(system, T)
    verified(system, certificate, T)
    found = widths(system, certificate.hidden, sum(cells) + T)
    assert all(width >= T for width in found.values()), found


@settings(max_examples=200, deadline=None)
@given(FEW.map(lambda few: few[:3]), FEW.map(lambda few: few[3:]))
def test_no_random_rates_can_be_recovered(good: list[int], bad: list[int]) -> None:
    places = [("a", "x"), ("a", "y"), ("b", "y")]
    system = rated(dict(zip(places, good, strict=True)), dict(zip(places, bad, strict=True)), T)
    certificate = protected(system, T)
    verified(system, certificate, T)
    found = widths(system, certificate.hidden, sum(good) + sum(bad) + T)
    assert all(width >= T for width in found.values()), found


@settings(max_examples=200, deadline=None)
@given(FEW, st.sets(st.integers(0, 5), min_size=1, max_size=4))
def test_the_attacker_finds_what_trying_everything_finds(cells: list[int], hidden: set[int]) -> None:
    """Whatever is hidden, as long as the total (the last item) is told."""
    system = counted(dict(zip(PLACES, cells, strict=True)), T)
    chosen = frozenset(hidden)
    found = widths(system, chosen, sum(cells))
    narrow = {one.target.row for one in Attacker(system, T).narrow(chosen)}
    assert narrow == {row for row, width in found.items() if width < T}


@settings(max_examples=60, deadline=None)
@given(FEW)
def test_no_cheaper_choice_protects(cells: list[int]) -> None:
    """Of all choices of what to hide, none that protects costs noticeably less."""
    system = counted(dict(zip(PLACES, cells, strict=True)), T)
    chosen = protected(system, T).hidden
    must = {number for number, item in enumerate(system.items) if item.must_hide}
    free = [number for number in range(len(system.items)) if number not in must]

    def cost(hidden: frozenset[int]) -> float:
        return sum(system.items[number].weight for number in hidden)

    for size in range(len(free) + 1):
        for more in combinations(free, size):
            hidden = frozenset(must | set(more))
            if cost(hidden) < 0.98 * cost(chosen) - 1e-9:
                assert Attacker(system, T).narrow(hidden), f"{names(system, hidden)} is cheaper than {names(system, chosen)} and protects"


def test_what_cannot_be_protected_names_the_cell() -> None:
    """Everything else was published before: 2 of 92 can be subtracted whatever is hidden now."""
    system = counted({("a", "x"): 2, ("b", "x"): 40, ("c", "x"): 50}, 10, known=["b", "c", "all", "x"])
    with pytest.raises(NotProtected, match="a: it is known to 0") as refused:
        protected(system, 10)
    assert len(refused.value.cells) == 1


class TestTheProof:
    """It is checked without trust in who made it."""

    def certificate(self) -> tuple[System, Certificate]:
        system = of_boards()
        return system, protected(system, 10)

    def test_a_witness_that_contradicts_what_is_shown(self) -> None:
        system, made = self.certificate()
        points = made.points.copy()
        points[:, 0] += 1
        with pytest.raises(NotProtected, match="no doubt is proved"):
            verified(system, Certificate(made.hidden, points, made.pairs), 10)

    def test_a_witness_with_less_than_nobody(self) -> None:
        system, made = self.certificate()
        low, high = made.points.copy(), made.points.copy()
        low[:, 1], low[:, 2] = -10, 35
        with pytest.raises(NotProtected, match="no doubt is proved"):
            verified(system, Certificate(made.hidden, np.vstack([low, high])[: len(made.points)], made.pairs), 10)

    def test_witnesses_too_near_each_other(self) -> None:
        system, made = self.certificate()
        near = tuple((target, low, low) for target, low, _ in made.pairs)
        with pytest.raises(NotProtected, match="it lies between"):
            verified(system, Certificate(made.hidden, made.points, near), 10)

    def test_a_small_one_that_is_shown(self) -> None:
        system, made = self.certificate()
        with pytest.raises(NotProtected, match="B: it is shown, and too small"):
            verified(system, Certificate(made.hidden - {1}, made.points, made.pairs), 10)
