"""Regions

Revision: 0002, after 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.protection import protect

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "region_systems",
        sa.Column("state", sa.Text(), server_default=sa.text("current_setting('app.state')"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.PrimaryKeyConstraint("state", "key", name=op.f("region_systems_key")),
    )
    op.create_table(
        "region_editions",
        sa.Column("state", sa.Text(), server_default=sa.text("current_setting('app.state')"), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("unassigned", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.text("code_range(state, state, '[]')"), "&&"),
            (sa.text("code_range(system, system, '[]')"), "&&"),
            (sa.text("daterange(valid_from, valid_until)"), "&&"),
            using="gist",
            name="region_editions_one_at_a_time",
        ),
        sa.ForeignKeyConstraint(["state", "system"], ["region_systems.state", "region_systems.key"], name="region_editions_system_known"),
        sa.PrimaryKeyConstraint("state", "id", name=op.f("region_editions_key")),
    )
    op.create_table(
        "regions",
        sa.Column("state", sa.Text(), server_default=sa.text("current_setting('app.state')"), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("edition", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("official_code", sa.Text(), nullable=True),
        sa.Column("counties", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("parts", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("counties_beyond_state", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("shape", sa.LargeBinary(), nullable=True),
        sa.Column("no_shape", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["state", "edition"], ["region_editions.state", "region_editions.id"], name="regions_edition_known"),
        sa.PrimaryKeyConstraint("state", "id", name=op.f("regions_key")),
        sa.UniqueConstraint("edition", "code", "state", name="regions_code_once_an_edition"),
    )
    op.create_table(
        "places",
        sa.Column("state", sa.Text(), server_default=sa.text("current_setting('app.state')"), nullable=False),
        sa.Column("county", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("state", "county", "code", name=op.f("places_key")),
    )
    op.create_table(
        "zip_areas",
        sa.Column("state", sa.Text(), server_default=sa.text("current_setting('app.state')"), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("zip", sa.Text(), nullable=False),
        sa.Column("county", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("state", "id", name=op.f("zip_areas_key")),
        sa.UniqueConstraint("zip", "county", "place", "state", name="zip_areas_once", postgresql_nulls_not_distinct=True),
    )
    protect("region_systems", "SELECT, INSERT, UPDATE")
    protect("region_editions", "SELECT, INSERT, UPDATE")
    protect("regions", "SELECT, INSERT")
    protect("places")
    protect("zip_areas")


def downgrade() -> None:
    op.drop_table("zip_areas")
    op.drop_table("places")
    op.drop_table("regions")
    op.drop_table("region_editions")
    op.drop_table("region_systems")
