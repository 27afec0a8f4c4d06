"""People over the API: who registers, sees, finds, changes and links whom; and that a number goes in and never comes out."""

import asyncio
import base64
import io
import json
import logging
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
import structlog
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.audit.models import AuditEntry
from app.core import logging as logs
from app.participants.models import Participant
from tests.conftest import TODAY, Client, TestDatabase
from tests.participants.world import ANA, NUMBER, RING, registered
from tests.people import ALICE, CHARLIE, DANA, ERIE, MONROE, NIA, PAT, PEOPLE, PRIYA

NOBODY = UUID(int=1)
SEEN = {key: value for key, value in ANA.items() if key not in ("ssn", "residence", "reference")} | {"email": "ana.cruz@example.org"}


async def test_registering_answers_the_person_and_where_she_is(alice: AsyncClient) -> None:
    answer = await alice.post("/v1/participants", json=ANA)
    told = answer.json()
    assert answer.status_code == 201
    assert (answer.headers["location"], answer.headers["etag"]) == (f"/v1/participants/{told['id']}", '"1"')
    assert told.items() >= SEEN.items()
    assert (told["ssn_known"], told["registered_on"], told["registered_by"]) == (True, str(TODAY), str(ERIE.id))
    assert told["residence"].items() >= {"state": "NY", "county": "36029", "place": None}.items()
    assert told["references"] == [{"partner": str(ERIE.id), "reference": "E-100"}]
    read = await alice.get(answer.headers["location"])
    assert (read.status_code, read.json(), read.headers["etag"]) == (200, told, '"1"')


async def test_little_is_enough(alice: AsyncClient) -> None:
    little = {"first_name": "Bo", "last_name": "Li", "birth_date": "2001-01-01", "residence": {"state": "NJ"}}
    told = (await alice.post("/v1/participants", json=little)).json()
    assert (told["sex"], told["hispanic"], told["races"], told["veteran"], told["ssn_known"]) == (9, 9, [], 9, False)
    assert told["residence"].items() >= {"state": "NJ", "county": None}.items()


ROUTES: list[tuple[str, str, dict[str, Any] | None]] = [
    ("GET", "/v1/participants/{id}", None),
    ("PATCH", "/v1/participants/{id}", {"phone": "1"}),
]


async def test_who_may_see_and_change_her(client: Client) -> None:
    ana = await registered(client(ALICE))
    for method, path, body in ROUTES:
        await _who(client, ana, method, path, body)


async def _who(client: Client, ana: str, method: str, path: str, body: dict[str, Any] | None) -> None:
    statuses = {}
    for person in PEOPLE:
        answer = await client(person).request(method, path.format(id=ana), json=body)
        statuses[person.name] = answer.status_code
        if answer.status_code != 200:
            assert "Cruz" not in answer.text
    # Charlie's board, Priya's college and the other state are answered like for a person who is not there.
    assert statuses == {"Alice": 200, "Bob": 200, "Charlie": 404, "Dana": 200, "Priya": 404, "Pat": 403, "Nia": 404}
    for person in (CHARLIE, PRIYA, NIA):
        there = await client(person).request(method, path.format(id=ana), json=body)
        nobody = await client(person).request(method, path.format(id=NOBODY), json=body)
        assert there.json() | {"instance": ""} == nobody.json() | {"instance": ""}


async def test_who_lists_and_finds_her(client: Client) -> None:
    ana = await registered(client(ALICE))
    for q in (None, "Cruz", "Ana María Cruz", "anna kruse", "cru", "a cruz", "1990-05-17", "555-0100", ana):
        found = {}
        for person in PEOPLE:
            answer = await client(person).get("/v1/participants", params={"q": q} if q else {})
            found[person.name] = [item["id"] for item in answer.json()["items"]] if answer.status_code == 200 else answer.status_code
        assert found == {"Alice": [ana], "Bob": [ana], "Charlie": [], "Dana": [ana], "Priya": [], "Pat": 403, "Nia": []}


