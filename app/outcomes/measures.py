"""The nine indicators, each for both populations. docs/outcomes.md says in words what stands here.

*All learners* counts enrollments, anchored on the day of completion or withdrawal; *WIOA participants* counts periods of
participation, anchored on exit. `enrolled` and `completion_rate` are about enrollments in both.
T17-01 stands for TEGL 10-16 Change 3, T17-04 for its companion on supplemental wage information.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import narwhals as nw

from app.core.periods import Period, Quarters
from app.outcomes.cohorts import EXITED, SERVED, Cohort, cohort
from app.outcomes.definitions import DEFINITIONS
from app.outcomes.frame import CREDENTIALS, EMPLOYED, TRAININGS, WORK, e, given, holds, one_of
from app.outcomes.indicators import Counted, Indicator, Measure, Population
from app.states.policy import Policy

Claims = Mapping[str, nw.Expr]
ALL, WIOA = Population.ALL_LEARNERS, Population.WIOA_PARTICIPANTS
EVERYBODY = nw.lit(value=True)

ONE_YEAR = "365d"
"""Within one year after exit: at most 365 days. Reading `one_year`."""

SEEN_BY_ALL_NINES = 99_999_999
"""1704 = 999999.99: not yet available. Reading `wage_999999_99`."""


@dataclass(frozen=True)
class Asked:
    """What a table is asked for: the report period, the day on which it is asked for, and the state's choices."""

    period: Period
    on: date
    policy: Policy

    def cohort(self, after: int) -> Cohort:
        return cohort(self.period, after, asked=self.on)


def indicators(asked: Asked) -> list[Indicator]:
    """Every indicator of both populations, in the order in which tables show them."""
    return [measure(population, asked) for measure in MEASURES.values() for population in Population]


def enrolled(population: Population, asked: Asked) -> Indicator:
    """Enrollments on career paths that began in the window."""
    window = asked.cohort(SERVED)
    left_out = {"started_earlier": _before("started_on", window), "started_later": _after("started_on", window), **_learning(population)}
    return _indicator("enrolled", population, Counted.LEARNERS, Measure.COUNT, window, left_out)


def participants_served(population: Population, asked: Asked) -> Indicator:
    """Who was in a period of participation, or learning, on a day of the window. Counts carry no exclusion."""
    window = asked.cohort(SERVED)
    if population is ALL:
        left_out = {"ended_earlier": _before("ended_on", window), "started_later": _after("started_on", window)}
    else:
        left_out = {"exited_earlier": _before("901", window), "entered_later": _after("entry", window)}
    return _indicator("participants_served", population, _counted(population), Measure.COUNT, window, left_out)


def participants_exited(population: Population, asked: Asked) -> Indicator:
    """Who exited, or completed or withdrew, in the window. Counts carry no exclusion."""
    window = asked.cohort(EXITED)
    return _indicator("participants_exited", population, _counted(population), Measure.COUNT, window, _ended(population, window))


def completion_rate(population: Population, asked: Asked) -> Indicator:
    """Of the enrollments that were to be finished: which were, by the window's end."""
    window = asked.cohort(SERVED)
    due = timedelta(days=asked.policy.completion_grace)
    left_out = {
        "due_earlier": _before("planned_end", window, shift=due),
        "not_yet_due": _after("planned_end", window, shift=due),
        **_learning(population),
    }
    success = one_of("completed", 1) & holds(e("ended_on") <= nw.lit(window.ends))
    return _indicator("completion_rate", population, Counted.LEARNERS, Measure.RATE, window, left_out, success)


