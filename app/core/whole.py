"""Files that are there when they are whole, and not before."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

Target = Path | BinaryIO


@contextlib.contextmanager
def opened(target: Target) -> Iterator[BinaryIO]:
    """A binary file to write to. A path's file is there when it is whole and not before; one that is given is left open."""
    if not isinstance(target, Path):
        yield target
        return
    part = target.with_name(f".{target.name}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
