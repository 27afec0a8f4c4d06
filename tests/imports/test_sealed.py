"""Sealed files: what was written is read, from any place; what was changed, cut off or sealed for another state is not."""

import base64
import io
import os
import random
from pathlib import Path

import pytest

from app.imports.sealed import CHUNK, TAG, Damaged, Sealing, Unsealed
from app.imports.uploads import NotKept, Uploads
from app.participants.sealing import KeyRing, NoSuchKey
from tests.imports.test_by_http import NUMBER

OLD = "old:" + base64.b64encode(b"an older key of thirty-two bytes").decode()
NEW = "new:" + base64.b64encode(b"a newer key of thirty-two bytes.").decode()
RING = KeyRing.parse(OLD)
SIZES = (0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 7)


def sealed(path: Path, content: bytes, ring: KeyRing = RING) -> bytes:
    """Write content in pieces of odd sizes; answers what is on the disk."""
    with path.open("w+b", buffering=0) as file:
        sealing, at = Sealing(file, ring, "us-ny"), 0
        while at < len(content):
            step = random.Random(at).randint(1, CHUNK)
            sealing.write(content[at : at + step])
            at += step
        sealing.finish()
        assert sealing.size == len(content)
    return path.read_bytes()


def opened(path: Path, ring: KeyRing = RING, state: str = "us-ny") -> Unsealed:
    return Unsealed(path.open("rb"), ring, state)


@pytest.mark.parametrize("size", SIZES)
def test_what_was_written_is_read_from_any_place(tmp_path: Path, size: int) -> None:
    content = random.Random(size).randbytes(size)
    kept = sealed(tmp_path / "file", content)
    assert len(kept) >= size + TAG
    with opened(tmp_path / "file") as raw, io.BufferedReader(raw) as file:
        assert raw.size == size
        assert file.read() == content
        for at in (0, size // 2, max(0, size - 3), size):
            file.seek(at)
            assert file.read(100) == content[at : at + 100]
        assert file.seek(-size, os.SEEK_END) == 0


def test_nothing_of_it_stands_there_in_clear_and_twice_it_is_another(tmp_path: Path) -> None:
    content = f"ssn\n{NUMBER}\n".encode() * 10_000
    first, second = sealed(tmp_path / "a", content), sealed(tmp_path / "b", content)
    assert NUMBER.encode() not in first + second
    assert first != second


@pytest.mark.parametrize("size", [10, 3 * CHUNK])
def test_what_is_cut_off_or_changed_is_not_read(tmp_path: Path, size: int) -> None:
    path = tmp_path / "file"
    kept = sealed(path, b"x" * size)
    shorter = [kept[:2], kept[:20], kept[:-1], kept[: -(CHUNK + TAG)] if size > CHUNK else kept[:40]]
    flipped = [kept[:at] + bytes([kept[at] ^ 1]) + kept[at + 1 :] for at in (0, 10, 45, len(kept) - 1)]
    swapped = []
    if size > CHUNK:
        head, chunks = kept[: -3 * (CHUNK + TAG)], kept[-3 * (CHUNK + TAG) :]
        swapped = [head + chunks[CHUNK + TAG : 2 * (CHUNK + TAG)] + chunks[: CHUNK + TAG] + chunks[2 * (CHUNK + TAG) :]]
    for content in (*shorter, *flipped, *swapped):
        path.write_bytes(content)
        with pytest.raises((Damaged, NoSuchKey)), path.open("rb") as file:
            Unsealed(file, RING, "us-ny").readall()


def test_a_key_that_came_later_opens_nothing_and_the_old_one_still_does(tmp_path: Path) -> None:
    path = tmp_path / "file"
    sealed(path, b"content")
    with opened(path, KeyRing.parse(f"{NEW},{OLD}")) as raw:
        assert raw.readall() == b"content"
    with path.open("rb") as file, pytest.raises(NoSuchKey):
        Unsealed(file, KeyRing.parse(NEW), "us-ny")
    with opened(path, state="us-nj") as raw, pytest.raises(Damaged):
        raw.readall()


async def test_two_files_are_the_same_by_a_keyed_hash(tmp_path: Path) -> None:
    digests = []
    for ring, state, content in ((RING, "us-ny", b"a"), (RING, "us-ny", b"a"), (RING, "us-ny", b"b"), (RING, "us-nj", b"a")):
        receiving = Uploads(tmp_path, ring).receive(state)
        receiving.write(content)
        digests.append((await receiving.finish()).digest)
    assert digests[0] == digests[1]
    assert len(set(digests)) == 3
    newer = Uploads(tmp_path, KeyRing.parse(f"{NEW},{OLD}")).receive("us-ny")
    newer.write(b"a")
    assert (await newer.finish()).digest == digests[0]


async def test_what_is_forgotten_is_said_to_be_kept_no_more(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path, RING)
    receiving = uploads.receive("us-ny")
    receiving.write(b"content")
    assert not uploads.has("us-ny", receiving.id)  # half of it is no file
    received = await receiving.finish()
    with uploads.open("us-ny", received.id) as file:
        assert file.read() == b"content"
    assert oct((uploads.folder_of("us-ny", received.id) / "file").stat().st_mode)[-3:] == "600"
    uploads.forget("us-ny", received.id)
    with pytest.raises(NotKept):
        uploads.open("us-ny", received.id)
