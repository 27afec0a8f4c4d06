"""What turns the designations that are recorded into those that are wanted. Pure: a dry run and the act itself ask the same function.

What was in force is ended, never edited: an end may be set or come earlier, a designation that has ended stays as it was, and one that
changes is ended on the first day of the one that replaces it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from app.labor_market.designations import Designation, in_order


@dataclass(frozen=True)
class Changes:
    """What is to be recorded. `ended` are recorded designations and the day from which each no longer holds."""

    added: list[Designation] = field(default_factory=list)
    ended: list[tuple[Designation, date]] = field(default_factory=list)
    unchanged: int = 0
    refusals: list[tuple[Designation, str]] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to record and nothing to refuse."""
        return not (self.added or self.ended or self.refusals)


def changes(recorded: Iterable[Designation], wanted: Iterable[Designation], *, on: date) -> Changes:
    """What makes the recorded designations the wanted ones. Those that hold on `on` or later and are no longer wanted end on `on`.

    Neither side designates the same job twice on one day.
    """
    found = Changes()
    olds, news = _by_job(recorded), _by_job(wanted)
    unchanged = 0
    for job in sorted(olds.keys() | news.keys()):
        unchanged += _of_job(olds[job], news[job], on, found)
    return replace(found, unchanged=unchanged)


def _by_job(designations: Iterable[Designation]) -> defaultdict[tuple[str, str, str], list[Designation]]:
    found: defaultdict[tuple[str, str, str], list[Designation]] = defaultdict(list)
    for one in in_order(designations):
        found[one.job].append(one)
    return found


def _of_job(olds: Sequence[Designation], news: Sequence[Designation], on: date, found: Changes) -> int:
    """Add one job's changes to those found; answers how many designations stay as they are."""
    begun = {old.valid_from: old for old in olds}
    kept = {new.valid_from for new in news}
    fresh = [new for new in news if new.valid_from not in begun]
    unchanged = 0
    for new in news:
        if (old := begun.get(new.valid_from)) is not None:
            unchanged += _again(old, new, found)
    for old in olds:
        day = _successor(old, news) or on
        if old.valid_from not in kept and (old.valid_until is None or old.valid_until > day):
            _no_longer(old, day, found)
    closed = {old.valid_from: day for old, day in found.ended if old.job == olds[0].job} if olds else {}
    for new in fresh:
        blocking = next((old for old in olds if _overlap(replace(old, valid_until=closed.get(old.valid_from, old.valid_until)), new)), None)
        if blocking is None:
            found.added.append(new)
        elif not any(refused is blocking for refused, _ in found.refusals):
            span = f"from {blocking.valid_from}" + (f" until {blocking.valid_until}" if blocking.valid_until else " on")
            found.refusals.append((new, f"It is designated {span} already. Begin when that has ended, or later than it began."))
    return unchanged


def _again(old: Designation, new: Designation, found: Changes) -> int:
    """A designation that is recorded and wanted from the same day on."""
    if not old.says(new):
        found.refusals.append((new, f"What holds since {old.valid_from} is not edited but replaced. Give it a later valid_from."))
    elif old.valid_until == new.valid_until:
        return 1
    elif new.valid_until is not None and (old.valid_until is None or new.valid_until < old.valid_until):
        found.ended.append((old, new.valid_until))
    else:
        found.refusals.append((new, f"It ends on {old.valid_until}, and an end is not taken back. Designate it anew from that day on."))
    return 0


def _no_longer(old: Designation, day: date, found: Changes) -> None:
    """A designation that is recorded and not wanted from a day on."""
    if day > old.valid_from:
        found.ended.append((old, day))
    else:
        found.refusals.append((old, f"It begins on {old.valid_from} and cannot end before. Make this change from a later day on."))


def _successor(old: Designation, news: Sequence[Designation]) -> date | None:
    """The first day of the wanted designation that takes the place of a recorded one."""
    return next((new.valid_from for new in news if new.valid_from > old.valid_from), None)


def _overlap(one: Designation, other: Designation) -> bool:
    return (one.valid_until is None or other.valid_from < one.valid_until) and (
        other.valid_until is None or one.valid_from < other.valid_until
    )


def replaced(recorded: Iterable[Designation], jobs: Iterable[Designation], *, since: date) -> list[Designation]:
    """What is wanted when `jobs`, all of one or more regions and from `since` on, take the place of their recorded lists.

    A job that is in force and stays for the same reasons goes on as it is; one whose end is set is designated anew from that end on.
    """
    olds = _by_job(recorded)
    wanted = []
    for job in jobs:
        old = next((old for old in olds[job.job] if old.holds(since)), None)
        if old is None or not old.says(job):
            wanted.append(job)
            continue
        wanted.append(old)
        if old.valid_until is not None:
            later = next((one for one in olds[job.job] if one.valid_from == old.valid_until), None)
            wanted.append(later or replace(job, valid_from=old.valid_until))
    return wanted


def amended(recorded: Iterable[Designation], change: Changes) -> list[Designation]:
    """The recorded designations with a change made to them, in the order of the file."""
    ended = {(one.job, one.valid_from): day for one, day in change.ended}
    kept = [replace(one, valid_until=ended.get((one.job, one.valid_from), one.valid_until)) for one in recorded]
    return list(in_order([*kept, *change.added]))
