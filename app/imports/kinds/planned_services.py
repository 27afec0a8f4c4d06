"""Services that are documented for a later day."""

from sqlalchemy import ColumnElement

from app.access.permissions import Permission
from app.core.acts import Candidate
from app.enrollments import actions
from app.enrollments.models import PlannedService
from app.imports.kinds.given_services import KIND, PROGRAM
from app.imports.kinds.kind import OF, PARTNER, PERSON, Kind, day, derive, of_person, recorded


def _same(c: Candidate) -> ColumnElement[bool]:
    return recorded(PlannedService, c, "participant", "partner", "kind", "program", "documented_on", "planned_for")


PLANNED_SERVICES = Kind(
    "planned_services",
    "Planned services",
    (PARTNER, OF, PERSON, KIND, PROGRAM, day("documented_on"), day("planned_for", like="2026-06-30")),
    actions.PLAN,
    of_person("kind", "program", "documented_on", "planned_for"),
    Permission.SERVE,
    _same,
    after=derive,
)
