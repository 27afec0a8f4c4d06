"""Region systems, their dated editions, the regions of each, and the places that tell parts of a county apart."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import func, text

from app.core.db import Base, Data, InState, Revised, Tenant


class RegionSystem(Revised, InState, Base):
    """One way to divide the state. Its regions come in editions."""

    __tablename__ = "region_systems"
    __data__ = Data.PUBLIC

    key: Mapped[str] = mapped_column(primary_key=True, sort_order=-10, doc="labor_market_region, lwda, …")
    title: Mapped[str] = mapped_column(doc="what people call its regions, in the plural")
    source: Mapped[str] = mapped_column(doc="who divides the state so")


class RegionEdition(Revised, Tenant, Base):
    """All regions of a system from a day on. The next edition ends it; nothing of it is edited."""

    __tablename__ = "region_editions"
    __data__ = Data.PUBLIC

    system: Mapped[str] = mapped_column(doc="the region system")
    valid_from: Mapped[date] = mapped_column(doc="the first day on which its regions hold")
    valid_until: Mapped[date | None] = mapped_column(doc="the day from which they no longer hold")
    source: Mapped[str] = mapped_column(doc="who drew it, where it is written down, the vintage of its shapes")
    unassigned: Mapped[dict[str, str]] = mapped_column(server_default=text("'{}'"), doc="counties that no region takes in, and why")

    __table_args__ = (
        ForeignKeyConstraint(["state", "system"], ["region_systems.state", "region_systems.key"], name="region_editions_system_known"),
        ExcludeConstraint(
            (func.code_range(text("state"), text("state"), "[]"), "&&"),
            (func.code_range(text("system"), text("system"), "[]"), "&&"),
            (func.daterange(text("valid_from"), text("valid_until")), "&&"),
            using="gist",
            name="region_editions_one_at_a_time",
        ),
    )


class Region(Tenant, Base):
    """A region in one edition: what it takes in, and its outline if one can be built."""

    __tablename__ = "regions"
    __data__ = Data.PUBLIC

    edition: Mapped[UUID] = mapped_column(doc="the edition that it belongs to")
    code: Mapped[str] = mapped_column(doc="the code within the system: western_new_york, 36029")
    name: Mapped[str] = mapped_column(doc="the name that people read")
    official_code: Mapped[str | None] = mapped_column(doc="the publisher's own code, where it is another one: 0010580")
    counties: Mapped[list[str]] = mapped_column(server_default=text("'[]'"), doc="FIPS codes of the counties that it takes in whole")
    parts: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"), doc="parts of counties: [county, place or null for the rest]")
    counties_beyond_state: Mapped[list[str]] = mapped_column(
        server_default=text("'[]'"), doc="counties of other states, if it crosses the line"
    )
    shape: Mapped[bytes | None] = mapped_column(doc="its outline as WKB in EPSG:4326, where it is drawn and not dissolved from counties")
    no_shape: Mapped[str | None] = mapped_column(doc="why it has no outline")

    __table_args__ = (
        ForeignKeyConstraint(["state", "edition"], ["region_editions.state", "region_editions.id"], name="regions_edition_known"),
        UniqueConstraint("edition", "code", "state", name="regions_code_once_an_edition"),
    )


class Place(InState, Base):
    """A municipality by which a divided county is told apart."""

    __tablename__ = "places"
    __data__ = Data.PUBLIC

    county: Mapped[str] = mapped_column(primary_key=True, sort_order=-10, doc="the county's FIPS code")
    code: Mapped[str] = mapped_column(primary_key=True, sort_order=-9, doc="a slug of its name, unique in the county")
    name: Mapped[str] = mapped_column(doc="its name")
    kind: Mapped[str] = mapped_column(doc="city, town, village")
    source: Mapped[str] = mapped_column(doc="who names it")


class ZipArea(Tenant, Base):
    """Where a ZIP code delivers: a county, and a place where that is known. A ZIP may have several rows."""

    __tablename__ = "zip_areas"
    __data__ = Data.PUBLIC

    zip: Mapped[str] = mapped_column(doc="five digits")
    county: Mapped[str] = mapped_column(doc="the county's FIPS code")
    place: Mapped[str | None] = mapped_column(doc="the place's code")
    source: Mapped[str] = mapped_column(doc="whose table says so")

    __table_args__ = (UniqueConstraint("zip", "county", "place", "state", name="zip_areas_once", postgresql_nulls_not_distinct=True),)
