"""The facts on which eligibility is decided: a closed vocabulary with the element that reports each, and how a worker's account is read.

Every fact is given with the document that shows it (RSA-TAC-19-01 = TEGL 7-18, source documents). Pure: no database, no clock.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from app.core.errors import Violation
from app.enrollments.claims import Value


class Holds(StrEnum):
    """What a fact's value is."""

    TRUTH = "truth"
    WORD = "word"
    NUMBER = "number"
    DAY = "day"


@dataclass(frozen=True)
class Fact:
    """One fact: how it is told, the elements of the record that report it, and, of a word, which ones there are."""

    told: str
    elements: tuple[str, ...] = ()
    holds: Holds = Holds.TRUTH
    words: tuple[str, ...] = ()


def _word(told: str, *words: str, elements: tuple[str, ...] = ()) -> Fact:
    return Fact(told, elements, Holds.WORD, words)


FACTS: Mapping[str, Fact] = {
    "age": Fact("Age in years on the day", ("200",), Holds.NUMBER),
    "veteran": Fact("A veteran", ("300",)),
    "native": Fact("American Indian, Alaska Native or Native Hawaiian", ("211", "214")),
    "separation": _word("How the work ended", "terminated", "laid_off", "notice", "none"),
    "separation_cause": _word("Why it ended", "closure", "substantial_layoff", "other"),
    "unemployment_compensation": _word(
        "Unemployment compensation",
        *("eligible", "exhausted", "insufficient_earnings", "employer_not_covered", "not_entitled"),
        elements=("401",),
    ),
    "attached_to_workforce": Fact("Employed long enough to show attachment to the workforce"),
    "unlikely_to_return": Fact("Unlikely to return to the previous industry or occupation"),
    "employed_where_closure_is_announced": Fact("Employed at a facility of which the employer announced that it will close"),
    "closure_on": Fact("The day on which the facility will close", holds=Holds.DAY),
    "was_self_employed": Fact("Was self-employed, as a farmer, rancher or fisherman too"),
    "self_employment_ended_by": _word("What ended the self-employment", "economic_conditions", "natural_disaster", "other"),
    "unpaid_services_to_family": Fact("Gave unpaid services to family members at home", ("807",)),
    "no_longer_supported_by_family_income": Fact("Depended on another family member's income, and is no longer supported by it", ("807",)),
    "military_dependent_with_reduced_income": Fact("Dependent spouse of a service member whose family income fell by service", ("807",)),
    "spouse_on_active_duty": Fact("Spouse of a member of the Armed Forces on active duty"),
    "lost_employment_by_relocation": Fact("Lost work by a move for a permanent change in duty station"),
    "employment": _word("Work at present", "employed", "underemployed", "unemployed", elements=("400",)),
    "difficulty_in_finding_work": Fact("Has difficulty in finding or improving work"),
    "weeks_unemployed": Fact("Consecutive weeks without work", ("402",), Holds.NUMBER),
    "authorized_to_work": Fact("Authorized to work"),
    "selective_service_registration": _word("Selective Service", "registered", "not_required", "not_registered"),
    "snap": Fact("SNAP now or in the last six months, or a family that has it", ("603",)),
    "tanf": Fact("TANF now or in the last six months, or a family that has it", ("600",)),
    "ssi": Fact("SSI now or in the last six months, or a family that has it", ("602",)),
    "other_public_assistance": Fact("Other public assistance by income, now or in the last six months", ("604",)),
    "within_two_years_of_tanf_limit": Fact("Within two years of exhausting lifetime eligibility for TANF", ("601",)),
    "family_income": Fact("The family's income, in dollars a year", ("802",), Holds.NUMBER),
    "own_income": Fact("The person's own income, in dollars a year", ("802",), Holds.NUMBER),
    "income_limit": Fact("The higher of the poverty line and 70 percent of the lower living standard for the family", holds=Holds.NUMBER),
    "homeless": Fact("Homeless", ("800",)),
    "runaway": Fact("A runaway", ("800",)),
    "reduced_price_lunch": Fact("Receives or may receive free or reduced price lunch", ("802",)),
    "foster_care": Fact("In foster care, or aged out of it", ("704",)),
    "high_poverty_area": Fact("Lives in a high-poverty area", ("802",)),
    "disability": Fact("A disability", ("202",)),
    "basic_skills_deficient": Fact("Basic skills deficient", ("804",)),
    "english_learner": Fact("An English learner", ("803",)),
    "low_literacy": Fact("A low level of literacy", ("804",)),
    "cultural_barriers": Fact("Substantial cultural barriers", ("805",)),
    "eligible_spouse": Fact("An eligible spouse of a veteran", ("301",)),
    "state_priority": Fact("In a group to which the Governor or the local board gives priority"),
    "state_barrier": Fact("In another group that the Governor names as having barriers"),
    "offender": Fact("Subject to any stage of the justice process", ("801",)),
    "single_parent": Fact("A single parent, or single and pregnant", ("806",)),
    "pregnant_or_parenting": Fact("Pregnant or parenting", ("701",)),
    "migrant_or_seasonal_farmworker": Fact("An eligible migrant or seasonal farmworker", ("808",)),
    "school": _word("School", "attending", "dropout", "graduate", elements=("409",)),
    "compulsory_age_not_attending": Fact("Of compulsory school age, and not there in the most recent quarter"),
    "needs_additional_assistance": Fact("Needs additional assistance to finish a program or to find or keep work", ("702",)),
    "assessed": Fact("Interviewed, evaluated or assessed"),
    "career_services_not_enough": Fact("Unlikely to find or keep self-sufficient work by career services alone"),
    "needs_training": Fact("In need of training for that"),
    "able_to_succeed": Fact("Has the skills and qualifications to succeed in the training"),
    "linked_to_employment": Fact("The training leads to work in the area, or where the person would go"),
    "other_grants_do_not_suffice": Fact("Other grants, Pell first, are not to be had or do not suffice"),
}
"""Every fact by its name."""

