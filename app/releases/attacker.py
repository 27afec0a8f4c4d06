"""The attacker: what somebody can work out who reads all that is published and knows how regions are composed.

For rows that are to stay in doubt it looks for smaller and larger values that agree with what is known: by linear programming, for many
rows at once, rounded to whole numbers. What it finds are whole-numbered *points*, each checked exactly; what it concludes from bounds, it
uses only to choose what else to hide. The proof rests on the points alone (`proof`).
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np

from app.releases.solver import EPS, INFINITY, Floats, Solver
from app.releases.system import Matrix, System, Target, Vector

REACH = 8
"""Intervals are looked for as far as so many thresholds from the true value: whether one is wider still does not matter."""

PULL = 2
"""Many rows at once are pulled as far as so many thresholds each: farther, and the one leaves no room for the other."""

PULLS, PROGRESS = 40, 0.02
"""They are pulled so many times, or until that opens less than such a share of those in doubt. What is left is looked at one by one."""


@dataclass(frozen=True)
class Narrow:
    """A row that is known too closely: how closely, and which published rows give it away, with their part in it."""

    target: Target
    width: float
    above: dict[int, float]  # row -> its multiplier in the upper bound
    below: dict[int, float]  # the same in the lower bound


Way = Callable[[], Vector | None]


class Attacker:
    """Over one system. Keeps the points that it found: what agrees with much agrees with less."""

    def __init__(self, system: System, threshold: int, *, seed: int = 1) -> None:
        self.system = system
        self.threshold = threshold
        self.widest = max(threshold, *(target.least for target in system.always), 0)
        self.points: list[Vector] = [system.cells]
        self.chance = np.random.default_rng(seed)
        self._told = system.values.reshape(1, -1).copy()  # of each point what every row comes to; grows ahead of them
        self._of: frozenset[int] | None = None
        self._fit: list[int] = [0]
        self._low, self._high = system.values.copy(), system.values.copy()  # of every row over the points that fit
        self._shown_with: frozenset[int] | None = None
        self._solver = Solver(system)

    def narrow(self, hidden: frozenset[int]) -> list[Narrow]:
        """Rows that are known too closely if these items are hidden."""
        found = self.in_fractions(hidden)
        return found + self.in_whole_numbers(hidden, but={one.target for one in found})

    def in_fractions(self, hidden: frozenset[int], *, among: Collection[Target] | None = None) -> list[Narrow]:
        """Rows (all, or some) that are known too closely though people could be cut in parts: soon found, and nearly all that there are."""
        self._publish(hidden)
        targets = [target for target in self.system.targets(hidden) if among is None or target in among]
        self._pull(targets, self._seems_open)
        found: list[Narrow] = []
        for target in targets:
            if self._seems_open(target):
                continue
            if (narrow := self._in_fractions(target)) is not None:
                found.append(narrow)
        return found

    def in_whole_numbers(self, hidden: frozenset[int], *, but: Collection[Target] = ()) -> list[Narrow]:
        """Rows, except some, for which there are no two points in whole numbers that are far enough from each other."""
        self._publish(hidden)
        targets = [target for target in self.system.targets(hidden) if target not in but]
        self._pull(targets, self._open, self._solver.whole)
        found: list[Narrow] = []
        for target in targets:
            if self._open(target):
                continue
            if not self._opened(target):
                every = dict.fromkeys(self.system.published(hidden), 1.0)  # whatever is shown may be what gives it away
                found.append(Narrow(target, float(self._width(target)), every, every))
        return found

    def widen(self, hidden: frozenset[int]) -> None:
        """Look for the ends of the narrowest interval, until it is as wide as it can be shown to be: that is what is told of it."""
        self._publish(hidden)
        targets, tried = self.system.targets(hidden), set[int]()
        while targets and (narrowest := min(targets, key=self._width)).row not in tried:
            tried.add(narrowest.row)
            for sign in (1.0, -1.0):
                self._aim(narrowest.row, sign, REACH * self.widest, self._solver.whole)

    def witnesses(self, hidden: frozenset[int]) -> tuple[Matrix, list[tuple[Target, int, int]]]:
        """The points that agree with what is shown, and for each target the numbers of those with its smallest and largest value."""
        self._look_at(hidden)
        targets, fit = self.system.targets(hidden), self._fit
        values = self._told[fit]
        pairs = [(target, fit[int(values[:, target.row].argmin())], fit[int(values[:, target.row].argmax())]) for target in targets]
        used = sorted({number for _, low, high in pairs for number in (low, high)})
        at = {number: place for place, number in enumerate(used)}
        points = np.array([self.points[number] for number in used], dtype=np.int64).reshape(len(used), len(self.system.cells))
        return points, [(target, at[low], at[high]) for target, low, high in pairs]

    def _look_at(self, hidden: frozenset[int]) -> None:
        """Find out which points agree with what is shown, if these items are hidden, and how far they spread each row."""
        if self._of == hidden:
            return
        told = self._told[: len(self.points)]
        self._of, self._fit = hidden, np.flatnonzero(self.system.agree(told, hidden)).tolist()
        self._low, self._high = told[self._fit].min(axis=0), told[self._fit].max(axis=0)  # the truth always fits

    def _keep(self, point: Vector) -> None:
        """Keep a point that was found, and is not negative."""
        told = self.system.told(point)
        if len(self.points) == len(self._told):
            self._told = np.vstack([self._told, np.zeros_like(self._told)])
        self._told[len(self.points)] = told
        self.points.append(point)
        if self._of is not None and self.system.agree(told.reshape(1, -1), self._of)[0]:
            self._fit.append(len(self.points) - 1)
            self._low, self._high = np.minimum(self._low, told), np.maximum(self._high, told)

    def _width(self, target: Target) -> int:
        return int(self._high[target.row] - self._low[target.row])

    def _open(self, target: Target) -> bool:
        """Whether there are two points for a row."""
        return self._width(target) >= target.enough(self.threshold)

    def _seems_open(self, target: Target) -> bool:
        """The same, if people could be cut in parts."""
        return bool(self._most[target.row] - self._least[target.row] >= target.enough(self.threshold) - EPS)

    def _publish(self, hidden: frozenset[int]) -> None:
        """Tell the solver what is shown. What points in fractions told is forgotten, unless they agree with what is shown now as well."""
        self._look_at(hidden)
        if self._shown_with is None or not self._shown_with <= hidden:
            self._least, self._most = self._low.astype(np.float64), self._high.astype(np.float64)
        self._shown_with = hidden
        rows = len(self.system.matrix)
        self.lower, self.upper = np.full(rows, -INFINITY), np.full(rows, INFINITY)
        shown = self.system.published(hidden)
        self.lower[shown] = self.upper[shown] = self.system.values[shown]
        for fact in self.system.given(hidden):
            self.lower[fact.row] = max(self.lower[fact.row], fact.low)
        self._solver.bound(range(rows), self.lower, self.upper)

    def _pull(self, targets: Sequence[Target], enough: Callable[[Target], bool], way: Way | None = None) -> None:
        """Pull all rows in doubt up or down at once, by chance which, and then the other way round: two points open many.

        `enough`: whether a row is in doubt no more; `way`: how to come to a whole point from there, which is kept.
        """
        rows = [target.row for target in targets if not enough(target)]
        for _ in range(PULLS):
            if not rows:
                return
            near, far = self.system.values[rows], PULL * self.widest
            self._solver.bound(rows, np.maximum(self.lower[rows], near - far), np.minimum(self.upper[rows], near + far))
            signs = self.chance.choice([-1.0, 1.0], len(rows))
            for weights in (signs, -signs):
                self._reach(weights @ self.system.matrix[rows], way)
            self._solver.bound(rows, self.lower[rows], self.upper[rows])
            before, rows = len(rows), [target.row for target in targets if not enough(target)]
            if before - len(rows) <= PROGRESS * before:
                return

    def _in_fractions(self, target: Target) -> Narrow | None:
        """Look for the ends of one interval; answers what gives the row away, if it is narrow."""
        high, above = self._aim(target.row, 1.0, REACH * self.widest)
        low, below = self._aim(target.row, -1.0, REACH * self.widest)
        width = np.floor(high + EPS) - np.ceil(low - EPS)
        return Narrow(target, float(width), above, below) if width < target.enough(self.threshold) else None

    def _opened(self, target: Target) -> bool:
        """Look for two points in whole numbers for one row."""
        for way in (self._solver.whole, self._solver.whole_at_best):
            for sign in (1.0, -1.0):
                self._aim(target.row, sign, target.enough(self.threshold), way)
                if self._open(target):
                    return True
        return False

    def _aim(self, row: int, sign: float, reach: int, way: Way | None = None) -> tuple[float, dict[int, float]]:
        """The largest (sign 1) or smallest (-1) value of a row, up to the reach, and which bounds hold it there."""
        value = self.system.values[row]
        low, high = max(self.lower[row], value - reach), min(self.upper[row], value + reach)
        self._solver.bound([row], np.array([low]), np.array([high]))
        reached, by = self._reach(sign * self.system.matrix[row], way)
        self._solver.bound([row], self.lower[[row]], self.upper[[row]])
        return sign * reached, {int(n): float(by[n]) for n in np.flatnonzero(np.abs(by) > EPS) if n != row or value in (low, high)}

    def _reach(self, weights: Floats, way: Way | None) -> tuple[float, Floats]:
        """How far a weighted sum of cells can get, and what each row has to do with it."""
        reached = self._solver.maximize(weights)
        there, by = self._solver.rows(), self._solver.multipliers()
        self._least, self._most = np.minimum(self._least, there), np.maximum(self._most, there)
        if way is not None and (point := way()) is not None:
            self._keep(point)
        return reached, by
