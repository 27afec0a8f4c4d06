"""Releases over HTTP: drafted by one, certified by another, read by everybody, and never a small group in any file."""

import asyncio
import csv
import io
import json
import sqlite3
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import polars as pl
import pytest
from httpx import AsyncClient
from sqlalchemy import insert, select

from app.access.permissions import Role
from app.audit.models import AuditEntry
from app.participants.models import Touched
from app.releases import tasks
from app.states.models import StatePolicy
from app.worker import work
from tests.conftest import TODAY, Client, TestDatabase
from tests.enrollments.world import ANN, SINCE
from tests.people import ALICE, BOB, CHARLIE, DANA, NIA, PAT, PRIYA
from tests.releases import world
from tests.releases.conftest import peopled
from tests.releases.outsider import Outsider, read

__all__ = ["peopled"]
PERIOD = {"period": "quarter@2026-09-30"}
WIOA, ALL = "wioa_participants", "all_learners"
FORMS = ("csv", "xlsx", "parquet", "geojson", "gpkg", "svg", "png", "json")


@pytest.fixture
async def eve(peopled: TestDatabase, client: Client) -> AsyncClient:
    """A second person of the state's own staff."""
    second = client(None)
    second.headers["Authorization"] = f"Bearer {await peopled.key('us-ny', Role.STATE_ADMIN)}"
    return second


async def drafted(dana: AsyncClient) -> dict[str, Any]:
    answer = await dana.post("/v1/releases", json=PERIOD)
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"/v1/releases/{answer.json()['id']}"
    made: dict[str, Any] = answer.json()
    return made


async def certified(dana: AsyncClient, eve: AsyncClient) -> dict[str, Any]:
    made = await drafted(dana)
    answer = await eve.post(f"/v1/releases/{made['id']}/certification")
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def figures(reader: AsyncClient, release: str) -> dict[tuple[str, str, str, str], dict[str, Any]]:
    answer = await reader.get(f"/v1/releases/{release}/figures")
    assert answer.status_code == 200, answer.text
    return {(f["region_system"], f["region"], f["population"], f["indicator"]): f for f in answer.json()["items"]}


async def test_a_draft_is_for_the_states_staff(peopled: TestDatabase, dana: AsyncClient, client: Client) -> None:
    made = await drafted(dana)
    assert (made["status"], made["threshold"], made["period"], made["label"]) == ("draft", 10, "quarter@2026-09-30", "PY 2026 Q1")
    assert made["proof"]["narrowest"] >= 10
    assert made["proof"]["suppressed"] >= made["proof"]["too_small"] > 0
    assert (await dana.get(f"/v1/releases/{made['id']}")).json()["status"] == "draft"
    for person in (ALICE, BOB, CHARLIE, PRIYA, PAT, NIA):
        assert (await client(person).get("/v1/releases")).json()["items"] == []
        for path in (f"/v1/releases/{made['id']}", f"/v1/releases/{made['id']}/figures", f"/v1/releases/{made['id']}.csv"):
            assert (await client(person).get(path)).status_code == 404, path
        assert (await client(person).get("/v1/releases/latest")).status_code == 404


async def test_a_second_person_certifies(peopled: TestDatabase, dana: AsyncClient, eve: AsyncClient, client: Client) -> None:
    made = await drafted(dana)
    path = f"/v1/releases/{made['id']}/certification"
    own = await dana.post(path)
    assert own.status_code == 403
    assert "Somebody else has to look at it" in own.json()["detail"]
    for person in (ALICE, BOB, CHARLIE, PRIYA, PAT):
        assert (await client(person).post(path)).status_code == 403
    assert (await client(NIA).post(path)).status_code == 404
    told = (await eve.post(path)).json()
    assert (told["status"], told["drafted_by"]) == ("certified", str(DANA.id))
    assert told["certified_by"] not in (None, str(DANA.id))
    assert (await eve.post(path)).status_code == 409
    assert (await dana.post("/v1/releases", json=PERIOD)).status_code == 409, "it can be revised, not released twice"
    async with peopled.reading(DANA.actor) as read:
        done = await read.all(select(AuditEntry.verb, AuditEntry.actor).where(AuditEntry.verb.like("%release")).order_by(AuditEntry.at))
    assert [row.verb for row in done] == ["draft_release", "certify_release"]
    assert done[0].actor == DANA.id != done[1].actor


