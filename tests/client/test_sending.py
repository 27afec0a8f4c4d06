"""When a request is sent again and when it is not, and what becomes of answers that are odd."""

import json
from collections.abc import Callable
from datetime import date
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest

from app.client import AsyncClient, Client, ClientError, Conflict, Retry, Unavailable, Unexpected, Unreachable, problems
from app.contract.enrollments import NewEnrollment, Recorded
from app.contract.participants import ParticipantChange
from app.contract.problems import STATUS
from tests.client.conftest import Script

Scripted = Callable[..., tuple[str, Script]]
Answer = tuple[int, dict[str, str], bytes]
QUICK = Retry(times=3, first=0.001)
ID = UUID(int=7)
NEW = NewEnrollment(participant=ID, career_path=ID, started_on=date(2026, 10, 1))
DONE: Answer = (201, {"content-type": "application/json"}, Recorded(id=ID).model_dump_json().encode())
ME: Answer = (200, {}, json.dumps({"key": str(ID), "state": "us-ny", "partner": None, "role": "auditor", "permissions": []}).encode())
DRY: Answer = (200, {}, b'{"changes": [], "unchanged": {}}')


def refused(slug: str, status: int, *codes: str, **headers: str) -> Answer:
    errors = [{"pointer": "/", "code": code, "detail": "d"} for code in codes]
    body = {"type": f"/problems/{slug}", "title": "t", "status": status, "detail": "Not now.", "errors": errors}
    return status, {"content-type": "application/problem+json", **headers}, json.dumps(body).encode()


BUSY = refused("unavailable", 503)
RUNNING = refused("conflict", 409, "still_running")


def test_every_kind_of_problem_has_a_class() -> None:
    assert {**STATUS, "mistake": 500}.keys() == problems.KINDS.keys()


@pytest.mark.parametrize("slug", problems.KINDS)
def test_a_problem_is_raised_as_its_class(scripted: Scripted, slug: str) -> None:
    url, _ = scripted(refused(slug, STATUS.get(slug, 500), "one", "two"))
    with Client(url, "key", retry=Retry(times=0)) as client, pytest.raises(problems.Refusal, match="Not now") as raised:
        client.me()
    assert type(raised.value) is problems.KINDS[slug]
    assert [violation.code for violation in raised.value.violations] == ["one", "two"]


@pytest.mark.parametrize("passing", [BUSY, RUNNING, (502, {}, b"<html>"), (504, {}, b""), (429, {"retry-after": "0"}, b"slow down")])
def test_what_passes_is_sent_again_under_the_same_key(scripted: Scripted, passing: Answer) -> None:
    url, script = scripted(passing, passing, DONE)
    with Client(url, "key", retry=QUICK) as client:
        assert client.enrollments.enroll(NEW).id == ID
        assert client.enrollments.enroll(NEW).id == ID
    keys = [headers["idempotency-key"] for _, _, headers, _ in script.asked]
    assert len(keys) == 4
    assert keys[0] == keys[1] == keys[2] != keys[3]
    assert {(method, path, body) for method, path, _, body in script.asked} == {("POST", "/v1/enrollments?", script.asked[0][3])}


async def test_it_is_the_same_awaited(scripted: Scripted) -> None:
    url, script = scripted(BUSY, RUNNING, DONE)
    async with AsyncClient(url, "key", retry=QUICK) as client:
        assert (await client.enrollments.enroll(NEW)).id == ID
    assert len({headers["idempotency-key"] for _, _, headers, _ in script.asked}) == 1
    assert len(script.asked) == 3


@pytest.mark.parametrize("final", [refused("conflict", 409), refused("mistake", 500), refused("stale", 412), refused("refused", 422)])
def test_what_does_not_pass_is_sent_once(scripted: Scripted, final: Answer) -> None:
    url, script = scripted(final)
    with Client(url, "key", retry=QUICK) as client, pytest.raises(problems.Refusal):
        client.enrollments.enroll(NEW)
    assert len(script.asked) == 1


def test_it_gives_up(scripted: Scripted) -> None:
    url, script = scripted(BUSY)
    with Client(url, "key", retry=QUICK) as client, pytest.raises(Unavailable):
        client.me()
    assert len(script.asked) == 1 + QUICK.times


def test_it_waits_as_long_as_it_is_told_but_not_for_ever(scripted: Scripted) -> None:
    hour = refused("unavailable", 503, **{"retry-after": "3600"})
    url, script = scripted(hour)
    with Client(url, "key", retry=QUICK) as client, pytest.raises(Unavailable):
        client.me()
    assert len(script.asked) == 1


def test_a_moment_to_come_back_is_held_against_the_servers_own_clock(scripted: Scripted) -> None:
    told = {"retry-after": "Fri, 30 Oct 2026 13:00:00 GMT", "date": "Fri, 30 Oct 2026 12:00:00 GMT"}
    url, script = scripted((503, told, b""))
    with Client(url, "key", retry=QUICK) as client, pytest.raises(Unavailable):
        client.me()
    assert len(script.asked) == 1


def test_pauses_are_drawn_from_a_limit_that_doubles() -> None:
    longest = Retry(first=0.5, most=3.0, chance=lambda: 1.0)
    assert [longest.pause(tried) for tried in (1, 2, 3, 4, 5)] == [0.5, 1.0, 2.0, 3.0, 3.0]
    assert Retry(chance=lambda: 0.0).pause(3) == 0.0


