"""Partners over HTTP."""

from typing import Any

import pytest
from httpx import AsyncClient

from app.access.permissions import Role
from tests.conftest import Client, TestDatabase
from tests.partners.ground import lay
from tests.people import ALICE, BOB, CHARLIE, DANA, NIA, PAT, PRIYA

NEW: dict[str, Any] = {"key": "hope_house", "name": "Hope House", "kind": "nonprofit", "active_from": "2026-07-01"}
SITE = {"key": "main_street", "name": "Main Street", "address": "1 Main Street, Buffalo", "county": "36029"}
SERVES = {"system": "lwda", "region": "erie", "valid_from": "2026-07-01", "valid_until": None}
SHARES = {
    "kind": "share_records",
    "with_partner": "niagara_college",
    "valid_from": "2026-07-01",
    "valid_until": None,
    "source": "Memorandum",
}
ERIE = "/v1/partners/erie_board"


@pytest.fixture(autouse=True)
async def _ground(own_db: TestDatabase) -> None:
    async with own_db.transaction(DANA.actor) as tx:
        await lay(tx)
        await tx.commit()


async def test_partners_are_listed_page_by_page(alice: AsyncClient) -> None:
    first = await alice.get("/v1/partners", params={"limit": 2})
    assert [partner["key"] for partner in first.json()["items"]] == ["erie_board", "monroe_board"]
    second = await alice.get(first.links["next"]["url"])
    assert [partner["key"] for partner in second.json()["items"]] == ["niagara_college"]
    assert (second.json()["next"], second.links) == (None, {})
    colleges = await alice.get("/v1/partners", params={"kind": "community_college"})
    assert [partner["name"] for partner in colleges.json()["items"]] == ["Niagara Community College"]


async def test_a_partner_is_registered_read_and_changed(dana: AsyncClient, bob: AsyncClient) -> None:
    made = await dana.post("/v1/partners", json=NEW)
    assert made.status_code == 201, made.text
    assert made.headers["location"] == "/v1/partners/hope_house"
    read = await bob.get("/v1/partners/hope_house")
    assert read.json() == made.json()
    assert read.json() | NEW == read.json()
    etag = read.headers["etag"]
    changed = await dana.patch("/v1/partners/hope_house", json={"active_until": "2027-07-01"}, headers={"If-Match": etag})
    assert (changed.status_code, changed.json()["active_until"], changed.headers["etag"]) == (200, "2027-07-01", '"2"')
    stale = await dana.patch("/v1/partners/hope_house", json={"name": "House of Hope"}, headers={"If-Match": etag})
    assert stale.status_code == 412
    again = await dana.patch("/v1/partners/hope_house", json={"active_until": None}, headers={"If-Match": changed.headers["etag"]})
    assert again.json()["active_until"] is None
    assert (await bob.get("/v1/partners/nobody")).status_code == 404


async def test_refusals_name_the_field(dana: AsyncClient) -> None:
    taken = await dana.post("/v1/partners", json={**NEW, "key": "erie_board", "board_code": "36010"})
    assert taken.status_code == 422
    assert sorted((one["pointer"], one["code"]) for one in taken.json()["errors"]) == [
        ("/board_code", "not_a_boards"),
        ("/key", "key_taken"),
    ]
    odd = await dana.post("/v1/partners", json={**NEW, "kind": "church"})
    assert odd.json()["errors"][0]["pointer"] == "/kind"
    assert (await dana.patch(ERIE, json={"key": "other"})).status_code == 422
    for path, body, code in (
        ("sites", {**SITE, "county": "36001"}, "county_unknown"),
        ("service-regions", {**SERVES, "region": "atlantis"}, "region_unknown"),
        ("agreements", {**SHARES, "with_partner": "nobody"}, "other_partner_unknown"),
    ):
        refused = await dana.post(f"{ERIE}/{path}", json=body)
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, code)
        assert (await dana.post(f"/v1/partners/nobody/{path}", json=body)).status_code == 404
        assert (await dana.get(f"/v1/partners/nobody/{path}")).status_code == 404


async def test_what_belongs_to_a_partner(dana: AsyncClient, alice: AsyncClient) -> None:
    for path, body in (("sites", SITE), ("service-regions", SERVES), ("agreements", SHARES)):
        made = await dana.post(f"{ERIE}/{path}", json=body)
        assert made.status_code == 201, made.text
        assert made.json() | body == made.json()
        assert (await alice.get(f"{ERIE}/{path}")).json() == {"items": [made.json()], "next": None}


