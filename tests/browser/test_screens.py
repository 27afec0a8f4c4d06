"""Every screen and public page: the browser complains of nothing, axe finds nothing, and neither on a phone nor at 400 % does anything
scroll sideways."""

import pytest
from playwright.async_api import expect

from tests.browser.looking import ENLARGED, PHONE, Visitors, overflow, violations
from tests.enrollments.world import ANN
from tests.people import ALICE, DANA, PAT, PRIYA, Person

SCREENS: list[tuple[Person | None, str]] = [
    (None, "/console/sign-in"),
    (ALICE, "/console/today"),
    (DANA, "/console/today"),
    (PAT, "/console/today"),
    (PRIYA, "/console/today"),
    (ALICE, "/console/people"),
    (ALICE, "/console/people?q=example"),
    (ALICE, "/console/people?q=nobody+at+all"),
    (ALICE, f"/console/people/{ANN}"),
    (ALICE, "/console/people?q=e"),
    (ALICE, f"/console/people/{ANN}/record/service"),
    (ALICE, f"/console/people/{ANN}/record/plan"),
    (ALICE, f"/console/people/{ANN}/record/enrollment"),
    (ALICE, f"/console/people/{ANN}/record/credential"),
    (ALICE, f"/console/people/{ANN}/record/employment"),
    (ALICE, "/console/imports"),
    (ALICE, "/console/regions"),
    (ALICE, "/console/regions?system=county"),
    (ALICE, "/console/regions?on=2001-01-01"),
    (ALICE, "/console/regions/labor_market_region/western_new_york"),
    (ALICE, "/console/career-paths/welding"),
    (ALICE, "/console/career-paths/welding?system=labor_market_region&region=western_new_york"),
    (DANA, "/console/outcomes/table"),
    (DANA, "/console/outcomes/table?period=quarter&on=2026-09-30&population=wioa_participants"),
    (DANA, "/console/releases"),
    (PAT, "/console/outcomes"),
    (None, "/public/us-ny/"),
    (None, "/public/us-ny/regions/western_new_york"),
    (None, "/public/us-ny/regions/north_country"),
    (None, "/public/us-ny/compare"),
    (None, "/public/us-ny/how-it-was-counted"),
    (None, "/public/us-ny/releases"),
    (None, "/public/us-ny/releases/latest"),
]


def named(value: object) -> str:
    return value.name if isinstance(value, Person) else str(value or "anybody").replace(str(ANN), "ann")


@pytest.mark.parametrize(("person", "path"), SCREENS, ids=named)
async def test_a_screen(visitors: Visitors, person: Person | None, path: str) -> None:
    async with visitors.page(person) as page:
        answer = await page.goto(path)
        assert answer is not None
        assert answer.status == 200, await page.content()
        await expect(page.get_by_role("heading", level=1)).to_have_count(1)
        assert await violations(page) == []
        for size in (PHONE, ENLARGED):
            await page.set_viewport_size(size)
            assert await overflow(page) <= 0, size


@pytest.mark.parametrize("path", ["/console/today", "/public/us-ny/"])
async def test_the_keyboard_alone_reaches_the_content(visitors: Visitors, path: str) -> None:
    async with visitors.page(ALICE if path.startswith("/console") else None) as page:
        await page.goto(path)
        await page.keyboard.press("Tab")
        first = page.locator(":focus")
        assert await first.get_attribute("href") == "#main"
        await expect(first).to_be_in_viewport()
        await page.keyboard.press("Enter")
        await expect(page.locator("main:focus")).to_have_count(1)
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.querySelector('main').contains(document.activeElement)")
