"""Who is calling. An actor comes out of `access`; every query and action takes one."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from app.core.clock import Clock
from app.core.errors import Forbidden


@dataclass(frozen=True)
class Actor:
    """The caller of one request or task: a key, the state that it belongs to, and what it may do there."""

    id: UUID
    state: str
    partner: UUID | None  # None: the state's own staff
    role: str
    permissions: frozenset[str]
    request: str = ""  # the request's id, for the audit record
    zone: str = "UTC"  # the state's time zone: its midnight begins its day

    def holding(self, permission: str, *, or_else: str | None = None) -> "Actor":
        """This actor, if it holds `permission`; raises `Forbidden` else, which says `or_else` if that is given."""
        if permission not in self.permissions:
            raise Forbidden(or_else or f"This needs the permission '{permission}', which the role '{self.role}' does not have.")
        return self

    def today(self, clock: Clock) -> date:
        """What day it is in the actor's state."""
        return clock.today(ZoneInfo(self.zone))

    @property
    def binds(self) -> dict[str, Any]:
        """What a statement written against `app.core.acts.By` is run with."""
        return {"by_actor": self.id, "by_partner": self.partner, "by_request": self.request}
