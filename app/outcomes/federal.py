"""The federal indicators of each program: what `rules` says, of the periods that the program served."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from app.core.periods import Quarters
from app.outcomes import rules
from app.outcomes.definitions import FEDERAL
from app.outcomes.indicators import Indicator, Measure, Population
from app.outcomes.programs import Program
from app.outcomes.rules import TITLE_ONE, Asked, Rule, Whose

RULES: Mapping[str, Callable[[Whose, Asked], Rule]] = {
    "participants_served": rules.served,
    "participants_exited": rules.exited,
    "employment_rate_q2": partial(rules.employment_rate, 2),
    "employment_rate_q4": partial(rules.employment_rate, 4),
    "youth_rate_q2": partial(rules.employment_rate, 2),
    "youth_rate_q4": partial(rules.employment_rate, 4),
    "median_earnings_q2": rules.median_earnings,
    "credential_attainment": rules.credential_attainment,
    "measurable_skill_gains": rules.measurable_skill_gains,
    "retention_same_employer": rules.retention,
}
assert RULES.keys() == FEDERAL.keys()

MEASURED = {"participants_served": Measure.COUNT, "participants_exited": Measure.COUNT, "median_earnings_q2": Measure.MEDIAN}
"""What is no rate."""

RESULTS = (Program.ADULT, Program.DISLOCATED_WORKER, Program.YOUTH, Program.WAGNER_PEYSER, Program.DWG, Program.STATEWIDE)
"""Whose results there are."""


def applying(program: Program) -> Iterator[str]:
    """The indicators that a program has, in the order in which they are shown.

    The statewide result is retention alone, one for all (T17-01, section F). Youth have their own rates; Wagner-Peyser no credentials
    and skill gains (29 USC 3141(b)(2)(A)).
    """
    for name in RULES:
        if program is Program.STATEWIDE:
            applies = name == "retention_same_employer"
        elif name in ("credential_attainment", "measurable_skill_gains"):
            applies = program in TITLE_ONE
        elif name.startswith("youth_rate"):
            applies = program is Program.YOUTH
        else:
            applies = program is not Program.YOUTH or not name.startswith("employment_rate")
        if applies:
            yield name


def results(program: Program, asked: Asked) -> list[Indicator]:
    """Every indicator of a program's result."""
    return [indicator(name, program, asked) for name in applying(program)]


def indicator(name: str, program: Program, asked: Asked) -> Indicator:
    """An indicator of the periods that a program served."""
    whose = Whose(program)
    rule = RULES[name](whose, asked)
    window = rule.window.window
    return Indicator(
        name=name,
        population=Population.WIOA_PARTICIPANTS,
        counted=whose.counted,
        measure=MEASURED.get(name, Measure.RATE),
        definition=FEDERAL[name],
        cohort=rule.window,
        left_out=rule.left_out,
        success=rule.success,
        amount=rule.amount,
        outcomes=None if rule.after is None else Quarters(window.first + rule.after, window.last + rule.after),
        program=program,
        nines=rule.nines,
    )
