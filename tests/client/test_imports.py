"""The client sends a table and waits: over a really served application and a worker; what it is told while it waits."""

import asyncio
import csv
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.client import AsyncClient, Conflict, Invalid, NotFound
from app.contract.imports import Import
from app.core.settings import Settings
from app.imports.tasks import QUEUE
from app.worker import work
from tests.client.conftest import Of
from tests.conftest import TODAY, TestDatabase
from tests.imports.test_by_http import ADA, BEN, CAM
from tests.imports.working import table, worked
from tests.people import ALICE, BOB, CHARLIE, NIA


@pytest.fixture
def working(lived_in: TestDatabase, settings: Settings) -> Iterator[None]:
    """A worker, for as long as the test takes."""
    ending = threading.Event()

    async def until_then() -> None:
        while not ending.is_set():
            await work(settings.model_copy(update={"today": TODAY}), lived_in.url, until_done=True, queues=[QUEUE])
            await asyncio.sleep(0.1)

    thread = threading.Thread(target=lambda: asyncio.run(until_then()))
    thread.start()
    yield
    ending.set()
    thread.join()


@pytest.fixture
def people(tmp_path: Path) -> Path:
    file = tmp_path / "people.csv"
    file.write_bytes(table(ADA, BEN, CAM))
    return file


def mend(file: Path) -> None:
    """Put right what the reasons say."""
    with file.open(encoding="utf-8-sig", newline="") as before:
        rows = [row | {"birth_date": "1980-12-01", "sex": "male"} for row in csv.DictReader(before)]
    file.write_bytes(table(*rows))


def test_a_table_is_checked_mended_and_taken_in(of: Of, working: None, people: Path, tmp_path: Path) -> None:
    alice, told, sent = of(ALICE), list[Import](), list[tuple[int, int | None]]()
    begun = alice.imports.send(people, "participants", dry_run=True, progress=lambda done, all_: sent.append((done, all_)))
    assert sent[-1] == (people.stat().st_size, people.stat().st_size)
    checked = alice.imports.wait(begun.id, told=told.append, every=0.05)
    assert (checked.status, checked.rows, checked.refused) == ("refused", 3, 1)
    assert told[-1] == checked
    assert [(one.line, one.field) for one in checked.mistakes] == [(4, "birth_date")]
    mistakes = alice.imports.download_mistakes(checked.id, tmp_path / "mistakes.csv")
    good = alice.imports.wait(alice.imports.apply(checked.id, policy="good").id, every=0.05)
    assert (good.status, good.made, good.refused_rows) == ("merged", 2, 1)
    mend(mistakes.file)
    done = alice.imports.wait(alice.imports.send(mistakes.file, "participants").id, every=0.05)
    assert (done.status, done.made) == ("merged", 1)
    assert {one.first_name for one in of(BOB).participants.list("Importson")} == {"Ada", "Ben", "Cam"}
    with pytest.raises(Conflict):
        alice.imports.cancel(done.id)
    for outsider in (CHARLIE, NIA):
        assert list(of(outsider).participants.list("Importson")) == []
        with pytest.raises(NotFound):
            of(outsider).imports.get(done.id)


def test_a_key_of_ones_own_begins_one_import(of: Of, people: Path) -> None:
    alice = of(ALICE)
    first = alice.imports.send(people, "participants", once="the file of today")
    assert alice.imports.send(people, "participants", once="the file of today").id == first.id
    assert alice.imports.cancel(first.id).status == "cancelled"
    assert alice.imports.wait(first.id).status == "cancelled"


def test_a_template_and_what_is_no_table(of: Of, tmp_path: Path) -> None:
    template = of(ALICE).imports.download_template("services", tmp_path / "services.csv")
    assert template.file.read_text(encoding="utf-8-sig").startswith("partner,of,participant,kind,")
    with pytest.raises(Invalid, match="missing"):
        of(ALICE).imports.send(template.file, "enrollments")


async def test_it_is_awaited_just_so(served: str, working: None, people: Path) -> None:
    async with AsyncClient(served, ALICE.key) as alice:
        begun = await alice.imports.send(people, "participants", policy="good")
        done = await alice.imports.wait(begun.id, every=0.05)
    assert (done.status, done.made) == ("merged", 2)


def test_events_tell_how_far_it_is_and_end(served: str, lived_in: TestDatabase, settings: Settings, of: Of, people: Path) -> None:
    begun = of(ALICE).imports.send(people, "participants")
    events: list[tuple[str, Import]] = []
    worker: threading.Thread | None = None
    address = f"{served}/v1/imports/{begun.id}/events"
    with httpx.stream("GET", address, headers=ALICE.headers, timeout=60) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        event = ""
        for line in answer.iter_lines():
            if line.startswith("event: "):
                event = line.removeprefix("event: ")
            elif line.startswith("data: "):
                events.append((event, Import.model_validate(json.loads(line.removeprefix("data: ")))))
                if worker is None:  # it waits, and is told so; now somebody does it
                    worker = threading.Thread(target=asyncio.run, args=(worked(lived_in, settings),))
                    worker.start()
    assert worker is not None
    worker.join()
    assert [name for name, _ in events[:-1]] == ["progress"] * (len(events) - 1)
    assert (events[0][1].status, events[-1][0], events[-1][1].status) == ("queued", "end", "refused")
    for outsider in (CHARLIE, NIA):
        assert httpx.get(address, headers=outsider.headers).status_code == 404
