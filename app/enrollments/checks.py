"""What can refuse a fact. Each check looks at a whole relation of candidates, so a request and a file of a million rows meet the same ones.

`partner` may be left out by a partner's own staff; `acting` is who it is then. The days are the state's: `By.today`.
"""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, Text, Uuid, and_, exists, false, func, not_, or_, select

from app.career_paths.models import CareerPath, OfferedRegion, Step
from app.career_paths.offers import may_start
from app.core.acts import By, Candidate, Checks, Refusing
from app.enrollments.models import PROGRAMS, REASONS, Credential, Enrollment, ExitReason, Service, ServiceKind, StepCompletion
from app.participants.models import Participant, Residence
from app.participants.visibility import known
from app.partners.activity import inactive
from app.partners.models import Partner

WIOA_TYPES = (
    "secondary_diploma",
    "associate",
    "bachelor",
    "occupational_license",
    "occupational_certificate",
    "occupational_certification",
    "other_recognized",
    "not_recognized",
)
"""PIRL 1800 in words; the last is for what counts as no credential (TEGL 10-16 Change 3, section D)."""

WORKFORCE_INVESTMENT_ACT = date(1998, 8, 7)
FARTHEST = 3653  # days that a service is planned ahead: ten years

ENROLLING = Checks(
    "enroll", participant=Uuid, career_path=Uuid, partner=Uuid, started_on=Date, planned_end=Date, reference=Text
)  # fmt: skip
SERVING = Checks("serve", participant=Uuid, partner=Uuid, kind=Text, program=Text, given_on=Date, ended_on=Date, enrollment=Uuid)
PLANNING = Checks("plan", participant=Uuid, partner=Uuid, kind=Text, program=Text, documented_on=Date, planned_for=Date)
COMPLETING_STEP = Checks("complete_step", enrollment=Uuid, step=Uuid, completed_on=Date)
AWARDING = Checks("award", participant=Uuid, partner=Uuid, enrollment=Uuid, name=Text, wioa_type=Text, issuer=Text, awarded_on=Date)
EXCUSING = Checks("excuse", participant=Uuid, partner=Uuid, reason=Text, since=Date)
ENDING = Checks("end", enrollment=Uuid, ended_on=Date, ended_by=Text)
ENDING_SERVICE = Checks("end_service", service=Uuid, ended_on=Date)


def acting(c: Candidate, by: type[By]) -> ColumnElement[Any]:
    """The partner that does it: the one that is named, or else the caller's own."""
    return func.coalesce(c.partner, by.partner)


def _there(*that: ColumnElement[bool], table: type[Any]) -> ColumnElement[bool]:
    return exists().where(*that).correlate_except(table)


def day_of(checks: Checks, field: str) -> None:
    """The mistakes that every day can have."""

    @checks.refuse(field)
    def day_missing(c: Candidate, by: type[By]) -> Refusing:
        """The day is missing."""
        return and_(c[field].is_(None))

    @checks.refuse(field)
    def in_the_future(c: Candidate, by: type[By]) -> Refusing:
        """The day has not come yet. Record it when it has."""
        return and_(c[field].is_not(None), not_(func.coalesce(c[field] <= by.today, false())))

    @checks.refuse(field)
    def too_long_ago(c: Candidate, by: type[By]) -> Refusing:
        """The day lies before 7 August 1998, when the Workforce Investment Act (P.L. 105-220) began all this. Check the year."""
        return and_(c[field] < WORKFORCE_INVESTMENT_ACT)


# Who, for whom: the same for every fact about a person.


@ENROLLING.refuse("participant", first=True)
def unknown_participant(c: Candidate, by: type[By]) -> Refusing:
    """There is no such participant, or none that you may see. Register the person first."""
    return not_(known(c.participant, by))


@ENROLLING.refuse("partner")
def partner_missing(c: Candidate, by: type[By]) -> Refusing:
    """Say which partner does it: you act for the state."""
    return and_(acting(c, by).is_(None))


@ENROLLING.refuse("partner")
def unknown_partner(c: Candidate, by: type[By]) -> Refusing:
    """There is no such partner."""
    return and_(c.partner.is_not(None), not_(_there(Partner.id == c.partner, table=Partner)))


@ENROLLING.refuse("partner")
def another_partner(c: Candidate, by: type[By]) -> Refusing:
    """You act for your own organisation alone. Leave the partner out, or name your own."""
    return and_(c.partner != by.partner)


