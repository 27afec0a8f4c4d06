"""Files that are sealed while they are written: AES-256-GCM in chunks, under a key of the ring, and read again from any place.

A file is a head (a mark, the key's name, a salt) and chunks of 64 KiB, each with its tag. Every file has a key of its own (HKDF of the
ring's key and the salt), so a chunk's nonce is its number; the last one's says that it is the last: neither order nor end can be changed.
"""

import io
import os
from collections.abc import Callable
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.core.errors import Invalid
from app.participants.sealing import KeyRing

CHUNK, TAG, SALT = 1 << 16, 16, 32
MARK = b"wf1"


class Damaged(Invalid):
    """A sealed file is not what was written, or is cut off."""

    slug, title = "damaged-file", "This file is damaged"

    def __init__(self) -> None:
        super().__init__("The file that was kept is damaged. Send it again.")


def _cipher(key: bytes, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=salt, info=b"workforce: one sealed file").derive(key))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11) + bytes([last])


class Sealing(io.RawIOBase):
    """A file that is being written. What is given to it is in memory for a chunk at most; `finish` writes the last one."""

    def __init__(self, file: BinaryIO, ring: KeyRing, state: str) -> None:
        super().__init__()
        name, key = ring.for_files(state)
        salt = os.urandom(SALT)
        self._file = file
        self._cipher = _cipher(key, salt)
        self._head = MARK + bytes([len(name)]) + name.encode() + salt
        self._waiting = bytearray()
        self._number = 0
        self.size = 0
        file.write(self._head)

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]  # any buffer of bytes
        """Seal some more."""
        self._waiting += data
        self.size += len(data)
        at = 0
        while len(self._waiting) - at > CHUNK:  # the last chunk waits: only then is it known to be the last
            self._seal(bytes(self._waiting[at : at + CHUNK]), last=False)
            at += CHUNK
        del self._waiting[:at]
        return len(data)

    def finish(self) -> None:
        """Seal what is left; from now on the file is whole, on the disk too."""
        self._seal(bytes(self._waiting), last=True)
        self._waiting.clear()
        self._file.flush()
        os.fsync(self._file.fileno())

    def _seal(self, chunk: bytes, *, last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._number, last=last), chunk, self._head))
        self._number += 1


class Unsealed(io.RawIOBase):
    """A sealed file, read. `reached` is how much of it was handed out so far, for whoever wants to know how far a reader is."""

    def __init__(self, file: BinaryIO, ring: KeyRing, state: str, *, watch: Callable[[int], None] = lambda _read: None) -> None:
        """Raises `Damaged`, `NoSuchKey`."""
        super().__init__()
        self._file = file
        start = file.read(len(MARK) + 1)
        if len(start) <= len(MARK) or not start.startswith(MARK):
            raise Damaged
        rest = file.read(start[-1] + SALT)
        if len(rest) < start[-1] + SALT:
            raise Damaged
        self._head = start + rest
        _, key = ring.for_files(state, name=rest[: start[-1]].decode("ascii", "replace"))
        self._cipher = _cipher(key, rest[start[-1] :])
        sealed = os.fstat(file.fileno()).st_size - len(self._head)
        self._chunks = -(-sealed // (CHUNK + TAG))
        self.size = sealed - self._chunks * TAG
        self._kept: tuple[int, bytes] = (-1, b"")
        self._at = 0
        self._watch = watch
        self.reached = 0
        if self._chunks == 0 or self.size < 0:
            raise Damaged
        if self.size == 0:
            self._chunk(0)

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is: workbooks and Parquet files begin at their end."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go on reading elsewhere."""
        self._at = max(0, offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self.size}[whence])
        return self._at

    def tell(self) -> int:
        """Where reading goes on."""
        return self._at

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]  # any buffer of bytes
        """The next bytes. Raises `Damaged`."""
        if self._at >= self.size or not len(buffer):
            return 0
        number, offset = divmod(self._at, CHUNK)
        piece = self._chunk(number)[offset : offset + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        self.reached += len(piece)
        self._watch(self.reached)
        return len(piece)

    def close(self) -> None:
        """Close the file beneath, too."""
        if not self.closed:
            self._file.close()
        super().close()

    def _chunk(self, number: int) -> bytes:
        if self._kept[0] != number:
            self._file.seek(len(self._head) + number * (CHUNK + TAG))
            sealed = self._file.read(CHUNK + TAG)
            try:
                chunk = self._cipher.decrypt(_nonce(number, last=number == self._chunks - 1), sealed, self._head)
            except InvalidTag:
                raise Damaged from None
            self._kept = (number, chunk)
        return self._kept[1]
