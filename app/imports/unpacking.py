"""Files as people send them: packed or not. What unpacks to far more than it weighs is refused while it is unpacked."""

import gzip
import io
import zipfile
import zlib
from typing import BinaryIO, cast

from app.core.errors import Invalid

SMALL = 10_000_000
"""Bytes that anything may unpack to."""

RATIO = 100
"""Beyond them, how many times its own size: tables pack to a tenth, a table of one value to a fortieth; bombs to a thousandth."""


class NoTable(Invalid):
    """A file is no table such as this."""

    slug, title = "no-table", "This file cannot be read"


class Unpacked(io.RawIOBase):
    """What comes out of a packed file, as long as it stays in proportion. Reading raises `NoTable` where it does not, or ends early."""

    def __init__(self, file: BinaryIO, packed: int) -> None:
        super().__init__()
        self._file = file
        self._limit = max(SMALL, RATIO * packed)
        self._out = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]  # any buffer of bytes
        """The next bytes."""
        try:
            piece = self._file.read(len(buffer))
        except EOFError:
            raise NoTable("The packed file is cut off: its end is missing. Pack it again, or send the table itself.") from None
        except (OSError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError):  # zipfile's, of a way of packing it lacks
            raise NoTable("The packed file cannot be unpacked: it is damaged. Pack it again, or send the table itself.") from None
        self._out += len(piece)
        if self._out > self._limit:
            raise NoTable(f"The file unpacks to more than {RATIO} times its size. No table does; send the table itself.")
        buffer[: len(piece)] = piece
        return len(piece)


def gunzipped(file: BinaryIO, size: int) -> BinaryIO:
    """What a gzip file holds."""
    return buffered(Unpacked(cast("BinaryIO", gzip.GzipFile(fileobj=file)), size))


def archive(file: BinaryIO) -> zipfile.ZipFile:
    """An archive of which the members can be read with `member`."""
    try:
        return zipfile.ZipFile(file)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        raise NoTable("The packed file cannot be unpacked: it is damaged, or cut off.") from None


def member(packed: zipfile.ZipFile, name: str) -> BinaryIO:
    """One file of an archive. Raises `NoTable` where it is encrypted."""
    info = packed.getinfo(name)
    if info.flag_bits & 1:
        raise NoTable("The packed file has a password. Send it without: what you send is encrypted on its way and where it is kept.")
    try:
        return buffered(Unpacked(cast("BinaryIO", packed.open(info)), info.compress_size))
    except (zipfile.BadZipFile, NotImplementedError, OSError):
        raise NoTable("The packed file cannot be unpacked: it is damaged, or packed in a way that is not known.") from None


def only_member(packed: zipfile.ZipFile) -> str:
    """The name of the one table in an archive. Raises `NoTable` where there is none or more."""
    names = [one.filename for one in packed.infolist() if not one.is_dir() and not one.filename.startswith("__MACOSX/")]
    if len(names) != 1:
        raise NoTable(f"The packed file holds {len(names)} files. Send each table by itself.")
    return names[0]


def buffered(raw: io.RawIOBase) -> BinaryIO:
    """Read in pieces of a sensible size."""
    return io.BufferedReader(raw, 1 << 16)
