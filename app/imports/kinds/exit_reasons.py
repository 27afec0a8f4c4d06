"""Reasons that leave an exit out of indicators."""

from sqlalchemy import ColumnElement

from app.access.permissions import Permission
from app.core.acts import Candidate
from app.enrollments import actions
from app.enrollments.models import ExitReason
from app.imports.kinds.kind import OF, PARTNER, PERSON, Kind, day, of_person, recorded
from app.imports.reading import Column


def _same(c: Candidate) -> ColumnElement[bool]:
    return recorded(ExitReason, c, "participant", "partner", "reason", "since")


EXIT_REASONS = Kind(
    "exit_reasons",
    "Reasons of exits",
    (PARTNER, OF, PERSON, Column("reason", required=True, like="health_medical", about="as in PIRL 923"), day("since")),
    actions.EXCUSE,
    of_person("reason", "since"),
    Permission.SERVE,
    _same,
    once=("partner", "participant", "reason", "since"),
    offered=False,
)
