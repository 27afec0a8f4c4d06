"""What the container files promise, as far as it can be seen without an engine."""

import re
from typing import Any

import yaml

from app.core.embedded import APP_ROLE, OWNER_ROLE
from app.core.settings import Settings
from tests.house.tree import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())


def test_the_image_runs_as_nobody_in_particular() -> None:
    last_stage = DOCKERFILE[DOCKERFILE.rindex("\nFROM ") :]
    assert re.findall(r"^USER (\S+)", last_stage, re.MULTILINE)[-1] not in ("root", "0")
    assert "/health/ready" in last_stage
    assert re.findall(r"^ENTRYPOINT (.+)", last_stage, re.MULTILINE) == ['["workforce"]']


def test_the_image_holds_what_runs_and_nothing_else() -> None:
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {word for line in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE) for word in line.split()}
    assert all(
        any(word == rule or (rule == "requirements/*.txt" and word.startswith("requirements/")) for rule in allowed) for word in copied
    )
    assert not {"tests", "bench", "docs", ".git", ".venv"} & copied


def test_compose_names_settings_that_exist() -> None:
    known = {f"WORKFORCE_{name.upper()}" for name in Settings.model_fields}
    given = {name for service in COMPOSE["services"].values() for name in service.get("environment", {}) if name.startswith("WORKFORCE_")}
    assert given
    assert given <= known


def test_the_owner_of_the_tables_migrates_and_nobody_else() -> None:
    services = COMPOSE["services"]
    assert [name for name, service in services.items() if "WORKFORCE_OWNER_DATABASE_URL" in service["environment"]] == ["migrate"]
    assert OWNER_ROLE in services["migrate"]["environment"]["WORKFORCE_OWNER_DATABASE_URL"]
    assert all(APP_ROLE in services[name]["environment"]["WORKFORCE_DATABASE_URL"] for name in ("app", "worker"))


def test_compose_holds_no_secret() -> None:
    """Every password and key comes from the file of secrets; a missing one stops the start."""
    text = (ROOT / "compose.yaml").read_text()
    assert not re.findall(r"(?:PASSWORD|KEY_RING): (?!\$\{\w+:\?)", text)
    assert ".env" in (ROOT / ".gitignore").read_text().split("\n") or "/.env" in (ROOT / ".gitignore").read_text().split("\n")
