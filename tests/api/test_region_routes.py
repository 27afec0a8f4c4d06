"""Region systems, regions on a day, locate and crosswalks over HTTP: who reads, who writes, what a plan says."""

import copy
import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely
from httpx import AsyncClient
from sqlalchemy import insert

from app.core.ids import uuid7
from app.participants.models import Participant
from app.participants.residence import Address, settle
from tests.conftest import Client, TestDatabase
from tests.people import ALICE, CHARLIE, DANA, NIA, PAT, PEOPLE, PRIYA
from tests.regions import new_york

SYSTEMS = "/v1/region-systems"
LABOR = f"{SYSTEMS}/labor_market_region/regions"
NEW_YORKERS = [person for person in PEOPLE if person is not NIA]
QUESTIONS = [
    SYSTEMS,
    LABOR,
    f"{LABOR}.geojson",
    f"{LABOR}/western_new_york",
    "/v1/locate?county=36029",
    "/v1/locate?zip=14201",
    "/v1/locate?lon=-78.87&lat=42.88",
    "/v1/crosswalks/lwda/labor_market_region",
    "/v1/places",
    "/v1/zip-areas",
]


SOMEBODY: dict[str, Any] = {
    "first_name": "Some",
    "last_name": "Body",
    "birth_date": date(1990, 1, 1),
    "sex": 9,
    "hispanic": 9,
    "registered_on": date(2026, 1, 1),
    "act": uuid7(),
}


@pytest.fixture
async def laid(own_db: TestDatabase) -> None:
    async with own_db.transaction(DANA.actor) as tx:
        await new_york.lay(tx)
        await tx.commit()


def labor(since: str, **moved: str) -> dict[str, Any]:
    """The ten regions from a day on, with counties moved: `_36029="long_island"`."""
    body: dict[str, Any] = new_york.definition("labor_market_region").model_dump(mode="json", exclude_defaults=True)
    for county, code in moved.items():
        for region in body["regions"]:
            region["counties"] = [one for one in region["counties"] if one != county[1:]]
        next(region for region in body["regions"] if region["code"] == code)["counties"].append(county[1:])
    return {**body, "valid_from": since}


@pytest.mark.usefixtures("laid")
async def test_everybody_in_the_state_reads_all_of_it_and_another_state_nothing(client: Client, nia: AsyncClient) -> None:
    for person in NEW_YORKERS:
        for question in QUESTIONS:
            answer = await client(person).get(question)
            assert answer.status_code == 200, (person.name, question, answer.text)
    for question in (SYSTEMS, "/v1/places", "/v1/zip-areas"):
        assert (await nia.get(question)).json() == {"items": [], "next": None}
    for question in (LABOR, f"{LABOR}.geojson", f"{LABOR}/western_new_york", "/v1/crosswalks/lwda/labor_market_region"):
        answer = await nia.get(question)
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found"), question
        assert "labor_market_region" not in answer.json()["detail"].split("There are:")[-1]
    for question in ("/v1/locate?county=36029", "/v1/locate?lon=-78.87&lat=42.88"):
        assert (await nia.get(question)).json()["systems"] == {}
    refused = await nia.put(LABOR, json=labor("2027-01-01", _36029="long_island"))
    assert refused.status_code == 404


@pytest.mark.usefixtures("laid")
async def test_the_state_alone_writes(client: Client, dana: AsyncClient) -> None:
    body = labor("2027-01-01", _36029="long_island")
    for person in (ALICE, CHARLIE, PRIYA, PAT):
        caller = client(person)
        for attempt in (
            await caller.post(SYSTEMS, json={"key": "mine", "title": "Mine", "source": "me"}),
            await caller.put(LABOR, json=body),
            await caller.put(f"{LABOR}?dry_run=true", json=body),
            await caller.put("/v1/places", json={"items": []}),
            await caller.put("/v1/zip-areas", json={"items": []}),
        ):
            assert (attempt.status_code, attempt.json()["type"]) == (403, "/problems/forbidden"), person.name
            assert "definitions:write" in attempt.json()["detail"]
    assert (await dana.get(f"{LABOR}/long_island?on=2027-01-01")).json()["counties"] == ["36059", "36103"]


