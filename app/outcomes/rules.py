"""The rules of the federal indicators, each of them once: for a program's result, for all programs together, and, where the
program's own figures follow the same rule, for learners. docs/outcomes.md says in words what stands here.

T17-01 stands for TEGL 10-16 Change 3, T17-04 for its companion on supplemental wage information, DOL for the Department's analysis code.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import narwhals as nw

from app.core.periods import Kind, Period
from app.outcomes.cohorts import EXITED, SERVED, Cohort, cohort
from app.outcomes.frame import CREDENTIALS, EMPLOYED, GAINS, PLACED, TRAININGS, WORK, e, given, holds, one_of, within
from app.outcomes.indicators import Counted
from app.outcomes.programs import Program, member, youth_alone
from app.states.policy import Policy

Claims = Mapping[str, nw.Expr]
EVERYBODY = nw.lit(value=True)
NOT_YET = "outcome_not_yet_available"
"""The reason of whoever is due and recorded as 'not yet available'."""

ALL_NINES = 99_999_999
"""1704 = 999999.99: not yet available. Reading `wage_999999_99`."""

TABLE_A = {"institutionalized": 1, "health_medical": 2, "deceased": 3, "reserve_called_to_duty": 4}
"""T17-01, Attachment II, Table A, by PIRL 923. 06 is Vocational Rehabilitation's: no effect here (reading `code06`)."""


TITLE_ONE = (Program.ADULT, Program.DISLOCATED_WORKER, Program.YOUTH, Program.DWG)
"""The programs that have a credential and a skill gains indicator: Wagner-Peyser has none (29 USC 3141(b)(2)(A))."""


@dataclass(frozen=True)
class Asked:
    """What a table is asked for: the report period, the day on which it is asked for, and the state's choices."""

    period: Period
    on: date
    policy: Policy

    def cohort(self, after: int) -> Cohort:
        return cohort(self.period, after, asked=self.on)


@dataclass(frozen=True)
class Whose:
    """Whose outcome a rule looks at: periods of participation under a program, or without one enrollments of learners."""

    program: Program | None

    @property
    def counted(self) -> Counted:
        return Counted.LEARNERS if self.program is None else Counted.PERIODS

    @property
    def began(self) -> str:
        return "started_on" if self.program is None else "entry"

    @property
    def ended(self) -> str:
        return "ended_on" if self.program is None else "901"

    @property
    def belonging(self) -> Claims:
        """Whom the program did not serve."""
        return {} if self.program in (None, Program.ANY) else {"not_in_program": ~member(Program(self.program))}


LEARNERS = Whose(None)


@dataclass(frozen=True, eq=False)  # an expression has no truth value, hence no equality
class Rule:
    """An indicator of somebody in one report period: its cohort, the reasons for which a row is left out, who is a success.

    amount: of a median: whose median, in cents.
    after:  the figure rests on evidence of work so many quarters after the cohort's.
    nines:  who is due and recorded as 'not yet available', and would be in the denominator if that were a no.
    """

    window: Cohort
    left_out: Claims
    success: nw.Expr = field(default_factory=lambda: EVERYBODY)
    amount: nw.Expr | None = None
    after: int | None = None
    nines: nw.Expr | None = None


def served(whose: Whose, asked: Asked) -> Rule:
    """Who was in a period of participation, or learning, on a day of the window. Counts carry no exclusion."""
    window = asked.cohort(SERVED)
    return Rule(window, {**whose.belonging, **_absent(whose, window)})


def exited(whose: Whose, asked: Asked) -> Rule:
    """Who exited, or completed or withdrew, in the window. Counts carry no exclusion."""
    window = asked.cohort(EXITED)
    return Rule(window, {**whose.belonging, **_left(whose, window)})


def employment_rate(n: int, whose: Whose, asked: Asked) -> Rule:
    """Of those who exited: who was in unsubsidized employment in the nth quarter after; of Youth, or in school or training.

    A blank is a no once it is due (T17-04, page 6; reading `blank_employment`). 9 is left out, or a no: reading `code9`. Youth in
    school or training are a success whatever is known of their work (reading `placed_but_employment_unknown`).
    """
    window = asked.cohort(n)
    success = employed(n) | one_of(PLACED[n], 1, 2, 3) if whose.program is Program.YOUTH else employed(n)
    nines = one_of(EMPLOYED[n], 9) & ~success
    unknown = {NOT_YET: nines} if asked.policy.code9 == "left_out" else {}
    return Rule(window, {**matched(whose, window), **unknown}, success, after=n, nines=nines)