for _checks in (SERVING, PLANNING, AWARDING, EXCUSING):
    _checks.also(ENROLLING, "unknown_participant", "partner_missing", "unknown_partner", "another_partner")


def partner_serves_on(checks: Checks, field: str) -> None:
    """A partner begins nothing on a day on which it does not serve people."""

    @checks.refuse("partner")
    def partner_inactive(c: Candidate, by: type[By]) -> Refusing:
        """The partner does not serve people on that day. What it began before it ended can still be finished."""
        return inactive(acting(c, by), c[field])


# Enrolling

partner_serves_on(ENROLLING, "started_on")

day_of(ENROLLING, "started_on")


@ENROLLING.refuse("career_path")
def unknown_career_path(c: Candidate, by: type[By]) -> Refusing:
    """There is no such career path."""
    return not_(_there(CareerPath.id == c.career_path, table=CareerPath))


@ENROLLING.refuse("career_path")
def path_not_open(c: Candidate, by: type[By]) -> Refusing:
    """This version of the career path is not published on that day. Choose the version that is."""
    return _there(CareerPath.id == c.career_path, not_(may_start(c.started_on)), table=CareerPath)


@ENROLLING.refuse("career_path")
def not_offered_here(c: Candidate, by: type[By]) -> Refusing:
    """The career path is not offered where the person lives."""
    where = select(Residence.regions).join(Participant, Participant.residence == Residence.id).where(Participant.id == c.participant)
    lives_in = where.correlate_except(Residence, Participant).scalar_subquery()[OfferedRegion.system]["region"].astext
    offered = exists().where(OfferedRegion.career_path == CareerPath.id, OfferedRegion.region == lives_in).correlate_except(OfferedRegion)
    return _there(CareerPath.id == c.career_path, not_(CareerPath.everywhere), not_(offered), table=CareerPath)


@ENROLLING.refuse("planned_end")
def planned_to_end_before_it_begins(c: Candidate, by: type[By]) -> Refusing:
    """The planned end lies before the first day."""
    return and_(c.planned_end < c.started_on)


@ENROLLING.refuse("career_path", kept_by="enrollments_one_open_per_path")
def already_enrolled(c: Candidate, by: type[By]) -> Refusing:
    """The participant is on this career path already."""
    open_ = (Enrollment.ended_on.is_(None), Enrollment.voided_by.is_(None))
    return _there(Enrollment.participant == c.participant, Enrollment.career_path == c.career_path, *open_, table=Enrollment)


@ENROLLING.refuse("reference", kept_by="enrollments_reference_once")
def reference_taken(c: Candidate, by: type[By]) -> Refusing:
    """You have another enrollment under this reference already."""
    same = (Enrollment.partner == acting(c, by), Enrollment.reference == c.reference)
    return and_(c.reference.is_not(None), _there(*same, Enrollment.voided_by.is_(None), table=Enrollment))


# Serving


@SERVING.refuse("kind")
def unknown_kind(c: Candidate, by: type[By]) -> Refusing:
    """There is no such kind of service in the catalogue."""
    return not_(_there(ServiceKind.key == c.kind, table=ServiceKind))


@SERVING.refuse("program")
def unknown_program(c: Candidate, by: type[By]) -> Refusing:
    """There is no such program: adult, dislocated_worker, youth, wagner_peyser or dwg."""
    return not_(func.coalesce(c.program.in_(PROGRAMS), false()))


@SERVING.refuse("program")
def not_in_this_program(c: Candidate, by: type[By]) -> Refusing:
    """Services of this kind are not given under this program. The catalogue says under which they are."""
    return and_(
        c.program.in_(PROGRAMS), _there(ServiceKind.key == c.kind, not_(ServiceKind.programs.has_key(c.program)), table=ServiceKind)
    )


PLANNING.also(SERVING, "unknown_kind", "unknown_program", "not_in_this_program")
partner_serves_on(SERVING, "given_on")
day_of(SERVING, "given_on")


@SERVING.refuse("ended_on")
def ends_before_it_begins(c: Candidate, by: type[By]) -> Refusing:
    """The last day lies before the first."""
    return and_(c.ended_on < c.given_on)


@SERVING.refuse("ended_on")
def ends_in_the_future(c: Candidate, by: type[By]) -> Refusing:
    """The last day has not come yet. Leave it out while the service runs."""
    return and_(c.ended_on.is_not(None), not_(func.coalesce(c.ended_on <= by.today, false())))


