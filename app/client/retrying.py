"""When a call is sent again, and after how long: decided here, slept by whoever sends.

A request is sent again only where that cannot do a thing twice: reading, putting, and writing with an Idempotency-Key; and every request
that never got to the server.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import httpx

from app.client.problems import BUSY, RUNNING, ClientError, Refusal, Unreachable, refusal

NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


@dataclass(frozen=True)
class Retry:
    """How patient a client is. Pauses are seconds, drawn evenly from nothing to a limit that doubles ("full jitter"), so that many clients
    whom one failure hit do not come back at once. A longer pause that the server asks for (Retry-After) is kept, up to `patience`."""

    times: int = 4
    first: float = 0.25
    most: float = 10.0
    patience: float = 60.0
    chance: Callable[[], float] = random.random

    def pause(self, tried: int) -> float:
        """How long to wait after so many attempts."""
        return self.chance() * min(self.most, self.first * 2.0 ** (tried - 1))


class Attempts:
    """The attempts of one call."""

    def __init__(self, retry: Retry, *, repeatable: bool) -> None:
        self.retry = retry
        self.repeatable = repeatable
        self.tried = 0

    def failed(self, error: httpx.TransportError, url: httpx.URL) -> float:
        """The pause before the next attempt after nobody answered; raises `Unreachable` if there is none."""
        self.tried += 1
        if self.tried <= self.retry.times and (self.repeatable or isinstance(error, NEVER_SENT)):
            return self.retry.pause(self.tried)
        told = str(error) or type(error).__name__
        raise Unreachable(
            f"{url.scheme}://{url.netloc.decode()} does not answer ({told}). Check the address, and that the server runs."
        ) from error

    def refused(self, response: httpx.Response) -> float:
        """The pause before the next attempt after this answer; raises the problem if there is none."""
        self.tried += 1
        problem = refusal(response)
        asked = _retry_after(response)
        if self.tried > self.retry.times or not self._passes(response, problem) or (asked or 0) > self.retry.patience:
            raise problem
        return (asked or 0.0) + self.retry.pause(self.tried)

    def _passes(self, response: httpx.Response, problem: ClientError) -> bool:
        """Whether the same request may succeed later, and may be sent again."""
        if isinstance(problem, Refusal) and problem.status == 409:
            return self.repeatable and problem.has(RUNNING)
        return self.repeatable and response.status_code in BUSY


def _retry_after(response: httpx.Response) -> float | None:
    """Seconds that the server asks for: a number, or a moment beside the answer's own `Date`."""
    said = response.headers.get("Retry-After", "")
    if said.isdigit():
        return float(said)
    try:
        wait = parsedate_to_datetime(said) - parsedate_to_datetime(response.headers.get("Date", ""))
    except (ValueError, TypeError):
        return None
    return max(0.0, wait.total_seconds())
