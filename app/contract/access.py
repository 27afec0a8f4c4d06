"""Who the caller is."""

from uuid import UUID

from pydantic import BaseModel, Field


class Me(BaseModel):
    """The key's owner and what it may do."""

    key: UUID = Field(description="the key's id: acts are recorded under it")
    state: str = Field(description="the state whose rows the key opens", examples=["us-ny"])
    partner: UUID | None = Field(description="the partner for which it acts; empty for the state's own staff")
    role: str = Field(examples=["board_staff"])
    permissions: list[str]
