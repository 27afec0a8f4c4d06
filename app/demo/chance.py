"""Draws of the generator. Every one takes the chunk's own random numbers, so a seed makes the same people again."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

NEVER = -(10**6)
"""A day that there is not: days are counted from 1 January 1970, and this is smaller than any."""


@dataclass(frozen=True)
class Chance:
    """Random numbers for `n` people."""

    rng: np.random.Generator
    n: int

    def happens(self, share: float | Floats) -> Flags:
        """True for each person with the given likelihood."""
        return self.rng.random(self.n) < share

    def between(self, low: int, high: int) -> Ints:
        """A whole number for each person, both ends included."""
        return self.rng.integers(low, high + 1, self.n)

    def one_of(self, shares: tuple[float, ...] | Floats) -> Ints:
        """The position of one of the shares, which sum to 1."""
        return np.minimum(np.searchsorted(np.cumsum(shares), self.rng.random(self.n), side="right"), len(shares) - 1)

    def exactly(self, share: float, of: Flags) -> Flags:
        """That share of the people in `of`, to the person; at least one if there is anybody. For edges that must not be missing."""
        among = np.flatnonzero(of)
        chosen = np.zeros(self.n, dtype=bool)
        if len(among):
            chosen[self.rng.choice(among, max(1, round(share * len(among))), replace=False)] = True
        return chosen


def day(when: object) -> int:
    """A date as days since 1 January 1970."""
    return int(np.datetime64(str(when), "D").astype(np.int64))


def quarter(days: Ints) -> Ints:
    """The calendar quarter of days, as a number: year * 4 + 0 to 3."""
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return np.asarray((1970 * 12 + months) // 3)
