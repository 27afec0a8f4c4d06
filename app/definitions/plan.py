"""What applying definitions would change: one pure function behind the command and behind every dry run of a definition."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any


class What(StrEnum):
    """What happens to a definition. In the order in which a plan lists it."""

    ADDED = "added"
    CHANGED = "changed"
    ENDED = "ended"


@dataclass(frozen=True)
class Entry:
    """One definition as plain data: what the contract's model dumps.

    since:   the first day on which it holds; None: it holds undated, and may change on any day
    until:   of one that was ended: the day from which it no longer holds
    series:  what it is one of, where several dated ones of the same thing are kept side by side, each with a key of its own
    past:    nothing of it holds any more: it is compared if it is wanted, and not missed if it is not
    lasting: why it can be replaced, and not be left out
    """

    kind: str
    key: str
    fields: Mapping[str, Any]
    since: date | None = None
    until: date | None = None
    series: str | None = None
    past: bool = False
    lasting: str = ""


@dataclass(frozen=True)
class FieldChange:
    """One field that differs; None stands for a field that is not there."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Change:
    """What would happen to one definition, from which day, and how many people it touches."""

    what: What
    kind: str
    key: str
    since: date
    fields: tuple[FieldChange, ...] = ()
    people: int = 0


@dataclass(frozen=True)
class Plan:
    """Everything that applying would do, and why it may not be done."""

    changes: tuple[Change, ...]
    unchanged: Mapping[str, int] = field(default_factory=dict)
    refusals: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        return not self.changes and not self.refusals

    def of(self, kind: str, *what: What) -> list[Change]:
        """The changes to one kind of definition."""
        return [change for change in self.changes if change.kind == kind and (not what or change.what in what)]

    def touching(self, people: Mapping[tuple[str, str], int]) -> "Plan":
        """This plan with the people whom each change touches, by kind and key."""
        return replace(self, changes=tuple(replace(change, people=people.get((change.kind, change.key), 0)) for change in self.changes))


def together(*plans: Plan) -> Plan:
    """Several plans as one."""
    unchanged = sum((Counter(one.unchanged) for one in plans), Counter[str]())
    changes = (change for one in plans for change in one.changes)
    return Plan(tuple(changes), dict(unchanged), tuple(refusal for one in plans for refusal in one.refusals))


Compare = Callable[[Entry, Entry], Sequence[FieldChange]]


def plan(
    current: Iterable[Entry],
    wanted: Iterable[Entry],
    *,
    on: date,
    compare: Mapping[str, Compare] | None = None,
) -> Plan:
    """What turns the current definitions into the wanted ones, when applied on a day.

    Both sides hold the last version of each definition, `kind` and `key` once; of a series they may hold all. What is in force is
    ended, never edited: a changed definition holds from its own first day, which has to come after the first day of the one that it
    replaces; one that is no longer wanted ends on the day of applying. `compare` gives kinds a comparison of their own (shapes differ
    by area, not by coordinates).
    """
    before = _Before(current)
    after = {(entry.kind, entry.key): entry for entry in wanted}
    changes: list[Change] = []
    unchanged = Counter[str]()
    refusals: list[str] = []
    for new in after.values():
        old = before.replaced_by(new)
        refusals.extend(before.against(new))
        if old is None:
            changes.append(Change(What.ADDED, new.kind, new.key, new.since or on))
            continue
        found = (compare or {}).get(new.kind, differences)(old, new)
        if not found:
            unchanged[new.kind] += 1
            continue
        changes.append(Change(What.CHANGED, new.kind, new.key, new.since or on, tuple(found)))
        if old.key == new.key and old.since and new.since and new.since <= old.since:
            later = f"Give it a later valid_from than {old.since}."
            refusals.append(f"{new.kind} {new.key}: what holds since {old.since} is not edited but replaced. {later}")
    for gone in before.without(after):
        changes.append(Change(What.ENDED, gone.kind, gone.key, on))
        if gone.lasting:
            refusals.append(f"{gone.kind} {gone.key}: it cannot be left out: {gone.lasting}.")
        elif gone.since and gone.since >= on:
            refusals.append(f"{gone.kind} {gone.key}: it begins on {gone.since} only. Leave it out from a later day on.")
    order = list(What)
    changes.sort(key=lambda change: (change.kind, order.index(change.what), change.key))
    return Plan(tuple(changes), dict(sorted(unchanged.items())), tuple(refusals))


class _Before:
    """The current definitions: which of them a wanted one takes the place of, and which nobody wants any more."""

    def __init__(self, current: Iterable[Entry]) -> None:
        self.all = {(entry.kind, entry.key): entry for entry in current}
        self.last: dict[tuple[str, str], Entry] = {}
        for entry in sorted(self.all.values(), key=lambda entry: entry.since or date.min):
            if entry.series is not None:
                self.last[entry.kind, entry.series] = entry

    def _last(self, like: Entry) -> Entry | None:
        return None if like.series is None else self.last.get((like.kind, like.series))

    def replaced_by(self, new: Entry) -> Entry | None:
        """The one that a wanted definition is compared with: of its key, or the last of its series; none if that has ended."""
        old = self.all.get((new.kind, new.key)) or self._last(new)
        return None if old is not None and old.until is not None else old

    def against(self, new: Entry) -> Iterator[str]:
        """Why a definition that is not there cannot be added: what has been in force is not written anew."""
        same, last = self.all.get((new.kind, new.key)), self._last(new)
        ended = same if same is not None else last
        if ended is not None and ended.until is not None and new.since is not None and new.since < ended.until:
            yield f"{new.kind} {new.key}: it ended on {ended.until}. Give it that valid_from, or a later one."
        elif same is None and last is not None and last.since and new.since and new.since < last.since:
            yield f"{new.kind} {new.key}: {last.key} holds since {last.since} already. What held before it is not written anew."

    def without(self, wanted: Mapping[tuple[str, str], Entry]) -> Iterator[Entry]:
        """Those in force that nobody wants any more. Of a series that is the last one alone, unless a later one is wanted."""
        latest: dict[tuple[str, str], date] = {}
        for new in wanted.values():
            if new.series is not None and new.since is not None:
                latest[new.kind, new.series] = max(new.since, latest.get((new.kind, new.series), date.min))
        for place, old in self.all.items():
            if place in wanted or old.until is not None or old.past:
                continue
            newer = latest.get((old.kind, old.series or ""), date.min)
            if old.series is None or (self._last(old) is old and newer < (old.since or date.max)):
                yield old


