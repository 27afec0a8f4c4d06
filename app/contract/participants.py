"""People known to the state. A social security number goes in and never comes out."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from app.contract.values import Day, Whole

Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""Text of one line, as people write names and addresses."""


def _kept(written: str) -> str:
    if "\0" in written:
        raise ValueError("this holds NUL, a character that no text has")
    return written


Written = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300), AfterValidator(_kept)]
"""What is written about a person. Characters that nobody sees are refused where it is recorded, from a file as from a request."""

Race = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,60}$")]


class _Sent(BaseModel):
    """What a request says. Unknown keys are refused, and what is wrong is never repeated in the answer."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Address(_Sent):
    """As much of an address as its region depends on."""

    state: Words | None = Field(None, description="two letters (PIRL 101); left out: this state", examples=["NY"])
    county: Words | None = Field(None, description="the county's FIPS code, five digits; left out if nobody knows", examples=["36029"])
    place: Words | None = Field(None, description="the city or town where the person lives, not the post office", examples=["Yonkers"])
    zip: Words | None = Field(None, description="the ZIP code", examples=["14201"])


class _About(_Sent):
    ssn: SecretStr | None = Field(
        None,
        max_length=20,
        description="nine digits, with or without hyphens. Sealed at once and never answered. A number that cannot exist counts as missing",
    )
    email: Written | None = Field(None, examples=["ana.cruz@example.org"])
    phone: Written | None = Field(None, examples=["+1 716 555 0100"])
    address: Written | None = Field(None, description="street and number", examples=["12 Main Street"])


class NewParticipant(_About):
    """A person to be registered. Whether anybody else knows the person makes no difference to the answer."""

    first_name: Written = Field(examples=["Ana"])
    last_name: Written = Field(examples=["Cruz"])
    birth_date: Day = Field(examples=["1990-05-17"])
    residence: Address
    sex: Whole = Field(9, description="PIRL 201: 1 male, 2 female, 9 not disclosed")
    hispanic: Whole = Field(9, description="PIRL 210: 1 Hispanic or Latino, 0 not, 9 not disclosed")
    races: list[Race] = Field(
        default_factory=list,
        max_length=10,
        description="PIRL 211 to 215 in words: american_indian_or_alaska_native, asian, black_or_african_american, "
        "native_hawaiian_or_pacific_islander, white; none: not disclosed",
    )
    veteran: Whole = Field(9, description="PIRL 300: 1 yes, 0 no, 9 not disclosed")
    partner: UUID | None = Field(None, description="the partner that registers; partner staff may leave it out")
    registered_on: Day | None = Field(None, description="the day of registration; left out: today")
    reference: Written | None = Field(None, description="the partner's own id for the person; never a social security number")


class ParticipantChange(_About):
    """What is to be otherwise; what is left out stays. `null` takes back what need not be known: number, email, phone, address."""

    first_name: Written | None = None
    last_name: Written | None = None
    birth_date: Day | None = None
    residence: Address | None = Field(None, description="where the person lives from now on")
    sex: Whole | None = None
    hispanic: Whole | None = None
    races: list[Race] | None = Field(None, max_length=10)
    veteran: Whole | None = None


class RegionOfResidence(BaseModel):
    """The region of an address in one system, and by what it was decided."""

    region: str | None = Field(description="the region's code; empty where the address leaves it open")
    how: str = Field(description="county, place, rest_of_county, zip; or why not: needs_place, needs_county, unassigned, out_of_state")
    candidates: list[str] = Field(default_factory=list, description="the regions that it could be")
    detail: str | None = Field(None, description="what would decide it, or why there is none")


class Residence(BaseModel):
    """Where the person lives, and the region in every system."""

    state: str
    county: str | None
    place: str | None
    zip: str | None
    decided_on: date = Field(description="the day by whose regions it was first decided so")
    regions: dict[str, RegionOfResidence]


class Reference(BaseModel):
    """The id under which a partner knows the person."""

    partner: UUID
    reference: str


class Participant(BaseModel):
    """A person, as far as the caller may know."""

    id: UUID
    first_name: str
    last_name: str
    birth_date: date
    ssn_known: bool = Field(description="whether there is a number, which is never answered. Without one no wages can be matched")
    email: str | None
    phone: str | None
    address: str | None
    residence: Residence
    sex: int
    hispanic: int
    races: list[str]
    veteran: int
    registered_on: date
    registered_by: UUID | None = Field(description="the partner that registered; told to that partner and to the state")
    references: list[Reference] = Field(description="your own; all of them for the state")
    person: UUID | None = Field(description="the one human behind this and other records; told to the state alone")
    revision: int


class ParticipantListed(BaseModel):
    """A line of the list: enough to tell people apart."""

    id: UUID
    first_name: str
    last_name: str
    birth_date: date
    registered_on: date


class ParticipantPage(BaseModel):
    """Some of the people whom the caller may see, in the order of their ids."""

    items: list[ParticipantListed]
    next: str | None = Field(description="send it as `after` for the next page")


class Merge(_Sent):
    """The record of the same person that this one is linked to."""

    into: UUID


class IdentityReview(BaseModel):
    """Two records with an equal social security number that nobody has linked. An equal number is not an equal person."""

    one: UUID
    other: UUID
    birth_date_agrees: bool
    last_name_agrees: bool
    conflict: bool = Field(description="both differ: the number is mistyped or borrowed, until somebody has looked")


class IdentityReviewPage(BaseModel):
    """Some of the pairs."""

    items: list[IdentityReview]
    next: str | None


def changed(change: ParticipantChange) -> dict[str, Any]:
    """What a change names, by field: `null` where it says so, nothing where it says nothing."""
    return {name: getattr(change, name) for name in change.model_fields_set}
