"""Regions and outcomes on screens: who sees what, receipts, files, maps, and releases."""

import re
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
import shapely
from fastapi import FastAPI
from sqlalchemy import insert

from app.console.drawing import COLOURS, drawing
from app.console.shading import COLOURS as COLOURS_OF_FIGURES
from app.console.shading import NO_NUMBER, legend, shaded
from app.core.assets import FOLDER, address
from app.enrollments import participations
from app.regions.models import Region, RegionEdition, RegionSystem
from tests.conftest import TODAY, Client, TestDatabase
from tests.console.browsing import Browser, signed_in
from tests.enrollments.world import ANN, BEA, CAL, EVE, SINCE
from tests.outcomes.world import settle
from tests.people import ALICE, CHARLIE, DANA, NIA, PAT, PRIYA

TABLE = "/console/outcomes/table?on=2026-09-30"
RECEIPT = "/console/outcomes/receipt?on=2026-09-30&indicator=employment_rate_q2&population=wioa_participants&region=western_new_york"
SQUARE = shapely.box(-79.0, 42.0, -78.0, 43.0)


@pytest.fixture
async def world(own_db: TestDatabase) -> TestDatabase:
    """The world of the outcomes' tests, with counties of which one has an outline."""
    async with own_db.transaction(DANA.actor) as tx:
        await settle(tx)
        for who in (ANN, BEA, CAL, EVE):
            await participations.derive(tx, by=DANA.actor, participant=who, today=TODAY)
        await tx.run(insert(RegionSystem).values(key="county", title="Counties", source="s"))
        edition = UUID(int=302)
        await tx.run(insert(RegionEdition).values(id=edition, system="county", valid_from=SINCE, source="drawn by hand"))
        for code, shape in (("36029", SQUARE), ("36089", None)):
            drawn = {"shape": shapely.to_wkb(shape)} if shape else {"no_shape": "nobody drew it"}
            await tx.run(insert(Region).values(edition=edition, code=code, name=f"County {code}", counties=[code], **drawn))
        await tx.commit()
    return own_db


# Regions


async def test_every_system_is_a_map_and_a_list(app: FastAPI, world: TestDatabase) -> None:
    async with signed_in(app, ALICE) as browser:
        page = (await browser.get("/console/regions?system=county")).text
        assert page.count("<path d=") == 1
        assert "County 36029" in page
        assert "nobody drew it" in page
        assert "drawn by hand" in page
        assert "Western New York" in (await browser.get("/console/regions")).text
        assert "no such regions on this day" in (await browser.get("/console/regions?on=2001-01-01")).text
        assert "no such regions on this day" in (await browser.get("/console/regions?system=moons")).text


async def test_a_region_tells_what_is_in_demand_and_offered(app: FastAPI, world: TestDatabase) -> None:
    async with signed_in(app, PAT) as browser:
        page = (await browser.get("/console/regions/labor_market_region/western_new_york")).text
        assert "Welders" in page
        assert "51-4121" in page
        assert "/console/career-paths/welding?on=2026-10-31" in page
        assert "/console/career-paths/pharmacy?on=2026-10-31" in page
        elsewhere = (await browser.get("/console/regions/labor_market_region/north_country")).text
        assert "Welders" not in elsewhere
        assert "/console/career-paths/pharmacy" not in elsewhere
        assert (await browser.get("/console/regions/labor_market_region/atlantis")).status_code == 404
        assert (await browser.get("/console/career-paths/alchemy")).status_code == 404
        assert (await browser.get("/console/career-paths/drafted")).status_code == 404


async def test_another_state_sees_nothing_of_it(app: FastAPI, world: TestDatabase) -> None:
    async with signed_in(app, NIA) as browser:
        for path in ("/console/regions", "/console/regions?system=county", TABLE, "/console/releases"):
            page = (await browser.get(path)).text
            assert "Western New York" not in page, path
            assert "County 36029" not in page, path
        assert (await browser.get("/console/regions/labor_market_region/western_new_york")).status_code == 404


