"""Occupations, what they pay in each OEWS area, and the lists of in-demand jobs: the API's bodies.

The files under regions/ hold the same in tables that are too long for a document a line, and the room reads them itself:

regions/<state>/labor_market/          eight tables and sources.toml: `app.labor_market.extract.read`
regions/<state>/in_demand_jobs.csv     one row per designation and OEWS area: `app.labor_market.designations.read`
regions/<state>/in_demand_jobs.toml    LaborMarketSource: what the list is, who made it, and what it is not
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, model_validator

from app.contract.definitions import Definition, Key, Line, Prose
from app.contract.values import Day, Number, Whole

OccupationSystem = Literal["soc_2018", "onet_soc_2019", "oews_2019"]
FigureStatus = Literal["ok", "suppressed", "top_coded", "not_published"]

OccupationCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}-[0-9]{4}(\.[0-9]{2})?$")]
"""A code as text: `29-2052` (SOC 2018, or OEWS where it combines several), `29-2052.00` (O*NET-SOC 2019)."""

AreaCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{7}$")]
"""An OEWS area: seven digits, as in BLS's time series."""


class LaborMarketSource(Definition):
    """Where figures, titles or a list of in-demand jobs come from. Whoever shows them shows this."""

    title: Line
    publisher: Line
    license: Line
    vintage: Line = Field(examples=["May 2025"])
    note: Prose | None = Field(None, description="what a reader has to know: what it is and what it is not")
    attribution: Prose | None = Field(None, description="the line that the license asks for")


class Figure(BaseModel):
    """A number, or why there is none. A figure that was not released never becomes a number."""

    value: int | None = Field(description="jobs, or dollars a year")
    status: FigureStatus = Field(
        description="`suppressed`: not released; `top_coded`: at or above the highest wage that is published; "
        "`not_published`: no annual wage, because the work is paid by the hour and not year-round"
    )
    at_least: int | None = Field(None, description="of a top-coded wage: its lower bound. Never a value")


class AreaFigures(BaseModel):
    """The published figures of one occupation in one OEWS area. Areas are never blended: a median of medians is no median."""

    area: AreaCode
    area_title: str = Field(examples=["Buffalo-Cheektowaga, NY"])
    area_kind: str = Field(examples=["metropolitan"])
    system: OccupationSystem = Field(description="whose code the figures are published under")
    code: OccupationCode = Field(description="the code that the figures are published under: of an O*NET code its SOC code")
    vintage: str = Field(examples=["May 2025"])
    employment: Figure
    median: Figure
    p25: Figure
    p75: Figure


class RegionFigures(BaseModel):
    """The figures of every OEWS area that a region touches, each under the area's own name."""

    system: Key
    region: str
    region_name: str
    figures: list[AreaFigures]


class OccupationSummary(BaseModel):
    """One line of a list of occupations."""

    system: OccupationSystem
    code: OccupationCode
    title: str
    job_zone: int | None
    matched: str | None = Field(None, description="the title as workers reported it that the search found")


class OccupationPage(BaseModel):
    """A page of occupations: best matches first, then by code."""

    items: list[OccupationSummary]
    next: str | None = None
    attribution: str = Field("", description="the line that O*NET's license asks for")


class Skill(BaseModel):
    """What the work takes. Importance from 1 to 5, level from 0 to 7; no level: not relevant, or rated too imprecisely."""

    element: str = Field(examples=["2.A.1.a"])
    skill: str = Field(examples=["Reading Comprehension"])
    importance: float
    level: float | None


class RelatedOccupation(BaseModel):
    """An occupation near by. Nearness is not symmetric."""

    code: OccupationCode
    title: str
    tier: str = Field(examples=["Primary-Short"])


class DesignatedIn(BaseModel):
    """A region in which the occupation is in demand."""

    system: Key
    region: str
    code: OccupationCode = Field(description="the code that was designated; it can combine or contain the one asked for")
    valid_from: date


class Occupation(BaseModel):
    """An occupation with what is known of it."""

    system: OccupationSystem
    code: OccupationCode
    title: str
    job_zone: int | None = Field(description="O*NET's level of preparation, 1 to 5; of a combined code the lowest of its parts")
    description: str | None
    part_of: list[OccupationSummary] = Field(description="the SOC or OEWS codes that contain it")
    parts: list[OccupationSummary] = Field(description="the codes that it contains: SOC codes of an OEWS code, O*NET codes of a SOC code")
    reported_titles: list[str]
    skills: list[Skill] = Field(description="most important first")
    related: list[RelatedOccupation] = Field(description="nearest first")
    wages: list[AreaFigures] = Field(description="in the state and in each OEWS area")
    wages_by_region: list[RegionFigures]
    in_demand: list[DesignatedIn] = Field(description="where it is designated on the day asked for")
    on: date
    sources: list[LaborMarketSource]


