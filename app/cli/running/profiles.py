"""Which server, and under which key: the environment, or a profile of the config file.

    default = "college"

    [profiles.college]
    url = "https://workforce.example.gov"
    key = "wf_…"

The file is `config.toml` in the folder `workforce` of the user's folder for settings. WORKFORCE_API_URL and WORKFORCE_API_KEY win. The
key of a profile goes to that profile's server alone.
"""

import json
import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.core.errors import Invalid


@dataclass(frozen=True)
class Door:
    """A server and a key. Without a server's address the application runs in this process."""

    url: str | None
    key: str


def file() -> Path:
    """Where profiles are kept."""
    folder = os.environ.get("XDG_CONFIG_HOME")
    return (Path(folder) if folder else Path.home() / ".config") / "workforce" / "config.toml"


def kept() -> dict[str, Any]:
    """What the config file says; nothing where there is none. Raises `Invalid`."""
    path = file()
    if not path.is_file():
        return {}
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise Invalid(f"{path} cannot be read: {wrong}.") from wrong
    profiles = content.get("profiles", {})
    if not isinstance(profiles, dict) or not all(isinstance(one, dict) and {"url", "key"} <= one.keys() for one in profiles.values()):
        raise Invalid(f"{path}: every profile is a table [profiles.NAME] with a url and a key.")
    return content


def chosen(name: str | None) -> Door:
    """The door that the environment and a profile name. Raises `Invalid`, and says how to name one."""
    url, key = os.environ.get("WORKFORCE_API_URL") or None, os.environ.get("WORKFORCE_API_KEY") or None
    if url is not None:
        if key is None:
            raise Invalid("WORKFORCE_API_URL names a server. Set WORKFORCE_API_KEY to your key for it.")
        return Door(url, key)
    content = {} if name is None and key is not None else kept()
    name = name or content.get("default")
    if name is not None:
        profiles = content.get("profiles", {})
        if name not in profiles:
            known = ", ".join(profiles) or "none yet: workforce profiles add NAME --url https://…"
            raise Invalid(f"There is no profile '{name}' in {file()}. There are: {known}.")
        return Door(str(profiles[name]["url"]), key or str(profiles[name]["key"]))
    if key is None:
        raise Invalid(
            "Who is asking? Set WORKFORCE_API_KEY and WORKFORCE_API_URL for a server, or keep both: workforce profiles add NAME --url …"
        )
    return Door(None, key)


def keep(name: str, door: Door) -> Path:
    """Put a profile into the config file, which its user alone can read; the first one is the default. Answers the file."""
    content = kept()
    profiles = {**content.get("profiles", {}), name: {"url": door.url, "key": door.key}}
    lines = [f"default = {json.dumps(content.get('default', name))}"]
    for each, told in profiles.items():
        lines += ["", f"[profiles.{json.dumps(each)}]", f"url = {json.dumps(told['url'])}", f"key = {json.dumps(told['key'])}"]
    path = file()
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(".config.toml.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write("\n".join(lines) + "\n")
    part.replace(path)
    return path
