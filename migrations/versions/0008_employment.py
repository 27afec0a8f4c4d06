"""Employment

Revision: 0008, after 0007
"""

import sqlalchemy as sa
from alembic import op

from migrations.protection import protect

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "employment_records",
        sa.Column("state", sa.Text(), server_default=sa.text("current_setting('app.state')"), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("participant", sa.Uuid(), nullable=False),
        sa.Column("partner", sa.Uuid(), nullable=True),
        sa.Column("quarter", sa.Integer(), nullable=False),
        sa.Column("employer", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("wages", sa.BigInteger(), nullable=True),
        sa.Column("occupation", sa.Text(), nullable=True),
        sa.Column("industry", sa.Text(), nullable=True),
        sa.Column("apprenticeship", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("act", sa.Uuid(), nullable=False),
        sa.Column("voided_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("source IN ('ui', 'swis', 'federal', 'military', 'supplemental')", name=op.f("employment_records_source_known")),
        sa.CheckConstraint("wages IS NOT NULL OR source = 'supplemental'", name=op.f("employment_records_wages_known_from_wage_records")),
        sa.CheckConstraint("wages > 0", name=op.f("employment_records_wages_are_paid")),
        sa.ForeignKeyConstraint(
            ["state", "participant"], ["participants.state", "participants.id"], name="employment_records_participant_known"
        ),
        sa.ForeignKeyConstraint(["state", "partner"], ["partners.state", "partners.id"], name="employment_records_partner_known"),
        sa.PrimaryKeyConstraint("state", "id", name=op.f("employment_records_key")),
    )
    op.create_index(
        "employment_records_voided",
        "employment_records",
        ["participant", "state"],
        unique=False,
        postgresql_where=sa.text("voided_by IS NOT NULL"),
    )
    op.create_index(
        "employment_records_once",
        "employment_records",
        ["participant", "quarter", "employer", "source", "state"],
        unique=True,
        postgresql_where=sa.text("voided_by IS NULL"),
    )
    protect("employment_records")


def downgrade() -> None:
    op.drop_index("employment_records_voided", table_name="employment_records", postgresql_where=sa.text("voided_by IS NOT NULL"))
    op.drop_index("employment_records_once", table_name="employment_records", postgresql_where=sa.text("voided_by IS NULL"))
    op.drop_table("employment_records")
