"""States, keys, the audit record, jobs and staging

Revision: 0001, after
"""

import sqlalchemy as sa
from alembic import op
from procrastinate.schema import SchemaManager
from sqlalchemy.dialects import postgresql

from migrations.protection import protect

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# The only way from a key to a state. It runs as the owner of the tables, so that the application needs no right to the table of
# keys; being VOLATILE, each of its statements sees what was committed before it: the look-up of a kept answer comes after the lock.
ENTER = """
CREATE FUNCTION enter(key_digest bytea, once_key text, once_request bytea)
RETURNS TABLE (id uuid, state text, partner uuid, role text, zone text, once text, status int, headers jsonb, answer bytea)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    caller api_keys;
    kept once_answers;
BEGIN
    SELECT k.* INTO caller FROM api_keys k WHERE k.digest = key_digest AND k.revoked_at IS NULL AND k.expires_at > now();
    IF NOT FOUND THEN
        RETURN;
    END IF;
    PERFORM set_config('app.state', caller.state, true);
    id := caller.id;
    state := caller.state;
    partner := caller.partner;
    role := caller.role;
    zone := coalesce((SELECT s.time_zone FROM states s WHERE s.id = caller.state), 'UTC');
    IF once_key IS NOT NULL THEN
        IF NOT pg_try_advisory_xact_lock(hashtextextended(caller.id::text || once_key, 0)) THEN
            once := 'running';
        ELSE
            SELECT a.* INTO kept FROM once_answers a WHERE a.state = caller.state AND a.actor = caller.id AND a.key = once_key;
            IF NOT FOUND THEN
                once := 'new';
            ELSIF kept.request IS DISTINCT FROM once_request THEN
                once := 'other';
            ELSE
                once := 'answered';
                status := kept.status;
                headers := kept.headers;
                answer := kept.answer;
            END IF;
        END IF;
    END IF;
    RETURN NEXT;
END $$
"""


def upgrade() -> None:
    op.execute("CREATE SCHEMA staging")
    op.execute("GRANT USAGE, CREATE ON SCHEMA staging TO workforce_app")
    op.execute("CREATE TYPE code_range AS RANGE (subtype = text)")  # exclusion constraints on text need a range: no extension is used
    _jobs()
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("partner", sa.Uuid(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("revoked_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(role IN ('board_staff', 'college_staff')) = (partner IS NOT NULL)", name=op.f("api_keys_partner_staff_belong_to_a_partner")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("api_keys_key")),
        sa.UniqueConstraint("digest", name=op.f("api_keys_digest_once")),
    )
    op.create_table(
        "audit_entries",
        sa.Column("state", sa.Text(), server_default=sa.text("current_setting('app.state')"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("actor", sa.Uuid(), nullable=False),
        sa.Column("partner", sa.Uuid(), nullable=True),
        sa.Column("request", sa.Text(), server_default="", nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=True),
        sa.Column("rows", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("seal", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("state", "id", name=op.f("audit_entries_key")),
    )
    op.create_index(op.f("audit_entries_by_subject_state"), "audit_entries", ["subject", "state"], unique=False)
    op.create_table(
        "once_answers",
        sa.Column("state", sa.Text(), server_default=sa.text("current_setting('app.state')"), nullable=False),
        sa.Column("actor", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("state", "actor", "key", name=op.f("once_answers_key")),
    )
    op.create_index(op.f("once_answers_by_at_state"), "once_answers", ["at", "state"], unique=False)
    op.create_table(
        "state_policies",
        sa.Column("state", sa.Text(), server_default=sa.text("current_setting('app.state')"), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("policy", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.text("code_range(state, state, '[]')"), "&&"),
            (sa.text("daterange(valid_from, valid_until)"), "&&"),
            using="gist",
            name="state_policies_one_at_a_time",
        ),
        sa.PrimaryKeyConstraint("state", "id", name=op.f("state_policies_key")),
    )
    op.create_table(
        "states",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("fips", sa.Text(), nullable=False),
        sa.Column("postal", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("id ~ '^[a-z]{2}-[a-z0-9]{1,8}$'", name=op.f("states_id_is_iso_3166_2")),
        sa.PrimaryKeyConstraint("id", name=op.f("states_key")),
    )
    op.execute("GRANT SELECT ON alembic_version TO workforce_app")  # /health/ready compares it with the code
    op.execute("GRANT SELECT ON states TO workforce_app")
    op.execute("GRANT UPDATE (name, fips, postal, time_zone, revision) ON states TO workforce_app")
    op.execute("ALTER TABLE states ENABLE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY everybody_sees ON states FOR SELECT USING (true)")
    op.execute("CREATE POLICY its_own_changes ON states FOR UPDATE USING (id = current_setting('app.state', true))")
    protect("state_policies", "SELECT, INSERT, UPDATE")
    protect("audit_entries", "SELECT, INSERT")
    protect("once_answers", "SELECT, INSERT, DELETE")
    op.execute(ENTER)
    op.execute("REVOKE ALL ON FUNCTION enter(bytea, text, bytea) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION enter(bytea, text, bytea) TO workforce_app")


def downgrade() -> None:
    op.execute("REVOKE SELECT ON alembic_version FROM workforce_app")
    op.execute("DROP FUNCTION enter(bytea, text, bytea)")
    op.drop_table("states")
    op.drop_table("state_policies")
    op.drop_index(op.f("once_answers_by_at_state"), table_name="once_answers")
    op.drop_table("once_answers")
    op.drop_index(op.f("audit_entries_by_subject_state"), table_name="audit_entries")
    op.drop_table("audit_entries")
    op.drop_table("api_keys")
    op.execute("DROP TYPE code_range")
    op.execute("DROP SCHEMA jobs CASCADE")
    op.execute("DROP SCHEMA staging CASCADE")


def _jobs() -> None:
    """The job queue's own tables, in a schema of their own: created by the library's own script."""
    op.execute("CREATE SCHEMA jobs")
    op.execute("SET LOCAL search_path TO jobs")
    op.get_bind().connection.driver_connection.execute(SchemaManager.get_schema())  # as it is: several statements, with percent signs
    op.execute("SET LOCAL search_path TO public")
    op.execute("GRANT USAGE ON SCHEMA jobs TO workforce_app")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA jobs TO workforce_app")
    op.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA jobs TO workforce_app")
