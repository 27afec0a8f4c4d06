"""Career paths and collections: the API's bodies, and the schema of the files under career_paths/."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Discriminator, Field, Tag, model_validator

from app.contract.definitions import Definition, Dollars, Key, Line, Prose, RegionReference
from app.contract.values import Day, Whole

StepKind = Literal["course", "credential", "work_based_learning", "career_skill"]
Delivery = Literal["online", "in_person", "hybrid"]
ProviderKind = Literal[
    "community_college", "boces", "university", "training_provider", "certifying_body", "employer", "apprenticeship", "library", "state"
]
Basis = Literal["set", "typical"]
CredentialType = Literal[
    "secondary_diploma",
    "associate",
    "bachelor",
    "occupational_license",
    "occupational_certificate",
    "occupational_certification",
    "other_recognized",
    "not_recognized",
]

_SHAPE = {"soc_2018": r"^[0-9]{2}-[0-9]{4}$", "onet_soc_2019": r"^[0-9]{2}-[0-9]{4}\.[0-9]{2}$"}


class SocTarget(Definition):
    """An occupation of the Standard Occupational Classification 2018."""

    system: Literal["soc_2018"]
    code: str = Field(pattern=_SHAPE["soc_2018"], examples=["29-2052"])


class OnetTarget(Definition):
    """An occupation of the O*NET-SOC taxonomy 2019, which divides some SOC occupations further."""

    system: Literal["onet_soc_2019"]
    code: str = Field(pattern=_SHAPE["onet_soc_2019"], examples=["15-2051.01"])


TargetOccupation = Annotated[SocTarget | OnetTarget, Field(discriminator="system")]


class Provider(Definition):
    """Who gives a step, in words: a path is offered by many partners, and the enrollment says which."""

    kind: ProviderKind
    name: Line = Field(examples=["Registered pharmacy technician program"])


class Credential(Definition):
    """What a step awards. Whether it is a recognized postsecondary credential is decided by a person (29 USC 3102(52)).

    `wioa_type` follows PIRL 1800; `not_recognized` is for work-readiness, safety, hygiene and similar certificates and for
    graduate degrees, which are no credentials for the indicator (TEGL 10-16 Change 3, section D).
    """

    name: Line
    wioa_type: CredentialType
    issuer: Line


class Step(Definition):
    """One step of a path, done in the order in which the steps are listed."""

    key: Key
    title: Line
    kind: StepKind
    hours: Whole = Field(ge=1, le=20_000, description="hours of instruction, practice or work")
    hours_basis: Basis = Field("typical", description="`set` by the body that a source names, or `typical` where none sets them")
    weeks: Whole = Field(ge=1, le=520, description="planned duration in weeks")
    delivery: Delivery
    provider: Provider
    cost: Dollars = Field(
        description="list price in dollars. Never used as cost per participant, which comes from recorded expenditures alone"
    )
    cost_basis: Basis = Field("typical", description="`set` by the body that a source names, or `typical` where none sets it")
    credential: Credential | None = None
    sources: tuple[Line, ...] = Field((), description="the regulation, or the body that sets hours, cost or credential")

    @model_validator(mode="after")
    def _says_what_it_claims(self) -> Self:
        if self.kind == "credential" and self.credential is None:
            raise ValueError("a step of kind 'credential' says which credential it awards")
        if "set" in (self.hours_basis, self.cost_basis) and not self.sources:
            raise ValueError("hours or cost that somebody set need the source that says so")
        return self


def _how_offered(value: object) -> str:
    return "everywhere" if isinstance(value, str) else "regions"


RegionsOffered = Annotated[
    Annotated[Literal["state"], Tag("everywhere")] | Annotated[tuple[RegionReference, ...], Field(min_length=1), Tag("regions")],
    Discriminator(_how_offered),
]
"""Where a path may be started: `"state"` is everywhere; else the regions, by system and code."""


class CareerPathDefinition(Definition):
    """One career path: a way into its target occupations. The body of a file and of `POST /v1/career-paths`."""

    key: Key = Field(examples=["pharmacy_technician"])
    title: Line
    summary: Prose
    valid_from: Day = Field(description="the first day on which this version may be started")
    source: Line = Field(description="who put the path together, from what")
    leads_to: tuple[Key, ...] = Field((), description="paths that this one is a rung to")
    target_occupations: tuple[TargetOccupation, ...] = Field(min_length=1)
    regions_offered: RegionsOffered
    steps: tuple[Step, ...] = Field(min_length=1)


class CareerPathChange(Definition):
    """What a PATCH of a draft may change; what is left out stays."""

    title: Line | None = None
    summary: Prose | None = None
    valid_from: Day | None = None
    source: Line | None = None
    leads_to: tuple[Key, ...] | None = None
    target_occupations: tuple[TargetOccupation, ...] | None = Field(None, min_length=1)
    regions_offered: RegionsOffered | None = None
    steps: tuple[Step, ...] | None = Field(None, min_length=1)


class CollectedPath(Definition):
    """A career path in a collection."""

    kind: Literal["career_path"]
    key: Key


CollectionItem = Annotated[CollectedPath | Step, Field(discriminator="kind")]


class CollectionDefinition(Definition):
    """Paths or courses for an audience: an academy, a starter pack."""

    key: Key
    title: Line
    audience: Line = Field(description="whom it is for")
    summary: Prose
    valid_from: Day
    source: Line
    items: tuple[CollectionItem, ...] = Field(min_length=1)


class Collection(BaseModel):
    """A collection as kept."""

    id: UUID
    valid_until: date | None = Field(description="the day from which it no longer holds; empty while it does")
    key: Key
    title: str
    audience: str
    summary: str
    valid_from: date
    source: str
    items: tuple[CollectionItem, ...]


class CollectionPage(BaseModel):
    """A page of the collections of a day, by key."""

    items: list[Collection]
    next: str | None = None


class Totals(BaseModel):
    """Sums over a path's steps. The cost is a list price, never a cost per participant."""

    hours: int
    weeks: int
    cost: Dollars


