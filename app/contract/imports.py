"""Imports: a file taken in as a whole, or told of each line why not."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

ImportKind = Literal[
    "participants", "enrollments", "services", "planned_services", "step_completions", "credentials", "employment_records", "wage_records"
]
ImportStatus = Literal["queued", "staging", "checking", "merging", "checked", "refused", "merged", "repeated", "failed", "cancelled"]
ImportPolicy = Literal["all", "good"]
UNDER_WAY = frozenset({"queued", "staging", "checking", "merging"})
"""The statuses of an import that is not over."""


class Mistake(BaseModel):
    """One thing that is wrong with one line."""

    line: int = Field(description="of the file, as a spreadsheet counts: the first one names the columns", examples=[17])
    field: str = Field(description="the column; empty if it is the line")
    code: str = Field(description="as a single request would be answered", examples=["birth_date_implausible"])
    detail: str = Field(description="how to mend it")
    value: str | None = Field(
        None,
        description="what stands there; of what is about somebody a reference, for which a mended file gets the value; empty if not kept",
    )


class ImportProgress(BaseModel):
    """How far an import is that is under way."""

    share: float = Field(description="of the whole work, from 0 to 1", ge=0, le=1)
    seconds_left: int | None = Field(description="about so many; empty while it waits for its turn")


class Import(BaseModel):
    """One file and what became of it."""

    id: UUID
    kind: str
    status: ImportStatus = Field(
        description="`queued`, `staging`, `checking` or `merging` while it is under way; `checked` after a dry run without mistakes; "
        "`refused` with mistakes, nothing of it recorded; `merged` when its rows are in; `repeated` if the same content was merged before; "
        "`failed` if it cannot be read; `cancelled` if somebody stopped it"
    )
    policy: ImportPolicy = Field(description="`all` rows or none; or those that are `good`, and the others are given back")
    dry_run: bool
    rows: int = Field(description="that were read so far")
    checked: int = Field(description="rows that were checked so far")
    made: int = Field(description="rows that were recorded")
    unchanged: int = Field(description="rows that said what was recorded already")
    refused: int = Field(description="how many mistakes there are")
    refused_rows: int = Field(description="how many rows they are in")
    progress: ImportProgress | None = Field(None, description="of one that is under way")
    why: str | None = Field(None, description="of one that failed")
    ignored: list[str] = Field(default_factory=list, description="titles of columns that mean nothing here")
    mistakes: list[Mistake] = Field(default_factory=list, description="the first thousand; the file of mistakes has all")
    begun_at: datetime
    ended_at: datetime | None


class ImportApplication(BaseModel):
    """That an import which was only checked, or failed, is to be taken in."""

    policy: ImportPolicy = "all"