@SERVING.refuse("ended_on")
def does_not_run(c: Candidate, by: type[By]) -> Refusing:
    """A service of this kind is given on one day. Leave its last day out, and record each day by itself."""
    return and_(c.ended_on > c.given_on, _there(ServiceKind.key == c.kind, not_(ServiceKind.runs), table=ServiceKind))


@SERVING.refuse("enrollment")
def enrollment_of_somebody_else(c: Candidate, by: type[By]) -> Refusing:
    """The participant has no such enrollment."""
    theirs = (Enrollment.id == c.enrollment, Enrollment.participant == c.participant, Enrollment.voided_by.is_(None))
    return and_(c.enrollment.is_not(None), not_(_there(*theirs, table=Enrollment)))


day_of(ENDING_SERVICE, "ended_on")


@ENDING_SERVICE.refuse("id", first=True)
def unknown_service(c: Candidate, by: type[By]) -> Refusing:
    """There is no such service, or none that you may end: that is for the partner that gives it, and for the state."""
    mine = or_(by.partner.is_(None), Service.partner == by.partner)
    return not_(_there(Service.id == c.service, Service.voided_by.is_(None), mine, table=Service))


@ENDING_SERVICE.refuse("id")
def runs_no_more(c: Candidate, by: type[By]) -> Refusing:
    """This service does not run: it ended, or was given on one day. Take it back and record it anew if its days are wrong."""
    over = or_(Service.ended_on.is_not(None), not_(_there(ServiceKind.key == Service.kind, and_(ServiceKind.runs), table=ServiceKind)))
    return _there(Service.id == c.service, over, table=Service)


@ENDING_SERVICE.refuse("ended_on")
def ends_before_its_first_day(c: Candidate, by: type[By]) -> Refusing:
    """The last day lies before the first."""
    return _there(Service.id == c.service, Service.given_on > c.ended_on, table=Service)


# Planning

partner_serves_on(PLANNING, "documented_on")
day_of(PLANNING, "documented_on")


@PLANNING.refuse("planned_for")
def planned_for_after_the_partner(c: Candidate, by: type[By]) -> Refusing:
    """The partner does not serve people any more on the planned day. Let the partner plan it that will give it."""
    return and_(inactive(acting(c, by), c.planned_for), not_(inactive(acting(c, by), c.documented_on)))


@PLANNING.refuse("planned_for")
def not_planned_ahead(c: Candidate, by: type[By]) -> Refusing:
    """A service is planned for a day after the one on which that was written down."""
    return not_(func.coalesce(c.planned_for > c.documented_on, false()))


@PLANNING.refuse("planned_for")
def planned_too_far_ahead(c: Candidate, by: type[By]) -> Refusing:
    """The service is planned for more than ten years ahead. Check the year."""
    return and_(c.planned_for - c.documented_on > FARTHEST)


# On an enrollment: finishing steps, ending


@COMPLETING_STEP.refuse("enrollment", first=True)
def unknown_enrollment(c: Candidate, by: type[By]) -> Refusing:
    """There is no such enrollment, or none that you may see."""
    mine = or_(by.partner.is_(None), Enrollment.partner == by.partner)
    return not_(_there(Enrollment.id == c.enrollment, mine, table=Enrollment))


@COMPLETING_STEP.refuse("enrollment")
def enrollment_void(c: Candidate, by: type[By]) -> Refusing:
    """The enrollment was taken back."""
    return _there(Enrollment.id == c.enrollment, Enrollment.voided_by.is_not(None), table=Enrollment)


@COMPLETING_STEP.refuse("step")
def step_of_another_path(c: Candidate, by: type[By]) -> Refusing:
    """The version of the career path that the enrollment started on has no such step."""
    same = (Enrollment.id == c.enrollment, Step.id == c.step, Step.career_path == Enrollment.career_path)
    return not_(exists().where(*same).correlate_except(Enrollment, Step))


day_of(COMPLETING_STEP, "completed_on")


@COMPLETING_STEP.refuse("completed_on")
def before_enrollment(c: Candidate, by: type[By]) -> Refusing:
    """The day lies before the enrollment began."""
    return _there(Enrollment.id == c.enrollment, Enrollment.started_on > c.completed_on, table=Enrollment)


