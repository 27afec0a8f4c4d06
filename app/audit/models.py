"""One entry per act. Facts point to the entry of the act that recorded them (`act`), so an import of a million rows is one entry."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Data, InState


class AuditEntry(InState, Base):
    """Who did it, what, when, to whom. `seal` is empty until a sealing task has numbered, chained and signed the entry's batch."""

    __tablename__ = "audit_entries"
    __data__ = Data.INTERNAL

    id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-10, doc="the act's id")
    at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"), doc="when, by the database's clock")
    verb: Mapped[str] = mapped_column(doc="the action's name")
    actor: Mapped[UUID] = mapped_column(doc="the key that acted; the nil id is the system itself")
    partner: Mapped[UUID | None] = mapped_column(doc="the partner that the key belongs to; empty for state staff")
    request: Mapped[str] = mapped_column(server_default="", doc="the request's id, as in the log")
    subject: Mapped[UUID | None] = mapped_column(doc="whom or what it concerns, when it is one")
    rows: Mapped[int] = mapped_column(server_default=text("1"), doc="how many rows it made, changed or read")
    detail: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"), doc="what else is to be known; never personal data")
    seal: Mapped[int | None] = mapped_column(doc="the batch that sealed it")

    __table_args__ = (Index(None, "subject", "state"),)
