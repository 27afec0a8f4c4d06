"""Signing in: sessions are new every time, end, can be revoked, and only our own pages can use them."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.access.permissions import Role
from app.access.sessions import LIFETIME
from app.core.settings import DEMO_KEYS, Settings
from app.main import create_app
from tests.conftest import CLOCK, TestDatabase
from tests.console.browsing import Browser, signed_in
from tests.people import ALICE, CHARLIE, DANA, NIA, PAT, PRIYA

TODAY = "/console/today"


async def test_nobody_gets_in_without_a_session(app: FastAPI) -> None:
    async with Browser(app) as browser:
        answer = await browser.get("/console/today?period=quarter%402026-09-30")
        assert answer.status_code == 303
        assert answer.headers["location"] == "/console/sign-in?after=%2Fconsole%2Ftoday%3Fperiod%3Dquarter%25402026-09-30"
        part = await browser.get(TODAY, headers={"HX-Request": "true"})
        assert (part.status_code, part.headers["hx-redirect"]) == (401, "/console/sign-in?after=%2Fconsole%2Ftoday")
        assert (await browser.get("/console/sign-in")).status_code == 200


async def test_a_key_opens_a_session_whose_token_is_not_kept(app: FastAPI, own_db: TestDatabase) -> None:
    async with signed_in(app, ALICE) as browser:
        assert (await browser.get(TODAY)).status_code == 200
        token = browser.cookies["session"]
    async with own_db.as_owner() as tx:
        kept = await tx.all(text("SELECT digest, state, expires_at - opened_at AS lasts, s::text AS row FROM sessions s"))
    assert [(row.digest, row.state, row.lasts) for row in kept] == [(sha256(token.encode()).digest(), "us-ny", LIFETIME)]
    assert token not in kept[0].row


async def test_a_session_is_no_key_and_a_key_no_session(app: FastAPI) -> None:
    async with signed_in(app, ALICE) as browser:
        assert (await browser.get("/v1/me")).status_code == 401
        assert (await browser.get("/v1/me", headers={"Authorization": f"Bearer {browser.cookies['session']}"})).status_code == 401
    async with Browser(app) as browser:
        assert (await browser.get(TODAY, headers=ALICE.headers)).status_code == 303


@pytest.mark.parametrize("key", ["", "wf_opens_nothing", "wf_alice_of_the_test"])
async def test_a_key_that_opens_nothing_is_told_beside_the_field(app: FastAPI, key: str) -> None:
    async with Browser(app) as browser:
        answer = await browser.sign_in(key)
        assert answer.status_code == 401
        assert "This key opens nothing." in answer.text
        assert 'aria-invalid="true"' in answer.text
        assert key not in answer.text or not key
        assert "session" not in browser.cookies


async def test_every_sign_in_makes_a_new_session_and_ends_the_one_before(app: FastAPI) -> None:
    async with signed_in(app, ALICE) as browser:
        first = browser.cookies["session"]
        assert (await browser.sign_in(DANA.key)).status_code == 303
        assert browser.cookies["session"] != first
        async with Browser(app) as thief:
            thief.cookies.set("session", first, domain="127.0.0.1")
            assert (await thief.get(TODAY)).status_code == 303


async def test_a_session_that_somebody_else_chose_is_not_used(app: FastAPI) -> None:
    async with Browser(app) as browser:
        browser.cookies.set("session", "chosen", domain="127.0.0.1")
        await browser.sign_in(ALICE.key)
        async with Browser(app) as thief:
            thief.cookies.set("session", "chosen", domain="127.0.0.1")
            assert (await thief.get(TODAY)).status_code == 303


async def test_signing_out_ends_the_session(app: FastAPI) -> None:
    async with signed_in(app, ALICE) as browser:
        token = browser.cookies["session"]
        answer = await browser.submit("/console/sign-out")
        assert (answer.status_code, answer.headers["location"]) == (303, "/console/sign-in")
        browser.cookies.set("session", token, domain="127.0.0.1")
        assert (await browser.get(TODAY)).status_code == 303


@pytest.mark.parametrize(
    "ended",
    [
        "UPDATE sessions SET revoked_at = now()",
        "UPDATE sessions SET expires_at = now()",
        "UPDATE api_keys SET revoked_at = now() WHERE label = 'Alice'",
        "UPDATE api_keys SET expires_at = now() WHERE label = 'Alice'",
    ],
)
async def test_a_session_ends_when_it_or_its_key_does(app: FastAPI, own_db: TestDatabase, ended: str) -> None:
    async with signed_in(app, ALICE) as browser:
        assert (await browser.get(TODAY)).status_code == 200
        async with own_db.as_owner() as tx:
            await tx.run(text(ended))
        assert (await browser.get(TODAY)).status_code == 303


async def test_a_session_never_outlasts_its_key(app: FastAPI, own_db: TestDatabase) -> None:
    key = await own_db.key("us-ny", Role.STATE_ADMIN, lifetime=timedelta(minutes=5))
    async with Browser(app) as browser:
        await browser.sign_in(key)
    async with own_db.as_owner() as tx:
        assert await tx.scalar(text("SELECT bool_and(expires_at - opened_at <= '5 minutes') FROM sessions"))


async def test_cookies_are_secure_wherever_they_travel(app: FastAPI) -> None:
    for base_url, at, secure in (
        ("http://127.0.0.1", "127.0.0.1", False),  # this machine alone
        ("http://127.0.0.1", "10.1.2.3", True),
        ("http://workforce.example", "127.0.0.1", True),  # behind a proxy that does not say that it speaks TLS
        ("https://127.0.0.1", "127.0.0.1", True),
    ):
        async with Browser(app, base_url=base_url, at=at) as browser:
            cookie = (await browser.get("/console/sign-in")).headers["set-cookie"]
        assert ("Secure" in cookie, cookie.startswith("__Host-")) == (secure, secure), (base_url, at)
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie


async def test_in_production_cookies_are_secure_on_this_machine_too(own_db: TestDatabase, settings: Settings) -> None:
    async with started(own_db, settings, environment="production") as app, Browser(app) as browser:
        assert "Secure" in (await browser.get("/console/sign-in")).headers["set-cookie"]


# Forms


async def test_a_form_from_elsewhere_is_refused(app: FastAPI) -> None:
    async with signed_in(app, ALICE) as browser, signed_in(app, CHARLIE) as other:
        for forged in ({}, {"forgery_token": ""}, {"forgery_token": "0" * 64}, {"forgery_token": await other.token()}):
            answer = await browser.post("/console/sign-out", data=forged)
            assert answer.status_code == 403, forged
            assert "not sent from a page of yours" in answer.text
        assert (await browser.post("/console/sign-out", headers={"x-forgery-token": "0" * 64})).status_code == 403
        assert (await browser.get(TODAY)).status_code == 200
        assert (await browser.post("/console/sign-out", headers={"x-forgery-token": await browser.token()})).status_code == 303


async def test_nobody_is_signed_in_from_elsewhere(app: FastAPI) -> None:
    async with Browser(app) as browser:
        assert (await browser.post("/console/sign-in", data={"key": ALICE.key})).status_code == 403
        token = await browser.token("/console/sign-in")
        browser.cookies.clear()
        assert (await browser.post("/console/sign-in", data={"key": ALICE.key, "forgery_token": token})).status_code == 403


@pytest.mark.parametrize("after", ["https://elsewhere.example/", "//elsewhere.example/", "/console/\\elsewhere.example", "/v1/me", ""])
async def test_a_link_leads_nowhere_outside(app: FastAPI, after: str) -> None:
    async with Browser(app) as browser:
        assert (await browser.sign_in(ALICE.key, after=after)).headers["location"] == TODAY


async def test_what_was_asked_for_is_shown_after_signing_in(app: FastAPI) -> None:
    async with Browser(app) as browser:
        assert (await browser.sign_in(ALICE.key, after="/console/regions?on=2026-01-01")).headers["location"].endswith("on=2026-01-01")


async def test_signing_in_and_out_leaves_entries(app: FastAPI, own_db: TestDatabase) -> None:
    async with signed_in(app, ALICE) as browser:
        await browser.submit("/console/sign-out")
    async with own_db.reading(DANA.actor) as read:
        rows = await read.all(text("SELECT verb, actor, partner FROM audit_entries WHERE verb LIKE 'sign%' ORDER BY id"))
    assert [tuple(row) for row in rows] == [(verb, ALICE.id, ALICE.actor.partner) for verb in ("sign_in", "sign_out")]


# The demonstration


@asynccontextmanager
async def started(database: TestDatabase, settings: Settings, **otherwise: object) -> AsyncIterator[FastAPI]:
    """The application with other settings, started."""
    app = create_app(settings.model_copy(update=otherwise), database_url=database.url, clock=CLOCK)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
def keys_folder(tmp_path: Path) -> Path:
    keys = {"board_staff": ALICE.key, "college_staff": PRIYA.key, "state_admin": DANA.key, "policymaker": PAT.key, "auditor": NIA.key}
    (tmp_path / DEMO_KEYS).write_text(json.dumps(keys))
    return tmp_path


CHOICES = {"board_staff": "Erie Workforce Board", "college_staff": "Niagara Community College", "state_admin": "State staff"}


async def test_on_a_demonstration_a_visitor_chooses(own_db: TestDatabase, settings: Settings, keys_folder: Path) -> None:
    async with started(own_db, settings, environment="demo", data_folder=keys_folder) as app:
        for role, who in (CHOICES | {"policymaker": "Policymaker"}).items():
            async with Browser(app) as browser:
                assert "Who do you want to be?" in (await browser.get("/console/sign-in")).text
                answer = await browser.submit("/console/sign-in/demo", "/console/sign-in", role=role)
                assert answer.status_code == 303
                assert who in (await browser.get(TODAY)).text


@pytest.mark.parametrize(
    ("environment", "base_url", "at"),
    [
        ("production", "http://127.0.0.1", "127.0.0.1"),
        ("production", "https://127.0.0.1", "127.0.0.1"),
        ("development", "http://127.0.0.1", "127.0.0.1"),
        ("demo", "https://127.0.0.1", "10.1.2.3"),
        ("demo", "https://workforce.example", "127.0.0.1"),  # a name that somebody made to lead to this machine
    ],
)
async def test_anywhere_else_there_is_nobody_to_choose(
    own_db: TestDatabase, settings: Settings, keys_folder: Path, environment: str, base_url: str, at: str
) -> None:
    async with (
        started(own_db, settings, environment=environment, data_folder=keys_folder) as app,
        Browser(app, base_url=base_url.replace("http:", "https:"), at=at) as browser,
    ):
        assert "Who do you want to be?" not in (await browser.get("/console/sign-in")).text
        answer = await browser.submit("/console/sign-in/demo", "/console/sign-in", role="state_admin")
        assert answer.status_code == 404
        assert not [name for name in browser.cookies if "session" in name]


async def test_an_auditors_key_is_not_to_be_chosen(own_db: TestDatabase, settings: Settings, keys_folder: Path) -> None:
    async with started(own_db, settings, environment="demo", data_folder=keys_folder) as app, Browser(app) as browser:
        assert (await browser.submit("/console/sign-in/demo", "/console/sign-in", role="auditor")).status_code == 404
