"""Claims that are true, false, or open for want of a fact, and that remember which facts decided them. Pure.

    claim = facts.one_of("separation", "laid_off", "notice") & facts.yes("unlikely_to_return")
    claim.value, claim.by, claim.lacking

Three-valued logic after Kleene: what is open stays open unless the other side decides. So a missing fact never turns into a no.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import reduce
from typing import Any

Value = bool | int | str | date
NONE: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Claim:
    """Whether something holds (None: open), by which facts, and which ones it lacks."""

    value: bool | None
    by: frozenset[str] = NONE
    lacking: frozenset[str] = NONE

    def __and__(self, other: "Claim") -> "Claim":
        return _both(self, other, decides=False)

    def __or__(self, other: "Claim") -> "Claim":
        return _both(self, other, decides=True)

    def __invert__(self) -> "Claim":
        return Claim(None if self.value is None else not self.value, self.by, self.lacking)


def _both(one: Claim, other: Claim, *, decides: bool) -> Claim:
    """`decides` is the value that settles it alone: False for a conjunction, True for a disjunction."""
    settled = [claim for claim in (one, other) if claim.value is decides]
    if settled:
        return Claim(decides, frozenset().union(*(claim.by for claim in settled)))
    if one.value is None or other.value is None:
        return Claim(None, NONE, one.lacking | other.lacking)
    return Claim(not decides, one.by | other.by)


def any_of(*claims: Claim) -> Claim:
    """Whether one of them holds."""
    return reduce(Claim.__or__, claims)


def all_of(*claims: Claim) -> Claim:
    """Whether every one of them holds."""
    return reduce(Claim.__and__, claims)


@dataclass(frozen=True)
class Facts:
    """What is known of a person on a day: values by the names of facts. A name that is absent is not known."""

    known: Mapping[str, Value]
    on: date

    def yes(self, name: str) -> Claim:
        """Whether a truth holds."""
        return self._if(name, lambda value: value is True)

    def one_of(self, name: str, *values: str) -> Claim:
        """Whether a word is one of some."""
        return self._if(name, lambda value: value in values)

    def at_least(self, name: str, least: int) -> Claim:
        """Whether a number is that great."""
        return self._if(name, lambda value: value >= least)

    def between(self, name: str, least: int, most: int) -> Claim:
        """Whether a number lies between two, both included."""
        return self._if(name, lambda value: least <= value <= most)

    def at_most(self, name: str, limit: str) -> Claim:
        """Whether a number is not greater than another fact."""
        if name not in self.known or limit not in self.known:
            return self._lacking(name, limit)
        return replace(self._if(name, lambda value: value <= self.known[limit]), by=frozenset({name, limit}))

    def within(self, name: str, days: int) -> Claim:
        """Whether a day lies so many days ahead at most."""
        return self._if(name, lambda value: self.on <= value <= self.on + timedelta(days=days))

    def _if(self, name: str, test: Callable[[Any], bool]) -> Claim:
        return Claim(test(self.known[name]), frozenset({name})) if name in self.known else self._lacking(name)

    def _lacking(self, *names: str) -> Claim:
        return Claim(None, lacking=frozenset(name for name in names if name not in self.known))
