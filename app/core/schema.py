"""The schema as the code wants it, and the migrations that bring a database there."""

import importlib
import pkgutil
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData

import app
from app.core.db import Base

ROOT = Path(app.__file__).parent.parent


def metadata() -> MetaData:
    """Every room's tables: imports each `models` module there is."""
    for module in pkgutil.walk_packages(app.__path__, "app."):
        if module.name.rpartition(".")[2] == "models":
            importlib.import_module(module.name)
    return Base.metadata


def configuration(owner_url: str) -> Config:
    """Alembic's configuration for the database that `owner_url` opens as the owner of the tables."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.set_main_option("version_path_separator", "os")
    config.set_main_option("sqlalchemy.url", owner_url.replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config


def upgrade(owner_url: str, revision: str = "head") -> None:
    """Bring the database up to `revision`. Waits for another migration that is under way."""
    command.upgrade(configuration(owner_url), revision)


def downgrade(owner_url: str, revision: str) -> None:
    """Take the database back to `revision`; what newer revisions held is lost."""
    command.downgrade(configuration(owner_url), revision)


def head() -> str:
    """The newest revision there is."""
    return ScriptDirectory(str(ROOT / "migrations")).get_current_head() or ""
