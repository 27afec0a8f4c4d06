"""A state and its policy: the body of `regions/<state>/state.toml`."""

from typing import Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.contract.values import Day, Number, Whole

Program = Literal["adult", "dislocated_worker", "youth", "wagner_peyser", "dwg"]

EligibilityRule = Literal[
    "laid_off_unlikely_to_return",
    "closure_or_substantial_layoff",
    "closure_announced_within_180_days",
    "closure_announced",
    "formerly_self_employed",
    "displaced_homemaker",
    "military_spouse_relocated",
    "military_spouse_underemployed",
    "of_age",
    "out_of_school_youth",
    "in_school_youth",
    "work_authorized",
    "selective_service",
    "public_assistance",
    "low_income",
    "basic_skills_deficient",
    "veteran_or_spouse",
    "state_priority_group",
    "career_services_not_enough",
    "needs_training_and_can_succeed",
    "training_leads_to_local_jobs",
    "no_other_grants",
]
"""Every rule of eligibility that a state can turn on: `GET /v1/eligibility-rules` says what each is."""


class StatePolicy(BaseModel):
    """What the state chose where the rules leave room, from a day on. Names as in docs/readings.md."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    valid_from: Day
    source: str = Field(min_length=1, description="where the state wrote the choice down")
    suppression_threshold: Whole = Field(10, ge=3, le=100, description="the smallest group whose figures are published")
    common_exit: Literal["on", "off"] = "on"
    common_exit_programs: tuple[Program, ...] = ("adult", "dislocated_worker", "youth", "wagner_peyser")
    gap_grace: Whole = Field(0, ge=0, le=365, description="days that a planned service which does not come still holds a period open")
    completion_grace: Whole = Field(
        90, ge=0, le=365, description="days after its planned end before an enrollment joins the completion cohort"
    )
    occupation_coverage: Number = Field(0.5, ge=0, le=1, description="share of placements whose occupation must be known")
    code9: Literal["left_out", "negative"] = Field(
        "left_out", description="whether employment recorded as not yet available in a cohort that is due is left out, or is a no"
    )
    youth_credential: Literal["formula", "text"] = Field(
        "formula", description="whether the Youth credential cohort follows the Department's formula, or the guidance's text"
    )
    one_year: Literal["365", "anniversary"] = Field(
        "365", description="whether a year after exit is 365 days, or lasts up to the same calendar date"
    )
    eligibility_rules: tuple[EligibilityRule, ...] = Field(
        get_args(EligibilityRule), description="the rules of eligibility that the state applies; all of them if it does not say"
    )


class StateDefinition(BaseModel):
    """One state: its names, its clock and its policies, newest last."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z]{2}-[a-z0-9]{1,8}$", description="ISO 3166-2 in lower case", examples=["us-ny"])
    name: str
    fips: str = Field(pattern=r"^[0-9]{2}$")
    postal: str = Field(pattern=r"^[A-Z]{2}$")
    time_zone: str = Field(examples=["America/New_York"])
    policies: tuple[StatePolicy, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _one_policy_a_day(self) -> Self:
        starts = [policy.valid_from for policy in self.policies]
        if starts != sorted(set(starts)):
            raise ValueError("policies are listed by valid_from, each day once")
        return self