async def test_everybody_of_the_state_reads_what_is_certified(
    peopled: TestDatabase, dana: AsyncClient, eve: AsyncClient, client: Client
) -> None:
    """Charlie, too: it is for anybody. Nia reads her own state's, which has none."""
    made = await certified(dana, eve)
    for person in (PAT, ALICE, CHARLIE, PRIYA):
        [listed] = (await client(person).get("/v1/releases")).json()["items"]
        assert listed["id"] == made["id"]
        assert not {"proof", "drafted_by", "input"} & listed.keys()
        assert (await client(person).get("/v1/releases/latest")).json()["id"] == made["id"]
    nia = client(NIA)
    assert (await nia.get("/v1/releases")).json()["items"] == []
    for path in ("latest", made["id"], f"{made['id']}/figures", f"{made['id']}.csv"):
        assert (await nia.get(f"/v1/releases/{path}")).status_code == 404, path
    assert (await client(None).get("/v1/releases")).status_code == 401


async def test_what_is_shown_and_what_is_not(peopled: TestDatabase, dana: AsyncClient, eve: AsyncClient, pat: AsyncClient) -> None:
    made = await certified(dana, eve)
    found = await figures(pat, made["id"])
    internal = {(f["region"], f["population"], f["indicator"]): f for f in (await dana.get("/v1/outcomes", params=PERIOD)).json()["items"]}
    shown = [f for key, f in found.items() if f["value"] is not None]
    assert {f["status"] for f in shown} == {"ok"}
    for figure in shown:
        for count in (figure["numerator"], figure["denominator"]):
            assert count is None or count == 0 or count >= 10
    western = found["labor_market_region", "western_new_york", WIOA, "employment_rate_q2"]
    assert (western["numerator"], western["denominator"], western["status"]) == (30, 50, "ok")
    assert western["value"] == internal["western_new_york", WIOA, "employment_rate_q2"]["value"] == 0.6
    north = found["labor_market_region", "north_country", WIOA, "employment_rate_q2"]
    assert [north[name] for name in ("value", "numerator", "denominator", "status")] == [None, None, None, "suppressed"]
    assert internal["north_country", WIOA, "employment_rate_q2"]["denominator"] == 4
    assert found["state", "us-ny", WIOA, "employment_rate_q2"]["status"] == "ok"
    lakes = found["labor_market_region", "finger_lakes", WIOA, "employment_rate_q2"]
    assert lakes["status"] == "suppressed", "else the state less the others would be the North Country"
    assert found["labor_market_region", "western_new_york", WIOA, "median_earnings_q2"]["value"] == 6_500.0
    assert found["labor_market_region", "unknown", WIOA, "employment_rate_q2"]["status"] == "not_applicable"


async def test_every_file_says_the_same(
    peopled: TestDatabase, dana: AsyncClient, eve: AsyncClient, pat: AsyncClient, tmp_path: Path
) -> None:
    made = await certified(dana, eve)
    told = await figures(pat, made["id"])
    content = {}
    for file in made["files"]:
        answer = await pat.get(file["href"])
        assert answer.headers["content-type"] == file["media_type"]
        assert answer.headers["etag"] == f'"{file["sha256"]}"'
        assert sha256(answer.content).hexdigest() == file["sha256"]
        assert len(answer.content) == file["size"]
        content[file["form"]] = answer.content
    assert tuple(content) == FORMS
    rows = list(csv.DictReader(io.StringIO(content["csv"].decode())))
    table = pl.read_parquet(io.BytesIO(content["parquet"]))
    assert len(rows) == len(told) == len(table)
    for row, typed in zip(rows, table.iter_rows(named=True), strict=True):
        figure = told[row["region_system"], row["region"], row["population"], row["indicator"]]
        for name in ("value", "numerator", "denominator"):
            assert typed[name] == figure[name] == (float(row[name]) if row[name] else None)
        assert row["status"] == typed["status"] == figure["status"]
        assert row["disclosure"] == "protected"
    features = {
        (f["properties"]["region_system"], f["properties"]["region"]): f["properties"] for f in json.loads(content["geojson"])["features"]
    }
    (tmp_path / "release.gpkg").write_bytes(content["gpkg"])
    with sqlite3.connect(tmp_path / "release.gpkg") as package:
        package.row_factory = sqlite3.Row
        [layer] = [row["table_name"] for row in package.execute("SELECT table_name FROM gpkg_contents")]
        shapes = {(row["region_system"], row["region"]): dict(row) for row in package.execute(f'SELECT * FROM "{layer}"')}
    for (system, region, population, indicator), figure in told.items():
        name = f"{population}_{indicator}"
        for of in (features[system, region], shapes[system, region]):
            assert (of[name], of[f"{name}_numerator"], of[f"{name}_denominator"], of[f"{name}_status"]) == (
                figure["value"],
                figure["numerator"],
                figure["denominator"],
                figure["status"],
            )
    package_told = json.loads(content["json"])
    assert {one["hash"] for one in package_told["resources"]} == {f"sha256:{f['sha256']}" for f in made["files"] if f["form"] != "json"}
    assert "in which people lived" in package_told["description"]
    with ZipFile(io.BytesIO(content["xlsx"])) as book:
        names = book.read("xl/workbook.xml").decode()
        words = "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
    assert all(title in names for title in ("Notes", "labor market region, WIOA", "What the columns mean", "Figures"))
    assert "in which people lived" in words
    assert "too small" not in words, "no file tells a small group from one that is hidden to protect another"


