"""A really served process: it starts from nothing, answers, works, and leaves nothing running."""

import contextlib
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

Process = subprocess.Popen[str]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder of the test's own; whatever a failed test leaves running on it is killed."""
    place = Path(tempfile.mkdtemp(prefix="wf"))
    yield place
    for pid in running(place):
        os.kill(pid, signal.SIGKILL)
    shutil.rmtree(place)


@pytest.fixture
def environment(folder: Path) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("WORKFORCE_")}
    return inherited | {"WORKFORCE_DATA_FOLDER": str(folder), "PYTHONWARNINGS": "error"}


@pytest.fixture
def start(environment: dict[str, str]) -> Iterator[Callable[..., Process]]:
    started: list[Process] = []

    def begin(*arguments: str) -> Process:
        command = [sys.executable, "-m", "app.cli", *arguments]
        process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True)
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def running(folder: Path) -> list[int]:
    """Every process that has the folder in its command line or its environment; zombies have neither."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if int(process.name) != os.getpid() and any(
                os.fsencode(folder) in (process / name).read_bytes() for name in ("cmdline", "environ")
            ):
                found.append(int(process.name))
    return found


def address(process: Process) -> str:
    """Where a started server says that it serves."""
    assert process.stderr is not None
    for line in process.stderr:
        if found := re.search(r"Serving on (http://\S+),", line):
            return found[1]
    raise AssertionError("it did not start")


def within(seconds: float, condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def health(url: str) -> dict[str, str]:
    answer = httpx.get(f"{url}/health/ready")
    assert answer.status_code == 200, answer.text
    health: dict[str, str] = answer.json()
    return health


def workers(folder: Path) -> list[int]:
    return [pid for pid in running(folder) if b"--with-parent" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def test_it_starts_from_nothing_and_leaves_nothing(start: Callable[..., Process], folder: Path) -> None:
    server = start("serve", "--port", "0")
    url = address(server)
    assert within(30, lambda: health(url)["worker"] == "running")
    assert health(url) == {
        "status": "ready",
        "database": "reached",
        "migration": "newest",
        "role": "bound_by_row_policies",
        "worker": "running",
    }
    ring = folder / "key-ring"
    assert stat.S_IMODE(ring.stat().st_mode) == 0o600
    assert re.fullmatch(r"k1:[A-Za-z0-9+/]{43}=\n", ring.read_text())

    # A worker that dies is started again.
    [first] = workers(folder)
    os.kill(first, signal.SIGKILL)
    assert within(30, lambda: len(workers(folder)) == 1 and workers(folder) != [first])

    # Another server gets on with the same database, but not on the same port; when it ends the first one has not noticed.
    port = url.rpartition(":")[2]
    second = start("serve", "--port", port, "--no-worker")
    _, said = second.communicate(timeout=30)
    assert second.returncode == 1
    assert f"Cannot listen on 127.0.0.1:{port}" in said
    assert "--port" in said
    second = start("serve", "--port", "0", "--no-worker")
    health(address(second))
    second.send_signal(signal.SIGINT)
    _, rest = second.communicate(timeout=30)
    assert (second.returncode, "Traceback" in rest) == (0, False), rest
    health(url)

    server.terminate()
    _, rest = server.communicate(timeout=60)
    assert (server.returncode, "Traceback" in rest) == (128 + signal.SIGTERM, False), rest
    assert running(folder) == []


def test_a_killed_server_takes_its_worker_along(start: Callable[..., Process], folder: Path) -> None:
    server = start("serve", "--port", "0")
    url = address(server)
    assert within(30, lambda: health(url)["worker"] == "running")
    server.kill()
    server.wait()
    assert within(30, lambda: running(folder) == [])  # the worker noticed, left last, and stopped PostgreSQL
