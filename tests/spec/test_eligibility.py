"""Eligibility under Title I, rule by rule, with the section that each says. Nothing of a missing fact becomes a no."""

from collections.abc import Mapping
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

import app.enrollments.eligibility as room
from app.contract.states import EligibilityRule
from app.enrollments.claims import Facts, Value
from app.enrollments.eligibility import RULES, Determination, determine
from app.enrollments.eligibility_facts import FACTS, Given, Holds, read
from app.states.policy import ELIGIBILITY_RULES

ON = date(2025, 3, 3)
LEGAL: dict[str, Value] = {"authorized_to_work": True, "selective_service_registration": "not_required"}
GATE: dict[str, Value] = {
    **dict.fromkeys(("assessed", "career_services_not_enough", "needs_training", "able_to_succeed"), True),
    **dict.fromkeys(("linked_to_employment", "other_grants_do_not_suffice"), True),
}
LAID_OFF: dict[str, Value] = {"separation": "laid_off", "unlikely_to_return": True, "unemployment_compensation": "eligible"}
HARD: dict[str, Value] = {"employment": "unemployed", "difficulty_in_finding_work": True}


def asked(program: str, **known: Any) -> Determination:
    return determine(program, {**LEGAL, **known}, on=ON, rules=ELIGIBILITY_RULES)


def ways(found: Determination) -> set[str]:
    return {each.rule for each in found.findings if each.met and RULES[each.rule].role == "way"}


DISLOCATED = [
    # 29 USC 3102(15)(A): three conditions, the second in two forms
    (LAID_OFF, "laid_off_unlikely_to_return"),
    ({**LAID_OFF, "unemployment_compensation": "exhausted"}, "laid_off_unlikely_to_return"),
    ({**LAID_OFF, "unemployment_compensation": "employer_not_covered", "attached_to_workforce": True}, "laid_off_unlikely_to_return"),
    ({**LAID_OFF, "unemployment_compensation": "employer_not_covered", "attached_to_workforce": False}, None),
    ({**LAID_OFF, "unemployment_compensation": "not_entitled"}, None),
    ({**LAID_OFF, "unlikely_to_return": False}, None),
    ({**LAID_OFF, "separation": "none"}, None),
    # (B)(i): whatever becomes of unemployment compensation
    ({"separation": "notice", "separation_cause": "closure", "unlikely_to_return": False}, "closure_or_substantial_layoff"),
    ({"separation": "terminated", "separation_cause": "other", "unlikely_to_return": False}, None),
    # (C)
    ({"was_self_employed": True, "self_employment_ended_by": "natural_disaster"}, "formerly_self_employed"),
    ({"was_self_employed": True, "self_employment_ended_by": "other"}, None),
    # (D) and 3102(16)
    ({"unpaid_services_to_family": True, "no_longer_supported_by_family_income": True, **HARD}, "displaced_homemaker"),
    ({"unpaid_services_to_family": True, "military_dependent_with_reduced_income": True, **HARD}, "displaced_homemaker"),
    ({"unpaid_services_to_family": True, "no_longer_supported_by_family_income": True, **HARD, "employment": "employed"}, None),
    # (E)
    ({"spouse_on_active_duty": True, "lost_employment_by_relocation": True}, "military_spouse_relocated"),
    ({"spouse_on_active_duty": True, **HARD}, "military_spouse_underemployed"),
    ({"spouse_on_active_duty": False, "lost_employment_by_relocation": True, **HARD}, None),
]


@pytest.mark.parametrize(("known", "way"), DISLOCATED)
def test_a_dislocated_worker(known: Mapping[str, Value], way: str | None) -> None:
    assert ways(asked("dislocated_worker", **known)) == ({way} if way else set())
    assert asked("dislocated_worker", **known).eligible is (True if way else None), "what is not known is not a no"


@pytest.mark.parametrize(("days", "within"), [(0, True), (120, True), (180, True), (181, False), (-1, False)])
def test_a_general_announcement_of_closure(days: int, within: bool) -> None:
    """(B)(ii) within 180 days; (B)(iii) without that limit, but not for training, individualized and supportive services."""
    found = asked("dislocated_worker", employed_where_closure_is_announced=True, closure_on=ON + timedelta(days=days), **GATE)
    assert ways(found) == {"closure_announced"} | ({"closure_announced_within_180_days"} if within else set())
    assert found.eligible is True
    assert found.not_allowed == (() if within else ("individualized_career_services", "supportive_services", "training"))
    assert found.training is within


def test_nothing_known_is_undetermined_and_says_what_is_lacking() -> None:
    found = determine("dislocated_worker", {}, on=ON, rules=ELIGIBILITY_RULES)
    assert found.eligible is None
    assert {"separation", "spouse_on_active_duty", "authorized_to_work"} <= set(found.lacking)


