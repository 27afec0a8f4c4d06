"""Import by screen and by route: a file is checked, mistakes stand by line, it is taken in once; boards bring their own people alone."""

import csv
from collections.abc import Mapping
from io import StringIO
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient, Response
from sqlalchemy import func, select

from app.imports import files
from app.imports.models import Import
from app.participants.models import Participant
from tests.conftest import TestDatabase
from tests.console.browsing import Browser, signed_in
from tests.console.test_people import HTMX, told
from tests.people import ALICE, BOB, CHARLIE, DANA, NIA, PAT, PRIYA

NUMBER = "735-01-0001"
ADA: dict[str, str] = {
    "reference": "E-1", "first_name": "Ada", "last_name": "Importson", "birth_date": "1980-05-01", "ssn": NUMBER,
    "postal": "NY", "county": "36029", "registered_on": "2025-02-01", "sex": "2", "races": "white|asian",
}  # fmt: skip
BEN = ADA | {"reference": "E-2", "first_name": "Ben", "ssn": ""}
WRONG = BEN | {"reference": "E-3", "birth_date": "1980-13-01", "sex": "7"}


def table(*rows: Mapping[str, str]) -> bytes:
    out = StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


async def bring(browser: Browser, content: bytes, *, htmx: bool = False, **fields: Any) -> Response:
    token = await browser.token()
    headers = {**HTMX, "X-Forgery-Token": token} if htmx else {}
    sent = {"file": ("people.csv", content, "text/csv")}
    answer = await browser.post("/console/imports", data={"forgery_token": token, **fields}, files=sent, headers=headers)
    await files.ended()
    return answer


async def became(browser: Browser, content: bytes, **fields: Any) -> Response:
    """What the page says in the end."""
    answer = await bring(browser, content, **fields)
    assert answer.status_code == 303, told(answer)
    return await browser.get(answer.headers["location"])


async def people(database: TestDatabase) -> int:
    async with database.reading(DANA.actor) as read:
        return int(await read.scalar(select(func.count()).select_from(Participant)))


async def test_a_file_is_checked_and_then_taken_in_once(app: FastAPI, own_db: TestDatabase) -> None:
    async with signed_in(app, ALICE) as alice, signed_in(app, BOB) as bob, signed_in(app, CHARLIE) as charlie, signed_in(app, NIA) as nia:
        checked = await became(alice, table(ADA, BEN))
        assert "Nothing is wrong with 2 rows." in told(checked)
        assert await people(own_db) == 0
        taken = await became(alice, table(ADA, BEN), apply="yes")
        assert "2 people are registered." in told(taken)
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
async def test_mistakes_stand_by_line_and_nothing_is_taken_in(app: FastAPI, own_db: TestDatabase, apply: dict[str, str]) -> None:
    async with signed_in(app, ALICE) as alice, signed_in(app, BOB) as bob:
        page = await became(alice, table(ADA, BEN, WRONG), **apply)
        assert "1 mistakes in 3 rows. Nothing was taken in." in told(page)
        assert "4 birth_date This is no date." in told(page)
        sheet = (await bob.get(f"{page.url}/errors.csv")).text
        assert list(csv.reader(StringIO(sheet))) == [
            ["line", "field", "code", "detail"],
            ["4", "birth_date", "not_a_date", "This is no date. Write it as 2026-03-31."],
        ]
        assert "1 mistakes" in told(await became(alice, table(ADA, WRONG | {"birth_date": "1980-01-01"})))
    assert await people(own_db) == 0


async def test_htmx_is_given_the_part_that_asks_again_until_it_is_done(app: FastAPI) -> None:
    async with signed_in(app, ALICE) as alice:
        part = await bring(alice, table(ADA), htmx=True)
        assert part.status_code == 200
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
        (b"", "The first line has to name the columns"),
        (b"Ada,Importson,1980-05-01,735-01-0001\n", "The first line has to name the columns"),
        (b"\xff\xfe\x00", "no CSV file in UTF-8"),
        (table({**ADA, "shoe_size": "38"}), "no others than"),
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
            assert "shoe_size" not in answer.text


@pytest.mark.parametrize("line", [b"E-9,only,three\n", b'"E-9,never closed'])
async def test_a_line_that_is_none_is_named_and_not_repeated(app: FastAPI, own_db: TestDatabase, line: bytes) -> None:
    async with signed_in(app, ALICE) as alice:
        page = told(await became(alice, table(ADA) + line, apply="yes"))
        assert "This could not be read" in page
        assert "Line 3" in page
        assert "E-9" not in page
    assert await people(own_db) == 0


async def test_boards_bring_their_own_people_alone(app: FastAPI, own_db: TestDatabase) -> None:
    theirs = {"partner": "monroe_board", **ADA}
    async with signed_in(app, ALICE) as alice, signed_in(app, DANA) as dana:
        assert "your own organisation alone" in told(await became(alice, table(theirs), apply="yes"))
        assert await people(own_db) == 0
        assert "missing: partner" in told(await bring(dana, table(ADA)))
        assert "1 people are registered." in told(await became(dana, table(theirs), apply="yes"))
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


async def test_nothing_of_the_file_is_kept_in_clear(app: FastAPI, own_db: TestDatabase, capfd: Any) -> None:
    async with signed_in(app, ALICE) as alice:
        await became(alice, table(ADA, WRONG))
        await became(alice, table(ADA), apply="yes")
    async with own_db.reading(DANA.actor) as read:
        rows = await read.all(select(Import.__table__))
    assert len(rows) == 2
    assert not any(word in str(rows) for word in (NUMBER, NUMBER.replace("-", ""), "Importson", "1980"))
    assert NUMBER not in "".join(capfd.readouterr())


async def test_the_same_over_the_api(
    alice: AsyncClient, bob: AsyncClient, charlie: AsyncClient, nia: AsyncClient, pat: AsyncClient
) -> None:
    sent = await alice.post("/v1/imports?kind=participants&dry_run=true", content=table(ADA, WRONG), headers={"Content-Type": "text/csv"})
    assert sent.status_code == 202, sent.text
    await files.ended()
    address = sent.headers["location"]
    told = (await bob.get(address)).json()
    assert (told["status"], told["rows"], told["made"], told["refused"]) == ("refused", 2, 0, 1)
    assert [(one["line"], one["field"], one["code"]) for one in told["mistakes"]] == [(3, "birth_date", "not_a_date")]
    assert (await bob.get(f"{address}/errors.csv")).text.startswith("line,field,code,detail\r\n3,birth_date,")
    for outsider in (charlie, nia):
        assert (await outsider.get(address)).status_code == 404
        assert (await outsider.get(f"{address}/errors.csv")).status_code == 404
    assert (await pat.get(address)).status_code == 403
    merged = await alice.post("/v1/imports?kind=participants", content=table(ADA))
    await files.ended()
    assert (await alice.get(merged.headers["location"])).json()["made"] == 1
    wrong = await alice.post("/v1/imports?kind=participants", content=b"nothing,like,it\n")
    assert (wrong.status_code, wrong.json()["type"]) == (422, "/problems/invalid")


async def test_a_file_that_is_sent_again_with_its_key_is_the_same_import(alice: AsyncClient, own_db: TestDatabase) -> None:
    key = {"Idempotency-Key": "the file of today"}
    first, again = [await alice.post("/v1/imports?kind=participants", content=table(ADA), headers=key) for _ in range(2)]
    await files.ended()
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json()["id"] == again.json()["id"]
    assert await people(own_db) == 1