DOCUMENTS = ("cross_match", "document", "electronic_record", "case_notes", "self_attestation")
"""What shows a fact, the most authoritative first: where they conflict, that one is followed (RSA-TAC-19-01)."""

RECORD = "record"
"""The document of what the person's own record says."""


@dataclass(frozen=True)
class Given:
    """A fact as a worker gives it: its value as it came, and the document that shows it, with its own reference."""

    value: Any
    document: str
    reference: str | None = None


def read(given: Mapping[str, Given], recorded: Mapping[str, Value]) -> tuple[dict[str, Value], list[Violation]]:
    """The values that are known, the record's first, and everything that is wrong with what was given: name, value, document.

    What the record tells is not given again: if it is wrong there, it is mended there.
    """
    known, wrong = dict(recorded), []
    for name, one in given.items():
        wrong += (mistakes := [Violation(1, f"facts/{name}", code, told) for code, told in _wrong(name, one, recorded)])
        if not mistakes:
            known[name] = _value(FACTS[name], one.value)
    return known, wrong


def _wrong(name: str, given: Given, recorded: Mapping[str, Value]) -> Iterator[tuple[str, str]]:
    fact = FACTS.get(name)
    if fact is None:
        yield "unknown_fact", "There is no fact of that name. GET /v1/eligibility-rules lists them."
        return
    if name in recorded:
        yield "told_by_the_record", "The person's own record tells this. If it is wrong there, change it there."
    if not _fits(fact, given.value):
        yield "value_does_not_fit", f"{_ASKED[fact.holds]}{': ' + ', '.join(fact.words) if fact.words else ''}."
    if given.document not in DOCUMENTS:
        yield "unknown_document", f"Say what shows it: {', '.join(DOCUMENTS)}."


_ASKED = {
    Holds.TRUTH: "Give true or false",
    Holds.WORD: "Give one of these words",
    Holds.NUMBER: "Give a whole number, 0 or more",
    Holds.DAY: "Give a day as 2026-03-31",
}


def _fits(fact: Fact, value: Any) -> bool:
    match fact.holds:
        case Holds.TRUTH:
            return isinstance(value, bool)
        case Holds.WORD:
            return value in fact.words
        case Holds.NUMBER:
            return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1_000_000_000
        case Holds.DAY:
            return isinstance(value, date) or (isinstance(value, str) and _is_day(value))


def _is_day(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _value(fact: Fact, value: Any) -> Value:
    known: Value = date.fromisoformat(value) if fact.holds is Holds.DAY and isinstance(value, str) else value
    return known
