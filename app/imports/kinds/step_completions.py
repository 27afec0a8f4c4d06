"""Steps of career paths that people finished."""

from typing import Any

from sqlalchemy import ColumnElement, Select, Table, select

from app.access.permissions import Permission
from app.career_paths.models import Step
from app.core.acts import Candidate
from app.enrollments import actions
from app.enrollments.models import Enrollment, StepCompletion
from app.imports.kinds.kind import PARTNER, Kind, about_enrollment, day, known
from app.imports.reading import Column

ENROLLMENT = Column("enrollment", required=True, like="W-1", about="your own id for the enrollment")


def _rows(s: "Table[Any]") -> Select[Any]:
    chosen, joined = about_enrollment(s, "completed_on")
    of_path = (Step.career_path == Enrollment.career_path) & (Step.key == s.c.step)
    return chosen.add_columns(known(s.c.step, Step.id).label("step")).select_from(joined.outerjoin(Step, of_path))


def _same(c: Candidate) -> ColumnElement[bool]:
    """A step is finished once."""
    done = (StepCompletion.enrollment == c.enrollment, StepCompletion.step == c.step, StepCompletion.completed_on == c.completed_on)
    return select(StepCompletion.id).where(*done, StepCompletion.voided_by.is_(None)).correlate_except(StepCompletion).exists()


STEP_COMPLETIONS = Kind(
    "step_completions",
    "Steps that were finished",
    (PARTNER, ENROLLMENT, Column("step", required=True, like="basics", about="the step's key on its path"), day("completed_on")),
    actions.COMPLETE_STEP,
    _rows,
    Permission.SERVE,
    _same,
    once=("partner", "enrollment", "step"),
)
