"""Facts about people on their way, and the participations derived from them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import text

from app.core.db import Base, Data, InState, Recorded, Revised, Tenant

PROGRAMS = ("adult", "dislocated_worker", "youth", "wagner_peyser", "dwg")
REASONS = ("institutionalized", "health_medical", "deceased", "reserve_called_to_duty", "foster_care", "ineligible", "criminal_offender")


def _of_participant(table: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["state", "participant"], ["participants.state", "participants.id"], name=f"{table}_participant_known")


def _of_partner(table: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["state", "partner"], ["partners.state", "partners.id"], name=f"{table}_partner_known")


class ServiceKind(InState, Base):
    """A line of the service catalogue: what a service of this kind does to a participation (TEGL 10-16 Change 3, Attachment VII)."""

    __tablename__ = "service_kinds"
    __data__ = Data.PUBLIC

    key: Mapped[str] = mapped_column(primary_key=True, sort_order=-10, doc="its name for machines")
    title: Mapped[str] = mapped_column(doc="what people read")
    category: Mapped[str] = mapped_column(doc="basic, individualized, training, youth, supportive, follow_up or rapid_response")
    programs: Mapped[list[str]] = mapped_column(doc="the programs under which it is given")
    elements: Mapped[list[str]] = mapped_column(doc="the PIRL elements that report it")
    citation: Mapped[str] = mapped_column(doc="the sentence of the rule that says what it does")
    triggers: Mapped[bool] = mapped_column(doc="whether it begins a participation where none is open")
    extends: Mapped[bool] = mapped_column(doc="whether it keeps one open")
    training_type: Mapped[str | None] = mapped_column(doc="of training: its code in PIRL 1303")
    runs: Mapped[bool] = mapped_column(doc="whether it lasts until a day on which it ends")
    settles: Mapped[str | None] = mapped_column(doc="of Youth: eligibility, assessment or strategy, which come before an element counts")


class Enrollment(Recorded, Revised, Tenant, Base):
    """One person on one version of one career path at one partner. It needs no participation."""

    __tablename__ = "enrollments"
    __data__ = Data.PERSONAL

    participant: Mapped[UUID] = mapped_column(doc="who")
    career_path: Mapped[UUID] = mapped_column(doc="the version of the path: kept, whatever is published later")
    partner: Mapped[UUID] = mapped_column(doc="the partner that enrolled")
    residence: Mapped[UUID] = mapped_column(doc="where the person lived on the day")
    started_on: Mapped[date] = mapped_column(doc="the first day")
    planned_end: Mapped[date] = mapped_column(doc="the day on which the path is to be finished")
    ended_on: Mapped[date | None] = mapped_column(doc="the day of completion or withdrawal; empty: still active")
    ended_by: Mapped[str | None] = mapped_column(doc="completion or withdrawal")
    reference: Mapped[str | None] = mapped_column(doc="the partner's own id for the enrollment")

    __table_args__ = (
        _of_participant("enrollments"),
        _of_partner("enrollments"),
        ForeignKeyConstraint(["state", "career_path"], ["career_paths.state", "career_paths.id"], name="enrollments_career_path_known"),
        ForeignKeyConstraint(["state", "residence"], ["residences.state", "residences.id"], name="enrollments_residence_known"),
        Index(
            "enrollments_one_open_per_path",
            "participant",
            "career_path",
            "state",
            unique=True,
            postgresql_where=text("ended_on IS NULL AND voided_by IS NULL"),
        ),
        Index(
            "enrollments_reference_once",
            "partner",
            "reference",
            "state",
            unique=True,
            postgresql_where=text("reference IS NOT NULL AND voided_by IS NULL"),
        ),
        CheckConstraint("(ended_on IS NULL) = (ended_by IS NULL)", name="ended_somehow"),
        CheckConstraint("ended_by IN ('completion', 'withdrawal')", name="ended_by_known"),
        CheckConstraint("ended_on >= started_on", name="ends_after_it_begins"),
        CheckConstraint("planned_end >= started_on", name="planned_after_it_begins"),
        Index("enrollments_by_career_path", "career_path", "state"),
        Index("enrollments_by_partner", "partner", "id", "state"),
        Index("enrollments_by_participant", "participant", "state"),
        Index(
            "enrollments_open_by_partner",
            "partner",
            "planned_end",
            "state",
            postgresql_include=["participant"],
            postgresql_where=text("ended_on IS NULL AND voided_by IS NULL"),
        ),
    )


class Service(Recorded, Tenant, Base):
    """Something done for a person, from a day on, of a kind from the service catalogue."""

    __tablename__ = "services"
    __data__ = Data.PERSONAL

    participant: Mapped[UUID] = mapped_column(doc="for whom")
    partner: Mapped[UUID] = mapped_column(doc="by whom")
    kind: Mapped[str] = mapped_column(doc="its kind in the service catalogue")
    program: Mapped[str] = mapped_column(doc="under which program: adult, dislocated_worker, youth, wagner_peyser, dwg")
    given_on: Mapped[date] = mapped_column(doc="the day, or the first day")
    ended_on: Mapped[date | None] = mapped_column(doc="of a service that runs: its last day; empty: it still runs, or was given on one day")
    enrollment: Mapped[UUID | None] = mapped_column(doc="the enrollment that it is part of")

    __table_args__ = (
        _of_participant("services"),
        _of_partner("services"),
        ForeignKeyConstraint(["state", "kind"], ["service_kinds.state", "service_kinds.key"], name="services_kind_known"),
        ForeignKeyConstraint(["state", "enrollment"], ["enrollments.state", "enrollments.id"], name="services_enrollment_known"),
        CheckConstraint(f"program IN {PROGRAMS}", name="program_known"),
        CheckConstraint("ended_on >= given_on", name="ends_after_it_begins"),
        Index("services_by_participant", "participant", "state"),
    )


class PlannedService(Recorded, Tenant, Base):
    """A service documented for a later day. Until then the participation stays open (TEGL 10-16 Change 3, Attachment II)."""

    __tablename__ = "planned_services"
    __data__ = Data.PERSONAL

    participant: Mapped[UUID] = mapped_column(doc="for whom")
    partner: Mapped[UUID] = mapped_column(doc="by whom")
    kind: Mapped[str] = mapped_column(doc="its kind in the service catalogue")
    program: Mapped[str] = mapped_column(doc="under which program")
    documented_on: Mapped[date] = mapped_column(doc="the day on which it was written down")
    planned_for: Mapped[date] = mapped_column(doc="the day on which it is to be given")

    __table_args__ = (
        _of_participant("planned_services"),
        _of_partner("planned_services"),
        ForeignKeyConstraint(["state", "kind"], ["service_kinds.state", "service_kinds.key"], name="planned_services_kind_known"),
        CheckConstraint(f"program IN {PROGRAMS}", name="program_known"),
        CheckConstraint("planned_for > documented_on", name="planned_ahead"),
        Index("planned_services_by_participant", "participant", "state"),
    )


class StepCompletion(Recorded, Tenant, Base):
    """The fact that an enrolled person finished a step on a day."""

    __tablename__ = "step_completions"
    __data__ = Data.PERSONAL

    enrollment: Mapped[UUID] = mapped_column(doc="the enrollment")
    step: Mapped[UUID] = mapped_column(doc="the step, of the version that the enrollment keeps")
    completed_on: Mapped[date] = mapped_column(doc="the day")

    __table_args__ = (
        ForeignKeyConstraint(["state", "enrollment"], ["enrollments.state", "enrollments.id"], name="step_completions_enrollment_known"),
        ForeignKeyConstraint(["state", "step"], ["steps.state", "steps.id"], name="step_completions_step_known"),
        Index("step_completions_once", "enrollment", "step", "state", unique=True, postgresql_where=text("voided_by IS NULL")),
    )


class Credential(Recorded, Tenant, Base):
    """A credential that a person was awarded. `wioa_type` is decided by a person or by the path's definition (PIRL 1800)."""

    __tablename__ = "credentials"
    __data__ = Data.PERSONAL

    participant: Mapped[UUID] = mapped_column(doc="who")
    partner: Mapped[UUID] = mapped_column(doc="who recorded it")
    enrollment: Mapped[UUID | None] = mapped_column(doc="the enrollment that led to it")
    name: Mapped[str] = mapped_column(doc="the credential's name")
    wioa_type: Mapped[str] = mapped_column(doc="PIRL 1800 in words")
    issuer: Mapped[str | None] = mapped_column(doc="who awarded it")
    awarded_on: Mapped[date] = mapped_column(doc="the day: PIRL 1801")

    __table_args__ = (
        _of_participant("credentials"),
        _of_partner("credentials"),
        ForeignKeyConstraint(["state", "enrollment"], ["enrollments.state", "enrollments.id"], name="credentials_enrollment_known"),
        Index("credentials_once", "participant", "name", "awarded_on", "state", unique=True, postgresql_where=text("voided_by IS NULL")),
    )


