"""The client against the served application: what an agency does, what it is refused, and that others see nothing of it."""

import json
from datetime import date
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx import ASGITransport
from httpx import AsyncClient as Http
from pydantic import SecretStr

from app.client import AsyncClient, Client, Forbidden, NotFound, Refusal, Refused, Stale, Unauthenticated
from app.contract.employment import NewEmploymentRecord
from app.contract.enrollments import (
    Ending,
    NewCredential,
    NewCredentialOfEnrollment,
    NewEnrollment,
    NewPlannedService,
    NewService,
    NewServiceOfEnrollment,
    NewStepCompletion,
)
from app.contract.participants import Address, NewParticipant, ParticipantChange
from tests.client.conftest import Of
from tests.conftest import TODAY, TestDatabase
from tests.enrollments.world import ANN, BEA, CAL, COURSE, DEE, EVE, EXAM, WELDING
from tests.people import ALICE, BOB, CHARLIE, DANA, NIA, PAT

NUMBER = "219-09-9998"
GRACE = NewParticipant(
    first_name="Grace",
    last_name="Example",
    birth_date=date(1991, 2, 3),
    residence=Address(county="36029"),
    ssn=SecretStr(NUMBER),
    reference="G-1",
)
OUTSIDERS = (CHARLIE, NIA)
BEGAN = date(2026, 10, 1)
COUNSELING = NewServiceOfEnrollment(kind="career_counseling", program="adult", given_on=TODAY)
CERTIFICATE = NewCredentialOfEnrollment(name="Certified Welder", wioa_type="occupational_certification", awarded_on=TODAY)


def test_everybody_learns_who_they_are(of: Of) -> None:
    assert of(ALICE).me().role == "board_staff"
    assert of(NIA).me().state == "us-nj"


def test_a_learner_on_her_way(of: Of) -> None:
    """Registered, enrolled, served, step by step to the end; her board sees all of it, another board and another state nothing."""
    alice = of(ALICE)
    grace = alice.participants.register(GRACE)
    assert grace.ssn_known
    assert NUMBER not in grace.model_dump_json()
    made = alice.enrollments.enroll(NewEnrollment(participant=grace.id, career_path=WELDING, started_on=BEGAN)).id
    for step in (COURSE, EXAM):
        alice.enrollments.complete_step(made, NewStepCompletion(step=step, completed_on=TODAY))
    alice.services.record_enrolled(made, COUNSELING)
    alice.services.record(grace.id, NewService(kind="career_counseling", program="adult", given_on=BEGAN))
    later = NewPlannedService(kind="career_counseling", program="adult", documented_on=TODAY, planned_for=date(2026, 12, 1))
    alice.planned_services.record(grace.id, later)
    alice.credentials.record_enrolled(made, CERTIFICATE)
    alice.credentials.record(grace.id, NewCredential(name="Forklift operator", wioa_type="not_recognized", awarded_on=TODAY))
    work = NewEmploymentRecord.model_validate({"quarter": "2026Q2", "employer": "16-0743966", "source": "supplemental", "wages": "9000.00"})
    assert alice.employment_records.record(grace.id, work).quarter == "2026Q2"
    alice.enrollments.complete(made, Ending(ended_on=TODAY))

    bob = of(BOB)
    read = bob.enrollments.get(made)
    assert (read.status, [step.completed_on for step in read.steps]) == ("completed", [TODAY, TODAY, None])
    assert [one.name for one in read.credentials] == ["Certified Welder"]
    happened = [moment.what for moment in bob.participants.timeline(grace.id)]
    assert {"enrollment", "service", "step_completion", "credential"} <= set(happened)
    [period] = bob.participants.participations(grace.id)
    assert (period.entry, period.exit) == (BEGAN, None)
    assert [one.quarter for one in bob.employment_records.list(grace.id)] == ["2026Q2"]
    assert [one.id for one in bob.participants.list("G-1")] == [grace.id]
    assert [one.id for one in bob.enrollments.list(participant=grace.id)] == [made]
    for outsider in OUTSIDERS:
        other = of(outsider)
        assert list(other.participants.list("Grace Example")) == []
        assert list(other.enrollments.list(participant=grace.id)) == []
        with pytest.raises(NotFound):
            other.participants.get(grace.id)
        for walked in (other.participants.timeline, other.participants.participations, other.employment_records.list):
            with pytest.raises(NotFound):
                next(iter(walked(grace.id)))
        with pytest.raises(NotFound):
            other.enrollments.get(made)
        with pytest.raises(NotFound):
            other.credentials.record_enrolled(made, CERTIFICATE)


def test_lists_are_walked_page_by_page(of: Of) -> None:
    alice = of(ALICE)
    everybody = [one.id for one in alice.participants.list(limit=1)]
    assert everybody == [ANN, BEA, DEE, EVE]
    assert [one.id for one in alice.participants.list()] == everybody
    assert [one.id for one in of(CHARLIE).participants.list(limit=1)] == [CAL, DEE]
    assert list(of(NIA).participants.list(limit=1)) == []


def test_a_refusal_names_every_field(of: Of) -> None:
    with pytest.raises(Refused) as refused:
        of(ALICE).enrollments.enroll(NewEnrollment(participant=CAL, career_path=WELDING, started_on=date(2027, 1, 1)))
    assert refused.value.has("unknown_participant")
    [violation] = [one for one in refused.value.violations if one.code == "unknown_participant"]
    assert (violation.pointer, "Register the person first" in violation.detail) == ("/participant", True)
    assert refused.value.instance


