"""Evidence of work over the API: who records, who sees that there was work, and who sees for whom and for how much."""

from datetime import date
from typing import Any
from uuid import UUID

from httpx import AsyncClient
from sqlalchemy import delete, insert, select

from app.audit.models import AuditEntry
from app.participants.models import Caseload
from app.partners.models import Agreement
from tests.conftest import Client, TestDatabase
from tests.participants.world import registered
from tests.people import ALICE, CHARLIE, DANA, ERIE, NIA, PAT, PEOPLE, PRIYA

PAY_STUB: dict[str, Any] = {
    "quarter": "2026Q1",
    "employer": "16-0743966",
    "source": "supplemental",
    "wages": "9126.00",
    "occupation": "29-2052",
    "industry": "456110",
}
MATCHED = PAY_STUB | {"quarter": "2026-04-01", "source": "ui", "wages": "8877.12"}
TOLD = PAY_STUB | {"apprenticeship": False, "withheld": False, "voided": False}
WITHHELD = {"employer": None, "source": None, "wages": None, "occupation": None, "industry": None, "apprenticeship": None, "withheld": True}


def records(of: str) -> str:
    return f"/v1/participants/{of}/employment-records"


def without_ids(page: Any) -> list[dict[str, Any]]:
    return [{key: value for key, value in item.items() if key != "id"} for item in page.json()["items"]]


async def test_a_quarter_of_work_is_recorded_and_listed(alice: AsyncClient, bob: AsyncClient) -> None:
    ana = await registered(alice)
    made = await alice.post(records(ana), json=PAY_STUB)
    assert (made.status_code, made.json()) == (201, TOLD | {"id": made.json()["id"]})
    assert (await bob.get(records(ana))).json() == {"items": [made.json()], "next": None}


async def test_who_may_record_and_look(client: Client) -> None:
    ana = await registered(client(ALICE))
    posted, listed = {}, {}
    for person in PEOPLE:
        posted[person.name] = (await client(person).post(records(ana), json=PAY_STUB | {"employer": person.name})).status_code
        listed[person.name] = (await client(person).get(records(ana))).status_code
    assert posted == {"Alice": 201, "Bob": 201, "Charlie": 404, "Dana": 201, "Priya": 403, "Pat": 403, "Nia": 404}
    assert listed == {"Alice": 200, "Bob": 200, "Charlie": 404, "Dana": 200, "Priya": 404, "Pat": 403, "Nia": 404}


async def test_what_the_state_matched_partners_see_without_amounts(client: Client, own_db: TestDatabase) -> None:
    """20 CFR 603: wage records are confidential; that there was work in the quarter is not."""
    ana = await registered(client(ALICE))
    await client(ALICE).post(records(ana), json=PAY_STUB)
    await client(DANA).post(records(ana), json=MATCHED)
    matched = TOLD | {"quarter": "2026Q2", "source": "ui", "wages": "8877.12"}
    assert without_ids(await client(DANA).get(records(ana))) == [TOLD, matched]
    hidden = await client(ALICE).get(records(ana))
    assert without_ids(hidden) == [TOLD, {"quarter": "2026Q2", "voided": False} | WITHHELD]
    assert "8877" not in hidden.text
    for since, until, open_ in (
        (date(2026, 11, 1), None, False),
        (date(2020, 1, 1), date(2026, 10, 31), False),
        (date(2026, 10, 31), None, True),
    ):
        async with own_db.transaction(DANA.actor) as tx:
            agreed = {"partner": ERIE.id, "kind": "wage_disclosure", "valid_from": since, "valid_until": until, "source": "of a test"}
            await tx.run(delete(Agreement))
            await tx.run(insert(Agreement).values(**agreed))
            await tx.commit()
        assert without_ids(await client(ALICE).get(records(ana)))[1]["withheld"] is not open_
    assert without_ids(await client(ALICE).get(records(ana))) == [TOLD, matched]