def test_nobody_there_is_told_with_the_address() -> None:
    with Client("http://127.0.0.1:9", "key", retry=QUICK) as client, pytest.raises(Unreachable, match=r"127\.0\.0\.1:9.*Check the address"):
        client.me()


def test_a_connection_that_breaks_off_is_tried_again(scripted: Scripted) -> None:
    url, script = scripted(None, ME)
    with Client(url, "key", retry=QUICK) as client:
        assert client.me().role == "auditor"
    assert len(script.asked) == 2


def test_a_change_has_a_key_too(scripted: Scripted) -> None:
    """A change that was done and whose answer got lost would otherwise come back as stale."""
    url, script = scripted(BUSY)
    with Client(url, "key", retry=QUICK) as client, pytest.raises(Unavailable):
        client.participants.change(ID, ParticipantChange(email=None), revision=3)
    assert len({headers["idempotency-key"] for _, _, headers, _ in script.asked}) == 1
    assert {(headers["if-match"], body) for _, _, headers, body in script.asked} == {('"3"', b'{"email":null}')}


@pytest.mark.parametrize(
    "odd", [(200, {}, b"<html>Welcome</html>"), (200, {}, b"{}"), (404, {}, b"nothing here"), (302, {"location": "/"}, b"")]
)
def test_another_programs_answer_is_none(scripted: Scripted, odd: Answer) -> None:
    url, _ = scripted(odd)
    with Client(url, "key", retry=QUICK) as client, pytest.raises(Unexpected, match="Check the address"):
        client.me()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://workforce.example.gov", "Use https"),
        ("workforce.example.gov", "begins with https"),
        ("", "begins with https"),
        ("ftp://x", "https"),
    ],
)
def test_a_key_does_not_travel_in_clear(url: str, said: str) -> None:
    with pytest.raises(ClientError, match=said):
        Client(url, "key")


def test_addresses_cannot_be_led_astray(scripted: Scripted) -> None:
    url, script = scripted(refused("not-found", 404))
    with Client(url + "/v1/", "key") as client, pytest.raises(problems.NotFound):
        client.participants.get("../partners?x=1")
    assert script.asked[0][1] == "/v1/participants/../partners?x=1?"  # as one part: ASGI's path is decoded, the query is empty


def test_an_upload_begins_anew_at_every_attempt(scripted: Scripted, tmp_path: Path) -> None:
    file = tmp_path / "drawn.geojson"
    file.write_bytes(b"x" * 200_000)
    url, script = scripted(BUSY, DRY)
    with Client(url, "key", retry=QUICK) as client:
        client.regions.put_drawn("lwda", file, dry_run=True)
    assert [(len(body), headers["content-length"]) for _, _, headers, body in script.asked] == [(200_000, "200000")] * 2
    assert script.asked[0][1].endswith("?dry_run=true")


async def test_an_upload_awaited(scripted: Scripted, tmp_path: Path) -> None:
    file = tmp_path / "drawn.geojson"
    file.write_bytes(b"x" * 200_000)
    url, script = scripted(BUSY, DRY)
    async with AsyncClient(url, "key", retry=QUICK) as client:
        await client.regions.put_drawn("lwda", file)
    assert [len(body) for _, _, _, body in script.asked] == [200_000] * 2


CONTENT = b"state,region\n" * 1000
WHOLE: Answer = (200, {"content-length": str(len(CONTENT)), "etag": f'"{sha256(CONTENT).hexdigest()}"', "disclosure": "protected"}, CONTENT)
OTHER: Answer = (200, {"etag": f'"{sha256(b"another").hexdigest()}"'}, CONTENT)


def test_a_download_that_breaks_off_is_begun_anew(scripted: Scripted, tmp_path: Path) -> None:
    url, _ = scripted(None, BUSY, WHOLE)
    told: list[tuple[int, int | None]] = []
    with Client(url, "key", retry=QUICK) as client:
        came = client.releases.download(ID, "csv", tmp_path / "r.csv", progress=lambda done, of: told.append((done, of)))
    assert (came.file.read_bytes(), came.size, came.disclosure) == (CONTENT, len(CONTENT), "protected")
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert [path.name for path in tmp_path.iterdir()] == ["r.csv"]


async def test_a_download_awaited(scripted: Scripted, tmp_path: Path) -> None:
    url, _ = scripted(None, BUSY, WHOLE)
    async with AsyncClient(url, "key", retry=QUICK) as client:
        came = await client.releases.download(ID, "csv", tmp_path / "r.csv")
    assert came.file.read_bytes() == CONTENT


def test_a_file_that_is_not_what_was_announced_is_not_kept(scripted: Scripted, tmp_path: Path) -> None:
    url, _ = scripted(OTHER)
    with Client(url, "key") as client, pytest.raises(Unexpected, match="Ask for it again"):
        client.releases.download(ID, "csv", tmp_path / "r.csv")
    assert list(tmp_path.iterdir()) == []


def test_a_refused_download_leaves_no_file(scripted: Scripted, tmp_path: Path) -> None:
    url, _ = scripted(refused("conflict", 409))
    with Client(url, "key") as client, pytest.raises(Conflict):
        client.releases.download(ID, "csv", tmp_path / "r.csv")
    assert list(tmp_path.iterdir()) == []


def test_half_a_file_is_not_left_behind(scripted: Scripted, tmp_path: Path) -> None:
    url, script = scripted(None)
    with Client(url, "key", retry=QUICK) as client, pytest.raises(Unreachable):
        client.releases.download(ID, "csv", tmp_path / "r.csv")
    assert len(script.asked) == 1 + QUICK.times
    assert list(tmp_path.iterdir()) == []
