"""HiGHS over one system: the unknowns are the finest cells, and of every row it is told what is known of it.

One model that keeps its place: asked for something else, it goes on from where it was. Where what is asked for changes, the place stays
a possible one (the primal simplex goes on), where bounds are drawn tighter, it stays the best (the dual one does).
"""

from collections.abc import Sequence

import highspy
import numpy as np
from numpy.typing import NDArray

from app.releases.system import System, Vector

EPS = 1e-6
Floats = NDArray[np.float64]
INFINITY = highspy.kHighsInf

DUAL, PRIMAL = 1, 4  # HiGHS's numbers for the two
ROUNDINGS = 100
"""So many times unknowns are rounded on the way to a whole point; then it is given up."""

SECONDS = 2.0  # for one search over whole numbers


class Solver:
    """Looks for points that agree with what is known, as far out in a direction as there are. Maximizes."""

    def __init__(self, system: System) -> None:
        self._columns = len(system.cells)
        self._numbers = np.arange(self._columns, dtype=np.int32)
        self._highs = quiet()
        self._highs.passModel(_model(system))
        self._highs.setOptionValue("simplex_strategy", PRIMAL)

    def bound(self, rows: Sequence[int], lower: Floats, upper: Floats) -> None:
        """Say of some rows between what they lie."""
        for row, low, high in zip(rows, lower.tolist(), upper.tolist(), strict=True):
            self._highs.changeRowBounds(int(row), low, high)

    def maximize(self, weights: Floats) -> float:
        """How far the weighted sum of cells can get."""
        self._highs.changeColsCost(self._columns, self._numbers, np.asarray(weights, dtype=np.float64))
        self._highs.run()
        if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:  # it lost its way: once more, from the beginning
            self._highs.clearSolver()
            self._highs.run()
        assert self._highs.getModelStatus() == highspy.HighsModelStatus.kOptimal, (
            "the truth is a point, and every sum that is asked for is bounded"
        )
        return float(self._highs.getInfo().objective_function_value)

    def rows(self) -> Floats:
        """What every row comes to there, be it whole or not."""
        return np.array(self._highs.getSolution().row_value)

    def multipliers(self) -> Floats:
        """What each row had to do with how far it got."""
        return np.array(self._highs.getSolution().row_dual)

    def whole(self) -> Vector | None:
        """The point that it got to, or one near it in whole numbers: fractions are rounded, the nearly whole first; the rest follows."""
        if (point := self._point()) is None or not len(broken := _broken(point)):
            return _rounded(point)
        place, fixed = self._highs.getBasis(), list[int]()
        self._highs.setOptionValue("simplex_strategy", DUAL)
        for _ in range(ROUNDINGS):
            nearest = broken[np.argsort(np.abs(point[broken] - np.rint(point[broken])))]
            point = self._fixed(nearest[: max(1, len(nearest) // 4)], point, fixed)
            if point is None or not len(broken := _broken(point)):
                break
        for column in fixed:
            self._highs.changeColBounds(column, 0.0, INFINITY)
        self._highs.setOptionValue("simplex_strategy", PRIMAL)
        self._highs.setBasis(place)
        return _rounded(point)

    def whole_at_best(self) -> Vector | None:
        """The whole point that gets farthest, sought as long as it may take; None if none was found by then."""
        self._highs.changeColsIntegrality(self._columns, self._numbers, np.ones(self._columns, dtype=np.uint8))
        enough = self._highs.getRunTime() + SECONDS
        for option, value in (("presolve", "on"), ("mip_abs_gap", 0.9), ("mip_rel_gap", 0.0), ("time_limit", enough)):
            self._highs.setOptionValue(option, value)
        self._highs.run()
        point = self._point(proved=False)
        for option, value in (("presolve", "off"), ("time_limit", INFINITY)):
            self._highs.setOptionValue(option, value)
        self._highs.changeColsIntegrality(self._columns, self._numbers, np.zeros(self._columns, dtype=np.uint8))
        return _rounded(point)

    def _fixed(self, columns: NDArray[np.int64], point: Floats, fixed: list[int]) -> Floats | None:
        """Round some cells; if there is no such point, the first of them alone, up or down. Answers where that leads, or None."""
        for column in columns.tolist():
            self._fix(column, float(np.rint(point[column])), fixed)
        self._highs.run()
        if (there := self._point()) is not None:
            return there
        for column in columns[1:].tolist():
            self._highs.changeColBounds(column, 0.0, INFINITY)
        first = int(columns[0])
        down = float(np.floor(point[first]))
        for value in sorted((down, down + 1), key=lambda value: abs(value - point[first])):
            self._fix(first, value, fixed)
            self._highs.run()
            if (there := self._point()) is not None:
                return there
        return None

    def _fix(self, column: int, value: float, fixed: list[int]) -> None:
        self._highs.changeColBounds(column, value, value)
        fixed.append(column)

    def _point(self, *, proved: bool = True) -> Floats | None:
        if proved and self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        point = np.array(self._highs.getSolution().col_value)
        return point if len(point) == self._columns else None


def _broken(point: Floats) -> NDArray[np.int64]:
    """The cells that are no whole numbers."""
    return np.flatnonzero(np.abs(point - np.rint(point)) > EPS)


def _rounded(point: Floats | None) -> Vector | None:
    """The point, if it is whole and nowhere negative."""
    if point is None or len(_broken(point)):
        return None
    rounded: Vector = np.rint(point).astype(np.int64)
    return rounded if (rounded >= 0).all() else None


def _model(system: System) -> highspy.HighsLp:
    """The system with nothing published yet; it maximizes."""
    rows, columns = system.matrix.shape
    matrix = system.matrix
    where = [np.flatnonzero(row) for row in matrix]
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = columns, rows
    model.col_cost_ = np.zeros(columns)
    model.col_lower_, model.col_upper_ = np.zeros(columns), np.full(columns, INFINITY)
    model.row_lower_, model.row_upper_ = np.full(rows, -INFINITY), np.full(rows, INFINITY)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.cumsum([0, *(len(at) for at in where)], dtype=np.int32)
    model.a_matrix_.index_ = np.concatenate([*where, np.zeros(0)]).astype(np.int32)
    model.a_matrix_.value_ = np.concatenate([*(row[at] for row, at in zip(matrix, where, strict=True)), np.zeros(0)]).astype(np.float64)
    model.sense_ = highspy.ObjSense.kMaximize
    return model


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