@COMPLETING_STEP.refuse("completed_on")
def enrollment_ended(c: Candidate, by: type[By]) -> Refusing:
    """The enrollment had ended by that day."""
    return _there(Enrollment.id == c.enrollment, Enrollment.ended_on < c.completed_on, table=Enrollment)


@COMPLETING_STEP.refuse("step", kept_by="step_completions_once")
def step_completed_already(c: Candidate, by: type[By]) -> Refusing:
    """The step is recorded as finished already."""
    same = (StepCompletion.enrollment == c.enrollment, StepCompletion.step == c.step, StepCompletion.voided_by.is_(None))
    return _there(*same, table=StepCompletion)


ENDING.also(COMPLETING_STEP, "unknown_enrollment", "enrollment_void")
day_of(ENDING, "ended_on")


@ENDING.refuse("ended_by")
def unknown_ending(c: Candidate, by: type[By]) -> Refusing:
    """An enrollment ends by completion or by withdrawal."""
    return not_(func.coalesce(c.ended_by.in_(("completion", "withdrawal")), false()))


@ENDING.refuse("enrollment")
def ended_already(c: Candidate, by: type[By]) -> Refusing:
    """The enrollment has ended already."""
    return _there(Enrollment.id == c.enrollment, Enrollment.ended_on.is_not(None), Enrollment.voided_by.is_(None), table=Enrollment)


@ENDING.refuse("ended_on")
def ends_before_it_began(c: Candidate, by: type[By]) -> Refusing:
    """The last day lies before the enrollment began."""
    return _there(Enrollment.id == c.enrollment, Enrollment.started_on > c.ended_on, table=Enrollment)


@ENDING.refuse("ended_on")
def ends_before_a_step(c: Candidate, by: type[By]) -> Refusing:
    """A step was finished after that day."""
    later = (StepCompletion.enrollment == c.enrollment, StepCompletion.voided_by.is_(None), StepCompletion.completed_on > c.ended_on)
    return _there(*later, table=StepCompletion)


@ENDING.refuse("ended_by")
def steps_left(c: Candidate, by: type[By]) -> Refusing:
    """A path is completed when all its courses and credentials are. Record the steps that are left, or a withdrawal.

    Work-based learning and career skills hold nobody up: they depend on employers, or are practised along the way.
    """
    done = exists().where(StepCompletion.enrollment == c.enrollment, StepCompletion.step == Step.id, StepCompletion.voided_by.is_(None))
    left = (Enrollment.id == c.enrollment, Step.career_path == Enrollment.career_path, Step.kind.in_(("course", "credential")))
    return and_(
        c.ended_by == "completion", exists().where(*left, not_(done.correlate_except(StepCompletion))).correlate_except(Enrollment, Step)
    )


# Credentials, and reasons that leave an exit out of indicators

AWARDING.also(SERVING, "enrollment_of_somebody_else")
day_of(AWARDING, "awarded_on")


@AWARDING.refuse("name")
def name_missing(c: Candidate, by: type[By]) -> Refusing:
    """The credential's name is missing."""
    return func.btrim(func.coalesce(c.name, "")) == ""


@AWARDING.refuse("wioa_type")
def unknown_wioa_type(c: Candidate, by: type[By]) -> Refusing:
    """There is no such type of credential. The types are those of PIRL 1800, and not_recognized."""
    return not_(func.coalesce(c.wioa_type.in_(WIOA_TYPES), false()))


@AWARDING.refuse("name", kept_by="credentials_once")
def credential_recorded_already(c: Candidate, by: type[By]) -> Refusing:
    """The credential is recorded already, with the same name and day."""
    same = (Credential.participant == c.participant, Credential.name == c.name, Credential.awarded_on == c.awarded_on)
    return _there(*same, Credential.voided_by.is_(None), table=Credential)


day_of(EXCUSING, "since")


@EXCUSING.refuse("reason")
def unknown_reason(c: Candidate, by: type[By]) -> Refusing:
    """There is no such reason: they are those of PIRL 923."""
    return not_(func.coalesce(c.reason.in_(REASONS), false()))


@EXCUSING.refuse("reason", kept_by="exit_reasons_once")
def reason_recorded_already(c: Candidate, by: type[By]) -> Refusing:
    """This reason is recorded already, since the same day."""
    same = (ExitReason.participant == c.participant, ExitReason.reason == c.reason, ExitReason.since == c.since)
    return _there(*same, ExitReason.voided_by.is_(None), table=ExitReason)
