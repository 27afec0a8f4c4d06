"""Where the key ring comes from."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.core.settings import Settings
from app.participants.keyring import FILE, key_ring
from app.participants.sealing import UnfitRing
from tests.participants.world import RING


def test_the_settings_come_first(settings: Settings, tmp_path: Path) -> None:
    told = settings.model_copy(update={"data_folder": tmp_path})
    ring = key_ring(told)
    assert ring.token("735124680", state="us-ny") == RING.token("735124680", state="us-ny")
    assert list(tmp_path.iterdir()) == []


def test_without_one_it_is_made_once_and_its_user_alone_reads_it(settings: Settings, tmp_path: Path) -> None:
    bare = settings.model_copy(update={"key_ring": None, "data_folder": tmp_path / "new"})
    with ThreadPoolExecutor(8) as pool:
        rings = list(pool.map(lambda _: key_ring(bare), range(16)))
    assert len({ring.token("735124680", state="us-ny") for ring in rings}) == 1
    file = tmp_path / "new" / FILE
    assert list(file.parent.iterdir()) == [file]
    assert file.stat().st_mode & 0o777 == 0o600
    assert key_ring(bare).open(rings[0].seal("735124680", state="us-ny").sealed, state="us-ny") == "735124680"


def test_a_spoiled_file_is_refused_and_not_replaced(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("local:")
    with pytest.raises(UnfitRing, match="'local' has 0 bytes"):
        key_ring(settings.model_copy(update={"key_ring": None, "data_folder": tmp_path}))
    assert (tmp_path / FILE).read_text() == "local:"
