"""Imports over HTTP: a file is accepted, a worker does it, its mistakes come back and are mended; others see nothing of it."""

import csv
from datetime import date
from io import StringIO
from typing import Any

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import func, select

from app.core.settings import Settings
from app.imports.models import Import
from app.participants.models import Participant
from tests.conftest import TestDatabase
from tests.imports.working import table, worked
from tests.people import DANA

NUMBER = "735-01-0001"
ADA: dict[str, str] = {
    "reference": "E-1", "first_name": "Ada", "last_name": "Importson", "birth_date": "1980-05-01", "ssn": NUMBER,
    "postal": "NY", "county": "36029", "registered_on": "2025-02-01", "sex": "2", "races": "white|asian",
}  # fmt: skip
BEN = ADA | {"reference": "E-2", "first_name": "Ben", "ssn": ""}
CAM = BEN | {"reference": "E-3", "first_name": "Cam", "birth_date": "1980-13-01", "sex": "7"}
PEOPLE = "/v1/imports?kind=participants"


@pytest.fixture
def do(own_db: TestDatabase, settings: Settings) -> Any:
    """`await do(alice, "POST", …)`: ask, and have a worker do what was asked for; answers what became of the import."""

    async def ask(caller: AsyncClient, path: str = PEOPLE, content: bytes | None = None, **more: Any) -> dict[str, Any]:
        answer = await caller.post(path, content=content, **more)
        assert answer.status_code == 202, answer.text
        await worked(own_db, settings)
        return dict((await caller.get(answer.headers["location"])).json())

    return ask


async def people(database: TestDatabase) -> int:
    async with database.reading(DANA.actor) as read:
        return int(await read.scalar(select(func.count()).select_from(Participant)))


def lines(answer: Response) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))


async def test_a_file_is_accepted_and_done_by_a_worker(
    alice: AsyncClient, bob: AsyncClient, charlie: AsyncClient, nia: AsyncClient, pat: AsyncClient, own_db: TestDatabase, settings: Settings
) -> None:
    sent = await alice.post(PEOPLE, content=table(ADA, BEN))
    assert (sent.status_code, sent.json()["status"], sent.json()["progress"]["share"]) == (202, "queued", 0.0)
    address = sent.headers["location"]
    assert await people(own_db) == 0
    await worked(own_db, settings)
    done = (await bob.get(address)).json()
    assert (done["status"], done["rows"], done["checked"], done["made"], done["refused"]) == ("merged", 2, 2, 2, 0)
    assert done["progress"] is None
    assert await people(own_db) == 2
    for outsider in (charlie, nia):
        for path in (address, f"{address}/errors.csv", f"{address}/events"):
            assert (await outsider.get(path)).status_code == 404
        for verb, body in (("application", {"policy": "good"}), ("cancellation", None)):
            assert (await outsider.post(f"{address}/{verb}", json=body)).status_code == 404
    assert (await pat.get(address)).status_code == 403
    assert (await bob.get(f"{address}/errors.csv")).status_code == 404


async def test_the_same_file_twice_changes_nothing_and_says_so(do: Any, alice: AsyncClient, own_db: TestDatabase) -> None:
    assert (await do(alice, content=table(ADA, BEN)))["made"] == 2
    again = await do(alice, content=table(ADA, BEN))
    assert (again["status"], again["made"]) == ("repeated", 0)
    otherwise = await do(alice, content=table(ADA, BEN).replace(b",", b";"))
    assert (otherwise["status"], otherwise["made"]) == ("repeated", 0)
    grown = await do(alice, content=table(BEN, ADA, CAM | {"birth_date": "1980-12-01", "sex": "1"}))
    assert (grown["status"], grown["made"], grown["unchanged"]) == ("merged", 1, 2)
    assert await people(own_db) == 3
    changed = await do(alice, content=table(ADA | {"phone": "716-555-0100"}))
    assert [one["code"] for one in changed["mistakes"]] == ["reference_taken"]


async def test_mistakes_come_back_are_mended_and_sent_again(do: Any, alice: AsyncClient, bob: AsyncClient, own_db: TestDatabase) -> None:
    extra = {"shoe size": "38"}
    told = await do(alice, content=table(ADA | extra, BEN | extra, CAM | extra))
    assert (told["status"], told["refused"], told["refused_rows"], told["ignored"]) == ("refused", 1, 1, ["shoe size"])
    [wrong] = told["mistakes"]
    reference = f"kept/{told['id'].replace('-', '')}/4/birth_date"
    assert wrong == {"line": 4, "field": "birth_date", "code": "not_a_date", "value": reference, "detail": wrong["detail"]}
    assert await people(own_db) == 0
    sheet = await bob.get(f"/v1/imports/{told['id']}/errors.csv")
    [row] = lines(sheet)
    assert list(row) == [*ADA, "shoe size", "mistake_line", "mistake_columns", "mistake_codes", "mistake_how_to_mend"]
    assert (row["reference"], row["sex"], row["mistake_line"], row["mistake_columns"]) == ("E-3", "7", "4", "birth_date")
    assert row["last_name"].startswith("kept/")
    told_of = sheet.text.replace(told["id"].replace("-", ""), "")  # whose digits may be any
    assert not any(word in told_of for word in ("Cam", "Importson", "1980", "38"))

    again = await do(alice, content=table(row | {"birth_date": "1980-12-01"}))
    assert [(one["field"], one["code"], one["value"]) for one in again["mistakes"]] == [("sex", "unknown_sex", "7")]
    [row] = lines(await bob.get(f"/v1/imports/{again['id']}/errors.csv"))
    done = await do(alice, content=table(row | {"sex": "male"}))
    assert (done["status"], done["made"]) == ("merged", 1)
    async with own_db.reading(DANA.actor) as read:
        cam = await read.first(select(Participant.first_name, Participant.last_name, Participant.birth_date))
        assert cam == ("Cam", "Importson", date(1980, 12, 1))