class DemandEvidence(Definition):
    """The figures of one OEWS area from which a designation follows."""

    area: AreaCode
    employment: Whole = Field(ge=0, description="jobs in the area")
    share_percent: Number = Field(ge=0, le=100, description="of the area's jobs")
    p75: Whole | None = Field(None, ge=0, description="75th percentile, dollars a year; empty if top-coded")
    p75_to_median: Number | None = Field(None, ge=0, description="that to the area's median of all occupations")
    job_zone: Whole | None = Field(None, ge=1, le=5)


class InDemandJobDefinition(Definition):
    """An occupation to be designated."""

    system: OccupationSystem = "soc_2018"
    code: OccupationCode
    rule: Key = Field(description="the named rule that chose it, or `board_decision`", examples=["oews_share_v1"])
    evidence: tuple[DemandEvidence, ...] = Field((), description="needed where a rule chose it")
    source: Line = Field(description="who decided, on what")

    @model_validator(mode="after")
    def _an_area_once(self) -> Self:
        if twice := _twice(area.area for area in self.evidence):
            raise ValueError(f"the evidence has the area {twice} twice")
        return self


class InDemandListDefinition(Definition):
    """All in-demand jobs of a region from a day on: the body of PUT. What it does not list ends on that day; nothing is edited."""

    valid_from: Day
    jobs: tuple[InDemandJobDefinition, ...] = Field(max_length=2000)

    @model_validator(mode="after")
    def _a_job_once(self) -> Self:
        if twice := _twice(job.code for job in self.jobs):
            raise ValueError(f"{twice} is listed twice")
        return self


class NewLayoffNotice(Definition):
    """An employer's advance notice of a plant closing or mass layoff at one site (29 USC 2102): the body of POST."""

    employer: Line = Field(description="the employer, as published")
    site: Line = Field(description="where the jobs are: an address, or the site's name")
    county: str = Field(pattern=r"^[0-9]{5}$", description="the county's FIPS code", examples=["36029"])
    notice_date: Day
    effective_date: Day = Field(description="the first day of the layoffs; in some published notices it comes before the notice")
    affected: Whole = Field(ge=1, le=1_000_000, description="how many people lose their jobs")
    event: Literal["closure", "layoff"]
    source: Line = Field(description="where it was published")


class LayoffNoticeChange(Definition):
    """What a PATCH corrects in a notice that was recorded wrongly; what is left out stays."""

    employer: Line | None = None
    site: Line | None = None
    county: str | None = Field(None, pattern=r"^[0-9]{5}$")
    notice_date: Day | None = None
    effective_date: Day | None = None
    affected: Whole | None = Field(None, ge=1, le=1_000_000)
    event: Literal["closure", "layoff"] | None = None
    source: Line | None = None


class LayoffNoticeVoid(Definition):
    """Why a notice is taken back."""

    reason: Line = Field(description="kept in the audit record", examples=["the same notice was recorded twice"])


class LayoffNotice(BaseModel):
    """A notice as recorded."""

    id: UUID
    employer: str
    site: str
    county: str
    notice_date: date
    effective_date: date
    affected: int
    event: Literal["closure", "layoff"]
    source: str
    revision: int = Field(description="what `ETag` and `If-Match` carry")


class LayoffNoticePage(BaseModel):
    """A page of notices, newest first."""

    items: list[LayoffNotice]
    next: str | None = None


def _twice(values: Iterable[str]) -> str | None:
    return next((value for value, times in Counter(values).items() if times > 1), None)


class InDemandJob(BaseModel):
    """A designation (29 USC 3102(23)): an occupation in demand in a region from a day until a day, with its evidence."""

    system: OccupationSystem
    code: OccupationCode
    title: str
    valid_from: date
    valid_until: date | None = Field(description="the day from which it no longer holds")
    rule: Key
    evidence: list[DemandEvidence]
    source: str


class InDemandJobList(BaseModel):
    """The jobs that are in demand in a region on a day, by code."""

    system: Key
    region: str
    region_name: str
    on: date
    about: LaborMarketSource | None = Field(description="what the list is and what it is not")
    items: list[InDemandJob]
    next: str | None = None
    attribution: str = Field("", description="the line that O*NET's license asks for")
