"""What the jobs of a path pay, area by area: never blended, and what is no number says why."""

import re
from html import unescape

import pytest
from fastapi import FastAPI

from app.console.pay import Pay, published
from tests.conftest import TODAY, TestDatabase
from tests.console import places
from tests.console.browsing import signed_in
from tests.console.places import BUFFALO, FOREMAN, NURSE, STATE, TITLES, WELDER
from tests.enrollments.world import ANN, EVE
from tests.people import ALICE, CHARLIE, DANA, NIA, PAT
from tests.releases import world

WNY = {"labor_market_region": "western_new_york", "county": "36029"}
CODES = {WELDER, FOREMAN, NURSE}


@pytest.fixture
async def ground(own_db: TestDatabase) -> TestDatabase:
    async with own_db.transaction(DANA.actor) as tx:
        await world.settle(tx)
        await places.lay_out(tx)
        await tx.commit()
    return own_db


async def test_each_area_tells_its_own(ground: TestDatabase) -> None:
    async with ground.reading(ALICE.actor) as read:
        told = await published(read, by=ALICE.actor, on=TODAY, regions=WNY, codes=CODES)
    assert told.vintage == "May 2025"
    assert told.pay([WELDER]) == [
        Pay("Buffalo, NY", 55_420, 55_420, None, 0, 0, 970),
        Pay("Southwest, nonmetropolitan", None, None, None, 1, 0, 680),
    ]
    assert told.pay([WELDER, FOREMAN]) == [
        Pay("Buffalo, NY", 55_420, 71_000, None, 0, 0, 1_000),
        Pay("Southwest, nonmetropolitan", None, None, 239_200, 1, 0, None),  # of one the number of jobs is suppressed: no sum
    ]
    assert told.pay([NURSE])[0] == Pay("Buffalo, NY", None, None, None, 0, 1, None)
    assert told.pay([]) == []


@pytest.mark.parametrize(
    ("regions", "areas"),
    [
        (WNY, [BUFFALO, places.SOUTHWEST]),
        ({"labor_market_region": "north_country"}, [places.NORTH]),
        ({"county": "36029"}, [BUFFALO]),
        ({"labor_market_region": "finger_lakes"}, [STATE]),  # touches no area that is known
        ({"labor_market_region": "atlantis"}, [STATE]),
        ({"moons": "io"}, [STATE]),
        ({}, [STATE]),
    ],
)
async def test_whose_figures_are_told(ground: TestDatabase, regions: dict[str, str], areas: list[str]) -> None:
    async with ground.reading(ALICE.actor) as read:
        told = await published(read, by=ALICE.actor, on=TODAY, regions=regions, codes=CODES)
    assert list(told.areas) == areas
    assert {"New York (the whole state)" if area == STATE else TITLES[area] for area in areas} == set(told.areas.values())


async def test_another_state_has_figures_of_its_own(ground: TestDatabase) -> None:
    async with ground.reading(NIA.actor) as read:
        told = await published(read, by=NIA.actor, on=TODAY, regions=WNY, codes=CODES)
    assert (told.vintage, told.pay([WELDER])) == ("", [])


def words(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


async def test_the_screens_say_it_in_words(app: FastAPI, ground: TestDatabase) -> None:
    async with signed_in(app, ALICE) as alice:
        form = words((await alice.get(f"/console/people/{ANN}/record/enrollment")).text)
        assert "Welding in demand here 120 hours · 10 weeks · $0 $55,420 to $71,000 Buffalo, NY 1,000 jobs" in form
        assert "$239,200 or more Southwest, nonmetropolitan 1 wage suppressed" in form
        assert "59,140" not in form
        beyond = words((await alice.get(f"/console/people/{EVE}/record/enrollment")).text)
        assert "$59,140 New York (the whole state) 9,210 jobs 1 wage not published" in beyond
    async with signed_in(app, PAT) as pat:
        region = words((await pat.get("/console/regions/labor_market_region/western_new_york")).text)
        assert "$55,420 to $71,000 Buffalo, NY" in region
        here = words((await pat.get("/console/career-paths/welding?system=labor_market_region&region=western_new_york")).text)
        assert "Welders 51-4121 $55,420 Buffalo, NY 970 jobs suppressed Southwest, nonmetropolitan 680 jobs" in here
        assert "$59,140 New York (the whole state)" in words((await pat.get("/console/career-paths/welding")).text)
        assert (await pat.get("/console/career-paths/welding?system=labor_market_region&region=atlantis")).status_code == 404
    for outsider, status in ((CHARLIE, 404), (NIA, 404)):
        async with signed_in(app, outsider) as browser:
            assert (await browser.get(f"/console/people/{ANN}/record/enrollment")).status_code == status