async def test_a_reference_of_anothers_leads_to_nothing(do: Any, alice: AsyncClient, charlie: AsyncClient) -> None:
    told = await do(alice, content=table(CAM))
    [row] = lines(await alice.get(f"/v1/imports/{told['id']}/errors.csv"))
    theirs = await do(charlie, content=table(row | {"birth_date": "1980-12-01", "sex": "1"}))
    assert {(one["field"], one["code"]) for one in theirs["mistakes"]} >= {("first_name", "kept_no_more"), ("last_name", "kept_no_more")}


async def test_the_good_rows_alone(do: Any, alice: AsyncClient, own_db: TestDatabase) -> None:
    told = await do(alice, f"{PEOPLE}&policy=good", table(ADA, CAM, BEN))
    assert (told["status"], told["made"], told["refused"], told["refused_rows"]) == ("merged", 2, 1, 1)
    assert await people(own_db) == 2
    [row] = lines(await alice.get(f"/v1/imports/{told['id']}/errors.csv"))
    mended = await do(alice, content=table(row | {"birth_date": "1980-12-01", "sex": "1"}))
    assert (mended["status"], mended["made"]) == ("merged", 1)
    none = await do(alice, f"{PEOPLE}&policy=good", table(CAM | {"reference": "E-9"}))
    assert (none["status"], none["made"]) == ("refused", 0)


async def test_what_was_checked_is_taken_in_without_being_sent_again(
    do: Any, alice: AsyncClient, bob: AsyncClient, own_db: TestDatabase
) -> None:
    told = await do(alice, f"{PEOPLE}&dry_run=true", table(ADA, BEN))
    assert (told["status"], told["made"], await people(own_db)) == ("checked", 0, 0)
    done = await do(bob, f"/v1/imports/{told['id']}/application", json={})
    assert (done["status"], done["made"], done["dry_run"]) == ("merged", 2, False)
    twice = await alice.post(f"/v1/imports/{told['id']}/application", json={})
    assert (twice.status_code, twice.json()["type"]) == (409, "/problems/conflict")
    refused = await do(alice, f"{PEOPLE}&dry_run=true", table(ADA | {"reference": "E-7", "ssn": ""}, CAM))
    assert refused["status"] == "refused"
    good = await do(alice, f"/v1/imports/{refused['id']}/application", json={"policy": "good"})
    assert (good["status"], good["made"], good["refused"]) == ("merged", 1, 1)


async def test_one_that_waits_is_cancelled(alice: AsyncClient, own_db: TestDatabase, settings: Settings) -> None:
    sent = await alice.post(PEOPLE, content=table(ADA))
    address = sent.headers["location"]
    assert (await alice.post(f"{address}/cancellation")).json()["status"] == "cancelled"
    await worked(own_db, settings)
    assert (await alice.get(address)).json()["status"] == "cancelled"
    assert await people(own_db) == 0
    again = await alice.post(f"{address}/cancellation")
    assert (again.status_code, "nothing to stop" in again.json()["detail"]) == (409, True)
    applied = await alice.post(f"{address}/application", json={})
    assert applied.status_code == 202
    await worked(own_db, settings)
    assert await people(own_db) == 1


async def test_a_file_that_is_sent_again_with_its_key_is_the_same_import(
    alice: AsyncClient, own_db: TestDatabase, settings: Settings
) -> None:
    key = {"Idempotency-Key": "the file of today"}
    first, again = [await alice.post(PEOPLE, content=table(ADA), headers=key) for _ in range(2)]
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json()["id"] == again.json()["id"]
    other = await alice.post(PEOPLE, content=table(BEN), headers=key)
    assert other.status_code == 422
    await worked(own_db, settings)
    assert await people(own_db) == 1
    kept = [path.name for path in (settings.data_folder / "imports/us-ny").iterdir()]
    async with own_db.reading(DANA.actor) as read:
        assert not {str(row.id) for row in await read.all(select(Import.id))} & set(kept)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "The file is empty."),
        (b"\n\n", "The file is empty."),
        (b"Ada,Importson,1980-05-01,735-01-0001\n", "These are missing: "),
        (table({name: value for name, value in ADA.items() if name != "last_name"}), "missing: last_name."),
        (table(ADA).replace(b"sex", b"Reference"), "names reference twice"),
    ],
)
async def test_a_file_that_is_no_such_table_is_not_accepted(
    alice: AsyncClient, own_db: TestDatabase, settings: Settings, content: bytes, why: str
) -> None:
    before = set((settings.data_folder / "imports/us-ny").glob("*"))
    answer = await alice.post(PEOPLE, content=content)
    assert (answer.status_code, why in answer.json()["detail"]) == (422, True), answer.text
    assert "Importson" not in answer.text
    assert set((settings.data_folder / "imports/us-ny").glob("*")) == before
    async with own_db.reading(DANA.actor) as read:
        assert await read.scalar(select(func.count()).select_from(Import)) == 0


async def test_templates_are_files_that_can_be_filled(alice: AsyncClient, pat: AsyncClient, do: Any, own_db: TestDatabase) -> None:
    path = "/v1/import-template?kind=participants"
    assert (await pat.get(path)).status_code == 403
    template = await alice.get(path)
    assert template.headers["content-disposition"] == 'attachment; filename="participants.csv"'
    told = await do(alice, content=template.content)
    assert (told["status"], told["made"]) == ("merged", 1)
    assert (await alice.get("/v1/import-template?kind=endings")).status_code == 422
