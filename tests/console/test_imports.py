"""Import by screen: a file is checked, mistakes stand by line, it is taken in once; boards bring their own people alone."""

import csv
from collections.abc import Awaitable, Callable
from io import StringIO
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import Response
from sqlalchemy import func, select

from app.core.settings import Settings
from app.imports.models import Import
from app.participants.models import Participant
from tests.conftest import TestDatabase
from tests.console.browsing import Browser, signed_in
from tests.console.test_people import HTMX, told
from tests.imports.test_by_http import ADA, BEN, NUMBER
from tests.imports.working import table, worked
from tests.people import ALICE, BOB, CHARLIE, DANA, NIA, PAT, PRIYA

WRONG = BEN | {"reference": "E-3", "birth_date": "1980-13-01", "sex": "7"}
Became = Callable[..., Awaitable[Response]]


async def bring(browser: Browser, content: bytes, *, htmx: bool = False, **fields: Any) -> Response:
    token = await browser.token()
    headers = {**HTMX, "X-Forgery-Token": token} if htmx else {}
    sent = {"file": ("people.csv", content, "text/csv")}
    return await browser.post("/console/imports", data={"forgery_token": token, **fields}, files=sent, headers=headers)


@pytest.fixture
def became(own_db: TestDatabase, settings: Settings) -> Became:
    """What the page says in the end, when a worker has done it."""

    async def page(browser: Browser, content: bytes, **fields: Any) -> Response:
        answer = await bring(browser, content, **fields)
        assert answer.status_code == 303, told(answer)
        await worked(own_db, settings)
        return await browser.get(answer.headers["location"])

    return page


async def people(database: TestDatabase) -> int:
    async with database.reading(DANA.actor) as read:
        return int(await read.scalar(select(func.count()).select_from(Participant)))


async def test_a_file_is_checked_and_then_taken_in_once(app: FastAPI, own_db: TestDatabase, became: Became) -> None:
    async with signed_in(app, ALICE) as alice, signed_in(app, BOB) as bob, signed_in(app, CHARLIE) as charlie, signed_in(app, NIA) as nia:
        checked = await became(alice, table(ADA, BEN))
        assert "Nothing is wrong with 2 rows." in told(checked)
        assert await people(own_db) == 0
        taken = await became(alice, table(ADA, BEN), apply="yes")
        assert "2 rows were taken in." in told(taken)
        assert await people(own_db) == 2
        assert "The same content was taken in before." in told(await became(alice, table(ADA, BEN), apply="yes"))
        assert await people(own_db) == 2
        assert "Importson" in told(await bob.get("/console/people?q=importsen+ada"))
        assert "taken in" in told(await bob.get("/console/imports"))
        for outsider in (charlie, nia):
            assert "Importson" not in told(await outsider.get("/console/people?q=importson"))
            assert (await outsider.get(str(taken.url))).status_code == 404
            assert (await outsider.get(f"{taken.url}/errors.csv")).status_code == 404
            assert "Nothing was imported yet." in told(await outsider.get("/console/imports"))


@pytest.mark.parametrize("apply", [{}, {"apply": "yes"}])
async def test_mistakes_stand_by_line_and_nothing_is_taken_in(
    app: FastAPI, own_db: TestDatabase, became: Became, apply: dict[str, str]
) -> None:
    async with signed_in(app, ALICE) as alice, signed_in(app, BOB) as bob:
        page = await became(alice, table(ADA, BEN, WRONG), **apply)
        assert "1 mistakes in 1 of 3 rows. Nothing was taken in." in told(page)
        assert "4 birth_date not shown This is no date." in told(page)
        [row] = csv.DictReader(StringIO((await bob.get(f"{page.url}/errors.csv")).content.decode("utf-8-sig")))
        assert (row["reference"], row["mistake_line"], row["mistake_codes"]) == ("E-3", "4", "not_a_date")
        assert "1 mistakes" in told(await became(alice, table(ADA, WRONG | {"birth_date": "1980-01-01"})))
    assert await people(own_db) == 0


async def test_htmx_is_given_the_part_that_asks_again_until_it_is_done(app: FastAPI, own_db: TestDatabase, settings: Settings) -> None:
    async with signed_in(app, ALICE) as alice:
        part = await bring(alice, table(ADA), htmx=True)
        assert part.status_code == 200
        assert "Waiting for its turn" in part.text
        await worked(own_db, settings)
        assert 'hx-trigger="load delay:700ms"' in part.text
        assert "<progress" in part.text
        address = part.text.split('hx-get="')[1].split('"')[0]
        done = await alice.get(address, headers=HTMX)
        assert "hx-trigger" not in done.text
        assert "data-focus" in done.text
        assert "<html" not in done.text


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "The file is empty."),
        (b"Ada,Importson,1980-05-01,735-01-0001\n", "The first line has to name the columns"),
        (b"\xff\xfe\x00", "The file is UTF-16 and damaged or cut off."),
        (table({name: value for name, value in ADA.items() if name != "last_name"}), "missing: last_name"),
    ],
)
async def test_a_file_that_is_no_such_table_is_told_beside_the_field(app: FastAPI, content: bytes, why: str) -> None:
    async with signed_in(app, ALICE) as alice:
        page = await bring(alice, content)
        part = await bring(alice, content, htmx=True)
        assert (page.status_code, part.status_code) == (422, 422)
        assert why in page.text.split('id="file-error">')[1].split("<")[0].replace("&#39;", "'")
        assert 'data-pointer="/file"' in part.text
        for answer in (page, part):
            assert NUMBER not in answer.text


