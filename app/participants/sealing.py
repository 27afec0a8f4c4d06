"""Social security numbers: which could exist, how one is sealed, and the token by which two are compared.

A number is sealed from the first row on: AES-256-GCM under a key of the ring, bound to the state, a new nonce each time. The token is an
HMAC-SHA256 under a key of its own, equal if and only if two numbers of one state are. Both keys are derived from the ring's (HKDF,
RFC 5869); the ring lives in the settings and never in the database. Kept bytes: the length of the key's name, the name, 12 bytes of nonce,
ciphertext and tag.
"""

import base64
import binascii
import hmac
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Self

import polars as pl
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.core.errors import Unavailable

NONCE = 12
_WRITTEN = r"^\s*([0-9]{3})[- ]?([0-9]{2})[- ]?([0-9]{4})\s*$"
_NAME = re.compile(r"[a-z0-9_-]{1,40}", re.ASCII)
_IN_SEQUENCE = "01234567890123456789"

MISUSED = frozenset({"078051120", "219099999", "457555462"})
"""Printed in advertisements and then used by thousands: the Social Security Administration has cancelled them."""

_RUNS = {run[at : at + 9] for run in (_IN_SEQUENCE, _IN_SEQUENCE[::-1]) for at in range(10)}
FILLERS = MISUSED | _RUNS | {digit * 9 for digit in "0123456789"}
"""What stands for no number: nine equal digits, digits in sequence, and the misused ones."""


class NoSuchKey(Unavailable):
    """A number was sealed under a key that the ring no longer has."""

    slug, title = "unavailable", "This number cannot be opened"


class UnfitRing(ValueError):
    """The key ring cannot be used as it is written. The message names the key and never its bytes."""


def possible(written: str | None) -> str | None:
    """The nine digits of a number that could be somebody's, or None: then it counts as missing. See `all_possible`."""
    text = None if written is None else written.encode("utf-8", "replace").decode()  # JSON can hold half a character, Polars cannot
    [number] = all_possible(pl.Series([text], dtype=pl.String))
    return None if number is None else str(number)


def all_possible(written: pl.Series) -> pl.Series:
    """The nine digits of each number that could be somebody's; null where none could: it counts as missing (PIRL 935 = 1).

    The Social Security Administration issues no area 000, 666 or 900 to 999, no group 00 and no serial 0000 (20 CFR 422.103; SSA POMS
    RM 10201.035). Written with hyphens, spaces or neither.
    """
    parts = pl.col("written").str.extract_groups(_WRITTEN)
    area, group, serial = (parts.struct.field(name) for name in ("1", "2", "3"))
    number = pl.concat_str(area, group, serial)
    issued = ~area.is_in(["000", "666"]) & ~area.str.starts_with("9") & (group != "00") & (serial != "0000")
    told = pl.DataFrame({"written": written.cast(pl.String)})
    return told.select(pl.when(issued & ~number.is_in(sorted(FILLERS))).then(number)).to_series()


@dataclass(frozen=True)
class Sealed:
    """A number as it is kept: what only the ring opens, and what tells whether two are equal."""

    sealed: bytes = field(repr=False)
    token: bytes = field(repr=False)


