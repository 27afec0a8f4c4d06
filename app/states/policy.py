"""What a state may choose. Each choice is a named setting with the default that the federal rules or practice suggest."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, Self, get_args, get_type_hints

from app.core.errors import Invalid

PROGRAMS = ("adult", "dislocated_worker", "youth", "wagner_peyser", "dwg")

ELIGIBILITY_RULES = (
    *("laid_off_unlikely_to_return", "closure_or_substantial_layoff", "closure_announced_within_180_days", "closure_announced"),
    *("formerly_self_employed", "displaced_homemaker", "military_spouse_relocated", "military_spouse_underemployed", "of_age"),
    *("out_of_school_youth", "in_school_youth", "work_authorized", "selective_service", "public_assistance", "low_income"),
    *("basic_skills_deficient", "veteran_or_spouse", "state_priority_group", "career_services_not_enough"),
    *("needs_training_and_can_succeed", "training_leads_to_local_jobs", "no_other_grants"),
)
"""The rules of eligibility that a state can turn on. What each says is in the room of enrollments."""


LONGEST_GRACE = 365  # days

READINGS = ("common_exit", "gap_grace", "code9", "race", "retention_unit", "youth_credential", "one_year", "late_evidence")
"""The settings among the readings of docs/readings.md that a question may choose for itself, as `name=value`."""


class NotAReading(Invalid):
    """A name is no setting, or a value none of its values."""

    slug, title = "not-a-reading", "This is no reading that can be chosen"


@dataclass(frozen=True)
class Policy:
    """A state's choices on one day. Sources: T17-01 = TEGL 10-16 Change 3; FERPA = TEGL 7-16."""

    suppression_threshold: int = 10  # smallest group published; FERPA guidance p. 52: states use 3 to 30, most 10
    common_exit: Literal["on", "off"] = "on"  # 20 CFR 677.150(c)(3): a state's option
    common_exit_programs: tuple[str, ...] = ("adult", "dislocated_worker", "youth", "wagner_peyser")
    gap_grace: int = 0  # days that a planned service which does not come still holds the period open
    completion_grace: int = 90  # days after the planned end before an enrollment joins the completion cohort
    occupation_coverage: float = 0.5  # share of placements whose occupation must be known before the indicator is a number
    code9: Literal["left_out", "negative"] = "left_out"  # 1602 or 1606 = 9 in a cohort that is due
    race: Literal["exclusive", "overlapping"] = "exclusive"  # one row of race and ethnicity for everybody, or every row that applies
    retention_unit: Literal["period", "person"] = "period"  # what the statewide retention counts once
    youth_credential: Literal["formula", "text"] = "formula"  # which Youth are in the credential cohort
    one_year: Literal["365", "anniversary"] = "365"  # "within one year after exit": days, or up to the same calendar date
    eligibility_rules: tuple[str, ...] = ELIGIBILITY_RULES  # which of them the state applies
    late_evidence: Literal["until_certified", "final_zero"] = "until_certified"  # a match found when the two-quarter lag is over

    def chosen(self) -> dict[str, Any]:
        """What differs from the defaults; a receipt names each."""
        return {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) != f.default}

    def reading(self, chosen: Iterable[str]) -> Self:
        """The policy with other readings, each written `name=value`. Raises `NotAReading` with everything that is wrong."""
        wrong: list[str] = []
        values: dict[str, Any] = {}
        for written in chosen:
            name, _, value = written.partition("=")
            if name not in READINGS:
                wrong.append(f"'{name}' is no setting: the readings that can be chosen are {', '.join(READINGS)}.")
            elif name in values:
                wrong.append(f"'{name}' is chosen twice.")
            elif name == "gap_grace":
                if not (value.isascii() and value.isdigit() and int(value) <= LONGEST_GRACE):
                    wrong.append(f"'gap_grace' is a number of days, 0 to {LONGEST_GRACE}, not '{value}'.")
                else:
                    values[name] = int(value)
            elif value not in (allowed := get_args(get_type_hints(type(self))[name])):
                wrong.append(f"'{name}' is {' or '.join(allowed)}, not '{value}'.")
            else:
                values[name] = value
        if wrong:
            raise NotAReading("\n".join(wrong))
        return replace(self, **values)


FLOOR = 3  # no setting publishes groups smaller than this (UI wage aggregates, SWIS agreement)