def median_earnings(whose: Whose, asked: Asked) -> Rule:
    """Of those employed in the second quarter after exit: what they earned in it (T17-01, section C).

    Earnings that are not yet available leave this figure alone, not the employment rates: reading `wage9_leaves_employment`.
    """
    window = asked.cohort(2)
    unavailable = one_of("1602", 9) | one_of("1603", 5, 9) | holds(e("1704") == ALL_NINES)
    left_out = {
        **matched(whose, window),
        "not_employed": ~employed(2) & ~one_of("1602", 9),
        NOT_YET: unavailable,
        "wages_missing": ~holds((e("1704") > 0) & (e("1704") < ALL_NINES)),
    }
    return Rule(window, left_out, amount=e("1704"), after=2, nines=unavailable)


def credential_attainment(whose: Whose, asked: Asked) -> Rule:
    """Of those in education or training: who attained a recognized credential in it or within a year after it (T17-01, section D).

    Of learners: on paths that award one, a postsecondary credential. A diploma counts whoever earned it, by the special rule: reading
    `diploma_needs_secondary`.
    """
    window = asked.cohort(4)
    left_out = {**whose.belonging, **_left(whose, window), **excused(whose)}
    in_time = [  # before entry: does not count, reading `credential_before_entry`
        (kind, holds((e(day) >= e(whose.began)) & (e(day) <= _a_year_after(whose.ended, asked.policy)))) for kind, day in CREDENTIALS
    ]
    postsecondary = any_of(*(one_of(kind, 2, 3, 4, 5, 6, 7) & timely for kind, timely in in_time))
    if whose.program is None:
        return Rule(window, left_out | {"path_awards_none": ~one_of("awards", 1)}, postsecondary)
    if whose.program is Program.ANY:
        left_out["wagner_peyser_only"] = ~_title_one()
    left_out["not_in_training"] = ~in_training(Program(whose.program), asked.policy)
    diploma = any_of(*(one_of(kind, 1) & timely for kind, timely in in_time))
    return Rule(window, left_out, postsecondary | (diploma & _went_on(asked.policy)))


def measurable_skill_gains(whose: Whose, asked: Asked) -> Rule:
    """Of those in education or training in the program year: who made a gain of any type in it (T17-01, section E).

    A quarter's report looks at the program year to date (reading `msg_quarter_to_date`), one over four quarters at these (reading
    `msg_rolling`). Who is served in it is in it (reading `msg_must_participate`). Table C does not apply, and a reason for an exit that
    comes after the report is not known then (reading `msg_later_exit_excludes`).
    """
    period = Period(Kind.PROGRAM_YEAR, asked.period.quarter) if asked.period.kind is Kind.QUARTER else asked.period
    window = cohort(period, SERVED, asked=asked.on)
    left = holds(e(whose.ended) <= nw.lit(window.ends))
    left_out = {
        **whose.belonging,
        **_absent(whose, window),
        **{reason: claim & left for reason, claim in excused(whose).items() if reason != "criminal_offender"},
        "not_in_education": ~given("1811"),
        "education_later": after("1811", window),
        "education_completed_earlier": before("1813", window),
    }
    gains = [_gained(day, whose, window) for day in GAINS]
    diplomas = [one_of(kind, 1) & _gained(day, whose, window) for kind, day in CREDENTIALS]
    return Rule(window, left_out, any_of(*gains, *diplomas))


def retention(whose: Whose, asked: Asked) -> Rule:
    """Of those employed in the second quarter after exit: who had the same employer in the fourth (T17-01, section F; 89 FR 13814).

    Blank 1618 is a no. Unknown in the fourth quarter is left out: reading `retention_needs_q4_known`.
    """
    window = asked.cohort(4)
    retained = one_of("1618", 1)
    nines = one_of("1606", 9) & ~retained
    left_out = {
        **matched(whose, window),
        "q2_not_yet_available": one_of("1602", 9),
        "not_employed": ~employed(2),
        NOT_YET: nines,
    }
    return Rule(window, left_out, retained, after=4, nines=nines)


def employed(n: int) -> nw.Expr:
    """In unsubsidized employment, an apprenticeship or the military in the nth quarter after (T17-01, Attachment I)."""
    return one_of(EMPLOYED[n], *WORK)


def excused(whose: Whose) -> dict[str, nw.Expr]:
    """Reasons for exit that leave a period out of numerator and denominator: T17-01, Attachment II, Tables A to C.

    05 concerns the result of Youth alone (Table B; reading `code05_everywhere`), and Youth in the statewide retention (reading
    `code05_in_youth_retention`); in all programs together, periods that no other program served. 07 leaves every program, in the
    second quarter as in the fourth: readings `code07` and `code07_in_q4`. Of learners, Table A.
    """
    reasons = {reason: one_of("923", code) for reason, code in TABLE_A.items()}
    if whose.program is None:
        return reasons
    if whose.program in (Program.YOUTH, Program.STATEWIDE):
        reasons["foster_care"] = one_of("923", 5) & member(Program.YOUTH)
    elif whose.program is Program.ANY:
        reasons["foster_care"] = one_of("923", 5) & youth_alone()
    reasons["criminal_offender"] = one_of("923", 7)
    return reasons


