"""Imports: a file taken in as a whole, or told of each line why not."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

ImportKind = Literal["participants"]
ImportStatus = Literal["staging", "checked", "refused", "merged", "repeated", "failed"]


class Mistake(BaseModel):
    """One thing that is wrong with one line. What stands there is not repeated."""

    line: int = Field(description="of the file, the first of which names the columns", examples=[17])
    field: str
    code: str = Field(description="as a single request would be answered", examples=["birth_date_implausible"])
    detail: str


class Import(BaseModel):
    """One file and what became of it. Either all of its rows are made or none."""

    id: UUID
    kind: str
    status: ImportStatus = Field(
        description="`staging` while it runs; `checked` after a dry run without mistakes; `refused` with mistakes; `merged` when its rows "
        "are in; `repeated` if the same content was merged before; `failed` if it cannot be read"
    )
    rows: int
    made: int
    refused: int = Field(description="how many mistakes there are")
    why: str | None = Field(None, description="of one that failed")
    mistakes: list[Mistake] = Field(description="the first thousand")
    begun_at: datetime
    ended_at: datetime | None
