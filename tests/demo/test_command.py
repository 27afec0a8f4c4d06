"""`workforce demo` as somebody types it: interrupted, taken up again, run twice, served, ended; and nothing of it is left running."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from app.cli.running.demo import forget, run
from app.core.embedded import start
from app.core.errors import Invalid, Unavailable
from app.core.installation import DATABASE
from app.core.settings import Settings
from app.demo.course import KEYS, MARK, POPULATION
from app.demo.visitors import VISITORS

PATIENCE = 120  # seconds for a step on a machine that is busy with other tests


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


class Typed:
    """The command in a folder of the test's own, with its database there."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("WORKFORCE_")}
        self.data = folder / "data"
        self.out, self.err = folder / "out", folder / "err"
        with self.out.open("w") as out, self.err.open("w") as err:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "app.cli", "demo", "--participants", "40", *arguments],
                cwd=folder,
                env={**kept, "WORKFORCE_DATA_FOLDER": str(self.data)},
                stdout=out,
                stderr=err,
            )

    def ends(self) -> int:
        """The exit code; and no server is left behind."""
        code = self.process.wait(PATIENCE)
        assert not (self.data / "pgdata" / "postmaster.pid").exists()
        return code

    def until(self, happens: Path | str) -> None:
        """Wait for a file, or for words on standard error."""
        deadline = time.monotonic() + PATIENCE
        while not (happens.exists() if isinstance(happens, Path) else happens in self.err.read_text()):
            assert self.process.poll() is None, self.err.read_text()
            assert time.monotonic() < deadline, self.err.read_text()
            time.sleep(0.05)

    def keys(self) -> list[str]:
        return re.findall(r"^  (wf_\S+)  ", self.out.read_text(), re.MULTILINE)


def test_it_can_be_interrupted_taken_up_again_served_and_ended(tmp_path: Path) -> None:
    first = Typed(tmp_path, "--no-serve")
    first.until(first.data / "demo.json")
    first.process.send_signal(signal.SIGINT)
    assert first.ends() == 130
    assert "go on from here" in first.err.read_text()

    port = free_port()
    second = Typed(tmp_path, "--port", str(port))
    second.until("Serving on")
    keys = second.keys()
    assert len(keys) == len(set(keys)) == len(VISITORS)
    assert (tmp_path / "exports" / "ny-outcomes.csv").exists()
    url = f"http://127.0.0.1:{port}"
    assert url in second.out.read_text()
    me = httpx.get(f"{url}/v1/me", headers={"Authorization": f"Bearer {keys[0]}"}, timeout=PATIENCE)
    assert me.status_code == 200
    assert httpx.get(f"{url}/docs", timeout=PATIENCE).status_code == 200
    second.process.send_signal(signal.SIGTERM)
    assert second.ends() in (0, 128 + signal.SIGTERM, -signal.SIGTERM)
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/health/live", timeout=5)


def test_of_two_at_once_the_second_waits_for_the_first(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "other")]
    for folder in folders:
        folder.mkdir()
        (folder / "data").symlink_to(tmp_path / "data")
    (tmp_path / "data").mkdir()
    both = [Typed(folder, "--no-serve") for folder in folders]
    assert [typed.process.wait(2 * PATIENCE) for typed in both] == [0, 0], [typed.err.read_text() for typed in both]
    assert "goes on when that is done" in "".join(typed.err.read_text() for typed in both)
    assert both[0].keys() == both[1].keys() != []
    assert not (tmp_path / "data" / "pgdata" / "postmaster.pid").exists()


def test_it_wants_a_database_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKFORCE_DATABASE_URL", "postgresql://somebody@nowhere/else")
    with pytest.raises(Invalid, match="Unset WORKFORCE_DATABASE_URL"):
        run(participants=1, seed=1, port=8000, fresh=False, served=False)


def test_it_says_at_once_that_somebody_has_the_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORKFORCE_DATABASE_URL", raising=False)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Unavailable, match=f"port {port}.*--port"):
            run(participants=1, seed=1, port=port, fresh=False)


def test_beginning_anew_deletes_the_demonstration_and_nothing_else(tmp_path: Path, settings: Settings) -> None:
    here = settings.model_copy(update={"data_folder": tmp_path})
    with start(tmp_path) as server:
        server.create_database(DATABASE)
        server.create_database("mine")
    forget(here)  # nothing says that this is a demonstration's
    with start(tmp_path) as server:
        assert server.has_database(DATABASE)
    for name in (MARK, KEYS, "key-ring"):
        (tmp_path / name).write_text("{}")
    (tmp_path / POPULATION).mkdir()
    forget(here)
    with start(tmp_path) as server:
        assert not server.has_database(DATABASE)
        assert server.has_database("mine")
    assert not [name for name in (MARK, KEYS, POPULATION) if (tmp_path / name).exists()]
    assert (tmp_path / "key-ring").exists()
