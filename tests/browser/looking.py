"""Looking at a page as a person does, and as axe does: the rules of WCAG 2.2 AA that a machine can judge."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser as Chromium
from playwright.async_api import BrowserContext, Locator, Page, ViewportSize, expect

from tests.house.tree import ROOT
from tests.people import Person

AXE = ROOT / "app/console/static/vendor/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
DESK, PHONE = ViewportSize(width=1280, height=900), ViewportSize(width=360, height=740)
ENLARGED = ViewportSize(width=320, height=256)
"""What is left of a screen of 1280 by 1024 at 400 % (WCAG 2.2, 1.4.10)."""

expect.set_options(timeout=15_000)  # the machine may be busy


class Visitors:
    """Pages of people: who signed in stays signed in, in a context of its own, and one who has not signed in is always somebody new."""

    def __init__(self, chromium: Chromium, url: str) -> None:
        self.chromium = chromium
        self.url = url
        self._contexts: dict[str, BrowserContext] = {}

    @asynccontextmanager
    async def page(self, person: Person | None = None, *, at: ViewportSize = DESK, refused: int = 0) -> AsyncIterator[Page]:
        """An empty page in somebody's browser. Whatever the browser complains of fails the test, but answers with the status `refused`."""
        context = self._contexts.get(person.name) if person else None
        page = await (context or await self._opened()).new_page()
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        wanted = (f"status of {refused} ", f"Code {refused} ")
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.set_viewport_size(at)
        try:
            if person and context is None:
                await sign_in(page, person)
                self._contexts[person.name] = page.context
            yield page
            assert [one for one in complaints if not any(words in one for words in wanted)] == []
        finally:
            await (page.close() if person else page.context.close())

    async def _opened(self) -> BrowserContext:
        context = await self.chromium.new_context(base_url=self.url, reduced_motion="reduce")
        context.set_default_timeout(20_000)
        await context.add_init_script(path=AXE)
        return context


async def sign_in(page: Page, person: Person) -> None:
    """Fill in the form."""
    await page.goto("/console/sign-in")
    await page.get_by_label("Your key").fill(person.key)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Today")


async def violations(page: Page) -> list[str]:
    """What axe finds on the page as it stands: each rule, and where it is broken."""
    found = await page.evaluate("rules => axe.run({runOnly: rules})", RULES)
    assert found["passes"], "axe judged nothing"
    return [f"{one['id']}: {node['target']} {node['failureSummary']}" for one in found["violations"] for node in one["nodes"]]


async def overflow(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    return int(await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


async def tab_to(page: Page, wanted: Locator, *, most: int = 80) -> None:
    """Press Tab until something has the focus, as whoever has no mouse."""
    for _ in range(most):
        await page.keyboard.press("Tab")
        if await wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"the keyboard does not reach {wanted}")