@pytest.mark.usefixtures("laid")
async def test_systems_and_regions_are_listed_in_order_page_by_page(pat: AsyncClient) -> None:
    systems = (await pat.get(SYSTEMS)).json()["items"]
    assert [(one["key"], one["editions"]) for one in systems] == [
        ("county", ["2015-07-01"]),
        ("labor_market_region", ["2015-07-01"]),
        ("lwda", ["2015-07-01"]),
        ("oews_area", ["2024-05-01"]),
    ]
    first = await pat.get(f"{SYSTEMS}/county/regions?limit=40")
    second = await pat.get(first.headers["link"].split("<")[1].split(">")[0])
    codes = [one["code"] for page in (first, second) for one in page.json()["items"]]
    assert codes == sorted(codes)
    assert (len(codes), second.json()["next"]) == (62, None)
    erie = (await pat.get(f"{LABOR}/western_new_york")).json()
    assert erie["counties"] == ["36003", "36009", "36013", "36029", "36063"]
    assert erie["area_km2"] == pytest.approx(13_022, abs=20)
    assert (await pat.get(f"{LABOR}/atlantis")).status_code == 404
    early = (await pat.get(f"{LABOR}?on=2015-06-30")).json()
    assert early["detail"] == "'labor_market_region' has no regions on 2015-06-30. Its editions begin on 2015-07-01."
    assert (await pat.get(f"{SYSTEMS}/%00/regions")).status_code == 422
    unknown = (await pat.get(f"{SYSTEMS}/planet/regions")).json()
    assert unknown["detail"] == "There is no region system 'planet'. There are: county, labor_market_region, lwda, oews_area."


@pytest.mark.usefixtures("laid")
async def test_a_map_can_be_put_again_as_it_was_read(dana: AsyncClient) -> None:
    for system in ("county", "labor_market_region", "lwda", "oews_area"):
        read = await dana.get(f"{SYSTEMS}/{system}/regions.geojson")
        assert read.headers["content-type"] == "application/geo+json"
        bare = [one for one in read.json()["features"] if one["geometry"] is None]
        assert all("Nassau" in one["properties"]["no_shape"] or "Westchester" in one["properties"]["no_shape"] for one in bare)
        assert len(bare) == (4 if system == "lwda" else 0)
        put = await dana.put(f"{SYSTEMS}/{system}/regions", content=read.content, headers={"Content-Type": "application/geo+json"})
        assert put.status_code == 200, put.text
        assert (put.json()["changes"], put.json()["regions"], put.headers["etag"]) == ([], [], read.headers["etag"])


