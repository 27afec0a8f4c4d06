"""Outcomes over HTTP: who may read them, what they say, in every form, and that each says whom it is for."""

import csv
import io
import json
from datetime import date
from typing import Any
from zipfile import ZipFile

import polars as pl
import pytest
from httpx import AsyncClient
from sqlalchemy import insert, select

from app.audit.models import AuditEntry
from app.outcomes.disclosure import NOTICE
from app.participants.models import Touched
from app.states.models import StatePolicy
from tests.conftest import Client, TestDatabase
from tests.enrollments.world import BEA, SINCE
from tests.outcomes import world
from tests.outcomes.conftest import settled
from tests.people import ALICE, BOB, CHARLIE, DANA, ERIE, NIA, NIAGARA, PAT, PRIYA

__all__ = ["settled"]
PERIOD = {"period": "quarter@2026-09-30"}
WIOA, ALL = "wioa_participants", "all_learners"


async def figures(client: AsyncClient, **asked: str) -> dict[tuple[str, str, str], dict[str, Any]]:
    answer = await client.get("/v1/outcomes", params=PERIOD | asked)
    assert answer.status_code == 200, answer.text
    return {(f["region"], f["population"], f["indicator"]): f for f in answer.json()["items"]}


async def test_the_regional_table(settled: TestDatabase, dana: AsyncClient) -> None:
    answer = await dana.get("/v1/outcomes", params=PERIOD)
    table = answer.json()
    assert (answer.headers["disclosure"], answer.headers["cache-control"]) == ("internal", "private, no-store")
    assert (table["disclosure"], table["notice"], table["next"]) == ("internal", NOTICE, None)
    assert (table["label"], table["as_of"], table["system"]) == ("PY 2026 Q1", "2026-10-31", "labor_market_region")
    regions = ["north_country", "western_new_york", "unknown", "out_of_state", "us-ny"]
    assert list(dict.fromkeys(f["region"] for f in table["items"])) == regions
    assert len(table["items"]) == len(regions) * 9 * 2
    found = {(f["region"], f["population"], f["indicator"]): f for f in table["items"]}
    said = {
        # Cal, who died, is out of the rate; Eve is another state's; Dee's college has no agreement.
        ("us-ny", WIOA, "employment_rate_q2"): (3, 3, 1.0, "ok"),
        ("western_new_york", WIOA, "employment_rate_q2"): (1, 1, 1.0, "ok"),
        ("out_of_state", WIOA, "employment_rate_q2"): (1, 1, 1.0, "ok"),
        ("unknown", WIOA, "employment_rate_q2"): (0, 0, None, "not_applicable"),
        ("us-ny", WIOA, "median_earnings_q2"): (3, 3, 7000.0, "ok"),
        ("us-ny", ALL, "employment_rate_q2"): (3, 3, 1.0, "ok"),
        ("us-ny", WIOA, "participants_served"): (0, None, 0, "ok"),
        ("western_new_york", WIOA, "in_demand_placement"): (1, 1, 1.0, "ok"),
        ("north_country", WIOA, "in_demand_placement"): (None, None, None, "not_reported"),  # Bea's occupation is unknown
        ("out_of_state", WIOA, "in_demand_placement"): (None, None, None, "not_reported"),  # there is no list for Eve
        ("us-ny", WIOA, "employment_rate_q4"): (0, 0, None, "not_applicable"),  # nobody exited in 2025 Q1
    }
    for cell, expected in said.items():
        figure = found[cell]
        assert (figure["numerator"], figure["denominator"], figure["value"], figure["status"]) == expected, cell
    assert found["north_country", WIOA, "in_demand_placement"]["note"].startswith("Occupation known for 0 of 1.")
    assert (found["us-ny", WIOA, "employment_rate_q2"]["cohort_from"], found["us-ny", WIOA, "employment_rate_q2"]["cohort_until"]) == (
        "2025-07-01",
        "2025-09-30",
    )


async def test_learners_without_participation_need_an_agreement(settled: TestDatabase, dana: AsyncClient) -> None:
    region = ("western_new_york", ALL, "employment_rate_q2")
    before = (await figures(dana))[region]
    assert (before["numerator"], before["denominator"]) == (1, 1)
    async with settled.transaction(DANA.actor) as tx:
        await world.agreed(tx, NIAGARA.id)
        await tx.commit()
    after = (await figures(dana))[region]
    assert (after["numerator"], after["denominator"]) == (2, 2)


