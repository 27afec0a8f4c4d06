"""What is wrong with definition files: every mistake at once, each with its file, line and key."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.core.errors import Invalid, Violation

Place = tuple[str | int, ...]
"""Where in a document: `("steps", 2, "cost")`."""


def written(place: Place) -> str:
    """A place as people write it: `steps[2].cost`, counted from 1 as in a list that one reads."""
    text = ""
    for part in place:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text


@dataclass(frozen=True, order=True)
class Mistake:
    """One thing that has to be put right. `file` is relative to the folder that was read."""

    file: str
    line: int | None
    key: str
    detail: str
    code: str = "invalid"

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{where}: {self.key}: {self.detail}" if self.key else f"{where}: {self.detail}"


def in_order(mistakes: Iterable[Mistake]) -> list[Mistake]:
    """By file and line, as somebody puts them right."""
    return sorted(mistakes, key=lambda m: (m.file, m.line or 0, m.key, m.detail))


class Mistaken(Invalid):
    """The files cannot be taken as they are."""

    slug, title = "invalid", "These definitions have mistakes"

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(in_order(mistakes))
        violations = [Violation(m.line or 0, f"{m.file}#{m.key}", m.code, m.detail) for m in self.mistakes]
        super().__init__(f"{len(self.mistakes)} mistakes in the definitions", violations=violations)
