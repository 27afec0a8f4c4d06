"""All settings, in one frozen class. They come from the environment with the prefix `WORKFORCE_`; docs/settings.md lists them."""

from datetime import date
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEMO_KEYS = "demo-keys.json"
"""In the data folder of a demonstration: a key for each kind of user."""


class Settings(BaseSettings):
    """What a process needs to know before it can start. Read once, at the entry point, and handed on."""

    model_config = SettingsConfigDict(env_prefix="WORKFORCE_", env_ignore_empty=True, frozen=True, extra="ignore")

    environment: Literal["development", "demo", "production"] = Field(
        "development", description="`production` refuses the embedded database and keys that it would have to make up."
    )
    data_folder: Path = Field(Path(".workforce"), description="Where the embedded database, its key ring and extracts are kept.")
    database_url: SecretStr | None = Field(
        None, description="PostgreSQL 18 with the application's role, `postgresql://…`. Without it the embedded server is used."
    )
    owner_database_url: SecretStr | None = Field(
        None, description="The same database with the role that owns the tables; only migrations and tenant or key administration use it."
    )
    database_pool: int = Field(10, ge=1, le=200, description="Connections that one process keeps open.")
    key_ring: SecretStr | None = Field(
        None,
        description="Keys that seal social security numbers: `name:base64 of 32 bytes`, comma-separated, the current one first. "
        "Outside production one is made and kept in the data folder.",
    )
    today: date | None = Field(
        None, description="The day at whose noon the clock stands still, for demonstrations; production refuses it. Empty: the machine's."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="The least severe log event that is written.")
    upload_limit: int = Field(1_000_000_000, ge=1, description="The largest request body, in bytes.")
    public_url: str = Field("http://127.0.0.1:8000", description="Where users reach the API; links in answers and files start with it.")

    @model_validator(mode="after")
    def _production_is_explicit(self) -> Self:
        if self.environment == "production":
            missing = [name for name in ("database_url", "key_ring") if getattr(self, name) is None]
            if missing:
                names = ", ".join(f"WORKFORCE_{name.upper()}" for name in missing)
                raise ValueError(
                    f"production needs {names}: the embedded database trusts everybody on this machine, and made-up keys get lost"
                )
            if self.today is not None:
                raise ValueError("production refuses WORKFORCE_TODAY: what is recorded needs the day on which it was recorded")
        return self
