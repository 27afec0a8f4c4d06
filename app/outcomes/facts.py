"""The facts that the frame is made of, as statements: what of other rooms' tables is read, in columns that every engine knows.

Ids become text, people their dense numbers, and what repeats in every row (partners, paths, residences) the number of a line in a
small table of its own. Row policies give each statement the rows of one state; facts that were taken back are left out. Birth dates
stay where they are: a column is the age on a day.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    ScalarSelect,
    Select,
    SmallInteger,
    Text,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import aliased

from app.career_paths.models import CareerPath, Step
from app.career_paths.rules import PIRL_1800
from app.employment.models import SOURCES, EmploymentRecord
from app.enrollments.models import (
    REASONS,
    Credential,
    EligibilityDetermination,
    Enrollment,
    ExitReason,
    PlannedService,
    Service,
    ServiceKind,
)
from app.labor_market.models import InDemandJob, Occupation
from app.participants.checks import RACES
from app.participants.models import Participant, Residence
from app.participants.queries import age_on
from app.participants.touched import TAKEN_UP
from app.partners.models import Agreement, Partner

DIPLOMA = PIRL_1800["secondary_diploma"]


def _small(expression: Any) -> ColumnElement[int]:
    return cast(expression, SmallInteger)


def _numbered(table: type[Any], *order: Any) -> FromClause:
    """Each row of a small table with a number: what the rows of large ones carry in place of its id."""
    return select(table.id, cast(func.row_number().over(order_by=order), SmallInteger).label("n")).cte(f"numbered_{table.__tablename__}")


_PARTNERS = _numbered(Partner, Partner.key)
_PATHS = _numbered(CareerPath, CareerPath.key, CareerPath.version)
_PLACES = select(Residence.id, cast(func.row_number().over(order_by=Residence.fingerprint), BigInteger).label("n")).cte(
    "numbered_residences"
)

_coded_race = [
    _small(case((func.jsonb_array_length(Participant.races) == 0, 9), (func.jsonb_exists(Participant.races, race), 1), else_=0)).label(
        str(element)
    )
    for element, race in enumerate(RACES, start=211)
]
PEOPLE = (
    select(
        Participant.number.label("person"),
        cast(Participant.id, Text).label("100"),
        _small(Participant.sex).label("201"),
        _small(Participant.hispanic).label("210"),
        *_coded_race,
        _small(Participant.veteran).label("300"),
        _PLACES.c.n.label("residence"),
    )
    .join(_PLACES, _PLACES.c.id == Participant.residence)
    .where(Participant.person == Participant.id)
)
"""One row a person: a record that was merged into another one is none."""

_Other = aliased(Participant)
MERGED = (
    select(Participant.number, _Other.number.label("person"))
    .join(_Other, _Other.id == Participant.person)
    .where(Participant.person != Participant.id)
)
"""The numbers of records that were merged, and of the people whose they are."""

_GIVEN = (
    select(
        Participant.number.label("person"),
        Service.program,
        ServiceKind.triggers.label("begins"),
        ServiceKind.extends,
        Service.given_on.label("date"),
        case((ServiceKind.runs, Service.ended_on), else_=Service.given_on).label("end"),
        _small(ServiceKind.training_type).label("training"),
        _PARTNERS.c.n.label("partner"),
        case((ServiceKind.triggers, _small(age_on(Service.given_on)))).label("age"),
        ServiceKind.settles,
    )
    .join(Participant, Participant.id == Service.participant)
    .join(ServiceKind, ServiceKind.key == Service.kind)
    .join(_PARTNERS, _PARTNERS.c.id == Service.partner)
    .where(Service.voided_by.is_(None), or_(ServiceKind.triggers, ServiceKind.extends, ServiceKind.settles.is_not(None)))
)
_DETERMINED = (
    select(
        Participant.number,
        EligibilityDetermination.program,
        false(),
        false(),
        EligibilityDetermination.determined_on,
        EligibilityDetermination.determined_on,
        cast(null(), SmallInteger),
        _PARTNERS.c.n,
        cast(null(), SmallInteger),
        literal("eligibility"),
    )
    .join(Participant, Participant.id == EligibilityDetermination.participant)
    .join(_PARTNERS, _PARTNERS.c.id == EligibilityDetermination.partner)
    .where(
        EligibilityDetermination.voided_by.is_(None),
        EligibilityDetermination.program == "youth",
        EligibilityDetermination.eligible.is_(True),
    )
)
SERVICES = union_all(_GIVEN, _DETERMINED)
"""Services that begin or extend a participation, or settle what comes before. Others (self-service, follow-up) change nothing here."""

PLANNED = (
    select(
        Participant.number.label("person"),
        PlannedService.program,
        PlannedService.documented_on.label("date"),
        PlannedService.planned_for.label("end"),
    )
    .join(Participant, Participant.id == PlannedService.participant)
    .join(ServiceKind, ServiceKind.key == PlannedService.kind)
    .where(PlannedService.voided_by.is_(None), ServiceKind.extends)
)

ENROLLMENTS = (
    select(
        Participant.number.label("person"),
        cast(Enrollment.id, Text).label("enrollment"),
        _PARTNERS.c.n.label("partner"),
        _PATHS.c.n.label("path"),
        _PLACES.c.n.label("residence"),
        Enrollment.started_on,
        Enrollment.planned_end,
        Enrollment.ended_on,
        _small(case((Enrollment.ended_by == "completion", 1), (Enrollment.ended_by == "withdrawal", 0))).label("completed"),
        _small(age_on(Enrollment.started_on)).label("age"),
    )
    .join(Participant, Participant.id == Enrollment.participant)
    .join(_PARTNERS, _PARTNERS.c.id == Enrollment.partner)
    .join(_PATHS, _PATHS.c.id == Enrollment.career_path)
    .join(_PLACES, _PLACES.c.id == Enrollment.residence)
    .where(Enrollment.voided_by.is_(None))
)

_type = case(dict(PIRL_1800), value=Credential.wioa_type)
CREDENTIALS = (
    select(
        Participant.number.label("person"),
        cast(Credential.enrollment, Text).label("enrollment"),
        _small(_type).label("type"),
        Credential.awarded_on.label("date"),
    )
    .join(Participant, Participant.id == Credential.participant)
    .where(Credential.voided_by.is_(None), _type > 0)
)
"""Recognized credentials by their code in PIRL 1800."""

EXIT_REASONS = (
    select(
        Participant.number.label("person"),
        _small(case({reason: code for code, reason in enumerate(REASONS, start=1)}, value=ExitReason.reason)).label("reason"),
        ExitReason.since,
    )
    .join(Participant, Participant.id == ExitReason.participant)
    .where(ExitReason.voided_by.is_(None))
)
"""Reasons by their code in PIRL 923."""

WORK = (
    select(
        Participant.number.label("person"),
        EmploymentRecord.quarter,
        func.hashtextextended(EmploymentRecord.employer, literal(0)).label("employer"),
        _small(case({source: n for n, source in enumerate(SOURCES)}, value=EmploymentRecord.source)).label("source"),
        EmploymentRecord.wages,
        EmploymentRecord.occupation,
        EmploymentRecord.industry,
        EmploymentRecord.apprenticeship,
    )
    .join(Participant, Participant.id == EmploymentRecord.participant)
    .where(EmploymentRecord.voided_by.is_(None))
)
"""Work by person, quarter, employer and source; the employer as a number, for nothing but equality is asked of it."""

RESIDENCES = select(
    _PLACES.c.n.label("residence"), Residence.postal, Residence.county, cast(Residence.regions, Text).label("regions")
).join(_PLACES, _PLACES.c.id == Residence.id)

ORGANISATIONS = select(_PARTNERS.c.n.label("partner"), Partner.key, Partner.board_code).join(_PARTNERS, _PARTNERS.c.id == Partner.id)

_recognized = [name for name, code in PIRL_1800.items() if code > DIPLOMA]
_awarding = select(Step.career_path).where(Step.wioa_type.in_(_recognized))
PATHS = select(_PATHS.c.n.label("path"), CareerPath.key, _small(case((CareerPath.id.in_(_awarding), 1), else_=0)).label("awards")).join(
    _PATHS, _PATHS.c.id == CareerPath.id
)
"""Versions of paths, and whether they award a recognized postsecondary credential."""

AGREEMENTS = (
    select(_PARTNERS.c.n.label("partner"), Agreement.valid_from, Agreement.valid_until)
    .join(_PARTNERS, _PARTNERS.c.id == Agreement.partner)
    .where(Agreement.kind == "wage_match")
)
"""When which partner's learners may be matched with wages."""

