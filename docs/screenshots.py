"""Pictures of the screens: `python -m docs.screenshots` starts the demonstration by itself, looks at it with Chromium and ends it.

The console is seen by the Erie workforce board's staff and by the state's; the public page by anybody.
"""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import Browser, async_playwright

HERE = Path(__file__).parent
PEOPLE = 20_000
WIDTH, HEIGHT = 1280, 900
STARTING = 600.0  # seconds: the demonstration is loaded first

SHOTS = (
    ("console-person", "board_staff", None),  # whoever the search finds first
    ("console-outcomes", "state_admin", "/console/outcomes"),
    ("public", None, "/public/us-ny/"),
)


@contextlib.contextmanager
def demonstration() -> Iterator[tuple[str, dict[str, str]]]:
    """The demonstration, served: its address, and the keys by role."""
    with TemporaryDirectory(prefix="screens") as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        command = [sys.executable, "-m", "app.cli", "demo", "--participants", str(PEOPLE), "--port", str(port)]
        process = subprocess.Popen(command, env=os.environ | {"WORKFORCE_DATA_FOLDER": folder}, stdout=sys.stderr)  # noqa: S603 - ours
        try:
            url = f"http://127.0.0.1:{port}"
            await_answer(f"{url}/health/live", process)
            yield url, json.loads((Path(folder) / "demo-keys.json").read_text())
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def await_answer(url: str, process: "subprocess.Popen[bytes]") -> None:
    """Wait until the server answers. Raises `RuntimeError` if it ends before, or takes too long."""
    end = time.monotonic() + STARTING
    while process.poll() is None and time.monotonic() < end:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=2):  # noqa: S310 - our own server
            return
        time.sleep(1)
    raise RuntimeError("the demonstration was not served")


async def look(url: str, keys: dict[str, str], browser: Browser) -> None:
    """Take every picture."""
    for name, role, path in SHOTS:
        context = await browser.new_context(base_url=url, viewport={"width": WIDTH, "height": HEIGHT}, reduced_motion="reduce")
        page = await context.new_page()
        if role is not None:
            await page.goto("/console/sign-in")
            await page.get_by_label("Your key").fill(keys[role])
            await page.get_by_role("button", name="Sign in").click()
            await page.wait_for_url("**/console/**")
        if path is None:
            await page.goto("/console/people?q=rosa+demobrook")
            await page.locator("main a[href*='/console/people/']").first.click()
        else:
            await page.goto(path)
        await page.wait_for_load_state("networkidle")
        await page.screenshot(path=HERE / f"{name}.png")
        await context.close()


async def main() -> None:
    """Start, look, end."""
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("There is no chromium on this machine. On Debian: apt install chromium")
    with demonstration() as (url, keys):
        async with async_playwright() as playwright:
            arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
            browser = await playwright.chromium.launch(executable_path=chromium, args=arguments)
            await look(url, keys, browser)
            await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
