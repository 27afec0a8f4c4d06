"""The nine indicators, each for both populations. docs/outcomes.md says in words what stands here.

*All learners* counts enrollments, anchored on the day of completion or withdrawal; *WIOA participants* counts periods of
participation, anchored on exit. `enrolled` and `completion_rate` are about enrollments in both. What the federal rules define is in
`rules`; here is what is the program's own, and whom each figure is about.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta

import narwhals as nw

from app.core.periods import Quarters
from app.outcomes import rules
from app.outcomes.cohorts import SERVED
from app.outcomes.definitions import DEFINITIONS
from app.outcomes.frame import e, given, holds, one_of
from app.outcomes.indicators import Counted, Indicator, Measure, Population
from app.outcomes.programs import Program
from app.outcomes.rules import Asked, Claims, Rule, Whose, after, before, employed, matched

__all__ = ["MEASURES", "Asked", "indicators"]

ALL, WIOA = Population.ALL_LEARNERS, Population.WIOA_PARTICIPANTS


def indicators(asked: Asked) -> list[Indicator]:
    """Every indicator of both populations, in the order in which tables show them."""
    return [measure(population, asked) for measure in MEASURES.values() for population in Population]


def enrolled(population: Population, asked: Asked) -> Indicator:
    """Enrollments on career paths that began in the window."""
    window = asked.cohort(SERVED)
    left_out = {"started_earlier": before("started_on", window), "started_later": after("started_on", window), **_learning(population)}
    return _of_learners("enrolled", population, Measure.COUNT, Rule(window, left_out))


def participants_served(population: Population, asked: Asked) -> Indicator:
    """Who was in a period of participation, or learning, on a day of the window."""
    return _indicator("participants_served", population, Measure.COUNT, rules.served(_whose(population), asked))


def participants_exited(population: Population, asked: Asked) -> Indicator:
    """Who exited, or completed or withdrew, in the window."""
    return _indicator("participants_exited", population, Measure.COUNT, rules.exited(_whose(population), asked))


def completion_rate(population: Population, asked: Asked) -> Indicator:
    """Of the enrollments that were to be finished: which were, by the window's end."""
    window = asked.cohort(SERVED)
    due = timedelta(days=asked.policy.completion_grace)
    left_out = {
        "due_earlier": before("planned_end", window, shift=due),
        "not_yet_due": after("planned_end", window, shift=due),
        **_learning(population),
    }
    success = one_of("completed", 1) & holds(e("ended_on") <= nw.lit(window.ends))
    return _of_learners("completion_rate", population, Measure.RATE, Rule(window, left_out, success))


def credential_rate(population: Population, asked: Asked) -> Indicator:
    """Of those in training: who attained a recognized credential in it or within a year after it."""
    return _indicator("credential_rate", population, Measure.RATE, rules.credential_attainment(_whose(population), asked))


def employment_rate_q2(population: Population, asked: Asked) -> Indicator:
    """Of those who exited: who was in unsubsidized employment in the second quarter after."""
    return _indicator("employment_rate_q2", population, Measure.RATE, rules.employment_rate(2, _whose(population), asked))


def employment_rate_q4(population: Population, asked: Asked) -> Indicator:
    """Of those who exited: who was in unsubsidized employment in the fourth quarter after."""
    return _indicator("employment_rate_q4", population, Measure.RATE, rules.employment_rate(4, _whose(population), asked))


def median_earnings_q2(population: Population, asked: Asked) -> Indicator:
    """Of those employed in the second quarter after exit: the median of what they earned in it."""
    return _indicator("median_earnings_q2", population, Measure.MEDIAN, rules.median_earnings(_whose(population), asked))


def in_demand_placement(population: Population, asked: Asked) -> Indicator:
    """Of those employed in the second quarter after exit whose occupation is known: for whom it is in demand where they lived."""
    window = asked.cohort(2)
    left_out = {
        **matched(_whose(population), window),
        rules.NOT_YET: one_of("1602", 9),
        "not_employed": ~employed(2),
        "occupation_unknown": ~given("1612"),
        "no_list": ~given("in_demand"),
    }
    rule = Rule(window, left_out, one_of("in_demand", 1), after=2)
    coverage = ("occupation_unknown", asked.policy.occupation_coverage)
    return _indicator("in_demand_placement", population, Measure.RATE, rule, coverage=coverage)


MEASURES: Mapping[str, Callable[[Population, Asked], Indicator]] = {
    measure.__name__: measure
    for measure in (
        enrolled,
        participants_served,
        participants_exited,
        completion_rate,
        credential_rate,
        employment_rate_q2,
        employment_rate_q4,
        median_earnings_q2,
        in_demand_placement,
    )
}


def _indicator(
    name: str, population: Population, measure: Measure, rule: Rule, *, coverage: tuple[str, float] | None = None, of: Counted | None = None
) -> Indicator:
    window = rule.window
    return Indicator(
        name=name,
        population=population,
        counted=of or _whose(population).counted,
        measure=measure,
        definition=DEFINITIONS[name, population],
        cohort=window,
        left_out=rule.left_out,
        success=rule.success,
        amount=rule.amount,
        outcomes=None if rule.after is None else Quarters(window.window.first + rule.after, window.window.last + rule.after),
        unmeasured=frozenset({"no_legal_basis", "no_list"} & rule.left_out.keys()),
        coverage=coverage,
        nines=rule.nines,
    )


def _of_learners(name: str, population: Population, measure: Measure, rule: Rule) -> Indicator:
    """What counts enrollments whoever it is about."""
    return _indicator(name, population, measure, rule, of=Counted.LEARNERS)


def _whose(population: Population) -> Whose:
    return rules.LEARNERS if population is ALL else Whose(Program.ANY)


def _learning(population: Population) -> Claims:
    return {"not_a_participant": ~one_of("participating", 1)} if population is WIOA else {}
