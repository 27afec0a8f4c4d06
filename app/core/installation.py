"""An installation: the database that the settings name, or an embedded one that is made on the spot, and the ring of keys.

with installed(Settings()) as here:
    create_app(here.settings, database_url=here.database_url)
"""

import base64
import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from pydantic import SecretStr

from app.core import schema
from app.core.embedded import APP_ROLE, OWNER_ROLE, start
from app.core.errors import Invalid, Unavailable
from app.core.settings import Settings

DATABASE = "workforce"


@dataclass(frozen=True)
class Installation:
    """The settings, with a key ring, and the two doors of the database."""

    settings: Settings
    database_url: str
    owner: str | None

    @property
    def owner_url(self) -> str:
        """The door of the tables' owner; raises `Invalid` where this process was not given it."""
        if self.owner is None:
            raise Invalid("This is the work of the tables' owner. Set WORKFORCE_OWNER_DATABASE_URL.")
        return self.owner

    def migrate(self) -> str:
        """Bring the database to the newest revision; answers that. Raises `Unavailable` if it does not answer."""
        try:
            if _level(self.owner_url) != schema.head():
                schema.upgrade(self.owner_url)
        except psycopg.OperationalError as failed:
            raise Unavailable("The database does not answer, or not to this role.") from failed
        return schema.head()


@contextmanager
def installed(settings: Settings) -> Iterator[Installation]:
    """Use the installation that `settings` describe.

    Without a database of its own an embedded server is used for as long as the context lasts; its database is made and migrated if need
    be. Outside production a key ring is made and kept in the data folder.
    """
    if settings.database_url is not None:
        owner = settings.owner_database_url
        yield Installation(
            _with_key_ring(settings), settings.database_url.get_secret_value(), None if owner is None else owner.get_secret_value()
        )
        return
    _private(settings.data_folder)
    with start(settings.data_folder) as server:
        here = Installation(_with_key_ring(settings), server.url(DATABASE, APP_ROLE), server.url(DATABASE, OWNER_ROLE))
        with _one_at_a_time(settings.data_folder):
            if not server.has_database(DATABASE):
                server.create_database(DATABASE)
            here.migrate()
        yield here


def _level(owner_url: str) -> str | None:
    """The revision that the database is at; none yet is None."""
    with psycopg.connect(owner_url) as connection:
        if connection.execute("SELECT to_regclass('public.alembic_version')").fetchone() == (None,):
            return None
        found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return None if found is None else str(found[0])


def _private(folder: Path) -> None:
    """Make the data folder, for its user alone to list."""
    if not folder.exists():
        folder.mkdir(parents=True, mode=0o700)


def _with_key_ring(settings: Settings) -> Settings:
    """The settings with a key ring: the one given, or one that is made once and kept in the data folder, readable by its user alone."""
    if settings.key_ring is not None or settings.environment == "production":
        return settings
    _private(settings.data_folder)
    kept = settings.data_folder / "key-ring"
    with _one_at_a_time(settings.data_folder):
        if not kept.exists():
            part = settings.data_folder / "key-ring.part"
            part.unlink(missing_ok=True)
            ring = "k1:" + base64.b64encode(secrets.token_bytes(32)).decode()
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(ring + "\n")
            part.rename(kept)
        return settings.model_copy(update={"key_ring": SecretStr(kept.read_text().strip())})


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Of several processes that come first at the same moment, one makes what is missing."""
    with (folder / "install.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
