"""Occupations and in-demand jobs over HTTP."""

from typing import Any

import pytest
from httpx import AsyncClient

from app.labor_market.onet import ATTRIBUTION
from tests.conftest import Client, TestDatabase
from tests.labor_market import few
from tests.people import ALICE, CHARLIE, DANA, NIA, PAT, PRIYA
from tests.regions import new_york

HERE = len([one for one in few.in_demand() if one.region == "western_new_york"])
WESTERN = "/v1/region-systems/labor_market_region/regions/western_new_york/in-demand-jobs"


@pytest.fixture(autouse=True)
async def _ground(own_db: TestDatabase) -> None:
    """New York's regions, and a few of its occupations and designations."""
    async with own_db.transaction(DANA.actor) as tx:
        await new_york.lay(tx)
        await few.lay(tx)
        await tx.commit()


async def found(client: AsyncClient, **query: Any) -> list[tuple[str, str]]:
    answer = await client.get("/v1/occupations", params=query)
    assert answer.status_code == 200, answer.text
    assert answer.json()["attribution"] == ATTRIBUTION
    return [(item["code"], item["title"]) for item in answer.json()["items"]]


async def test_occupations_are_found_by_words_reported_titles_and_codes(alice: AsyncClient) -> None:
    assert await found(alice, q="pharm tech") == [("29-2052", "Pharmacy Technicians")]
    assert (await found(alice, q="registered nurses"))[0] == ("29-1141", "Registered Nurses"), "the title itself comes first"
    assert (await found(alice, q="nurse registered"))[0] == ("29-1141", "Registered Nurses"), "in any order and number"
    assert ("53-3032", "Heavy and Tractor-Trailer Truck Drivers") in await found(alice, q="truck driver")
    codes = [code for code, _ in await found(alice, q="29-205")]
    assert codes == sorted(codes)
    assert "29-2052" in codes
    assert "29-2052.00" not in codes, "O*NET's .00 is the SOC occupation"
    assert await found(alice, q="29-2052.00") == []
    assert await found(alice, q="xylophone astronaut") == []


async def test_a_search_says_by_which_reported_title_it_found(alice: AsyncClient) -> None:
    answer = await alice.get("/v1/occupations", params={"q": "Charge Nurse"})
    nurses = next(item for item in answer.json()["items"] if item["code"] == "29-1141")
    assert nurses["matched"] == "Charge Nurse"


async def test_what_cannot_be_searched_for_is_refused(alice: AsyncClient) -> None:
    for q in ("one two three four five six seven eight nine ten eleven", "—", "&|!"):
        answer = await alice.get("/v1/occupations", params={"q": q})
        assert answer.status_code == 422, q
        assert "'q' has" in answer.json()["detail"]
    for q in ("nurse' & 'x", "nurse:*", "nurse | (", "\0nurse\0", "!nurse", "<-> nurse"):
        assert (await alice.get("/v1/occupations", params={"q": q})).status_code == 200, q


async def test_every_occupation_is_on_one_page_and_only_one(alice: AsyncClient) -> None:
    for q in ("", "technicians"):
        whole = [item["code"] for item in (await alice.get("/v1/occupations", params={"q": q, "limit": 1000})).json()["items"]]
        pages: list[str] = []
        url: str | None = f"/v1/occupations?q={q}&limit={max(len(whole) // 3, 1)}"
        while url:
            answer = await alice.get(url)
            pages += [item["code"] for item in answer.json()["items"]]
            url = answer.links["next"]["url"] if "next" in answer.links else None
        if len(whole) < 1000:
            assert pages == whole
        assert len(set(pages)) == len(pages) >= len(whole)


async def test_an_occupation_with_all_that_is_known_of_it(alice: AsyncClient) -> None:
    told = (await alice.get("/v1/occupations/29-2052")).json()
    assert (told["title"], told["job_zone"], told["on"]) == ("Pharmacy Technicians", 3, "2026-10-31")
    assert told["description"].startswith("Prepare medications")
    assert "Certified Pharmacy Technician (CPhT)" in told["reported_titles"]
    importances = [skill["importance"] for skill in told["skills"]]
    assert importances == sorted(importances, reverse=True)
    assert told["related"][0] == {"code": "31-9095.00", "title": "Pharmacy Aides", "tier": "Primary-Short"}
    assert told["wages"][0]["area_title"] == "New York"
    assert told["wages"][0]["median"] == {"value": 43930, "status": "ok", "at_least": None}
    assert ATTRIBUTION in [source["attribution"] for source in told["sources"]]
    assert {(one["system"], one["region"]) for one in told["in_demand"]} == {
        ("labor_market_region", region.code) for region in new_york.draft("labor_market_region").edition.regions
    }