async def moments(caller: AsyncClient, of: str) -> list[tuple[Any, ...]]:
    answer = await caller.get(f"/v1/participants/{of}/timeline")
    assert answer.status_code == 200, answer.text
    return [(one["on"], one["what"], one["title"], one["partner"]) for one in answer.json()["items"] if one["what"] == "employment"]


async def test_the_timeline_tells_of_work_what_may_be_seen(client: Client, own_db: TestDatabase) -> None:
    """That there was work in the quarter on its last day; for whom, and who told it, only to whom that is disclosed."""
    ana = await registered(client(ALICE))
    hers = (await client(ALICE).post(records(ana), json=PAY_STUB)).json()["id"]
    await client(DANA).post(records(ana), json=MATCHED | {"quarter": "2025Q4"})
    theirs = ("2025-12-31", "employment", "2025 Q4: 16-0743966", None)
    own = ("2026-03-31", "employment", "2026 Q1: 16-0743966", str(ERIE.id))
    assert await moments(client(ALICE), ana) == [("2025-12-31", "employment", "2025 Q4", None), own]
    assert await moments(client(DANA), ana) == [theirs, own]
    for outsider in (CHARLIE, PRIYA, NIA):
        assert (await client(outsider).get(f"/v1/participants/{ana}/timeline")).status_code == 404
    async with own_db.transaction(DANA.actor) as tx:
        await tx.run(insert(Caseload).values(partner=PRIYA.partner and PRIYA.partner.id, participant=UUID(ana), since=date(2026, 1, 1)))
        agreed = {"partner": ERIE.id, "kind": "wage_disclosure", "valid_from": date(2020, 1, 1), "valid_until": None, "source": "of a test"}
        await tx.run(insert(Agreement).values(**agreed))
        await tx.commit()
    assert await moments(client(ALICE), ana) == [theirs, own]
    assert await moments(client(PRIYA), ana) == [(on, what, title[:7], None) for on, what, title, _ in (theirs, own)]
    await client(ALICE).post(f"/v1/employment-records/{hers}/void", json={"reason": "another Ana"})
    assert await moments(client(ALICE), ana) == [theirs]
    listed = (await client(ALICE).get(records(ana))).json()["items"]
    assert [(one["quarter"], one["voided"]) for one in listed] == [("2026Q1", True), ("2025Q4", False)]  # taken back, and still there


async def test_the_work_of_a_linked_record_is_the_persons(client: Client) -> None:
    ana, twin = await registered(client(ALICE)), await registered(client(CHARLIE), reference="M-1")
    await client(CHARLIE).post(records(twin), json=PAY_STUB)
    assert await moments(client(ALICE), ana) == []
    await client(DANA).post(f"/v1/participants/{twin}/merge", json={"into": ana})
    assert await moments(client(ALICE), ana) == [("2026-03-31", "employment", "2026 Q1", None)]


async def test_a_rate_stands_in_for_wages_that_are_not_known(alice: AsyncClient) -> None:
    ana = await registered(alice)
    rated = {key: value for key, value in PAY_STUB.items() if key != "wages"}
    hourly = {"basis": "hourly", "amount": "7.25", "weekly_hours": "32"}
    assert (await alice.post(records(ana), json=rated | {"rate": hourly})).json()["wages"] == "3016.00"
    unknown = await alice.post(records(ana), json=rated | {"employer": "self"})
    assert (unknown.json()["wages"], unknown.json()["withheld"]) == (None, False)
    for wrong in (
        PAY_STUB | {"rate": hourly},
        rated | {"rate": {"basis": "hourly", "amount": "7.25"}},
        rated | {"rate": {"basis": "weekly", "amount": "7.25", "weekly_hours": "32"}},
        rated | {"rate": hourly, "source": "ui"},
    ):
        assert (await alice.post(records(ana), json=wrong)).json()["type"] == "/problems/invalid"