async def test_the_list_has_pages(alice: AsyncClient, charlie: AsyncClient) -> None:
    everybody = [await registered(alice, reference=f"E-{n}") for n in range(3)]
    first = await alice.get("/v1/participants", params={"limit": 2, "q": "Cruz"})
    assert first.links["next"]["url"].startswith("http://testserver/v1/participants?limit=2&q=Cruz&after=")
    second = await alice.get(first.links["next"]["url"])
    assert [item["id"] for page in (first, second) for item in page.json()["items"]] == everybody
    assert (second.json()["next"], "link" in second.headers) == (None, False)
    assert (await charlie.get(first.links["next"]["url"])).json()["items"] == []
    assert (await alice.get("/v1/participants", params={"after": "x"})).status_code == 422
    assert (await alice.get("/v1/participants", params={"q": "cruz", "after": "x"})).status_code == 422
    initial = await alice.get("/v1/participants", params={"q": "c"})
    assert (initial.status_code, "two letters" in initial.json()["detail"]) == (422, True)
    assert (await alice.get("/v1/participants", params={"limit": 0})).status_code == 422


async def test_who_may_register(client: Client) -> None:
    for person in PEOPLE:
        body = {key: value for key, value in ANA.items() if key != "reference"}
        body |= {"residence": {"county": "34003"}} if person is NIA else {}
        answer = await client(person).post("/v1/participants", json=body)
        assert answer.status_code == (403 if person is PAT else 201)
        if answer.status_code == 201:
            assert answer.json()["registered_by"] == (str(person.partner.id) if person.partner else None)


WRONG: list[tuple[dict[str, Any], set[tuple[str, str]]]] = [
    ({"birth_date": "2026-11-01"}, {("/birth_date", "born_in_the_future"), ("/registered_on", "registered_before_birth")}),
    ({"first_name": "  ", "sex": 3}, {("/first_name", "no_first_name"), ("/sex", "unknown_sex")}),
    ({"residence": {"county": "36999"}, "races": ["martian"]}, {("/races", "unknown_race")}),  # no counties are laid: fips decides
    ({"residence": {"county": "34003"}}, {("/residence", "residence_unknown")}),
    ({"residence": {"state": "Jersey"}}, {("/residence", "residence_unknown")}),
    ({"partner": str(MONROE.id)}, {("/partner", "another_partner")}),
    ({"partner": str(NOBODY)}, {("/partner", "another_partner"), ("/partner", "unknown_partner")}),
    ({"registered_on": "2026-11-01"}, {("/registered_on", "registered_in_the_future")}),
    ({"reference": NUMBER}, {("/reference", "reference_is_a_number")}),
]


async def test_what_is_wrong_is_said(alice: AsyncClient) -> None:
    for otherwise, errors in WRONG:
        answer = await alice.post("/v1/participants", json=ANA | otherwise)
        assert (answer.status_code, answer.json()["type"]) == (422, "/problems/refused")
        assert {(error["pointer"], error["code"]) for error in answer.json()["errors"]} == errors
    assert (await alice.get("/v1/participants")).json()["items"] == []


UNREADABLE: list[tuple[dict[str, Any], str]] = [
    ({"ssn": 735124680}, "/ssn"),
    ({"ssn": NUMBER * 3}, "/ssn"),
    ({"ssn": [NUMBER]}, "/ssn"),
    ({"social_security_number": NUMBER}, "/social_security_number"),
    ({"birth_date": NUMBER}, "/birth_date"),
    ({"sex": NUMBER}, "/sex"),
    ({"phone": f"{NUMBER}\x00"}, "/phone"),
    ({"residence": {"county": "36029", "ssn": NUMBER}}, "/residence/ssn"),
]


async def test_what_cannot_be_read_is_not_repeated(alice: AsyncClient) -> None:
    for otherwise, pointer in UNREADABLE:
        answer = await alice.post("/v1/participants", json=ANA | otherwise)
        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
        assert not holds_number(answer.text, NUMBER)


async def test_a_reference_is_used_once_a_partner(alice: AsyncClient, charlie: AsyncClient) -> None:
    await registered(alice)
    again = await alice.post("/v1/participants", json=ANA)
    assert [error["code"] for error in again.json()["errors"]] == ["reference_taken"]
    await registered(charlie)


