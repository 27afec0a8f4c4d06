"""Finding a person and recording what happens to her through the screens: Alice does it, Bob sees it, Charlie and Nia see nothing."""

import re
from html import unescape
from typing import Any

import psycopg
import pytest
from fastapi import FastAPI
from httpx import Response
from sqlalchemy import text

from tests.conftest import TODAY, TestDatabase
from tests.console.browsing import Browser, signed_in
from tests.enrollments import world
from tests.enrollments.world import ANN, BEA, CAL, COURSE, DEE, EXAM, PHARMACY, WELDING
from tests.people import ALICE, BOB, CHARLIE, DANA, ERIE, NIA, PAT, PRIYA

pytestmark = pytest.mark.usefixtures("ground")
HTMX = {"HX-Request": "true"}
PERSON = f"/console/people/{ANN}"


@pytest.fixture
async def ground(own_db: TestDatabase) -> TestDatabase:
    async with own_db.transaction(DANA.actor) as tx:
        await world.lay(tx)
        tokens = "SELECT t.token, p.id FROM participants p CROSS JOIN LATERAL tokens_of(first_name, last_name, phone) t"
        await tx.run(text(f"INSERT INTO search_tokens (token, participant) {tokens}"))
        await tx.commit()
    return own_db


async def send(browser: Browser, what: str, *, htmx: bool = False, person: Any = ANN, **fields: Any) -> Response:
    token = await browser.token()
    headers = {**HTMX, "X-Forgery-Token": token} if htmx else {}
    return await browser.post(f"/console/people/{person}/{what}", data={"forgery_token": token, **fields}, headers=headers)