async def test_a_revision_says_what_changed(peopled: TestDatabase, dana: AsyncClient, eve: AsyncClient, pat: AsyncClient) -> None:
    first = await certified(dana, eve)
    mute = await dana.post(f"/v1/releases/{first['id']}/revision", json={"says": " "})
    assert (mute.status_code, mute.json()["errors"][0]["code"]) == (422, "says_nothing")
    answer = await dana.post(f"/v1/releases/{first['id']}/revision", json={"says": "Late wage records of Erie are in."})
    assert answer.status_code == 201, answer.text
    second = answer.json()
    assert (await pat.get("/v1/releases/latest")).json()["id"] == first["id"], "a draft replaces nothing"
    assert (await eve.post(f"/v1/releases/{second['id']}/certification")).status_code == 200
    now = (await pat.get("/v1/releases/latest")).json()
    assert (now["id"], now["supersedes"], now["says"]) == (second["id"], first["id"], "Late wage records of Erie are in.")
    old = (await pat.get(f"/v1/releases/{first['id']}")).json()
    assert (old["status"], old["replaced_by"]) == ("superseded", second["id"])
    assert (await pat.get(f"/v1/releases/{first['id']}.csv")).status_code == 200, "what was published stays readable"
    again = await dana.post(f"/v1/releases/{first['id']}/revision", json={"says": "once more"})
    assert again.status_code == 409


async def test_the_same_facts_make_the_same_files(peopled: TestDatabase, dana: AsyncClient, eve: AsyncClient) -> None:
    first = await certified(dana, eve)
    second = (await dana.post(f"/v1/releases/{first['id']}/revision", json={"says": "nothing"})).json()
    assert second["digest"] == first["digest"]


async def test_a_few_more_people_are_not_told_by_the_difference(
    peopled: TestDatabase, dana: AsyncClient, eve: AsyncClient, pat: AsyncClient
) -> None:
    """One late exit in Western New York: the revision less the release would be that one person."""
    first = await certified(dana, eve)
    before = await figures(pat, first["id"])
    exited = ("labor_market_region", "western_new_york", WIOA, "employment_rate_q2")
    assert before[exited]["denominator"] == 50
    async with peopled.transaction(DANA.actor) as tx:
        await world.one_more(tx)
        await tx.run(insert(Touched).values(participant=ANN))
        await tx.commit()
    answer = await dana.post(f"/v1/releases/{first['id']}/revision", json={"says": "A late record."})
    assert answer.status_code == 201, answer.text
    second = answer.json()
    after = await figures(dana, second["id"])
    assert [after[exited][name] for name in ("status", "numerator", "denominator")] == ["suppressed", None, None]


async def test_two_drafts_are_not_certified_side_by_side(peopled: TestDatabase, dana: AsyncClient, eve: AsyncClient) -> None:
    one, other = await drafted(dana), await drafted(dana)
    assert (await eve.post(f"/v1/releases/{one['id']}/certification")).status_code == 200
    late = await eve.post(f"/v1/releases/{other['id']}/certification")
    assert late.status_code == 409
    assert "not proved together" in late.json()["detail"]


async def test_a_file_that_was_changed_is_not_certified(peopled: TestDatabase, dana: AsyncClient, eve: AsyncClient, app: Any) -> None:
    made = await drafted(dana)
    path = app.state.settings.data_folder / "releases" / "us-ny" / made["files"][0]["sha256"]
    content = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(content + b"one more line")
    try:
        refused = await eve.post(f"/v1/releases/{made['id']}/certification")
    finally:
        path.write_bytes(content)
    assert refused.status_code == 409
    assert "was changed" in refused.json()["detail"]


async def test_no_threshold_lies_below_three(peopled: TestDatabase, dana: AsyncClient) -> None:
    async with peopled.transaction(DANA.actor) as tx:
        await tx.run(insert(StatePolicy).values(valid_from=SINCE, policy={"suppression_threshold": 1}, source="s"))
        await tx.commit()
    assert (await drafted(dana))["threshold"] == 3


async def test_who_may_not_draft(peopled: TestDatabase, client: Client) -> None:
    for person in (ALICE, BOB, CHARLIE, PRIYA, PAT):
        assert (await client(person).post("/v1/releases", json=PERIOD)).status_code == 403
    no_regions = await client(NIA).post("/v1/releases", json=PERIOD)
    assert no_regions.status_code == 409
    assert "neither of the region systems" in no_regions.json()["detail"]
    assert (await client(DANA).post("/v1/releases", json={"period": "month@2026-09-30"})).status_code == 422


