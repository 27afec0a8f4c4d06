"""What an outsider reads in earlier releases, as far as it is about the same people: an archive that nobody can call back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from app.outcomes.indicators import Indicator, Measure
from app.releases.rules import small

Place = tuple[str, str]  # region system, region
Which = tuple[Place, str, str]  # where, the indicator, the population


@dataclass(frozen=True)
class Read:
    """A figure of an earlier release: its cohort's first and last day and its counts."""

    cohort: tuple[date, date]
    numerator: int
    denominator: int | None


@dataclass(frozen=True)
class Before:
    """What earlier releases mean for a figure of now.

    unchanged: counts of it that were published with the very values of now: they are known whatever is hidden now.
    too_close: a count of the same or an overlapping cohort differs by so few that the difference tells of them.
    """

    unchanged: frozenset[str] = frozenset()
    too_close: bool = False


@dataclass(frozen=True)
class Known:
    """All figures with a number of the releases certified before."""

    figures: Mapping[Which, tuple[Read, ...]] = field(default_factory=dict)

    @classmethod
    def of_figures(cls, told: Iterable[tuple[Which, Read]]) -> "Known":
        """Out of figures in any order."""
        found: dict[Which, list[Read]] = {}
        for which, read in told:
            found.setdefault(which, []).append(read)
        return cls({which: tuple(reads) for which, reads in found.items()})

    def of(self, place: Place, indicator: Indicator, values: Mapping[str, int], threshold: int) -> Before:
        """What they mean for one figure; `values` are its counts now."""
        cohort = (indicator.cohort.shown.begins, indicator.cohort.shown.ends)
        unchanged: set[str] = set()
        close = False
        for read in self.figures.get((place, indicator.name, indicator.population.value), ()):
            if read.cohort[1] < cohort[0] or cohort[1] < read.cohort[0]:
                continue
            changes = {part: values[part] - then for part, then in _counts(indicator, read).items()}
            if read.cohort == cohort:
                unchanged |= {part for part, change in changes.items() if change == 0}
            close |= any(small(change, threshold) for change in changes.values())
        return Before(frozenset(unchanged), close)


def _counts(indicator: Indicator, read: Read) -> dict[str, int]:
    if indicator.measure is not Measure.RATE or read.denominator is None:
        return {"count": read.numerator}
    return {"numerator": read.numerator, "denominator": read.denominator, "complement": read.denominator - read.numerator}
