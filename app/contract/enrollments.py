"""Facts about people on their way, and the participations derived from them."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from app.contract.career_paths import CredentialType
from app.contract.definitions import Definition, Key, Line
from app.contract.states import Program
from app.contract.values import Day, Truth


def _listed(value: Any) -> Any:
    """A cell of a CSV file holds several words as `a|b`."""
    return tuple(value.split("|")) if isinstance(value, str) else value


def _blank(value: Any) -> Any:
    """An empty cell of a CSV file is nothing."""
    return None if value == "" else value


class ServiceKindDefinition(Definition):
    """A line of the service catalogue: a row of `regions/<state>/service_catalogue.csv`, and of `GET /v1/service-catalogue`."""

    key: Key = Field(examples=["job_search_staff_assisted"])
    title: Line
    category: Literal["basic", "individualized", "training", "youth", "supportive", "follow_up", "rapid_response"]
    programs: Annotated[tuple[Program, ...], BeforeValidator(_listed)] = Field(
        min_length=1, description="the programs under which it is given"
    )
    elements: Annotated[tuple[str, ...], BeforeValidator(_listed)] = Field(
        description="the PIRL elements that report it", examples=[["1104"]]
    )
    citation: Line = Field(description="the sentence of the rule that says what it does")
    triggers: Truth = Field(description="whether it begins a participation where none is open")
    extends: Truth = Field(description="whether it keeps an open participation open, for 90 days after it")
    runs: Truth = Field(default=False, description="whether it lasts until a day on which it ends; without an end it still runs")
    training_type: Annotated[Annotated[str, Field(pattern=r"^[0-9]{2}$")] | None, BeforeValidator(_blank)] = Field(
        None, description="of training: its code in PIRL 1303"
    )
    settles: Annotated[Literal["eligibility", "assessment", "strategy"] | None, BeforeValidator(_blank)] = Field(
        None, description="of Youth: what it settles; all three come before an element counts"
    )


class ServiceCatalogue(BaseModel):
    """All kinds of service, in the order of their keys."""

    items: list[ServiceKindDefinition]
    next: None = None


class _New(BaseModel):
    """What is recorded by a request. Unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Reference = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\s\x00-\x1f](?:[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f])?$")]
_PARTNER = "the partner that does it; may be left out by a partner's own staff, and is named by the state's"


class NewEnrollment(_New):
    """Somebody starts on a career path."""

    participant: UUID
    career_path: UUID = Field(description="the version of the path, as `GET /v1/career-paths/{key}` gives its `id`")
    started_on: Day = Field(description="the first day; not in the future")
    planned_end: Day | None = Field(
        None, description="the day on which the path is to be finished; its planned weeks say, if it is left out"
    )
    partner: UUID | None = Field(None, description=_PARTNER)
    reference: Reference | None = Field(None, description="the partner's own id for the enrollment")


class NewServiceOfEnrollment(_New):
    """Something done for an enrolled person."""

    kind: Key = Field(description="its kind in the service catalogue")
    program: Program
    given_on: Day = Field(description="the day, or the first day; not in the future")
    ended_on: Day | None = Field(None, description="of a kind that runs: its last day; empty while it runs")
    partner: UUID | None = Field(None, description=_PARTNER)


class NewService(NewServiceOfEnrollment):
    """Something done for a person."""

    enrollment: UUID | None = Field(None, description="the enrollment that it is part of")


class NewPlannedService(_New):
    """A service documented for a later day: until then the participation stays open."""

    kind: Key = Field(description="its kind in the service catalogue")
    program: Program
    documented_on: Day = Field(description="the day on which it was written down; not in the future")
    planned_for: Day = Field(description="the day on which it is to be given")
    partner: UUID | None = Field(None, description=_PARTNER)


class NewStepCompletion(_New):
    """An enrolled person finished a step."""

    step: UUID = Field(description="a step of the version on which the enrollment started")
    completed_on: Day


class NewCredentialOfEnrollment(_New):
    """An enrolled person was awarded a credential."""

    name: Line
    wioa_type: CredentialType = Field(description="PIRL 1800 in words")
    issuer: Line | None = None
    awarded_on: Day
    partner: UUID | None = Field(None, description=_PARTNER)


class NewCredential(NewCredentialOfEnrollment):
    """A person was awarded a credential."""

    enrollment: UUID | None = Field(None, description="the enrollment that led to it")


ExitReasonCode = Literal[
    "institutionalized", "health_medical", "deceased", "reserve_called_to_duty", "foster_care", "ineligible", "criminal_offender"
]


class NewExitReason(_New):
    """A reason that leaves an exit out of indicators. It is not an exit: exits are derived."""

    reason: ExitReasonCode = Field(description="PIRL 923 in words")
    since: Day = Field(description="the day on which it began")
    partner: UUID | None = Field(None, description=_PARTNER)