async def test_what_is_wrong_is_said(alice: AsyncClient) -> None:
    ana = await registered(alice)
    await alice.post(records(ana), json=PAY_STUB)
    for otherwise, pointer, code in (
        ({"quarter": "2026Q4"}, "/quarter", "quarter_not_ended"),
        ({"quarter": "1989Q4"}, "/quarter", "quarter_out_of_range"),
        ({"employer": " "}, "/employer", "no_employer"),
        ({"source": "hearsay"}, "/source", "unknown_source"),
        ({"source": "swis"}, "/source", "source_of_the_state"),
        ({"employer": "x", "wages": "0.00"}, "/wages", "wages_not_positive"),
        ({"employer": "x", "occupation": "292052"}, "/occupation", "occupation_malformed"),
        ({"employer": "x", "industry": "44"}, "/industry", "industry_malformed"),
        ({"wages": "1.00"}, "/employer", "already_recorded"),
    ):
        answer = await alice.post(records(ana), json=PAY_STUB | otherwise)
        assert answer.status_code == 422
        assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]
    for unreadable in ({"quarter": "2026Q5"}, {"quarter": "2026-02-01"}, {"quarter": 8104}, {"wages": 9126.0}, {"wages": "12.345"}):
        assert (await alice.post(records(ana), json=PAY_STUB | unreadable)).json()["type"] == "/problems/invalid"
    assert len((await alice.get(records(ana))).json()["items"]) == 1


async def test_a_record_is_taken_back_by_whoever_made_it(client: Client, own_db: TestDatabase) -> None:
    ana = await registered(client(ALICE))
    hers = (await client(ALICE).post(records(ana), json=PAY_STUB)).json()["id"]
    matched = (await client(DANA).post(records(ana), json=MATCHED)).json()["id"]
    why = {"reason": "the pay stub of somebody else"}
    for person, record, status in (
        (CHARLIE, hers, 404),
        (PRIYA, hers, 404),
        (PAT, hers, 403),
        (NIA, hers, 404),
        (ALICE, matched, 404),  # the state's own match
        (ALICE, hers, 200),
        (ALICE, hers, 422),  # once
        (DANA, matched, 200),
        (DANA, UUID(int=1), 404),
    ):
        answer = await client(person).post(f"/v1/employment-records/{record}/void", json=why)
        assert answer.status_code == status, (person.name, answer.text)
    assert [item["voided"] for item in (await client(DANA).get(records(ana))).json()["items"]] == [True, True]
    async with own_db.transaction(DANA.actor) as tx:
        told = select(AuditEntry.actor, AuditEntry.subject, AuditEntry.detail).where(AuditEntry.verb == "void_employment_records")
        entries = [tuple(row) for row in await tx.all(told.order_by(AuditEntry.id))]
    assert entries == [(ALICE.id, UUID(hers), why), (DANA.id, UUID(matched), why)]


async def test_every_look_is_recorded(alice: AsyncClient, charlie: AsyncClient, own_db: TestDatabase) -> None:
    ana = await registered(alice)
    await alice.post(records(ana), json=PAY_STUB)
    await alice.get(records(ana))
    await charlie.get(records(ana))
    async with own_db.transaction(DANA.actor) as tx:
        looks = await tx.all(
            select(AuditEntry.actor, AuditEntry.subject, AuditEntry.rows).where(AuditEntry.verb == "read_employment_records")
        )
    assert [tuple(look) for look in looks] == [(ALICE.id, UUID(ana), 1)]


async def test_the_list_has_pages(alice: AsyncClient) -> None:
    ana = await registered(alice)
    made = [(await alice.post(records(ana), json=PAY_STUB | {"employer": str(n)})).json()["id"] for n in range(3)]
    first = await alice.get(records(ana), params={"limit": 2})
    second = await alice.get(first.links["next"]["url"])
    assert [item["id"] for page in (first, second) for item in page.json()["items"]] == made
    assert second.json()["next"] is None
