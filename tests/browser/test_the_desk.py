"""A person's way through the screen: enrolled, served, a step, a credential, work, and one thing taken back, each two clicks from the
time-line, with errors beside their fields and the focus where the work goes on. With a mouse, by keyboard alone, and at 400 %."""

import re
from dataclasses import dataclass, field

from playwright.async_api import Page, expect

from tests.browser.looking import ENLARGED, Visitors, overflow, tab_to, violations
from tests.browser.test_a_day import find
from tests.enrollments.world import ANN, BEA, EVE
from tests.people import ALICE, CHARLIE, NIA

COUNTING = """() => {
  window.clicks = 0;
  document.addEventListener("click", (event) => { if (event.target.closest("a, button")) window.clicks += 1; }, true);
}"""


@dataclass(frozen=True)
class Deed:
    """What is recorded: by which link and button, what is filled in, what is then said, and what the time-line has."""

    link: str
    says: str
    line: str
    button: str = ""
    fill: dict[str, str] = field(default_factory=dict)
    choose: str = ""


DEEDS = [
    Deed("Enroll on a path", "The enrollment is recorded.", "Enrolled Welding", choose="Welding", fill={"First day": "2026-10-01"}),
    Deed("Record a service", "The service is recorded.", "Service Career counseling", fill={"On": "2026-10-05"}),
    Deed("Complete a step", "The step is recorded as finished.", "Finished a step Course", fill={"Finished on": "2026-10-12"}),
    Deed(
        "Add a credential",
        "The credential is recorded.",
        "Credential Certified Welder",
        fill={"Name of the credential": "Certified Welder"},
    ),
    Deed(
        "Add work",
        "The quarter of work is recorded.",
        "Work 2026 Q3: 16-0743966",
        button="Add a quarter of work",
        fill={"Employer": "16-0743966"},
    ),
]


async def do(page: Page, deed: Deed) -> None:
    """Open the form, fill it in, send it; judged by axe before and after. Two clicks, and no page is loaded."""
    await page.evaluate("window.clicks = 0")
    await page.get_by_role("link", name=deed.link, exact=True).click()
    form = page.locator("#doing form")
    await expect(page.locator("#doing h2")).to_be_focused()
    assert await violations(page) == []
    if deed.choose:
        await form.locator("label").filter(has_text=deed.choose).click()
    for label, text in deed.fill.items():
        await form.get_by_label(re.compile(f"^{label}")).first.fill(text)
    await form.get_by_role("button", name=deed.button or deed.link).click()
    await expect(page.get_by_text(deed.says).first).to_be_focused()
    await expect(page.locator("#said")).to_have_text(deed.says)
    line = page.get_by_role("region", name="Time-line")
    await expect(line.get_by_role("listitem").filter(has_text=re.compile(deed.line.replace(" ", r"\s+"), re.I)).first).to_be_visible()
    assert await page.evaluate("window.clicks") <= 2
    assert await violations(page) == []


async def test_from_the_first_day_of_a_path_to_work(visitors: Visitors) -> None:
    async with visitors.page(ALICE) as page:
        await page.goto(f"/console/people/{BEA}")
        await page.evaluate(COUNTING)
        for deed in DEEDS:
            await do(page, deed)
        await expect(page.get_by_text("1 of 3 steps finished")).to_be_visible()


async def test_a_service_is_taken_back_with_a_reason(visitors: Visitors) -> None:
    async with visitors.page(ALICE, refused=422) as page:
        await page.goto(f"/console/people/{EVE}")
        await page.evaluate(COUNTING)
        await do(page, DEEDS[1])
        await page.evaluate("window.clicks = 0")
        back = page.get_by_role("link", name="Take back: Service Career counseling")
        await back.click()
        await expect(page.get_by_role("heading", name="Take it back")).to_be_focused()
        await page.get_by_role("button", name="Take it back").click()
        why = page.get_by_label(re.compile("^Why it is taken back"))
        await expect(why).to_be_focused()
        await expect(page.locator("#reason-error")).to_have_text("This may not be blank.")
        await expect(why).to_have_attribute("aria-invalid", "true")
        assert await violations(page) == []
        await why.fill("recorded for the wrong person")
        await page.keyboard.press("Enter")
        await expect(page.locator("#said")).to_contain_text("It is taken back.")
        await expect(back).to_have_count(0)
        assert await page.evaluate("window.clicks") <= 3  # two, and the one that was refused
        assert await violations(page) == []


