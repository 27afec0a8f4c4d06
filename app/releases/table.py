"""What a release shows: figures as anybody may read them. Nothing here knows how many people a suppressed figure is about."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from app.core.periods import Period
from app.outcomes.definitions import DEFINITIONS
from app.outcomes.indicators import Definition, Measure, Population
from app.outcomes.measures import MEASURES

SUPPRESSED = "suppressed"
"""The one mark of whatever is withheld: it does not tell a small group from one that is hidden to protect another."""

OK = "ok"

RATES = ("completion_rate", "credential_rate", "employment_rate_q2", "employment_rate_q4", "in_demand_placement")
MEDIANS = ("median_earnings_q2",)


def measured(indicator: str) -> Measure:
    """How an indicator's figure follows from its counts. Kept figures have no expression that would say it."""
    return Measure.RATE if indicator in RATES else Measure.MEDIAN if indicator in MEDIANS else Measure.COUNT


@dataclass(frozen=True)
class Shown:
    """A figure, or the word that says why there is none. `value`: a share of one, dollars, or how many."""

    region_system: str
    region: str
    region_name: str
    population: Population
    indicator: str
    cohort_from: date
    cohort_until: date
    numerator: int | None
    denominator: int | None
    value: float | None
    status: str
    note: str = ""

    @property
    def definition(self) -> Definition:
        """What it means, in words."""
        return DEFINITIONS[self.indicator, self.population]

    @property
    def suppressed(self) -> bool:
        """Whether there is a figure that is not shown."""
        return self.status == SUPPRESSED


@dataclass(frozen=True)
class Released:
    """The figures of one report period by the regions of several systems, and of the state."""

    state: str
    name: str
    period: Period
    as_of: date
    threshold: int
    systems: Mapping[str, str]  # key -> title, in the order in which they are shown
    figures: tuple[Shown, ...]

    def __iter__(self) -> Iterator[Shown]:
        return iter(self.figures)

    def figure(self, region: str, population: str, indicator: str, *, system: str | None = None) -> Shown | None:
        """The one figure, if there is one. The state is the region that bears its id; `system` tells regions of one code apart."""
        for figure in self.figures:
            here = (figure.region, figure.population, figure.indicator) == (region, population, indicator)
            if here and system in (None, figure.region_system):
                return figure
        return None


INDICATORS = tuple(MEASURES)
"""The names of the indicators, in the order in which they are shown."""