class Ending(_New):
    """An enrollment, or a service that runs, ended."""

    ended_on: Day = Field(description="the last day; not in the future")


class Void(_New):
    """Why something recorded is taken back."""

    reason: Line = Field(description="kept in the audit record: write no names into it", examples=["recorded for the wrong person"])


class Recorded(BaseModel):
    """It was recorded."""

    id: UUID


EnrollmentStatus = Literal["active", "completed", "withdrawn", "voided"]


class EnrollmentSummary(BaseModel):
    """One line of the list."""

    id: UUID
    participant: UUID
    career_path: UUID = Field(description="the version that it started on")
    career_path_key: Key
    career_path_version: int
    partner: UUID
    status: EnrollmentStatus
    started_on: date
    planned_end: date
    ended_on: date | None
    reference: str | None


class EnrollmentPage(BaseModel):
    """A page of the list."""

    items: list[EnrollmentSummary]
    next: str | None = None


class StepTaken(BaseModel):
    """A step of the enrollment's path, and when it was finished."""

    step: UUID
    position: int
    key: Key
    title: str
    kind: str
    completed_on: date | None
    completion: UUID | None = Field(description="the id of the step completion")


class CredentialAwarded(BaseModel):
    """A credential that the enrollment led to."""

    id: UUID
    name: str
    wioa_type: CredentialType
    issuer: str | None
    awarded_on: date


class Enrollment(EnrollmentSummary):
    """One person on one version of one career path at one partner."""

    career_path_title: str
    regions: dict[str, str | None] = Field(description="the region in every system where the person lived on the day of enrollment")
    steps: list[StepTaken]
    credentials: list[CredentialAwarded]
    revision: int = Field(description="what `ETag` and `If-Match` carry")


class Moment(BaseModel):
    """Something that happened to a person. What another partner recorded is a date and no more, unless an agreement shares it."""

    on: date
    what: str = Field(examples=["service", "enrollment", "step_completion", "credential", "another_partner"])
    title: str | None
    partner: UUID | None
    id: UUID | None


class Timeline(BaseModel):
    """What happened to a person, oldest first."""

    items: list[Moment]
    next: str | None = None


class Evidence(BaseModel):
    """A fact from which a participation follows. Kind and partner are empty where another partner recorded it."""

    id: UUID | None
    what: Literal["service", "planned_service"]
    kind: Key | None
    title: str | None
    citation: str | None
    program: Program
    partner: UUID | None
    on: date
    until: date | None = Field(description="its last day, or the day for which it is planned; empty while it runs")


class Participation(BaseModel):
    """A period of participation, derived from services. Nobody enters an exit: it is known when 90 days without a service have passed
    and none is planned, and is then the last day served (20 CFR 677.150(c))."""

    id: UUID
    person: UUID | None = Field(description="the one human behind several records; told to the state alone")
    track: str = Field(description="`common`, or the program that exits apart")
    programs: list[Program]
    entry: date = Field(description="PIRL 900")
    last_service: date | None = Field(description="the last day served so far; empty while a service runs")
    open_until: date | None = Field(description="the last day on which it is open, as far as is known; empty while a service runs")
    exit: date | None = Field(description="PIRL 901, as known today; empty while the participation is open")
    days_to_exit: int | None = Field(
        description="in how many days the exit is known if nothing more happens; empty once it is, and while a service runs"
    )
    as_of: date = Field(description="today, where the state is")


class ProgramEnrollment(BaseModel):
    """A participation's part under one program. Who has several is co-enrolled."""

    program: Program
    first_service: date = Field(description="the day of the first service under the program; of Youth PIRL 906")
    last_service: date | None = Field(description="the last day served under it so far; empty while a service runs")


class ParticipationExplained(Participation):
    """A participation and the facts that it follows from."""

    program_enrollments: list[ProgramEnrollment] = Field(description="a line a program, by name")
    began_by: list[Evidence] = Field(description="the services that began it")
    kept_open_by: list[Evidence] = Field(description="what holds it open longest, or held it open last")


class Participations(BaseModel):
    """A person's participations, oldest first."""

    items: list[ParticipationExplained]
    reportable_individual: bool = Field(
        description="whether services were given and none of them made a participant (TEGL 10-16 Change 3, Attachment IX)"
    )
    next: None = None


class ParticipationVersion(BaseModel):
    """What was known of a participation from a day on, until something was recorded that changed it or took it away."""

    track: str = Field(description="`common`, or the program that exits apart")
    programs: list[Program]
    entry: date
    last_service: date | None
    open_until: date | None
    exit: date | None = Field(description="the exit as it was known on the last of these days")
    known_from: date = Field(description="the day on which it came to be known")
    known_until: date | None = Field(description="the day on which it was found to be otherwise; empty: it stands")


class ParticipationHistory(BaseModel):
    """All that was ever known of a person's participations, by entry, in the order in which it came to be known."""

    items: list[ParticipationVersion]
    next: None = None
