"""Partners, and what belongs to them."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import func, text

from app.core.db import Base, Data, Revised, Tenant


def _same(column: str) -> tuple[ColumnElement[Any], str]:
    """A part of a constraint that keeps equal values from overlapping in time."""
    return func.code_range(text(column), text(column), "[]"), "&&"


KINDS = ("workforce_board", "community_college", "training_provider", "nonprofit", "employer")
AGREEMENTS = ("share_records", "wage_match", "wage_disclosure")


class Partner(Revised, Tenant, Base):
    """An organisation that serves participants."""

    __tablename__ = "partners"
    __data__ = Data.INTERNAL

    key: Mapped[str] = mapped_column(doc="its name for machines: erie_board")
    name: Mapped[str] = mapped_column(doc="its name")
    kind: Mapped[str] = mapped_column(doc="workforce_board, community_college, training_provider, nonprofit or employer")
    board_code: Mapped[str | None] = mapped_column(doc="of a workforce board: its five-digit ETA code, PIRL 108-A")
    active_from: Mapped[date] = mapped_column(doc="the first day on which it serves people under the program")
    active_until: Mapped[date | None] = mapped_column(doc="the day from which it no longer does")

    __table_args__ = (
        UniqueConstraint("key", "state", name="partners_key_once"),
        CheckConstraint(f"kind IN {KINDS}", name="kind_known"),
        CheckConstraint("active_until > active_from", name="ends_after_it_begins"),
    )


class Site(Revised, Tenant, Base):
    """A place where a partner serves people."""

    __tablename__ = "sites"
    __data__ = Data.INTERNAL

    partner: Mapped[UUID] = mapped_column(doc="whose it is")
    key: Mapped[str] = mapped_column(doc="its name for machines")
    name: Mapped[str] = mapped_column(doc="its name")
    address: Mapped[str | None] = mapped_column(doc="where one goes")
    county: Mapped[str] = mapped_column(doc="the county's FIPS code")

    __table_args__ = (
        ForeignKeyConstraint(["state", "partner"], ["partners.state", "partners.id"], name="sites_partner_known"),
        UniqueConstraint("partner", "key", "state", name="sites_key_once_a_partner"),
    )


class ServiceRegion(Tenant, Base):
    """A region that a partner serves, from a day until a day."""

    __tablename__ = "service_regions"
    __data__ = Data.INTERNAL

    partner: Mapped[UUID] = mapped_column(doc="who serves it")
    system: Mapped[str] = mapped_column(doc="the region system")
    region: Mapped[str] = mapped_column(doc="the region's code")
    valid_from: Mapped[date] = mapped_column(doc="the first day")
    valid_until: Mapped[date | None] = mapped_column(doc="the day from which it no longer does")

    __table_args__ = (
        ForeignKeyConstraint(["state", "partner"], ["partners.state", "partners.id"], name="service_regions_partner_known"),
        ForeignKeyConstraint(["state", "system"], ["region_systems.state", "region_systems.key"], name="service_regions_system_known"),
        CheckConstraint("valid_until > valid_from", name="ends_after_it_begins"),
        ExcludeConstraint(
            *(_same(column) for column in ("state", "partner::text", "system", "region")),
            (func.daterange(text("valid_from"), text("valid_until")), "&&"),
            using="gist",
            name="service_regions_once",
        ),
    )


class Agreement(Tenant, Base):
    """What a partner agreed to, from a day until a day. `share_records` lets `with_partner` see what it recorded about people both serve;
    `wage_match` is the legal basis on which wages of its learners are matched who take part in no program; `wage_disclosure` lets it see
    the wages, employers and sources of the people whom it serves (20 CFR 603.10)."""

    __tablename__ = "agreements"
    __data__ = Data.INTERNAL

    partner: Mapped[UUID] = mapped_column(doc="who agreed")
    kind: Mapped[str] = mapped_column(doc="share_records, wage_match or wage_disclosure")
    with_partner: Mapped[UUID | None] = mapped_column(doc="with whom; empty: with the state")
    valid_from: Mapped[date] = mapped_column(doc="the first day")
    valid_until: Mapped[date | None] = mapped_column(doc="the day from which it no longer holds")
    source: Mapped[str] = mapped_column(doc="where it is written down")

    __table_args__ = (
        ForeignKeyConstraint(["state", "partner"], ["partners.state", "partners.id"], name="agreements_partner_known"),
        ForeignKeyConstraint(["state", "with_partner"], ["partners.state", "partners.id"], name="agreements_with_partner_known"),
        CheckConstraint(f"kind IN {AGREEMENTS}", name="kind_known"),
        CheckConstraint("(kind = 'share_records') = (with_partner IS NOT NULL)", name="sharing_is_with_somebody"),
        CheckConstraint("valid_until > valid_from", name="ends_after_it_begins"),
        ExcludeConstraint(
            *(_same(column) for column in ("state", "partner::text", "kind", "coalesce(with_partner::text, '')")),
            (func.daterange(text("valid_from"), text("valid_until")), "&&"),
            using="gist",
            name="agreements_once",
        ),
    )