async def test_what_is_not_due_and_what_nobody_has_evidence_of(settled: TestDatabase, dana: AsyncClient) -> None:
    future = await figures(dana, period="quarter@2027-03-31")
    assert {figure["status"] for figure in future.values()} == {"not_yet_available"}
    assert future["us-ny", WIOA, "employment_rate_q2"]["cohort_from"] == "2026-01-01"
    async with settled.transaction(DANA.actor) as tx:
        await world.served(tx, BEA, ERIE.id, date(2023, 8, 1), date(2023, 8, 15))
        await tx.run(insert(Touched).values(participant=BEA))
        await tx.commit()
    past = await figures(dana, period="quarter@2024-09-30")
    for measure in ("employment_rate_q2", "median_earnings_q2", "in_demand_placement"):
        figure = past["us-ny", WIOA, measure]
        assert (figure["status"], figure["value"], figure["numerator"]) == ("not_reported", None, None)
        assert figure["note"] == "No record of anybody's work is loaded for 2024 Q1."
    assert past["western_new_york", WIOA, "employment_rate_q2"]["status"] == "not_applicable"


async def test_new_facts_are_in_the_next_answer(settled: TestDatabase, dana: AsyncClient) -> None:
    first = await dana.get("/v1/outcomes", params=PERIOD)
    assert (await dana.get("/v1/outcomes", params=PERIOD)).json() == first.json()
    async with settled.transaction(DANA.actor) as tx:
        await world.enrolled(tx, BEA, ERIE.id, date(2026, 8, 1), None)
        await tx.run(insert(Touched).values(participant=BEA))
        await tx.commit()
    again = await dana.get("/v1/outcomes", params=PERIOD)
    assert again.json()["input"] != first.json()["input"]
    assert (await figures(dana))["north_country", ALL, "enrolled"]["value"] == 1
    async with settled.reading(DANA.actor) as read:
        made = await read.all(select(AuditEntry.actor, AuditEntry.rows).where(AuditEntry.verb == "extract").order_by(AuditEntry.at))
    assert [tuple(row) for row in made] == [(DANA.id, 9), (DANA.id, 10)]


async def test_the_states_choices_count(settled: TestDatabase, dana: AsyncClient) -> None:
    assert (await figures(dana))["us-ny", WIOA, "in_demand_placement"]["status"] == "ok"  # of three occupations two are known
    async with settled.transaction(DANA.actor) as tx:
        await tx.run(insert(StatePolicy).values(valid_from=SINCE, policy={"occupation_coverage": 0.9}, source="s"))
        await tx.commit()
    strict = (await figures(dana))["us-ny", WIOA, "in_demand_placement"]
    assert (strict["status"], strict["numerator"]) == ("not_reported", None)
    assert strict["note"] == "Occupation known for 2 of 3. That is less than the state's floor of 90%."


async def test_a_receipt_says_what_became_of_everybody(settled: TestDatabase, dana: AsyncClient) -> None:
    asked = {"region": "western_new_york", "population": WIOA, "indicator": "employment_rate_q2"}
    answer = await dana.get("/v1/outcomes/receipt", params=PERIOD | asked)
    receipt = answer.json()
    assert answer.headers["disclosure"] == receipt["disclosure"] == "internal"
    assert (receipt["figure"]["value"], receipt["exact"], receipt["counted"], receipt["everybody"]) == (1.0, "1", "periods", 2)
    assert (receipt["cohort"], receipt["evidence"], receipt["label"], receipt["as_of"]) == (
        "2025 Q3",
        "2026 Q1",
        "PY 2026 Q1",
        "2026-10-31",
    )
    left_out = {line["reason"]: line["count"] for line in receipt["left_out"] if line["count"]}
    assert left_out == {"deceased": 1}
    assert receipt["figure"]["numerator"] + receipt["not_in_numerator"] + sum(left_out.values()) == receipt["everybody"]
    assert receipt["definition"]["version"] == 1
    assert "29 USC 3141" in receipt["definition"]["citation"]
    assert receipt["readings"] == {}
    assert receipt["input"] == (await dana.get("/v1/outcomes", params=PERIOD)).json()["input"]
    assert (await dana.get("/v1/outcomes/receipt", params=PERIOD | asked | {"region": "atlantis"})).status_code == 404


