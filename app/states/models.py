"""States and their dated policies."""

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import func, text

from app.core.db import Base, Data, Revised, Tenant


class State(Revised, Base):
    """One tenant. Not itself a tenant table: that a state takes part is public; only its own transactions change its row."""

    __tablename__ = "states"
    __data__ = Data.PUBLIC

    id: Mapped[str] = mapped_column(primary_key=True, sort_order=-10, doc="ISO 3166-2 in lower case: us-ny")
    name: Mapped[str] = mapped_column(doc="the state's name")
    fips: Mapped[str] = mapped_column(doc="two digits: the first two of its counties' codes")
    postal: Mapped[str] = mapped_column(doc="the two-letter abbreviation")
    time_zone: Mapped[str] = mapped_column(doc="whose midnight is the state's")

    __table_args__ = (CheckConstraint("id ~ '^[a-z]{2}-[a-z0-9]{1,8}$'", name="id_is_iso_3166_2"),)


class StatePolicy(Revised, Tenant, Base):
    """What the state chose where the rules leave room, from a day on; see `app.states.policy.Policy`."""

    __tablename__ = "state_policies"
    __data__ = Data.INTERNAL

    valid_from: Mapped[date] = mapped_column(doc="the first day of the policy")
    valid_until: Mapped[date | None] = mapped_column(doc="the day from which it no longer holds")
    policy: Mapped[dict[str, Any]] = mapped_column(doc="the choices, by name")
    source: Mapped[str] = mapped_column(doc="where the state wrote them down")

    __table_args__ = (
        ExcludeConstraint(
            (func.code_range(text("state"), text("state"), "[]"), "&&"),
            (func.daterange(text("valid_from"), text("valid_until")), "&&"),
            using="gist",
            name="state_policies_one_at_a_time",
        ),
    )
