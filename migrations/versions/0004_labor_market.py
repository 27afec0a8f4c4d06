"""Labor market

Revision: 0004, after 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.protection import protect

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "labor_market_sources",
        sa.Column("state", sa.Text(), server_default=sa.text("current_setting('app.state')"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("publisher", sa.Text(), nullable=False),
        sa.Column("license", sa.Text(), nullable=False),
        sa.Column("vintage", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("attribution", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("state", "key", name=op.f("labor_market_sources_key")),
    )
    op.create_table(
        "oews_areas",
        sa.Column("state", sa.Text(), server_default=sa.text("current_setting('app.state')"), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("vintage", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("top_code", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("state", "area", "vintage", name=op.f("oews_areas_key")),
    )
    op.create_table(
        "occupations",
        sa.Column("state", sa.Text(), server_default=sa.text("current_setting('app.state')"), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("job_zone", sa.Integer(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("members", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("related", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("skills", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), sa.Computed("to_tsvector('english', title)", persisted=True), nullable=False),
        sa.PrimaryKeyConstraint("state", "system", "code", name=op.f("occupations_key")),
    )
    op.create_table(
        "reported_titles",
        sa.Column("state", sa.Text(), server_default=sa.text("current_setting('app.state')"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), sa.Computed("to_tsvector('english', title)", persisted=True), nullable=False),
        sa.PrimaryKeyConstraint("state", "code", "title", name=op.f("reported_titles_key")),
    )
    op.create_table(
        "wages",
        sa.Column("state", sa.Text(), server_default=sa.text("current_setting('app.state')"), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("vintage", sa.Text(), nullable=False),
        sa.Column("employment", sa.Integer(), nullable=True),
        sa.Column("employment_status", sa.Text(), nullable=False),
        sa.Column("median", sa.Integer(), nullable=True),
        sa.Column("median_status", sa.Text(), nullable=False),
        sa.Column("p25", sa.Integer(), nullable=True),
        sa.Column("p25_status", sa.Text(), nullable=False),
        sa.Column("p75", sa.Integer(), nullable=True),
        sa.Column("p75_status", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["state", "area", "vintage"], ["oews_areas.state", "oews_areas.area", "oews_areas.vintage"], name="wages_area_known"
        ),
        sa.PrimaryKeyConstraint("state", "area", "code", "vintage", name=op.f("wages_key")),
    )
    op.create_index("wages_by_code", "wages", ["code", "state"], unique=False)
    op.create_table(
        "in_demand_jobs",
        sa.Column("state", sa.Text(), server_default=sa.text("current_setting('app.state')"), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("region_system", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.text("code_range(state, state, '[]')"), "&&"),
            (sa.text("code_range(region_system, region_system, '[]')"), "&&"),
            (sa.text("code_range(region, region, '[]')"), "&&"),
            (sa.text("code_range(code, code, '[]')"), "&&"),
            (sa.text("daterange(valid_from, valid_until)"), "&&"),
            using="gist",
            name="in_demand_jobs_designated_once",
        ),
        sa.CheckConstraint("valid_until > valid_from", name=op.f("in_demand_jobs_ends_after_it_begins")),
        sa.ForeignKeyConstraint(
            ["state", "region_system"], ["region_systems.state", "region_systems.key"], name="in_demand_jobs_system_known"
        ),
        sa.ForeignKeyConstraint(
            ["state", "system", "code"],
            ["occupations.state", "occupations.system", "occupations.code"],
            name="in_demand_jobs_occupation_known",
        ),
        sa.PrimaryKeyConstraint("state", "id", name=op.f("in_demand_jobs_key")),
    )
    op.create_table(
        "layoff_notices",
        sa.Column("state", sa.Text(), server_default=sa.text("current_setting('app.state')"), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("employer", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("county", sa.Text(), nullable=False),
        sa.Column("notice_date", sa.Date(), nullable=False),
        sa.Column("effective_date", sa.Date(), nullable=False),
        sa.Column("affected", sa.Integer(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("act", sa.Uuid(), nullable=False),
        sa.Column("voided_by", sa.Uuid(), nullable=True),
        sa.Column("revision", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("affected > 0", name=op.f("layoff_notices_affects_somebody")),
        sa.CheckConstraint("event IN ('closure', 'layoff')", name=op.f("layoff_notices_event_known")),
        sa.PrimaryKeyConstraint("state", "id", name=op.f("layoff_notices_key")),
    )
    op.create_index(
        "layoff_notices_once",
        "layoff_notices",
        ["employer", "site", "notice_date", "state"],
        unique=True,
        postgresql_where=sa.text("voided_by IS NULL"),
    )
    protect("labor_market_sources")
    protect("oews_areas")
    protect("occupations")
    protect("reported_titles")
    protect("wages")
    protect("in_demand_jobs")
    protect("layoff_notices")


def downgrade() -> None:
    op.drop_index("layoff_notices_once", table_name="layoff_notices", postgresql_where=sa.text("voided_by IS NULL"))
    op.drop_table("layoff_notices")
    op.drop_table("in_demand_jobs")
    op.drop_index("wages_by_code", table_name="wages")
    op.drop_table("wages")
    op.drop_table("reported_titles")
    op.drop_table("occupations")
    op.drop_table("oews_areas")
    op.drop_table("labor_market_sources")
