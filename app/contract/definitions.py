"""What all definitions have in common: keys, references, cited text, money; and the plan that says what applying some would change."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, StringConstraints, WithJsonSchema

from app.contract.values import exact


class Definition(BaseModel):
    """A part of a state's definitions. Unknown keys are refused: a misspelt one would silently mean nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,62}$")]
"""A name for machines: lower-case ASCII, digits and underscores. It never changes; titles may."""

Line = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=r"^[^\s\x00-\x1f](?:[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f])?$")]
"""One line of text without white space at its ends."""

Prose = Annotated[str, StringConstraints(min_length=1, max_length=4000, pattern=r"^\S(?:[^\x00-\x09\x0b-\x1f\x7f]*\S)?$")]
"""Text of one or more lines."""


Dollars = Annotated[
    Decimal,
    BeforeValidator(exact),
    Field(ge=0, max_digits=11, decimal_places=2),
    PlainSerializer(lambda value: f"{value:.2f}", return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^\d{1,9}(\.\d{1,2})?$", "examples": ["129.00"]}),
]
"""US dollars as a decimal number in text: "129.00"."""


class RegionReference(Definition):
    """A region of a region system."""

    system: Key = Field(description="the region system's key", examples=["labor_market_region"])
    code: str = Field(
        pattern=r"^[a-z0-9][a-z0-9_]{0,62}$", description="the region's code within the system", examples=["western_new_york"]
    )


class FieldChange(BaseModel):
    """One field of a changed definition. `before` or `after` is null where the field was or will be absent."""

    field: str = Field(examples=["steps[ptcb_exam].cost"])
    before: Any = None
    after: Any = None


class DefinitionChange(BaseModel):
    """What applying would do to one definition."""

    what: Literal["added", "changed", "ended"]
    kind: str = Field(examples=["career_path"])
    key: str = Field(examples=["pharmacy_technician"])
    since: date = Field(description="the day from which it holds")
    fields: list[FieldChange] = Field(default_factory=list, description="of a changed definition: what differs")
    people: int = Field(0, description="the people whom it touches")


class DefinitionPlan(BaseModel):
    """What applying would change, as a dry run answers it. Nothing has been changed."""

    changes: list[DefinitionChange]
    unchanged: dict[str, int] = Field(description="how many definitions of each kind stay as they are")
    refusals: list[str] = Field(default_factory=list, description="why applying would be refused")
