"""Errors on the wire: RFC 9457 `application/problem+json`."""

from pydantic import BaseModel, Field


class ProblemError(BaseModel):
    """One thing wrong with what was sent."""

    pointer: str = Field(description="JSON pointer to the field at fault, as /started_on", examples=["/started_on"])
    code: str = Field(description="a word for machines; it does not change", examples=["already_enrolled"])
    detail: str = Field(description="what to tell a person")
    line: int | None = Field(None, description="the line of the file, when a file was sent")


class Problem(BaseModel):
    """Why a request was not done, and what to do about it."""

    type: str = Field(description="names the kind of problem", examples=["/problems/refused"])
    title: str
    status: int
    detail: str
    instance: str | None = Field(None, description="the request's id, as in the log")
    errors: list[ProblemError] = Field(default_factory=list)


# kind of refusal -> status. The kinds are app.core.errors'; the slugs are part of the contract and do not change.
STATUS = {
    "unauthenticated": 401,
    "forbidden": 403,
    "not-found": 404,
    "conflict": 409,
    "gone": 410,
    "stale": 412,
    "too-large": 413,
    "invalid": 422,
    "refused": 422,
    "unavailable": 503,
}