# Outcomes


async def test_the_states_staff_see_the_table_and_every_receipt(app: FastAPI, world: TestDatabase) -> None:
    async with signed_in(app, DANA) as browser:
        assert (await browser.get("/console/outcomes?on=2026-09-30")).headers["location"] == TABLE
        page = (await browser.get(TABLE)).text
        assert "INTERNAL" in page
        assert "Western New York" in page
        receipts = [address.replace("&amp;", "&") for address in re.findall(r'hx-get="(/console/outcomes/receipt[^"]+)"', page)]
        assert len(receipts) == 5 * 9  # two regions, unknown, out of state and the state; nine indicators
        for address in receipts:
            part = await browser.get(address, headers={"HX-Request": "true"})
            assert part.status_code == 200, address
            assert "INTERNAL" in part.text
            assert "<html" not in part.text
        whole = await browser.get(RECEIPT)
        assert "<html" in whole.text
        assert "100.0 %" in whole.text
        assert "/console/outcomes/table?kind=quarter" in whole.text


async def test_the_table_is_that_of_the_api(app: FastAPI, client: Client, world: TestDatabase) -> None:
    asked = "/v1/outcomes?period=rolling_4@2026-09-30&system=labor_market_region"
    items = (await client(DANA).get(asked)).json()["items"]
    theirs = [i for i in items if (i["population"], i["indicator"]) == ("all_learners", "enrolled")]
    async with signed_in(app, DANA) as browser:
        page = (await browser.get("/console/outcomes/table?kind=rolling_4&on=2026-09-30&population=all_learners&indicator=enrolled")).text
    for item in theirs:
        cell = re.search(rf'indicator=enrolled&amp;region={re.escape(item["region"])}" [^>]*>([^<]+)<', page)
        assert cell
        assert cell[1] == f"{item['value']:,.0f}"


async def test_nobody_else_sees_unprotected_figures(app: FastAPI, world: TestDatabase) -> None:
    for person in (ALICE, CHARLIE, PRIYA, PAT):
        async with signed_in(app, person) as browser:
            assert (await browser.get("/console/outcomes")).headers["location"] == "/console/releases", person
            for path in (TABLE, RECEIPT, "/console/outcomes/file.csv?on=2026-09-30"):
                answer = await browser.get(path)
                assert answer.status_code == 403, (person, path)
                assert "small groups can be recognized" in answer.text
            assert "Nothing has been released yet." in (await browser.get("/console/releases")).text


@pytest.mark.parametrize("form", ["csv", "parquet", "xlsx", "geojson", "gpkg", "svg", "png"])
async def test_every_form_is_the_apis(app: FastAPI, client: Client, world: TestDatabase, form: str) -> None:
    async with signed_in(app, DANA) as browser:
        file = await browser.get(f"/console/outcomes/file.{form}?on=2026-09-30")
    theirs = await client(DANA).get(f"/v1/outcomes.{form}?period=quarter@2026-09-30")
    assert file.status_code == theirs.status_code == 200
    for header in ("content-type", "content-disposition", "disclosure", "cache-control"):
        assert file.headers[header] == theirs.headers[header]
    if form in ("csv", "parquet", "geojson", "svg"):
        assert file.content == theirs.content


async def test_what_is_not_there_is_a_page_that_says_so(app: FastAPI, world: TestDatabase) -> None:
    async with signed_in(app, DANA) as browser:
        for path, status in ((RECEIPT + "x", 404), ("/console/nowhere", 404), (f"/console/releases/{UUID(int=1)}", 404)):
            answer = await browser.get(path)
            assert (answer.status_code, "<html" in answer.text) == (status, True), path
        assert (await browser.get("/console/outcomes/table?kind=fortnight")).status_code == 422


# Drawings


