"""Enrollments, services, credentials and participations over HTTP: what each of the people may do and see."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from httpx import AsyncClient, Response
from sqlalchemy import Integer, column, func, insert, select, text

from app.audit.models import AuditEntry
from app.core.acts import Answer, Candidates, act_binds
from app.enrollments.actions import SERVE
from app.enrollments.models import Enrollment, Participation, Service, StepCompletion
from app.partners.models import Agreement
from tests.conftest import TODAY, Client, TestDatabase
from tests.enrollments import world
from tests.enrollments.world import ANN, BEA, CAL, COURSE, DEE, EXAM, PHARMACY, PRACTICE, WELDING
from tests.people import ALICE, CHARLIE, DANA, ERIE, MONROE, NIA, PAT

pytestmark = pytest.mark.usefixtures("ground")
DAY = timedelta(days=1)
COUNSELING = {"kind": "career_counseling", "program": "adult"}


@pytest.fixture
async def ground(own_db: TestDatabase) -> TestDatabase:
    async with own_db.transaction(DANA.actor) as tx:
        await world.lay(tx)
        await tx.commit()
    return own_db


def codes(answer: Response) -> list[str]:
    return sorted(error["code"] for error in answer.json().get("errors", []))


async def enrolled(client: AsyncClient, **otherwise: Any) -> str:
    body = {"participant": str(ANN), "career_path": str(WELDING), "started_on": "2026-10-01"} | otherwise
    answer = await client.post("/v1/enrollments", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def served(client: AsyncClient, participant: UUID = ANN, **told: Any) -> str:
    answer = await client.post(f"/v1/participants/{participant}/services", json=COUNSELING | {"given_on": str(TODAY)} | told)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def test_a_learner_on_her_way(alice: AsyncClient, bob: AsyncClient, charlie: AsyncClient, nia: AsyncClient) -> None:
    """From the first day to the last, as Alice records it and her colleague reads it."""
    id_ = await enrolled(alice, reference="W-7")
    steps = f"/v1/enrollments/{id_}/step-completions"
    for step, day in ((COURSE, "2026-10-10"), (EXAM, "2026-10-20")):
        assert (await alice.post(steps, json={"step": str(step), "completed_on": day})).status_code == 201
    credential = {"name": "Certified Welder", "wioa_type": "occupational_certification", "issuer": "AWS", "awarded_on": "2026-10-20"}
    assert (await alice.post(f"/v1/enrollments/{id_}/credentials", json=credential)).status_code == 201
    service = COUNSELING | {"given_on": "2026-10-20"}
    assert (await alice.post(f"/v1/enrollments/{id_}/services", json=service)).status_code == 201
    read = await bob.get(f"/v1/enrollments/{id_}")
    assert read.headers["etag"] == '"1"'
    told = read.json()
    assert (told["status"], told["planned_end"], told["reference"], told["career_path_key"]) == ("active", "2026-12-10", "W-7", "welding")
    assert told["regions"] == {"labor_market_region": "western_new_york"}
    assert [(step["kind"], step["completed_on"]) for step in told["steps"]] == [
        ("course", "2026-10-10"),
        ("credential", "2026-10-20"),
        ("work_based_learning", None),
    ]
    assert [one["name"] for one in told["credentials"]] == ["Certified Welder"]
    ended = await alice.post(f"/v1/enrollments/{id_}/completion", json={"ended_on": "2026-10-25"}, headers={"If-Match": '"1"'})
    assert ended.status_code == 201, ended.text
    assert (await bob.get(f"/v1/enrollments/{id_}")).json()["status"] == "completed"
    for outsider in (charlie, nia):
        assert (await outsider.get(f"/v1/enrollments/{id_}")).status_code == 404
        assert (await outsider.post(steps, json={"step": str(PRACTICE), "completed_on": "2026-10-21"})).status_code == 404
        assert (await outsider.post(f"/v1/enrollments/{id_}/services", json=service)).status_code == 404
        assert (await outsider.post(f"/v1/enrollments/{id_}/credentials", json=credential)).status_code == 404
        assert (await outsider.post(f"/v1/enrollments/{id_}/withdrawal", json={"ended_on": str(TODAY)})).status_code == 404
        assert (await outsider.post(f"/v1/enrollments/{id_}/void", json={"reason": "r"})).status_code == 404


async def test_enrolling_is_answered_with_where_it_is(alice: AsyncClient) -> None:
    body = {"participant": str(ANN), "career_path": str(WELDING), "started_on": str(TODAY)}
    answer = await alice.post("/v1/enrollments", json=body)
    assert answer.headers["location"] == f"/v1/enrollments/{answer.json()['id']}"


async def test_what_is_wrong_is_told_with_its_field(alice: AsyncClient) -> None:
    body = {"participant": str(BEA), "career_path": str(PHARMACY), "started_on": str(TODAY + DAY)}
    answer = await alice.post("/v1/enrollments", json=body)
    assert answer.status_code == 422
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [
        ("/started_on", "in_the_future"),
        ("/career_path", "not_offered_here"),
    ]


async def test_nobody_enters_an_exit(alice: AsyncClient) -> None:
    for path in ("services", "planned-services", "exit-reasons", "credentials"):
        answer = await alice.post(f"/v1/participants/{ANN}/{path}", json={"exit": "2026-10-01", "exit_date": "2026-10-01"})
        assert answer.status_code == 422
        assert "extra_forbidden" in codes(answer)


WRITING: dict[str, dict[str, Any]] = {
    "/v1/enrollments": {"participant": str(ANN), "career_path": str(WELDING), "started_on": str(TODAY)},
    f"/v1/participants/{ANN}/services": COUNSELING | {"given_on": str(TODAY)},
    f"/v1/participants/{ANN}/planned-services": COUNSELING | {"documented_on": str(TODAY), "planned_for": str(TODAY + DAY)},
    f"/v1/participants/{ANN}/credentials": {"name": "n", "wioa_type": "associate", "awarded_on": str(TODAY)},
    f"/v1/participants/{ANN}/exit-reasons": {"reason": "health_medical", "since": str(TODAY)},
}


@pytest.mark.parametrize("path", WRITING)
async def test_who_may_record_what_about_ann(client: Client, ground: TestDatabase, path: str) -> None:
    """The outsiders are right in everything but whom they may see. Dana names the partner; Pat may do none of it."""
    body, named = WRITING[path], path != "/v1/enrollments"
    for person in (CHARLIE, NIA):
        answer = await client(person).post(path, json=body if person is CHARLIE else body | {"partner": str(ERIE.id)})
        assert answer.status_code == (404 if named else 422), person.name
        assert named or codes(answer) == ["unknown_participant"]
    assert (await client(PAT).post(path, json=body)).status_code == 403
    assert codes(await client(DANA).post(path, json=body)) == ["partner_missing"]
    assert (await client(DANA).post(path, json=body | {"partner": str(ERIE.id)})).status_code == 201
    async with ground.reading(DANA.actor) as read:
        acts = (await read.all(select(AuditEntry.actor, AuditEntry.rows)))[1:]  # the first one took the catalogue in
    assert [tuple(act) for act in acts] == [(DANA.id, 1)]


async def test_the_state_enrolls_somebody_into_a_partners_caseload(dana: AsyncClient, charlie: AsyncClient) -> None:
    """Cal's board may not see Ann until the state says that it enrolled her."""
    assert (await charlie.get(f"/v1/participants/{ANN}/timeline")).status_code == 404
    id_ = await enrolled(dana, partner=str(MONROE.id))
    assert (await charlie.get(f"/v1/enrollments/{id_}")).status_code == 200
    assert (await charlie.get(f"/v1/participants/{ANN}/timeline")).status_code == 200