async def test_who_may_not(settled: TestDatabase, client: Client) -> None:
    """Staff of partners and policymakers read nothing; Nia reads her own state, which has no regions yet."""
    receipt = PERIOD | {"region": "us-ny", "indicator": "enrolled"}
    for person in (ALICE, BOB, CHARLIE, PRIYA, PAT):
        for path, asked in (("/v1/outcomes", PERIOD), ("/v1/outcomes.csv", PERIOD), ("/v1/outcomes/receipt", receipt)):
            answer = await client(person).get(path, params=asked)
            assert answer.status_code == 403, path
            assert "releases" in answer.json()["detail"]
            assert "state's own staff" in answer.json()["detail"]
    assert (await client(NIA).get("/v1/outcomes", params=PERIOD)).status_code == 404
    assert (await client(None).get("/v1/outcomes", params=PERIOD)).status_code == 401


@pytest.mark.parametrize(
    ("asked", "detail"),
    [({"period": "month@2026-09-30"}, "quarter, program_year, rolling_4"), ({"period": "2026"}, "kind@report-date")],
)
async def test_what_is_no_period(settled: TestDatabase, dana: AsyncClient, asked: dict[str, str], detail: str) -> None:
    answer = await dana.get("/v1/outcomes", params=asked)
    assert answer.status_code == 422
    assert detail in answer.json()["detail"]


async def test_a_system_that_there_is_not(settled: TestDatabase, dana: AsyncClient) -> None:
    answer = await dana.get("/v1/outcomes", params=PERIOD | {"system": "parish"})
    assert answer.status_code == 404
    assert "labor_market_region" in answer.json()["detail"]


async def download(client: AsyncClient, form: str, **asked: str) -> bytes:
    answer = await client.get(f"/v1/outcomes.{form}", params=PERIOD | asked)
    assert answer.status_code == 200, answer.text
    assert answer.headers["disclosure"] == "internal"
    assert answer.headers["content-disposition"].endswith(f'"us-ny-labor_market_region-quarter-2026-09-30-internal.{form}"')
    return answer.content


async def test_tidy_files_say_the_same(settled: TestDatabase, dana: AsyncClient) -> None:
    told = (await dana.get("/v1/outcomes", params=PERIOD)).json()["items"]
    rows = list(csv.DictReader(io.StringIO((await download(dana, "csv")).decode())))
    parquet = pl.read_parquet(io.BytesIO(await download(dana, "parquet")))
    assert list(rows[0]) == parquet.columns == [name for name in told[0] if name != "note"]
    for figure, row, kept in zip(told, rows, parquet.iter_rows(named=True), strict=True):
        assert {name: row[name] for name in ("region", "population", "indicator", "status", "disclosure")} == {
            name: figure[name] for name in ("region", "population", "indicator", "status", "disclosure")
        }
        assert (float(row["value"]) if row["value"] else None) == figure["value"] == kept["value"]
        assert str(kept["cohort_from"]) == row["cohort_from"] == figure["cohort_from"]


async def test_the_workbook_is_marked_on_every_sheet(settled: TestDatabase, dana: AsyncClient) -> None:
    with ZipFile(io.BytesIO(await download(dana, "xlsx"))) as book:
        sheets = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
        words = book.read("xl/sharedStrings.xml").decode() if "xl/sharedStrings.xml" in book.namelist() else ""
        assert len(sheets) == 5  # notes, two populations, what the columns mean, figures
        for name in sheets:
            content = book.read(name).decode()
            assert NOTICE in content or NOTICE in words, name
        names = book.read("xl/workbook.xml").decode()
    assert all(title in names for title in ("Notes", "All learners", "WIOA participants", "What the columns mean", "Figures"))


async def test_shapes_and_maps_of_regions_without_outlines(settled: TestDatabase, dana: AsyncClient) -> None:
    collection = json.loads(await download(dana, "geojson"))
    features = {f["properties"]["region"]: f for f in collection["features"]}
    assert features.keys() == {"north_country", "western_new_york", "unknown", "out_of_state", "us-ny"}
    western = features["western_new_york"]["properties"]
    assert (western["wioa_participants_employment_rate_q2"], western["wioa_participants_employment_rate_q2_status"]) == (1.0, "ok")
    assert western["disclosure"] == "internal"
    assert (await download(dana, "gpkg"))[:15] == b"SQLite format 3"
    picture = (await download(dana, "svg", indicator="median_earnings_q2")).decode()
    assert NOTICE in picture
    assert "Median earnings" in picture
    assert (await download(dana, "png"))[1:4] == b"PNG"
