"""Mistakes of imports, line by line

Revision: 0013, after 0012
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

KNOWN = "status IN ('staging', 'checked', 'refused', 'merged', 'repeated'{})"


def upgrade() -> None:
    op.add_column("imports", sa.Column("mistakes", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False))
    op.drop_constraint(op.f("imports_status_known"), "imports")
    op.create_check_constraint(op.f("imports_status_known"), "imports", KNOWN.format(", 'failed'"))


def downgrade() -> None:
    op.drop_constraint(op.f("imports_status_known"), "imports")
    op.execute("UPDATE imports SET status = 'refused' WHERE status = 'failed'")
    op.create_check_constraint(op.f("imports_status_known"), "imports", KNOWN.format(""))
    op.drop_column("imports", "mistakes")
