"""Verbs about evidence of work."""

from sqlalchemy import CTE, ColumnElement, false, func, insert, select

from app.audit.entries import audited
from app.core.acts import Act, By, Made
from app.employment.checks import RECORDING
from app.employment.models import EmploymentRecord
from app.participants.touched import touching


def _record(candidate: CTE, admitted: ColumnElement[bool]) -> Made:
    """The records, and a mark for everybody whom they concern."""
    c = candidate.c
    told = {
        **{name: c[name] for name in ("id", "participant", "quarter", "source", "wages", "occupation", "industry")},
        "employer": func.btrim(c.employer),
        "apprenticeship": func.coalesce(c.apprenticeship, false()),
        "partner": By.partner,
        "act": By.act,
    }
    new = insert(EmploymentRecord).from_select(list(told), select(*told.values()).where(admitted))
    made = new.returning(EmploymentRecord.id, EmploymentRecord.participant).cte("made")
    return made, audited("record_employment", made), touching(made)


RECORD = Act(RECORDING, _record)
"""Record a quarter of work for an employer, as one source tells it. Run with `today`."""
