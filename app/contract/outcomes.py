"""Outcomes on the wire. What is here is unprotected: every answer says so."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

Population = Literal["all_learners", "wioa_participants"]


class IndicatorName(StrEnum):
    """The measures, each for both populations."""

    ENROLLED = "enrolled"
    PARTICIPANTS_SERVED = "participants_served"
    PARTICIPANTS_EXITED = "participants_exited"
    COMPLETION_RATE = "completion_rate"
    CREDENTIAL_RATE = "credential_rate"
    EMPLOYMENT_RATE_Q2 = "employment_rate_q2"
    EMPLOYMENT_RATE_Q4 = "employment_rate_q4"
    MEDIAN_EARNINGS_Q2 = "median_earnings_q2"
    IN_DEMAND_PLACEMENT = "in_demand_placement"


class Disclosed(BaseModel):
    """What every answer says first: whom it is for."""

    disclosure: Literal["internal"] = Field(description="internal: unprotected, for the state's own staff")
    notice: str


class OutcomeFigure(BaseModel):
    """One figure: an indicator of one population in one region, in the layout that files have too."""

    state: str
    region_system: str = Field(description="the table's system; `state` for the state as a whole")
    region: str = Field(description="the region's code; `unknown` and `out_of_state` for people without one; the state's id")
    region_name: str
    population: Population
    indicator: IndicatorName
    period: str = Field(examples=["quarter@2026-09-30"])
    cohort_from: date = Field(description="the first day of the cohort's quarters")
    cohort_until: date
    numerator: int | None
    denominator: int | None = Field(description="who is counted; of a count there is none; of a median, whose median it is")
    value: float | None = Field(description="a share of one to six digits, dollars, or how many")
    status: Literal["ok", "not_yet_available", "not_reported", "not_applicable"]
    disclosure: Literal["internal"]
    note: str = Field(description="what has to be said beside the number")


class OutcomeTable(Disclosed):
    """The regional table. It is small: all of it is here, and `next` is always null."""

    state: str
    system: str
    period: str
    label: str = Field(description="the period for people", examples=["PY 2026 Q1"])
    as_of: date = Field(description="the day on which it was asked for: exits and lags are as known on it")
    read_at: str = Field(description="when the facts were read, UTC")
    input: str = Field(description="SHA-256 of the extract that it was computed from")
    items: list[OutcomeFigure]
    next: None = None


class LeftOutLine(BaseModel):
    """How many are in neither numerator nor denominator, and why."""

    reason: str
    says: str
    count: int


class OutcomeDefinition(BaseModel):
    """What the figure means."""

    title: str
    version: int = Field(description="goes up with every change that could change a figure")
    citation: str
    says: str


class OutcomeReceipt(Disclosed):
    """Everything from which a figure follows. Numerator, denominator and those left out sum to `everybody`."""

    figure: OutcomeFigure
    exact: str | None = Field(description="the value as a fraction: of one, of cents, or how many", examples=["203/300"])
    definition: OutcomeDefinition
    label: str
    cohort: str = Field(description="the cohort's quarters", examples=["2025 Q3"])
    evidence: str | None = Field(description="the quarters of work on which it rests", examples=["2026 Q1"])
    counted: Literal["periods", "learners"] = Field(description="periods of participation, or enrollments on career paths")
    everybody: int = Field(description="how many of them there are in the region, whenever they were")
    not_in_numerator: int = Field(description="who is counted and did not succeed")
    left_out: list[LeftOutLine]
    as_of: date
    read_at: str
    input: str
    readings: dict[str, Any] = Field(description="the state's choices that are not the defaults")


class BehindFigure(BaseModel):
    """One period of participation or enrollment behind a figure, with the place that it takes."""

    participant: UUID = Field(description="the person's own record")
    began: date = Field(description="the first day: of the period, or of the enrollment")
    ended: date | None = Field(description="the exit, or the end; null while it is open")
    partner: str = Field(description="the partner that the place is attributed to")
    place: Literal["numerator", "denominator", "left_out"]
    reason: str | None = Field(description="why it is left out, out of the reasons in docs/outcomes.md")
    says: str | None = Field(description="the reason in words")
    employed: str | None = Field(description="the status of work in the quarter on which the figure rests")
    match: str | None = Field(description="by what it is known; null where withheld")
    wages: Decimal | None = Field(description="the quarter's earnings in dollars; null where withheld or unknown")
    occupation: str | None = Field(description="the occupation, where it is known and not withheld")


class BehindFigures(Disclosed):
    """Who is behind a figure: a partner's own people, everybody for the state's own staff."""

    items: list[BehindFigure]
    next: str | None = Field(description="send it as `after` for the next page")
    seen: int = Field(description="how many of them you may see")
    withheld: bool = Field(description="whether wages, sources and occupations are kept from you: that takes an agreement (20 CFR 603.10)")
    input: str = Field(description="the hash of the facts: for the state's staff as on the receipt, for a partner that of its own")
