"""Imports: what was taken in, as a whole."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import text

from app.core.db import Base, Data, Revised, Tenant


class Import(Revised, Tenant, Base):
    """Rows taken in as a whole: staged, checked, merged. Its act is that of the merge."""

    __tablename__ = "imports"
    __data__ = Data.INTERNAL

    kind: Mapped[str] = mapped_column(doc="what its rows are: participants, enrollments, services, …")
    actor: Mapped[UUID] = mapped_column(doc="the key that brought it")
    partner: Mapped[UUID | None] = mapped_column(doc="the partner that the key belongs to; empty: the state")
    status: Mapped[str] = mapped_column(doc="staging, checked, refused, merged, repeated or failed")
    digest: Mapped[bytes | None] = mapped_column(LargeBinary, doc="SHA-256 of its content: the same content twice changes nothing")
    rows: Mapped[int] = mapped_column(server_default=text("0"), doc="how many rows were staged")
    refused: Mapped[int] = mapped_column(server_default=text("0"), doc="how many violations the checks found")
    made: Mapped[int] = mapped_column(server_default=text("0"), doc="how many rows the merge made")
    act: Mapped[UUID | None] = mapped_column(doc="the audit entry of the merge")
    begun_at: Mapped[datetime] = mapped_column(server_default=text("now()"), doc="when it was accepted")
    ended_at: Mapped[datetime | None] = mapped_column(doc="when it was merged or refused")
    detail: Mapped[dict[str, Any]] = mapped_column(
        server_default=text("'{}'"), doc="counts by code of what was refused; never personal data"
    )
    mistakes: Mapped[list[Any]] = mapped_column(
        server_default=text("'[]'"), doc="the first thousand: line, field, code and what it means; never what stands there"
    )

    __table_args__ = (
        CheckConstraint("status IN ('staging', 'checked', 'refused', 'merged', 'repeated', 'failed')", name="status_known"),
        Index("imports_by_digest", "kind", "digest", "state"),
    )
