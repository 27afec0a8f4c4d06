"""What anybody may see, as a matter of type. Writers for policymakers and the public take a `Protected` and nothing else.

A `Protected` is made here alone, of what the attacker's proof holds for, or of a release that was kept with its proof.
"""

from dataclasses import dataclass
from typing import Generic, TypeVar

Content = TypeVar("Content", covariant=True)
Made = TypeVar("Made")

MARK = "protected"
_MINT = object()  # who has it may make a Protected: this module alone (a test looks after it)


@dataclass(frozen=True, eq=False)
class Protected(Generic[Content]):
    """Something for anybody. It cannot be made outside this module: `TypeError`."""

    content: Content
    mint: object

    def __post_init__(self) -> None:
        if self.mint is not _MINT:
            raise TypeError("A Protected is made by releases alone, of figures that the attacker could not open.")

    @property
    def mark(self) -> str:
        """What the column `disclosure` says."""
        return MARK


def kept(content: Made) -> Protected[Made]:
    """A release's figures as they were kept: they were proved before they were."""
    return Protected(content, _MINT)
