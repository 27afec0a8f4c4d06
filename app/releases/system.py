"""One linear system: unknown whole numbers that are not negative, and what is published as sums of them.

The unknowns are the finest cells: how many people live in both a region of the one system and a region of the other, are in a
population, and share their places under a few indicators. Every published count is a row of the matrix. Pure numbers, no solver.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.int64]
Matrix = NDArray[np.int64]
Exact = NDArray[np.float64]
"""Whole numbers as doubles, which multiply fast. Products are exact as long as they stay below 2 to the 53rd: see `proof.LARGEST`."""


@dataclass(frozen=True)
class Item:
    """A figure that is shown or hidden as a whole, under every name that it has.

    rows:    what it publishes: of a rate the numerator and the denominator
    watched: what an outsider must not get near while it is hidden: of a rate also the complement
    withheld: it is not shown for another reason than disclosure
    """

    name: str
    rows: tuple[int, ...]
    watched: tuple[int, ...]
    weight: float = 1.0
    must_hide: bool = False
    withheld: bool = False


@dataclass(frozen=True)
class Target:
    """A row that must stay in doubt: always, or while the item `of` is hidden. `least`: by so much, where not by the threshold."""

    row: int
    name: str
    of: int | None = None
    least: int = 0

    def enough(self, threshold: int) -> int:
        """How wide its interval has to be."""
        return self.least or threshold


@dataclass(frozen=True)
class Fact:
    """Something else that an outsider knows: that a row is at least `low`; with `of`, only while that item is shown."""

    row: int
    low: int
    of: int | None = None


@dataclass(frozen=True, eq=False)
class System:
    """The finest cells as they are, all rows over them, and the items that publish rows.

    always: rows that must stay in doubt although nobody publishes them: differences of figures
    known:  rows that an outsider knows in any case: they were published before, or nobody can be in them
    beyond: rows that no choice protects any more: what was published before gives them away
    only:   the rows to look after, where another system looks after the others
    """

    name: str
    cells: Vector
    matrix: Exact  # a row a sum, a column a cell
    items: tuple[Item, ...]
    always: tuple[Target, ...] = ()
    facts: tuple[Fact, ...] = ()
    known: frozenset[int] = frozenset()
    beyond: frozenset[int] = frozenset()
    only: frozenset[int] | None = None

    @cached_property
    def values(self) -> Vector:
        """What every row comes to."""
        return self.told(self.cells)

    def told(self, points: Matrix) -> Vector:
        """What every row comes to at a point (or at each of several, a row each)."""
        told: Vector = np.rint(points @ self.matrix.T).astype(np.int64)
        return told

    def giving_up(self, rows: Iterable[int]) -> "System":
        """The same without looking after some rows: they are told already."""
        return replace(self, beyond=self.beyond | frozenset(rows))

    @cached_property
    def owner(self) -> dict[int, tuple[int, ...]]:
        """Which items publish a row."""
        found: dict[int, list[int]] = {}
        for number, item in enumerate(self.items):
            for row in item.rows:
                found.setdefault(row, []).append(number)
        return {row: tuple(numbers) for row, numbers in found.items()}

    def published(self, hidden: frozenset[int]) -> list[int]:
        """The rows that an outsider reads, if these items are hidden."""
        return sorted(self.known | {row for number, item in enumerate(self.items) if number not in hidden for row in item.rows})

    def settled(self, number: int) -> bool:
        """Whether hiding the item would hide nothing: all that it publishes is known."""
        return bool(self.items[number].rows) and self.known.issuperset(self.items[number].rows)

    def given(self, hidden: frozenset[int]) -> list[Fact]:
        """The facts that an outsider knows, if these items are hidden."""
        return [fact for fact in self.facts if fact.of is None or fact.of not in hidden]

    def targets(self, hidden: frozenset[int]) -> list[Target]:
        """The rows that must stay in doubt, if these items are hidden."""
        found = [Target(row, item.name, number) for number, item in enumerate(self.items) if number in hidden for row in item.watched]
        return [
            target
            for target in (*self.always, *found)
            if target.row not in self.known and target.row not in self.beyond and (self.only is None or target.row in self.only)
        ]

    def holds(self, points: Matrix, hidden: frozenset[int]) -> NDArray[np.bool_]:
        """Which of the points (a row each, a whole number a cell) agree with everything that an outsider reads and knows."""
        fits: NDArray[np.bool_] = (points >= 0).all(axis=1) & self.agree(self.told(points), hidden)
        return fits

    def agree(self, told: Vector, hidden: frozenset[int]) -> NDArray[np.bool_]:
        """Which of the points, given by what every row comes to at them, agree with what is read and known."""
        rows, facts = self.published(hidden), self.given(hidden)
        fits: NDArray[np.bool_] = (told[:, rows] == self.values[rows]).all(axis=1)
        if facts:
            fits &= (told[:, [fact.row for fact in facts]] >= np.array([fact.low for fact in facts])).all(axis=1)
        return fits


class Builder:
    """Puts a system together: equal rows become one, and equal figures one item."""

    def __init__(self, name: str, cells: Sequence[int]) -> None:
        self.name = name
        self.cells = np.array(cells, dtype=np.int64)
        self.vectors: list[NDArray[np.int32]] = []
        self.items: list[Item] = []
        self.facts: list[Fact] = []
        self.known: set[int] = set()
        self._rows: dict[bytes, int] = {}
        self._targets: dict[int, Target] = {}
        self._of_rows: dict[tuple[int, ...], int] = {}

    def row(self, vector: Vector) -> int:
        """The number of a row."""
        small = vector.astype(np.int32)
        key = small.tobytes()
        if key not in self._rows:
            self._rows[key] = len(self.vectors)
            self.vectors.append(small)
        return self._rows[key]

    def value(self, vector: Vector) -> int:
        """What a row comes to."""
        return int(vector @ self.cells)

    def item(self, item: Item) -> int:
        """The number of an item; one that publishes the same rows as an earlier one is that one, with the stricter of both wishes."""
        if (number := self._of_rows.setdefault(item.rows, len(self.items))) == len(self.items):
            self.items.append(item)
            return number
        there = self.items[number]
        self.items[number] = Item(
            f"{there.name}, {item.name}",
            there.rows,
            tuple(dict.fromkeys((*there.watched, *item.watched))),
            there.weight + item.weight,
            there.must_hide or item.must_hide,
            there.withheld and item.withheld,
        )
        return number

    def word(self, name: str, weight: float) -> int:
        """An item that publishes no row: a word that tells something, which is a fact of its own."""
        self.items.append(Item(name, (), (), weight))
        return len(self.items) - 1

    def target(self, vector: Vector, name: str, *, least: int = 0) -> None:
        """A row that must stay in doubt always. The first name that it gets is the one; the stricter wish holds."""
        row = self.row(vector)
        there = self._targets.get(row)
        if there is None or there.least < least:
            self._targets[row] = Target(row, there.name if there else name, least=least)

    def made(self) -> System:
        """The system."""
        matrix = np.array(self.vectors, dtype=np.float64).reshape(len(self.vectors), len(self.cells))
        always = tuple(self._targets.values())
        return System(self.name, self.cells, matrix, tuple(self.items), always, tuple(self.facts), frozenset(self.known))


def hidden_at_least(items: Iterable[Item]) -> frozenset[int]:
    """The items that are not shown in any case."""
    return frozenset(number for number, item in enumerate(items) if item.must_hide or item.withheld)
