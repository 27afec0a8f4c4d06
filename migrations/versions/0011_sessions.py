"""Sessions of the staff console

Revision: 0011, after 0010
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# Three doors, all with the rights of the tables' owner: the application has none to either table. A session opens what its key opens,
# and never longer: a key that is revoked or expires ends its sessions with it.
OPEN_SESSION = """
CREATE FUNCTION open_session(key_digest bytea, session_digest bytea, lifetime interval) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    caller api_keys;
BEGIN
    SELECT k.* INTO caller FROM api_keys k WHERE k.digest = key_digest AND k.revoked_at IS NULL AND k.expires_at > now();
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    DELETE FROM sessions s WHERE s.key = caller.id AND s.expires_at < now();
    INSERT INTO sessions (digest, key, state, expires_at)
    VALUES (session_digest, caller.id, caller.state, least(caller.expires_at, now() + lifetime));
    RETURN true;
END $$
"""
ENTER_SESSION = """
CREATE FUNCTION enter_session(session_digest bytea)
RETURNS TABLE (id uuid, state text, partner uuid, role text, zone text, partner_name text, state_name text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    caller api_keys;
BEGIN
    SELECT k.* INTO caller FROM sessions s JOIN api_keys k ON k.id = s.key
    WHERE s.digest = session_digest AND s.revoked_at IS NULL AND s.expires_at > now() AND k.revoked_at IS NULL AND k.expires_at > now();
    IF NOT FOUND THEN
        RETURN;
    END IF;
    PERFORM set_config('app.state', caller.state, true);
    id := caller.id;
    state := caller.state;
    partner := caller.partner;
    role := caller.role;
    SELECT s.time_zone, s.name INTO zone, state_name FROM states s WHERE s.id = caller.state;
    zone := coalesce(zone, 'UTC');
    partner_name := (SELECT p.name FROM partners p WHERE p.state = caller.state AND p.id = caller.partner);
    RETURN NEXT;
END $$
"""
CLOSE_SESSION = """
CREATE FUNCTION close_session(session_digest bytea) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    UPDATE sessions s SET revoked_at = now() WHERE s.digest = session_digest AND s.revoked_at IS NULL;
    RETURN FOUND;
END $$
"""
FUNCTIONS = ("open_session(bytea, bytea, interval)", "enter_session(bytea)", "close_session(bytea)")


def upgrade() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("revoked_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["key"], ["api_keys.id"], name=op.f("sessions_key_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("sessions_key")),
        sa.UniqueConstraint("digest", name=op.f("sessions_digest_once")),
    )
    op.create_index(op.f("sessions_by_key"), "sessions", ["key"], unique=False)
    for body, name in zip((OPEN_SESSION, ENTER_SESSION, CLOSE_SESSION), FUNCTIONS, strict=True):
        op.execute(body)
        op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO workforce_app")


def downgrade() -> None:
    for name in FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}")
    op.drop_index(op.f("sessions_by_key"), table_name="sessions")
    op.drop_table("sessions")