class KeyRing:
    """Named keys of 32 bytes, the current one first. It seals under the current one, opens what any of them sealed.

    Tokens are made under the *last* key, the oldest: they have to stay equal when a newer key comes in front. So the oldest key stays
    in the ring for as long as there are tokens.
    """

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        """Raises `UnfitRing`."""
        if not keys:
            raise UnfitRing("The key ring has no key.")
        for name, key in keys.items():
            if not _NAME.fullmatch(name):
                raise UnfitRing("A key's name has up to 40 lower-case letters, digits, '_' and '-'.")
            if len(key) != 32:
                raise UnfitRing(f"The key '{name}' has {len(key)} bytes instead of 32.")
        self._keys = dict(keys)
        self.current = next(iter(keys))
        self._oldest = list(keys)[-1]
        self._derived = lru_cache(maxsize=4096)(self._derive)

    @classmethod
    def parse(cls, written: str) -> Self:
        """Read `name:base64,name:base64`. Raises `UnfitRing`."""
        keys: dict[str, bytes] = {}
        for number, part in enumerate(written.split(","), start=1):
            name, colon, encoded = part.strip().partition(":")
            if not colon:
                raise UnfitRing(f"Key {number} of the ring is not written as name:base64.")
            if name in keys:
                raise UnfitRing(f"Two keys of the ring are called '{name}'.")
            try:
                keys[name] = base64.b64decode(encoded, validate=True)
            except binascii.Error:
                raise UnfitRing(f"The key '{name}' is not in base64.") from None
        return cls(keys)

    def __repr__(self) -> str:
        return f"KeyRing({', '.join(self._keys)})"

    def sealed(self, written: str | None, *, state: str) -> Sealed | None:
        """A number as somebody wrote it, sealed; None if there is none or it cannot exist."""
        number = possible(written)
        return None if number is None else self.seal(number, state=state)

    def seal(self, number: str, *, state: str) -> Sealed:
        """Seal nine digits that `possible` answered."""
        head, aead, bound = self._under(self.current, state)
        nonce = os.urandom(NONCE)
        return Sealed(head + nonce + aead.encrypt(nonce, number.encode(), bound), self.token(number, state=state))

    def token(self, number: str, *, state: str) -> bytes:
        """What two numbers of one state are compared by: 32 bytes."""
        return hmac.digest(self._derived(self._oldest, "token", state), number.encode(), "sha256")

    def open(self, sealed: bytes, *, state: str) -> str:
        """The number, for the wage match alone. Raises `NoSuchKey`; and `InvalidTag` if the bytes are not what this state sealed."""
        name = sealed[1 : 1 + sealed[0]].decode("ascii", errors="replace") if sealed else ""
        if name not in self._keys:
            raise NoSuchKey(
                "It was sealed under a key that is not in WORKFORCE_KEY_RING any more. Put the key back, behind the current one."
            )
        head, aead, bound = self._under(name, state)
        if len(sealed) < len(head) + NONCE:
            raise InvalidTag
        return aead.decrypt(sealed[len(head) : len(head) + NONCE], sealed[len(head) + NONCE :], bound).decode()

    def for_files(self, state: str, *, name: str | None = None) -> tuple[str, bytes]:
        """The key under which files of a state are sealed: the current one, or the one called `name`. Raises `NoSuchKey`."""
        if (name or self.current) not in self._keys:
            raise NoSuchKey(
                "It was sealed under a key that is not in WORKFORCE_KEY_RING any more. Put the key back, behind the current one."
            )
        return name or self.current, self._derived(name or self.current, "files", state)

    def for_digests(self, state: str) -> bytes:
        """The key of digests by which the contents of two files are compared: plain ones of a short file could be tried out."""
        return self._derived(self._oldest, "digests", state)

    def seal_all(self, written: pl.Series, *, state: str) -> pl.DataFrame:
        r"""Many numbers at once, as COPY takes them: columns `ssn_sealed` and `ssn_token` with bytes as `\x…`, null where none is possible.

        A million take a few seconds: nothing but the two primitives is in the loop.
        """
        head, aead, bound = self._under(self.current, state)
        keyed = hmac.new(self._derived(self._oldest, "token", state), digestmod="sha256")
        numbers = all_possible(written)
        nonces = os.urandom(NONCE * len(numbers))
        seals: list[bytes | None] = [None] * len(numbers)
        tokens: list[bytes | None] = [None] * len(numbers)
        for at, number in enumerate(numbers.cast(pl.Binary)):
            if number is not None:
                nonce, digest = nonces[at * NONCE : (at + 1) * NONCE], keyed.copy()
                digest.update(number)
                seals[at] = head + nonce + aead.encrypt(nonce, number, bound)
                tokens[at] = digest.digest()
        kept = pl.DataFrame({"ssn_sealed": seals, "ssn_token": tokens}, schema={"ssn_sealed": pl.Binary, "ssn_token": pl.Binary})
        return kept.select((pl.lit("\\x") + pl.col(name).bin.encode("hex")).alias(name) for name in kept.columns)

    def _under(self, name: str, state: str) -> tuple[bytes, AESGCM, bytes]:
        """What stands in front of everything sealed under a key, the cipher, and what is authenticated with it."""
        head = bytes([len(name)]) + name.encode()
        return head, AESGCM(self._derived(name, "seal", state)), head + state.encode()

    def _derive(self, name: str, purpose: str, state: str) -> bytes:
        told = f"workforce social security numbers: {purpose}: {state}".encode()
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=told).derive(self._keys[name])
