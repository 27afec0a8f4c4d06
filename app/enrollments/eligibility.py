"""Who is eligible for what under Title I, by which rule and by which fact. Pure: no database, no clock.

`determine` answers three-valued: eligible, not eligible, or undetermined for want of facts that it names. The rules are a closed
vocabulary; a state turns on those that it applies (`eligibility_rules` of its policy). USC is 29 USC, WIOA as codified.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date

from app.enrollments.claims import Claim, Facts, Value, all_of, any_of

VERSION = "2026-11"
"""Of the rules below. A determination names the version that decided it; whoever changes a rule raises this."""

WAY, CONDITION, PRIORITY, GATE = "way", "condition", "priority", "gate"


@dataclass(frozen=True)
class Rule:
    """One rule: a `way` into a program, a `condition` of it, a `priority` group, or part of the training `gate`."""

    name: str
    role: str
    programs: tuple[str, ...]
    citation: str
    told: str
    holds: Callable[[Facts], Claim]
    limits: tuple[str, ...] = ()  # what somebody eligible by this way alone may not have


RULES: dict[str, Rule] = {}
TITLE_ONE = ("adult", "dislocated_worker", "youth")


def rule(
    role: str, programs: tuple[str, ...], citation: str, *, limits: tuple[str, ...] = ()
) -> Callable[[Callable[[Facts], Claim]], Callable[[Facts], Claim]]:
    """Declare a rule: the function's name is the rule's, its docstring what people read."""

    def declare(holds: Callable[[Facts], Claim]) -> Callable[[Facts], Claim]:
        name = holds.__name__
        assert name not in RULES, f"two rules are called {name}"
        assert holds.__doc__, f"{name} needs words"
        RULES[name] = Rule(name, role, programs, citation, " ".join(holds.__doc__.split()), holds, limits)
        return holds

    return declare


DW, ADULT, YOUTH = ("dislocated_worker",), ("adult",), ("youth",)


@rule(WAY, DW, "29 USC 3102(15)(A)")
def laid_off_unlikely_to_return(f: Facts) -> Claim:
    """Terminated or laid off, or noticed; entitled to unemployment compensation or attached to the workforce without being so; and
    unlikely to return to the previous industry or occupation."""
    entitled = f.one_of("unemployment_compensation", "eligible", "exhausted")
    attached = f.yes("attached_to_workforce") & f.one_of("unemployment_compensation", "insufficient_earnings", "employer_not_covered")
    return f.one_of("separation", "terminated", "laid_off", "notice") & (entitled | attached) & f.yes("unlikely_to_return")


@rule(WAY, DW, "29 USC 3102(15)(B)(i)")
def closure_or_substantial_layoff(f: Facts) -> Claim:
    """Terminated or laid off, or noticed, as a result of a permanent closure of, or a substantial layoff at, a plant, facility or
    enterprise."""
    return f.one_of("separation", "terminated", "laid_off", "notice") & f.one_of("separation_cause", "closure", "substantial_layoff")


@rule(WAY, DW, "29 USC 3102(15)(B)(ii)")
def closure_announced_within_180_days(f: Facts) -> Claim:
    """Employed at a facility of which the employer announced generally that it will close within 180 days."""
    return f.yes("employed_where_closure_is_announced") & f.within("closure_on", 180)


@rule(WAY, DW, "29 USC 3102(15)(B)(iii)", limits=("training", "individualized_career_services", "supportive_services"))
def closure_announced(f: Facts) -> Claim:
    """Employed at a facility of which the employer announced generally that it will close, whenever that is."""
    return f.yes("employed_where_closure_is_announced")


@rule(WAY, DW, "29 USC 3102(15)(C)")
def formerly_self_employed(f: Facts) -> Claim:
    """Was self-employed, as a farmer, rancher or fisherman too, and is unemployed because of general economic conditions in the
    community or a natural disaster."""
    return f.yes("was_self_employed") & f.one_of("self_employment_ended_by", "economic_conditions", "natural_disaster")


@rule(WAY, DW, "29 USC 3102(15)(D), (16)")
def displaced_homemaker(f: Facts) -> Claim:
    """Gave unpaid services to family members at home; lost the income that supported that, or is the dependent spouse of a member of
    the Armed Forces whose family income fell by it; and is un- or underemployed with difficulty in finding or improving work."""
    lost = f.yes("no_longer_supported_by_family_income") | f.yes("military_dependent_with_reduced_income")
    return f.yes("unpaid_services_to_family") & lost & _hard_to_place(f)


@rule(WAY, DW, "29 USC 3102(15)(E)(i)")
def military_spouse_relocated(f: Facts) -> Claim:
    """Spouse of a member of the Armed Forces on active duty who lost employment as a direct result of a relocation for a permanent
    change in duty station."""
    return f.yes("spouse_on_active_duty") & f.yes("lost_employment_by_relocation")


@rule(WAY, DW, "29 USC 3102(15)(E)(ii)")
def military_spouse_underemployed(f: Facts) -> Claim:
    """Spouse of a member of the Armed Forces on active duty who is un- or underemployed with difficulty in finding or improving work."""
    return f.yes("spouse_on_active_duty") & _hard_to_place(f)


@rule(WAY, ADULT, "29 USC 3102(2)")
def of_age(f: Facts) -> Claim:
    """Eighteen years old or older."""
    return f.at_least("age", 18)


@rule(WAY, YOUTH, "29 USC 3164(a)(1)(B)")
def out_of_school_youth(f: Facts) -> Claim:
    """Attends no school, is 16 to 24 years old, and meets one of the eight conditions: dropout; of compulsory school age without
    attendance in the last quarter; diploma and low income and basic skills deficient or English learner; subject to the justice
    system; homeless, runaway or foster care; pregnant or parenting; disability; low income and in need of additional assistance."""
    finished = f.one_of("school", "graduate") & low_income(f) & (f.yes("basic_skills_deficient") | f.yes("english_learner"))
    helped = low_income(f) & f.yes("needs_additional_assistance")
    conditions = any_of(f.one_of("school", "dropout"), f.yes("compulsory_age_not_attending"), finished, _any_youth(f), helped)
    return f.one_of("school", "dropout", "graduate") & f.between("age", 16, 24) & conditions


@rule(WAY, YOUTH, "29 USC 3164(a)(1)(C)")
def in_school_youth(f: Facts) -> Claim:
    """Attends school, is 14 to 21 years old, has low income, and meets one of the seven conditions: basic skills deficient; English
    learner; offender; homeless, runaway or foster care; pregnant or parenting; disability; in need of additional assistance."""
    conditions = any_of(f.yes("basic_skills_deficient"), f.yes("english_learner"), _any_youth(f), f.yes("needs_additional_assistance"))
    return f.one_of("school", "attending") & f.between("age", 14, 21) & low_income(f) & conditions


@rule(CONDITION, TITLE_ONE, "29 USC 3248(a)(5)")
def work_authorized(f: Facts) -> Claim:
    """A citizen or national, a lawful permanent resident, a refugee, asylee or parolee, or another immigrant authorized to work."""
    return f.yes("authorized_to_work")


@rule(CONDITION, TITLE_ONE, "29 USC 3249(h)")
def selective_service(f: Facts) -> Claim:
    """Registered as the Military Selective Service Act requires, or not required to."""
    return f.one_of("selective_service_registration", "registered", "not_required")


@rule(PRIORITY, ADULT, "29 USC 3174(c)(3)(E); 20 CFR 680.600")
def public_assistance(f: Facts) -> Claim:
    """Receives public assistance."""
    return any_of(*map(f.yes, ("snap", "tanf", "ssi", "other_public_assistance")))


@rule(PRIORITY, ADULT, "29 USC 3102(36); 29 USC 3174(c)(3)(E)")
def low_income(f: Facts) -> Claim:
    """Public assistance now or in the last six months; family income not above the higher of the poverty line and 70 percent of the
    lower living standard income level; homeless; free or reduced price lunch; foster child; or a disability and an own income not
    above that limit. A youth who lives in a high-poverty area has low income too (29 USC 3164(a)(2))."""
    youth = f.between("age", 14, 24) & f.yes("high_poverty_area")
    own = f.yes("disability") & f.at_most("own_income", "income_limit")
    others = map(f.yes, ("homeless", "reduced_price_lunch", "foster_care"))
    return any_of(public_assistance(f), f.at_most("family_income", "income_limit"), *others, own, youth)


@rule(PRIORITY, ADULT, "29 USC 3102(5); 29 USC 3174(c)(3)(E)")
def basic_skills_deficient(f: Facts) -> Claim:
    """Unable to compute, or to read, write or speak English, at a level necessary to function on the job, in the family or in society."""
    return f.yes("basic_skills_deficient")


@rule(PRIORITY, ADULT, "38 USC 4215")
def veteran_or_spouse(f: Facts) -> Claim:
    """A veteran, or an eligible spouse of one."""
    return f.yes("veteran") | f.yes("eligible_spouse")


@rule(PRIORITY, ADULT, "20 CFR 680.600(c)")
def state_priority_group(f: Facts) -> Claim:
    """Belongs to a group to which the Governor or the local board gives priority."""
    return f.yes("state_priority")


@rule(GATE, TITLE_ONE, "29 USC 3174(c)(3)(A)(i)(I)")
def career_services_not_enough(f: Facts) -> Claim:
    """After an interview, evaluation or assessment: unlikely to obtain or keep self-sufficient work by career services alone."""
    return f.yes("assessed") & f.yes("career_services_not_enough")


@rule(GATE, TITLE_ONE, "29 USC 3174(c)(3)(A)(i)(I)")
def needs_training_and_can_succeed(f: Facts) -> Claim:
    """Needs training, and has the skills and qualifications to succeed in it."""
    return f.yes("needs_training") & f.yes("able_to_succeed")


@rule(GATE, TITLE_ONE, "29 USC 3174(c)(3)(A)(i)(II)")
def training_leads_to_local_jobs(f: Facts) -> Claim:
    """The program is linked to employment in the area, or in one to which the person is willing to commute or move."""
    return f.yes("linked_to_employment")


@rule(GATE, TITLE_ONE, "29 USC 3174(c)(3)(A)(i)(III), (B)")
def no_other_grants(f: Facts) -> Claim:
    """Unable to obtain other grants for it, or in need of more than they give: Pell grants first."""
    return f.yes("other_grants_do_not_suffice")


def _hard_to_place(f: Facts) -> Claim:
    return f.one_of("employment", "unemployed", "underemployed") & f.yes("difficulty_in_finding_work")


def _any_youth(f: Facts) -> Claim:
    """What both kinds of youth may meet."""
    return any_of(*map(f.yes, ("offender", "homeless", "runaway", "foster_care", "pregnant_or_parenting", "disability")))


def _truth(name: str) -> Callable[[Facts], Claim]:
    return lambda f: f.yes(name)


def _english_learner(f: Facts) -> Claim:
    return any_of(*map(f.yes, ("english_learner", "low_literacy", "cultural_barriers")))


BARRIERS: Mapping[str, Callable[[Facts], Claim]] = {
    "displaced_homemaker": displaced_homemaker,  # A
    "low_income": low_income,  # B
    "indian_alaska_native_native_hawaiian": _truth("native"),  # C
    "disability": _truth("disability"),  # D
    "older_individual": lambda f: f.at_least("age", 55),  # E
    "ex_offender": _truth("offender"),  # F
    "homeless": lambda f: f.yes("homeless") | f.yes("runaway"),  # G
    "foster_care": _truth("foster_care"),  # H
    "english_learner": _english_learner,  # I
    "farmworker": _truth("migrant_or_seasonal_farmworker"),  # J
    "near_end_of_tanf": _truth("within_two_years_of_tanf_limit"),  # K
    "single_parent": _truth("single_parent"),  # L
    "long_term_unemployed": lambda f: f.at_least("weeks_unemployed", 27),  # M
    "state_barrier": _truth("state_barrier"),  # N
}
"""Barriers to employment, by the letters of 29 USC 3102(24), and how each is told. Which elements report it, its facts say."""


@dataclass(frozen=True)
class Finding:
    """What a rule said: whether it is met (None: open), by which facts, and which ones it lacks."""

    rule: str
    citation: str
    met: bool | None
    by: tuple[str, ...]
    lacking: tuple[str, ...]


@dataclass(frozen=True)
class Determination:
    """What follows for one program on one day. `eligible` and `training`, whether the gate to training is passed, are None while facts are
    lacking; `not_allowed` is what the way into the program excludes; `priority` (adults) is 1, first, to 5."""

    program: str
    on: date
    version: str
    eligible: bool | None
    findings: tuple[Finding, ...]
    lacking: tuple[str, ...]
    not_allowed: tuple[str, ...]
    training: bool | None
    priority: int | None
    barriers: tuple[str, ...]


def determine(program: str, known: Mapping[str, Value], *, on: date, rules: Collection[str]) -> Determination:
    """Decide on a program by the facts known on a day, under the rules that the state has turned on.

    Eligible is who meets one of the program's ways and all its conditions; what every way that is met excludes, is not allowed. `lacking`
    are the facts whose absence leaves it open.
    """
    facts = Facts(known, on)
    concerned = [each for each in RULES.values() if program in each.programs and each.name in rules]
    claims = {each.name: each.holds(facts) for each in concerned}
    ways, conditions, gate = ([claims[each.name] for each in concerned if each.role == role] for role in (WAY, CONDITION, GATE))
    nothing = Claim(value=False)
    overall = any_of(nothing, *ways) & all_of(Claim(value=True), *conditions)
    return Determination(
        program,
        on,
        VERSION,
        overall.value,
        tuple(_found(each, claims[each.name]) for each in concerned),
        tuple(sorted(overall.lacking)),
        (excluded := _not_allowed(concerned, claims)),
        False if "training" in excluded else all_of(Claim(value=True), *gate).value,
        _priority(claims) if program == "adult" else None,
        tuple(name for name, holds in BARRIERS.items() if holds(facts).value),
    )


def _found(each: Rule, claim: Claim) -> Finding:
    return Finding(each.name, each.citation, claim.value, tuple(sorted(claim.by)), tuple(sorted(claim.lacking)))


def _not_allowed(concerned: list[Rule], claims: Mapping[str, Claim]) -> tuple[str, ...]:
    """What every way that is met excludes."""
    met = [set(each.limits) for each in concerned if each.role == WAY and claims[each.name].value]
    return tuple(sorted(set.intersection(*met))) if met else ()


def _priority(claims: Mapping[str, Claim]) -> int | None:
    """The order of 20 CFR 680.650 and TEGL 7-20: veterans in the groups, others in them, other veterans, the Governor's groups, the rest.

    None while a fact that could move it is lacking.
    """
    nobody = Claim(value=False)
    group = any_of(*(claims.get(name, nobody) for name in ("public_assistance", "low_income", "basic_skills_deficient")))
    veteran, state = claims.get("veteran_or_spouse", nobody), claims.get("state_priority_group", nobody)
    for rank, claim in enumerate((group & veteran, group, veteran, state), start=1):
        if claim.value is None:
            return None
        if claim.value:
            return rank
    return 5
