"""Regions, jobs, paths, figures and releases in a browser: the map and the same as a list, evidence, steps, receipts, files."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.looking import ENLARGED, PHONE, Visitors, overflow, violations
from tests.people import ALICE, CHARLIE, DANA, NIA, PAT

TABLE = "/console/outcomes/table?kind=quarter&on=2026-09-30&population=wioa_participants"


async def test_regions_on_a_day_as_a_map_and_as_a_list(visitors: Visitors) -> None:
    async with visitors.page(ALICE) as page:
        await page.goto("/console/regions")
        listed = page.get_by_role("list", name="Regions")
        await expect(page.locator("figure svg path")).to_have_count(3)
        await expect(listed.get_by_role("link")).to_have_text(["Finger Lakes", "North Country", "Western New York"])
        await page.get_by_label("Divided by").select_option(label="Counties")
        await expect(listed.get_by_role("link")).to_have_count(4)
        on_map = await page.locator("figure svg a").evaluate_all("all => all.map((one) => one.getAttribute('href'))")
        in_list = await listed.get_by_role("link").evaluate_all("all => all.map((one) => one.getAttribute('href'))")
        assert sorted(on_map) == sorted(in_list)
        assert [await path.bounding_box() for path in await page.locator("figure svg path").all()]  # each is drawn
        assert await violations(page) == []
        await page.get_by_label("On", exact=True).fill("2019-01-01")
        await expect(page.get_by_text("There are no such regions on this day.")).to_be_visible()
        await expect(page.locator("figure svg")).to_have_count(0)
        assert await violations(page) == []


async def test_a_job_in_demand_its_evidence_a_path_and_its_steps(visitors: Visitors) -> None:
    async with visitors.page(ALICE) as page:
        await page.goto("/console/regions")
        await page.get_by_role("list", name="Regions").get_by_role("link", name="Western New York").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Western New York")
        job = page.get_by_role("row", name=re.compile("^Welders"))
        await expect(job).to_contain_text("970")
        await job.get_by_text("figures of 1 area").press("Enter")
        for evidence in ("Buffalo, NY", "970 people, 0.18 % of all work there", "$63,000 or more", "Rule board_decision", "The board"):
            await expect(job).to_contain_text(evidence)
        assert await violations(page) == []
        paths = page.get_by_role("region", name="Career paths offered here").first
        await expect(paths).to_contain_text(re.compile(r"Welding\s+in demand"))
        await paths.get_by_role("link", name="Welding").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Welding")
        steps = page.get_by_role("region", name="Its steps").get_by_role("listitem")
        await expect(steps).to_have_count(3)
        await expect(steps.nth(1)).to_contain_text("2. Credential")
        await expect(steps.nth(1)).to_contain_text("A certificate")
        leads = page.get_by_role("region", name="Where it leads")
        await expect(leads).to_contain_text(re.compile(r"\$55,420\s+Buffalo, NY"))
        await expect(leads).to_contain_text(re.compile(r"suppressed\s+Southwest, nonmetropolitan"))
        assert await violations(page) == []
        await page.get_by_role("link", name="Western New York").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Western New York")


async def test_other_states_regions_are_not_there(visitors: Visitors) -> None:
    async with visitors.page(NIA, refused=404) as page:
        await page.goto("/console/regions")
        assert "Western New York" not in await page.content()
        await page.goto("/console/regions/labor_market_region/western_new_york")
        await expect(page.get_by_role("main")).not_to_contain_text("Welders")


async def first_figure(page: Page) -> str:
    """Where a region's figure leads that is a number."""
    await page.goto(TABLE)
    opens = page.get_by_role("row", name=re.compile("Western New York")).get_by_role("link").first
    return await opens.get_attribute("href") or ""


@pytest.mark.parametrize("by", ["Escape", "Close"])
async def test_a_figure_opens_its_receipt_and_gives_the_focus_back(visitors: Visitors, by: str) -> None:
    async with visitors.page(DANA) as page:
        href = await first_figure(page)
        opens = page.locator(f"tbody a[href='{href}']")
        await opens.press("Enter")
        panel = page.get_by_role("dialog")
        await expect(panel.get_by_role("heading", level=2)).to_be_focused()
        await expect(panel).to_contain_text("INTERNAL")
        await expect(panel).to_contain_text("Western New York")
        assert await violations(page) == []
        await page.set_viewport_size(ENLARGED)
        assert await overflow(page) <= 0
        if by == "Escape":
            await page.keyboard.press("Escape")
        else:
            await panel.get_by_role("button", name="Close").press("Enter")
        await expect(panel).to_have_count(0)
        await expect(opens).to_be_focused()


def kept(folder: Path) -> dict[str, int]:
    """The kinds of files in a folder, and their sizes."""
    return {path.suffix: path.stat().st_size for path in folder.iterdir()}


async def test_a_release_and_its_files(visitors: Visitors, tmp_path: Path) -> None:
    async with visitors.page(PAT) as page:
        await page.goto("/console/today")
        await page.get_by_role("navigation", name="Screens").get_by_role("link", name="Outcomes").click()
        await page.get_by_role("main").get_by_role("link", name=re.compile("PY 2026 Q1")).click()
        await expect(page.get_by_role("heading", level=1)).to_contain_text("PY 2026 Q1")
        table = page.get_by_role("region", name="Table: every region")
        await expect(table.get_by_role("row", name=re.compile("^North Country"))).to_contain_text("suppressed")
        assert await violations(page) == []
        await page.get_by_label("On the map").select_option(index=1)
        await expect(page.get_by_role("heading", level=1)).to_contain_text("PY 2026 Q1")
        assert await violations(page) == []
        for size in (PHONE, ENLARGED):
            await page.set_viewport_size(size)
            assert await overflow(page) <= 0, size
        files = page.get_by_role("list", name="Files").get_by_role("link")
        assert await files.count() >= 6
        for link in await files.all():
            async with page.expect_download() as begun:
                await link.click()
            download = await begun.value
            await download.save_as(tmp_path / download.suggested_filename)
        sizes = kept(tmp_path)
        assert sizes.keys() >= {".csv", ".xlsx", ".parquet", ".geojson", ".gpkg", ".json"}
        assert all(sizes.values())


async def test_figures_of_today_are_the_states_own(visitors: Visitors) -> None:
    for other in (ALICE, CHARLIE, PAT):
        async with visitors.page(other, refused=403) as page:
            await page.goto(TABLE)
            await expect(page.get_by_role("main")).to_contain_text("small groups can be recognized")
            assert await violations(page) == []