async def test_a_site_is_corrected(client: Client, dana: AsyncClient) -> None:
    made = (await dana.post(f"{ERIE}/sites", json=SITE)).json()
    where = f"{ERIE}/sites/{made['id']}"
    changed = await dana.patch(where, json={"address": "2 Main Street, Buffalo"}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert changed.json() == made | {"address": "2 Main Street, Buffalo", "revision": 2}
    assert (await dana.patch(where, json={"address": None}, headers={"If-Match": '"1"'})).status_code == 412
    assert (await dana.patch(where, json={"county": "36001"})).json()["errors"][0]["code"] == "county_unknown"
    assert (await dana.patch(f"/v1/partners/niagara_college/sites/{made['id']}", json={"name": "Ours"})).status_code == 404
    for person, status in ((ALICE, 403), (CHARLIE, 403), (NIA, 404), (None, 401)):
        assert (await client(person).patch(where, json={"name": "Mine"})).status_code == status
    assert (await client(CHARLIE).get(f"{ERIE}/sites")).json()["items"] == [changed.json()]


async def test_what_holds_is_ended(dana: AsyncClient) -> None:
    for path, body in (("service-regions", SERVES), ("agreements", SHARES)):
        made = (await dana.post(f"{ERIE}/{path}", json=body)).json()["id"]
        ended = await dana.post(f"{ERIE}/{path}/{made}/end", json={"valid_until": "2026-12-01"})
        assert (ended.status_code, ended.content) == (204, b"")
        assert (await dana.get(f"{ERIE}/{path}")).json()["items"][0]["valid_until"] == "2026-12-01"
        late = await dana.post(f"{ERIE}/{path}/{made}/end", json={"valid_until": "2027-12-01"})
        assert (late.status_code, late.json()["errors"][0]["code"]) == (422, "ended_already")
        other = await dana.post(f"/v1/partners/niagara_college/{path}/{made}/end", json={"valid_until": "2026-11-01"})
        assert other.status_code == 404


async def test_agreements_are_read_by_those_who_take_part(client: Client) -> None:
    """Charlie reads that the partners are there, their sites and regions; of what they agreed he sees nothing."""
    for path, body in (("sites", SITE), ("service-regions", SERVES), ("agreements", SHARES)):
        await client(DANA).post(f"{ERIE}/{path}", json=body)
    seen = {}
    for person in (DANA, ALICE, PRIYA, CHARLIE):
        seen[person.name] = [
            len((await client(person).get(f"{ERIE}/{path}")).json()["items"]) for path in ("sites", "service-regions", "agreements")
        ]
    assert seen == {"Dana": [1, 1, 1], "Alice": [1, 1, 1], "Priya": [1, 1, 1], "Charlie": [1, 1, 0]}


async def test_who_may_what(client: Client, own_db: TestDatabase) -> None:
    reading = ("/v1/partners", ERIE, f"{ERIE}/sites", f"{ERIE}/service-regions", f"{ERIE}/agreements")
    for person in (ALICE, BOB, CHARLIE, PRIYA):
        for url in reading:
            assert (await client(person).get(url)).status_code == 200
    for url in reading:
        assert (await client(PAT).get(url)).status_code == 403, "a policymaker reads aggregates alone"
        assert (await client(None).get(url)).status_code == 401
    auditor = client(None)
    auditor.headers["Authorization"] = f"Bearer {await own_db.key('us-ny', Role.AUDITOR)}"
    assert (await auditor.get(f"{ERIE}/agreements")).status_code == 200
    nothing = "00000000-0000-0000-0000-000000000001"
    for person in (ALICE, PRIYA, PAT):
        of = client(person)
        answers = [
            await of.post("/v1/partners", json=NEW),
            await of.patch(ERIE, json={"name": "Mine"}),
            await of.post(f"{ERIE}/sites", json=SITE),
            await of.post(f"{ERIE}/service-regions", json=SERVES),
            await of.post(f"{ERIE}/agreements", json=SHARES),
            await of.post(f"{ERIE}/agreements/{nothing}/end", json={"valid_until": "2026-12-01"}),
            await of.post(f"{ERIE}/service-regions/{nothing}/end", json={"valid_until": "2026-12-01"}),
        ]
        assert {answer.status_code for answer in answers} == {403}
    assert (await auditor.post("/v1/partners", json=NEW)).status_code == 403


async def test_another_states_staff_sees_and_changes_nothing(nia: AsyncClient, dana: AsyncClient) -> None:
    made = (await dana.post(f"{ERIE}/agreements", json=SHARES)).json()["id"]
    assert (await nia.get("/v1/partners")).json()["items"] == []
    for url in (ERIE, f"{ERIE}/sites", f"{ERIE}/agreements"):
        assert (await nia.get(url)).status_code == 404
    assert (await nia.patch(ERIE, json={"name": "Mine"})).status_code == 404
    assert (await nia.post(f"{ERIE}/agreements/{made}/end", json={"valid_until": "2026-12-01"})).status_code == 404
    assert (await nia.post("/v1/partners", json={**NEW, "key": "erie_board"})).status_code == 201, "the key is taken in the other state"
    assert (await nia.post(f"{ERIE}/agreements", json=SHARES)).json()["errors"][0]["code"] == "other_partner_unknown"
    assert (await dana.get(ERIE)).json()["name"] == "Erie Workforce Board"
    assert (await dana.get(f"{ERIE}/agreements")).json()["items"][0]["valid_until"] is None
    assert NIA.actor.permissions == DANA.actor.permissions, "right in everything but the state"


async def test_a_request_that_is_sent_twice_registers_once(dana: AsyncClient) -> None:
    first = await dana.post("/v1/partners", json=NEW, headers={"Idempotency-Key": "hope"})
    second = await dana.post("/v1/partners", json=NEW, headers={"Idempotency-Key": "hope"})
    assert (second.status_code, second.json(), second.headers["location"]) == (201, first.json(), "/v1/partners/hope_house")
    assert second.headers["idempotent-replay"] == "true"
    made = await dana.post(f"{ERIE}/agreements", json=SHARES)
    end = f"{ERIE}/agreements/{made.json()['id']}/end"
    for _ in range(2):
        ended = await dana.post(end, json={"valid_until": "2026-12-01"}, headers={"Idempotency-Key": "end"})
        assert ended.status_code == 204
