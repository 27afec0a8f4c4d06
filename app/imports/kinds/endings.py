"""Enrollments that ended, by completion or withdrawal."""

from typing import Any

from sqlalchemy import ColumnElement, Select, Table, select

from app.access.permissions import Permission
from app.core.acts import Candidate
from app.enrollments import actions
from app.enrollments.models import Enrollment
from app.imports.kinds.kind import PARTNER, Kind, about_enrollment, day
from app.imports.kinds.step_completions import ENROLLMENT
from app.imports.reading import Column


def _rows(s: "Table[Any]") -> Select[Any]:
    chosen, joined = about_enrollment(s, "ended_on", "ended_by")
    return chosen.select_from(joined)


def _same(c: Candidate) -> ColumnElement[bool]:
    ended = (Enrollment.id == c.enrollment, Enrollment.ended_on == c.ended_on, Enrollment.ended_by == c.ended_by)
    return select(Enrollment.id).where(*ended).correlate_except(Enrollment).exists()


ENDINGS = Kind(
    "endings",
    "Ends of enrollments",
    (PARTNER, ENROLLMENT, day("ended_on"), Column("ended_by", required=True, like="completion", about="completion or withdrawal")),
    actions.END,
    _rows,
    Permission.SERVE,
    _same,
    once=("partner", "enrollment"),
    offered=False,
)
