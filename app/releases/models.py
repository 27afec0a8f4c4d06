"""Releases and their figures. What is certified is frozen; its files lie in the data folder under their hashes."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Double, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Data, InState, Tenant

STATUSES = ("drafting", "failed", "draft", "certified", "superseded", "withdrawn")
PUBLISHED = ("certified", "superseded", "withdrawn")
"""Those that anybody may read, or might have read."""


class Release(Tenant, Base):
    """Outcomes of a report period that passed the attacker: a draft for the state's staff, or certified for anybody."""

    __tablename__ = "releases"
    __data__ = Data.INTERNAL

    period: Mapped[str] = mapped_column(doc="the report period, as quarter@2026-09-30")
    status: Mapped[str] = mapped_column(server_default=text("'draft'"), doc="drafting, failed, draft, certified, superseded or withdrawn")
    drafted_by: Mapped[UUID] = mapped_column(doc="the key that drafted it")
    drafted_at: Mapped[datetime] = mapped_column(server_default=text("now()"), doc="when it was drafted")
    certified_by: Mapped[UUID | None] = mapped_column(doc="the key that certified it; never the drafter's")
    certified_at: Mapped[datetime | None] = mapped_column(doc="since when anybody may read it")
    supersedes: Mapped[UUID | None] = mapped_column(doc="the release of the same period that it is a revision of")
    says: Mapped[str] = mapped_column(server_default=text("''"), doc="of a revision: what changed, in words")
    as_of: Mapped[date] = mapped_column(doc="the day on which exits and lags are as known")
    threshold: Mapped[int] = mapped_column(doc="the suppression threshold that it was proved for")
    input: Mapped[str] = mapped_column(doc="SHA-256 of the extract that it was computed from")
    digest: Mapped[str] = mapped_column(doc="SHA-256 over the names and hashes of its files")
    considered: Mapped[list[Any]] = mapped_column(doc="the earlier releases that an outsider was taken to know")
    files: Mapped[list[Any]] = mapped_column(doc="its files: form, name, sha256, size, media_type")
    proof: Mapped[dict[str, Any]] = mapped_column(doc="what the attacker found: cells suppressed, the narrowest interval, seconds")
    progress: Mapped[int] = mapped_column(server_default=text("0"), doc="while it is drafted: how far, in per cent")
    doing: Mapped[str] = mapped_column(server_default=text("''"), doc="while it is drafted: what is being done, in words")
    failed: Mapped[str] = mapped_column(server_default=text("''"), doc="why nothing came of the draft")
    withdrawn_by: Mapped[UUID | None] = mapped_column(doc="the key that withdrew it")
    withdrawn_at: Mapped[datetime | None] = mapped_column(doc="since when its files are not handed out any more")
    withdrawn_because: Mapped[str] = mapped_column(server_default=text("''"), doc="why, in words, for its readers")

    __table_args__ = (
        CheckConstraint("status IN ('drafting', 'failed', 'draft', 'certified', 'superseded', 'withdrawn')", name="status_known"),
        CheckConstraint("(status IN ('drafting', 'failed', 'draft')) = (certified_by IS NULL)", name="certified_by_somebody"),
        CheckConstraint("(status = 'withdrawn') = (withdrawn_by IS NOT NULL)", name="withdrawn_by_somebody"),
        CheckConstraint("certified_by <> drafted_by", name="certified_by_a_second_person"),
        CheckConstraint("threshold >= 3", name="threshold_floor"),
        ForeignKeyConstraint(["state", "supersedes"], ["releases.state", "releases.id"], name="releases_supersedes_known"),
        Index("releases_one_in_force", "period", "state", unique=True, postgresql_where=text("status = 'certified'")),
    )


class ReleasedFigure(InState, Base):
    """One figure of a release, as its files have it. Later releases of the same cohorts are proved with what stands here known."""

    __tablename__ = "released_figures"
    __data__ = Data.INTERNAL

    release: Mapped[UUID] = mapped_column(primary_key=True, doc="the release")
    number: Mapped[int] = mapped_column(primary_key=True, doc="its place in the files, from 0")
    region_system: Mapped[str] = mapped_column(doc="the region system; `state` for the state as a whole")
    region: Mapped[str] = mapped_column(doc="the region's code, unknown, out_of_state, or the state's id")
    region_name: Mapped[str] = mapped_column(doc="the region's name at the end of the report period")
    population: Mapped[str] = mapped_column(doc="all_learners or wioa_participants")
    indicator: Mapped[str] = mapped_column(doc="the measure")
    cohort_from: Mapped[date] = mapped_column(doc="the first day of the cohort's quarters")
    cohort_until: Mapped[date] = mapped_column(doc="their last day")
    numerator: Mapped[int | None] = mapped_column(doc="the numerator; empty where the figure is none")
    denominator: Mapped[int | None] = mapped_column(doc="who is counted; empty for counts and where the figure is none")
    value: Mapped[float | None] = mapped_column(Double, doc="a share of one, dollars, or how many; empty where the figure is none")
    status: Mapped[str] = mapped_column(doc="ok, suppressed, not_yet_available, not_reported or not_applicable")
    note: Mapped[str] = mapped_column(server_default=text("''"), doc="what has to be said beside the number")

    __table_args__ = (ForeignKeyConstraint(["state", "release"], ["releases.state", "releases.id"], name="released_figures_release_known"),)


class ReportedExit(InState, Base):
    """An exit as a certified release counted it. What is recorded later changes the participation, and never this."""

    __tablename__ = "reported_exits"
    __data__ = Data.PERSONAL

    release: Mapped[UUID] = mapped_column(primary_key=True, doc="the release")
    person: Mapped[UUID] = mapped_column(primary_key=True, doc="whose, as the records were linked then")
    track: Mapped[str] = mapped_column(primary_key=True, doc="common, or the program that exits apart")
    entry: Mapped[date] = mapped_column(primary_key=True, doc="the first day of the participation: PIRL 900")
    exit: Mapped[date] = mapped_column(doc="the exit: PIRL 901")
    programs: Mapped[list[str]] = mapped_column(doc="the programs that served in it")

    __table_args__ = (
        ForeignKeyConstraint(["state", "release"], ["releases.state", "releases.id"], name="reported_exits_release_known"),
        ForeignKeyConstraint(["state", "person"], ["participants.state", "participants.id"], name="reported_exits_person_known"),
    )
