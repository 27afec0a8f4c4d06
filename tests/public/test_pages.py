"""The public pages: what they say, that they say nothing that was withheld, and how they are kept by caches."""

import csv
import gzip
import io
import json
import re
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any
from uuid import UUID
from xml.etree import ElementTree

import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from app.public.pages import shelf
from tests.conftest import Client, TestDatabase
from tests.people import NIA
from tests.public.conftest import PERIOD, Published

NY = "/public/us-ny"
OUR_OWN = 100_000
VOID = {"meta", "link", "input", "br", "img", "hr"}


class Reading(HTMLParser):
    """A page as a program reads it: its words, ids, links, headings, and whether every element is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.headings: list[int] = []
        self.tags: list[str] = []
        self.attributes: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        assert self._open == [], f"not closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.tags.append(tag)
        self.attributes += told
        self.ids += [told["id"] or ""] if "id" in told else []
        self.links += [told["href"] or ""] if tag == "a" else []
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


async def read(anybody: AsyncClient, path: str) -> Reading:
    answer = await anybody.get(path)
    assert answer.status_code == 200, f"{path}: {answer.text}"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return Reading(answer.text)


async def every(anybody: AsyncClient, *, without: tuple[str, ...] = ()) -> dict[str, str]:
    """Every answer that can be reached from the first page, by its address: pages as text, files as bytes that were read as Latin-1."""
    found: dict[str, str] = {}
    ahead = [f"{NY}/"]
    while ahead:
        path = ahead.pop()
        if path in found or path.startswith(without):
            continue
        answer = await anybody.get(path, follow_redirects=True)
        assert answer.status_code == 200, path
        found[path] = answer.content.decode("latin-1")
        if answer.headers["content-type"].startswith("text/html"):
            links = [link.partition("#")[0] for link in Reading(answer.text).links]
            ahead += [link for link in links if link.startswith("/public/")]
    return found


async def test_nothing_has_been_released_yet(peopled: TestDatabase, anybody: AsyncClient) -> None:
    page = await read(anybody, f"{NY}/")
    assert "No figures have been released yet" in page.text
    assert f"{NY}/regions/western_new_york" in page.links
    assert (await anybody.get(f"{NY}/releases/latest")).status_code == 404
    assert "No figures have been released yet" in (await read(anybody, f"{NY}/regions/western_new_york")).text
    assert "No figures have been released yet" in (await read(anybody, f"{NY}/releases")).text
    assert "No figures have been released yet" in (await read(anybody, f"{NY}/compare?a=western_new_york&b=finger_lakes")).text


async def test_a_draft_is_nowhere(peopled: TestDatabase, anybody: AsyncClient, dana: AsyncClient) -> None:
    draft = (await dana.post("/v1/releases", json=PERIOD)).json()
    assert draft["status"] == "draft"
    pages = await every(anybody)
    assert not [path for path, text in pages.items() if draft["id"] in text or "30 of 50" in text]
    for path in (draft["id"], f"{draft['id']}/csv", f"{draft['id']}/{draft['files'][0]['name']}", "latest", "latest/csv"):
        answer = await anybody.get(f"{NY}/releases/{path}")
        assert answer.status_code == 404, path
        assert answer.headers["cache-control"] == "no-store"


async def test_a_region_in_plain_words(published: Published) -> None:
    page = await read(published.anybody, f"{NY}/regions/western_new_york")
    said = "Of 50 people who left the program between July and September 2025, 30 had a job in the second quarter after: 60.0 %."
    assert said in page.text
    assert "had a job in the second quarter after, half earned more than about $6,500 in that quarter" in page.text
    assert "wioa_participants-employment_rate_q2" in page.ids
    cited = f"{NY}/releases/{published.id}/regions/labor_market_region/western_new_york#wioa_participants-employment_rate_q2"
    assert cited in page.links
    assert "PY 2026 Q1 (quarter@2026-09-30)" in page.text
    assert f"Release {published.id}" in page.text
    there = await read(published.anybody, cited.partition("#")[0])
    assert said in there.text
    assert cited.partition("#")[2] in there.ids


async def test_what_is_withheld_is_said_to_be(published: Published) -> None:
    """A small group and one that is hidden to protect it are told of in the same words."""
    small = await read(published.anybody, f"{NY}/regions/north_country")
    other = await read(published.anybody, f"{NY}/regions/finger_lakes")
    withheld = "Not shown, to protect people: from this figure, alone or together with others, somebody could be recognized."
    for page in (small, other):
        assert withheld in page.text
        assert not re.search("too small|complement|primary|fewer people here", page.text)


async def test_no_figure_that_was_withheld_is_anywhere(published: Published) -> None:
    """Finger Lakes: 12 of 24 at work, North Country: 2 of 4. Every number of n of N on any page is one that the release shows."""
    internal = (await published.dana.get("/v1/outcomes", params=PERIOD)).json()["items"]
    by_region = {(f["region"], f["population"], f["indicator"]): f for f in internal}
    assert by_region["finger_lakes", "wioa_participants", "employment_rate_q2"]["denominator"] == 24
    assert by_region["north_country", "wioa_participants", "employment_rate_q2"]["value"] == 0.5
    figures = (await published.dana.get(f"/v1/releases/{published.id}/figures")).json()["items"]
    shown = [figure for figure in figures if figure["value"] is not None]
    pages = await every(published.anybody)
    assert len(pages) > 15, "pages, and files"
    pairs, whole, shares = set(), set(), set()
    for words in (Reading(text).text for text in pages.values() if "<!doctype html>" in text[:40]):
        pairs |= {(int(n), int(of)) for n, of in re.findall(r"(?<![\d,$])(\d+) of (\d+)\b", words)}
        whole |= {int(of) for of in re.findall(r"\b[Oo]f (\d+)\b", words)}
        shares |= set(re.findall(r"(\d+\.\d) %", words))
    assert (30, 50) in pairs
    assert pairs <= {(figure["numerator"], figure["denominator"]) for figure in shown}
    assert whole <= {figure["denominator"] for figure in shown}
    assert shares <= {f"{figure['value'] * 100:.1f}" for figure in shown}
    assert "50.0" not in shares, "of the two that are withheld"
    rows = list(csv.DictReader(io.StringIO(pages[next(path for path in pages if path.endswith(".csv"))])))
    hidden = [row for row in rows if row["status"] == "suppressed"]
    assert hidden
    assert {(row["numerator"], row["denominator"], row["value"]) for row in hidden} == {("", "", "")}


async def test_two_regions_side_by_side(published: Published) -> None:
    page = await read(published.anybody, f"{NY}/compare?a=western_new_york&b=lwda:north")
    assert "60.0 % 30 of 50" in page.text
    assert "Not shown" in page.text
    assert "All of New York" in page.text
    assert (await read(published.anybody, f"{NY}/compare")).tags.count("select") == 2
    missing = await published.anybody.get(f"{NY}/compare?a=western_new_york&b=atlantis")
    assert missing.status_code == 404
    assert "no region" in missing.text


async def test_a_local_area_leads_to_its_region(published: Published) -> None:
    page = await read(published.anybody, f"{NY}/regions/erie?system=lwda")
    assert "People who lived in Erie" in page.text
    assert (await read(published.anybody, f"{NY}/regions/erie")).text == page.text


async def test_how_it_was_counted(published: Published) -> None:
    page = await read(published.anybody, f"{NY}/how-it-was-counted")
    for words in ("29 USC 3141(b)(2)(A)(i)(I)", "Groups of fewer than 10 people", "in which people lived", "A true zero", "suppressed"):
        assert words in page.text


async def test_a_revision_takes_the_place_and_says_so(published: Published) -> None:
    cited = f"{NY}/releases/{published.id}/regions/labor_market_region/western_new_york"
    before = await read(published.anybody, cited)
    second = await published.revised("Late wage records of Erie are in.")
    old = await read(published.anybody, f"{NY}/releases/{published.id}")
    assert "This release was replaced by a revision" in old.text
    assert f"{NY}/releases/{second['id']}" in old.links
    assert "This release was replaced by a revision" in (await read(published.anybody, cited)).text
    assert "replaced" not in before.text
    new = await read(published.anybody, f"{NY}/releases/{second['id']}")
    assert "Late wage records of Erie are in." in new.text
    listed = await read(published.anybody, f"{NY}/releases")
    assert "in force" in listed.text
    assert "replaced by a revision" in listed.text
    latest = await published.anybody.get(f"{NY}/releases/latest")
    assert (latest.status_code, latest.headers["location"]) == (302, f"{NY}/releases/{second['id']}")
    assert latest.headers["cache-control"] == "no-cache"
    assert (await published.anybody.get(f"{NY}/releases/{published.id}/csv")).status_code == 200, "what was published stays"


async def test_files_may_be_kept_for_ever(published: Published) -> None:
    for file in published.release["files"]:
        path = f"{NY}/releases/{published.id}/{file['name']}"
        answer = await published.anybody.get(path)
        assert answer.status_code == 200, path
        assert answer.headers["content-type"] == file["media_type"]
        assert answer.headers["etag"] == f'"{file["sha256"]}"'
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert sha256(answer.content).hexdigest() == file["sha256"]
        again = await published.anybody.get(path, headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        other = await published.anybody.get(path, headers={"If-None-Match": '"something else"'})
        assert other.status_code == 200
    leads = await published.anybody.get(f"{NY}/releases/latest/xlsx")
    assert leads.headers["location"] == f"{NY}/releases/{published.id}/us-ny-outcomes-quarter-2026-09-30.xlsx"
    assert (await published.anybody.get(f"{NY}/releases/{published.id}/proof.json")).status_code == 404


async def test_pages_are_asked_for_again_and_answered_shortly(published: Published) -> None:
    first = await published.anybody.get(f"{NY}/")
    assert first.headers["cache-control"] == "public, max-age=60"
    asked = {"If-None-Match": first.headers["etag"]}
    assert (await published.anybody.get(f"{NY}/", headers=asked)).status_code == 304
    await published.revised("Something.")
    assert (await published.anybody.get(f"{NY}/", headers=asked)).status_code == 200, "a revision is news"


async def test_what_is_known_of_a_state_is_kept_for_seconds(published: Published, app: FastAPI) -> None:
    await published.anybody.get(f"{NY}/")
    shelf(app).fresh_for = 3600.0
    await published.revised("Something.")
    assert published.id in (await published.anybody.get(f"{NY}/releases/latest")).headers["location"]
    shelf(app).fresh_for = 0.0
    assert published.id not in (await published.anybody.get(f"{NY}/releases/latest")).headers["location"]


async def test_compressed_is_the_same_page(published: Published) -> None:
    plain = await published.anybody.get(f"{NY}/", headers={"Accept-Encoding": "identity"})
    async with published.anybody.stream("GET", f"{NY}/", headers={"Accept-Encoding": "gzip"}) as answer:
        raw = b"".join([chunk async for chunk in answer.aiter_raw()])
    assert "content-encoding" not in plain.headers
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(raw) == plain.content
    assert answer.headers["vary"] == "Accept-Encoding"


async def test_pages_are_light_and_need_no_script(published: Published) -> None:
    style = len((await published.anybody.get("/static/public.css")).content)
    for path, text in (await every(published.anybody)).items():
        if "<!doctype html>" not in text[:40]:
            continue
        page = Reading(text)
        assert len(text) + style < OUR_OWN, path
        scripts = re.findall(r"<script[^>]*>", text)
        assert set(scripts) <= {'<script type="application/ld+json">'}, f"{path}: what describes the data runs nothing"
        assert "style" not in page.tags, path
        assert not [name for name in page.attributes if name.startswith("on") or name == "style"], path
        assert len(page.ids) == len(set(page.ids)), f"{path}: an id stands twice"
        assert page.headings.count(1) == 1, path
        assert page.headings[0] == 1, path
        assert all(after <= before + 1 for before, after in zip(page.headings, page.headings[1:], strict=False)), f"{path}: {page.headings}"
        assert page.tags.count("table") == page.tags.count("caption"), path
        assert page.links[0] == "#main", "the first link skips to the content"
        anchors = [link[1:] for link in page.links if link.startswith("#")]
        assert set(anchors) <= set(page.ids), path


async def test_whoever_asks_for_the_head_alone_gets_it(published: Published) -> None:
    """Every page and file: the same status and headers as the whole, without a body."""
    for path in await every(published.anybody):
        whole, head = await published.anybody.get(path), await published.anybody.head(path)
        assert (head.status_code, head.headers.get("etag")) == (whole.status_code, whole.headers.get("etag")), path
        assert head.content == b"", path


async def test_a_release_describes_itself_to_catalogues(published: Published) -> None:
    text = (await published.anybody.get(f"{NY}/releases/{published.id}")).text
    [described] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    told = json.loads(described)
    assert (told["@type"], told["identifier"][0]) == ("Dataset", published.id)
    assert {one["contentUrl"].rpartition("/")[2] for one in told["distribution"]} == {file["name"] for file in published.release["files"]}


async def test_a_withdrawn_release_says_so_and_its_files_are_gone(published: Published) -> None:
    path = f"/v1/releases/{published.id}/withdrawal"
    mute = await published.eve.post(path, json={"because": " "})
    assert (mute.status_code, mute.json()["errors"][0]["code"]) == (422, "because_of_nothing")
    done = await published.eve.post(path, json={"because": "Wages of two quarters were mixed up."})
    assert (done.status_code, done.json()["status"]) == (200, "withdrawn")
    page = await published.anybody.get(f"{NY}/releases/{published.id}")
    assert page.status_code == 200
    assert "Wages of two quarters were mixed up." in page.text
    assert "suppressed" not in page.text
    for gone in (f"{published.id}/csv", f"{published.id}/svg", f"{published.id}/regions/state/us-ny"):
        answer = await published.anybody.get(f"{NY}/releases/{gone}")
        assert answer.status_code == 410, gone
        assert "Wages of two quarters were mixed up." in answer.text
    assert (await published.anybody.get(f"{NY}/releases/latest")).status_code == 404
    assert "Wages of two quarters" in (await published.anybody.get(f"{NY}/releases")).text
    assert (await published.eve.post(path, json={"because": "again"})).status_code == 409
    again = await published.dana.post("/v1/releases", json=PERIOD)
    assert again.status_code == 201, "the period may be released anew, with what is known of the old one"
    assert again.json()["proof"]["together"] == 1


async def test_the_map_shows_what_is_shown_and_says_it_in_words(published: Published) -> None:
    answer = await published.anybody.get(f"{NY}/releases/{published.id}/svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    told = ElementTree.fromstring(answer.text)
    names = {"svg": "http://www.w3.org/2000/svg"}
    described = told.findtext("svg:desc", namespaces=names) or ""
    assert "North Country: withheld, to protect people" in described
    assert re.search(r"Western New York: \d\d\.\d % \(\d+ of \d+\)", described)
    assert told.find(".//svg:pattern[@id='withheld']", names) is not None
    picture = await published.anybody.get(f"{NY}/releases/{published.id}/png")
    assert picture.content[:8] == b"\x89PNG\r\n\x1a\n"


async def test_another_states_page_shows_nothing_of_ours(published: Published) -> None:
    ours = published.id
    page = await read(published.anybody, "/public/us-nj/")
    assert "New Jersey" in page.text
    assert not [word for word in ("Western New York", "30 of 50", ours) if word in page.text]
    assert "has not said yet" in page.text
    file = published.release["files"][0]["name"]
    for path in (f"releases/{ours}", f"releases/{ours}/csv", f"releases/{ours}/{file}", "releases/latest", "regions/western_new_york"):
        assert (await published.anybody.get(f"/public/us-nj/{path}")).status_code == 404, path
    assert (await published.anybody.get(f"/public/us-nj/releases/{ours}/regions/labor_market_region/erie")).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/public/us-xx/",
        "/public/us-xx/releases",
        "/public/nowhere/regions/a",
        f"{NY}/regions/atlantis",
        f"{NY}/?show=names",
        f"{NY}/something",
        f"{NY}/releases/{UUID(int=7)}",
    ],
)
async def test_there_is_no_such_page(anybody: AsyncClient, path: str) -> None:
    answer = await anybody.get(path)
    assert answer.status_code == 404
    assert "There is no such page" in Reading(answer.text).text


async def test_a_key_changes_nothing(published: Published, client: Client) -> None:
    """Nia's key is of another state: the page is the same for everybody."""
    assert (await client(NIA).get(f"{NY}/regions/erie")).text == (await published.anybody.get(f"{NY}/regions/erie")).text


async def test_nothing_is_written(published: Published) -> None:
    for method in ("post", "put", "patch", "delete"):
        answer: Any = await getattr(published.anybody, method)(f"{NY}/releases")
        assert answer.status_code == 405