def test_who_may_not_is_told_so(of: Of, served: str) -> None:
    with pytest.raises(Forbidden):
        of(PAT).participants.get(ANN)
    with Client(served, "wf_nobody") as nobody, pytest.raises(Unauthenticated, match="Bearer"):
        nobody.me()


def test_a_change_on_an_old_revision_is_stale(of: Of) -> None:
    alice = of(ALICE)
    read = alice.participants.get(ANN)
    changed = alice.participants.change(ANN, ParticipantChange(last_name="Changed"), revision=read.revision)
    assert (changed.last_name, changed.first_name, changed.revision) == ("Changed", "Ann", read.revision + 1)
    with pytest.raises(Stale):
        of(BOB).participants.change(ANN, ParticipantChange(last_name="Late"), revision=read.revision)
    for outsider in OUTSIDERS:
        with pytest.raises(NotFound):
            of(outsider).participants.change(ANN, ParticipantChange(last_name="Mine"))
    assert of(BOB).participants.get(ANN).last_name == "Changed"


def test_a_key_of_ones_own_records_once(of: Of) -> None:
    """Two programs, or one that began again, and one enrollment. Another key is another request, which is refused: she is enrolled."""
    new = NewEnrollment(participant=ANN, career_path=WELDING, started_on=BEGAN)
    alice = of(ALICE)
    first = alice.enrollments.enroll(new, once="line 7 of today's file")
    assert alice.enrollments.enroll(new, once="line 7 of today's file") == first
    with pytest.raises(Refused) as refused:
        alice.enrollments.enroll(new)
    assert refused.value.has("already_enrolled")
    assert len(list(alice.enrollments.list(participant=ANN))) == 1


def test_definitions_are_read_by_all_and_only_in_their_state(of: Of) -> None:
    assert [(one.key, one.status) for one in of(PAT).career_paths.list(on=TODAY)] == [("pharmacy", "published"), ("welding", "published")]
    assert of(ALICE).career_paths.get("welding", on=TODAY).id == WELDING
    assert [one.key for one in of(ALICE).regions.systems()] == ["labor_market_region"]
    assert "erie_board" in [one.key for one in of(DANA).partners.list()]
    assert of(ALICE).partners.get("erie_board").kind == "workforce_board"
    assert len(of(ALICE).services.catalogue().items) > 10
    nia = of(NIA)
    assert list(nia.career_paths.list()) == []
    assert list(nia.partners.list()) == []
    with pytest.raises(NotFound):
        nia.career_paths.get("welding")


def test_a_region_is_never_guessed(of: Of) -> None:
    assert of(ALICE).regions.locate(county="36029", on=TODAY).on == TODAY
    with pytest.raises(Refusal, match="Ask by"):
        of(ALICE).regions.locate()


async def test_the_same_awaited(app: FastAPI, own_db: TestDatabase) -> None:
    def of(key: str) -> AsyncClient:
        http = Http(transport=ASGITransport(app), base_url="http://testserver", headers={"Authorization": f"Bearer {key}"})
        return AsyncClient(http=http)

    alice, charlie = of(ALICE.key), of(CHARLIE.key)
    grace = await alice.participants.register(GRACE)
    assert [one.id async for one in alice.participants.list(limit=1)] == [grace.id]
    assert [one async for one in charlie.participants.list(limit=1)] == []
    assert [one async for one in of(NIA.key).participants.list()] == []
    with pytest.raises(NotFound):
        await charlie.participants.get(grace.id)


def test_files_go_and_come_in_pieces(of: Of, tmp_path: Path) -> None:
    """A state's regions as they are drawn: sent, read again as a file; others may read and not write, another state has none."""
    square = [[[-79.0, 42.0], [-78.0, 42.0], [-78.0, 43.0], [-79.0, 43.0], [-79.0, 42.0]]]
    drawn = tmp_path / "counties.geojson"
    feature = {"type": "Feature", "properties": {"code": "36029", "name": "Erie"}, "geometry": {"type": "Polygon", "coordinates": square}}
    whole = {"type": "FeatureCollection", "valid_from": "2020-01-01", "source": "a test", "features": [feature]}
    drawn.write_text(json.dumps(whole))
    dana, told = of(DANA), list[tuple[int, int | None]]()
    plan = dana.regions.put_drawn("labor_market_region", drawn, dry_run=True, progress=lambda done, size: told.append((done, size)))
    assert plan.changes
    assert told[-1] == (drawn.stat().st_size, drawn.stat().st_size)
    with pytest.raises(Forbidden):
        of(ALICE).regions.put_drawn("labor_market_region", drawn)
    dana.regions.put_drawn("labor_market_region", drawn)
    came = of(ALICE).regions.download("labor_market_region", tmp_path / "came.geojson", on=TODAY)
    assert came.size == came.file.stat().st_size
    assert [one["properties"]["code"] for one in json.loads(came.file.read_text())["features"]] == ["36029"]
    with pytest.raises(NotFound):
        of(NIA).regions.download("labor_market_region", tmp_path / "theirs.geojson")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["came.geojson", "counties.geojson"]
