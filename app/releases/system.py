"""One linear system: unknown whole numbers that are not negative, and what is published as sums of them.

The unknowns are the finest cells: how many people live in both a region of the one system and a region of the other, are in a
population, and share their places under a few indicators. Every published count is a row of the matrix. Pure numbers, no solver.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.int64]
Matrix = NDArray[np.int64]


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
    """A row that must stay in doubt: always, or while the item `of` is hidden."""

    row: int
    name: str
    of: int | None = None


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
    """

    name: str
    cells: Vector
    matrix: Matrix  # a row a sum, a column a cell
    items: tuple[Item, ...]
    always: tuple[Target, ...] = ()
    facts: tuple[Fact, ...] = ()
    known: frozenset[int] = frozenset()

    @cached_property
    def values(self) -> Vector:
        """What every row comes to."""
        return self.matrix @ self.cells

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
        return self.known.issuperset(self.items[number].rows)

    def given(self, hidden: frozenset[int]) -> list[Fact]:
        """The facts that an outsider knows, if these items are hidden."""
        return [fact for fact in self.facts if fact.of is None or fact.of not in hidden]

    def targets(self, hidden: frozenset[int]) -> list[Target]:
        """The rows that must stay in doubt, if these items are hidden."""
        found = [Target(row, item.name, number) for number, item in enumerate(self.items) if number in hidden for row in item.watched]
        return [target for target in (*self.always, *found) if target.row not in self.known]

    def holds(self, points: Matrix, hidden: frozenset[int]) -> NDArray[np.bool_]:
        """Which of the points (a row each, a whole number a cell) agree with everything that an outsider reads and knows."""
        rows, facts = self.published(hidden), self.given(hidden)
        fits = (points >= 0).all(axis=1)
        fits &= (points @ self.matrix[rows].T == self.values[rows]).all(axis=1)
        if facts:
            at_least = np.array([fact.low for fact in facts])
            fits &= (points @ self.matrix[[fact.row for fact in facts]].T >= at_least).all(axis=1)
        answer: NDArray[np.bool_] = fits
        return answer


class Builder:
    """Puts a system together: equal rows become one, and equal figures one item."""

    def __init__(self, name: str, cells: Sequence[int]) -> None:
        self.name = name
        self.cells = np.array(cells, dtype=np.int64)
        self.vectors: list[Vector] = []
        self.items: list[Item] = []
        self.always: list[Target] = []
        self.facts: list[Fact] = []
        self.known: set[int] = set()
        self._rows: dict[bytes, int] = {}

    def row(self, vector: Vector) -> int:
        """The number of a row."""
        key = vector.astype(np.int64).tobytes()
        if key not in self._rows:
            self._rows[key] = len(self.vectors)
            self.vectors.append(vector.astype(np.int64))
        return self._rows[key]

    def value(self, vector: Vector) -> int:
        """What a row comes to."""
        return int(vector @ self.cells)

    def item(self, item: Item) -> int:
        """The number of an item; one that publishes the same rows as an earlier one is that one, with the stricter of both wishes."""
        for number, there in enumerate(self.items):
            if there.rows == item.rows:
                self.items[number] = Item(
                    f"{there.name}, {item.name}",
                    there.rows,
                    tuple(dict.fromkeys((*there.watched, *item.watched))),
                    there.weight + item.weight,
                    there.must_hide or item.must_hide,
                    there.withheld and item.withheld,
                )
                return number
        self.items.append(item)
        return len(self.items) - 1

    def made(self) -> System:
        """The system."""
        matrix = np.array(self.vectors, dtype=np.int64).reshape(len(self.vectors), len(self.cells))
        return System(self.name, self.cells, matrix, tuple(self.items), tuple(self.always), tuple(self.facts), frozenset(self.known))


def hidden_at_least(items: Iterable[Item]) -> frozenset[int]:
    """The items that are not shown in any case."""
    return frozenset(number for number, item in enumerate(items) if item.must_hide or item.withheld)