def told(answer: Response) -> str:
    """A page as people read it."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


SERVICE: dict[str, Any] = {"kind": "career_counseling", "program": "adult", "given_on": str(TODAY)}
DEEDS: dict[str, tuple[dict[str, Any], str]] = {
    "service": (SERVICE, "Career counseling"),
    "plan": (
        {"kind": "career_counseling", "program": "adult", "documented_on": str(TODAY), "planned_for": "2026-11-20"},
        "Planned service",
    ),
    "enrollment": ({"career_path": str(WELDING), "started_on": "2026-10-01"}, "Enrolled"),
    "credential": ({"name": "Certified Welder", "wioa_type": "occupational_certification", "awarded_on": "2026-10-20"}, "Certified Welder"),
    "employment": ({"quarter": "2026Q2", "employer": "16-0743966", "source": "supplemental", "wages": "9126.00"}, "2026 Q2: 16-0743966"),
}


@pytest.mark.parametrize("q", ["Ann Example", "exampel ann", "1990-05-17", str(ANN)])
async def test_she_is_found_as_one_types_and_by_the_button(app: FastAPI, q: str) -> None:
    for person, finds in ((ALICE, True), (BOB, True), (CHARLIE, False), (NIA, False), (PRIYA, False)):
        async with signed_in(app, person) as browser:
            whole, part = [await browser.get("/console/people", params={"q": q}, headers=headers) for headers in ({}, HTMX)]
            assert (whole.status_code, part.status_code) == (200, 200)
            assert "<h1>" in whole.text
            assert "<html" not in part.text
            for answer in (whole, part):
                assert (PERSON in answer.text) is finds, (person.name, told(answer))
                assert "data-say=" in answer.text


async def test_those_who_may_read_nobody_get_no_search(app: FastAPI) -> None:
    async with signed_in(app, PAT) as browser:
        assert (await browser.get("/console/people?q=ann")).status_code == 403
        assert (await browser.get(PERSON)).status_code == 403


@pytest.mark.parametrize("what", sorted(DEEDS))
async def test_alice_records_and_bob_sees_it(app: FastAPI, what: str) -> None:
    fields, shown = DEEDS[what]
    async with signed_in(app, ALICE) as alice, signed_in(app, BOB) as bob:
        form = await alice.get(f"{PERSON}/record/{what}")
        assert form.status_code == 200, form.text
        for name in fields:
            assert f'name="{name}"' in form.text, name
        assert shown not in told(await bob.get(PERSON)).split("Time-line")[1].split("Participation")[0]
        answer = await send(alice, f"record/{what}", **fields)
        assert (answer.status_code, answer.headers.get("location")) == (303, f"{PERSON}?done={what}"), told(answer)
        assert "is recorded" in told(await alice.get(answer.headers["location"]))
        assert shown in told(await bob.get(PERSON))
        again = {"service": "given_on", "plan": "documented_on", "enrollment": "started_on", "credential": "awarded_on"}.get(what)
        later = {**fields, again: "2026-10-31"} if again else {**fields, "quarter": "2026Q1"}
        if what == "enrollment":
            later["career_path"] = str(PHARMACY)
        part = await send(alice, f"record/{what}", htmx=True, **later)
        assert part.status_code == 200, told(part)
        assert 'id="person"' in part.text
        assert "data-focus" in part.text
        assert "<html" not in part.text


async def test_what_keeps_the_participation_open_and_until_when(app: FastAPI) -> None:
    async with signed_in(app, ALICE) as alice, signed_in(app, BOB) as bob:
        assert "No service has begun a participation yet." in told(await bob.get(PERSON))
        await send(alice, "record/service", **SERVICE)
        page = told(await bob.get(PERSON))
        assert "Exit is known in 91 days" in page
        assert "Kept open by Career counseling" in page
        await send(alice, "record/plan", **{**DEEDS["plan"][0], "planned_for": "2027-03-01"})
        assert "open until Mar 1, 2027" in told(await bob.get(PERSON))


async def test_a_path_is_walked_to_its_end(app: FastAPI) -> None:
    async with signed_in(app, ALICE) as alice, signed_in(app, BOB) as bob:
        await send(alice, "record/enrollment", career_path=WELDING, started_on="2026-10-01")
        found = re.search(r"record/step\?enrollment=([0-9a-f-]{36})", (await alice.get(PERSON)).text)
        assert found
        form = await alice.get(f"{PERSON}/record/step?enrollment={found[1]}")
        assert str(COURSE) in form.text
        assert found[1] in form.text
        for step in (COURSE, EXAM):
            answer = await send(alice, "record/step", enrollment=found[1], step=step, completed_on="2026-10-20")
            assert answer.status_code == 303, told(answer)
        assert str(COURSE) not in (await alice.get(f"{PERSON}/record/step?enrollment={found[1]}")).text
        assert "finished Oct 20, 2026" in told(await bob.get(PERSON))
        await send(alice, "record/credential", enrollment=found[1], **DEEDS["credential"][0])
        ended = await send(alice, "record/ending", enrollment=found[1], ended_by="completion", ended_on="2026-10-25")
        assert ended.status_code == 303, told(ended)
        assert "Completed the path Welding" in told(await bob.get(PERSON))


async def test_offers_are_those_of_the_region(app: FastAPI) -> None:
    async with signed_in(app, ALICE) as alice:
        for person, offered in ((ANN, ["Pharmacy", "Welding"]), (BEA, ["Welding"])):
            form = told(await alice.get(f"/console/people/{person}/record/enrollment"))
            assert [title for title in ("Pharmacy", "Welding", "Drafted", "Retired") if title in form] == offered
            assert "120 hours · 10 weeks · $0 wage not published" in form


WRONG: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "service": ({"kind": "juggling", "program": "adult", "given_on": "2027-01-01"}, {"kind": "no such kind", "given_on": "not come yet"}),
    "enrollment": ({"started_on": "2026-10-01"}, {"career_path": "may not be blank"}),
    "plan": ({**DEEDS["plan"][0], "planned_for": str(TODAY)}, {"planned_for": "planned for a day after"}),
    "credential": (
        {"wioa_type": "occupational_certification", "awarded_on": "x"},
        {"name": "may not be blank", "awarded_on": "Write a day"},
    ),
    "employment": (
        {"quarter": "2026Q4", "employer": "735-12-4680", "source": "supplemental"},
        {"quarter": "not ended", "employer": "written like"},
    ),
}


@pytest.mark.parametrize("what", sorted(WRONG))
async def test_what_is_wrong_stands_beside_its_field(app: FastAPI, what: str) -> None:
    fields, wrong = WRONG[what]
    async with signed_in(app, ALICE) as alice:
        page = await send(alice, f"record/{what}", **fields)
        part = await send(alice, f"record/{what}", htmx=True, **fields)
        assert (page.status_code, part.status_code) == (422, 422)
        for name, detail in wrong.items():
            beside = re.search(rf'id="{name}-error">([^<]*)<', page.text)
            assert beside, name
            assert detail in unescape(beside[1])
            pointed = re.search(rf'data-pointer="/{name}" data-detail="([^"]*)"', part.text)
            assert pointed, part.text
            assert detail in unescape(pointed[1])
        for name, value in fields.items():  # what was filled in is not lost
            assert value in page.text or name in ("kind", "documented_on", "wioa_type", "quarter", "source")


async def test_something_is_taken_back_with_a_reason(app: FastAPI) -> None:
    async with signed_in(app, ALICE) as alice, signed_in(app, BOB) as bob, signed_in(app, CHARLIE) as charlie:
        for what in ("service", "employment"):
            await send(alice, f"record/{what}", **DEEDS[what][0])
        doors = set(re.findall(r"void/(?:services|employment-records)/[0-9a-f-]{36}", (await bob.get(PERSON)).text))
        assert len(doors) == 2
        for door in doors:
            form = told(await bob.get(f"{PERSON}/{door}"))
            assert "Why it is taken back" in form
            assert ("Service Career counseling" if "services" in door else "Work 2026 Q2: 16-0743966 Jun 30, 2026") in form
            assert (await send(charlie, door, reason="r")).status_code == 404
            empty = await send(bob, door, reason=" ")
            assert empty.status_code == 422
            assert "This may not be blank." in told(empty)
            assert (await send(bob, door, reason="recorded for the wrong person")).status_code == 303
            assert door not in (await bob.get(PERSON)).text
        assert "No service has begun a participation yet." in told(await alice.get(PERSON))


async def test_others_see_nothing_and_record_nothing(app: FastAPI) -> None:
    for person in (CHARLIE, NIA, PRIYA):
        async with signed_in(app, person) as browser:
            for path in ("", "/record/service", "/record/enrollment", f"/void/services/{ANN}"):
                answer = await browser.get(PERSON + path)
                assert answer.status_code in (403, 404), path
                assert "Example" not in answer.text
            assert (await send(browser, "record/service", **SERVICE)).status_code == 404
    async with signed_in(app, CHARLIE) as charlie:
        assert (await charlie.get(f"/console/people/{CAL}")).status_code == 200
        assert (await send(charlie, "record/service", person=DEE, **SERVICE)).status_code == 303
    async with signed_in(app, ALICE) as alice:
        page = told(await alice.get(f"/console/people/{DEE}"))
        assert "Recorded by another partner" in page
        assert "Recorded by another partner:" not in page
        assert "Kept open by a service of another partner" in page


async def test_what_another_partner_recorded_is_one_line_of_days(app: FastAPI) -> None:
    async with signed_in(app, CHARLIE) as charlie:
        for day in ("2026-10-01", "2026-10-02", "2026-10-05"):
            await send(charlie, "record/service", person=DEE, **{**SERVICE, "given_on": day})
    async with signed_in(app, ALICE) as alice:
        page = told(await alice.get(f"/console/people/{DEE}"))
        assert "Oct 5, 2026 Recorded by another partner: 3 entries Oct 5, 2026 Oct 2, 2026 Oct 1, 2026" in page
        await send(alice, "record/service", person=DEE, **{**SERVICE, "given_on": "2026-10-02"})
        page = told(await alice.get(f"/console/people/{DEE}"))
        assert "Recorded by another partner: 2 entries" in page


async def test_the_form_proposes_what_was_recorded_last(app: FastAPI) -> None:
    chosen = re.compile(r'<option value="([^"]+)" selected>')
    async with signed_in(app, ALICE) as alice, signed_in(app, CHARLIE) as charlie:
        assert chosen.findall((await alice.get(f"/console/people/{DEE}/record/service")).text) == ["career_counseling", "adult"]
        await send(charlie, "record/service", person=DEE, **{**SERVICE, "kind": "initial_assessment", "program": "dislocated_worker"})
        form = (await charlie.get(f"/console/people/{DEE}/record/service")).text
        assert chosen.findall(form) == ["initial_assessment", "dislocated_worker"]
        assert '<optgroup label="Individualized">' in form
        assert chosen.findall((await alice.get(f"/console/people/{DEE}/record/service")).text) == ["career_counseling", "adult"]


async def test_an_initial_alone_asks_for_more(app: FastAPI) -> None:
    async with signed_in(app, ALICE) as alice:
        for headers in ({}, HTMX):
            page = told(await alice.get("/console/people", params={"q": "e"}, headers=headers))
            assert "Type one more letter" in page
            assert "Example, Ann" not in page
        assert "Example, Ann" in told(await alice.get("/console/people", params={"q": "a example"}))
        assert "Example, Bea" not in told(await alice.get("/console/people", params={"q": "a example"}))


@pytest.mark.parametrize("enrolled", [False, True])
async def test_one_read_for_each_kind_of_thing(app: FastAPI, monkeypatch: pytest.MonkeyPatch, enrolled: bool) -> None:
    """Who is signed in, the person, the time-line, paths under way, participations, what they follow from, the policy, the end."""
    trips: list[object] = []
    sent = psycopg.AsyncConnection.wait

    async def counted(self: Any, *arguments: Any, **more: Any) -> Any:
        trips.append(arguments)
        return await sent(self, *arguments, **more)

    monkeypatch.setattr(psycopg.AsyncConnection, "wait", counted)
    async with signed_in(app, ALICE) as alice:
        await send(alice, "record/service", **SERVICE)
        if enrolled:
            await send(alice, "record/enrollment", career_path=WELDING, started_on="2026-10-01")
            await send(alice, "record/enrollment", career_path=PHARMACY, started_on="2026-10-01")
        trips.clear()
        assert (await alice.get(PERSON)).status_code == 200
    assert len(trips) == 8


async def test_forged_forms_are_refused(app: FastAPI) -> None:
    async with signed_in(app, ALICE) as alice:
        for path in ("record/service", f"void/services/{ANN}"):
            assert (await alice.post(f"{PERSON}/{path}", data=SERVICE)).status_code == 403
            assert (await alice.post(f"{PERSON}/{path}", data={**SERVICE, "forgery_token": "0" * 64})).status_code == 403
        assert "No service has begun a participation yet." in told(await alice.get(PERSON))


async def test_the_state_says_for_which_partner(app: FastAPI) -> None:
    async with signed_in(app, DANA) as dana:
        form = await dana.get(f"{PERSON}/record/service")
        assert 'name="partner"' in form.text
        assert ERIE.name in form.text
        assert (await send(dana, "record/service", **SERVICE)).status_code == 422
        assert (await send(dana, "record/service", partner=ERIE.id, **SERVICE)).status_code == 303


@pytest.mark.parametrize("path", ["", "/record/service", "/record/enrollment", "/record/credential", "/record/employment", "/record/plan"])
async def test_every_field_has_a_label_and_every_page_a_heading(app: FastAPI, path: str) -> None:
    async with signed_in(app, ALICE) as alice:
        page = (await alice.get(PERSON + path)).text
        assert page.count("<h1") == 1
        ids = re.findall(r'<(?:input|select)[^>]* id="([^"]+)"', page)
        assert set(ids) <= set(re.findall(r'<label[^>]* for="([^"]+)"', page))
        every = re.findall(r'\bid="([^"]+)"', page)
        assert len(every) == len(set(every)), sorted(every)
        assert 'aria-labelledby="doing-head"' in page or not path


async def test_there_is_no_other_form(app: FastAPI) -> None:
    async with signed_in(app, ALICE) as alice:
        assert (await alice.get(f"{PERSON}/record/exit")).status_code == 404
        assert (await send(alice, "void/participants/" + str(ANN), reason="r")).status_code == 404
    async with signed_in(app, PRIYA) as priya:
        assert (await priya.get(f"{PERSON}/record/employment")).status_code == 403
