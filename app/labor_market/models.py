"""Occupations with what is known of them, what they pay in each OEWS area, and which of them a region has designated as in demand."""

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, Computed, ForeignKeyConstraint, Index
from sqlalchemy.dialects.postgresql import TSVECTOR, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import func, text

from app.core.db import Base, Data, InState, Recorded, Revised, Tenant

WORDS = "to_tsvector('english', title)"


class LaborMarketSource(InState, Base):
    """Where figures, titles or the list of in-demand jobs come from; whoever shows them shows this."""

    __tablename__ = "labor_market_sources"
    __data__ = Data.PUBLIC

    key: Mapped[str] = mapped_column(primary_key=True, sort_order=-10, doc="oews, members, onet or in_demand_jobs")
    title: Mapped[str] = mapped_column(doc="what it is called")
    publisher: Mapped[str] = mapped_column(doc="who published it")
    license: Mapped[str] = mapped_column(doc="under which terms")
    vintage: Mapped[str] = mapped_column(doc="of when it is: May 2025")
    note: Mapped[str] = mapped_column(doc="what a reader has to know; empty: nothing")
    attribution: Mapped[str] = mapped_column(doc="the line that the license asks for; empty: none")


class OewsArea(InState, Base):
    """An area for which OEWS figures are published, in a vintage."""

    __tablename__ = "oews_areas"
    __data__ = Data.PUBLIC

    area: Mapped[str] = mapped_column(primary_key=True, sort_order=-10, doc="seven digits, as in BLS's time series")
    vintage: Mapped[str] = mapped_column(primary_key=True, sort_order=-9, doc="May 2025")
    title: Mapped[str] = mapped_column(doc="its name")
    kind: Mapped[str] = mapped_column(doc="state, metropolitan, nonmetropolitan, …")
    top_code: Mapped[int] = mapped_column(doc="dollars a year at and above which its wages are top-coded")


class Occupation(InState, Base):
    """An occupation of a classification. `members`: of an OEWS hybrid code, the SOC codes that it combines."""

    __tablename__ = "occupations"
    __data__ = Data.PUBLIC

    system: Mapped[str] = mapped_column(primary_key=True, sort_order=-10, doc="soc_2018, onet_soc_2019 or oews_2019")
    code: Mapped[str] = mapped_column(primary_key=True, sort_order=-9, doc="the code, as text")
    title: Mapped[str] = mapped_column(doc="the title")
    job_zone: Mapped[int | None] = mapped_column(doc="O*NET's level of preparation, 1 to 5")
    description: Mapped[str | None] = mapped_column(doc="what people in it do")
    members: Mapped[list[str]] = mapped_column(server_default=text("'[]'"), doc="the SOC 2018 codes that an OEWS code combines")
    related: Mapped[list[Any]] = mapped_column(
        server_default=text("'[]'"), doc="the nearest related occupations, nearest first: {code, tier}"
    )
    skills: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"), doc="{element, skill, importance, level}, most important first")
    words: Mapped[Any] = mapped_column(TSVECTOR, Computed(WORDS, persisted=True), doc="the words of the title, for searching")


class ReportedTitle(InState, Base):
    """A job title as workers gave it, from O*NET; what free text is matched against."""

    __tablename__ = "reported_titles"
    __data__ = Data.PUBLIC

    code: Mapped[str] = mapped_column(primary_key=True, sort_order=-10, doc="the O*NET-SOC code")
    title: Mapped[str] = mapped_column(primary_key=True, sort_order=-9, doc="the title")
    words: Mapped[Any] = mapped_column(TSVECTOR, Computed(WORDS, persisted=True), doc="its words, for searching")