def differences(old: Entry, new: Entry) -> list[FieldChange]:
    """Field by field; lists of things that have a key are matched by it, so that one new step is one line."""
    return list(_differing("", old.fields, new.fields))


def _differing(name: str, old: Any, new: Any) -> Iterator[FieldChange]:
    if old == new:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for part in dict.fromkeys((*old, *new)):
            yield from _differing(f"{name}.{part}" if name else str(part), old.get(part), new.get(part))
        return
    by_key = _keyed(old), _keyed(new)
    if by_key[0] is None or by_key[1] is None:
        yield FieldChange(name, old, new)
        return
    keys = list(by_key[0]), list(by_key[1])
    for key in dict.fromkeys((*keys[0], *keys[1])):
        yield from _differing(f"{name}[{key}]", by_key[0].get(key), by_key[1].get(key))
    stayed = [[key for key in one if key in other] for one, other in (keys, keys[::-1])]
    if stayed[0] != stayed[1]:
        yield FieldChange(f"{name} (order)", stayed[0], stayed[1])


def _keyed(value: Any) -> dict[str, Mapping[str, Any]] | None:
    """A list of things by their keys; None if it is anything else, or its keys do not tell them apart."""
    if not isinstance(value, list | tuple) or not all(isinstance(item, Mapping) for item in value):
        return None
    keyed = {key: item for item in value if (key := _key_of(item)) is not None}
    return keyed if len(keyed) == len(value) else None


def _key_of(item: Mapping[str, Any]) -> str | None:
    if "key" in item:
        return str(item["key"])
    if "code" in item:
        return f"{item['system']}/{item['code']}" if "system" in item else str(item["code"])
    return None


_SIGN = {What.ADDED: "+", What.CHANGED: "~", What.ENDED: "-"}


def rendered(this: Plan) -> str:
    """The plan as text for a terminal, read like a migration."""
    lines = [line for alike in _alike(this.changes) for line in _lines(alike)]
    lines.extend(f"! {refusal}" for refusal in this.refusals)
    counts = Counter(change.what for change in this.changes)
    unchanged = sum(this.unchanged.values())
    lines.append(f"{counts[What.ADDED]} to add, {counts[What.CHANGED]} to change, {counts[What.ENDED]} to end, {unchanged} unchanged.")
    if people := sum(change.people for change in this.changes):
        lines.append(f"{people} people touched; what they started on stays as it was for them.")
    if this.refusals:
        lines.append("1 change would be refused." if len(this.refusals) == 1 else f"{len(this.refusals)} changes would be refused.")
    return "\n".join(lines)


MANY = 8  # changes that differ in nothing but the end of their keys are told in one line from this number on


def _alike(changes: Iterable[Change]) -> Iterator[list[Change]]:
    """Changes one by one, in their order; many of one kind, day and beginning of their keys together."""
    groups: dict[tuple[str, ...], list[Change]] = {}
    for n, change in enumerate(changes):
        by_itself = (str(n),) if change.fields or change.people else ()
        groups.setdefault((change.kind, change.what, str(change.since), change.key.rpartition("/")[0], *by_itself), []).append(change)
    for group in groups.values():
        yield from [group] if len(group) >= MANY else ([change] for change in group)


def _lines(alike: Sequence[Change]) -> Iterator[str]:
    change = alike[0]
    day = {What.ADDED: "from", What.CHANGED: "from", What.ENDED: "until"}[change.what]
    if len(alike) > 1:
        within, slash, first = change.key.rpartition("/")
        named = f"{first} … {alike[-1].key.rpartition('/')[2]}"
        yield f"{_SIGN[change.what]} {change.kind} {within}{slash}{named}  {len(alike)} {change.what} {day} {change.since}"
        return
    touched = f"  ({change.people} people)" if change.people else ""
    yield f"{_SIGN[change.what]} {change.kind} {change.key}  {change.what} {day} {change.since}{touched}"
    for one in change.fields:
        yield f"    {one.field}: {_shown(one.before)} -> {_shown(one.after)}"


def _shown(value: Any) -> str:
    if value is None or value in ([], (), {}):
        return "nothing"
    if isinstance(value, list | tuple):
        text = ", ".join(map(_shown, value))
    elif isinstance(value, Mapping):
        said = (f"{name} {_shown(part)}" for name, part in value.items() if part not in (None, False))
        text = str(value["key"]) if "key" in value else " ".join(said)
    else:
        text = str(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
