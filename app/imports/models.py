"""Imports: what was taken in, as a whole."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import text

from app.core.db import Base, Data, Revised, Tenant

UNDER_WAY = ("queued", "staging", "checking", "merging")
"""The statuses of an import that a worker does, or will do."""

OVER = ("checked", "refused", "merged", "repeated", "failed", "cancelled")

STATUSES = (*UNDER_WAY, *OVER)


class Import(Revised, Tenant, Base):
    """Rows taken in as a whole: staged, checked, merged. Its act is that of the merge."""

    __tablename__ = "imports"
    __data__ = Data.INTERNAL

    kind: Mapped[str] = mapped_column(doc="what its rows are: participants, enrollments, services, …")
    actor: Mapped[UUID] = mapped_column(doc="the key that brought it")
    partner: Mapped[UUID | None] = mapped_column(doc="the partner that the key belongs to; empty: the state")
    status: Mapped[str] = mapped_column(doc="queued, staging, checking, merging; in the end " + ", ".join(OVER))
    policy: Mapped[str] = mapped_column(server_default=text("'all'"), doc="all rows or none; or good: those without mistakes are taken in")
    dry_run: Mapped[bool] = mapped_column(server_default=text("false"), doc="whether it is only checked")
    content: Mapped[bytes | None] = mapped_column(LargeBinary, doc="keyed hash of the file: the same file twice changes nothing")
    digest: Mapped[bytes | None] = mapped_column(LargeBinary, doc="SHA-256 of its rows: the same rows twice change nothing")
    size: Mapped[int] = mapped_column(BigInteger, server_default=text("0"), doc="bytes of the file")
    through: Mapped[int] = mapped_column(BigInteger, server_default=text("0"), doc="bytes of the file that were read so far")
    rows: Mapped[int] = mapped_column(server_default=text("0"), doc="how many rows were staged")
    checked: Mapped[int] = mapped_column(server_default=text("0"), doc="how many rows were checked")
    refused: Mapped[int] = mapped_column(server_default=text("0"), doc="how many violations the checks found")
    refused_rows: Mapped[int] = mapped_column(server_default=text("0"), doc="how many rows they are in")
    made: Mapped[int] = mapped_column(server_default=text("0"), doc="how many rows the merge made")
    unchanged: Mapped[int] = mapped_column(server_default=text("0"), doc="how many rows said what was recorded already")
    act: Mapped[UUID | None] = mapped_column(doc="the audit entry of the merge")
    begun_at: Mapped[datetime] = mapped_column(server_default=text("now()"), doc="when it was accepted")
    stage_at: Mapped[datetime | None] = mapped_column(doc="when what it does now began")
    ended_at: Mapped[datetime | None] = mapped_column(doc="when it came to its end")
    cancelled: Mapped[bool] = mapped_column(server_default=text("false"), doc="whether somebody asked to stop it")
    seconds: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"), doc="how long each stage took: the next one is told by it")
    detail: Mapped[dict[str, Any]] = mapped_column(
        server_default=text("'{}'"), doc="counts by code of what was refused; never personal data"
    )
    ignored: Mapped[list[str]] = mapped_column(server_default=text("'[]'"), doc="titles of columns that mean nothing here")
    mistakes: Mapped[list[Any]] = mapped_column(
        server_default=text("'[]'"), doc="the first thousand: line, field, code and what it means; never what stands there"
    )

    __table_args__ = (
        CheckConstraint(f"status IN {STATUSES}", name="status_known"),
        CheckConstraint("policy IN ('all', 'good')", name="policy_known"),
        Index("imports_by_digest", "kind", "digest", "state"),
        Index("imports_by_content", "kind", "content", "state"),
    )
