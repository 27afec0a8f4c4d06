"""Released figures in plain words, for people who do not read tables: what was counted, when, n of N, or why there is no number."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from app.core.periods import number, spoken
from app.outcomes.cohorts import EXITED, SERVED
from app.outcomes.indicators import Measure, Population
from app.public.speaking import N_, _
from app.releases.table import OK, Shown, measured

ALL, WIOA = Population.ALL_LEARNERS, Population.WIOA_PARTICIPANTS

NAMES = {
    "enrolled": N_("Enrolled"),
    "participants_served": N_("In training or served"),
    "participants_exited": N_("Finished or left"),
    "completion_rate": N_("Completed on time"),
    "credential_rate": N_("Earned a credential"),
    "employment_rate_q2": N_("Had a job six months on"),
    "employment_rate_q4": N_("Had a job a year on"),
    "median_earnings_q2": N_("Typical earnings in a quarter"),
    "in_demand_placement": "Work in an in-demand job",
}
"""What the indicators are called on the public pages; the official titles stand beside the definitions."""

WHO = {
    ALL: (N_("All learners"), N_("Everybody who enrolled on a career path. Who enrolled twice counts twice.")),
    WIOA: (
        N_("WIOA participants"),
        N_("People in programs of the Workforce Innovation and Opportunity Act; each stay in them counts once."),
    ),
}
"""Of each population its title and who that is."""

_ENDED = {ALL: N_("learners who finished or left a career path {when}"), WIOA: N_("people who left the program {when}")}
_DUE = {ALL: N_("enrollments that were due to end {when}"), WIOA: N_("enrollments that were due to end {when}, of people in the program")}
_TRAINED = {
    ALL: N_("learners who finished or left, {when}, a path that awards a recognized credential"),
    WIOA: N_("people in training or school who left the program {when}"),
}
_PLACED = {
    ALL: N_("learners who finished or left a career path {when} and had a job of a known kind in the second quarter after"),
    WIOA: N_("people who left the program {when} and had a job of a known kind in the second quarter after"),
}
_RATES: Mapping[str, tuple[Mapping[Population, str], str]] = {
    "completion_rate": (_DUE, N_("were completed by then")),
    "credential_rate": (_TRAINED, N_("earned a recognized credential within a year after")),
    "employment_rate_q2": (_ENDED, N_("had a job in the second quarter after")),
    "employment_rate_q4": (_ENDED, N_("had a job in the fourth quarter after")),
    "in_demand_placement": (_PLACED, N_("worked in a job that was in demand in their region")),
}
_COUNTS = {
    ("enrolled", ALL): N_("enrollments on a career path began {when}"),
    ("enrolled", WIOA): N_("enrollments on a career path by people in the program began {when}"),
    ("participants_served", ALL): N_("enrollments were under way at some time {when}"),
    ("participants_served", WIOA): N_("people were in the program at some time {when}"),
    ("participants_exited", ALL): N_("enrollments ended {when}, finished or not"),
    ("participants_exited", WIOA): "people left the program {when}",
}
WITHHELD = N_(
    "Not shown, to protect people: from this figure, alone or together with others, somebody could be recognized. It is not a zero."
)
_LAGS = {
    "enrolled": SERVED,
    "participants_served": SERVED,
    "completion_rate": SERVED,
    "participants_exited": EXITED,
    "employment_rate_q2": 2,
    "median_earnings_q2": 2,
    "in_demand_placement": 2,
    "employment_rate_q4": 4,
    "credential_rate": 4,
}
"""How many quarters after the cohort's a figure looks, as in `outcomes.measures`; a test holds the two together."""

STATUSES = {
    "ok": N_("Shown"),
    "suppressed": N_("Not shown"),
    "not_yet_available": N_("Not yet known"),
    "not_reported": N_("Not reported"),
    "not_applicable": "Nobody to count",
}
"""A figure's status, short enough for a cell."""