async def test_a_region_lists_the_figures_of_each_area_that_it_touches(alice: AsyncClient) -> None:
    told = (await alice.get("/v1/occupations/29-2052")).json()
    by_region = {one["region"]: [figure["area_title"] for figure in one["figures"]] for one in told["wages_by_region"]}
    assert by_region["western_new_york"] == ["Buffalo-Cheektowaga, NY", "Southwest New York nonmetropolitan area"]
    assert by_region["long_island"] == ["New York-Newark-Jersey City, NY-NJ"] == by_region["new_york_city"]
    assert len(by_region) == 10
    lwda = (await alice.get("/v1/occupations/29-2052", params={"system": "lwda"})).json()
    assert len(lwda["wages_by_region"]) == 33
    assert (await alice.get("/v1/occupations/29-2052", params={"system": "moon"})).json()["wages_by_region"] == []


async def test_figures_that_were_not_released_say_why(alice: AsyncClient) -> None:
    internists = (await alice.get("/v1/occupations/29-1151")).json()
    albany = next(one for one in internists["wages"] if one["area"] == "0010580")
    assert albany["employment"] == {"value": 170, "status": "ok", "at_least": None}
    assert albany["median"] == {"value": None, "status": "top_coded", "at_least": 239200}
    musicians = (await alice.get("/v1/occupations/27-2042")).json()
    assert {one["median"]["status"] for one in musicians["wages"]} <= {"not_published", "suppressed"}


async def test_codes_of_the_three_systems_lead_to_each_other(alice: AsyncClient) -> None:
    combined = (await alice.get("/v1/occupations/13-1020")).json()
    assert combined["system"] == "oews_2019"
    assert [part["code"] for part in combined["parts"]] == ["13-1021", "13-1022", "13-1023"]
    member = (await alice.get("/v1/occupations/13-1021")).json()
    assert [whole["code"] for whole in member["part_of"]] == ["13-1020"]
    assert {figure["code"] for figure in member["wages"]} == {"13-1020"}, "published under the code that combines it"
    assert member["in_demand"][0]["code"] == "13-1020"
    acute = (await alice.get("/v1/occupations/29-1141.01")).json()
    assert [whole["code"] for whole in acute["part_of"]] == ["29-1141"]
    nurses = (await alice.get("/v1/occupations/29-1141")).json()
    assert [part["code"] for part in nurses["parts"]] == ["29-1141.01", "29-1141.02", "29-1141.03", "29-1141.04"]
    assert acute["wages"] == nurses["wages"]


async def test_what_is_no_occupation_is_not_found(alice: AsyncClient) -> None:
    assert (await alice.get("/v1/occupations/99-9999")).status_code == 404
    assert (await alice.get("/v1/occupations/nurse")).status_code == 422


async def test_a_regions_in_demand_jobs_with_their_evidence(alice: AsyncClient) -> None:
    answer = await alice.get(WESTERN, params={"limit": 1000})
    told = answer.json()
    assert (told["region_name"], told["on"], len(told["items"])) == ("Western New York", "2026-10-31", HERE)
    assert "It is not the list of the New York State Department of Labor" in told["about"]["note"]
    assert told["attribution"] == ATTRIBUTION
    job = next(one for one in told["items"] if one["code"] == "29-2052")
    assert (job["title"], job["rule"], job["valid_from"], job["valid_until"]) == (
        "Pharmacy Technicians",
        "oews_share_v1",
        "2022-07-01",
        None,
    )
    assert [area["area"] for area in job["evidence"]] == ["0015380", "3600004"]
    assert (await alice.get(WESTERN, params={"on": "2022-06-30"})).json()["items"] == []
    page = (await alice.get(WESTERN, params={"limit": 3})).json()
    rest = (await alice.get(WESTERN, params={"limit": 3, "after": page["next"]})).json()
    assert [*page["items"], *rest["items"]] == told["items"]
    assert rest["next"] is None


async def test_a_region_that_is_not_there_is_not_found(alice: AsyncClient) -> None:
    for path in ("lwda/regions/western_new_york", "labor_market_region/regions/atlantis", "moon/regions/crater"):
        answer = await alice.get(f"/v1/region-systems/{path}/in-demand-jobs")
        assert answer.status_code == 404, path


