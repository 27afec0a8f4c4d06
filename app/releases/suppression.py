"""Complementary suppression: the cheapest set of further figures to hide, so that the attacker gets near none of those hidden.

A master problem says what to hide; the attacker answers with what is still known too closely and what gives it away; that is one more
condition of the master's. M. Fischetti and J. J. Salazar, "Solving the cell suppression problem on tabular data with linear
constraints", Management Science 47 (2001), 1008-1027.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import highspy
import numpy as np

from app.releases.attacker import Attacker, Narrow
from app.releases.proof import Certificate, NotProtected
from app.releases.solver import EPS, quiet
from app.releases.system import System, Target, hidden_at_least

Found = tuple[Attacker, Narrow]

ROUNDS = 400
FREE_ROUNDS = 25
"""After so many rounds what is hidden stays hidden: the last per cent of cost is not worth minutes."""

GAP = 0.01  # of the cheapest cost: a little more hidden is safe, and much sooner found
SECONDS = 5.0  # for one master problem; the best found by then will do


@dataclass(frozen=True)
class Cut:
    """Hiding items must widen a row by `lack` at least (if the item `of` is hidden); `gains` says by how much each can at most."""

    gains: dict[int, float]
    lack: float
    of: int | None


@dataclass
class Master:
    """Which items to hide: as cheap as the conditions allow."""

    views: Sequence[System]
    cuts: list[Cut] = field(default_factory=list)
    kept: frozenset[int] = frozenset()  # hidden whatever it costs

    def cheapest(self) -> frozenset[int]:
        """The items to hide. Raises `NotProtected` if no choice meets the conditions."""
        items = self.views[0].items
        at_least = hidden_at_least(items) | self.kept
        solver = quiet()
        solver.setOptionValue("presolve", "on")
        solver.setOptionValue("mip_rel_gap", GAP)
        solver.setOptionValue("time_limit", SECONDS)
        weights = np.array([item.weight for item in items])
        lower = np.array([1.0 if number in at_least else 0.0 for number in range(len(items))])
        idle = [all(view.settled(number) for view in self.views) and number not in at_least for number in range(len(items))]
        upper = np.array([0.0 if nothing else 1.0 for nothing in idle])
        solver.addVars(len(items), lower, upper)
        numbers = np.arange(len(items), dtype=np.int32)
        solver.changeColsCost(len(items), numbers, weights)
        solver.changeColsIntegrality(len(items), numbers, np.full(len(items), 1, dtype=np.uint8))
        for cut in self.cuts:
            gains = dict(cut.gains)
            if cut.of is not None:
                gains[cut.of] = gains.get(cut.of, 0.0) - cut.lack
            low = 0.0 if cut.of is not None else cut.lack
            solver.addRow(low, highspy.kHighsInf, len(gains), np.array(list(gains), dtype=np.int32), np.array(list(gains.values())))
        solver.run()
        values = np.array(solver.getSolution().col_value)
        if len(values) != len(items) or not np.isfinite(solver.getInfo().objective_function_value):
            raise NotProtected([f"{self.views[0].name}: no choice of figures to hide protects the others"])
        return frozenset(np.flatnonzero(values > 0.5).tolist())


def protected(system: System, threshold: int) -> Certificate:
    """What to hide, with the attacker's witnesses that it is enough. Raises `NotProtected`."""
    return protected_together([system], threshold)[0]


def protected_together(views: Sequence[System], threshold: int, told: Callable[[int], None] = lambda _: None) -> list[Certificate]:
    """What to hide from several outsiders at once, with witnesses for each: systems of the same items. Raises `NotProtected`.

    `told` hears after each round how many rows are still known too closely.
    """
    attackers, master = [Attacker(view, threshold) for view in views], Master(views)
    hidden, found, suspects = hidden_at_least(views[0].items), list[Found](), set[Target]()
    for count in range(ROUNDS):
        master.kept = hidden if count > FREE_ROUNDS else frozenset()
        found = _narrow(attackers, hidden, suspects)
        told(len(found))
        if not found:
            return [_certificate(attacker, hidden) for attacker in attackers]
        suspects = {one.target for _, one in found}
        master.cuts += [_cut(attacker.system, hidden, one, one.target.enough(threshold)) for attacker, one in found]
        hidden = master.cheapest()
    raise NotProtected([f"{attacker.system.name}, {one.target.name}: nothing was found that protects it" for attacker, one in found])


def _narrow(attackers: Sequence[Attacker], hidden: frozenset[int], suspects: set[Target]) -> list[Found]:
    """What is known too closely: of those that were before, else of all, else in whole numbers."""
    asked: tuple[Callable[[Attacker], list[Narrow]], ...] = (
        lambda attacker: attacker.in_fractions(hidden, among=suspects),
        lambda attacker: attacker.in_fractions(hidden),
        lambda attacker: attacker.in_whole_numbers(hidden),
    )
    for ask in asked:
        if found := [(attacker, one) for attacker in attackers for one in ask(attacker)]:
            return found
    return []


def _certificate(attacker: Attacker, hidden: frozenset[int]) -> Certificate:
    attacker.widen(hidden)
    points, pairs = attacker.witnesses(hidden)
    return Certificate(hidden, points, tuple(pairs))


def told_before(view: System, threshold: int) -> list[Target]:
    """The rows that earlier releases give away already, though everything of this one were hidden. Nothing protects these any more."""
    return [one.target for one in Attacker(view, threshold).narrow(frozenset(range(len(view.items))))]


def _cut(system: System, hidden: frozenset[int], narrow: Narrow, threshold: int) -> Cut:
    """How much wider the row could get by hiding what gives it away.

    A published sum that holds the bound from the one side can move as far as nobody knows, and so can what only a word tells of; one
    that holds it because it is not negative, as far as it is large.
    """
    lack = threshold - narrow.width
    gains: dict[int, float] = {}
    for multipliers in (narrow.above, narrow.below):
        for row, multiplier in multipliers.items():
            room = lack if multiplier > 0 else min(lack, -multiplier * float(system.values[row]))
            if row in system.known:
                continue
            if (number := _heaviest(system, hidden, system.owner.get(row, ()))) is not None:
                gains[number] = min(lack, gains.get(number, 0.0) + room)
            elif (number := _heaviest(system, hidden, (fact.of for fact in system.facts if fact.row == row))) is not None:
                gains[number] = lack
    if not any(value > EPS for value in gains.values()):
        of = "" if narrow.target.of is None else system.items[narrow.target.of].name
        raise NotProtected([f"{system.name}, {of or narrow.target.name}: it is known to {narrow.width:.0f}, and nothing can be hidden"])
    return Cut(gains, lack, narrow.target.of)


def _heaviest(system: System, hidden: frozenset[int], numbers: Iterable[int | None]) -> int | None:
    """Of the items that tell the same, the one that it costs most to hide: all of them have to be hidden, hence that one in any case."""
    shown = [number for number in numbers if number is not None and number not in hidden]
    return max(shown, key=lambda number: (system.items[number].weight, number), default=None)
