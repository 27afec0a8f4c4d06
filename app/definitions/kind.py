"""What a kind of definition has to be able to do; `registry.py` lists the kinds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Protocol, TypeVar

from app.core.actor import Actor
from app.core.db import Read, Tx
from app.definitions.mistakes import Mistake
from app.definitions.plan import Plan
from app.definitions.reading import Reader


@dataclass(frozen=True)
class Home:
    """Where the files of one state's definitions stand: two folders under a root."""

    root: Path
    state: str

    @property
    def regions(self) -> Path:
        """Where it is, and what work there is."""
        return self.root / "regions" / self.state

    @property
    def career_paths(self) -> Path:
        """How to get there."""
        return self.root / "career_paths" / self.state


Held = TypeVar("Held")


class Kind(Protocol[Held]):
    """A family of definitions that is read, compared and applied together. `Held` is all of it: from files, or from the database."""

    @property
    def name(self) -> str:
        """What it is called, among kinds."""

    def read(self, reader: Reader, known: "Wanted") -> Held:
        """All of it from its files; what is wrong, in itself or against the kinds read before, goes to `reader.mistakes`."""

    async def current(self, read: Read, *, by: Actor) -> Held:
        """All of it as recorded."""

    def plan(self, current: Held, wanted: Held, *, on: date) -> Plan:
        """What makes the recorded definitions the wanted ones, when applied on a day."""

    async def people(self, read: Read, plan: Plan, /, *, by: Actor) -> Mapping[tuple[str, str], int]:
        """How many people each change touches, by kind and key of the entry."""

    async def apply(self, tx: Tx, wanted: Held, plan: Plan, on: date, /, *, by: Actor) -> None:
        """Carry the plan out, by the actions of the room. It has changes and no refusals."""

    def files(self, held: Held, home: Home) -> Mapping[Path, str]:
        """The files that say the same."""


@dataclass
class Wanted:
    """All definitions of a state as its files have them. `mistakes` keep them from being applied, `notes` do not."""

    home: Home
    held: dict[str, Any] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    mistakes: list[Mistake] = field(default_factory=list)
    notes: list[Mistake] = field(default_factory=list)

    def of(self, kind: Kind[Held]) -> Held:
        """What was read of a kind."""
        held: Held = self.held[kind.name]
        return held

    def sound(self, kind: Kind[Any]) -> bool:
        """Whether a kind was read without mistakes: others are checked against sound kinds alone, or one mistake would make many."""
        return kind.name in self.held and kind.name not in self.broken
