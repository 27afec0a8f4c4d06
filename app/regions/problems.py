"""What is wrong with regions or shapes: every problem at once, each naming the feature and the reason."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.core.errors import Invalid, Violation

FILE = "file"
"""The feature of a problem that the whole file or body has."""


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that has to be put right.

    feature: the region's code, or `row 3` (counted from 1) where it has none, or `FILE`
    code:    a word for machines
    detail:  what to tell a person
    """

    feature: str
    code: str
    detail: str

    def __str__(self) -> str:
        return f"{self.feature}: {self.detail}"


class Unfit(Invalid):
    """Regions or shapes that cannot be taken as they are; `problems` says why, each once."""

    slug, title = "unfit-regions", "These regions cannot be taken as they are"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(dict.fromkeys(problems))
        violations = [Violation(0, f"regions/{p.feature}" if p.feature != FILE else "", p.code, p.detail) for p in self.problems]
        first = str(self.problems[0]) if self.problems else ""
        super().__init__(first if len(violations) == 1 else f"{len(violations)} problems. The first: {first}", violations=violations)


def refuse(problems: Iterable[Problem]) -> None:
    """Raise `Unfit` if there are any."""
    if found := tuple(problems):
        raise Unfit(found)