@pytest.mark.usefixtures("laid")
async def test_a_dry_run_answers_the_plan_and_a_put_carries_it_out(dana: AsyncClient) -> None:
    before = await dana.get(LABOR)
    body = labor("2027-01-01", _36029="finger_lakes")
    body["regions"] = [one for one in body["regions"] if one["code"] != "long_island"]
    body["unassigned"] = [{"county": county, "reason": "no agreement yet"} for county in ("36059", "36103")]
    body["regions"][-1]["name"] = "West"
    planned = await dana.put(f"{LABOR}?dry_run=true", json=body)
    assert planned.status_code == 200
    assert planned.headers["etag"] == before.headers["etag"] == '"2"'
    plan = planned.json()
    assert [(one["what"], one["key"]) for one in plan["changes"]] == [
        ("changed", "labor_market_region/finger_lakes"),
        ("changed", "labor_market_region/western_new_york"),
        ("ended", "labor_market_region/long_island"),
        ("changed", "labor_market_region"),
    ]
    moved = {one["code"]: one for one in plan["regions"]}
    assert moved["finger_lakes"]["area_moved_km2"] == moved["western_new_york"]["area_moved_km2"] == pytest.approx(2730, abs=5)
    assert (moved["finger_lakes"]["counties_gained"], moved["western_new_york"]["counties_lost"]) == (["36029"], ["36029"])
    assert moved["long_island"]["counties_lost"] == ["36059", "36103"]
    assert plan["unchanged"] == {"region": 7}
    assert (await dana.get(f"{LABOR}?on=2027-01-01")).json()["items"] == before.json()["items"]

    put = await dana.put(LABOR, json=body, headers={"If-Match": before.headers["etag"]})
    assert (put.status_code, put.headers["etag"]) == (200, '"3"')
    assert put.json() == plan
    assert len((await dana.get(f"{LABOR}?on=2026-12-31")).json()["items"]) == 10
    after = (await dana.get(f"{LABOR}?on=2027-01-01")).json()
    assert len(after["items"]) == 9
    assert [one["county"] for one in after["unassigned"]] == ["36059", "36103"]
    where = (await dana.get("/v1/locate?county=36059&on=2027-01-01")).json()["systems"]["labor_market_region"]
    assert where == {"region": None, "how": "unassigned", "candidates": None, "detail": "no agreement yet"}

    stale = await dana.put(LABOR, json=labor("2028-01-01"), headers={"If-Match": before.headers["etag"]})
    assert (stale.status_code, stale.json()["type"]) == (412, "/problems/stale")
    edited = await dana.put(LABOR, json=labor("2027-01-01"))
    assert edited.status_code == 409
    assert "not edited but replaced" in edited.json()["detail"]
    assert (await dana.put(f"{LABOR}?dry_run=true", json=labor("2027-01-01"))).json()["refusals"] == [edited.json()["detail"]]
    again = await dana.put(LABOR, json=body)
    assert (again.status_code, again.json()["changes"], again.headers["etag"]) == (200, [], '"3"')
    crosswalk = (
        await dana.get("/v1/crosswalks/labor_market_region/labor_market_region?on=2026-10-31&to_on=2027-01-01&weight=county")
    ).json()
    west = [(one["to_region"], one["share"]) for one in crosswalk["rows"] if one["from_region"] == "western_new_york"]
    assert west == [("finger_lakes", 0.2), ("western_new_york", 0.8)]


