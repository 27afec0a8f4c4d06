"""What anybody may see, as a matter of type. Writers for policymakers and the public take a `Protected` and nothing else.

A `Protected` is made here alone, of what the attacker's proof holds for, or of a release that was kept with its proof.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from app.releases.counting import Laid
from app.releases.earlier import Key
from app.releases.proof import Certificate, Interval, NotProtected, verified
from app.releases.table import SUPPRESSED, Released, Shown

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


def proved(released: Released, proofs: Sequence[tuple[Laid, Sequence[Certificate]]]) -> tuple[Protected[Released], tuple[Interval, ...]]:
    """The figures of a release for anybody, after every certificate was checked and every figure looked at.

    Answers also the intervals of all that is hidden. Raises `NotProtected`, which names the cells.
    """
    intervals: list[Interval] = []
    may_show, silent = set[Key](), set[Key]()
    for laid, certificates in proofs:
        hidden = certificates[0].hidden
        for view, certificate in zip(laid.views, certificates, strict=True):
            if certificate.hidden != hidden:
                raise NotProtected([f"{view.name}: two proofs speak of different figures"])
            intervals += verified(view, certificate, released.threshold)
        may_show |= {key for key, number in laid.figures if number not in hidden}
        silent |= {key for key, number in laid.words if number in hidden}
    wrong = [
        f"{shown.indicator} of {shown.population} in {shown.region} ({shown.region_system}): it is shown, and no proof speaks of it"
        for shown in released
        if (_told(shown) and _key(shown) not in may_show) or (_key(shown) in silent and shown.status != SUPPRESSED)
    ]
    if wrong:
        raise NotProtected(wrong)
    return Protected(released, _MINT), tuple(intervals)


def _told(shown: Shown) -> bool:
    return (shown.value, shown.numerator, shown.denominator) != (None, None, None)


def _key(shown: Shown) -> Key:
    return (shown.region_system, shown.region), shown.indicator, shown.population