@dataclass(frozen=True)
class Told:
    """A figure as it is told: its short form (`75.0 %`, or why there is none), the sentence, and for a rate the share of one."""

    shown: Shown
    name: str
    short: str
    sentence: str

    @property
    def anchor(self) -> str:
        """Its id in a page."""
        return f"{self.shown.population.value}-{self.shown.indicator}"

    @property
    def known(self) -> bool:
        """Whether there is a number."""
        return self.shown.status == OK

    @property
    def share(self) -> float | None:
        """Of a rate the share of one."""
        return self.shown.value if self.known and measured(self.shown.indicator) is Measure.RATE else None

    @property
    def of(self) -> str:
        """`57 of 76`; of a median how many people it is of; empty for counts and where there is no number."""
        n, everybody = self.shown.numerator, self.shown.denominator
        if not self.known or everybody is None:
            return ""
        if measured(self.shown.indicator) is Measure.RATE and n is not None:
            return _("{n:,} of {everybody:,}").format(n=n, everybody=everybody)
        return _("of {everybody:,} people").format(everybody=everybody)


def told(shown: Shown) -> Told:
    """A released figure in words."""
    return Told(shown, _(NAMES[shown.indicator]), short(shown), sentence(shown))


def short(shown: Shown) -> str:
    """The figure alone: `75.0 %`, `$7,420`, `1,204`; or in two words why there is none."""
    if shown.status != OK or shown.value is None:
        return _(STATUSES[shown.status])
    match measured(shown.indicator):
        case Measure.RATE:
            return f"{rounded(shown.value * 100, '0.1')} %"
        case Measure.MEDIAN:
            return f"${rounded(shown.value, '1')}"
        case _:
            return f"{shown.value:,.0f}"


def rounded(value: float, to: str) -> Decimal | str:
    """A number for print, half up, as everywhere in this program."""
    return f"{Decimal(repr(value)).quantize(Decimal(to), ROUND_HALF_UP):,}"


def sentence(shown: Shown) -> str:
    """What the figure says, with n of N; or why there is none, and when there will be."""
    if shown.status == OK:
        return _said(shown) + (f" {shown.note}" if shown.note else "")
    match shown.status:
        case "suppressed":
            return _(WITHHELD)
        case "not_yet_available":
            about = months(shown.cohort_from, shown.cohort_until)
            return _("Not yet known: it is about {months}, {due}").format(months=about, due=_due(shown))
        case "not_reported":
            return " ".join([_("Not reported: too little is known about those counted."), shown.note]).strip()
        case _:
            return _("Nobody was there to count {when}.").format(when=when(shown))


def _said(shown: Shown) -> str:
    said, name, population = when(shown), shown.indicator, shown.population
    n, everybody = shown.numerator or 0, shown.denominator or 0
    match measured(name):
        case Measure.COUNT:
            return f"{short(shown)} {_(_COUNTS[name, population]).format(when=said)}."
        case Measure.MEDIAN:
            told_of = _(
                "Of {everybody:,} {whom} and had a job in the second quarter after, half earned more than about {short} in that quarter, "
                "and half earned less."
            )
            return told_of.format(everybody=everybody, whom=_(_ENDED[population]).format(when=said), short=short(shown))
        case Measure.RATE:
            whom, did = _RATES[name]
            told_of = _("Of {everybody:,} {whom}, {n:,} {did}: {short}.")
            return told_of.format(everybody=everybody, whom=_(whom[population]).format(when=said), n=n, did=_(did), short=short(shown))


def when(shown: Shown) -> str:
    """The cohort's quarters: `between July and September 2025`, `between October 2024 and September 2025`."""
    return span(shown.cohort_from, shown.cohort_until)


def span(begins: date, ends: date) -> str:
    """Some months in words, with the word before them."""
    return _("between {months}").format(months=months(begins, ends))


def months(begins: date, ends: date) -> str:
    """Some months in words: `July and September 2025`."""
    first, last = _(calendar.month_name[begins.month]), _(calendar.month_name[ends.month])
    if begins.year == ends.year:
        return _("{first} and {last} {year}").format(first=first, last=last, year=ends.year)
    return _("{first} {before} and {last} {year}").format(first=first, before=begins.year, last=last, year=ends.year)


def _due(shown: Shown) -> str:
    lag = _LAGS.get(shown.indicator)
    if lag is None:
        return _("and not all of it is over yet.")
    return _("and can first be in the report of {quarter}.").format(quarter=spoken(number(shown.cohort_from) + lag + 2))