@pytest.mark.parametrize("line", [b'"E-9,never closed', b'E-9,"closed" too early\n'])
async def test_a_line_that_is_none_is_named_and_not_repeated(app: FastAPI, own_db: TestDatabase, became: Became, line: bytes) -> None:
    async with signed_in(app, ALICE) as alice:
        page = told(await became(alice, table(ADA) + line, apply="yes"))
        assert "This could not be done" in page
        assert "Line 3" in page
        assert "E-9" not in page
    assert await people(own_db) == 0


async def test_boards_bring_their_own_people_alone(app: FastAPI, own_db: TestDatabase, became: Became) -> None:
    theirs = {"partner": "monroe_board", **ADA}
    async with signed_in(app, ALICE) as alice, signed_in(app, DANA) as dana:
        assert "your own organisation alone" in told(await became(alice, table(theirs), apply="yes"))
        assert await people(own_db) == 0
        assert "missing: partner" in told(await bring(dana, table(ADA)))
        assert "1 rows were taken in." in told(await became(dana, table(theirs), apply="yes"))
    async with signed_in(app, CHARLIE) as charlie:
        assert "Importson" in told(await charlie.get("/console/people?q=Importson"))


async def test_who_may_not_and_what_is_forged(app: FastAPI, own_db: TestDatabase) -> None:
    for person in (PAT, PRIYA):
        async with signed_in(app, person) as browser:
            assert (await browser.get("/console/imports")).status_code == 403
            assert (await bring(browser, table(ADA), apply="yes")).status_code == 403
    async with signed_in(app, ALICE) as alice:
        for fields in ({}, {"forgery_token": "0" * 64}):
            answer = await alice.post("/console/imports", data=fields, files={"file": ("p.csv", table(ADA), "text/csv")})
            assert answer.status_code == 403
        none = await alice.post("/console/imports", data={"forgery_token": await alice.token()})
        assert none.status_code == 422
        assert "Choose a file." in told(none)
    async with own_db.reading(DANA.actor) as read:
        assert await read.scalar(select(func.count()).select_from(Import)) == 0


async def test_nothing_of_the_file_is_kept_in_clear(
    app: FastAPI, own_db: TestDatabase, settings: Settings, became: Became, capfd: Any
) -> None:
    async with signed_in(app, ALICE) as alice:
        await became(alice, table(ADA, WRONG))
        await became(alice, table(ADA), apply="yes")
    async with own_db.reading(DANA.actor) as read:
        rows = await read.all(select(Import.__table__))
    assert len(rows) == 2
    assert not any(word in str(rows) for word in (NUMBER, NUMBER.replace("-", ""), "Importson", "1980"))
    assert NUMBER not in "".join(capfd.readouterr())
    kept = [path.read_bytes() for path in (settings.data_folder / "imports").rglob("*") if path.is_file()]
    assert len(kept) >= 4  # the first file, its mistakes, what they show and what they hide
    assert not any(word in content for content in kept for word in (NUMBER.encode(), b"Importson", b"E-3"))


async def test_what_was_checked_is_taken_in_and_what_is_good_of_it(
    app: FastAPI, own_db: TestDatabase, settings: Settings, became: Became
) -> None:
    async with signed_in(app, ALICE) as alice, signed_in(app, CHARLIE) as charlie:
        form = {"forgery_token": await alice.token()}
        checked = await became(alice, table(ADA))
        theirs = await charlie.post(f"{checked.url}/application", data={"forgery_token": await charlie.token()})
        assert theirs.status_code == 404
        assert (await alice.post(f"{checked.url}/application", data=form)).status_code == 303
        await worked(own_db, settings)
        assert "1 rows were taken in." in told(await alice.get(str(checked.url)))
        refused = await became(alice, table(BEN, WRONG), apply="yes")
        assert "Take in the 1 good rows" in told(refused)
        assert (await alice.post(f"{refused.url}/application", data=form | {"policy": "good"})).status_code == 303
        await worked(own_db, settings)
        assert "1 rows were taken in; 1 rows have mistakes and were not." in told(await alice.get(str(refused.url)))
    assert await people(own_db) == 2


async def test_one_that_waits_is_stopped(app: FastAPI, own_db: TestDatabase, settings: Settings) -> None:
    async with signed_in(app, ALICE) as alice:
        form = {"forgery_token": await alice.token()}
        at = (await bring(alice, table(ADA), apply="yes")).headers["location"]
        assert (await alice.post(f"{at}/cancellation", data=form)).status_code == 303
        await worked(own_db, settings)
        assert "The import was stopped. Nothing was taken in." in told(await alice.get(at))
        assert (await alice.post(f"{at}/cancellation", data=form)).status_code == 409
    assert await people(own_db) == 0


async def test_each_kind_has_a_template(app: FastAPI) -> None:
    async with signed_in(app, ALICE) as alice:
        page = await alice.get("/console/imports")
        for kind in ("participants", "enrollments", "services", "step_completions", "credentials"):
            assert f"/console/imports/templates/{kind}.csv" in page.text
            assert (await alice.get(f"/console/imports/templates/{kind}.csv")).status_code == 200
        assert (await alice.get("/console/imports/templates/nothing.csv")).status_code == 403
