"""The attacker: what somebody can work out who reads all that is published and knows how regions are composed.

For a row that is to stay in doubt it looks for the smallest and the largest value that agree with what is known: by linear programming
(HiGHS), and in whole numbers where the fractions leave it open. What it finds are whole-numbered *points*, each checked exactly; what
it concludes from bounds, it uses only to choose what else to hide. The proof rests on the points alone (`proof`).
"""

from collections.abc import Iterable
from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray

from app.releases.system import Matrix, System, Target, Vector

REACH = 8
"""Intervals are looked for as far as so many thresholds from the true value: whether one is wider still does not matter."""

WIDENED = 100
"""So many of the narrowest intervals are looked at again in the end: what is told of them is to be the truth."""

EPS = 1e-6
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Narrow:
    """A row that is known too closely: how closely, and which published rows give it away, with their part in it."""

    target: Target
    width: float
    above: dict[int, float]  # row -> its multiplier in the upper bound
    below: dict[int, float]  # the same in the lower bound


class Attacker:
    """Over one system. Keeps the points that it found: what agrees with much agrees with less."""

    def __init__(self, system: System, threshold: int, *, seed: int = 1) -> None:
        self.system = system
        self.threshold = threshold
        self.reach = REACH * max(threshold, *(target.least for target in system.always), 0)
        self.points: list[Vector] = [system.cells]
        self.chance = np.random.default_rng(seed)
        self._told = system.values.reshape(1, -1).copy()  # of each point what every row comes to; grows ahead of them
        self._of: frozenset[int] | None = None
        self._fit: list[int] = [0]
        self._low, self._high = system.values.copy(), system.values.copy()  # of every row over the points that fit
        self._solver = _loaded(system)
        self._whole = _loaded(system, whole=True)  # another one, so that each begins where it ended

    def narrow(self, hidden: frozenset[int], *, most: int = 10**9) -> list[Narrow]:
        """Rows that are known too closely if these items are hidden: all, or the first `most` that it comes across."""
        self._look_at(hidden)
        self._publish(hidden)
        self._probe(hidden)
        found: list[Narrow] = []
        for target in self.open(hidden):
            if self._open_now(target, hidden):  # a point that was found for another one may do for this one
                continue
            if (narrow := self._in_fractions(target) or self._in_whole_numbers(target, hidden)) is not None:
                found.append(narrow)
                if len(found) >= most:
                    break
        return found

    def open(self, hidden: frozenset[int]) -> list[Target]:
        """Rows for which there is no pair of points yet."""
        self._look_at(hidden)
        return [target for target in self.system.targets(hidden) if self._width(target) < target.enough(self.threshold)]

    def widen(self, hidden: frozenset[int]) -> None:
        """Look for the ends of the narrowest intervals, though enough is known: for what is told of how narrow the narrowest is."""
        self._publish(hidden)
        near = sorted(self.system.targets(hidden), key=self._width)
        for target in near[:WIDENED]:
            for sign in (1.0, -1.0):
                self._aim(target.row, sign)

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

    def _open_now(self, target: Target, hidden: frozenset[int]) -> bool:
        self._look_at(hidden)
        return self._width(target) >= target.enough(self.threshold)

    def _publish(self, hidden: frozenset[int]) -> None:
        """Tell the solver what is shown."""
        rows = len(self.system.matrix)
        self.lower, self.upper = np.full(rows, -highspy.kHighsInf), np.full(rows, highspy.kHighsInf)
        shown = self.system.published(hidden)
        self.lower[shown] = self.upper[shown] = self.system.values[shown]
        for fact in self.system.given(hidden):
            self.lower[fact.row] = max(self.lower[fact.row], fact.low)
        for solver in (self._solver, self._whole):
            _bound(solver, range(rows), self.lower, self.upper)

    def _probe(self, hidden: frozenset[int], *, times: int = 4) -> None:
        """Pull all open rows up or down at once, by chance which: one solution opens many."""
        for _ in range(times):
            rows = [target.row for target in self.open(hidden)]
            if len(rows) < 4:
                return
            near = self.system.values[rows]
            _bound(self._solver, rows, np.maximum(self.lower[rows], near - self.reach), np.minimum(self.upper[rows], near + self.reach))
            signs = self.chance.choice([-1.0, 1.0], len(rows))
            self._solve(signs @ self.system.matrix[rows])
            _bound(self._solver, rows, self.lower[rows], self.upper[rows])

    def _in_fractions(self, target: Target) -> Narrow | None:
        """Look for the ends of one interval; answers what gives the row away, if it is narrow."""
        high, above = self._aim(target.row, 1.0)
        low, below = self._aim(target.row, -1.0)
        width = np.floor(high + EPS) - np.ceil(low - EPS)
        return Narrow(target, float(width), above, below) if width < target.enough(self.threshold) else None

    def _in_whole_numbers(self, target: Target, hidden: frozenset[int]) -> Narrow | None:
        """The same where fractions say that it is wide, and found no whole numbers for it."""
        for sign in (1.0, -1.0):
            if self._open_now(target, hidden):
                return None
            self._aim(target.row, sign, whole=True, reach=target.enough(self.threshold))
        if self._open_now(target, hidden):
            return None
        # Whatever is shown may be what gives it away.
        every = dict.fromkeys(self.system.published(hidden), 1.0)
        return Narrow(target, float(self._width(target)), every, every)

    def _aim(self, row: int, sign: float, *, whole: bool = False, reach: int = 0) -> tuple[float, dict[int, float]]:
        """The largest (sign 1) or smallest (-1) value of a row, up to the reach, and which bounds hold it there."""
        value = self.system.values[row]
        reach = reach or self.reach
        low, high = max(self.lower[row], value - reach), min(self.upper[row], value + reach)
        solver = self._whole if whole else self._solver
        _bound(solver, [row], np.array([low]), np.array([high]))
        duals = self._solve(sign * self.system.matrix[row], solver)
        reached = sign * solver.getInfo().objective_function_value
        _bound(solver, [row], self.lower[[row]], self.upper[[row]])
        return reached, {int(n): float(duals[n]) for n in np.flatnonzero(np.abs(duals) > EPS) if n != row or value in (low, high)}

    def _solve(self, weights: Floats, solver: highspy.Highs | None = None) -> Floats:
        """Maximize, keep the point if it is whole and right, and answer the multipliers of the rows."""
        solver = solver or self._solver
        columns = len(self.system.cells)
        solver.changeColsCost(columns, np.arange(columns, dtype=np.int32), np.asarray(weights, dtype=np.float64))
        solver.run()
        solution = solver.getSolution()
        point = np.array(solution.col_value)
        duals = np.array(solution.row_dual) if solution.dual_valid else np.zeros(len(self.system.matrix))
        rounded: Vector = np.rint(point).astype(np.int64)
        if len(point) == columns and np.abs(point - rounded).max(initial=0) < EPS and (rounded >= 0).all():
            self._keep(rounded)
        return duals


