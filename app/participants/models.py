"""People known to the state, where they live, under which references partners know them, whose caseload they are in, and what changed."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    ForeignKeyConstraint,
    Identity,
    Index,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import text

from app.core.db import Base, Data, InState, Recorded, Revised, Tenant


class Residence(Tenant, Base):
    """Where people live, as far as regions are concerned: one row per address and decision, whoever lives there. Never changed.

    `regions` is the region in every system as decided, with how: `{"lwda": {"region": "yonkers", "how": "place"}}`.
    """

    __tablename__ = "residences"
    __data__ = Data.INTERNAL

    postal: Mapped[str] = mapped_column(doc="the two letters of the state of residence: PIRL 101")
    county: Mapped[str | None] = mapped_column(doc="the county's FIPS code: PIRL 102; empty where nobody knows")
    place: Mapped[str | None] = mapped_column(doc="the municipality, as written")
    zip: Mapped[str | None] = mapped_column(doc="the ZIP code")
    decided_on: Mapped[date] = mapped_column(doc="the day by whose regions it was first decided so")
    regions: Mapped[dict[str, Any]] = mapped_column(doc="system -> {region, how, and what would decide it where it is open}")
    fingerprint: Mapped[bytes] = mapped_column(doc="SHA-256 of the address and what was decided: equal ones share the row")

    __table_args__ = (UniqueConstraint("fingerprint", "state", name="residences_once"),)


class Participant(Recorded, Revised, Tenant, Base):
    """A person known to the state. `person` is the row itself, or the row that it was merged into: a merge is a link."""

    __tablename__ = "participants"
    __data__ = Data.PERSONAL

    person: Mapped[UUID] = mapped_column(doc="the one human: itself by default")
    number: Mapped[int] = mapped_column(BigInteger, Identity(), doc="a dense number, the key of derivations; never shown")
    first_name: Mapped[str] = mapped_column(doc="given name")
    last_name: Mapped[str] = mapped_column(doc="family name")
    birth_date: Mapped[date] = mapped_column(doc="never leaves this room; others ask for an age on a day")
    ssn_sealed: Mapped[bytes | None] = mapped_column(info={"data": Data.SEALED}, doc="AES-256-GCM: key name, nonce, ciphertext")
    ssn_token: Mapped[bytes | None] = mapped_column(info={"data": Data.SEALED}, doc="keyed fingerprint of the number, for equality alone")
    email: Mapped[str | None] = mapped_column(doc="lower case")
    phone: Mapped[str | None] = mapped_column(doc="as given")
    address: Mapped[str | None] = mapped_column(doc="street and number")
    residence: Mapped[UUID] = mapped_column(doc="where the person lived when registered, or moved since")
    sex: Mapped[int] = mapped_column(doc="PIRL 201: 1 male, 2 female, 9 not disclosed")
    hispanic: Mapped[int] = mapped_column(doc="PIRL 210: 1 yes, 0 no, 9 not disclosed")
    races: Mapped[list[str]] = mapped_column(server_default=text("'[]'"), doc="PIRL 211 to 215 in words; empty: not disclosed")
    veteran: Mapped[int] = mapped_column(server_default=text("0"), doc="PIRL 300: 1 yes, 0 no, 9 not disclosed")
    registered_by: Mapped[UUID | None] = mapped_column(doc="the partner that registered the person; empty: the state")
    registered_on: Mapped[date] = mapped_column(doc="the day of registration")
    last_key: Mapped[str] = mapped_column(Computed("lower(last_name)", persisted=True), doc="the family name by which lists are ordered")
    first_key: Mapped[str] = mapped_column(Computed("lower(first_name)", persisted=True), doc="the given name by which lists are ordered")

    __table_args__ = (
        ForeignKeyConstraint(
            ["state", "person"],
            ["participants.state", "participants.id"],
            name="participants_person_known",
            deferrable=True,
            initially="DEFERRED",
        ),
        ForeignKeyConstraint(["state", "residence"], ["residences.state", "residences.id"], name="participants_residence_known"),
        ForeignKeyConstraint(["state", "registered_by"], ["partners.state", "partners.id"], name="participants_registered_by_known"),
        UniqueConstraint("number", "state", name="participants_number_once"),
        Index("participants_by_person", "person", "state"),
        Index("participants_merged", "person", "state", postgresql_where=text("person <> id")),
        Index("participants_by_birth_date", "birth_date", "state"),
        Index("participants_by_ssn_token", "ssn_token", "state", postgresql_where=text("ssn_token IS NOT NULL")),
        CheckConstraint("sex IN (1, 2, 9)", name="sex_known"),
        CheckConstraint("hispanic IN (0, 1, 9)", name="hispanic_known"),
        CheckConstraint("(ssn_sealed IS NULL) = (ssn_token IS NULL)", name="sealed_with_its_token"),
    )


class PartnerReference(InState, Base):
    """The id under which a partner knows a person in its own system."""

    __tablename__ = "partner_references"
    __data__ = Data.PERSONAL

    partner: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-10, doc="the partner")
    reference: Mapped[str] = mapped_column(primary_key=True, sort_order=-9, doc="its id for the person; never a social security number")
    participant: Mapped[UUID] = mapped_column(doc="the person")

    __table_args__ = (
        ForeignKeyConstraint(["state", "partner"], ["partners.state", "partners.id"], name="partner_references_partner_known"),
        ForeignKeyConstraint(
            ["state", "participant"], ["participants.state", "participants.id"], name="partner_references_participant_known"
        ),
        Index("partner_references_by_participant", "participant", "state"),
    )


class Caseload(InState, Base):
    """The people that a partner registered, enrolled or served, and may therefore see."""

    __tablename__ = "caseload"
    __data__ = Data.PERSONAL

    partner: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-10, doc="the partner")
    participant: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-9, doc="the person")
    since: Mapped[date] = mapped_column(doc="the first day")

    __table_args__ = (
        PrimaryKeyConstraint("state", "partner", "participant", postgresql_include=["since"]),  # a caseload is counted in its index
        ForeignKeyConstraint(["state", "partner"], ["partners.state", "partners.id"], name="caseload_partner_known"),
        ForeignKeyConstraint(["state", "participant"], ["participants.state", "participants.id"], name="caseload_participant_known"),
        Index("caseload_by_participant", "participant", "state"),
    )


class Touched(InState, Base):
    """A mark that something about a person changed. Append-only: an extract consumes the marks that it has seen; see `touched`."""

    __tablename__ = "touched"
    __data__ = Data.INTERNAL

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True, sort_order=-10, doc="ascending")
    participant: Mapped[UUID] = mapped_column(doc="whom it concerns")
    at: Mapped[datetime] = mapped_column(server_default=text("now()"), doc="when")


class ConsumedMarks(InState, Base):
    """That an extract consumed a state's marks: a row a state. Whoever finds no mark knows by its name what is recorded."""

    __tablename__ = "consumed_marks"
    __data__ = Data.INTERNAL

    name: Mapped[UUID] = mapped_column(server_default=text("uuidv7()"), doc="another one each time")
    marks: Mapped[int] = mapped_column(BigInteger, doc="how many there ever were")
    at: Mapped[datetime] = mapped_column(server_default=text("now()"), doc="when the last ones were consumed")