def credential_rate(population: Population, asked: Asked) -> Indicator:
    """Of those in training: who attained a recognized credential in it or within a year after it."""
    window = asked.cohort(4)
    began = "started_on" if population is ALL else "entry"
    in_time = [
        (kind, holds((e(day) >= e(began)) & (e(day) <= _a_year_after(_anchor(population))))) for kind, day in CREDENTIALS
    ]  # before entry: does not count, reading `credential_before_entry`
    postsecondary = _any(*(one_of(kind, 2, 3, 4, 5, 6, 7) & timely for kind, timely in in_time))
    left_out = {**_ended(population, window), **_excused(population)}
    if population is ALL:
        left_out["path_awards_none"] = ~one_of("awards", 1)
        success = postsecondary
    else:
        left_out["wagner_peyser_only"] = ~_title_one()
        left_out["not_in_training"] = ~_trained()
        diploma = _any(*(one_of(kind, 1) & timely for kind, timely in in_time))
        success = postsecondary | (diploma & _went_on())
    return _indicator("credential_rate", population, _counted(population), Measure.RATE, window, left_out, success)


def employment_rate_q2(population: Population, asked: Asked) -> Indicator:
    """Of those who exited: who was in unsubsidized employment in the second quarter after."""
    return _employment_rate(2, population, asked)


def employment_rate_q4(population: Population, asked: Asked) -> Indicator:
    """Of those who exited: who was in unsubsidized employment in the fourth quarter after. Code 07 is out: reading `code07_in_q4`."""
    return _employment_rate(4, population, asked)


def median_earnings_q2(population: Population, asked: Asked) -> Indicator:
    """Of those employed in the second quarter after exit: the median of what they earned in it."""
    window = asked.cohort(2)
    left_out = {
        **_matched(population, window),
        "outcome_not_yet_available": one_of("1602", 9) | one_of("1603", 5, 9) | holds(e("1704") == SEEN_BY_ALL_NINES),
        "not_employed": ~one_of("1602", *WORK),
        "wages_missing": ~holds(e("1704") > 0),
    }
    return _indicator("median_earnings_q2", population, _counted(population), Measure.MEDIAN, window, left_out, amount=e("1704"), after=2)


def in_demand_placement(population: Population, asked: Asked) -> Indicator:
    """Of those employed in the second quarter after exit whose occupation is known: for whom it is in demand where they lived."""
    window = asked.cohort(2)
    left_out = {
        **_matched(population, window),
        "outcome_not_yet_available": one_of("1602", 9),
        "not_employed": ~one_of("1602", *WORK),
        "occupation_unknown": ~given("1612"),
        "no_list": ~given("in_demand"),
    }
    return _indicator(
        "in_demand_placement",
        population,
        _counted(population),
        Measure.RATE,
        window,
        left_out,
        one_of("in_demand", 1),
        after=2,
        coverage=("occupation_unknown", asked.policy.occupation_coverage),
    )


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


def _employment_rate(n: int, population: Population, asked: Asked) -> Indicator:
    """A blank is a no once it is due (T17-04, page 6; reading `blank_employment`); 9 is left out (reading `code9`)."""
    window = asked.cohort(n)
    left_out = {**_matched(population, window), "outcome_not_yet_available": one_of(EMPLOYED[n], 9)}
    success = one_of(EMPLOYED[n], *WORK)
    return _indicator(f"employment_rate_q{n}", population, _counted(population), Measure.RATE, window, left_out, success, after=n)


def _indicator(
    name: str,
    population: Population,
    counted: Counted,
    measure: Measure,
    window: Cohort,
    left_out: Claims,
    success: nw.Expr = EVERYBODY,
    *,
    amount: nw.Expr | None = None,
    after: int | None = None,
    coverage: tuple[str, float] | None = None,
) -> Indicator:
    """`after`: the figure rests on evidence of work so many quarters after the window's."""
    return Indicator(
        name=name,
        population=population,
        counted=counted,
        measure=measure,
        definition=DEFINITIONS[name, population],
        cohort=window,
        left_out=left_out,
        success=success,
        amount=amount,
        outcomes=None if after is None else Quarters(window.window.first + after, window.window.last + after),
        unmeasured=frozenset({"no_legal_basis", "no_list"} & left_out.keys()),
        coverage=coverage,
    )


