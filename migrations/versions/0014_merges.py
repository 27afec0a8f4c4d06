"""Which records were said to be one person

Revision: 0014, after 0013
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.protection import protect

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "merges",
        sa.Column("state", sa.Text(), server_default=sa.text("current_setting('app.state')"), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("participant", sa.Uuid(), nullable=False),
        sa.Column("into", sa.Uuid(), nullable=False),
        sa.Column("person_before", sa.Uuid(), nullable=False),
        sa.Column("person_after", sa.Uuid(), nullable=False),
        sa.Column("records", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("act", sa.Uuid(), nullable=False),
        sa.Column("voided_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["state", "into"], ["participants.state", "participants.id"], name="merges_into_known"),
        sa.ForeignKeyConstraint(["state", "participant"], ["participants.state", "participants.id"], name="merges_participant_known"),
        sa.PrimaryKeyConstraint("state", "id", name=op.f("merges_key")),
    )
    op.create_index("merges_by_into", "merges", ["into", "state"], unique=False)
    op.create_index("merges_by_participant", "merges", ["participant", "state"], unique=False)
    protect("merges")


def downgrade() -> None:
    op.drop_index("merges_by_participant", table_name="merges")
    op.drop_index("merges_by_into", table_name="merges")
    op.drop_table("merges")