class Merge(Recorded, Tenant, Base):
    """That two records are one person: what was said, and exactly what it moved, so that it can be taken back."""

    __tablename__ = "merges"
    __data__ = Data.PERSONAL

    participant: Mapped[UUID] = mapped_column(doc="the record that was linked")
    into: Mapped[UUID] = mapped_column(doc="the record to which it was linked, by whichever of its person's")
    person_before: Mapped[UUID] = mapped_column(doc="the person of the record, and of all in `records`, until then")
    person_after: Mapped[UUID] = mapped_column(doc="their person from then on")
    records: Mapped[list[Any]] = mapped_column(doc="the ids of all records that moved: the record's own, and those linked to it before")

    __table_args__ = (
        ForeignKeyConstraint(["state", "participant"], ["participants.state", "participants.id"], name="merges_participant_known"),
        ForeignKeyConstraint(["state", "into"], ["participants.state", "participants.id"], name="merges_into_known"),
        Index("merges_by_participant", "participant", "state"),
        Index("merges_by_into", "into", "state"),
    )


class SearchToken(InState, Base):
    """One of the things by which a person is found: the sound of a word of the name and the word, or the end of a phone number.

    They follow from what is recorded about the person, in the very acts that record it. Nothing points to them.
    """

    __tablename__ = "search_tokens"
    __data__ = Data.PERSONAL

    token: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True, sort_order=-10, doc="`g5242 gonzalez` or `#5550123`")
    participant: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-9, doc="the person")