def test_every_way_excluded_is_a_no_whatever_else_is_not_known() -> None:
    known: dict[str, Value] = dict.fromkeys(
        ("employed_where_closure_is_announced", "was_self_employed", "unpaid_services_to_family", "spouse_on_active_duty"), False
    )
    found = determine("dislocated_worker", {**known, "separation": "none"}, on=ON, rules=ELIGIBILITY_RULES)
    assert (found.eligible, found.lacking) == (False, ())


def test_a_condition_that_is_not_met_is_a_no() -> None:
    """29 USC 3248(a)(5) and 3249(h)."""
    assert asked("dislocated_worker", **LAID_OFF, authorized_to_work=False).eligible is False
    assert asked("dislocated_worker", **LAID_OFF, selective_service_registration="not_registered").eligible is False
    off = [name for name in ELIGIBILITY_RULES if name != "selective_service"]
    assert determine("dislocated_worker", {**LAID_OFF, "authorized_to_work": True}, on=ON, rules=off).eligible is True


@pytest.mark.parametrize(("age", "eligible"), [(17, False), (18, True), (70, True)])
def test_an_adult(age: int, eligible: bool) -> None:
    assert asked("adult", age=age).eligible is eligible


NO_GROUP: dict[str, Value] = {
    **dict.fromkeys(("snap", "tanf", "ssi", "other_public_assistance", "homeless", "reduced_price_lunch", "foster_care"), False),
    **dict.fromkeys(("disability", "basic_skills_deficient", "veteran", "eligible_spouse", "state_priority"), False),
    "family_income": 90_000,
    "income_limit": 30_000,
    "age": 40,
}


@pytest.mark.parametrize(
    ("known", "priority"),
    [
        ({"snap": True, "veteran": True}, 1),
        ({"basic_skills_deficient": True, "eligible_spouse": True}, 1),
        ({"snap": True}, 2),
        ({"family_income": 30_000}, 2),
        ({"family_income": 30_001}, 5),
        ({"disability": True, "own_income": 10_000}, 2),
        ({"veteran": True}, 3),
        ({"state_priority": True}, 4),
        ({}, 5),
    ],
)
def test_priority_of_service(known: Mapping[str, Value], priority: int) -> None:
    """29 USC 3174(c)(3)(E); 20 CFR 680.600 to 680.650: with Adult funds alone."""
    assert asked("adult", **{**NO_GROUP, **known}).priority == priority
    assert asked("dislocated_worker", **{**NO_GROUP, **known}).priority is None


def test_priority_waits_for_a_fact_that_could_move_it() -> None:
    without = {name: value for name, value in NO_GROUP.items() if name != "snap"}
    assert asked("adult", **without).priority is None
    assert asked("adult", **{**without, "tanf": True}).priority == 2


YOUTH = [
    # 29 USC 3164(a)(1)(B): out of school
    ({"school": "dropout", "age": 16}, True),
    ({"school": "dropout", "age": 24}, True),
    ({"school": "dropout", "age": 15}, False),
    ({"school": "dropout", "age": 25}, False),
    ({"school": "graduate", "age": 20, "snap": True, "english_learner": True}, True),
    ({"school": "graduate", "age": 20, "snap": True, "english_learner": False, "basic_skills_deficient": False}, None),
    ({"school": "graduate", "age": 20, "offender": True}, True),
    ({"school": "graduate", "age": 20, "pregnant_or_parenting": True}, True),
    ({"school": "graduate", "age": 20, "disability": True}, True),
    ({"school": "graduate", "age": 20, "high_poverty_area": True, "needs_additional_assistance": True}, True),
    # (C): in school, with low income and one condition
    ({"school": "attending", "age": 14, "snap": True, "runaway": True}, True),
    ({"school": "attending", "age": 21, "snap": True, "basic_skills_deficient": True}, True),
    ({"school": "attending", "age": 22, "snap": True, "basic_skills_deficient": True}, False),
    ({"school": "attending", "age": 13, "snap": True, "basic_skills_deficient": True}, False),
    ({"school": "attending", "age": 17, "runaway": True}, None),
]


@pytest.mark.parametrize(("known", "eligible"), YOUTH)
def test_a_youth(known: Mapping[str, Value], eligible: bool | None) -> None:
    assert asked("youth", **known).eligible is eligible


@pytest.mark.parametrize(
    ("known", "barrier"),
    [
        ({"age": 55}, "older_individual"),
        ({"weeks_unemployed": 27}, "long_term_unemployed"),
        ({"low_literacy": True}, "english_learner"),
        ({"native": True}, "indian_alaska_native_native_hawaiian"),
        ({"offender": True}, "ex_offender"),
        ({"tanf": True}, "low_income"),
    ],
)
def test_barriers(known: Mapping[str, Value], barrier: str) -> None:
    """29 USC 3102(24)."""
    assert barrier in asked("adult", **known).barriers


