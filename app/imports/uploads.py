"""Where what was sent is kept, sealed: a folder for each import, with the file and what was made of it, until it is forgotten.

file      as it was sent
mistakes  a CSV file in its shape, of the rows at fault, with the reasons
shown     the first mistakes, with what stands there
cells     what the mistakes hide: values about people, by line
"""

import asyncio
import hmac
import io
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from io import BufferedReader
from pathlib import Path
from typing import Literal
from uuid import UUID

from app.core.errors import Gone
from app.core.ids import uuid7
from app.imports.sealed import Sealing, Unsealed
from app.participants.sealing import KeyRing

What = Literal["file", "mistakes", "shown", "cells"]

KEPT = timedelta(days=14)
"""How long a file is kept of which rows were refused, or that was only checked."""


class NotKept(Gone):
    """The file was taken in, or it is too long ago."""

    slug, title = "gone", "This is kept no more"

    def __init__(self) -> None:
        super().__init__(f"What was sent is kept no more: it was taken in whole, or sent more than {KEPT.days} days ago. Send it again.")


@dataclass(frozen=True)
class Received:
    """A file that has come whole."""

    id: UUID
    size: int
    digest: bytes
    """Keyed: tells whether two files are the same, and nothing about what is in one."""


class Receiving:
    """A file that is coming: sealed and hashed piece by piece."""

    def __init__(self, uploads: "Uploads", state: str) -> None:
        self.id = uuid7()
        self._folder = uploads.folder_of(state, self.id)
        self._folder.mkdir(parents=True, mode=0o700)
        self._file = _private(self._folder / "file.part")
        self._sealing = Sealing(self._file, uploads.ring, state)
        self._hash = hmac.new(uploads.ring.for_digests(state), digestmod="sha256")

    def write(self, piece: bytes) -> None:
        """Take the next bytes."""
        self._hash.update(piece)
        self._sealing.write(piece)

    async def finish(self) -> Received:
        """It is all there."""
        await asyncio.to_thread(self._sealing.finish)
        self._file.close()
        await asyncio.to_thread((self._folder / "file.part").rename, self._folder / "file")
        return Received(self.id, self._sealing.size, self._hash.digest())

    def forget(self) -> None:
        """Nobody wants it any more."""
        self._file.close()
        shutil.rmtree(self._folder, ignore_errors=True)


@dataclass(frozen=True)
class Uploads:
    """The files of all imports of an installation."""

    data_folder: Path
    ring: KeyRing

    def folder_of(self, state: str, run: UUID) -> Path:
        """Where those of one import are."""
        return self.data_folder / "imports" / state / str(run)

    def receive(self, state: str) -> Receiving:
        """Begin to take a file."""
        return Receiving(self, state)

    def open(self, state: str, run: UUID, what: What = "file", *, watch: Callable[[int], None] = lambda _read: None) -> BufferedReader:
        """Read one; whoever opens it closes it. Raises `NotKept`, `Damaged`."""
        try:
            file = (self.folder_of(state, run) / what).open("rb")
        except FileNotFoundError:
            raise NotKept from None
        return BufferedReader(Unsealed(file, self.ring, state, watch=watch), 1 << 16)

    def has(self, state: str, run: UUID, what: What = "file") -> bool:
        """Whether it is there."""
        return (self.folder_of(state, run) / what).exists()

    @contextmanager
    def writing(self, state: str, run: UUID, what: What) -> Iterator[Sealing]:
        """Write one; it is there when it is whole."""
        part = self.folder_of(state, run) / f"{what}.part"
        with _private(part) as file:
            sealing = Sealing(file, self.ring, state)
            yield sealing
            sealing.finish()
        part.rename(part.with_name(what))

    def forget(self, state: str, run: UUID, *whats: What) -> None:
        """Remove some of an import's files, or all."""
        if not whats:
            shutil.rmtree(self.folder_of(state, run), ignore_errors=True)
        for what in whats:
            (self.folder_of(state, run) / what).unlink(missing_ok=True)

    def older(self, state: str, than: timedelta) -> list[UUID]:
        """Imports that have files which nobody has touched for so long."""
        folder = self.data_folder / "imports" / state
        if not folder.is_dir():
            return []
        latest = time.time_ns() // 1_000_000_000 - than.total_seconds()
        return [UUID(one.name) for one in folder.iterdir() if one.stat().st_mtime <= latest]


def _private(path: Path) -> io.FileIO:
    """A new file that its user alone may read."""
    path.unlink(missing_ok=True)
    return io.FileIO(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "r+")
