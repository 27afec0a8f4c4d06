"""Chromium before the really served application, over the world of tests/console/places.py and a certified release.

Where there is no Chromium these tests are skipped and say so, unless WORKFORCE_BROWSER=required: then they fail, so that a machine
that checks the project cannot pass without them.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import async_playwright
from sqlalchemy import text

from app.access.permissions import Role
from app.core.embedded import Server
from app.core.settings import Settings
from tests.browser.looking import Visitors
from tests.conftest import PEOPLED, TODAY, TestDatabase, copied
from tests.console import places
from tests.people import DANA
from tests.releases import world

NONE = "no chromium on this machine (on Debian: apt install chromium)"
PERIOD = {"period": "quarter@2026-09-30"}


def _executable() -> str:
    """Where Chromium is; skips the test, or fails it where a browser is required."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found:
        return found
    if os.environ.get("WORKFORCE_BROWSER") == "required":
        pytest.fail(NONE)
    pytest.skip(NONE)


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Chromium]:
    """One browser a run."""
    executable = _executable()
    async with async_playwright() as playwright:
        arguments = ["--disable-dev-shm-usage", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
        browser = await playwright.chromium.launch(executable_path=executable, args=arguments)
        yield browser
        await browser.close()


@contextmanager
def _serving(settings: Settings, database_url: str) -> Iterator[str]:
    """`workforce serve` as a process of its own, with its worker, at noon of the tests' day; answers where it serves."""
    assert settings.key_ring is not None
    own = {
        "WORKFORCE_DATA_FOLDER": tempfile.mkdtemp(prefix="wf"),
        "WORKFORCE_DATABASE_URL": database_url,
        "WORKFORCE_KEY_RING": settings.key_ring.get_secret_value(),
        "WORKFORCE_TODAY": TODAY.isoformat(),
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("WORKFORCE_")}
    log = Path(own["WORKFORCE_DATA_FOLDER"]) / "log"
    command = [sys.executable, "-m", "app.cli", "serve", "--port", "0"]
    with log.open("w") as said:
        process = subprocess.Popen(command, env=inherited | own, stdout=said, stderr=said, start_new_session=True)
    try:
        yield _address(process, log)
    finally:
        process.terminate()
        try:
            process.wait(30)
        finally:
            process.kill()
            shutil.rmtree(own["WORKFORCE_DATA_FOLDER"], ignore_errors=True)


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        if found := re.search(r"Serving on (http://[^\s,]+)", log.read_text()):
            return found[1]
        time.sleep(0.05)
    raise AssertionError(f"it did not start: {log.read_text()}")


@pytest.fixture(scope="session")
async def served(chromium: Chromium, server: Server, settings: Settings, worker_id: str) -> AsyncIterator[str]:
    """Where the application serves; two people of the state have certified a release there."""
    with ExitStack() as until_then:
        database = TestDatabase(server, until_then.enter_context(copied(server, PEOPLED, worker_id)))
        try:
            async with database.transaction(DANA.actor) as tx:
                await world.settle(tx)
                await places.lay_out(tx)
                tokens = "SELECT t.token, p.id FROM participants p CROSS JOIN LATERAL tokens_of(first_name, last_name, phone) t"
                await tx.run(text(f"INSERT INTO search_tokens (token, participant) {tokens}"))
                await tx.commit()
            second = {"Authorization": f"Bearer {await database.key('us-ny', Role.STATE_ADMIN)}"}
        finally:
            await database.close()
        url = until_then.enter_context(_serving(settings, database.url))
        async with httpx.AsyncClient(base_url=url, timeout=60) as asked:
            drafted = await asked.post("/v1/releases", json=PERIOD, headers=DANA.headers)
            assert drafted.status_code == 201, drafted.text
            certified = await asked.post(f"/v1/releases/{drafted.json()['id']}/certification", headers=second)
            assert certified.status_code == 200, certified.text
        yield url


@pytest.fixture(scope="session")
async def visitors(chromium: Chromium, served: str) -> Visitors:
    """Who signed in stays signed in for the run."""
    return Visitors(chromium, served)