async def test_two_who_enroll_her_at_the_same_moment(ground: TestDatabase, alice: AsyncClient, bob: AsyncClient) -> None:
    """Both pass the checks; the index keeps one out, and its refusal is the check's."""
    body = {"participant": str(ANN), "career_path": str(WELDING), "started_on": str(TODAY)}
    for _ in range(5):
        answers = await asyncio.gather(*(caller.post("/v1/enrollments", json=body) for caller in (alice, bob) for _ in range(3)))
        assert sorted(answer.status_code for answer in answers) == [201, 422, 422, 422, 422, 422]
        assert all(codes(answer) == ["already_enrolled"] for answer in answers if answer.status_code == 422)
        [made] = [answer.json()["id"] for answer in answers if answer.status_code == 201]
        assert (await alice.post(f"/v1/enrollments/{made}/withdrawal", json={"ended_on": str(TODAY)})).status_code == 201
    async with ground.reading(DANA.actor) as read:
        assert await read.scalar(select(func.count()).select_from(Enrollment)) == 5


async def test_ending_twice_and_with_a_stale_etag(alice: AsyncClient) -> None:
    id_ = await enrolled(alice)
    body = {"ended_on": str(TODAY)}
    assert (await alice.post(f"/v1/enrollments/{id_}/withdrawal", json=body, headers={"If-Match": '"7"'})).status_code == 412
    answers = await asyncio.gather(*(alice.post(f"/v1/enrollments/{id_}/withdrawal", json=body) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422, 422]
    assert all(codes(answer) == ["ended_already"] for answer in answers if answer.status_code == 422)


async def test_lists_show_a_partner_its_own(
    client: Client, alice: AsyncClient, bob: AsyncClient, dana: AsyncClient, nia: AsyncClient
) -> None:
    mine = [await enrolled(alice), await enrolled(alice, participant=str(DEE), career_path=str(PHARMACY))]
    theirs = await enrolled(client(CHARLIE), participant=str(DEE))

    async def listed(caller: AsyncClient, **query: str) -> list[str]:
        answer = await caller.get("/v1/enrollments", params=query)
        assert answer.status_code == 200, answer.text
        return [item["id"] for item in answer.json()["items"]]

    for caller in (alice, bob):
        assert await listed(caller) == mine
        assert await listed(caller, partner=str(MONROE.id)) == []
    assert await listed(client(CHARLIE)) == [theirs]
    assert await listed(client(CHARLIE), participant=str(ANN)) == []
    assert await listed(nia) == []
    assert await listed(dana) == [*mine, theirs]
    assert await listed(dana, partner=str(MONROE.id)) == [theirs]
    assert await listed(dana, career_path="pharmacy") == [mine[1]]
    assert await listed(dana, participant=str(DEE)) == [mine[1], theirs]
    assert await listed(dana, system="labor_market_region", region="western_new_york") == [*mine, theirs]
    assert await listed(dana, system="labor_market_region", region="north_country") == []
    await alice.post(f"/v1/enrollments/{mine[0]}/withdrawal", json={"ended_on": str(TODAY)})
    await alice.post(f"/v1/enrollments/{mine[1]}/void", json={"reason": "a slip"})
    assert await listed(dana) == [mine[0], theirs]
    assert await listed(dana, status="active") == [theirs]
    assert await listed(dana, status="withdrawn") == [mine[0]]
    assert await listed(dana, status="voided") == [mine[1]]
    assert (await dana.get("/v1/enrollments", params={"region": "western_new_york"})).status_code == 422
    assert (await client(PAT).get("/v1/enrollments")).status_code == 403


async def test_a_list_comes_page_by_page_in_as_many_queries(ground: TestDatabase, alice: AsyncClient) -> None:
    async with ground.transaction(DANA.actor) as tx:
        path = {"career_path": WELDING, "partner": ERIE.id, "residence": world.BUFFALO, "planned_end": TODAY, "act": ANN}
        over = {"ended_on": TODAY, "ended_by": "withdrawal"}
        await tx.run(insert(Enrollment), [{"participant": ANN, "started_on": TODAY, **path, **over} for _ in range(25)])
        await tx.commit()
    seen: list[str] = []
    url: str | None = "/v1/enrollments?limit=10"
    while url:
        answer = await alice.get(url)
        seen += [item["id"] for item in answer.json()["items"]]
        url = answer.links["next"]["url"] if "next" in answer.links else None
    assert len(seen) == len(set(seen)) == 25
    assert seen == sorted(seen)


async def test_the_number_of_round_trips(alice: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three: BEGIN with the door, one statement for enrolling or reading an enrollment, COMMIT. A list costs one more, its entry."""
    trips: list[object] = []
    sent = psycopg.AsyncConnection.wait

    async def counted(self: Any, *arguments: Any, **more: Any) -> Any:
        trips.append(arguments)
        return await sent(self, *arguments, **more)

    assert (await alice.get("/v1/enrollments")).status_code == 200  # the first connection asks which database it is
    monkeypatch.setattr(psycopg.AsyncConnection, "wait", counted)
    id_ = await enrolled(alice)
    assert len(trips) == 3
    for path, needed in ((f"/v1/enrollments/{id_}", 3), ("/v1/enrollments", 4), (f"/v1/participants/{ANN}/timeline", 3)):
        trips.clear()
        assert (await alice.get(path)).status_code == 200
        assert len(trips) == needed, path


# Participations


@pytest.mark.parametrize(
    ("last", "known", "left"),
    [
        (89, None, 2),  # on the 89th day after the service, two days are left
        (90, None, 1),  # the 90th is open still
        (91, "2026-08-01", None),  # on the 91st the exit is known, and dated back
    ],
)
async def test_the_ninetieth_day(client: Client, ground: TestDatabase, last: int, known: str | None, left: int | None) -> None:
    """A service on a day, and today so many days after it."""
    given = TODAY - last * DAY
    alice = client(ALICE)
    await served(alice, given_on=str(given))
    [told] = (await alice.get(f"/v1/participants/{ANN}/participations")).json()["items"]
    assert (told["entry"], told["last_service"], told["as_of"]) == (str(given), str(given), str(TODAY))
    assert told["exit"] == (known and str(given))
    assert told["days_to_exit"] == left
    assert told["open_until"] == str(given + 90 * DAY)


async def test_why_it_began_and_what_keeps_it_open(alice: AsyncClient, bob: AsyncClient, charlie: AsyncClient, nia: AsyncClient) -> None:
    await served(alice, given_on="2026-09-01")
    await served(alice, kind="job_search_self_directed", given_on="2026-10-20")  # delays nothing
    training = await served(alice, kind="occupational_skills_training", given_on="2026-09-10")
    [told] = (await alice.get(f"/v1/participants/{ANN}/participations")).json()["items"]
    assert [(fact["kind"], fact["on"]) for fact in told["began_by"]] == [("career_counseling", "2026-09-01")]
    assert "Attachment VII" in told["began_by"][0]["citation"]
    assert [(fact["kind"], fact["until"]) for fact in told["kept_open_by"]] == [("occupational_skills_training", None)]
    assert (told["last_service"], told["open_until"], told["exit"], told["days_to_exit"]) == (None, None, None, None)
    assert (await alice.post(f"/v1/services/{training}/ending", json={"ended_on": "2026-10-01"})).status_code == 201
    plan = COUNSELING | {"documented_on": "2026-10-05", "planned_for": "2027-03-01"}
    assert (await alice.post(f"/v1/participants/{ANN}/planned-services", json=plan)).status_code == 201
    told = (await bob.get(f"/v1/participations/{told['id']}")).json()
    assert [(fact["what"], fact["on"], fact["until"]) for fact in told["kept_open_by"]] == [("planned_service", "2026-10-05", "2027-03-01")]
    assert (told["last_service"], told["open_until"], told["person"]) == ("2026-10-01", "2027-03-01", None)
    for outsider in (charlie, nia):
        assert (await outsider.get(f"/v1/participations/{told['id']}")).status_code == 404
        assert (await outsider.get(f"/v1/participants/{ANN}/participations")).status_code == 404
        assert (await outsider.post(f"/v1/services/{training}/ending", json={"ended_on": "2026-10-02"})).status_code == 404


async def test_what_another_partner_gave_keeps_it_open_without_a_name(alice: AsyncClient, client: Client, ground: TestDatabase) -> None:
    await served(alice, DEE, given_on="2026-09-01")
    await served(client(CHARLIE), DEE, given_on="2026-10-01")
    [told] = (await alice.get(f"/v1/participants/{DEE}/participations")).json()["items"]
    assert told["began_by"][0]["partner"] == str(ERIE.id)
    [other] = told["kept_open_by"]
    assert (other["on"], other["partner"], other["kind"], other["title"], other["id"]) == ("2026-10-01", None, None, None, None)


async def test_a_participation_that_follows_no_more_is_gone(alice: AsyncClient) -> None:
    service = await served(alice)
    [told] = (await alice.get(f"/v1/participants/{ANN}/participations")).json()["items"]
    assert (await alice.post(f"/v1/services/{service}/void", json={"reason": "not she"})).status_code == 200
    assert (await alice.get(f"/v1/participants/{ANN}/participations")).json()["items"] == []
    assert (await alice.get(f"/v1/participations/{told['id']}")).status_code == 410


# The timeline


async def moments(caller: AsyncClient, participant: UUID) -> list[tuple[Any, ...]]:
    answer = await caller.get(f"/v1/participants/{participant}/timeline")
    assert answer.status_code == 200, answer.text
    return [(item["on"], item["what"], item["title"], item["partner"]) for item in answer.json()["items"]]


async def test_a_timeline_tells_what_happened_and_leaves_an_entry(ground: TestDatabase, alice: AsyncClient, nia: AsyncClient) -> None:
    id_ = await enrolled(alice)
    await alice.post(f"/v1/enrollments/{id_}/step-completions", json={"step": str(COURSE), "completed_on": "2026-10-10"})
    await served(alice, given_on="2026-10-12")
    await alice.post(f"/v1/participants/{ANN}/exit-reasons", json={"reason": "health_medical", "since": "2026-10-13"})
    await alice.post(f"/v1/enrollments/{id_}/withdrawal", json={"ended_on": "2026-10-14"})
    erie = str(ERIE.id)
    assert await moments(alice, ANN) == [
        ("2020-01-01", "registration", None, erie),
        ("2026-10-01", "enrollment", "Welding", erie),
        ("2026-10-10", "step_completion", "Course", erie),
        ("2026-10-12", "service", "Career counseling, staff-assisted career guidance", erie),
        ("2026-10-13", "exit_reason", "health_medical", erie),
        ("2026-10-14", "withdrawal", "Welding", erie),
    ]
    assert (await nia.get(f"/v1/participants/{ANN}/timeline")).status_code == 404
    async with ground.reading(DANA.actor) as read:
        reads = await read.all(select(AuditEntry.actor, AuditEntry.subject, AuditEntry.rows).where(AuditEntry.verb == "read_timeline"))
    assert [tuple(entry) for entry in reads] == [(ALICE.id, ANN, 6)]


async def test_another_partners_acts_are_dates_until_it_agrees_to_share(ground: TestDatabase, alice: AsyncClient, client: Client) -> None:
    await served(client(CHARLIE), DEE, given_on="2026-10-12")
    assert (await moments(alice, DEE))[-1] == ("2026-10-12", "another_partner", None, None)
    async with ground.transaction(DANA.actor) as tx:
        shares = {"partner": MONROE.id, "with_partner": ERIE.id, "kind": "share_records", "source": "s"}
        await tx.run(insert(Agreement).values(**shares, valid_from=date(2026, 1, 1), valid_until=TODAY + DAY))
        await tx.commit()
    assert (await moments(alice, DEE))[-1][1:] == ("service", "Career counseling, staff-assisted career guidance", str(MONROE.id))
    assert (await moments(client(CHARLIE), DEE))[0][1] == "another_partner"  # Erie shares nothing
    async with ground.transaction(DANA.actor) as tx:
        await tx.run(text("UPDATE agreements SET valid_until = :today"), {"today": TODAY})
        await tx.commit()
    assert (await moments(alice, DEE))[-1][1] == "another_partner"


# Taking back


async def test_what_is_taken_back_stays_marked_with_its_reason(ground: TestDatabase, alice: AsyncClient, charlie: AsyncClient) -> None:
    id_ = await enrolled(alice)
    await alice.post(f"/v1/enrollments/{id_}/step-completions", json={"step": str(COURSE), "completed_on": "2026-10-10"})
    assert (await charlie.post(f"/v1/enrollments/{id_}/void", json={"reason": "mine"})).status_code == 404
    assert (await alice.post(f"/v1/enrollments/{id_}/void", json={"reason": "the wrong Ann"})).status_code == 200
    assert codes(await alice.post(f"/v1/enrollments/{id_}/void", json={"reason": "again"})) == ["void_already"]
    assert (await alice.get(f"/v1/enrollments/{id_}")).json()["status"] == "voided"
    async with ground.reading(DANA.actor) as read:
        entry = await read.first(select(AuditEntry.id, AuditEntry.detail).where(AuditEntry.verb == "void_enrollments"))
        assert entry is not None
        assert entry.detail == {"reason": "the wrong Ann"}
        for table in (Enrollment, StepCompletion):
            assert [row.voided_by for row in await read.all(select(table.voided_by))] == [entry.id]
    assert await enrolled(alice, reference="W-1") != id_  # and she can be enrolled again


@pytest.mark.parametrize("kind", ["services", "planned-services", "credentials", "exit-reasons"])
async def test_every_kind_can_be_taken_back(client: Client, ground: TestDatabase, kind: str) -> None:
    alice, path = client(ALICE), f"/v1/participants/{ANN}/{kind}"
    made = (await alice.post(path, json=WRITING[path])).json()["id"]
    for outsider in (CHARLIE, NIA):
        assert (await client(outsider).post(f"/v1/{kind}/{made}/void", json={"reason": "r"})).status_code == 404
    assert (await client(PAT).post(f"/v1/{kind}/{made}/void", json={"reason": "r"})).status_code == 403
    assert (await alice.post(f"/v1/{kind}/{made}/void", json={"reason": "a slip"})).status_code == 200
    assert (await alice.post(path, json=WRITING[path])).status_code == 201


async def test_the_two_states_are_apart_in_every_table(ground: TestDatabase, alice: AsyncClient) -> None:
    """With the row policies off, Nia would see all of it."""
    await enrolled(alice)
    await served(alice)
    async with ground.reading(NIA.actor) as read:
        for table in (Enrollment, Service, Participation, AuditEntry):
            assert await read.scalar(select(func.count()).select_from(table)) == 0
    async with ground.reading(DANA.actor) as read:
        for table in (Enrollment, Service, Participation, AuditEntry):
            assert await read.scalar(select(func.count()).select_from(table)) > 0


async def test_ids_come_in_the_candidates_order(ground: TestDatabase) -> None:
    """Of an act over several candidates, too: the last line is the first day."""
    days = [date(2026, 10, 31) - n * DAY for n in range(20)]
    each = " UNION ALL ".join(f"SELECT {line} AS line, date '{day}' AS given_on" for line, day in enumerate(days, start=1))
    told = f"'{CAL}'::uuid AS participant, 'career_counseling' AS kind, 'adult' AS program"
    left_out = "NULL::uuid AS partner, NULL::date AS ended_on, NULL::uuid AS enrollment"
    columns = (column("line", Integer), *(column(name, kind) for name, kind in SERVE.checks.fields.items()))
    rows = text(f"SELECT *, {told}, {left_out} FROM ({each}) AS lines ORDER BY line").columns(*columns).subquery()
    async with ground.transaction(CHARLIE.actor) as tx:
        made = await tx.all(SERVE.over(rows, Answer.EACH), act_binds(Candidates(rows, {}), CHARLIE.actor.binds, today=TODAY))
        given = {row.id: row.given_on for row in await tx.all(select(Service.id, Service.given_on))}
    assert [given[id_] for id_ in sorted(row.id for row in made)] == days
