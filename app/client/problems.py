"""What a call can raise: one class for every slug of `app.contract.problems.STATUS`, and what is not the API's own word."""

from typing import ClassVar

import httpx
from pydantic import ValidationError

from app.contract.problems import Problem, ProblemError


class ClientError(Exception):
    """A call that was not done. `detail` says why, and what to do."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class Unreachable(ClientError):
    """Nobody answered. Whether the request was done is not known; sent again with its Idempotency-Key it is done once."""


class Unexpected(ClientError):
    """The answer is none of this API's: another program or something on the way answered, or client and server are too far apart."""


class Refusal(ClientError):
    """The API says no: RFC 9457. `violations` names every field at fault, `instance` is the request's id in the server's log."""

    slug: ClassVar[str] = ""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem
        self.title = problem.title
        self.status = problem.status
        self.instance = problem.instance
        self.violations: tuple[ProblemError, ...] = tuple(problem.errors)

    def has(self, code: str) -> bool:
        """Whether a violation with this code is among them."""
        return any(violation.code == code for violation in self.violations)


class Unauthenticated(Refusal):
    """The key is missing, has expired or was revoked."""

    slug = "unauthenticated"


class Forbidden(Refusal):
    """The key may not do this."""

    slug = "forbidden"


class NotFound(Refusal):
    """There is none, or none that the key may see."""

    slug = "not-found"


class Conflict(Refusal):
    """It contradicts what is recorded."""

    slug = "conflict"


class Gone(Refusal):
    """It was there once and is no more."""

    slug = "gone"


class Stale(Conflict):
    """Somebody changed it since it was read: read it again."""

    slug = "stale"


class TooLarge(Refusal):
    """The body is larger than the installation takes."""

    slug = "too-large"


class Invalid(Refusal):
    """It is not right in itself."""

    slug = "invalid"


class Refused(Invalid):
    """The checks of an act refused it; `violations` has all of them."""

    slug = "refused"


class Unavailable(Refusal):
    """It does not work at the moment, and was not done; the same may succeed later."""

    slug = "unavailable"


class Mistake(Refusal):
    """A mistake of the server's. Its administrator finds more under `instance`."""

    slug = "mistake"


KINDS: dict[str, type[Refusal]] = {
    kind.slug: kind
    for kind in (Unauthenticated, Forbidden, NotFound, Conflict, Gone, Stale, TooLarge, Invalid, Refused, Unavailable, Mistake)
}
"""Slug -> class."""

RUNNING = "still_running"
"""The code of a conflict with the same request, which is still being answered."""

BUSY = {429, 502, 503, 504}
"""Statuses that something on the way gives, too, in words of its own."""


def refusal(response: httpx.Response) -> Refusal | Unexpected:
    """What an answer that is no success raises. The answer's body has been read."""
    try:
        problem = Problem.model_validate_json(response.content)
    except ValidationError:
        return _foreign(response)
    kind = KINDS.get(problem.type.rpartition("/")[2])
    return kind(problem) if kind else Refusal(problem)


def _foreign(response: httpx.Response) -> Refusal | Unexpected:
    status = response.status_code
    if status in BUSY:
        detail = "The server, or something before it, is busy. Try again in a moment."
        return Unavailable(Problem(type="/problems/unavailable", title="This does not work at the moment", status=status, detail=detail))
    return Unexpected(
        f"{response.request.method} {response.request.url.path} was answered {status}, and not by this API. Check the address: it is the "
        "server's, without /v1."
    )
