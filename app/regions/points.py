"""Which outline a point lies in: for one point, or for a million in a fraction of a second. Pure.

What is decided where:

* a point belongs to the region in whose outline, border included, it lies, if that is one region alone;
* a point on a border between regions, or where outlines overlap, is `ON_BORDER`: who asks for one point gets the candidates;
* a point in no outline, or that is no number, is `OUTSIDE`.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from app.regions.shapes import Shape

OUTSIDE, ON_BORDER = -1, -2
CELLS = 256  # along each side of the grid


class Located:
    """Outlines made ready for points.

    A grid over all of them says of most cells whose they are, all of it: the points in those are looked up. Only points in cells that a
    border crosses are tested against outlines, one outline at a time over whole arrays. The grid is made when it is first asked for.
    """

    def __init__(self, shapes: Mapping[str, Shape]) -> None:
        self.codes = tuple(shapes)
        self._outlines = np.array(list(shapes.values()), dtype=object)
        shapely.prepare(self._outlines)
        bounds = shapely.total_bounds(self._outlines) if self.codes else np.array([0.0, 0.0, 1.0, 1.0])
        self._corner: NDArray[np.float64] = bounds[:2]
        self._far: NDArray[np.float64] = bounds[2:]
        self._cell = np.maximum((bounds[2:] - bounds[:2]) / CELLS, 1e-12)

    @cached_property
    def _grid(self) -> tuple[NDArray[np.int32], list[NDArray[np.intp]]]:
        """Of each cell, whose it is (`ON_BORDER`: not one outline's alone); of each outline, the cells that it crosses or shares."""
        owner = np.full(CELLS * CELLS, OUTSIDE, dtype=np.int32)
        if not self.codes:
            return owner, []
        edges = self._corner[:, None] + self._cell[:, None] * np.arange(CELLS + 1)
        west, south = (side.ravel() for side in np.meshgrid(edges[0][:-1], edges[1][:-1]))
        # A cell reaches a little beyond its edges, so that a point which rounding puts into the next cell is still in the right one.
        slack = self._cell * 1e-6
        west, south, east, north = west - slack[0], south - slack[1], west + self._cell[0] + slack[0], south + self._cell[1] + slack[1]
        tree = shapely.STRtree(shapely.box(west, south, east, north))
        touching, touched = tree.query(self._outlines, predicate="intersects")
        holding, held = tree.query(self._outlines, predicate="contains_properly")
        owner[touched] = ON_BORDER
        alone = np.bincount(touched, minlength=owner.size) == 1
        whole = alone[held]
        owner[held[whole]] = holding[whole]
        open_cells = owner[touched] == ON_BORDER
        crossed = [touched[open_cells & (touching == outline)] for outline in range(len(self.codes))]
        return owner, crossed

    def assign(self, lon: ArrayLike, lat: ArrayLike) -> NDArray[np.int32]:
        """The number of the region that each point lies in, as an index into `codes`; `OUTSIDE` or `ON_BORDER` where there is none."""
        x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
        found = np.full(x.shape, OUTSIDE, dtype=np.int32)
        # Compared this way round, what is no number is outside.
        near = np.flatnonzero((x >= self._corner[0]) & (x <= self._far[0]) & (y >= self._corner[1]) & (y <= self._far[1]))
        if not near.size or not self.codes:
            return found
        x, y = x[near], y[near]
        owner, crossed = self._grid
        column = np.minimum(((x - self._corner[0]) / self._cell[0]).astype(np.intp), CELLS - 1)
        row = np.minimum(((y - self._corner[1]) / self._cell[1]).astype(np.intp), CELLS - 1)
        cell = row * CELLS + column
        answer = owner[cell]
        unsure = np.flatnonzero(answer == ON_BORDER)
        answer[unsure] = self._tested(x[unsure], y[unsure], cell[unsure], crossed)
        found[near] = answer
        return found

    def _tested(
        self, x: NDArray[np.float64], y: NDArray[np.float64], cell: NDArray[np.intp], crossed: Sequence[NDArray[np.intp]]
    ) -> NDArray[np.int32]:
        answer = np.full(x.shape, OUTSIDE, dtype=np.int32)
        order = np.argsort(cell, kind="stable")  # the points of an outline's cells stand together
        ordered = cell[order]
        for outline, cells in enumerate(crossed):
            begins, ends = np.searchsorted(ordered, cells, "left"), np.searchsorted(ordered, cells, "right")
            here = order[_ranges(begins, ends)]
            inside = here[shapely.intersects_xy(self._outlines[outline], x[here], y[here])]
            answer[inside] = np.where(answer[inside] == OUTSIDE, outline, ON_BORDER)
        return answer

    def covering(self, lon: float, lat: float) -> tuple[str, ...]:
        """The codes of all regions in whose outline, border included, one point lies: none, one, or its neighbours."""
        point = shapely.points(lon, lat)
        return tuple(code for code, outline in zip(self.codes, self._outlines, strict=True) if shapely.intersects(outline, point))


def _ranges(begins: NDArray[np.intp], ends: NDArray[np.intp]) -> NDArray[np.intp]:
    """The whole numbers of many ranges, one range after the other."""
    lengths = ends - begins
    starts = np.repeat(begins - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths)
    return starts + np.arange(lengths.sum())


class InSystems:
    """Points to regions of every system: the counties' outlines once, then a look-up for each system that is made of counties."""

    def __init__(self, counties: Located, whole: Mapping[str, Mapping[str, str]], drawn: Mapping[str, Located] | None = None) -> None:
        """`whole`: system -> county -> region; a county that is not in it is divided or unassigned. `drawn`: systems with outlines."""
        self.counties = counties
        self.drawn = dict(drawn or {})
        self.codes: dict[str, tuple[str, ...]] = {name: tuple(sorted(set(regions.values()))) for name, regions in whole.items()}
        self._of: dict[str, NDArray[np.int32]] = {}
        for name, regions in whole.items():
            number = {code: n for n, code in enumerate(self.codes[name])}
            of = [number.get(regions.get(county, ""), OUTSIDE) for county in counties.codes]
            self._of[name] = np.array([*of, ON_BORDER, OUTSIDE], dtype=np.int32)  # -2 and -1 find themselves at the end
        self.codes |= {name: located.codes for name, located in self.drawn.items()}

    def assign(self, lon: ArrayLike, lat: ArrayLike) -> dict[str, NDArray[np.int32]]:
        """Of each system, the number of the region that each point lies in, as an index into `codes[system]`.

        `OUTSIDE` also where the county has no region in the system, or several: there the place decides and not the point.
        """
        county = self.counties.assign(lon, lat)
        return {
            **{name: of[county] for name, of in self._of.items()},
            **{name: located.assign(lon, lat) for name, located in self.drawn.items()},
        }


def named(codes: Sequence[str], numbers: NDArray[np.int32]) -> NDArray[Any]:
    """Numbers as codes; None for those that are none."""
    return np.array([*codes, None, None], dtype=object)[numbers]
