"""Keys, sessions, and the answers kept for repeated requests."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Data, InState


class ApiKey(Base):
    """A key's fingerprint. No row policy and no grant: the application reaches it through `enter` alone, administration as the owner.

    `partner` has no foreign key: the row is written by the owner, who sees no tenant's partners unless it enters the tenant;
    `access.keys.create` looks the partner up instead.
    """

    __tablename__ = "api_keys"
    __data__ = Data.INTERNAL

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("uuidv7()"), doc="the key's id; acts are recorded under it")
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True, doc="SHA-256 of the key; the key itself is shown once and not kept")
    prefix: Mapped[str] = mapped_column(doc="the key's first characters, to tell keys apart")
    state: Mapped[str] = mapped_column(doc="the state whose rows it opens")
    partner: Mapped[UUID | None] = mapped_column(doc="the partner for which it acts; empty for the state's own staff")
    role: Mapped[str] = mapped_column(doc="the bundle of permissions")
    label: Mapped[str] = mapped_column(doc="whom it was given to, in the administrator's words")
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"), doc="when it was made")
    expires_at: Mapped[datetime] = mapped_column(doc="until when it opens anything")
    revoked_at: Mapped[datetime | None] = mapped_column(doc="since when it no longer does")

    __table_args__ = (
        CheckConstraint("(role IN ('board_staff', 'college_staff')) = (partner IS NOT NULL)", name="partner_staff_belong_to_a_partner"),
    )


class Session(Base):
    """Somebody signed in to the console with a key. No row policy and no grant, as with keys: see `access.sessions`."""

    __tablename__ = "sessions"
    __data__ = Data.INTERNAL

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("uuidv7()"), doc="the session's id")
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True, doc="SHA-256 of what the browser keeps; that itself is not kept here")
    key: Mapped[UUID] = mapped_column(ForeignKey("api_keys.id"), index=True, doc="the key with which it was opened; it ends with that")
    state: Mapped[str] = mapped_column(doc="the state whose rows it opens")
    opened_at: Mapped[datetime] = mapped_column(server_default=text("now()"), doc="when somebody signed in")
    expires_at: Mapped[datetime] = mapped_column(doc="until when it opens anything")
    revoked_at: Mapped[datetime | None] = mapped_column(doc="since when it no longer does: somebody signed out, or in anew")


class OnceAnswer(InState, Base):
    """The answer to a request that came with an Idempotency-Key; kept a day, so that a repeated request gets it again."""

    __tablename__ = "once_answers"
    __data__ = Data.PERSONAL

    actor: Mapped[UUID] = mapped_column(primary_key=True, doc="the key that asked")
    key: Mapped[str] = mapped_column(primary_key=True, doc="the Idempotency-Key it sent")
    request: Mapped[bytes] = mapped_column(LargeBinary, doc="HMAC of method, address and body under the caller's key")
    status: Mapped[int] = mapped_column(Integer, doc="the answer's status")
    headers: Mapped[dict[str, str]] = mapped_column(doc="the answer's Location, ETag and content type")
    answer: Mapped[bytes] = mapped_column(LargeBinary, doc="the answer's body")
    at: Mapped[datetime] = mapped_column(server_default=text("now()"), doc="when it was given")

    __table_args__ = (Index(None, "at", "state"),)
