"""Releases on the wire: certified, protected, frozen outcomes. What is here may be shown to anybody, once it is certified."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from app.contract.outcomes import IndicatorName, Population

Form = Literal["csv", "xlsx", "parquet", "geojson", "gpkg", "svg", "png", "json"]
ReleaseStatus = Literal["drafting", "failed", "draft", "certified", "superseded", "withdrawn"]
FigureStatus = Literal["ok", "suppressed", "not_yet_available", "not_reported", "not_applicable"]


class NewRelease(BaseModel):
    """What to release."""

    period: str = Field(description="kind@report-date; kinds are quarter, program_year, rolling_4", examples=["quarter@2026-09-30"])


class NewRevision(BaseModel):
    """Why a release has to be made anew."""

    says: str = Field(description="what changed, for its readers", min_length=1, max_length=2000)


class Withdrawal(BaseModel):
    """Why a release is handed out no more."""

    because: str = Field(description="why, for its readers: they find it in its place", min_length=1, max_length=2000)


class ReleaseFile(BaseModel):
    """A frozen file."""

    form: Form = Field(description="svg and png are the map; json is the Data Package that tells of the others")
    name: str
    sha256: str
    size: int = Field(description="bytes")
    media_type: str
    href: str = Field(description="where to download it")


class ReleaseProof(BaseModel):
    """What the attacker found out: nothing to within the threshold, or there would be no release."""

    threshold: int
    figures: int = Field(description="that have a number")
    too_small: int = Field(description="of these, hidden because they are about too few")
    suppressed: int = Field(description="of these, hidden altogether")
    proved: int = Field(description="counts for which it was shown that they stay in doubt")
    narrowest: int | None = Field(description="the width of the narrowest interval of anything hidden; nothing if nothing is")
    seconds: float
    together: int = Field(0, description="earlier releases of overlapping cohorts that are in the proof")
    told_before: int = Field(0, description="withheld counts that these gave away already: nothing protects them any more")


class Release(BaseModel):
    """A release without its figures."""

    id: UUID
    period: str = Field(examples=["quarter@2026-09-30"])
    label: str = Field(description="the period for people", examples=["PY 2026 Q1"])
    status: ReleaseStatus = Field(description="drafting and failed are the state's staff's alone, as drafts are")
    drafted_at: datetime
    certified_at: datetime | None
    supersedes: UUID | None = Field(description="the release that it is a revision of")
    replaced_by: UUID | None = Field(description="the revision that took its place")
    says: str = Field(description="of a revision: what changed")
    as_of: date = Field(description="the day on which exits and lags are as known")
    threshold: int = Field(description="groups of fewer people are not shown")
    digest: str = Field(description="SHA-256 over the names and hashes of its files")
    withdrawn_at: datetime | None = Field(None, description="since when its files are handed out no more")
    withdrawn_because: str = Field("", description="why, in words")
    files: list[ReleaseFile]


class DraftedRelease(Release):
    """A release as those see it who make it: with what is hidden for which cause. That is for them alone."""

    drafted_by: UUID
    certified_by: UUID | None
    input: str = Field(description="SHA-256 of the extract that it was computed from")
    proof: ReleaseProof | None = Field(description="nothing as long as it is drafted")
    progress: int = Field(0, description="while it is drafted: how far, in per cent")
    doing: str = Field("", description="while it is drafted: what is being done")
    failed: str = Field("", description="why nothing came of it")


class ReleasePage(BaseModel):
    """Releases, newest first."""

    items: list[Release]
    next: str | None


class ReleasedFigure(BaseModel):
    """One figure, in the layout that the files have too."""

    state: str
    region_system: str
    region: str
    region_name: str
    population: Population
    indicator: IndicatorName
    period: str
    cohort_from: date
    cohort_until: date
    numerator: int | None
    denominator: int | None
    value: float | None = Field(description="a share of one, dollars a quarter, or how many")
    status: FigureStatus
    disclosure: Literal["protected"]
    note: str = Field(description="what has to be said beside the number")


class ReleasedTable(BaseModel):
    """All figures of a release. `next` is always null: all of it is here."""

    release: UUID
    notes: list[str] = Field(description="what a reader has to know")
    items: list[ReleasedFigure]
    next: None = None


class ExitDifference(BaseModel):
    """An exit that a release reported, or would report now, and what has become of it."""

    person: UUID
    track: str = Field(description="`common`, or the program that exits apart")
    entry: date = Field(description="PIRL 900")
    reported: date | None = Field(description="the exit that the release reported; empty if it reported none")
    now: date | None = Field(description="the exit as it is known today; empty if there is none")
    change: Literal["moved", "open_again", "gone", "added"]


class ExitDifferences(BaseModel):
    """What stands today against what a certified release reported. The release keeps what it said."""

    release: UUID
    exits_from: date = Field(description="the first day of the quarters whose exits it counts")
    exits_until: date = Field(description="their last day")
    counts: dict[str, int] = Field(description="how many of each change there are")
    items: list[ExitDifference] = Field(description="the first thousand, by person")
    next: None = None
