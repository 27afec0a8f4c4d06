"""A call by the client beside the same request by bare httpx, sync and async: reading one thing, a page of a list, and recording.

The bare one sends the same headers and body, and parses JSON; the client also makes types of it, watches for what may be sent again, and
makes an Idempotency-Key. "took" is what the caller waits, "worked" what the caller's own processor did meanwhile. One connection, one
call at a time, in turns, so that a busy moment of the machine hits both.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from uuid import uuid4

import httpx

from app.client import AsyncClient, Client
from app.contract.enrollments import NewEnrollment
from app.core.embedded import APP_ROLE, exit_on_signals, start
from bench.requests import DAY, PATH, furnish, served

AIM = 1.3
ROUNDS = 20
Call = Callable[[], object]
Turn = tuple[float, float]  # seconds a call: from asking to the answer, and of this process's own work
Awaited = Callable[[], Awaitable[object]]


def run(args: argparse.Namespace) -> None:
    """Serve the product, and make the same calls both ways."""
    exit_on_signals()
    people = min(args.people, 20_000)
    with tempfile.TemporaryDirectory(prefix="wf") as folder, start(Path(folder)) as server:
        key, known = furnish(server, "product", people)
        here = {"WORKFORCE_DATABASE_URL": server.url("product", APP_ROLE), "WORKFORCE_DATA_FOLDER": folder, "WORKFORCE_TODAY": "2026-10-31"}
        with served(Path(folder), "app.cli", "serve", "--no-worker", "--port", "0", WORKFORCE_LOG_LEVEL="error", **here) as serving:
            url = f"http://127.0.0.1:{serving.port}"
            print(f"{people:,} people; {args.seconds:.0f} seconds each; milliseconds a call, median of {ROUNDS} turns; aim {AIM}\n")
            compare(url, key, known, args.seconds)
            asyncio.run(compare_awaited(url, key, known[0], args.seconds))


def compare(url: str, key: str, known: list[str], seconds: float) -> None:
    """Sync: one, a page, and recording."""
    headers = {"Authorization": f"Bearer {key}"}
    ours, theirs = iter(known[: len(known) // 2]), iter(known[len(known) // 2 :])
    with Client(url, key) as client, httpx.Client(base_url=url, headers=headers) as http:

        def enroll(some: Iterator[str]) -> None:
            new = NewEnrollment.model_validate({"participant": next(some), "career_path": PATH, "started_on": DAY})
            client.enrollments.enroll(new)

        def post(some: Iterator[str]) -> None:
            body = {"participant": next(some), "career_path": str(PATH), "started_on": DAY}
            done = http.post("/v1/enrollments", json=body, headers={"Idempotency-Key": str(uuid4())})
            assert done.status_code == 201
            done.json()

        def first_page() -> None:
            people = client.participants.list(limit=100)
            for _ in range(100):
                next(people)

        show("me", client.me, lambda: http.get("/v1/me").json(), seconds)
        one = f"/v1/participants/{known[0]}"
        show("one participant", lambda: client.participants.get(known[0]), lambda: http.get(one).json(), seconds)
        show("100 participants", first_page, lambda: http.get("/v1/participants?limit=100").json(), seconds)
        show("enroll", lambda: enroll(ours), lambda: post(theirs), seconds)


async def compare_awaited(url: str, key: str, known: str, seconds: float) -> None:
    """Async: one."""
    headers = {"Authorization": f"Bearer {key}"}
    async with AsyncClient(url, key) as client, httpx.AsyncClient(base_url=url, headers=headers) as http:

        async def bare() -> object:
            return (await http.get(f"/v1/participants/{known}")).json()

        async def turn(call: Awaited, until: float) -> Turn:
            took: list[float] = []
            work = time.process_time()
            while time.perf_counter() < until or not took:
                began = time.perf_counter()
                await call()
                took.append(time.perf_counter() - began)
            return statistics.median(took), (time.process_time() - work) / len(took)

        async def both() -> tuple[Turn, Turn]:
            ours = await turn(lambda: client.participants.get(known), time.perf_counter() + seconds / ROUNDS)
            return ours, await turn(bare, time.perf_counter() + seconds / ROUNDS)

        pairs = [await both() for _ in range(ROUNDS + 1)]
        tell("one, awaited", pairs[1:])


def show(what: str, ours: Call, bare: Call, seconds: float) -> None:
    """Both in turns; the first turn warms up."""

    def turn(call: Call) -> Turn:
        took: list[float] = []
        work, until = time.process_time(), time.perf_counter() + seconds / ROUNDS
        while time.perf_counter() < until or len(took) < 3:
            began = time.perf_counter()
            call()
            took.append(time.perf_counter() - began)
        return statistics.median(took), (time.process_time() - work) / len(took)

    tell(what, [(turn(ours), turn(bare)) for _ in range(ROUNDS + 1)][1:])


def tell(what: str, pairs: list[tuple[Turn, Turn]]) -> None:
    """Medians of what a call took and of this side's own work, and their ratios."""
    said = [f"{what:18}"]
    for name, which in (("took", 0), ("worked", 1)):
        ours, bare = (statistics.median(pair[side][which] for pair in pairs) * 1000 for side in (0, 1))
        said.append(f"{name}: client {ours:7.3f}  bare httpx {bare:7.3f}  ratio {ours / bare:.2f}")
    print("   ".join(said), flush=True)
