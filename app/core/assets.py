"""What pages load: style, scripts, fonts and pictures, each under an address that changes with its content.

A browser may so keep a file for ever, and still never shows an old one with a new page.
"""

from functools import cache
from hashlib import sha256
from pathlib import Path

import app

FOLDER = Path(app.__file__).parent / "console" / "static"
"""The pages' own files, and in `vendor/` those that come from npm when the program is installed."""

ADDRESS = "/static"


@cache
def version(path: str) -> str:
    """The beginning of the file's SHA-256; empty for a file that is not there."""
    file = FOLDER / path
    return sha256(file.read_bytes()).hexdigest()[:12] if file.is_file() else ""


def address(path: str) -> str:
    """Where a browser gets a file of the folder, as `/static/console.css?v=1f0c…`."""
    return f"{ADDRESS}/{path}?v={version(path)}"
