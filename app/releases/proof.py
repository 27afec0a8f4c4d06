"""The proof that a release is safe, checked in whole numbers and without a solver.

For every row that must stay in doubt there are two *witnesses*: two ways in which the people could be spread over the finest cells that
agree with all that is published and known, and between which the row differs by the threshold at least. An outsider who knows
everything but the people cannot tell which of the two is true, nor exclude either. Whoever doubts a proof multiplies two matrices.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.core.errors import Conflict
from app.releases.system import Matrix, System, Target

LARGEST = 2**32
"""Cells of witnesses are no larger, so that sums of them are exact."""


class NotProtected(Conflict):
    """Somebody outside could work out a suppressed figure too closely; `cells` names each, with the interval."""

    slug, title = "not-protected", "This release would tell too much"

    def __init__(self, cells: Sequence[str]) -> None:
        shown = "; ".join(cells[:10]) + (f"; and {len(cells) - 10} more" if len(cells) > 10 else "")
        super().__init__(f"An outsider could work out what is suppressed: {shown}. Nothing was kept.")
        self.cells = list(cells)


@dataclass(frozen=True)
class Interval:
    """The witnesses' values of a row: an outsider can exclude neither, nor the true value, which is not told."""

    target: Target
    low: int
    high: int

    @property
    def width(self) -> int:
        """How far they are apart."""
        return self.high - self.low


@dataclass(frozen=True, eq=False)
class Certificate:
    """What is hidden of a system, the witnesses (a row each), and for each target the numbers of its two."""

    hidden: frozenset[int]
    points: Matrix
    pairs: tuple[tuple[Target, int, int], ...]


def verified(system: System, certificate: Certificate, threshold: int) -> tuple[Interval, ...]:
    """Check a certificate, whoever made it: the intervals of all that must stay in doubt. Raises `NotProtected`, which names the cells."""
    hidden, points = certificate.hidden, certificate.points
    owed = system.targets(hidden)
    shown = [item.name for number, item in enumerate(system.items) if item.must_hide and number not in hidden]
    wrong = [f"{name}: it is shown, and too small" for name in shown]
    pairs = {target: (low, high) for target, low, high in certificate.pairs}
    fits = system.holds(points, hidden) & (points <= LARGEST).all(axis=1) if len(points) else np.zeros(0, dtype=bool)
    told = system.told(points) if len(points) else points
    found = []
    for target in owed:
        low, high = pairs.get(target, (-1, -1))
        if low < 0 or high < 0 or not (fits[low] and fits[high]):
            wrong.append(f"{system.name}, {target.name}: no doubt is proved")
            continue
        interval = Interval(target, int(told[low, target.row]), int(told[high, target.row]))
        found.append(interval)
        if interval.width < target.enough(threshold):
            wrong.append(f"{system.name}, {target.name}: it lies between {interval.low} and {interval.high}")
    if wrong:
        raise NotProtected(wrong)
    return tuple(found)
