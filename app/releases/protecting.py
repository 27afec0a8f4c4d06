"""From a state's internal tables to what anybody may see: primary rules, complementary suppression, proof."""

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from app.outcomes.disclosure import Internal
from app.outcomes.indicators import Measure
from app.outcomes.queries import Crossed
from app.outcomes.table import STATE, Figure, Status
from app.releases.counting import Key, systems
from app.releases.earlier import Known
from app.releases.protected import Protected, proved
from app.releases.rules import coded_median
from app.releases.suppression import protected
from app.releases.table import SUPPRESSED, Released, Shown
from app.states.policy import FLOOR

TOO_LITTLE = "Too little is known of those who are counted."
"""In the place of notes with counts of their own: those would be figures, and nobody proves them."""


@dataclass(frozen=True)
class Summary:
    """What the attacker found. `narrowest`: the width of the narrowest interval of anything hidden; None if nothing is."""

    threshold: int
    figures: int  # that have a number
    too_small: int  # of these, hidden by a primary rule
    suppressed: int  # of these, hidden altogether
    proved: int  # rows for which two witnesses were checked
    narrowest: int | None
    seconds: float

    @property
    def told(self) -> dict[str, Any]:
        """As it is kept with the release."""
        return asdict(self)


def protect(tables: Internal[Crossed], titles: Mapping[str, str], earlier: Known) -> tuple[Protected[Released], Summary]:
    """The release of tables by several region systems. `titles`: of the systems. Takes seconds; raises `NotProtected`."""
    began = time.perf_counter()
    first = tables.content.tables[0]
    asked = first.basis.asked
    threshold = max(FLOOR, asked.policy.suppression_threshold)
    proofs, hidden, small, figures = [], set[Key](), 0, 0
    for laid in systems(tables.content, threshold, earlier):
        certificate = protected(laid.system, threshold)
        proofs.append((laid, certificate))
        items = laid.system.items
        hidden |= {key for key, number in laid.figures if number in certificate.hidden}
        figures += sum(not items[number].withheld for _, number in laid.figures)
        small += sum(items[number].must_hide for _, number in laid.figures)
    shown = tuple(_shown(figure, hidden) for figure in _figures(tables.content))
    systems_of = {table.geography.system: titles[table.geography.system] for table in tables.content.tables}
    released = Released(first.geography.state, first.geography.name, asked.period, asked.on, threshold, systems_of, shown)
    made, intervals = proved(released, proofs)
    narrowest = min((interval.width for interval in intervals), default=None)
    suppressed = sum(one.suppressed for one in shown)
    return made, Summary(threshold, figures, small, suppressed, len(intervals), narrowest, round(time.perf_counter() - began, 2))


def _figures(crossed: Crossed) -> list[Figure]:
    """Every figure once: the state's stands in each of the tables."""
    last = [figure for figure in crossed.tables[0] if figure.region_system == STATE]
    return [figure for table in crossed.tables for figure in table if figure.region_system != STATE] + last


def _shown(figure: Figure, hidden: set[Key]) -> Shown:
    """The figure as anybody may see it."""
    i, cohort = figure.indicator, figure.indicator.cohort.shown
    numerator, denominator, value = figure.numerator, figure.denominator, figure.printed
    status, note = figure.status.value, figure.note if i.coverage is None else ""
    if figure.status is Status.NOT_REPORTED and i.cohort.window and i.coverage is not None:
        note = TOO_LITTLE
    if figure.status in (Status.OK, Status.NOT_APPLICABLE) or (figure.status is Status.NOT_REPORTED and figure.count.denominator == 0):
        if ((figure.region_system, figure.region), i.name, i.population) in hidden:
            numerator = denominator = value = None
            status, note = SUPPRESSED, ""
        elif i.measure is Measure.MEDIAN and figure.value is not None:
            value, note = coded_median(figure.value)
    return Shown(
        region_system=figure.region_system,
        region=figure.region,
        region_name=figure.region_name,
        population=i.population,
        indicator=i.name,
        cohort_from=cohort.begins,
        cohort_until=cohort.ends,
        numerator=numerator,
        denominator=denominator,
        value=value,
        status=status,
        note=note,
    )
