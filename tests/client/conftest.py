"""A really served application, for a client that waits; and a server that answers as a test has written down."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from sqlalchemy import insert

from app.career_paths.models import TargetOccupation
from app.client import Client, Retry
from app.core.db import Database
from app.core.settings import Settings
from app.labor_market.models import Occupation
from app.main import create_app
from tests.conftest import CLOCK, TestDatabase
from tests.enrollments import world
from tests.people import DANA, Person


@contextmanager
def serving(application: Any) -> Iterator[str]:
    """The address of an application that is served in a thread of its own."""
    told: dict[str, Any] = {"log_level": "error", "access_log": False, "date_header": False, "timeout_graceful_shutdown": 1}
    config = uvicorn.Config(application, host="127.0.0.1", port=0, **told)
    server = uvicorn.Server(config)
    failed: list[BaseException] = []

    def run() -> None:
        try:
            asyncio.run(server.serve())
        except BaseException as error:  # noqa: BLE001 - told to the test
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), failed
            threading.Event().wait(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def lived_in(own_db: TestDatabase) -> TestDatabase:
    """A database of the test's own in which the world of tests/enrollments/world.py is there."""

    async def lay() -> None:
        database = Database(own_db.url, pool=1)
        async with database.transaction(DANA.actor) as tx:
            await world.lay(tx)
            await tx.run(insert(Occupation).values(system="soc_2018", code="51-4121", title="Welders"))
            await tx.run(insert(TargetOccupation).values(career_path=world.WELDING, system="soc_2018", code="51-4121", position=1))
            await tx.commit()
        await database.close()

    asyncio.run(lay())
    return own_db


@pytest.fixture
def served(lived_in: TestDatabase, settings: Settings) -> Iterator[str]:
    """The address of the application over `lived_in`."""
    application: FastAPI = create_app(settings, database_url=lived_in.url, clock=CLOCK)
    with serving(application) as url:
        yield url


@dataclass
class Script:
    """Answers in the order in which they are given, the last one for ever, and what was asked."""

    answers: list[tuple[int, dict[str, str], bytes] | None] = field(default_factory=list)
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.asked.append((scope["method"], scope["path"] + "?" + scope["query_string"].decode(), headers, body))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer is None:  # announce more than comes: the connection breaks off
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
            await send({"type": "http.response.body", "body": b"half", "more_body": True})
            raise ConnectionResetError
        status, told, content = answer
        await send({"type": "http.response.start", "status": status, "headers": [(k.encode(), v.encode()) for k, v in told.items()]})
        await send({"type": "http.response.body", "body": content})


@pytest.fixture
def scripted() -> Iterator[Callable[..., tuple[str, Script]]]:
    """`url, script = scripted(answer, …)`: a server that gives these answers; None breaks off in the middle."""
    opened: list[Any] = []

    def start(*answers: tuple[int, dict[str, str], bytes] | None) -> tuple[str, Script]:
        script = Script(list(answers))
        context = serving(script)
        opened.append(context)
        return context.__enter__(), script

    yield start
    for context in opened:
        context.__exit__(None, None, None)


Of = Callable[[Person], Client]


@pytest.fixture
def of(served: str) -> Iterator[Of]:
    """`of(ALICE)`: Alice's client of the served application."""
    opened: list[Client] = []

    def client(person: Person) -> Client:
        opened.append(Client(served, person.key, retry=Retry(first=0.01)))
        return opened[-1]

    yield client
    for each in opened:
        each.close()
