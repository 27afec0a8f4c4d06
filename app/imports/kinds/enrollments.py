"""Enrollments of people on career paths. The version of the path is the one that may be started on the day."""

from typing import Any

from sqlalchemy import ColumnElement, Select, Table

from app.access.permissions import Permission
from app.career_paths.models import CareerPath
from app.career_paths.offers import may_start
from app.core.acts import Candidate
from app.enrollments import actions
from app.enrollments.models import Enrollment
from app.imports.kinds.kind import OF, PARTNER, PERSON, Kind, about_person, day, known, recorded
from app.imports.reading import Column


def _rows(s: "Table[Any]") -> Select[Any]:
    chosen, joined = about_person(s, "started_on", "planned_end", "reference")
    in_force = (CareerPath.key == s.c.career_path) & may_start(s.c.started_on)
    version = known(s.c.career_path, CareerPath.id).label("career_path")
    return chosen.add_columns(version).select_from(joined.outerjoin(CareerPath, in_force))


def _same(c: Candidate) -> ColumnElement[bool]:
    return recorded(Enrollment, c, "participant", "partner", "career_path", "started_on", "reference")


ENROLLMENTS = Kind(
    "enrollments",
    "Enrollments on career paths",
    (
        *(PARTNER, OF, PERSON),
        Column("career_path", required=True, like="welding", about="the path's key"),
        day("started_on"),
        day("planned_end", required=False, like=""),
        Column("reference", required=True, like="W-1", about="your own id for the enrollment"),
    ),
    actions.ENROLL,
    _rows,
    Permission.ENROLL,
    _same,
    once=("partner", "reference"),
)