@pytest.mark.usefixtures("laid")
async def test_locate_answers_in_every_system_or_says_what_it_needs(alice: AsyncClient) -> None:
    async def asked(question: str) -> dict[str, Any]:
        answer = await alice.get(f"/v1/locate?{question}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    nassau = await asked("county=36059")
    assert not nassau["decided"]
    assert nassau["systems"]["labor_market_region"]["region"] == "long_island"
    assert nassau["systems"]["lwda"] == {
        "region": None,
        "how": "needs_place",
        "candidates": ["hempstead_long_beach", "oyster_bay_north_hempstead_glen_cove"],
        "detail": "Several regions share this county. The city or town of the address decides.",
    }
    hempstead = await asked("county=36059&place=Town of Hempstead")
    assert (hempstead["decided"], hempstead["systems"]["lwda"]["region"]) == (True, "hempstead_long_beach")
    rest = (await asked("county=36119&place=White Plains"))["systems"]["lwda"]
    assert (rest["region"], rest["how"]) == ("westchester_balance_putnam", "rest_of_county")
    zipped = await asked("zip=11550")
    assert {one["how"] for one in zipped["systems"].values()} == {"needs_county"}
    across = (await asked("county=34017"))["systems"]
    assert across["oews_area"] == {"region": "new_york_newark_jersey_city", "how": "county", "candidates": None, "detail": None}
    assert across["lwda"]["how"] == "out_of_state"
    outside = await asked("lon=2.35&lat=48.85")
    assert {one["how"] for one in outside["systems"].values()} == {"outside"}
    assert (await asked("county=36059&on=2024-04-30"))["systems"].keys() == {"county", "labor_market_region", "lwda"}


NO_QUESTIONS = {
    "": "Ask by",
    "place=Yonkers": "Ask by",
    "lon=-78": "Ask by",
    "lon=-78&lat=42&county=36029": "Ask by",
    "zip=10701&place=Yonkers": "Ask by",
    "county=36999": "no county 36999",
    "county=Erie": "pattern",
    "lon=-780&lat=42": "Longitude",
    "lon=nan&lat=42": "Longitude",
}


@pytest.mark.usefixtures("laid")
async def test_locate_refuses_what_is_no_question(alice: AsyncClient) -> None:
    for question, detail in NO_QUESTIONS.items():
        answer = await alice.get(f"/v1/locate?{question}")
        assert answer.status_code == 422, question
        assert detail in answer.text


@pytest.mark.usefixtures("laid")
async def test_crosswalks_say_what_they_leave_out(charlie: AsyncClient) -> None:
    by_area = (await charlie.get("/v1/crosswalks/county/lwda")).json()
    shares: dict[str, float] = {}
    for row in by_area["rows"]:
        shares[row["from_region"]] = shares.get(row["from_region"], 0) + row["share"]
    assert len(shares) == 62
    assert all(share == pytest.approx(1) for share in shares.values())
    [nassau] = [row for row in by_area["rows"] if row["from_region"] == "36059"]
    assert (nassau["to_region"], nassau["among"]) == (None, ["hempstead_long_beach", "oyster_bay_north_hempstead_glen_cove"])
    back = (await charlie.get("/v1/crosswalks/lwda/county")).json()
    assert back["left_out"]["yonkers"] == "It takes in a part of Westchester County, and the outline of that part is not known."


@pytest.mark.usefixtures("laid")
async def test_a_new_system_is_drawn(dana: AsyncClient, own_db: TestDatabase) -> None:
    made = await dana.post(SYSTEMS, json={"key": "service_area", "title": "Service areas", "source": "Board of Erie"})
    assert (made.status_code, made.headers["location"]) == (201, f"{SYSTEMS}/service_area/regions")
    assert (await dana.post(SYSTEMS, json={"key": "service_area", "title": "x", "source": "y"})).status_code == 409

    def square(code: str, west: float, east: float, **more: Any) -> dict[str, Any]:
        ring = [[west, 42.6], [east, 42.6], [east, 42.9], [west, 42.9], [west, 42.6]]
        return {
            "type": "Feature",
            "properties": {"code": code, "name": code, **more},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }

    body = {
        "type": "FeatureCollection",
        "valid_from": "2026-01-01",
        "source": "drawn by hand",
        "features": [square("east", -78.5, -78.2), square("west", -78.8, -78.5)],
    }
    url = f"{SYSTEMS}/service_area/regions"
    put = await dana.put(url, json=body)
    assert put.status_code == 200, put.text
    assert {one["what"] for one in put.json()["changes"]} == {"added"}
    assert [note["code"] for note in put.json()["notes"]] == ["gap"] * len(put.json()["notes"])
    where = (await dana.get("/v1/locate?lon=-78.6&lat=42.7")).json()["systems"]["service_area"]
    assert (where["region"], where["how"]) == ("west", "point")
    border = (await dana.get("/v1/locate?lon=-78.5&lat=42.7")).json()["systems"]["service_area"]
    assert (border["region"], border["how"], border["candidates"]) == (None, "needs_point", ["east", "west"])
    assert (await dana.get("/v1/locate?county=36029")).json()["systems"]["service_area"]["how"] == "needs_point"

    wrong = copy.deepcopy(body)
    wrong["valid_from"] = "2027-01-01"
    wrong["features"] = [square("east", -78.6, -78.2), square("west", -78.8, -78.5), square("paris", 2.2, 2.5)]
    refused = await dana.put(url, json=wrong)
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/invalid")
    assert sorted((e["code"], e["pointer"]) for e in refused.json()["errors"]) == [
        ("overlap", "/regions/east"),
        ("wrong_state", "/regions/paris"),
    ]
    misspelt = {**body, "features": [square("east", -78.5, -78.2, conties=["36029"])]}
    told = (await dana.put(url, json=misspelt)).json()
    assert told["errors"][0]["pointer"] == "/features/0/properties/conties"


@pytest.mark.usefixtures("laid")
async def test_places_and_zip_codes_are_put_as_a_whole(dana: AsyncClient, priya: AsyncClient) -> None:
    places = (await priya.get("/v1/places")).json()["items"]
    assert len(places) == 6
    fewer = await dana.put("/v1/places", json={"items": [one for one in places if one["code"] != "yonkers"]})
    assert [(e["code"], e["pointer"]) for e in fewer.json()["errors"]] == [("in_use", "/regions/36119/yonkers")]
    village = {"county": "36119", "code": "tuckahoe", "name": "Tuckahoe", "kind": "village", "source": "a test"}
    more = {"items": [*places, village]}
    assert (await dana.put("/v1/places", json=more)).json() == {"changed": 1}
    assert (await dana.put("/v1/places", json=more)).json() == {"changed": 0}

    area = {"zip": "10701", "county": "36119", "place": "yonkers", "source": "a test"}
    assert (await dana.put("/v1/zip-areas", json={"items": [area]})).json() == {"changed": 1}
    assert (await priya.get("/v1/zip-areas")).json()["items"] == [area]
    assert (await priya.get("/v1/locate?zip=10701")).json()["systems"]["lwda"]["region"] == "yonkers"
    strange = {"items": [{**area, "county": "36000"}, {**area, "place": "atlantis"}]}
    codes = {e["code"] for e in (await dana.put("/v1/zip-areas", json=strange)).json()["errors"]}
    assert codes == {"unknown_county", "unknown_place"}
    assert (await dana.put("/v1/zip-areas", json={"items": []})).json() == {"changed": 1}
    assert (await priya.get("/v1/locate?zip=10701")).json()["systems"]["lwda"]["how"] == "needs_county"


AREAS = geopandas.GeoDataFrame(
    {"AREA": ["North Town", "South Town"], "TITLE": ["North", "South"], "acres": [1.5, 2.5]},
    geometry=[shapely.box(-78.9, 42.8, -78.8, 42.9), shapely.box(-78.9, 42.7, -78.8, 42.8)],
    crs=4326,
)


def written(folder: Path) -> tuple[bytes, bytes]:
    """The areas as a GeoPackage and as a zipped Shapefile, each in a reference system of New York's."""
    AREAS.to_crs(2262).to_file(folder / "areas.gpkg")
    (folder / "shapes").mkdir()
    AREAS.to_crs(26918).to_file(folder / "shapes/areas.shp")
    return (folder / "areas.gpkg").read_bytes(), Path(shutil.make_archive(str(folder / "areas"), "zip", folder / "shapes")).read_bytes()


@pytest.mark.usefixtures("laid")
async def test_files_of_gis_programs_are_put_as_they_are(dana: AsyncClient, tmp_path: Path) -> None:
    await dana.post(SYSTEMS, json={"key": "town", "title": "Towns", "source": "a test"})
    url, names = f"{SYSTEMS}/town/regions", "code=AREA&name=TITLE"
    package, packed = written(tmp_path)
    needs = await dana.put(f"{url}?{names}", content=package)
    assert (needs.status_code, needs.json()["detail"]) == (422, "A file of outlines needs ?valid_from= and ?source= beside it.")
    unnamed = await dana.put(f"{url}?valid_from=2026-01-01&source=x", content=package)
    assert [(e["pointer"], e["code"]) for e in unnamed.json()["errors"]] == [("/regions/row 1", "no_name"), ("/regions/row 2", "no_name")]
    assert "The columns are: AREA, TITLE, acres." in unnamed.json()["errors"][0]["detail"]

    put = await dana.put(f"{url}?{names}&valid_from=2026-01-01&source=a test", content=package)
    assert put.status_code == 200, put.text
    assert "reprojected" in [note["code"] for note in put.json()["notes"]]
    north = (await dana.get(f"{url}/north_town")).json()
    assert (north["name"], north["area_km2"]) == ("North", pytest.approx(91.1, abs=0.5))
    # The same outlines in another file and another reference system differ by rounding, which moves no region.
    again = (await dana.put(f"{url}?{names}&valid_from=2026-06-01&source=a test", content=packed)).json()
    geojson = {"valid_from": "2026-06-01", "source": "a test", **json.loads(AREAS.to_json())}
    drawn = (await dana.put(f"{url}?{names}", json=geojson)).json()
    assert again["changes"] == drawn["changes"] == again["regions"] == []

    numbers = await dana.put(f"{url}?code=acres&name=TITLE&valid_from=2026-06-01&source=x", content=package)
    assert [e["code"] for e in numbers.json()["errors"]] == ["not_text", "not_text"]
    undated = await dana.put(f"{url}?{names}", json=geojson | {"valid_from": "soon"})
    assert [e["code"] for e in undated.json()["errors"]] == ["value_error"]
    broken = await dana.put(f"{url}?{names}&valid_from=2026-06-01&source=x", content=packed[:-40])
    assert [e["code"] for e in broken.json()["errors"]] == ["not_zip"]
    large = await dana.put(url, content=b"{", headers={"Content-Length": "1000000001"})
    assert (large.status_code, large.json()["type"]) == (413, "/problems/too-large")


@pytest.mark.usefixtures("laid")
async def test_bodies_that_are_no_regions(dana: AsyncClient) -> None:
    body = labor("2027-01-01", _36029="long_island")
    for content, code in {
        b"": "unknown_format",
        b"[]": "unknown_format",
        b"{": "not_json",
        json.dumps({**body, "system": "lwda"}).encode(): "other_system",
        json.dumps({**body, "source": "\ud800"}).encode(): "string_unicode",
        json.dumps({**body, "source": "a\0b"}).encode(): "string_pattern_mismatch",
        json.dumps({**body, "regions": []}).encode(): "too_short",
        json.dumps({**body, "colour": "red"}).encode(): "extra_forbidden",
        json.dumps({**body, "regions": body["regions"][1:]}).encode(): "county_left_out",
    }.items():
        answer = await dana.put(LABOR, content=content)
        assert answer.status_code == 422, content[:50]
        assert {e["code"] for e in answer.json()["errors"]} == {code}, answer.text


@pytest.mark.usefixtures("laid")
async def test_a_plan_counts_the_people_whose_region_moves(dana: AsyncClient, own_db: TestDatabase) -> None:
    async with own_db.transaction(DANA.actor) as tx:
        at_home = [Address("NY", "36029"), Address("NY", "36063"), Address("NY", "36059")]
        settled = await settle(tx, by=DANA.actor, addresses=at_home, on=date(2026, 10, 31))
        for residence, people in zip(settled.values(), (3, 2, 4), strict=True):
            for _ in range(people):
                await tx.run(insert(Participant).values(**SOMEBODY, id=(somebody := uuid7()), person=somebody, residence=residence))
        await tx.commit()
    plan = (await dana.put(f"{LABOR}?dry_run=true", json=labor("2027-01-01", _36029="finger_lakes"))).json()
    assert {one["code"]: one["people"] for one in plan["regions"]} == {"finger_lakes": 0, "western_new_york": 5}
    assert {one["key"]: one["people"] for one in plan["changes"]} == {
        "labor_market_region/finger_lakes": 0,
        "labor_market_region/western_new_york": 5,
    }