def _loaded(system: System, *, whole: bool = False) -> highspy.Highs:
    """The system in the solver, with nothing published yet; it maximizes. `whole`: over whole numbers alone."""
    rows, columns = system.matrix.shape
    matrix = system.matrix
    where = [np.flatnonzero(row) for row in matrix]
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = columns, rows
    model.col_cost_ = np.zeros(columns)
    model.col_lower_, model.col_upper_ = np.zeros(columns), np.full(columns, highspy.kHighsInf)
    model.row_lower_, model.row_upper_ = np.full(rows, -highspy.kHighsInf), np.full(rows, highspy.kHighsInf)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.cumsum([0, *(len(at) for at in where)], dtype=np.int32)
    model.a_matrix_.index_ = np.concatenate([*where, np.zeros(0)]).astype(np.int32)
    model.a_matrix_.value_ = np.concatenate([*(row[at] for row, at in zip(matrix, where, strict=True)), np.zeros(0)]).astype(np.float64)
    model.sense_ = highspy.ObjSense.kMaximize
    if whole:
        model.integrality_ = [highspy.HighsVarType.kInteger] * columns
    solver = quiet()
    if whole:
        solver.setOptionValue("presolve", "on")
        solver.setOptionValue("mip_rel_gap", 0.0)
        solver.setOptionValue("mip_abs_gap", 0.9)  # values are whole numbers
    solver.passModel(model)
    return solver


class Quiet(highspy.Highs):
    """HiGHS without its banner, which it prints once a process while it is made: standard output is for answers."""

    def enableCallbacks(self) -> None:  # noqa: N802 - the solver's name
        """What it does last when it is made; it is told to be quiet first."""
        self.silent()
        super().enableCallbacks()  # type: ignore[no-untyped-call]  # its types leave this one out


def quiet() -> highspy.Highs:
    """A solver that says nothing, uses one thread and takes the same way every time."""
    solver = Quiet()  # type: ignore[no-untyped-call]  # as above
    for option, value in (("output_flag", False), ("threads", 1), ("random_seed", 1), ("presolve", "off")):
        solver.setOptionValue(option, value)
    return solver


def _bound(solver: highspy.Highs, rows: Iterable[int], lower: Floats, upper: Floats) -> None:
    for row, low, high in zip(rows, lower.tolist(), upper.tolist(), strict=True):
        solver.changeRowBounds(int(row), low, high)
