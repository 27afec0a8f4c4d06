"""Frozen files: kept under the SHA-256 of their contents, so that a name can mean one content alone, for ever."""

import re
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from app.core.tabular import opened

_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class File:
    """A file of a release: its form (csv, xlsx, …), the name under which it is handed out, and what it holds."""

    form: str
    name: str
    sha256: str
    size: int
    media_type: str

    @property
    def told(self) -> dict[str, Any]:
        """As it is kept with the release."""
        return asdict(self)


def folder(data_folder: Path, state: str) -> Path:
    """Where a state's frozen files are."""
    return data_folder / "releases" / state


def is_digest(text: str) -> bool:
    """Whether a text is a SHA-256 in hexadecimal."""
    return _DIGEST.fullmatch(text) is not None


def keep(where: Path, form: str, name: str, content: bytes, media_type: str) -> File:
    """Keep a file's content. What is there under its hash already is the same and stays."""
    digest = sha256(content).hexdigest()
    where.mkdir(parents=True, exist_ok=True)
    path = where / digest
    if not path.exists():
        with opened(path) as file:
            file.write(content)
        path.chmod(0o444)
    return File(form, name, digest, len(content), media_type)


def digest(files: list[File]) -> str:
    """One hash over all files of a release: their names and hashes, by name."""
    lines = "".join(f"{file.sha256}  {file.name}\n" for file in sorted(files, key=lambda file: file.name))
    return sha256(lines.encode()).hexdigest()
