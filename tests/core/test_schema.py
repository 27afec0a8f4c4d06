"""Migrations: they bring a database up, down and up again, and then to what the code wants."""

from collections.abc import Iterator

import psycopg
import pytest
from alembic import command

from app.core import schema
from app.core.embedded import OWNER_ROLE, SUPERUSER, Server

REST = """
SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' AND c.relname NOT LIKE 'alembic_version%'
UNION ALL SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
UNION ALL SELECT t.typname FROM pg_type t WHERE t.typnamespace = 'public'::regnamespace AND t.typname NOT LIKE '%alembic_version'
"""


@pytest.fixture
def database(server: Server, worker_id: str) -> Iterator[str]:
    """An empty database, from before the first migration."""
    name = f"history_{worker_id}"
    server.create_database(name)
    yield name
    server.drop_database(name)


def everything(server: Server, database: str) -> list[str]:
    with psycopg.connect(server.url(database, SUPERUSER)) as connection:
        return sorted(row[0] for row in connection.execute(REST))


def test_up_down_and_up_again(server: Server, database: str) -> None:
    owner = server.url(database, OWNER_ROLE)
    schema.upgrade(owner)
    first = everything(server, database)
    assert "public.api_keys" in first
    schema.downgrade(owner, "base")
    assert everything(server, database) == []
    schema.upgrade(owner)
    assert everything(server, database) == first
    command.check(schema.configuration(owner))  # raises if the models want anything that the migrations did not make
    with psycopg.connect(owner) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(schema.head(),)]