_is_occupation = and_(Occupation.system == InDemandJob.system, Occupation.code == InDemandJob.code)
IN_DEMAND = select(
    InDemandJob.region_system.label("system"),
    InDemandJob.region,
    InDemandJob.code,
    cast(Occupation.members, Text).label("members"),
    InDemandJob.valid_from,
    InDemandJob.valid_until,
).join(Occupation, _is_occupation)
"""In-demand occupations; a combined OEWS code stands for the SOC codes that are its `members`."""


def first_of_lots(size: int) -> Select[Any]:
    """The lowest number in each lot of `size` people, ascending."""
    lot = (func.row_number().over(order_by=Participant.number) - 1) // size
    numbered = select(Participant.number, lot.label("lot")).where(Participant.person == Participant.id).subquery()
    return select(func.min(numbered.c.number)).group_by(numbered.c.lot).order_by(numbered.c.lot)


DEFINITIONS = (ServiceKind, Agreement, Partner, CareerPath, Step, InDemandJob, Occupation)
"""Tables of which a change is no act on a person, and is marked nowhere."""

STATEMENTS: Mapping[str, Any] = {
    "people": PEOPLE,
    "merged": MERGED,
    "services": SERVICES,
    "planned": PLANNED,
    "enrollments": ENROLLMENTS,
    "credentials": CREDENTIALS,
    "exit_reasons": EXIT_REASONS,
    "work": WORK,
    "residences": RESIDENCES,
    "organisations": ORGANISATIONS,
    "paths": PATHS,
    "agreements": AGREEMENTS,
    "in_demand": IN_DEMAND,
}


def _written(table: type[Any]) -> ScalarSelect[Any]:
    """What changes whenever a small table does: how many rows, and which transactions wrote them (a row's `xmin`), in one number."""
    writer = cast(cast(literal_column(f"{table.__tablename__}.xmin"), Text), BigInteger)
    return select(func.concat_ws(":", func.count(), func.sum(func.hashint8extended(writer, 0)))).select_from(table).scalar_subquery()


VERSION = select(TAKEN_UP.concat(func.concat_ws(" ", "", *map(_written, DEFINITIONS))))
"""One text that names the facts as they are; NULL if anybody was touched since an extract was made. Every act on a person leaves a mark."""


def sql(statement: Select[Any]) -> str:
    """A statement as text with its values in it, for a driver that speaks PostgreSQL and not SQLAlchemy. No value comes from a user."""
    return str(statement.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}))  # type: ignore[no-untyped-call]
