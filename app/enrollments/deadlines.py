"""What is due: exits that come, follow-ups, enrollments past their planned end. Each reads people, and so leaves an entry.

A list has the most urgent `SHOWN` and says how many there are. It starts at the caller's caseload, so it grows with that and not with
the state; for the state's own staff at the day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Row, Select, and_, bindparam, exists, func, or_, select, true
from sqlalchemy.orm import aliased

from app.audit.entries import note
from app.career_paths.models import CareerPath
from app.core.actor import Actor
from app.core.acts import By
from app.core.db import Read, Tx
from app.enrollments.models import Enrollment, Participation, PlannedService, Service, ServiceKind
from app.enrollments.queries import ACTIVE
from app.enrollments.rules import Period
from app.enrollments.visibility import shared
from app.participants.models import Caseload, Participant

DAYS = 15
"""An exit that is known in so many days or fewer is coming."""

FOLLOW_UP = timedelta(days=365)
"""Follow-up services are to be there for at least a year after an exit: youth 20 CFR 681.580, adults and dislocated workers who got work
20 CFR 678.430(c). Those that the caller's own partner never recorded any of are due."""

SHOWN = 25


@dataclass(frozen=True)
class Due:
    """The most urgent of those who are due something, and how many there are."""

    items: Sequence[Row[Any]]
    total: int


@dataclass(frozen=True)
class Caseload_:
    """How many people a partner has, and what they are doing."""
