"""Imports as jobs: how far each is, and its mistakes line by line

Revision: 0013, after 0012
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

KNOWN = "status IN ('staging', 'checked', 'refused', 'merged', 'repeated')"
STATUSES = ("queued", "staging", "checking", "merging", "checked", "refused", "merged", "repeated", "failed", "cancelled")
JSON = postgresql.JSONB(astext_type=sa.Text())
MOMENT = postgresql.TIMESTAMP(timezone=True)
COUNTS = ("checked", "refused_rows", "unchanged")


def upgrade() -> None:
    for column in (
        sa.Column("policy", sa.Text(), server_default=sa.text("'all'"), nullable=False),
        sa.Column("dry_run", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("size", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("through", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        *(sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False) for name in COUNTS),
        sa.Column("stage_at", MOMENT, nullable=True),
        sa.Column("cancelled", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("seconds", JSON, server_default=sa.text("'{}'"), nullable=False),
        sa.Column("ignored", JSON, server_default=sa.text("'[]'"), nullable=False),
        sa.Column("mistakes", JSON, server_default=sa.text("'[]'"), nullable=False),
    ):
        op.add_column("imports", column)
    op.drop_constraint(op.f("imports_status_known"), "imports")
    op.create_check_constraint(op.f("imports_status_known"), "imports", f"status IN {STATUSES}")
    op.create_check_constraint(op.f("imports_policy_known"), "imports", "policy IN ('all', 'good')")
    op.create_index("imports_by_content", "imports", ["kind", "content", "state"], unique=False)


def downgrade() -> None:
    op.drop_index("imports_by_content", table_name="imports")
    op.drop_constraint(op.f("imports_policy_known"), "imports")
    op.drop_constraint(op.f("imports_status_known"), "imports")
    op.execute("UPDATE imports SET status = 'refused' WHERE status IN ('queued', 'checking', 'merging', 'failed', 'cancelled')")
    op.create_check_constraint(op.f("imports_status_known"), "imports", KNOWN)
    for name in ("mistakes", "ignored", "seconds", "cancelled", "stage_at", *COUNTS, "through", "size", "content", "dry_run", "policy"):
        op.drop_column("imports", name)
