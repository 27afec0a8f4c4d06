"""Evidence of work: a record per person, quarter, employer and source."""

import re
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, StringConstraints, model_validator

from app.contract.definitions import Dollars
from app.contract.values import Fraction, Truth

Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]

_QUARTER = re.compile(r"(\d{4})-?Q([1-4])", re.ASCII)
_DAY = re.compile(r"(\d{4})-(01|04|07|10)-01", re.ASCII)


def _quarter(written: object) -> int:
    """A quarter's number, year * 4 + 0 to 3, from `2026Q1` or from its first day."""
    text = str(written)
    if found := _QUARTER.fullmatch(text):
        return int(found[1]) * 4 + int(found[2]) - 1
    if found := _DAY.fullmatch(text):
        return int(found[1]) * 4 + (int(found[2]) - 1) // 3
    raise ValueError("write a quarter as 2026Q1, or as its first day")


def _spoken(quarter: int) -> str:
    """The same quarter as it is written on the wire."""
    return f"{quarter // 4}Q{quarter % 4 + 1}"


Quarter = Annotated[int, BeforeValidator(_quarter, json_schema_input_type=str), PlainSerializer(_spoken, return_type=str, when_used="json")]


class Rate(BaseModel):
    """A rate of pay, where the quarter's wages are not known: they are worked out from it (TEGL 10-16 Change 3, Attachment III)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    basis: Literal["hourly", "weekly", "biweekly", "monthly", "annual"]
    amount: Dollars = Field(gt=0, examples=["19.50"])
    weekly_hours: Fraction | None = Field(
        None, gt=0, le=168, max_digits=5, decimal_places=2, description="of an hourly rate: regular hours"
    )

    @model_validator(mode="after")
    def _hours_where_they_count(self) -> Self:
        if (self.basis == "hourly") != (self.weekly_hours is not None):
            raise ValueError("an hourly rate needs the regular hours of a week, and no other rate has them")
        return self


class NewEmploymentRecord(BaseModel):
    """A quarter of work for an employer, as one source tells it. Partners record what they collected: `supplemental`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    quarter: Quarter = Field(description="the calendar quarter, or its first day; it must have ended", examples=["2026Q1"])
    employer: Text = Field(description="federal employer number or state tax id; `self` for self-employment", examples=["16-0743966"])
    source: Text = Field(description="ui, swis, federal, military or supplemental", examples=["supplemental"])
    wages: Dollars | None = Field(None, description="paid in the quarter", examples=["9126.00"])
    rate: Rate | None = Field(None, description="in place of `wages`, where only the rate is known")
    occupation: Text | None = Field(None, description="SOC 2018, where employer or learner told it", examples=["29-2052"])
    industry: Text | None = Field(None, description="NAICS 2022, six digits", examples=["456110"])
    apprenticeship: Truth = Field(default=False, description="whether it is a registered apprenticeship")

    @model_validator(mode="after")
    def _rate_in_place_of_wages(self) -> Self:
        if self.rate is not None and (self.wages is not None or self.source != "supplemental"):
            raise ValueError("a rate stands in for wages that are not known: send it without wages, as supplemental information")
        return self


class EmploymentRecord(BaseModel):
    """A record as kept. Where the caller may not see wages (20 CFR 603), `withheld` is true and all but the quarter is empty."""

    id: UUID
    quarter: str = Field(examples=["2026Q1"])
    employer: str | None
    source: str | None
    wages: Dollars | None = Field(description="empty also where somebody worked for an amount that is not known")
    occupation: str | None
    industry: str | None
    apprenticeship: bool | None
    withheld: bool
    voided: bool = Field(description="taken back; it counts for nothing")


class EmploymentRecordPage(BaseModel):
    """Some of a person's records, in the order of their ids."""

    items: list[EmploymentRecord]
    next: str | None