async def test_two_at_once_with_one_reference(app: FastAPI, alice: AsyncClient) -> None:
    answers = await asyncio.gather(*(alice.post("/v1/participants", json=ANA) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201, *[422] * 5]
    assert {error["code"] for answer in answers if answer.status_code == 422 for error in answer.json()["errors"]} == {"reference_taken"}


async def test_registering_does_not_tell_who_is_known(client: Client) -> None:
    """To the last word the same, whether another partner knows the person or nobody does."""
    await registered(client(CHARLIE), reference="M-1")
    for person in (PRIYA, ALICE):
        known = await client(person).post("/v1/participants", json=ANA | {"reference": "X-1"})
        stranger = ANA | {"reference": "X-2", "ssn": "735-99-1234", "birth_date": "1971-01-01"}
        unknown = await client(person).post("/v1/participants", json=stranger)
        assert (known.status_code, {*known.headers}) == (unknown.status_code, {*unknown.headers})
        apart = {"id", "birth_date", "references"}
        told, strange = ({k: v for k, v in answer.json().items() if k not in apart} for answer in (known, unknown))
        assert told == strange
        assert (told["ssn_known"], told["person"]) == (True, None)


async def test_a_repeated_request_registers_once(alice: AsyncClient, own_db: TestDatabase) -> None:
    first, second = [await alice.post("/v1/participants", json=ANA, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert (second.status_code, second.json(), second.headers["location"]) == (201, first.json(), first.headers["location"])
    assert len((await alice.get("/v1/participants")).json()["items"]) == 1
    other = await alice.post("/v1/participants", json=ANA | {"ssn": "735-12-4681"}, headers={"Idempotency-Key": "k"})
    assert other.status_code == 422
    async with own_db.transaction(ALICE.actor) as tx:
        kept = await tx.scalar(text("SELECT request FROM once_answers"))
        body = json.dumps(ANA, ensure_ascii=False, separators=(",", ":")).encode()
        assert kept != sha256(b"POST /v1/participants\n" + body).digest()  # it would be undone by trying every number


# Changing


async def test_a_change_is_seen_and_nothing_else_is_changed(alice: AsyncClient) -> None:
    ana = await registered(alice)
    before = (await alice.get(f"/v1/participants/{ana}")).json()
    change: dict[str, Any] = {"last_name": "Cruz-Ortiz", "phone": None, "races": [], "birth_date": "1990-05-18"}
    answer = await alice.patch(f"/v1/participants/{ana}", json=change, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    assert answer.json() == before | change | {"revision": 2}
    assert (await alice.get("/v1/participants", params={"q": "Cruz-Ortiz"})).json()["items"][0]["id"] == ana
    assert (await alice.get("/v1/participants", params={"q": "555-0100"})).json()["items"] == []


async def test_what_is_so_already_is_not_written(alice: AsyncClient) -> None:
    ana = await registered(alice)
    nothing: dict[str, Any] = {}
    for same in (nothing, {"last_name": "Cruz"}, {"ssn": NUMBER.replace("-", "")}, {"residence": ANA["residence"]}):
        assert (await alice.patch(f"/v1/participants/{ana}", json=same)).headers["etag"] == '"1"'


async def test_a_stale_change_is_refused(alice: AsyncClient, bob: AsyncClient) -> None:
    ana = await registered(alice)
    await bob.patch(f"/v1/participants/{ana}", json={"phone": "2"}, headers={"If-Match": '"1"'})
    stale = await alice.patch(f"/v1/participants/{ana}", json={"phone": "3"}, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["type"]) == (412, "/problems/stale")
    assert (await alice.get(f"/v1/participants/{ana}")).json()["phone"] == "2"


WRONG_CHANGES: list[tuple[dict[str, Any], str]] = [
    ({"first_name": None}, "no_first_name"),
    ({"birth_date": None}, "no_birth_date"),
    ({"birth_date": "2027-01-01"}, "born_in_the_future"),
    ({"sex": None}, "unknown_sex"),
    ({"hispanic": 5}, "unknown_ethnicity"),
    ({"races": None}, "unknown_race"),
    ({"veteran": 5}, "unknown_veteran_status"),
    ({"email": "nobody"}, "email_malformed"),
    ({"residence": None}, "residence_unknown"),
    ({"residence": {"county": "3602"}}, "residence_unknown"),
]


async def test_a_change_meets_the_same_checks(alice: AsyncClient) -> None:
    ana = await registered(alice)
    for change, code in WRONG_CHANGES:
        answer = await alice.patch(f"/v1/participants/{ana}", json=change)
        assert (answer.status_code, [error["code"] for error in answer.json()["errors"]]) == (422, [code])
    assert (await alice.get(f"/v1/participants/{ana}")).headers["etag"] == '"1"'


async def test_who_moves_lives_elsewhere(alice: AsyncClient, own_db: TestDatabase) -> None:
    ana = await registered(alice)
    moved = await alice.patch(f"/v1/participants/{ana}", json={"residence": {"state": "PA", "county": "42049"}, "address": "1 Lake Road"})
    assert moved.json()["residence"].items() >= {"state": "PA", "county": "42049"}.items()
    async with own_db.transaction(ALICE.actor) as tx:
        assert await tx.scalar(text("SELECT count(*) FROM residences")) == 2  # the one before stays, for whoever lived there


async def test_a_number_is_replaced_and_taken_back(alice: AsyncClient, own_db: TestDatabase) -> None:
    ana = await registered(alice, ssn="735-12-4681")
    kept = []
    for ssn in (NUMBER, None, "666-12-4680"):
        answer = await alice.patch(f"/v1/participants/{ana}", json={"ssn": ssn})
        async with own_db.transaction(ALICE.actor) as tx:
            row = await tx.first(select(Participant.ssn_sealed, Participant.ssn_token))
        assert row is not None
        kept.append((answer.json()["ssn_known"], row.ssn_sealed and RING.open(row.ssn_sealed, state="us-ny"), row.ssn_token is not None))
    assert kept == [(True, NUMBER.replace("-", ""), True), (False, None, False), (False, None, False)]


# Linking


async def test_who_may_link(client: Client) -> None:
    one, other = await registered(client(ALICE)), await registered(client(CHARLIE))
    expected = {"Alice": 403, "Bob": 403, "Charlie": 403, "Dana": 200, "Priya": 403, "Pat": 403, "Nia": 404}
    for method, body in (("POST", {"into": other}), ("DELETE", None)):
        statuses = {}
        for person in sorted(PEOPLE, key=lambda person: person is DANA):  # Dana last: the others find nothing done
            statuses[person.name] = (await client(person).request(method, f"/v1/participants/{one}/merge", json=body)).status_code
        assert statuses == expected | ({"Dana": 201} if method == "POST" else {})


async def test_partners_do_not_see_that_records_were_linked(client: Client) -> None:
    one, other = await registered(client(ALICE)), await registered(client(CHARLIE))
    assert (await client(DANA).post(f"/v1/participants/{one}/merge", json={"into": other})).json()["person"] == other
    for person, record, hidden in ((ALICE, one, other), (CHARLIE, other, one)):
        assert (await client(person).get(f"/v1/participants/{record}")).json()["person"] is None
        assert (await client(person).get(f"/v1/participants/{hidden}")).status_code == 404
    apart = await client(DANA).delete(f"/v1/participants/{one}/merge")
    assert apart.json()["person"] == one
    assert (await client(DANA).delete(f"/v1/participants/{one}/merge")).status_code == 409


async def test_who_reviews_equal_numbers(client: Client) -> None:
    one = await registered(client(ALICE))
    other = await registered(client(CHARLIE), last_name="Miller", birth_date="1960-01-01")
    answers = {person.name: await client(person).get("/v1/identity-reviews") for person in PEOPLE}
    assert {name: answer.status_code for name, answer in answers.items()} == {
        "Alice": 403, "Bob": 403, "Charlie": 403, "Dana": 200, "Priya": 403, "Pat": 403, "Nia": 200,
    }  # fmt: skip
    pair = {"one": one, "other": other, "birth_date_agrees": False, "last_name_agrees": False, "conflict": True}
    assert (answers["Dana"].json()["items"], answers["Nia"].json()["items"]) == ([pair], [])


# Looking leaves an entry, a number leaves nothing


async def test_every_look_is_recorded(client: Client, own_db: TestDatabase) -> None:
    ana = await registered(client(ALICE))
    await client(ALICE).get(f"/v1/participants/{ana}")
    await client(CHARLIE).get(f"/v1/participants/{ana}")
    await client(ALICE).get("/v1/participants", params={"q": "Cruz"})
    await client(DANA).get("/v1/identity-reviews")
    async with own_db.transaction(DANA.actor) as tx:
        entries = await tx.all(select(AuditEntry.verb, AuditEntry.actor, AuditEntry.subject, AuditEntry.detail).order_by(AuditEntry.id))
        requests = await tx.all(select(AuditEntry.request))
    assert [tuple(entry) for entry in entries] == [
        ("register", ALICE.id, UUID(ana), {}),
        ("read_participant", ALICE.id, UUID(ana), {}),
        ("search_participants", ALICE.id, None, {}),
        ("review_identities", DANA.id, None, {}),
    ]
    assert all(row.request for row in requests)


def holds_number(held: str | bytes, number: str) -> bool:
    """Whether a number is in it, in any of the ways in which it could be written by mistake."""
    digits = number.replace("-", "").encode()
    plain = [number.encode(), digits, number.replace("-", " ").encode()]
    told = held if isinstance(held, bytes) else held.encode()
    return any(form in told or form.hex().encode() in told or base64.b64encode(form) in told for form in plain)


TABLES = text("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Every log of this process, down to the last word."""
    root = logging.getLogger()
    kept = root.handlers, root.level
    stream = io.StringIO()
    logs.configure("debug", stream)
    yield stream
    structlog.reset_defaults()
    logging.captureWarnings(capture=False)
    root.handlers, root.level = kept


async def test_a_number_is_nowhere(client: Client, own_db: TestDatabase, written: io.StringIO) -> None:
    """In no answer, no log, no table, and no file of the database's, whatever happens on the way."""
    number = "735-46-1357"  # of this test alone: the write-ahead log is that of all
    told = ANA | {"ssn": number}
    own = client(ALICE)
    answers = [await own.post("/v1/participants", json=told, headers={"Idempotency-Key": "n"}) for _ in range(2)]
    ana = answers[0].json()["id"]
    answers += [
        await own.get(f"/v1/participants/{ana}"),
        await own.get("/v1/participants", params={"q": number}),
        await own.post("/v1/participants", json=told),
        await own.post("/v1/participants", json=told | {"reference": "E-2", "sex": 7}),
        await own.post("/v1/participants", json=told | {"ssn": {"number": number}}),
        await own.patch(f"/v1/participants/{ana}", json={"ssn": number, "phone": "5"}),
        await client(DANA).get("/v1/identity-reviews"),
    ]
    async with own_db.as_owner() as owner:  # the door closes on the way: a mistake of ours, with the number in hand
        await owner.run(text("REVOKE INSERT ON participants FROM workforce_app"))
    with pytest.raises(DBAPIError, match="permission denied") as mistake:
        await own.post("/v1/participants", json=told | {"reference": "E-3"})
    assert not holds_number(str(mistake.value), number)
    assert not [answer.url for answer in answers if holds_number(answer.text, number) or holds_number(str(answer.headers), number)]
    assert written.getvalue().count("request answered") == len(answers) + 1
    assert not holds_number(written.getvalue(), number)
    async with own_db.as_owner() as owner:
        await owner.run(text("SELECT set_config('app.state', 'us-ny', true)"))
        for table in await owner.all(TABLES):
            rows = await owner.all(text(f"SELECT to_jsonb(t)::text AS told FROM {table.relname} t"))
            assert not [row for row in rows if holds_number(row.told, number)], table.relname
    looked_at = files_of(own_db)
    assert any(ANA["address"].encode() in held for _, held in looked_at)  # so a number in clear would be found
    assert not [str(path) for path, held in looked_at if holds_number(held, number)]


def files_of(database: TestDatabase) -> list[tuple[Path, bytes]]:
    """Every file of a database, written out, and the write-ahead log."""
    with psycopg.connect(database.superuser_url, autocommit=True) as superuser:
        superuser.execute("CHECKPOINT")
        [[folder]] = superuser.execute("SHOW data_directory").fetchall()
        [[oid]] = superuser.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchall()
    files = (*(Path(folder) / "base" / str(oid)).iterdir(), *(Path(folder) / "pg_wal").glob("0*"))
    return [(path, path.read_bytes()) for path in files]


async def test_a_name_with_a_character_that_nobody_sees_is_refused_by_field_and_reason(alice: AsyncClient) -> None:
    answer = await alice.post("/v1/participants", json=ANA | {"first_name": "An\u200ba", "last_name": "\u202ezurC"})
    assert answer.status_code == 422
    errors = {(one["pointer"], one["code"]): one["detail"] for one in answer.json()["errors"]}
    assert errors.keys() == {("/first_name", "hidden_character_in_first_name"), ("/last_name", "hidden_character_in_last_name")}
    assert all("zero-width" in detail and "Type it anew" in detail for detail in errors.values())
    nul = await alice.post("/v1/participants", json=ANA | {"first_name": "A\0na"})
    assert [(one["pointer"], "NUL" in one["detail"]) for one in nul.json()["errors"]] == [("/first_name", True)]
    hers = await registered(alice, first_name="Seán", last_name="علی\u200cزاده-O’Neill")
    changed = await alice.patch(f"/v1/participants/{hers}", json={"last_name": "Cruz\u2066"})
    assert [one["code"] for one in changed.json()["errors"]] == ["hidden_character_in_last_name"]
    assert (await alice.get(f"/v1/participants/{hers}")).json()["last_name"] == "علی\u200cزاده-O’Neill"
