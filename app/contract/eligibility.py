"""Eligibility under Title I: the facts that a worker gives, and what follows from them by which rule."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr

from app.contract.values import Day

TitleOne = Literal["adult", "dislocated_worker", "youth"]
Document = Literal["cross_match", "document", "electronic_record", "case_notes", "self_attestation"]


class FactGiven(BaseModel):
    """A fact, and the document that shows it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    value: StrictBool | StrictInt | StrictStr = Field(description="true or false, a word, a whole number, or a day", examples=["laid_off"])
    document: Document = Field(description="what shows it; the most authoritative kind comes first")
    reference: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(
        None, description="where the document is found", examples=["layoff letter of 30 January 2025, file 12"]
    )


class Considered(BaseModel):
    """What is asked: whether a person is eligible for a program on a day, by these facts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    program: TitleOne
    determined_on: Day = Field(description="the day; not in the future")
    facts: dict[str, FactGiven] = Field(
        max_length=100,
        description="by the names in `GET /v1/eligibility-rules`; what the person's own record tells (age, veteran, race) is not given",
    )


class NewDetermination(Considered):
    """A determination that a worker makes. It is never changed: later facts make another one."""

    worker: str = Field(min_length=1, max_length=100, description="the member of staff who determines it, as the partner calls him")
    partner: UUID | None = Field(None, description="may be left out by a partner's own staff, and is named by the state's")


class Finding(BaseModel):
    """What one rule said."""

    rule: str
    citation: str = Field(description="the section of the law or regulation")
    met: bool | None = Field(description="null: facts are lacking")
    by: list[str] = Field(description="the facts that decided it")
    lacking: list[str] = Field(description="the facts that would")


class Determined(BaseModel):
    """What follows from the facts."""

    program: TitleOne
    on: date
    version: str = Field(description="of the rules")
    eligible: bool | None = Field(description="null: undetermined, for want of the facts in `lacking`")
    findings: list[Finding]
    lacking: list[str]
    not_allowed: list[str] = Field(description="services that the way into the program excludes")
    training: bool | None = Field(description="whether the gate to training is passed, 29 USC 3174(c)(3)(A); null: facts are lacking")
    priority: int | None = Field(description="of adults: 1, served first, to 5; null while a fact that could move it is lacking")
    barriers: list[str] = Field(description="barriers to employment that the facts show, 29 USC 3102(24)")


class FactKept(BaseModel):
    """A fact as it was known on the day. `document` is `record` for what the person's own record told."""

    value: bool | int | str
    document: str
    reference: str | None = None


class Determination(BaseModel):
    """A determination as it was made."""

    id: UUID
    participant: UUID
    partner: UUID
    program: TitleOne
    determined_on: date
    worker: str
    facts: dict[str, FactKept]
    result: Determined
    eligible: bool | None
    rules: str = Field(description="the version of the rules that decided it")


class Determinations(BaseModel):
    """A person's determinations, newest first."""

    items: list[Determination]
    next: None = None


class EligibilityRuleTold(BaseModel):
    """A rule of eligibility."""

    name: str
    role: Literal["way", "condition", "priority", "gate"]
    programs: list[TitleOne]
    citation: str
    told: str
    applied: bool = Field(description="whether the state applies it today")


class FactTold(BaseModel):
    """A fact that rules ask for."""

    name: str
    told: str
    holds: Literal["truth", "word", "number", "day"]
    words: list[str]
    elements: list[str] = Field(description="the elements of the federal record that report it")


class EligibilityRules(BaseModel):
    """The vocabulary of eligibility: its rules, the facts that they ask for, and what can show a fact."""

    version: str
    rules: list[EligibilityRuleTold]
    facts: list[FactTold]
    documents: list[Document]
