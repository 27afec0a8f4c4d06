"""What refuses an employment record. Set-wise, over one row of binds or a staging table."""

from sqlalchemy import BigInteger, Boolean, ColumnElement, Integer, Text, Uuid, and_, cast, exists, func, literal_column, not_, or_

from app.core.acts import By, Candidate, Checks, Refusing
from app.employment.models import SOURCES, EmploymentRecord
from app.participants.checks import unless
from app.participants.visibility import known

RECORDING = Checks(
    "record_employment",
    participant=Uuid,
    quarter=Integer,
    employer=Text,
    source=Text,
    wages=BigInteger,
    occupation=Text,
    industry=Text,
    apprenticeship=Boolean,
)

EARLIEST = 1990 * 4
"""The first quarter that anybody records: PIRL looks no further back than a few quarters before participation."""


def last_ended(by: type[By]) -> ColumnElement[int]:
    """The last quarter that has ended by the end of the state's day, as a number: see `app.core.periods`."""
    tomorrow = by.today + literal_column("1", Integer)
    return cast(func.date_part("year", tomorrow) * 4 + func.date_part("quarter", tomorrow) - 2, Integer)


@RECORDING.refuse("participant")
def unknown_participant(c: Candidate, by: type[By]) -> Refusing:
    """There is no such participant, or none that you may see."""
    return not_(known(c.participant, by))


@RECORDING.refuse("quarter")
def quarter_not_ended(c: Candidate, by: type[By]) -> Refusing:
    """The quarter has not ended yet, so nobody knows what was paid in it. Record it when it has."""
    return unless(or_(c.quarter.is_(None), c.quarter <= last_ended(by)))


@RECORDING.refuse("quarter")
def quarter_out_of_range(c: Candidate, by: type[By]) -> Refusing:
    """The quarter is missing or lies before 1990. Write it as 2026Q1."""
    return unless(c.quarter >= EARLIEST)


@RECORDING.refuse("employer")
def no_employer(c: Candidate, by: type[By]) -> Refusing:
    """The employer is missing. Give its federal employer number or state tax id; for self-employment write 'self'."""
    return unless(func.btrim(c.employer) != "")


@RECORDING.refuse("employer")
def employer_is_a_number(c: Candidate, by: type[By]) -> Refusing:
    """The employer is written like a social security number. A sole proprietor who has no employer number is recorded as 'self'."""
    return and_(c.employer.regexp_match(r"^\s*\d{3}-\d{2}-\d{4}\s*$"))


@RECORDING.refuse("source")
def unknown_source(c: Candidate, by: type[By]) -> Refusing:
    """The source is not ui (the state's wage records), swis (other states'), federal, military or supplemental."""
    return unless(c.source.in_(SOURCES))


@RECORDING.refuse("source")
def source_of_the_state(c: Candidate, by: type[By]) -> Refusing:
    """Wage records come from the state's own match. What you collected yourself is supplemental."""
    return and_(by.partner.is_not(None), c.source.in_([source for source in SOURCES if source != "supplemental"]))


@RECORDING.refuse("wages")
def wages_not_positive(c: Candidate, by: type[By]) -> Refusing:
    """Wages are more than nothing. Who was paid nothing in the quarter has no record of it."""
    return and_(c.wages <= 0)


@RECORDING.refuse("wages")
def wages_missing(c: Candidate, by: type[By]) -> Refusing:
    """A wage record has an amount. Supplemental information alone may say that somebody worked and not for how much."""
    return and_(c.wages.is_(None), c.source.in_([source for source in SOURCES if source != "supplemental"]))


@RECORDING.refuse("occupation")
def occupation_malformed(c: Candidate, by: type[By]) -> Refusing:
    """This is no SOC 2018 code. Write six digits with a hyphen, as 29-2052, or leave it out."""
    return and_(c.occupation.is_not(None), ~c.occupation.regexp_match(r"^[1-5][0-9]-[0-9]{4}$"))


@RECORDING.refuse("industry")
def industry_malformed(c: Candidate, by: type[By]) -> Refusing:
    """This is no NAICS 2022 code of six digits. Write it as 446110, or leave it out."""
    return and_(c.industry.is_not(None), ~c.industry.regexp_match(r"^[1-9][0-9]{5}$"))


@RECORDING.refuse("employer", kept_by="employment_records_once")
def already_recorded(c: Candidate, by: type[By]) -> Refusing:
    """There is a record of this person, quarter, employer and source already. Void it first if it is wrong."""
    same = exists().where(
        EmploymentRecord.participant == c.participant,
        EmploymentRecord.quarter == c.quarter,
        EmploymentRecord.employer == func.btrim(c.employer),
        EmploymentRecord.source == c.source,
        EmploymentRecord.voided_by.is_(None),
    )
    return same.correlate_except(EmploymentRecord)