def test_neighbours_have_colours_of_their_own_and_one_border() -> None:
    squares = {f"{x}{y}": shapely.box(x, y, x + 1, y + 1) for x in range(4) for y in range(4)}
    found = drawing(squares)
    for one, shape in squares.items():
        for other, beside in squares.items():
            if one < other and shape.intersects(beside):
                assert found.outlines[one].colour != found.outlines[other].colour
    assert {outline.colour for outline in found.outlines.values()} <= set(range(COLOURS))
    assert found.outlines["03"].y < found.outlines["00"].y  # north is up


def test_small_parts_are_left_away_and_nothing_is_drawn_of_nothing() -> None:
    islands = shapely.MultiPolygon([SQUARE, shapely.box(-77.0, 42.0, -76.9999, 42.0001)])
    assert drawing({"a": islands}).outlines["a"].path.count("M") == 1
    assert drawing({}).outlines == {}


def test_colours_grow_with_the_figures() -> None:
    found = shaded({"a": 0.5, "b": 0.75, "c": 1.0, "d": None})
    assert found.colours["d"] == NO_NUMBER
    assert len({found.colours[code] for code in "abc"}) == 3
    assert (found.steps[0], found.steps[-1]) == (0.5, 1.0)
    assert shaded({"a": 1.0, "b": 1.0}).steps == (1.0,)
    assert shaded({"a": None}).steps == ()
    ranges = ("0.5 – 0.6", "0.6 – 0.7", "0.7 – 0.8", "0.8 – 0.9", "0.9 – 1.0")
    assert legend(found, str) == list(zip(COLOURS_OF_FIGURES, ranges, strict=True))
    assert legend(shaded({"a": 1.0, "b": 1.0}), str) == [("#7fbfcd", "1.0")]
    assert legend(shaded({"a": None}), str) == []


# What pages load


async def test_what_pages_load_is_kept_for_ever_under_its_version(app: FastAPI) -> None:
    async with Browser(app) as browser:
        for path in ("console.css", "console.js", "icon.svg", "vendor/htmx.min.js", "vendor/css/uswds.min.css"):
            versioned = await browser.get(address(path))
            assert (versioned.status_code, versioned.headers["cache-control"]) == (200, "public, max-age=31536000, immutable"), path
            assert (await browser.get(f"/static/{path}")).headers["cache-control"] == "public, max-age=3600"
            assert "immutable" not in (await browser.get(f"/static/{path}?v=0")).headers["cache-control"]
        assert (await browser.get("/static/../pages.py")).status_code == 404
        assert (await browser.get("/static/nothing.css")).status_code == 404


async def test_pages_load_nothing_from_elsewhere_and_keep_to_their_policy(app: FastAPI, world: TestDatabase) -> None:
    async with signed_in(app, DANA) as browser:
        for path in ("/console/today", "/console/regions", TABLE, "/console/releases", RECEIPT):
            answer = await browser.get(path)
            assert answer.headers["cache-control"] == "private, no-store"
            assert "default-src 'self'" in answer.headers["content-security-policy"]
            loads = re.findall(r'(?:src|href|action|hx-[a-z]+)="([^"]+)"', answer.text)
            assert [found for found in loads if "//" in found] == []
            assert not re.search(r"<script(?![^>]* src=)|<style| style=| on[a-z]+=\"", answer.text)


def test_the_consoles_own_files_name_no_other_host() -> None:
    for name in ("console.css", "console.js"):
        assert "http" not in Path(FOLDER / name).read_text()


async def test_a_path_of_yesterday_is_shown_as_of_that_day(app: FastAPI, world: TestDatabase) -> None:
    async with signed_in(app, ALICE) as browser:
        assert (await browser.get("/console/career-paths/retired?on=2025-06-01")).status_code == 200
        assert (await browser.get(f"/console/career-paths/retired?on={date(2026, 6, 1)}")).status_code == 404
