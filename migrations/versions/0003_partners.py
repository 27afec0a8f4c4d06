"""Partners

Revision: 0003, after 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.protection import protect

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "partners",
        sa.Column("state", sa.Text(), server_default=sa.text("current_setting('app.state')"), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("board_code", sa.Text(), nullable=True),
        sa.Column("active_from", sa.Date(), nullable=False),
        sa.Column("active_until", sa.Date(), nullable=True),
        sa.Column("revision", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('workforce_board', 'community_college', 'training_provider', 'nonprofit', 'employer')",
            name=op.f("partners_kind_known"),
        ),
        sa.CheckConstraint("active_until > active_from", name=op.f("partners_ends_after_it_begins")),
        sa.PrimaryKeyConstraint("state", "id", name=op.f("partners_key")),
        sa.UniqueConstraint("key", "state", name="partners_key_once"),
    )
    op.create_table(
        "sites",
        sa.Column("state", sa.Text(), server_default=sa.text("current_setting('app.state')"), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("partner", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("county", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(["state", "partner"], ["partners.state", "partners.id"], name="sites_partner_known"),
        sa.PrimaryKeyConstraint("state", "id", name=op.f("sites_key")),
        sa.UniqueConstraint("partner", "key", "state", name="sites_key_once_a_partner"),
    )
    op.create_table(
        "service_regions",
        sa.Column("state", sa.Text(), server_default=sa.text("current_setting('app.state')"), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("partner", sa.Uuid(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["state", "partner"], ["partners.state", "partners.id"], name="service_regions_partner_known"),
        sa.ForeignKeyConstraint(["state", "system"], ["region_systems.state", "region_systems.key"], name="service_regions_system_known"),
        sa.PrimaryKeyConstraint("state", "id", name=op.f("service_regions_key")),
        postgresql.ExcludeConstraint(
            (sa.text("code_range(state, state, '[]')"), "&&"),
            (sa.text("code_range(partner::text, partner::text, '[]')"), "&&"),
            (sa.text("code_range(system, system, '[]')"), "&&"),
            (sa.text("code_range(region, region, '[]')"), "&&"),
            (sa.text("daterange(valid_from, valid_until)"), "&&"),
            using="gist",
            name="service_regions_once",
        ),
        sa.CheckConstraint("valid_until > valid_from", name=op.f("service_regions_ends_after_it_begins")),
    )
    op.create_table(
        "agreements",
        sa.Column("state", sa.Text(), server_default=sa.text("current_setting('app.state')"), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("partner", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("with_partner", sa.Uuid(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.text("code_range(state, state, '[]')"), "&&"),
            (sa.text("code_range(partner::text, partner::text, '[]')"), "&&"),
            (sa.text("code_range(kind, kind, '[]')"), "&&"),
            (sa.text("code_range(coalesce(with_partner::text, ''), coalesce(with_partner::text, ''), '[]')"), "&&"),
            (sa.text("daterange(valid_from, valid_until)"), "&&"),
            using="gist",
            name="agreements_once",
        ),
        sa.CheckConstraint("valid_until > valid_from", name=op.f("agreements_ends_after_it_begins")),
        sa.CheckConstraint("(kind = 'share_records') = (with_partner IS NOT NULL)", name=op.f("agreements_sharing_is_with_somebody")),
        sa.CheckConstraint("kind IN ('share_records', 'wage_match', 'wage_disclosure')", name=op.f("agreements_kind_known")),
        sa.ForeignKeyConstraint(["state", "partner"], ["partners.state", "partners.id"], name="agreements_partner_known"),
        sa.ForeignKeyConstraint(["state", "with_partner"], ["partners.state", "partners.id"], name="agreements_with_partner_known"),
        sa.PrimaryKeyConstraint("state", "id", name=op.f("agreements_key")),
    )
    protect("partners")
    protect("sites")
    protect("service_regions")
    protect("agreements")


def downgrade() -> None:
    op.drop_table("agreements")
    op.drop_table("service_regions")
    op.drop_table("sites")
    op.drop_table("partners")
