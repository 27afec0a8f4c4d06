"""Evidence of work, of whatever source."""

from sqlalchemy import ColumnElement

from app.access.permissions import Permission
from app.core.acts import Candidate
from app.employment import actions
from app.employment.models import EmploymentRecord
from app.imports.kinds.kind import OF, PARTNER, PERSON, Kind, of_person, recorded
from app.imports.reading import Column, Shape

QUARTER = Column("quarter", Shape.QUARTER, required=True, like="2025Q3")
EMPLOYER = Column("employer", required=True, like="16-0743966", about="federal employer number or state tax id, or 'self'")


def same(c: Candidate) -> ColumnElement[bool]:
    """The same source has told the same of the quarter."""
    return recorded(EmploymentRecord, c, "participant", "quarter", "employer", "source", "wages", "occupation", "industry")


EMPLOYMENT_RECORDS = Kind(
    "employment_records",
    "Evidence of work",
    (
        *(PARTNER, OF, PERSON, QUARTER, EMPLOYER),
        Column("source", required=True, like="supplemental", about="what you collected is supplemental"),
        Column("wages", Shape.DOLLARS, like="9126.00"),
        Column("occupation", like="51-4121", about="SOC 2018"),
        Column("industry", like="332312", about="NAICS 2022, six digits"),
        Column("apprenticeship", Shape.TRUTH, like="false"),
    ),
    actions.RECORD,
    of_person("quarter", "employer", "source", "wages", "occupation", "industry", "apprenticeship"),
    Permission.RECORD_EMPLOYMENT,
    same,
    once=("partner", "participant", "quarter", "employer", "source"),
)
