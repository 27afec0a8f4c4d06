"""The finest cells of a family of indicators: people by where they live, by their places under every indicator, in every look at once.

Cohorts that overlap come apart into these cells by themselves: whoever is in the one and not in the other has another combination of
places. A figure of any look, a difference of two, and the part that they share are all sums of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from app.core.errors import Conflict
from app.outcomes.frame import region
from app.outcomes.indicators import Counted, Indicator
from app.outcomes.queries import Crossed, seen
from app.outcomes.table import STATE
from app.releases.earlier import Node, Place
from app.releases.system import Vector

MOST_CELLS = 60_000
"""More of them take too long, and too much memory."""

KEPT_APART = {"in_demand_placement": ("occupation_unknown", "no_list")}
"""Reasons for being left out that a status tells something about."""

IN = ("numerator", "denominator")
OUT = -1
Mask = NDArray[np.bool_]


class TooMuchTogether(Conflict):
    """So many releases say something about each other that they cannot be proved together."""

    slug, title = "too-much-together", "This cannot be proved together with what was released before"


@dataclass
class Cells:
    """The cells of a family: each a place of residence (its region in every system of every look) and a combination of places.

    where: a row a cell, a column a region column of the tallies;  places: a row a cell, a column an indicator
    """

    nodes: Sequence[Node]
    columns: Sequence[str]
    where: NDArray[np.str_]
    places: NDArray[np.int64]
    counts: Vector
    _masks: dict[tuple[int, Place], Vector] = field(default_factory=dict)

    def at(self, look: int, place: Place) -> Vector:
        """1 for the cells whose people live there: in a region of a system, as a look names it, or in the state."""
        if (look, place) not in self._masks:
            system, code = place
            within = np.ones(len(self.counts), bool) if system == STATE else self.where[:, self._column(look, system)] == code
            self._masks[look, place] = within.astype(np.int64)
        return self._masks[look, place]

    def _column(self, look: int, system: str) -> int:
        return self.columns.index(seen(look, region(system)))

    def among(self, node: Node, *places: str) -> Vector:
        """1 for the cells that have one of these places under an indicator."""
        look, indicator = node
        at = next(n for n, (of, one) in enumerate(self.nodes) if (of, one.key) == (look, indicator.key))
        return np.isin(self.places[:, at], [_number(indicator, place) for place in places]).astype(np.int64)

    def counted(self, node: Node) -> Mask:
        """Whether a cell's people are in the figure at all."""
        return self.among(node, *IN).astype(bool)


def _number(indicator: Indicator, place: str) -> int:
    return indicator.places.index(place) if place in indicator.places else len(indicator.places)


def homes(crossed: Crossed) -> list[tuple[str, ...]]:
    """Where people live, in every system at once. An outsider knows the composition of regions, and is taken to know also in which parts
    nobody lives: it can only make the attacker stronger."""
    columns = region_columns(crossed)
    return sorted({row for tallied in crossed.together.values() for row in tallied.select(columns).unique().iter_rows()})


def region_columns(crossed: Crossed) -> list[str]:
    """The columns of regions of the tallies of every look."""
    mark = region("")
    return [name for name in next(iter(crossed.together.values())).columns if name.partition("|")[2].startswith(mark)]


def celled(crossed: Crossed, nodes: Sequence[Node], pairs: Sequence[tuple[str, ...]], *, most: int = MOST_CELLS) -> Cells:
    """A cell for every home and every combination of places that anybody in the state has. Raises `TooMuchTogether`."""
    counted: Counted = nodes[0][1].counted
    columns, keys = region_columns(crossed), [seen(look, i.key) for look, i in nodes]
    placed = crossed.together[counted].with_columns(*(_apart(name, i) for name, (_, i) in zip(keys, nodes, strict=True)))
    summed = placed.group_by(*columns, *keys).agg(pl.col("rows").sum()).filter(pl.any_horizontal(pl.col(key) != OUT for key in keys))
    counts: Mapping[tuple[tuple[str, ...], tuple[int, ...]], int] = {
        (row[: len(columns)], row[len(columns) : -1]): row[-1] for row in summed.iter_rows()
    }
    combinations = sorted({combination for _, combination in counts})
    if (size := len(pairs) * len(combinations)) > most:
        looks = len({look for look, _ in nodes}) - 1
        raise TooMuchTogether(
            f"{looks} earlier releases have cohorts that overlap this one's, directly or over each other. Together they come apart into "
            f"{size:,} groups of people, and no more than {most:,} can be proved. Release a period that overlaps fewer of them: "
            "keep to one kind of period, or leave quarters between rolling ones."
        )
    cells = [(pair, combination) for pair in pairs for combination in combinations]
    return Cells(
        nodes,
        columns,
        np.array([pair for pair, _ in cells], dtype=np.str_).reshape(len(cells), len(columns)),
        np.array([combination for _, combination in cells], dtype=np.int64).reshape(len(cells), len(nodes)),
        np.array([counts.get(cell, 0) for cell in cells], dtype=np.int64),
    )


def _apart(column: str, indicator: Indicator) -> pl.Expr:
    """The place of each row, as far as figures tell places apart; everybody else is out."""
    told: Iterable[str] = (*IN, *KEPT_APART.get(indicator.name, ()))
    numbers = [number for number, place in enumerate(indicator.places) if place in told]
    place = pl.col(column).cast(pl.Int64)
    return pl.when(place.is_in(numbers)).then(place).otherwise(OUT).alias(column)