class ExitReason(Recorded, Tenant, Base):
    """A reason that leaves a person's exit out of indicators, from a day on (PIRL 923; TEGL 10-16 Change 3, Attachment II)."""

    __tablename__ = "exit_reasons"
    __data__ = Data.PERSONAL

    participant: Mapped[UUID] = mapped_column(doc="whose")
    partner: Mapped[UUID] = mapped_column(doc="who recorded it")
    reason: Mapped[str] = mapped_column(doc="PIRL 923 in words")
    since: Mapped[date] = mapped_column(doc="the day on which it began")

    __table_args__ = (
        _of_participant("exit_reasons"),
        _of_partner("exit_reasons"),
        CheckConstraint(f"reason IN {REASONS}", name="reason_known"),
        Index("exit_reasons_once", "participant", "reason", "since", "state", unique=True, postgresql_where=text("voided_by IS NULL")),
    )


class EligibilityDetermination(Recorded, Tenant, Base):
    """What a worker found about a person's eligibility on a day: the facts as known then, each with its document, and what followed by
    the rules as they were. It is never changed; later facts make another one: eligibility is decided when the person comes, and not
    revisited (TEGL 10-16 Change 3, Attachment II)."""

    __tablename__ = "eligibility_determinations"
    __data__ = Data.PERSONAL

    participant: Mapped[UUID] = mapped_column(doc="whose")
    partner: Mapped[UUID] = mapped_column(doc="who determined it")
    program: Mapped[str] = mapped_column(doc="for which program")
    determined_on: Mapped[date] = mapped_column(doc="the day")
    worker: Mapped[str] = mapped_column(doc="the member of staff who did, by the name or number that the partner uses")
    facts: Mapped[dict[str, Any]] = mapped_column(doc="each fact's value and the document that shows it")
    result: Mapped[dict[str, Any]] = mapped_column(doc="what each rule said, and by which facts")
    eligible: Mapped[bool | None] = mapped_column(doc="the result in a word; empty: facts are lacking")
    rules: Mapped[str] = mapped_column(doc="the version of the rules")

    __table_args__ = (
        _of_participant("eligibility_determinations"),
        _of_partner("eligibility_determinations"),
        CheckConstraint("program IN ('adult', 'dislocated_worker', 'youth')", name="program_known"),
        Index("eligibility_determinations_by_participant", "participant", "state"),
    )