async def test_what_is_wrong_stands_beside_its_field_and_has_the_focus(visitors: Visitors) -> None:
    async with visitors.page(ALICE, refused=422) as page:
        await page.goto(f"/console/people/{ANN}")
        await page.get_by_role("link", name="Enroll on a path").click()
        form = page.locator("#doing form")
        await form.get_by_role("button", name="Enroll on a path").click()
        await expect(page.locator("#career_path-error")).to_have_text("This may not be blank.")
        await expect(form.get_by_role("radio").first).to_be_focused()
        assert await violations(page) == []
        await page.get_by_role("link", name="Add work").click()
        await expect(page.get_by_role("heading", name="Add a quarter of work")).to_be_focused()
        employer, wages = form.get_by_label("Employer's number"), form.get_by_label("Wages paid in the quarter")
        for told, text, fault in ((wages, "-1", "wages"), (wages, "100.00", "employer")):
            await employer.fill("735-12-4680")  # a person's number, and no employer's
            await told.fill(text)
            await form.get_by_role("button", name="Add a quarter of work").click()
            await expect(page.locator(f"#{fault}-error")).not_to_be_empty()
            await expect(page.locator(f"#{fault}")).to_have_attribute("aria-invalid", "true")
            await expect(page.locator(f"#{fault}")).to_be_focused()
            await expect(form.locator("[aria-invalid]")).to_have_count(1)
            assert await violations(page) == []
        await expect(employer).to_have_value("735-12-4680")  # what was filled in is kept


async def test_wages_stand_with_the_areas_that_tell_them(visitors: Visitors) -> None:
    async with visitors.page(ALICE) as page:
        await page.goto(f"/console/people/{ANN}")
        await page.get_by_role("link", name="Enroll on a path").click()
        offered = page.get_by_role("group", name="Paths offered where this person lives")
        await expect(offered).to_contain_text("May 2025")
        await expect(offered).to_contain_text(re.compile(r"\$55,420 to \$71,000\s+Buffalo, NY"))
        await expect(offered).to_contain_text(re.compile(r"\$239,200 or more\s+Southwest, nonmetropolitan\s+1 wage suppressed"))
        await page.set_viewport_size(ENLARGED)
        assert await overflow(page) <= 0


async def test_a_form_is_put_away_and_the_focus_returns(visitors: Visitors) -> None:
    async with visitors.page(ALICE) as page:
        await page.goto(f"/console/people/{ANN}")
        opens = page.get_by_role("link", name="Plan a service")
        for away in ("Escape", "Cancel"):
            await opens.press("Enter")
            await expect(page.get_by_role("heading", name="Plan a service")).to_be_focused()
            if away == "Escape":
                await page.keyboard.press("Escape")
            else:
                await page.get_by_role("link", name="Cancel").click()
            await expect(page.locator("#doing > *")).to_have_count(0)
            await expect(opens).to_be_focused()


async def test_by_keyboard_alone_at_400_percent(visitors: Visitors) -> None:
    async with visitors.page(ALICE, at=ENLARGED) as page:
        await page.goto("/console/people")
        await expect(page.get_by_role("searchbox")).to_be_focused()
        await page.keyboard.type("ann exampl")
        link = page.get_by_role("link", name="Example, Ann")
        await expect(link).to_be_visible()
        await expect(page.locator("#said")).to_contain_text("found")
        await tab_to(page, link)
        await page.keyboard.press("Enter")
        await expect(page).to_have_url(re.compile(str(ANN)))
        await tab_to(page, page.get_by_role("link", name="Record a service"))
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="Record a service")).to_be_focused()
        assert await overflow(page) <= 0
        await tab_to(page, page.get_by_role("button", name="Record a service"))
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("The service is recorded.").first).to_be_focused()
        await expect(page.get_by_text("The service is recorded.").first).to_be_in_viewport()
        assert await overflow(page) <= 0
        assert await violations(page) == []


async def test_one_letter_asks_for_more(visitors: Visitors) -> None:
    async with visitors.page(ALICE) as page:
        await find(page, "e")
        await expect(page.locator("#said")).to_contain_text("Type one more letter")
        await page.get_by_role("searchbox").press_sequentially("xampel ann")
        await expect(page.get_by_role("link", name="Example, Ann")).to_be_visible()


async def test_nothing_of_her_board_is_seen_by_others(visitors: Visitors) -> None:
    for other in (CHARLIE, NIA):
        async with visitors.page(other, refused=404) as page:
            for path in ("", "/record/service", "/record/enrollment", f"/void/services/{ANN}"):
                answer = await page.goto(f"/console/people/{ANN}{path}")
                assert answer is not None
                assert answer.status == 404, path
                assert "Example" not in await page.content()
                assert await violations(page) == []
            for path in ("/console/today", "/console/imports", "/console/people?q=example"):
                await page.goto(path)
                content = await page.content()
                for name in ("Example, Ann", "Ann Example", "Bea Example", "Eve Example", "Erie Workforce Board", str(ANN)):
                    assert name not in content, (other.name, path, name)
