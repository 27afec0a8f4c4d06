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
    """One definition as plain data: what the contract's model dumps. `since` is the first day on which it holds."""

    kind: str
    key: str
    fields: Mapping[str, Any]
    since: date | None = None  # None: it holds undated, and may change on any day


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


Compare = Callable[[Entry, Entry], Sequence[FieldChange]]


def plan(
    current: Iterable[Entry],
    wanted: Iterable[Entry],
    *,
    on: date,
    compare: Mapping[str, Compare] | None = None,
) -> Plan:
    """What turns the current definitions into the wanted ones, when applied on a day.

    Both sides hold the last version of each definition, `kind` and `key` once. What is in force is ended, never edited: a
    changed definition holds from its own first day, which has to come after the first day of the one that it replaces; one
    that is no longer wanted ends on the day of applying. `compare` gives kinds a comparison of their own (shapes differ by
    area, not by coordinates).
    """
    before = {(entry.kind, entry.key): entry for entry in current}
    after = {(entry.kind, entry.key): entry for entry in wanted}
    changes, unchanged, refusals = [], Counter[str](), []
    for kind, key in dict.fromkeys((*after, *before)):
        old, new = before.get((kind, key)), after.get((kind, key))
        if old is None and new is not None:
            changes.append(Change(What.ADDED, kind, key, new.since or on))
        elif new is None:
            changes.append(Change(What.ENDED, kind, key, on))
        elif old is not None:
            differing = tuple((compare or {}).get(kind, differences)(old, new))
            if not differing:
                unchanged[kind] += 1
                continue
            changes.append(Change(What.CHANGED, kind, key, new.since or on, differing))
            if old.since and new.since and new.since <= old.since:
                refusals.append(
                    f"{kind} {key}: what holds since {old.since} is not edited but replaced. Give it a later valid_from than {old.since}."
                )
    order = list(What)
    changes.sort(key=lambda change: (change.kind, order.index(change.what), change.key))
    return Plan(tuple(changes), dict(sorted(unchanged.items())), tuple(refusals))


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
    lines = [line for change in this.changes for line in _lines(change)]
    lines.extend(f"! {refusal}" for refusal in this.refusals)
    counts = Counter(change.what for change in this.changes)
    unchanged = sum(this.unchanged.values())
    lines.append(f"{counts[What.ADDED]} to add, {counts[What.CHANGED]} to change, {counts[What.ENDED]} to end, {unchanged} unchanged.")
    if people := sum(change.people for change in this.changes):
        lines.append(f"{people} people touched; what they started on stays as it was for them.")
    if this.refusals:
        lines.append(f"{len(this.refusals)} changes would be refused.")
    return "\n".join(lines)


def _lines(change: Change) -> Iterator[str]:
    day = {What.ADDED: "from", What.CHANGED: "from", What.ENDED: "until"}[change.what]
    touched = f"  ({change.people} people)" if change.people else ""
    yield f"{_SIGN[change.what]} {change.kind} {change.key}  {change.what} {day} {change.since}{touched}"
    for one in change.fields:
        yield f"    {one.field}: {_shown(one.before)} -> {_shown(one.after)}"


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    text = ", ".join(map(_shown, value)) if isinstance(value, list | tuple) else value["key"] if _named(value) else str(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _named(value: Any) -> bool:
    return isinstance(value, Mapping) and "key" in value
