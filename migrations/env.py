"""How migrations run: as the owner, one process at a time, giving up rather than blocking everybody else."""

from alembic import context
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url

from app.core.schema import metadata

LOCK = 7_270_127_001  # any constant: two migrations at once wait for each other on it


def _run(connection: Connection) -> None:
    connection.execute(text("SET lock_timeout = '10s'"))
    connection.execute(text("SET statement_timeout = '30min'"))
    connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=metadata(),
        compare_server_default=False,
        include_name=lambda name, kind, _parents: not (kind == "schema" and name in {"jobs", "staging"}),
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


if given := context.config.attributes.get("connection"):
    _run(given)
else:
    engine = create_engine(
        make_url(context.config.get_main_option("sqlalchemy.url") or "").set(drivername="postgresql+psycopg"),
        connect_args={"options": "-csearch_path=public -ctimezone=UTC"},
    )
    try:
        with engine.connect() as connection:
            _run(connection)
    finally:
        engine.dispose()
