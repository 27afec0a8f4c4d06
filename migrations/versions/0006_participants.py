"""Participants

Revision: 0006, after 0005
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.protection import protect

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "residences",
        sa.Column("state", sa.Text(), server_default=sa.text("current_setting('app.state')"), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("postal", sa.Text(), nullable=False),
        sa.Column("county", sa.Text(), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("zip", sa.Text(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("regions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("state", "id", name=op.f("residences_key")),
        sa.UniqueConstraint("fingerprint", "state", name="residences_once"),
    )
    op.create_table(
        "participants",
        sa.Column("state", sa.Text(), server_default=sa.text("current_setting('app.state')"), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=False),
        sa.Column("ssn_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("ssn_token", sa.LargeBinary(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("residence", sa.Uuid(), nullable=False),
        sa.Column("sex", sa.Integer(), nullable=False),
        sa.Column("hispanic", sa.Integer(), nullable=False),
        sa.Column("races", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("veteran", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("registered_by", sa.Uuid(), nullable=True),
        sa.Column("registered_on", sa.Date(), nullable=False),
        sa.Column("last_key", sa.Text(), sa.Computed("lower(last_name)", persisted=True), nullable=False),
        sa.Column("first_key", sa.Text(), sa.Computed("lower(first_name)", persisted=True), nullable=False),
        sa.Column("act", sa.Uuid(), nullable=False),
        sa.Column("voided_by", sa.Uuid(), nullable=True),
        sa.Column("revision", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("(ssn_sealed IS NULL) = (ssn_token IS NULL)", name=op.f("participants_sealed_with_its_token")),
        sa.CheckConstraint("hispanic IN (0, 1, 9)", name=op.f("participants_hispanic_known")),
        sa.CheckConstraint("sex IN (1, 2, 9)", name=op.f("participants_sex_known")),
        sa.ForeignKeyConstraint(
            ["state", "person"],
            ["participants.state", "participants.id"],
            name="participants_person_known",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(["state", "registered_by"], ["partners.state", "partners.id"], name="participants_registered_by_known"),
        sa.ForeignKeyConstraint(["state", "residence"], ["residences.state", "residences.id"], name="participants_residence_known"),
        sa.PrimaryKeyConstraint("state", "id", name=op.f("participants_key")),
        sa.UniqueConstraint("number", "state", name="participants_number_once"),
    )
    op.create_index("participants_by_person", "participants", ["person", "state"], unique=False)
    op.create_index("participants_merged", "participants", ["person", "state"], unique=False, postgresql_where=sa.text("person <> id"))
    op.create_index(
        "participants_by_ssn_token", "participants", ["ssn_token", "state"], unique=False, postgresql_where=sa.text("ssn_token IS NOT NULL")
    )
    op.create_table(
        "partner_references",
        sa.Column("state", sa.Text(), server_default=sa.text("current_setting('app.state')"), nullable=False),
        sa.Column("partner", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("participant", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["state", "participant"], ["participants.state", "participants.id"], name="partner_references_participant_known"
        ),
        sa.ForeignKeyConstraint(["state", "partner"], ["partners.state", "partners.id"], name="partner_references_partner_known"),
        sa.PrimaryKeyConstraint("state", "partner", "reference", name=op.f("partner_references_key")),
    )
    op.create_index("partner_references_by_participant", "partner_references", ["participant", "state"], unique=False)
    op.create_table(
        "caseload",
        sa.Column("state", sa.Text(), server_default=sa.text("current_setting('app.state')"), nullable=False),
        sa.Column("partner", sa.Uuid(), nullable=False),
        sa.Column("participant", sa.Uuid(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["state", "participant"], ["participants.state", "participants.id"], name="caseload_participant_known"),
        sa.ForeignKeyConstraint(["state", "partner"], ["partners.state", "partners.id"], name="caseload_partner_known"),
        sa.PrimaryKeyConstraint("state", "partner", "participant", name=op.f("caseload_key"), postgresql_include=["since"]),
    )
    op.create_index("caseload_by_participant", "caseload", ["participant", "state"], unique=False)
    op.create_table(
        "touched",
        sa.Column("state", sa.Text(), server_default=sa.text("current_setting('app.state')"), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("participant", sa.Uuid(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("state", "id", name=op.f("touched_key")),
    )
    op.create_table(
        "consumed_marks",
        sa.Column("state", sa.Text(), server_default=sa.text("current_setting('app.state')"), nullable=False),
        sa.Column("name", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("marks", sa.BigInteger(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("state", name=op.f("consumed_marks_key")),
    )
    protect("residences")
    protect("participants")
    protect("partner_references")
    protect("caseload")
    protect("touched", "SELECT, INSERT, DELETE")
    protect("consumed_marks", "SELECT, INSERT, UPDATE")


def downgrade() -> None:
    op.drop_table("consumed_marks")
    op.drop_table("touched")
    op.drop_index("caseload_by_participant", table_name="caseload")
    op.drop_table("caseload")
    op.drop_index("partner_references_by_participant", table_name="partner_references")
    op.drop_table("partner_references")
    op.drop_index("participants_by_ssn_token", table_name="participants", postgresql_where=sa.text("ssn_token IS NOT NULL"))
    op.drop_index("participants_merged", table_name="participants", postgresql_where=sa.text("person <> id"))
    op.drop_index("participants_by_person", table_name="participants")
    op.drop_table("participants")
    op.drop_table("residences")