class Finding(BaseModel):
    """What a quality gate says of a path, held against the regions, occupations, paths and designations of its first day."""

    code: str
    pointer: str = Field(description="JSON pointer to the part that it is about")
    detail: str
    refuses: bool = Field(description="whether it keeps a draft from being published")


class StepRead(Step):
    """A step as kept."""

    id: UUID = Field(description="what a step completion refers to")


class CareerPath(BaseModel):
    """One version of a career path as kept."""

    id: UUID = Field(description="the version's id: an enrollment keeps the one it started on")
    version: int
    status: Literal["draft", "published", "retired"]
    valid_until: date | None = Field(description="the day from which it may no longer be started; empty while it may")
    revision: int = Field(description="what `ETag` and `If-Match` carry")
    totals: Totals
    key: Key
    title: str
    summary: str
    valid_from: date
    source: str
    leads_to: tuple[Key, ...]
    target_occupations: tuple[TargetOccupation, ...]
    regions_offered: RegionsOffered
    steps: tuple[StepRead, ...]
    findings: tuple[Finding, ...] = Field((), description="what the quality gates say; told to those who may write definitions")


class CareerPathSummary(BaseModel):
    """One line of the list."""

    id: UUID
    key: Key
    version: int
    status: Literal["draft", "published", "retired"]
    title: str
    valid_from: date
    valid_until: date | None
    totals: Totals
    steps: int


class CareerPathPage(BaseModel):
    """A page of the list, in the order of key and version."""

    items: list[CareerPathSummary]
    next: str | None = None


class Publication(Definition):
    """The body of `POST /v1/career-paths/{key}/publication`."""

    valid_from: Day | None = Field(None, description="the first day on which it may be started, if it is not the draft's own")


class Retirement(Definition):
    """The body of `POST /v1/career-paths/{key}/retirement`."""

    valid_until: Day = Field(description="the first day on which it may no longer be started")