def in_training(program: Program, policy: Policy) -> nw.Expr:
    """In education or training that leads to a credential: DOL's formula, or for Youth the text of T17-01 (reading `youth_credential`)."""
    if policy.youth_credential == "formula" or program not in (Program.YOUTH, Program.ANY):
        return _formula()
    if program is Program.YOUTH:
        return _doors()
    others = any_of(*(member(other) for other in TITLE_ONE if other is not Program.YOUTH))
    return (member(Program.YOUTH) & _doors()) | (others & _formula())


def matched(whose: Whose, window: Cohort) -> Claims:
    """All but those who exited in the window and are in the cohort of outcomes that come from wage records."""
    basis = {"no_legal_basis": ~one_of("matched", 1)} if whose.program is None else {}
    return {**whose.belonging, **_left(whose, window), **basis, **excused(whose)}


def before(day: str, window: Cohort, *, shift: timedelta = timedelta(0)) -> nw.Expr:
    """Whether a day, moved by `shift`, lies before the window."""
    return holds(e(day) < nw.lit(window.begins - shift))


def after(day: str, window: Cohort, *, shift: timedelta = timedelta(0)) -> nw.Expr:
    """Whether it lies after the window: of an empty one, everything that does not lie before."""
    return holds(e(day) > nw.lit(window.ends - shift))


def any_of(*claims: nw.Expr) -> nw.Expr:
    """Whether one of the claims holds."""
    held, *others = claims
    for claim in others:
        held = held | claim
    return held


def _left(whose: Whose, window: Cohort) -> Claims:
    """All but those who exited, or whose enrollment ended, in the window."""
    still, earlier = ("still_active", "ended_earlier") if whose.program is None else ("still_open", "exited_earlier")
    return {still: ~given(whose.ended), earlier: before(whose.ended, window), "not_yet_due": after(whose.ended, window)}


def _absent(whose: Whose, window: Cohort) -> Claims:
    """All but those who were there on a day of the window."""
    if whose.program is None:
        return {"ended_earlier": before("ended_on", window), "started_later": after("started_on", window)}
    return {"never_entered": ~given("entry"), "exited_earlier": before("901", window), "entered_later": after("entry", window)}


def _title_one() -> nw.Expr:
    """Whether a program that has the credential indicator served the period."""
    return any_of(*(member(program) for program in TITLE_ONE))


def _formula() -> nw.Expr:
    """DOL's formula: training other than on the job (01), customized (05), 11 and 12 alone; postsecondary; secondary, no diploma."""
    training = any_of(*(one_of(kind, 2, 3, 4, 6, 7, 8, 9, 10) for _, kind, _ in TRAININGS))
    return training | one_of("1332", 1) | (one_of("408", 0) & one_of("1401", 1))  # reading `no_diploma`


def _doors() -> nw.Expr:
    """The text of T17-01, section D: Youth in school at entry, and out of school those who came through one of six doors: youth
    occupational training, education with workforce preparation, secondary or postsecondary education, YouthBuild, Job Corps."""
    in_school = one_of("409", 1, 2, 3)
    training = any_of(*(one_of(kind, 10) for _, kind, _ in TRAININGS))
    education = given("1407") | one_of("1401", 1) | one_of("1332", 1)
    return in_school | training | education | given("919") | one_of("911", 1)


def _went_on(policy: Policy) -> nw.Expr:
    """The special rule for diplomas: employed in any of the four quarters (reading `diploma_q4`), or in education after exit."""
    # Reading `further_education_before_exit`.
    education = holds((e("1406") > e("901")) & (e("1406") <= _a_year_after("901", policy)))
    return any_of(*(employed(n) for n in EMPLOYED)) | education


def _gained(day: str, whose: Whose, window: Cohort) -> nw.Expr:
    """A gain in the window, made while participating: reading `msg_gain_while_participating`."""
    there = holds(e(day) >= e(whose.began)) & (~given(whose.ended) | holds(e(day) <= e(whose.ended)))
    return within(day, window.begins, window.ends) & there


def _a_year_after(day: str, policy: Policy) -> nw.Expr:
    """The last day within one year after another: 365 days later, or the same calendar date (reading `one_year`)."""
    return e(day).dt.offset_by("365d" if policy.one_year == "365" else "1y").cast(nw.Date)
