"""Small tables by two partitions that need not nest, as linear systems, and an attacker that simply tries everything."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import combinations

import numpy as np

from app.releases.rules import small, unsafe_rate
from app.releases.system import Builder, Item, Matrix, System

Crossed = Mapping[tuple[str, str], int]


def counted(crossed: Crossed, threshold: int, *, known: Sequence[str] = ()) -> System:
    """Counts by the first name, by the second name, and in all; the crossed cells themselves are not published."""
    builder = Builder("counts", list(crossed.values()))
    for name, within in _sums(list(crossed)):
        row = builder.row(within)
        value = builder.value(within)
        builder.known |= {row} if name in known else set()
        builder.item(Item(name, (row,), (row,), weight=1 + value, must_hide=small(value, threshold) and name not in known))
    return builder.made()


def rated(successes: Crossed, others: Crossed, threshold: int) -> System:
    """Rates of the same: of each group who succeeded, of how many."""
    builder = Builder("rates", [*successes.values(), *others.values()])
    count = len(successes)
    for name, within in _sums(list(successes)):
        numerator = np.concatenate([within, np.zeros(count, dtype=np.int64)])
        complement = np.concatenate([np.zeros(count, dtype=np.int64), within])
        rows = [builder.row(vector) for vector in (numerator, numerator + complement, complement)]
        must = unsafe_rate(builder.value(numerator), builder.value(numerator + complement), threshold)
        weight = 1 + builder.value(numerator + complement)
        builder.item(Item(name, tuple(rows[:2]), tuple(rows), weight=weight, must_hide=must))
    return builder.made()


def _sums(names: list[tuple[str, str]]) -> Iterator[tuple[str, np.ndarray[tuple[int], np.dtype[np.int64]]]]:
    for side in (0, 1):
        for one in dict.fromkeys(name[side] for name in names):
            yield one, np.array([name[side] == one for name in names], dtype=np.int64)
    yield "all", np.ones(len(names), dtype=np.int64)


@cache
def everything(cells: int, most: int) -> Matrix:
    """Every way to put up to `most` people into the cells."""
    found = []
    for bars in combinations(range(most + cells), cells):  # stars and bars, with one cell more for whoever is left out
        ends = (-1, *bars)
        found.append([ends[n + 1] - ends[n] - 1 for n in range(cells)])
    return np.array(found, dtype=np.int64)


def widths(system: System, hidden: frozenset[int], most: int) -> dict[int, int]:
    """Of each row that must stay in doubt how far it can be narrowed down by trying everything up to `most` people."""
    tried = everything(len(system.cells), most)
    possible = tried[system.holds(tried, hidden)]
    found = {}
    for target in system.targets(hidden):
        values = possible @ system.matrix[target.row]
        found[target.row] = int(values.max() - values.min())
    return found
