"""What was given back of an import, read again: the file of mistakes, and the first of them with what stands there."""

import json
from collections.abc import Iterator
from io import BufferedReader
from typing import Any

from app.core.actor import Actor
from app.core.errors import NotFound
from app.imports.uploads import NotKept, Uploads

PIECE = 1 << 16


class NoMistakes(NotFound):
    """Nothing was wrong with the import."""

    slug, title = "not-found", "There are no mistakes"

    def __init__(self) -> None:
        super().__init__("No mistakes were found in this import.")


def mistakes(uploads: Uploads, *, by: Actor, row: Any) -> BufferedReader:
    """The file of mistakes of an import (`queries.under_way`). Raises `NoMistakes`, `NotKept`."""
    if not row.refused:
        raise NoMistakes
    return uploads.open(by.state, row.id, "mistakes")


def pieces(file: BufferedReader) -> Iterator[bytes]:
    """A file, bit by bit; it is closed in the end."""
    with file:
        while piece := file.read(PIECE):
            yield piece


def shown(uploads: Uploads, *, by: Actor, row: Any) -> list[dict[str, Any]]:
    """The first mistakes of an import (`queries.one`): with values as long as they are kept."""
    if not row.mistakes:
        return []
    try:
        with uploads.open(by.state, row.id, "shown") as file:
            return list(json.loads(file.read()))
    except NotKept:
        return list(row.mistakes)
