"""Credentials that people were awarded."""

from sqlalchemy import ColumnElement

from app.access.permissions import Permission
from app.core.acts import Candidate
from app.enrollments import actions
from app.enrollments.models import Credential
from app.imports.kinds.kind import OF, PARTNER, PERSON, Kind, day, of_person, recorded
from app.imports.reading import Column


def _same(c: Candidate) -> ColumnElement[bool]:
    return recorded(Credential, c, "participant", "partner", "enrollment", "name", "wioa_type", "issuer", "awarded_on")


CREDENTIALS = Kind(
    "credentials",
    "Credentials",
    (
        *(PARTNER, OF, PERSON),
        Column("enrollment", like="W-1", about="your own id for the enrollment that led to it"),
        Column("name", required=True, like="Certified Welder"),
        Column("wioa_type", required=True, like="occupational_certification", about="the type, as in PIRL 1800"),
        Column("issuer", like="AWS"),
        day("awarded_on"),
    ),
    actions.AWARD,
    of_person("name", "wioa_type", "issuer", "awarded_on"),
    Permission.SERVE,
    _same,
    once=("partner", "participant", "name", "awarded_on"),
)
