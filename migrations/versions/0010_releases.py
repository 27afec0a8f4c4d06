"""Releases

Revision: 0010, after 0009
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.protection import protect

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

STATE = sa.text("current_setting('app.state')")


def upgrade() -> None:
    op.create_table(
        "releases",
        sa.Column("state", sa.Text(), server_default=STATE, nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'draft'"), nullable=False),
        sa.Column("drafted_by", sa.Uuid(), nullable=False),
        sa.Column("drafted_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("certified_by", sa.Uuid(), nullable=True),
        sa.Column("certified_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("supersedes", sa.Uuid(), nullable=True),
        sa.Column("says", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("threshold", sa.Integer(), nullable=False),
        sa.Column("input", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("considered", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("files", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("proof", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("progress", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("doing", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("failed", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("withdrawn_because", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.CheckConstraint(
            "status IN ('drafting', 'failed', 'draft', 'certified', 'superseded', 'withdrawn')", name=op.f("releases_status_known")
        ),
        sa.CheckConstraint(
            "(status IN ('drafting', 'failed', 'draft')) = (certified_by IS NULL)", name=op.f("releases_certified_by_somebody")
        ),
        sa.CheckConstraint("(status = 'withdrawn') = (withdrawn_by IS NOT NULL)", name=op.f("releases_withdrawn_by_somebody")),
        sa.CheckConstraint("certified_by <> drafted_by", name=op.f("releases_certified_by_a_second_person")),
        sa.CheckConstraint("threshold >= 3", name=op.f("releases_threshold_floor")),
        sa.ForeignKeyConstraint(["state", "supersedes"], ["releases.state", "releases.id"], name="releases_supersedes_known"),
        sa.PrimaryKeyConstraint("state", "id", name=op.f("releases_key")),
    )
    op.create_index("releases_one_in_force", "releases", ["period", "state"], unique=True, postgresql_where=sa.text("status = 'certified'"))
    protect("releases", "SELECT, INSERT, UPDATE")
    op.create_table(
        "released_figures",
        sa.Column("state", sa.Text(), server_default=STATE, nullable=False),
        sa.Column("release", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("region_system", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("region_name", sa.Text(), nullable=False),
        sa.Column("population", sa.Text(), nullable=False),
        sa.Column("indicator", sa.Text(), nullable=False),
        sa.Column("cohort_from", sa.Date(), nullable=False),
        sa.Column("cohort_until", sa.Date(), nullable=False),
        sa.Column("numerator", sa.Integer(), nullable=True),
        sa.Column("denominator", sa.Integer(), nullable=True),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.ForeignKeyConstraint(["state", "release"], ["releases.state", "releases.id"], name="released_figures_release_known"),
        sa.PrimaryKeyConstraint("state", "release", "number", name=op.f("released_figures_key")),
    )
    protect("released_figures", "SELECT, INSERT")
    op.create_table(
        "reported_exits",
        sa.Column("state", sa.Text(), server_default=STATE, nullable=False),
        sa.Column("release", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("track", sa.Text(), nullable=False),
        sa.Column("entry", sa.Date(), nullable=False),
        sa.Column("exit", sa.Date(), nullable=False),
        sa.Column("programs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["state", "person"], ["participants.state", "participants.id"], name="reported_exits_person_known"),
        sa.ForeignKeyConstraint(["state", "release"], ["releases.state", "releases.id"], name="reported_exits_release_known"),
        sa.PrimaryKeyConstraint("state", "release", "person", "track", "entry", name=op.f("reported_exits_key")),
    )
    protect("reported_exits", "SELECT, INSERT")  # kept as they were reported


def downgrade() -> None:
    op.drop_table("reported_exits")
    op.drop_table("released_figures")
    op.drop_index("releases_one_in_force", table_name="releases")
    op.drop_table("releases")
