"""The seven kinds of refusal. Rooms subclass them and add data; none of them knows HTTP: one table at the edge gives the status."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Violation:
    """One thing wrong with one candidate: which line, which field, the check's name and its message."""

    line: int
    pointer: str
    code: str
    detail: str


class Refusal(Exception):
    """Something asked for that is not done, with a reason that its reader can act on."""

    slug: ClassVar[str]  # names the problem to machines; the edge makes it the problem's `type`
    title: ClassVar[str]

    def __init__(self, detail: str, *, violations: Sequence[Violation] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.violations = tuple(violations)


class Unauthenticated(Refusal):
    """Nobody that we know of is asking: no key, or one that opens nothing."""

    slug, title = "unauthenticated", "We do not know who you are"


class Forbidden(Refusal):
    """The caller is known and may not do this."""

    slug, title = "forbidden", "You may not do this"


class NotFound(Refusal):
    """There is no such thing, or none that this caller may see: the two are answered alike."""

    slug, title = "not-found", "There is no such thing"


class Conflict(Refusal):
    """What is asked for contradicts what is recorded."""

    slug, title = "conflict", "This contradicts what is recorded"


class Invalid(Refusal):
    """What is asked for is not right in itself."""

    slug, title = "invalid", "This cannot be recorded"


class Gone(Refusal):
    """It was there once and is not any more."""

    slug, title = "gone", "This was there and is no more"


class Unavailable(Refusal):
    """Something that this needs does not work now; the same request may succeed later."""

    slug, title = "unavailable", "This does not work at the moment"


class Stale(Conflict):
    """The caller changes a version that is no longer the current one (`If-Match`)."""

    slug, title = "stale", "Somebody changed this since you read it"


class Refused(Invalid):
    """An act's own checks refused its candidates; `violations` names every one of them."""

    slug, title = "refused", "This cannot be recorded"

    def __init__(self, violations: Sequence[Violation]) -> None:
        super().__init__(violations[0].detail if len(violations) == 1 else f"{len(violations)} things are wrong", violations=violations)
