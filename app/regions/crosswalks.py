"""Crosswalks: the shares in which the regions of one system fall into those of another, or of another day. Pure.

Shares of area and of counties; they say nothing about people. The shares of one region sum to 1: what falls into no region of the other
system, or cannot be told, is a row of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from app.regions.rules import COUNTY, Division, Part, Region, Shared
from app.regions.shapes import NOISE_KM2, Shape, area_km2, areas_km2


@dataclass(frozen=True)
class Row:
    """A share of the region `one`. `other` is None for what falls into no region, or into one of `among`, nobody can tell which."""

    one: str
    other: str | None
    share: float
    amount: float  # square kilometres, or counties
    among: tuple[str, ...] = ()


@dataclass(frozen=True)
class Crosswalk:
    """All shares, in the order of the regions' codes; `left_out` says of regions without rows why they have none."""

    rows: tuple[Row, ...]
    left_out: Mapping[str, str]


def by_counties(these: Sequence[Region], those: Division, *, system: str) -> Crosswalk:
    """Shares of counties: each county that a region takes in, or part of one, counts as one. `system` is that of `these`.

    `those` is how the other system divides the counties. Half a county is as heavy as a whole one, which is why such shares are rough.
    """
    rows: list[Row] = []
    left_out: dict[str, str] = {}
    for region in sorted(these, key=lambda one: one.code):
        pieces = _pieces(region, system)
        if not pieces:
            left_out[region.code] = region.no_shape or "It lists no counties."
            continue
        counts: dict[tuple[str | None, tuple[str, ...]], int] = {}
        for piece in pieces:
            falls = _falls(piece, those, _named_of(piece.county, these))
            counts[falls] = counts.get(falls, 0) + 1
        rows.extend(
            Row(region.code, other, count / len(pieces), float(count), among)
            for (other, among), count in sorted(counts.items(), key=_order)
        )
    return Crosswalk(tuple(rows), left_out)


@dataclass(frozen=True)
class _Piece:
    """A county (`part` None) or a part of one."""

    county: str
    part: Part | None = None


def _pieces(region: Region, system: str) -> list[_Piece]:
    whole = (region.code,) if system == COUNTY else (*region.counties, *region.counties_beyond_state)
    return [*map(_Piece, whole), *(_Piece(part.county, part) for part in region.parts)]


def _named_of(county: str, regions: Sequence[Region]) -> frozenset[str]:
    return frozenset(part.place for region in regions for part in region.parts if part.county == county and part.place is not None)


def _falls(piece: _Piece, those: Division, named: frozenset[str]) -> tuple[str | None, tuple[str, ...]]:
    """The region of the other system into which a piece falls, or those among which it may be divided."""
    if (region := those.whole.get(piece.county)) is not None:
        return region, ()
    if (shared := those.shared.get(piece.county)) is None:
        return None, ()
    if piece.part is None:
        return None, shared.regions
    return _part_falls(piece.part, shared, named)


def _part_falls(part: Part, shared: Shared, named: frozenset[str]) -> tuple[str | None, tuple[str, ...]]:
    if part.place is not None:
        region = shared.named.get(part.place, shared.rest)
        return (region, ()) if region is not None else (None, shared.regions)
    # The rest of a county lies in the other's rest if everything that the other names apart is named apart here too.
    if shared.rest is not None and shared.named.keys() <= named:
        return shared.rest, ()
    among = {region for place, region in shared.named.items() if place not in named} | ({shared.rest} if shared.rest else set())
    return (among.pop(), ()) if len(among) == 1 else (None, tuple(sorted(among)))


def by_area(
    these: Mapping[str, Shape], those: Mapping[str, Shape], *, left_out: Mapping[str, str], unknown: Mapping[str, tuple[str, ...]]
) -> Crosswalk:
    """Shares of area, from the outlines of both.

    `left_out`: the regions of the one system that have no outline, and why. `unknown`: of a region, those of the other system that
    share a county with it and have no outline, so that what is left over may lie in them.
    """
    codes, outlines = list(those), np.array(list(those.values()), dtype=object)
    tree = shapely.STRtree(outlines)
    rows: list[Row] = []
    for one in sorted(these):
        near = np.sort(tree.query(these[one], predicate="intersects")) if codes else np.array([], dtype=np.intp)
        amounts = areas_km2(shapely.intersection(these[one], outlines[near])) if near.size else np.array([])
        whole = area_km2(these[one])
        found = [(codes[n], float(amount)) for n, amount in zip(near, amounts, strict=True) if amount > max(NOISE_KM2, whole * 1e-9)]
        rows.extend(_shares(one, whole, found, unknown.get(one, ())))
    return Crosswalk(tuple(rows), dict(left_out))


def _shares(one: str, whole: float, found: Sequence[tuple[str, float]], among: tuple[str, ...]) -> list[Row]:
    left = whole - sum(amount for _, amount in found)
    parts: list[tuple[str | None, float]] = [*sorted(found)]
    if left > max(NOISE_KM2, whole * 1e-6):
        parts.append((None, left))
    total = sum(amount for _, amount in parts)  # what overlaps twice counts twice, and noise not at all: shares sum to 1 all the same
    return [Row(one, other, amount / total, amount, among if other is None else ()) for other, amount in parts]


def _order(item: tuple[tuple[str | None, tuple[str, ...]], int]) -> tuple[bool, str, tuple[str, ...]]:
    (other, among), _ = item
    return other is None, other or "", among
