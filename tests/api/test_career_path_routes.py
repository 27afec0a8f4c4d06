"""Career paths and collections over HTTP: who reads what, who writes, and what the answers carry."""

from typing import Any

import psycopg
import pytest
from httpx import AsyncClient

from app.career_paths import collecting
from app.career_paths.rules import CareerCollection, CollectedPath
from app.definitions.translation import fields, path_definition
from tests.career_paths.ground import lay
from tests.career_paths.test_career_path_gates import COURSE, PHARMACY
from tests.conftest import Client, TestDatabase
from tests.people import ALICE, CHARLIE, DANA, NIA, PAT, PEOPLE, PRIYA, Person

BODY: dict[str, Any] = fields(path_definition(PHARMACY))
READERS = (ALICE, CHARLIE, PRIYA, PAT)  # the state's paths are for everybody in it


@pytest.fixture(autouse=True)
async def _ground(own_db: TestDatabase) -> None:
    async with own_db.transaction(DANA.actor) as tx:
        await lay(tx)
        await tx.commit()


async def test_from_draft_to_retirement(client: Client, dana: AsyncClient) -> None:
    made = await dana.post("/v1/career-paths", json=BODY)
    assert made.status_code == 201
    assert made.headers["location"] == "/v1/career-paths/pharmacy?version=1"
    assert made.headers["etag"] == '"1"'
    draft = made.json()
    assert {name: draft[name] for name in ("version", "status", "valid_until", "revision", "findings")} == {
        "version": 1,
        "status": "draft",
        "valid_until": None,
        "revision": 1,
        "findings": [],
    }
    assert draft["totals"] == {"hours": 42, "weeks": 5, "cost": "629.50"}
    steps = [{**step, "id": None, "credential": step["credential"]} for step in draft["steps"]]
    assert [step["key"] for step in steps] == ["course", "exam"]

    for person in READERS:
        assert (await client(person).get("/v1/career-paths")).json() == {"items": [], "next": None}
        assert (await client(person).get("/v1/career-paths/pharmacy?version=1")).status_code == 404
    assert len((await dana.get("/v1/career-paths?status=draft")).json()["items"]) == 1

    change = {"title": "Pharmacies", "regions_offered": "state", "leads_to": ["nursing"]}
    changed = await dana.patch("/v1/career-paths/pharmacy", json=change, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert {name: changed.json()[name] for name in change} == change
    assert [(f["code"], f["refuses"]) for f in changed.json()["findings"]] == [("unknown_path", True), ("not_in_demand", False)]
    stale = await dana.patch("/v1/career-paths/pharmacy", json={"title": "x"}, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["type"]) == (412, "/problems/stale")

    refused = await dana.post("/v1/career-paths/pharmacy/publication", json={})
    assert refused.status_code == 422
    assert [(e["code"], e["pointer"]) for e in refused.json()["errors"]] == [("unknown_path", "/leads_to/0")]
    await dana.patch("/v1/career-paths/pharmacy", json={"leads_to": []})
    published = await dana.post("/v1/career-paths/pharmacy/publication", json={"valid_from": "2022-07-01"})
    assert (published.status_code, published.json()["status"]) == (201, "published")
    assert published.json()["id"] == draft["id"]
    for person in READERS:
        read = (await client(person).get("/v1/career-paths/pharmacy")).json()
        assert (read["id"], read["findings"]) == (draft["id"], [])
    assert (await dana.get("/v1/career-paths/pharmacy")).json()["findings"][0]["code"] == "not_in_demand"

    retired = await dana.post("/v1/career-paths/pharmacy/retirement", json={"valid_until": "2026-11-01"})
    assert (retired.status_code, retired.json()["valid_until"]) == (201, "2026-11-01")
    assert (await dana.get("/v1/career-paths/pharmacy?on=2026-10-31")).status_code == 200
    gone = await dana.get("/v1/career-paths/pharmacy?on=2026-11-01")
    assert (gone.status_code, "Its versions are 1 (retired)" in gone.json()["detail"]) == (404, True)


@pytest.mark.parametrize("person", [p for p in PEOPLE if p not in (DANA, NIA)], ids=lambda person: person.name)
async def test_partners_and_policymakers_write_nothing(client: Client, dana: AsyncClient, person: Person) -> None:
    await dana.post("/v1/career-paths", json=BODY)
    them = client(person)
    for answer in (
        await them.post("/v1/career-paths", json={**BODY, "key": "other"}),
        await them.patch("/v1/career-paths/pharmacy", json={"title": "x"}),
        await them.post("/v1/career-paths/pharmacy/publication", json={}),
        await them.post("/v1/career-paths/pharmacy/retirement", json={"valid_until": "2027-01-01"}),
    ):
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/forbidden")
    assert (await dana.get("/v1/career-paths/pharmacy?version=1")).headers["etag"] == '"1"'


async def test_another_state_sees_nothing_and_has_paths_of_its_own(dana: AsyncClient, nia: AsyncClient, own_db: TestDatabase) -> None:
    await dana.post("/v1/career-paths", json=BODY)
    await dana.post("/v1/career-paths/pharmacy/publication")
    assert (await nia.get("/v1/career-paths")).json()["items"] == []
    assert (await nia.get("/v1/career-paths/pharmacy?version=1")).status_code == 404
    assert (await nia.patch("/v1/career-paths/pharmacy", json={"title": "x"})).status_code == 404
    assert (await nia.post("/v1/career-paths/pharmacy/retirement", json={"valid_until": "2027-01-01"})).status_code == 404
    assert (await nia.post("/v1/career-paths", json=BODY)).status_code == 422  # New Jersey knows neither the occupation nor the regions
    async with own_db.transaction(NIA.actor) as tx:
        await lay(tx)
        await tx.commit()
    assert (await nia.post("/v1/career-paths", json={**BODY, "title": "Theirs"})).status_code == 201
    assert (await dana.get("/v1/career-paths?status=draft")).json()["items"] == []
    assert (await dana.get("/v1/career-paths/pharmacy")).json()["title"] == "Pharmacy"


async def test_lists_are_paged_and_filtered(client: Client, dana: AsyncClient) -> None:
    for key, offered in (("aa", BODY["regions_offered"]), ("bb", "state"), ("cc", BODY["regions_offered"])):
        await dana.post("/v1/career-paths", json={**BODY, "key": key, "regions_offered": offered})
        assert (await dana.post(f"/v1/career-paths/{key}/publication", json={})).status_code == 201
    pat = client(PAT)
    first = await pat.get("/v1/career-paths?limit=2")
    assert [item["key"] for item in first.json()["items"]] == ["aa", "bb"]
    rest = await pat.get(first.headers["link"].split(">")[0].removeprefix("<"))
    assert [item["key"] for item in rest.json()["items"]] == ["cc"]
    there = await pat.get("/v1/career-paths?on=2026-10-31&system=labor_market_region&region=north_country")
    assert [item["key"] for item in there.json()["items"]] == ["bb"]
    assert (await pat.get("/v1/career-paths?on=2024-10-31")).json()["items"] == []
    half = await pat.get("/v1/career-paths?region=north_country")
    assert (half.status_code, "together" in half.json()["detail"]) == (422, True)


async def test_a_draft_sent_twice_with_one_key_is_made_once(dana: AsyncClient) -> None:
    first, again = [await dana.post("/v1/career-paths", json=BODY, headers={"Idempotency-Key": "one"}) for _ in range(2)]
    assert first.json() == again.json()
    assert (again.headers["etag"], again.headers["idempotent-replay"]) == ('"1"', "true")


@pytest.mark.parametrize("tag", ['W/"1"', "1", '"x"', '""'])
async def test_a_tag_that_is_none_of_ours_matches_nothing(dana: AsyncClient, tag: str) -> None:
    await dana.post("/v1/career-paths", json=BODY)
    answer = await dana.patch("/v1/career-paths/pharmacy", json={"title": "x"}, headers={"If-Match": tag})
    assert answer.status_code == 412
    assert (await dana.patch("/v1/career-paths/pharmacy", json={"title": "x"}, headers={"If-Match": "*"})).status_code == 200


async def test_what_is_wrong_is_told_with_its_place(dana: AsyncClient) -> None:
    wrong = {**BODY, "target_occupations": [{"system": "soc_2018", "code": "99-9999"}]}
    answer = await dana.post("/v1/career-paths", json=wrong)
    assert [(e["code"], e["pointer"]) for e in answer.json()["errors"]] == [("unknown_occupation", "/target_occupations/0/code")]
    misspelt = await dana.post("/v1/career-paths", json={**BODY, "titel": "x"})
    assert (misspelt.status_code, misspelt.json()["errors"][0]["pointer"]) == (422, "/titel")


async def test_collections_are_read_by_everybody_in_the_state(client: Client, dana: AsyncClient, own_db: TestDatabase) -> None:
    await dana.post("/v1/career-paths", json=BODY)
    await dana.post("/v1/career-paths/pharmacy/publication", json={})
    starters = CareerCollection("starters", "Starters", "All", "s", PHARMACY.valid_from, "s", (CollectedPath("pharmacy"), COURSE))
    async with own_db.transaction(DANA.actor) as tx:
        await collecting.gather(tx, by=DANA.actor, collections=[starters])
        await tx.commit()
    for person in READERS:
        [item] = (await client(person).get("/v1/collections")).json()["items"]
        assert item == (await client(person).get("/v1/collections/starters")).json()
        assert [(part["kind"], part["key"]) for part in item["items"]] == [("career_path", "pharmacy"), ("course", "course")]
    nia = client(NIA)
    assert (await nia.get("/v1/collections")).json() == {"items": [], "next": None}
    assert (await nia.get("/v1/collections/starters")).status_code == 404
    assert (await dana.get("/v1/collections/starters?on=2020-01-01")).status_code == 404
    assert (await client(None).get("/v1/collections")).status_code == 401


async def test_a_list_and_a_path_are_one_statement_each(client: Client, dana: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    for key in ("aa", "bb", "cc"):
        await dana.post("/v1/career-paths", json={**BODY, "key": key})
        await dana.post(f"/v1/career-paths/{key}/publication", json={})
    pat = client(PAT)
    assert (await pat.get("/v1/me")).status_code == 200  # the first connection asks which database it is
    statements: list[object] = []
    execute = psycopg.AsyncCursor.execute

    async def counted(self: Any, query: Any, *arguments: Any, **more: Any) -> Any:
        statements.append(query)
        return await execute(self, query, *arguments, **more)

    monkeypatch.setattr(psycopg.AsyncCursor, "execute", counted)
    for path in ("/v1/career-paths", "/v1/career-paths/bb", "/v1/collections"):
        statements.clear()
        assert (await pat.get(path)).status_code == 200
        assert len(statements) == 1, path  # the question; the door goes by the line