class Wage(InState, Base):
    """OEWS figures of an occupation in an OEWS area. What was suppressed or top-coded is no number; its status says why."""

    __tablename__ = "wages"
    __data__ = Data.PUBLIC

    area: Mapped[str] = mapped_column(primary_key=True, sort_order=-10, doc="the OEWS area, seven digits")
    code: Mapped[str] = mapped_column(primary_key=True, sort_order=-9, doc="SOC 2018 or OEWS code; 00-0000: all occupations")
    vintage: Mapped[str] = mapped_column(primary_key=True, sort_order=-8, doc="May 2025")
    employment: Mapped[int | None] = mapped_column(doc="jobs")
    employment_status: Mapped[str] = mapped_column(doc="ok or suppressed")
    median: Mapped[int | None] = mapped_column(doc="dollars a year")
    median_status: Mapped[str] = mapped_column(doc="ok, suppressed, top_coded or not_published")
    p25: Mapped[int | None] = mapped_column(doc="dollars a year")
    p25_status: Mapped[str] = mapped_column(doc="ok, suppressed, top_coded or not_published")
    p75: Mapped[int | None] = mapped_column(doc="dollars a year")
    p75_status: Mapped[str] = mapped_column(doc="ok, suppressed, top_coded or not_published")

    __table_args__ = (
        ForeignKeyConstraint(
            ["state", "area", "vintage"], ["oews_areas.state", "oews_areas.area", "oews_areas.vintage"], name="wages_area_known"
        ),
        Index("wages_by_code", "code", "state"),
    )


class InDemandJob(Revised, Tenant, Base):
    """An occupation designated for a region, with its evidence, its source and the named rule that chose it (29 USC 3102(23))."""

    __tablename__ = "in_demand_jobs"
    __data__ = Data.PUBLIC

    region_system: Mapped[str] = mapped_column(doc="the region system")
    region: Mapped[str] = mapped_column(doc="the region's code")
    system: Mapped[str] = mapped_column(doc="the occupation's classification")
    code: Mapped[str] = mapped_column(doc="the occupation's code")
    valid_from: Mapped[date] = mapped_column(doc="the first day of the designation")
    valid_until: Mapped[date | None] = mapped_column(doc="the day from which it no longer holds")
    rule: Mapped[str] = mapped_column(doc="the named rule, or board_decision")
    evidence: Mapped[list[Any]] = mapped_column(doc="the figures from which it follows, one entry an OEWS area")
    source: Mapped[str] = mapped_column(doc="who decided, on what")

    __table_args__ = (
        ForeignKeyConstraint(
            ["state", "system", "code"],
            ["occupations.state", "occupations.system", "occupations.code"],
            name="in_demand_jobs_occupation_known",
        ),
        ForeignKeyConstraint(
            ["state", "region_system"], ["region_systems.state", "region_systems.key"], name="in_demand_jobs_system_known"
        ),
        CheckConstraint("valid_until > valid_from", name="ends_after_it_begins"),
        ExcludeConstraint(
            (func.code_range(text("state"), text("state"), "[]"), "&&"),
            (func.code_range(text("region_system"), text("region_system"), "[]"), "&&"),
            (func.code_range(text("region"), text("region"), "[]"), "&&"),
            (func.code_range(text("code"), text("code"), "[]"), "&&"),
            (func.daterange(text("valid_from"), text("valid_until")), "&&"),
            using="gist",
            name="in_demand_jobs_designated_once",
        ),
    )


EVENTS = ("closure", "layoff")


class LayoffNotice(Recorded, Revised, Tenant, Base):
    """An employer's advance notice of a plant closing or mass layoff at one site (29 USC 2102)."""

    __tablename__ = "layoff_notices"
    __data__ = Data.PUBLIC

    employer: Mapped[str] = mapped_column(doc="the employer, as published")
    site: Mapped[str] = mapped_column(doc="where the jobs are, as published")
    county: Mapped[str] = mapped_column(doc="the county's FIPS code")
    notice_date: Mapped[date] = mapped_column(doc="the date of the notice")
    effective_date: Mapped[date] = mapped_column(doc="the first day of the layoffs; in some published notices it comes before the notice")
    affected: Mapped[int] = mapped_column(doc="how many people lose their jobs")
    event: Mapped[str] = mapped_column(doc="closure or layoff")
    source: Mapped[str] = mapped_column(doc="where it was published")

    __table_args__ = (
        Index(
            *("layoff_notices_once", "employer", "site", "notice_date", "state"), unique=True, postgresql_where=text("voided_by IS NULL")
        ),
        CheckConstraint("affected > 0", name="affects_somebody"),
        CheckConstraint(f"event IN {EVENTS}", name="event_known"),
    )