@pytest.mark.parametrize("known", [{"age": 54}, {"weeks_unemployed": 26}])
def test_no_barrier_yet(known: Mapping[str, Value]) -> None:
    assert asked("adult", **known).barriers == ()


def test_the_gate_to_training() -> None:
    """29 USC 3174(c)(3)(A)."""
    assert asked("adult", age=30, **GATE).training is True
    for name in GATE:
        assert asked("adult", age=30, **{**GATE, name: False}).training is False
        assert asked("adult", age=30, **{other: value for other, value in GATE.items() if other != name}).training is None


def test_each_finding_names_the_facts_that_decided() -> None:
    [found] = [each for each in asked("dislocated_worker", **LAID_OFF).findings if each.rule == "laid_off_unlikely_to_return"]
    assert (found.met, found.by) == (True, ("separation", "unemployment_compensation", "unlikely_to_return"))
    assert found.citation == "29 USC 3102(15)(A)"


def values(name: str) -> st.SearchStrategy[Value]:
    match FACTS[name].holds:
        case Holds.TRUTH:
            return st.booleans()
        case Holds.WORD:
            return st.sampled_from(FACTS[name].words)
        case Holds.NUMBER:
            return st.integers(0, 60)
        case Holds.DAY:
            return st.dates(ON - timedelta(days=10), ON + timedelta(days=200))


WHOLE = st.fixed_dictionaries({name: values(name) for name in FACTS})


@given(WHOLE, st.sets(st.sampled_from(sorted(FACTS))), st.sampled_from(sorted(RULES)))
def test_what_is_decided_stays_decided_when_more_becomes_known(whole: dict[str, Value], hidden: set[str], name: str) -> None:
    """And with every fact known nothing is open: so a claim that is open lacks one of the hidden facts, and says which."""
    some = RULES[name].holds(Facts({fact: value for fact, value in whole.items() if fact not in hidden}, ON))
    told = RULES[name].holds(Facts(whole, ON))
    assert told.value is not None
    assert not told.lacking
    if some.value is None:
        assert some.lacking
        assert some.lacking <= hidden
    else:
        assert some.value == told.value
        assert not some.by & hidden


@given(WHOLE, st.sampled_from(("adult", "dislocated_worker", "youth")))
def test_only_the_facts_that_are_named_decided(whole: dict[str, Value], program: str) -> None:
    """Without every other fact each rule says the same."""
    for found in determine(program, whole, on=ON, rules=ELIGIBILITY_RULES).findings:
        alone = RULES[found.rule].holds(Facts({name: whole[name] for name in found.by}, ON))
        assert alone.value == found.met


def test_a_state_may_turn_on_every_rule_that_there_is_and_no_other() -> None:
    assert set(RULES) == set(ELIGIBILITY_RULES) == set(get_args(EligibilityRule))
    assert all(rule.citation and rule.told for rule in RULES.values())


def test_the_rules_changed_only_with_their_version() -> None:
    """If this fails because a rule was changed: raise `VERSION`, and write down here what the rules are by now."""
    written = Path(room.__file__).read_text(encoding="utf-8")
    rules = written[written.index("DW, ADULT, YOUTH") : written.index("@dataclass(frozen=True)\nclass Finding")]
    assert (room.VERSION, sha256(rules.encode()).hexdigest()[:16]) == ("2026-11", "15f6225e9821d19a")


@pytest.mark.parametrize(
    ("name", "value", "document", "code"),
    [
        ("shoe_size", 42, "document", "unknown_fact"),
        ("age", 40, "document", "told_by_the_record"),
        ("separation", "sacked", "document", "value_does_not_fit"),
        ("snap", "yes", "document", "value_does_not_fit"),
        ("snap", 1, "document", "value_does_not_fit"),
        ("weeks_unemployed", -1, "document", "value_does_not_fit"),
        ("weeks_unemployed", True, "document", "value_does_not_fit"),
        ("closure_on", "3/3/2025", "document", "value_does_not_fit"),
        ("closure_on", "20250303", "document", "value_does_not_fit"),
        ("snap", True, "hearsay", "unknown_document"),
    ],
)
def test_a_fact_that_is_not_taken(name: str, value: Any, document: str, code: str) -> None:
    known, wrong = read({name: Given(value, document)}, {"age": 40})
    assert [(one.pointer, one.code) for one in wrong] == [(f"facts/{name}", code)]
    assert known == {"age": 40}


def test_facts_are_read_as_what_they_are() -> None:
    given = {"closure_on": Given("2025-06-30", "document"), "snap": Given(False, "cross_match"), "weeks_unemployed": Given(0, "case_notes")}  # noqa: FBT003
    assert read(given, {}) == ({"closure_on": date(2025, 6, 30), "snap": False, "weeks_unemployed": 0}, [])
