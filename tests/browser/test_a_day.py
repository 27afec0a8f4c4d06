"""Alice's work in a browser: she signs in, finds a person, records a service and sees it. Charlie does not find that person."""

import re

from playwright.async_api import Page, expect

from tests.browser.looking import PHONE, Visitors, sign_in, violations
from tests.enrollments.world import ANN, BEA
from tests.people import ALICE, CHARLIE, NIA


async def find(page: Page, words: str) -> None:
    await page.goto("/console/people")
    await page.get_by_role("searchbox").press_sequentially(words)


async def test_she_signs_in_and_out(visitors: Visitors) -> None:
    async with visitors.page() as page:
        await page.goto("/console/today")
        await expect(page).to_have_url(re.compile("/console/sign-in"))
        await sign_in(page, ALICE)
        await expect(page.get_by_role("banner")).to_contain_text("Erie Workforce Board")
        await page.get_by_role("button", name="Sign out").click()
        await expect(page).to_have_url(re.compile("/console/sign-in"))
        await page.goto("/console/people")
        await expect(page).to_have_url(re.compile("/console/sign-in"))


async def test_she_finds_a_person_and_records_a_service(visitors: Visitors) -> None:
    async with visitors.page(ALICE) as page:
        await find(page, "exampel ann")
        await page.get_by_role("link", name="Example, Ann").click()
        line = page.get_by_role("region", name="Time-line")
        before = await line.get_by_text("Career counseling").count()
        await page.get_by_role("link", name="Record a service").click()
        await expect(page.get_by_role("heading", name="Record a service")).to_be_focused()
        assert await violations(page) == []
        await page.get_by_role("button", name="Record a service").click()
        await expect(page.get_by_text("The service is recorded.").first).to_be_focused()
        await expect(page.locator("#said")).to_have_text("The service is recorded.")
        await expect(line.get_by_text("Career counseling")).to_have_count(before + 1)
        assert await violations(page) == []


async def test_with_the_keyboard_on_a_phone_too(visitors: Visitors) -> None:
    async with visitors.page(ALICE, at=PHONE) as page:
        await find(page, "bea example")
        link = page.get_by_role("link", name="Example, Bea")
        await expect(link).to_be_visible()
        await link.focus()
        await page.keyboard.press("Enter")
        await expect(page).to_have_url(re.compile(str(BEA)))
        await page.get_by_role("link", name="Record a service").focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="Record a service")).to_be_focused()
        await page.get_by_role("button", name="Record a service").focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("The service is recorded.").first).to_be_focused()


async def test_others_do_not_find_her(visitors: Visitors) -> None:
    for other in (CHARLIE, NIA):
        async with visitors.page(other) as page:
            await find(page, "ann example")
            found = page.get_by_role("region", name="People found", exact=True)
            await expect(found).to_contain_text(re.compile("(is|person|people) found"))
            await expect(found.get_by_role("link", name="Example, Ann")).to_have_count(0)
            assert str(ANN) not in await page.content()