async def test_a_key_sends_no_draft_twice(peopled: TestDatabase, dana: AsyncClient) -> None:
    key = {"Idempotency-Key": "the release of the first quarter"}
    first = await dana.post("/v1/releases", json=PERIOD, headers=key)
    again = await dana.post("/v1/releases", json=PERIOD, headers=key)
    assert first.json()["id"] == again.json()["id"]
    assert len((await dana.get("/v1/releases")).json()["items"]) == 1


async def test_a_draft_that_nobody_waits_for(peopled: TestDatabase, dana: AsyncClient, eve: AsyncClient, client: Client, app: Any) -> None:
    """A worker drafts it; whoever makes releases reads how far it is, and nobody else knows of it."""
    begun = await dana.post("/v1/releases", json=PERIOD, headers={"Prefer": "respond-async"})
    assert (begun.status_code, begun.headers["preference-applied"]) == (202, "respond-async")
    path = f"/v1/releases/{begun.json()['id']}"
    assert [(await dana.get(path)).json()[name] for name in ("status", "progress", "doing", "proof")] == ["drafting", 0, "waiting", None]
    assert (await eve.post(f"{path}/certification")).status_code == 409
    assert (await dana.get(f"{path}.csv")).status_code == 404
    for person in (PAT, CHARLIE, NIA):
        assert (await client(person).get(path)).status_code == 404
    settings = app.state.settings.model_copy(update={"today": TODAY})
    await work(settings, peopled.url, until_done=True)
    done = (await dana.get(path)).json()
    assert (done["status"], done["progress"], done["drafted_by"]) == ("draft", 100, str(DANA.id))
    assert (await eve.post(f"{path}/certification")).status_code == 200
    assert len(await figures(client(PAT), begun.json()["id"])) > 0


async def test_how_far_a_draft_is_only_goes_on(peopled: TestDatabase, dana: AsyncClient, app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is told first is written down first, though it takes longer."""
    told, written, note = list[int](), list[int](), tasks._note

    async def slow_at_first(*who: Any, **values: Any) -> None:
        told.append(values["progress"])
        await asyncio.sleep(0.5 if len(told) == 1 else 0)
        await note(*who, **values)
        written.append(values["progress"])

    monkeypatch.setattr(tasks, "_note", slow_at_first)
    await dana.post("/v1/releases", json=PERIOD, headers={"Prefer": "respond-async"})
    await work(app.state.settings.model_copy(update={"today": TODAY}), peopled.url, until_done=True)
    assert len(written) > 1
    assert written == sorted(written)


async def test_a_draft_of_which_nothing_came_says_why(peopled: TestDatabase, dana: AsyncClient, app: Any) -> None:
    begun = await dana.post("/v1/releases", json={"period": "quarter@2001-09-30"}, headers={"Prefer": "respond-async"})
    await work(app.state.settings.model_copy(update={"today": TODAY}), peopled.url, until_done=True)
    failed = (await dana.get(f"/v1/releases/{begun.json()['id']}")).json()
    assert failed["status"] == "failed"
    assert "neither of the region systems" in failed["failed"]


async def test_who_may_not_withdraw(peopled: TestDatabase, dana: AsyncClient, eve: AsyncClient, client: Client) -> None:
    made = await certified(dana, eve)
    for person in (ALICE, CHARLIE, PAT, PRIYA):
        assert (await client(person).post(f"/v1/releases/{made['id']}/withdrawal", json={"because": "x"})).status_code == 403
    assert (await client(NIA).post(f"/v1/releases/{made['id']}/withdrawal", json={"because": "x"})).status_code == 404


async def test_two_releases_of_overlapping_periods_open_nothing_to_who_reads_their_files(
    peopled: TestDatabase, dana: AsyncClient, eve: AsyncClient, pat: AsyncClient
) -> None:
    """An attacker with nothing but the CSV files and the map of which regions overlap."""
    contents = []
    for period in ("quarter@2026-09-30", "rolling_4@2026-09-30", "rolling_4@2026-06-30"):
        made = (await dana.post("/v1/releases", json={"period": period})).json()
        assert (await eve.post(f"/v1/releases/{made['id']}/certification")).status_code == 200, made
        contents.append(read((await pat.get(f"/v1/releases/{made['id']}.csv")).text))
    pairs = {*world.HOMES, ("unknown", "unknown")}
    for population in (WIOA, ALL):
        for indicators in (("participants_exited", "employment_rate_q2"), ("employment_rate_q4",), ("credential_rate",)):
            outsider = Outsider(contents, pairs, population=population, indicators=indicators)
            assert outsider.opened(10) == [], (population, indicators)
