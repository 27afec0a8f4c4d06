"""Employment records. Status, total earnings and retention are derived from them."""

from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import text

from app.core.db import Base, Data, Recorded, Tenant

SOURCES = ("ui", "swis", "federal", "military", "supplemental")


class EmploymentRecord(Recorded, Tenant, Base):
    """One person's work for one employer in one quarter, as one source tells it."""

    __tablename__ = "employment_records"
    __data__ = Data.PERSONAL

    participant: Mapped[UUID] = mapped_column(doc="who")
    partner: Mapped[UUID | None] = mapped_column(doc="the partner that recorded it, and may therefore see all of it; empty: the state")
    quarter: Mapped[int] = mapped_column(doc="the calendar quarter as a number: year * 4 + 0 to 3")
    employer: Mapped[str] = mapped_column(doc="the employer's identifier: FEIN or state tax id")
    source: Mapped[str] = mapped_column(doc="ui, swis, federal, military or supplemental")
    wages: Mapped[int | None] = mapped_column(
        BigInteger, doc="paid in the quarter, in cents; empty: employed, amount unknown (supplemental alone)"
    )
    occupation: Mapped[str | None] = mapped_column(doc="SOC 2018, where follow-up, employer or learner told it")
    industry: Mapped[str | None] = mapped_column(doc="NAICS 2022, six digits")
    apprenticeship: Mapped[bool] = mapped_column(
        server_default=text("false"), doc="whether it is a registered apprenticeship: PIRL 1602 = 2"
    )

    __table_args__ = (
        ForeignKeyConstraint(
            ["state", "participant"], ["participants.state", "participants.id"], name="employment_records_participant_known"
        ),
        ForeignKeyConstraint(["state", "partner"], ["partners.state", "partners.id"], name="employment_records_partner_known"),
        Index(
            "employment_records_once",
            "participant",
            "quarter",
            "employer",
            "source",
            "state",
            unique=True,
            postgresql_where=text("voided_by IS NULL"),
        ),
        Index("employment_records_voided", "participant", "state", postgresql_where=text("voided_by IS NOT NULL")),
        CheckConstraint(f"source IN {SOURCES}", name="source_known"),
        CheckConstraint("wages > 0", name="wages_are_paid"),
        CheckConstraint("wages IS NOT NULL OR source = 'supplemental'", name="wages_known_from_wage_records"),
    )