def job(code: str, **other: Any) -> dict[str, Any]:
    return {"code": code, "rule": "board_decision", "source": "Minutes of the board, item 4", **other}


async def test_a_list_is_planned_and_put(dana: AsyncClient, alice: AsyncClient) -> None:
    before = await dana.get(WESTERN, params={"limit": 1})
    etag = before.headers["etag"]
    body = {"valid_from": "2026-11-15", "jobs": [job("29-2052"), job("51-5111")]}
    plan = await dana.put(WESTERN, json=body, params={"dry_run": True}, headers={"If-Match": etag})
    assert plan.status_code == 200, plan.text
    changes = plan.json()["changes"]
    assert [(one["what"], one["key"]) for one in changes[:2]] == [
        ("added", "labor_market_region/western_new_york/51-5111"),
        ("changed", "labor_market_region/western_new_york/29-2052"),
    ]
    assert {one["what"] for one in changes[2:]} == {"ended"}
    assert len(changes) == 2 + HERE - 1
    assert (await dana.get(WESTERN, params={"limit": 1})).headers["etag"] == etag, "a dry run changes nothing"
    done = await dana.put(WESTERN, json=body, headers={"If-Match": etag})
    assert done.json() == plan.json()
    assert len((await alice.get(WESTERN, params={"limit": 1000})).json()["items"]) == HERE, "until the day has come"
    after = (await alice.get(WESTERN, params={"on": "2026-11-15"})).json()["items"]
    assert [(one["code"], one["source"]) for one in after] == [(code, "Minutes of the board, item 4") for code in ("29-2052", "51-5111")]
    stale = await dana.put(WESTERN, json={**body, "valid_from": "2026-12-01"}, headers={"If-Match": etag})
    assert stale.status_code == 412
    again = await dana.put(WESTERN, json=body)
    assert again.json() == {"changes": [], "unchanged": {"in_demand_job": 2}, "refusals": []}


async def test_refusals_name_the_job(dana: AsyncClient) -> None:
    body = {"valid_from": "2026-11-15", "jobs": [job("29-2052"), job("99-9999")]}
    refused = await dana.put(WESTERN, json=body)
    assert refused.status_code == 422
    assert [(one["pointer"], one["code"]) for one in refused.json()["errors"]] == [("/jobs/1/code", "not_designated")]
    planned = await dana.put(WESTERN, json=body, params={"dry_run": True})
    assert planned.status_code == 200
    assert "There is no occupation 99-9999" in planned.json()["refusals"][0]
    early = await dana.put(WESTERN, json={"valid_from": "2021-07-01", "jobs": [job("29-2052")]})
    assert early.status_code == 422
    assert "later day" in early.text


async def test_what_is_not_right_in_itself_is_refused(dana: AsyncClient) -> None:
    nowhere = {"area": "1", "employment": 1, "share_percent": 1}
    somewhere = {**nowhere, "area": "0015380"}
    for jobs, code in (
        ([job("29-2052", system="naics")], "literal_error"),
        ([job("29-2052"), job("29-2052")], "value_error"),
        ([job("29-2052", evidence=[somewhere, somewhere])], "value_error"),
        ([job("29-2052", rule="custom")], "not_designated"),
        ([job("29-2052", rule="oews_share_v1")], "not_designated"),
        ([job("29-2052.00")], "not_designated"),
        ([job("29-2052", surprise=1)], "extra_forbidden"),
        ([job("29-2052", evidence=[nowhere])], "string_pattern_mismatch"),
    ):
        refused = await dana.put(WESTERN, json={"valid_from": "2026-11-15", "jobs": jobs})
        assert refused.status_code == 422, jobs
        assert [one["code"] for one in refused.json()["errors"]] == [code], refused.text


async def test_everybody_in_the_state_reads_and_its_staff_alone_designates(client: Client) -> None:
    body = {"valid_from": "2026-11-15", "jobs": [job("29-2052")]}
    for person in (ALICE, CHARLIE, PRIYA, PAT):
        assert (await client(person).get(WESTERN)).status_code == 200
        assert (await client(person).get("/v1/occupations/29-2052")).status_code == 200
        refused = await client(person).put(WESTERN, json=body)
        assert refused.status_code == 403
        assert "definitions:write" in refused.json()["detail"]
    for url in (WESTERN, "/v1/occupations", "/v1/occupations/29-2052"):
        assert (await client(None).get(url)).status_code == 401
    assert (await client(None).put(WESTERN, json=body)).status_code == 401


