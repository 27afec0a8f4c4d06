"""What every tenant table gets in the migration that makes it: forced row-level security, and the verbs that it allows."""

from alembic import op

APP_ROLE = "workforce_app"  # made by whoever makes the database; see docs/operations.md


def protect(table: str, verbs: str = "SELECT, INSERT, UPDATE, DELETE") -> None:
    """Show each transaction the rows of its own state alone, the owner's transactions too, and grant the application `verbs`.

    Never grant ALL: TRUNCATE heeds no policy. Where `app.state` is not set, the policy holds for no row.
    """
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    mine = "state = current_setting('app.state', true)"
    op.execute(f"CREATE POLICY of_this_state ON {table} USING ({mine}) WITH CHECK ({mine})")
    op.execute(f"GRANT {verbs} ON {table} TO {APP_ROLE}")
