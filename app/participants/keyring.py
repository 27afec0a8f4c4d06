"""Where the key ring comes from: the settings, or outside production a file of the data folder that is made once."""

import base64
import os
import secrets
import tempfile
from pathlib import Path

from app.core.settings import Settings
from app.participants.sealing import KeyRing

FILE = "key_ring"
"""Its name in the data folder; its user alone may read it."""


def key_ring(settings: Settings) -> KeyRing:
    """The ring that numbers are sealed under. Raises `UnfitRing`.

    Without `WORKFORCE_KEY_RING` the data folder's own is read, or made if there is none; production has no such folder to lose.
    """
    if settings.key_ring is not None:
        return KeyRing.parse(settings.key_ring.get_secret_value())
    file = settings.data_folder / FILE
    if not file.exists():
        _make(file)
    return KeyRing.parse(file.read_text())


def _make(file: Path) -> None:
    """A ring of one new key. Of two processes that make one at the same moment, both read the one that came first."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=FILE)  # mode 0600
    try:
        with os.fdopen(handle, "w") as draft:
            draft.write("local:" + base64.b64encode(secrets.token_bytes(32)).decode())
            draft.flush()
            os.fsync(draft.fileno())
        os.link(name, file)
    except FileExistsError:
        pass
    finally:
        Path(name).unlink()