async def test_another_states_staff_sees_and_changes_nothing(nia: AsyncClient, alice: AsyncClient) -> None:
    assert (await nia.get("/v1/occupations", params={"q": "pharmacy"})).json()["items"] == []
    assert (await nia.get("/v1/occupations/29-2052")).status_code == 404
    assert (await nia.get(WESTERN)).status_code == 404
    put = await nia.put(WESTERN, json={"valid_from": "2026-11-15", "jobs": []})
    assert put.status_code == 404
    assert "There is no region system" in put.json()["detail"]
    assert len((await alice.get(WESTERN, params={"on": "2026-12-01", "limit": 1000})).json()["items"]) == HERE
    assert NIA.actor.permissions == DANA.actor.permissions, "right in everything but the state"


async def test_a_list_that_is_sent_twice_is_put_once(dana: AsyncClient) -> None:
    body = {"valid_from": "2026-11-15", "jobs": [job("29-2052")]}
    first = await dana.put(WESTERN, json=body, headers={"Idempotency-Key": "november"})
    second = await dana.put(WESTERN, json=body, headers={"Idempotency-Key": "november"})
    assert second.headers["idempotent-replay"] == "true"
    assert second.json() == first.json()
    assert second.headers["etag"] == first.headers["etag"]


NOTICE: dict[str, Any] = {
    "employer": "Invented Plastics Inc.",
    "site": "1 River Road, Tonawanda",
    "county": "36029",
    "notice_date": "2025-01-30",
    "effective_date": "2025-04-30",
    "affected": 83,
    "event": "closure",
    "source": "State's list of notices, 3 February 2025",
}


async def test_layoff_notices(client: Client) -> None:
    """The state's staff records them, everybody in the state reads them, another state's staff does not."""
    made = await client(DANA).post("/v1/layoff-notices", json=NOTICE)
    assert made.status_code == 201, made.text
    assert made.json() | NOTICE == made.json()
    again = await client(DANA).post("/v1/layoff-notices", json=NOTICE)
    assert [(one["pointer"], one["code"]) for one in again.json()["errors"]] == [("/site", "noticed_already")]
    for person in (ALICE, CHARLIE, PAT):
        assert (await client(person).get("/v1/layoff-notices", params={"county": "36029"})).json() == {"items": [made.json()], "next": None}
        assert (await client(person).post("/v1/layoff-notices", json=NOTICE)).status_code == 403
    assert (await client(NIA).get("/v1/layoff-notices")).json()["items"] == []
    assert (await client(NIA).post("/v1/layoff-notices", json=NOTICE)).json()["errors"][0]["code"] == "county_unknown"
    assert (await client(None).get("/v1/layoff-notices")).status_code == 401


async def test_a_layoff_notice_is_corrected_and_taken_back(client: Client) -> None:
    """By the state's staff alone, with the ETag that they read."""
    dana = client(DANA)
    made = await dana.post("/v1/layoff-notices", json=NOTICE)
    where, tag = made.headers["location"], made.headers["etag"]
    assert (await client(CHARLIE).get(where)).json() == made.json()
    changed = await dana.patch(where, json={"affected": 91}, headers={"If-Match": tag})
    assert (changed.status_code, changed.json()) == (200, made.json() | {"affected": 91, "revision": 2})
    assert (await dana.patch(where, json={"affected": 92}, headers={"If-Match": tag})).status_code == 412
    assert (await dana.patch(where, json={"county": "34013"})).json()["errors"][0]["code"] == "county_unknown"
    assert (await dana.patch(where, json={"employer": None})).json()["errors"][0]["code"] == "no_employer"
    why = {"reason": "the employer rescinded it"}
    for person in (ALICE, CHARLIE, PAT):
        assert (await client(person).patch(where, json={"affected": 1})).status_code == 403
        assert (await client(person).post(f"{where}/void", json=why)).status_code == 403
    for answer in (
        await client(NIA).get(where),
        await client(NIA).patch(where, json={"affected": 1}),
        await client(NIA).post(f"{where}/void", json=why),
    ):
        assert answer.status_code == 404
    assert (await dana.get(where)).json()["affected"] == 91
    assert (await dana.post(f"{where}/void", json={})).status_code == 422
    assert (await dana.post(f"{where}/void", json=why)).status_code == 204
    assert (await dana.get(where)).status_code == 404
    assert (await dana.get("/v1/layoff-notices")).json()["items"] == []
