"""The client of agencies: every call of the API as a method, over HTTP, on the wire types alone.

    with Client("https://workforce.example.gov", key) as client:
        learner = client.participants.register(NewParticipant(...))
        for one in client.enrollments.list(status="active"):
            ...

`AsyncClient` has the same calls, to be awaited, and lists to be walked with `async for`. What is refused is raised as one of the problems
of `app.client.problems`. Nothing of the server is imported here.
"""

from app.client.clients import AsyncClient, Client
from app.client.problems import (
    ClientError,
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    Mistake,
    NotFound,
    Refusal,
    Refused,
    Stale,
    TooLarge,
    Unauthenticated,
    Unavailable,
    Unexpected,
    Unreachable,
)
from app.client.retrying import Retry

__all__ = [
    "AsyncClient",
    "Client",
    "ClientError",
    "Conflict",
    "Forbidden",
    "Gone",
    "Invalid",
    "Mistake",
    "NotFound",
    "Refusal",
    "Refused",
    "Retry",
    "Stale",
    "TooLarge",
    "Unauthenticated",
    "Unavailable",
    "Unexpected",
    "Unreachable",
]