def _counted(population: Population) -> Counted:
    return Counted.LEARNERS if population is ALL else Counted.PERIODS


def _anchor(population: Population) -> str:
    return "ended_on" if population is ALL else "901"


def _before(day: str, window: Cohort, *, shift: timedelta = timedelta(0)) -> nw.Expr:
    """Whether a day, moved by `shift`, lies before the window."""
    return holds(e(day) < nw.lit(window.begins - shift))


def _after(day: str, window: Cohort, *, shift: timedelta = timedelta(0)) -> nw.Expr:
    """Whether it lies after the window: of an empty one, everything that does not lie before."""
    return holds(e(day) > nw.lit(window.ends - shift))


def _ended(population: Population, window: Cohort) -> dict[str, nw.Expr]:
    """All but those who exited, or whose enrollment ended, in the window."""
    anchor = _anchor(population)
    still, earlier = ("still_active", "ended_earlier") if population is ALL else ("still_open", "exited_earlier")
    return {still: ~given(anchor), earlier: _before(anchor, window), "not_yet_due": _after(anchor, window)}


def _matched(population: Population, window: Cohort) -> dict[str, nw.Expr]:
    """All but those who exited in the window and are in the cohort of outcomes that come from wage records."""
    basis = {"no_legal_basis": ~one_of("matched", 1)} if population is ALL else {}
    return {**_ended(population, window), **basis, **_excused(population)}


def _excused(population: Population) -> dict[str, nw.Expr]:
    """Reasons for exit that leave a period out of numerator and denominator: T17-01, Attachment II, Tables A to C.

    05 concerns Youth alone: here, periods served by no other program (T17-01, Table B). 06 is Vocational Rehabilitation's: no effect
    (reading `code06`). Of all learners, Table A.
    """
    reasons = {"institutionalized": 1, "health_medical": 2, "deceased": 3, "reserve_called_to_duty": 4}
    excused = {reason: one_of("923", code) for reason, code in reasons.items()}
    if population is WIOA:
        youth_alone = one_of("905", 1, 2, 3) & ~one_of("903", 1, 2, 3) & ~one_of("904", 1, 2, 3) & ~one_of("918", 1) & ~one_of("932", 1)
        excused["foster_care"] = one_of("923", 5) & youth_alone
        excused["criminal_offender"] = one_of("923", 7)
    return excused


def _learning(population: Population) -> dict[str, nw.Expr]:
    return {"not_a_participant": ~one_of("participating", 1)} if population is WIOA else {}


def _title_one() -> nw.Expr:
    """Whether a program that has the credential indicator served the period: Wagner-Peyser has none."""
    return one_of("903", 1, 2, 3) | one_of("904", 1, 2, 3) | one_of("905", 1, 2, 3) | one_of("932", 1)


def _trained() -> nw.Expr:
    """In education or training other than on-the-job (01) and customized (05) alone: DOL's formula of the credential denominator."""
    training = _any(*(one_of(kind, 2, 3, 4, 6, 7, 8, 9, 10) for _, kind, _ in TRAININGS))
    return training | one_of("1332", 1) | (one_of("408", 0) & one_of("1401", 1))  # reading `no_diploma`


def _went_on() -> nw.Expr:
    """The special rule for diplomas: employed in any of the four quarters (reading `diploma_q4`), or in education after exit."""
    education = holds((e("1406") > e("901")) & (e("1406") <= _a_year_after("901")))  # reading `further_education_before_exit`
    return _any(*(one_of(element, *WORK) for element in EMPLOYED.values())) | education


def _a_year_after(day: str) -> nw.Expr:
    return e(day).dt.offset_by(ONE_YEAR).cast(nw.Date)


def _any(*claims: nw.Expr) -> nw.Expr:
    held, *others = claims
    for claim in others:
        held = held | claim
    return held
