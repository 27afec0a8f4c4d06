"""Services that people were given."""

from sqlalchemy import ColumnElement

from app.access.permissions import Permission
from app.core.acts import Candidate
from app.enrollments import actions
from app.enrollments.models import Service
from app.imports.kinds.kind import OF, PARTNER, PERSON, Kind, day, derive, of_person, recorded
from app.imports.reading import Column

KIND = Column("kind", required=True, like="career_counseling", about="its key in the service catalogue")
PROGRAM = Column("program", required=True, like="adult", about="adult, dislocated_worker, youth, wagner_peyser or dwg")


def _same(c: Candidate) -> ColumnElement[bool]:
    return recorded(Service, c, "participant", "partner", "kind", "program", "given_on", "ended_on", "enrollment")


SERVICES = Kind(
    "services",
    "Services",
    (
        *(PARTNER, OF, PERSON, KIND, PROGRAM),
        day("given_on"),
        day("ended_on", required=False, like=""),
        Column("enrollment", like="", about="your own id for the enrollment that it is part of"),
    ),
    actions.SERVE,
    of_person("kind", "program", "given_on", "ended_on"),
    Permission.SERVE,
    _same,
    after=derive,
)