class Participation(Tenant, Base):
    """A period of participation as derived from all services known: a projection. What it was before stays, superseded.

    Not an exit: `last_service` and `open_until` are compared with the day of the question.
    """

    __tablename__ = "participations"
    __data__ = Data.PERSONAL

    person: Mapped[UUID] = mapped_column(doc="whose")
    track: Mapped[str] = mapped_column(doc="common, or the program that exits apart")
    entry: Mapped[date] = mapped_column(doc="the first day: PIRL 900")
    last_service: Mapped[date | None] = mapped_column(doc="the last day served; empty: a service still runs")
    open_until: Mapped[date | None] = mapped_column(doc="the last day on which it is still open; empty: no end in sight")
    programs: Mapped[list[str]] = mapped_column(doc="the programs whose services fall into it")
    derived_at: Mapped[datetime] = mapped_column(server_default=text("now()"), doc="when it was derived")
    superseded_at: Mapped[datetime | None] = mapped_column(doc="when another derivation replaced it; empty: it stands")

    __table_args__ = (
        ForeignKeyConstraint(["state", "person"], ["participants.state", "participants.id"], name="participations_person_known"),
        Index(
            "participations_one_stands", "person", "track", "entry", "state", unique=True, postgresql_where=text("superseded_at IS NULL")
        ),
        Index("participations_by_open_until", "open_until", "state", postgresql_where=text("superseded_at IS NULL")),
        CheckConstraint("last_service >= entry", name="ends_after_it_begins"),
    )
