"""Career paths in versions, with their steps, target occupations and the regions where they may be started; collections."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import func, text

from app.core.db import Base, Data, InState, Revised, Tenant


class CareerPath(Revised, Tenant, Base):
    """One version of a career path. An enrollment keeps the version on which it started."""

    __tablename__ = "career_paths"
    __data__ = Data.PUBLIC

    key: Mapped[str] = mapped_column(doc="the path's name for machines; versions share it")
    version: Mapped[int] = mapped_column(doc="1, 2, …")
    status: Mapped[str] = mapped_column(doc="draft, published or retired")
    title: Mapped[str] = mapped_column(doc="what people read")
    summary: Mapped[str] = mapped_column(doc="what it is, in a sentence or two")
    valid_from: Mapped[date] = mapped_column(doc="the first day on which this version may be started")
    valid_until: Mapped[date | None] = mapped_column(doc="the day from which it may no longer be started")
    source: Mapped[str] = mapped_column(doc="who put it together, from what")
    leads_to: Mapped[list[str]] = mapped_column(server_default=text("'[]'"), doc="paths that it is a rung to")
    everywhere: Mapped[bool] = mapped_column(doc="whether it is offered in the whole state; else its offered regions say where")
    weeks: Mapped[int] = mapped_column(doc="planned duration: the sum of its steps'")

    __table_args__ = (
        UniqueConstraint("key", "version", "state", name="career_paths_version_once"),
        Index("career_paths_one_draft", "key", "state", unique=True, postgresql_where=text("status = 'draft'")),
        CheckConstraint("status IN ('draft', 'published', 'retired')", name="status_known"),
        CheckConstraint("valid_until > valid_from", name="ends_after_it_begins"),
        ExcludeConstraint(
            (func.code_range(text("state"), text("state"), "[]"), "&&"),
            (func.code_range(text("key"), text("key"), "[]"), "&&"),
            (func.daterange(text("valid_from"), text("valid_until")), "&&"),
            using="gist",
            where=text("status <> 'draft'"),
            name="career_paths_one_version_at_a_time",
        ),
    )


class Step(Tenant, Base):
    """One step of a version of a career path."""

    __tablename__ = "steps"
    __data__ = Data.PUBLIC

    career_path: Mapped[UUID] = mapped_column(doc="the version that it belongs to")
    position: Mapped[int] = mapped_column(doc="1, 2, …: steps are taken in this order")
    key: Mapped[str] = mapped_column(doc="its name for machines")
    title: Mapped[str] = mapped_column(doc="what people read")
    kind: Mapped[str] = mapped_column(doc="course, credential, work_based_learning or career_skill")
    hours: Mapped[int] = mapped_column(doc="hours of instruction, practice or work")
    hours_basis: Mapped[str] = mapped_column(doc="set by a body that a source names, or typical")
    weeks: Mapped[int] = mapped_column(doc="planned duration")
    delivery: Mapped[str] = mapped_column(doc="online, in_person or hybrid")
    provider: Mapped[dict[str, Any]] = mapped_column(doc="who gives it, in words: {kind, name}")
    cost: Mapped[Decimal] = mapped_column(doc="list price in dollars; never cost per participant")
    cost_basis: Mapped[str] = mapped_column(doc="set by a body that a source names, or typical")
    credential: Mapped[str | None] = mapped_column(doc="the name of the credential that it awards")
    wioa_type: Mapped[str | None] = mapped_column(doc="that credential's type, PIRL 1800 in words")
    issuer: Mapped[str | None] = mapped_column(doc="who awards it")
    sources: Mapped[list[str]] = mapped_column(
        server_default=text("'[]'"), doc="the regulation or body that sets hours, cost or credential"
    )

    __table_args__ = (
        ForeignKeyConstraint(["state", "career_path"], ["career_paths.state", "career_paths.id"], name="steps_career_path_known"),
        UniqueConstraint("career_path", "key", "state", name="steps_key_once_a_path"),
        UniqueConstraint("career_path", "position", "state", name="steps_position_once_a_path"),
    )


class TargetOccupation(InState, Base):
    """An occupation that a version of a career path leads to."""

    __tablename__ = "target_occupations"
    __data__ = Data.PUBLIC

    career_path: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-10, doc="the version")
    system: Mapped[str] = mapped_column(primary_key=True, sort_order=-9, doc="the occupation's classification")
    code: Mapped[str] = mapped_column(primary_key=True, sort_order=-8, doc="the occupation's code")
    position: Mapped[int] = mapped_column(doc="1, 2, …")

    __table_args__ = (
        ForeignKeyConstraint(
            ["state", "career_path"], ["career_paths.state", "career_paths.id"], name="target_occupations_career_path_known"
        ),
        ForeignKeyConstraint(
            ["state", "system", "code"],
            ["occupations.state", "occupations.system", "occupations.code"],
            name="target_occupations_occupation_known",
        ),
    )


class OfferedRegion(InState, Base):
    """A region in which a version of a career path may be started."""

    __tablename__ = "offered_regions"
    __data__ = Data.PUBLIC

    career_path: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-10, doc="the version")
    system: Mapped[str] = mapped_column(primary_key=True, sort_order=-9, doc="the region system")
    region: Mapped[str] = mapped_column(primary_key=True, sort_order=-8, doc="the region's code")
    position: Mapped[int] = mapped_column(doc="1, 2, …")

    __table_args__ = (
        ForeignKeyConstraint(["state", "career_path"], ["career_paths.state", "career_paths.id"], name="offered_regions_career_path_known"),
        ForeignKeyConstraint(["state", "system"], ["region_systems.state", "region_systems.key"], name="offered_regions_system_known"),
    )


class Collection(Revised, Tenant, Base):
    """Paths or courses for an audience: an academy, a starter pack."""

    __tablename__ = "collections"
    __data__ = Data.PUBLIC

    key: Mapped[str] = mapped_column(doc="its name for machines")
    valid_from: Mapped[date] = mapped_column(doc="the first day")
    valid_until: Mapped[date | None] = mapped_column(doc="the day from which it no longer holds")
    title: Mapped[str] = mapped_column(doc="what people read")
    audience: Mapped[str] = mapped_column(doc="whom it is for")
    summary: Mapped[str] = mapped_column(doc="what it is")
    source: Mapped[str] = mapped_column(doc="who put it together")
    items: Mapped[list[Any]] = mapped_column(doc="career paths by key, and courses as steps are written")

    __table_args__ = (
        ExcludeConstraint(
            (func.code_range(text("state"), text("state"), "[]"), "&&"),
            (func.code_range(text("key"), text("key"), "[]"), "&&"),
            (func.daterange(text("valid_from"), text("valid_until")), "&&"),
            using="gist",
            name="collections_one_at_a_time",
        ),
    )
