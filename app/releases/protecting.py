"""From a state's internal tables to what anybody may see: primary rules, complementary suppression, proof."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from app.outcomes.disclosure import Internal
from app.outcomes.indicators import Measure
from app.outcomes.queries import Crossed
from app.outcomes.table import STATE, Figure, Status
from app.releases.counting import Laid, systems
from app.releases.earlier import Earlier, Key
from app.releases.protected import Protected, proved
from app.releases.rules import coded_median
from app.releases.suppression import protected_together, told_before
from app.releases.system import System
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
    together: int = 0  # earlier releases that are in the proof
    told_before: int = 0  # withheld counts that these gave away already: nothing protects them any more

    @property
    def told(self) -> dict[str, Any]:
        """As it is kept with the release."""
        return asdict(self)


Progress = Callable[[int, str], None]
"""Hears how far it is, in per cent, and what is being done."""


def quietly(_per_cent: int, _doing: str) -> None:
    """Nobody hears."""


def protect(
    tables: Internal[Crossed], titles: Mapping[str, str], earlier: Sequence[Earlier] = (), progress: Progress = quietly
) -> tuple[Protected[Released], Summary]:
    """The release of tables by several region systems. `titles`: of the systems; `earlier`: those of the looks after the first.

    Takes seconds, and longer with earlier releases; raises `NotProtected` and `TooMuchTogether`.
    """
    began = time.perf_counter()
    first = tables.content.tables[0]
    asked = first.basis.asked
    threshold = max(FLOOR, asked.policy.suppression_threshold)
    proofs, hidden, silent, small, figures, lost, together = [], set[Key](), set[Key](), 0, 0, 0, set[str]()
    families = list(systems(tables.content, threshold, earlier))
    for number, whole in enumerate(families):
        progress(100 * number // len(families), f"proving {whole.system.name}")
        laid = settled(whole, threshold)
        certificates = protected_together(laid.views, threshold)
        proofs.append((laid, certificates))
        items = laid.system.items
        hidden |= {key for key, number in laid.figures if number in certificates[0].hidden}
        silent |= {key for key, number in laid.words if number in certificates[0].hidden}
        figures += sum(not items[number].withheld for _, number in laid.figures)
        small += sum(items[number].must_hide for _, number in laid.figures)
        lost += sum(_given_up(view, certificates[0].hidden) for view in laid.views)
        together |= set(laid.releases)
    shown = tuple(_shown(figure, hidden, silent) for figure in _figures(tables.content))
    systems_of = {table.geography.system: titles[table.geography.system] for table in tables.content.tables}
    released = Released(first.geography.state, first.geography.name, asked.period, asked.on, threshold, systems_of, shown)
    made, intervals = proved(released, proofs)
    narrowest = min((interval.width for interval in intervals), default=None)
    suppressed = sum(one.suppressed for one in shown)
    took = round(time.perf_counter() - began, 2)
    return made, Summary(threshold, figures, small, suppressed, len(intervals), narrowest, took, len(together), lost)


def settled(laid: Laid, threshold: int) -> Laid:
    """The system without what earlier releases give away already, whatever is hidden now.

    What the first outsider knows in that way, the second, who knows less, has to be kept from.
    """
    if not laid.releases:
        return laid
    flows = [flow.giving_up(target.row for target in told_before(flow, threshold)) for flow in laid.flows]
    first, *others = laid.views
    gone = {target.row for target in told_before(first, threshold)}
    views = [first.giving_up(gone)]
    for view in others:
        looked_after = replace(view, only=(view.only or frozenset()) | gone)
        views.append(looked_after.giving_up(target.row for target in told_before(looked_after, threshold)))
    return replace(laid, views=(*views, *flows), flows=())


def _given_up(view: System, hidden: frozenset[int]) -> int:
    """How many rows would have to stay in doubt, were they not told already."""
    return sum(target.row in view.beyond for target in replace(view, beyond=frozenset()).targets(hidden))


def _figures(crossed: Crossed) -> list[Figure]:
    """Every figure once: the state's stands in each of the tables."""
    last = [figure for figure in crossed.tables[0] if figure.region_system == STATE]
    return [figure for table in crossed.tables for figure in table if figure.region_system != STATE] + last


def _shown(figure: Figure, hidden: set[Key], silent: set[Key]) -> Shown:
    """The figure as anybody may see it. `silent`: of these not even that they are not reported."""
    i, cohort = figure.indicator, figure.indicator.cohort.shown
    numerator, denominator, value = figure.numerator, figure.denominator, figure.printed
    status, note = figure.status.value, figure.note if i.coverage is None else ""
    if figure.status is Status.NOT_REPORTED and i.cohort.window and i.coverage is not None:
        note = TOO_LITTLE
    key = ((figure.region_system, figure.region), i.name, i.population)
    if key in silent:
        status, note = SUPPRESSED, ""
    elif figure.status in (Status.OK, Status.NOT_APPLICABLE) or (figure.status is Status.NOT_REPORTED and figure.count.denominator == 0):
        if key in hidden:
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
