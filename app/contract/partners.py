"""Partners, their sites, the regions that they serve, and what they agreed to: the API's bodies."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from app.contract.definitions import Definition, Key, Line
from app.contract.values import Day

PartnerKind = Literal["workforce_board", "community_college", "training_provider", "nonprofit", "employer"]
AgreementKind = Literal["share_records", "wage_match", "wage_disclosure"]

BoardCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$")]
"""A local workforce board's five-digit ETA code (PIRL 108-A), as text."""


class NewPartner(Definition):
    """An organisation that is to serve participants: the body of `POST /v1/partners`."""

    key: Key = Field(description="its name for machines; it never changes", examples=["erie_board"])
    name: Line = Field(examples=["Buffalo and Erie County Workforce Board"])
    kind: PartnerKind
    board_code: BoardCode | None = Field(None, description="of a workforce board: its ETA code, PIRL 108-A")
    active_from: Day = Field(description="the first day on which it serves people under the program")
    active_until: Day | None = Field(None, description="the day from which it no longer does")


class PartnerChange(Definition):
    """What a PATCH may change; what is left out stays. `active_until` and `board_code` may be null: there is none."""

    name: Line | None = None
    board_code: BoardCode | None = None
    active_from: Day | None = None
    active_until: Day | None = None


class Partner(BaseModel):
    """A partner."""

    id: UUID
    key: Key
    name: str
    kind: PartnerKind
    board_code: str | None
    active_from: date
    active_until: date | None
    revision: int = Field(description="what `ETag` and `If-Match` carry")


class PartnerPage(BaseModel):
    """A page of partners, by key."""

    items: list[Partner]
    next: str | None = None


class NewSite(Definition):
    """A place where a partner serves people."""

    key: Key = Field(examples=["main_street"])
    name: Line
    address: Line | None = None
    county: str = Field(pattern=r"^[0-9]{5}$", description="the county's FIPS code", examples=["36029"])


class SiteChange(Definition):
    """What a PATCH may change of a site; what is left out stays. `address` may be null: it is not told."""

    name: Line | None = None
    address: Line | None = None
    county: str | None = Field(None, pattern=r"^[0-9]{5}$")


class Site(BaseModel):
    """A site."""

    id: UUID
    key: Key
    name: str
    address: str | None
    county: str
    revision: int = Field(description="what `If-Match` carries, in quotes")


class SitePage(BaseModel):
    """A page of a partner's sites, by key."""

    items: list[Site]
    next: str | None = None


class NewServiceRegion(Definition):
    """A region that a partner serves, from a day until a day."""

    system: Key = Field(examples=["lwda"])
    region: str = Field(pattern=r"^[a-z0-9][a-z0-9_]{0,62}$", examples=["erie"])
    valid_from: Day
    valid_until: Day | None = Field(None, description="the day from which it no longer does")


class ServiceRegion(BaseModel):
    """A region that a partner serves or served."""

    id: UUID
    system: Key
    region: str
    valid_from: date
    valid_until: date | None


class ServiceRegionPage(BaseModel):
    """A page of the regions that a partner serves or served, in the order in which they were recorded."""

    items: list[ServiceRegion]
    next: str | None = None


class NewAgreement(Definition):
    """What a partner agrees to, from a day until a day."""

    kind: AgreementKind = Field(
        description="`share_records`: `with_partner` sees what it recorded about people both serve; `wage_match`: wages are matched of its "
        "learners who take part in no program; `wage_disclosure`: it sees wages, employers and sources of people it serves (20 CFR 603.10)"
    )
    with_partner: Key | None = Field(None, description="the key of the partner with which records are shared", examples=["niagara_college"])
    valid_from: Day
    valid_until: Day | None = Field(None, description="the day from which it no longer holds")
    source: Line = Field(description="where it is written down")


class Agreement(BaseModel):
    """An agreement, as those see it who take part in it, and the state."""

    id: UUID
    partner: Key = Field(description="who agreed")
    kind: AgreementKind
    with_partner: Key | None
    valid_from: date
    valid_until: date | None
    source: str


class AgreementPage(BaseModel):
    """A page of agreements, in the order in which they were recorded."""

    items: list[Agreement]
    next: str | None = None


class Ending(Definition):
    """From which day something no longer holds: the body of `…/end`."""

    valid_until: Day = Field(description="the first day on which it no longer holds")
