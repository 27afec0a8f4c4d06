"""Career paths

Revision: 0005, after 0004
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.protection import protect

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "career_paths",
        sa.Column("state", sa.Text(), server_default=sa.text("current_setting('app.state')"), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("leads_to", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("everywhere", sa.Boolean(), nullable=False),
        sa.Column("weeks", sa.Integer(), nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.text("code_range(state, state, '[]')"), "&&"),
            (sa.text("code_range(key, key, '[]')"), "&&"),
            (sa.text("daterange(valid_from, valid_until)"), "&&"),
            where=sa.text("status <> 'draft'"),
            using="gist",
            name="career_paths_one_version_at_a_time",
        ),
        sa.CheckConstraint("status IN ('draft', 'published', 'retired')", name=op.f("career_paths_status_known")),
        sa.CheckConstraint("valid_until > valid_from", name=op.f("career_paths_ends_after_it_begins")),
        sa.PrimaryKeyConstraint("state", "id", name=op.f("career_paths_key")),
        sa.UniqueConstraint("key", "version", "state", name="career_paths_version_once"),
    )
    op.create_index("career_paths_one_draft", "career_paths", ["key", "state"], unique=True, postgresql_where=sa.text("status = 'draft'"))
    op.create_table(
        "steps",
        sa.Column("state", sa.Text(), server_default=sa.text("current_setting('app.state')"), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("career_path", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("hours_basis", sa.Text(), nullable=False),
        sa.Column("weeks", sa.Integer(), nullable=False),
        sa.Column("delivery", sa.Text(), nullable=False),
        sa.Column("provider", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("cost", sa.Numeric(), nullable=False),
        sa.Column("cost_basis", sa.Text(), nullable=False),
        sa.Column("credential", sa.Text(), nullable=True),
        sa.Column("wioa_type", sa.Text(), nullable=True),
        sa.Column("issuer", sa.Text(), nullable=True),
        sa.Column("sources", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.ForeignKeyConstraint(["state", "career_path"], ["career_paths.state", "career_paths.id"], name="steps_career_path_known"),
        sa.PrimaryKeyConstraint("state", "id", name=op.f("steps_key")),
        sa.UniqueConstraint("career_path", "key", "state", name="steps_key_once_a_path"),
        sa.UniqueConstraint("career_path", "position", "state", name="steps_position_once_a_path"),
    )
    op.create_table(
        "target_occupations",
        sa.Column("state", sa.Text(), server_default=sa.text("current_setting('app.state')"), nullable=False),
        sa.Column("career_path", sa.Uuid(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["state", "career_path"], ["career_paths.state", "career_paths.id"], name="target_occupations_career_path_known"
        ),
        sa.ForeignKeyConstraint(
            ["state", "system", "code"],
            ["occupations.state", "occupations.system", "occupations.code"],
            name="target_occupations_occupation_known",
        ),
        sa.PrimaryKeyConstraint("state", "career_path", "system", "code", name=op.f("target_occupations_key")),
    )
    op.create_table(
        "offered_regions",
        sa.Column("state", sa.Text(), server_default=sa.text("current_setting('app.state')"), nullable=False),
        sa.Column("career_path", sa.Uuid(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["state", "career_path"], ["career_paths.state", "career_paths.id"], name="offered_regions_career_path_known"
        ),
        sa.ForeignKeyConstraint(["state", "system"], ["region_systems.state", "region_systems.key"], name="offered_regions_system_known"),
        sa.PrimaryKeyConstraint("state", "career_path", "system", "region", name=op.f("offered_regions_key")),
    )
    op.create_table(
        "collections",
        sa.Column("state", sa.Text(), server_default=sa.text("current_setting('app.state')"), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("items", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.text("code_range(state, state, '[]')"), "&&"),
            (sa.text("code_range(key, key, '[]')"), "&&"),
            (sa.text("daterange(valid_from, valid_until)"), "&&"),
            using="gist",
            name="collections_one_at_a_time",
        ),
        sa.PrimaryKeyConstraint("state", "id", name=op.f("collections_key")),
    )
    protect("career_paths")
    protect("steps")
    protect("target_occupations")
    protect("offered_regions")
    protect("collections")


def downgrade() -> None:
    op.drop_table("collections")
    op.drop_table("offered_regions")
    op.drop_table("target_occupations")
    op.drop_table("steps")
    op.drop_table("career_paths")
