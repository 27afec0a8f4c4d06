"""Somebody outside, who has nothing but the released files and a list of which regions overlap. Slow and obvious on purpose.

It knows nothing of how releases are made: no line of `app.releases` is used here. Its unknowns are people by pair of regions that
overlap, by which of the cohorts they are in, and by what became of them; every number in the files is a sum of these. For every figure
that is withheld it asks an integer program how small and how large the counts behind it can be.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import highspy
import numpy as np

Row = Mapping[str, str]
Pair = tuple[str, str]
SYSTEMS = ("labor_market_region", "lwda")


@dataclass(frozen=True)
class Cell:
    """People whom nobody tells apart: where they live, when they exited, and what became of them: out, worked, did not."""

    pair: Pair
    quarter: str
    became: str


@dataclass(frozen=True)
class Opened:
    """A withheld count that was narrowed down."""

    what: str
    low: int
    high: int


def read(content: str) -> list[Row]:
    """The rows of a release's CSV."""
    return list(csv.DictReader(io.StringIO(content)))


def quarters(first: str, last: str) -> list[str]:
    """The quarters from a first to a last day, as `2025-3`."""
    begin, end = (int(day[:4]) * 4 + (int(day[5:7]) - 1) // 3 for day in (first, last))
    return [f"{n // 4}-{n % 4 + 1}" for n in range(begin, end + 1)]


class Outsider:
    """What can be known of those who exited, of one population, out of several releases at once."""

    def __init__(self, releases: Sequence[Sequence[Row]], pairs: Iterable[Pair], *, population: str, indicators: Sequence[str]) -> None:
        self.rows = [row for rows in releases for row in rows if row["population"] == population and row["indicator"] in indicators]
        self.rows = [row for row in self.rows if row["status"] in ("ok", "suppressed", "not_applicable")]
        every = sorted({quarter for row in self.rows for quarter in quarters(row["cohort_from"], row["cohort_until"])})
        self.cells = [Cell(*one) for one in product(sorted(set(pairs)), every, ("out", "worked", "did_not"))]

    def _lives(self, row: Row, cell: Cell) -> bool:
        return row["region_system"] == "state" or cell.pair[SYSTEMS.index(row["region_system"])] == row["region"]

    def sums(self, row: Row) -> dict[str, np.ndarray[Any, Any]]:
        """The counts behind a figure, each as the cells that it is the sum of."""
        when = quarters(row["cohort_from"], row["cohort_until"])
        there = np.array([self._lives(row, cell) and cell.quarter in when for cell in self.cells], dtype=float)
        if row["indicator"] == "participants_exited":
            return {"numerator": there}
        worked, did_not = (there * np.array([cell.became == word for cell in self.cells]) for word in ("worked", "did_not"))
        return {"numerator": worked, "denominator": worked + did_not, "did not": did_not}

    def published(self) -> Iterator[tuple[np.ndarray[Any, Any], int]]:
        """Every number in the files."""
        for row in self.rows:
            for name, cells in self.sums(row).items():
                if row.get(name):
                    yield cells, int(row[name])

    def opened(self, threshold: int) -> list[Opened]:
        """The withheld counts that lie within less than the threshold."""
        solver = self._knowing()
        found, seen = [], set[bytes]()
        for row in self.rows:
            for name, cells in self.sums(row).items():
                if row["status"] != "suppressed" or not cells.any() or cells.tobytes() in seen:
                    continue
                seen.add(cells.tobytes())
                low, high = (_end(solver, cells, sense) for sense in (highspy.ObjSense.kMinimize, highspy.ObjSense.kMaximize))
                if high - low < threshold:
                    what = f"{name} of {row['indicator']} in {row['region']} ({row['region_system']}), {row['period']}"
                    found.append(Opened(what, low, high))
        return found

    def _knowing(self) -> highspy.Highs:
        solver = highspy.Highs()  # type: ignore[no-untyped-call]  # its types leave this one out
        quiet = False
        solver.setOptionValue("output_flag", quiet)
        solver.setOptionValue("threads", 1)  # as every solver in this process: they share what they run on
        count = len(self.cells)
        solver.addVars(count, np.zeros(count), np.full(count, 1e6))
        solver.changeColsIntegrality(count, np.arange(count, dtype=np.int32), np.full(count, 1, dtype=np.uint8))
        for cells, value in self.published():
            at = np.flatnonzero(cells).astype(np.int32)
            solver.addRow(value, value, len(at), at, cells[at])
        return solver


def _end(solver: highspy.Highs, cells: np.ndarray[Any, Any], sense: Any) -> int:
    count = len(cells)
    solver.changeColsCost(count, np.arange(count, dtype=np.int32), cells)
    solver.changeObjectiveSense(sense)
    solver.run()
    status = solver.getModelStatus()
    assert status == highspy.HighsModelStatus.kOptimal, f"what was published contradicts itself: {status}"
    return round(solver.getInfo().objective_function_value)
