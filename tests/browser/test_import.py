"""Alice brings a spreadsheet with three mistakes: she checks it, reads what is wrong, mends it, and takes it in. On a phone, too."""

import csv
from pathlib import Path

from playwright.async_api import Page, expect

from tests.browser.looking import DESK, PHONE, Visitors, overflow, violations
from tests.imports.test_by_http import ADA, BEN
from tests.imports.working import table
from tests.people import ALICE, CHARLIE

NAME = "Spreadsheet"
GOOD = [ADA | {"reference": f"B-{n}", "last_name": NAME, "first_name": f"Good{n}", "ssn": ""} for n in range(40)]
WRONG = [
    BEN | {"reference": "B-101", "last_name": NAME, "birth_date": "1980-13-01"},
    BEN | {"reference": "B-102", "last_name": NAME, "sex": "7"},
    BEN | {"reference": "B-103", "last_name": NAME, "county": "42001", "postal": "NY"},
]
MENDED = [{"birth_date": "1980-12-01"}, {"sex": "2"}, {"county": "36029"}]


async def choose(page: Page, file: Path) -> None:
    await page.get_by_label("What is in it").select_option("participants")
    await page.locator("#file").set_input_files(file)


async def clean(page: Page) -> None:
    """Nothing for axe to find, at a desk and on a phone, and nothing scrolls sideways."""
    assert await violations(page) == []
    await page.set_viewport_size(PHONE)
    assert await overflow(page) <= 0
    assert await violations(page) == []
    await page.set_viewport_size(DESK)


async def ended(page: Page, heading: str) -> None:
    """While it is under way there is a bar; what became of it is said, and has the focus."""
    await expect(page.get_by_role("progressbar").or_(page.get_by_role("heading", name=heading, exact=True))).to_be_visible()
    await expect(page.get_by_role("heading", name=heading, exact=True)).to_be_focused(timeout=60_000)


async def test_a_spreadsheet_with_three_mistakes(visitors: Visitors, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(table(*GOOD, *WRONG))
    async with visitors.page(ALICE) as page:
        await page.goto("/console/imports")
        await choose(page, file)
        await page.get_by_role("button", name="Check the file").click()
        await ended(page, "Mistakes, line by line")
        panel = page.locator("#import")
        await expect(panel).to_contain_text("3 mistakes in 3 of 43 rows. Nothing was taken in.")
        await expect(page.locator("#said")).to_have_text("3 mistakes in 3 of 43 rows. Nothing was taken in.")
        rows = panel.get_by_role("row")
        await expect(rows).to_have_count(4)
        for row, (line, column) in zip(range(1, 4), ((42, "birth_date"), (43, "sex"), (44, "county")), strict=True):
            await expect(rows.nth(row)).to_contain_text(f"{line}{column}")
        assert "1980-13-01" not in await page.content()
        await clean(page)

        async with page.expect_download() as coming:
            await page.get_by_role("link", name="Download the lines with mistakes").click()
        mistakes = tmp_path / "mistakes.csv"
        await (await coming.value).save_as(mistakes)
        with mistakes.open(encoding="utf-8-sig", newline="") as before:
            told = list(csv.DictReader(before))
        assert [row["mistake_line"] for row in told] == ["42", "43", "44"]
        file.write_bytes(table(*(row | put for row, put in zip(told, MENDED, strict=True))))

        await choose(page, file)
        await page.get_by_role("button", name="Check the file").click()
        await ended(page, "Checked")
        await expect(panel).to_contain_text("Nothing is wrong with 3 rows.")
        await clean(page)
        await panel.get_by_role("button", name="Take it in").click()
        await ended(page, "Taken in")
        await expect(panel).to_contain_text("3 rows were taken in.")
        await clean(page)

        file.write_bytes(table(*GOOD, *WRONG))
        await choose(page, file)
        await page.locator("#bring").get_by_role("button", name="Take it in").click()
        await ended(page, "Mistakes, line by line")
        await panel.get_by_role("button", name="Take in the 40 good rows").click()
        await ended(page, "Taken in")
        await expect(panel).to_contain_text("40 rows were taken in; 3 rows have mistakes and were not.")
        await page.goto(f"/console/people?q={NAME}+Good7")
        await expect(page.get_by_role("link", name=f"{NAME}, Good7")).to_be_visible()
    async with visitors.page(CHARLIE) as page:
        await page.goto("/console/imports")
        await expect(page.get_by_text("Nothing was imported yet.")).to_be_visible()
