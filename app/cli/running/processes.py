"""The processes of an installation: the server, and its worker as a child that ends when it does."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
import typer
import uvicorn

from app.cli.running.surroundings import here
from app.core.errors import Unavailable
from app.main import create_app, warmed
from app.worker import work

log = structlog.get_logger()

ANSWERING_SECONDS = 20  # requests under way get this long to be answered
WORKING_SECONDS = 75  # jobs under way: a little longer than the worker gives them itself
AGAIN_SECONDS = 2  # a worker that died is started again after this long


def serve_until_stopped(host: str, port: int, *, with_worker: bool) -> None:
    """Serve on `host:port` until SIGTERM or Ctrl-C: then answer what is under way, end the worker, and leave the database."""
    with here(log=True) as installation, _listening(host, port) as listener:
        server = uvicorn.Server(
            uvicorn.Config(
                warmed(create_app(installation.settings, database_url=installation.database_url)),
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=ANSWERING_SECONDS,
            )
        )
        address = f"http://{host}:{listener.getsockname()[1]}"
        typer.echo(f"Serving on {address}, described on {address}/docs. Ctrl-C ends it.", err=True)
        with _worker() if with_worker else _nothing():
            try:
                server.run(sockets=[listener])
            except KeyboardInterrupt:  # uvicorn has ended in order and says again why
                typer.echo("Ended.", err=True)
        if not server.started:
            raise Unavailable("The server did not start; the log above says why.")


@contextmanager
def _nothing() -> Iterator[None]:
    yield


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    """The open port. Raises `Unavailable` if somebody else has it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=2048)
    except OSError as failed:
        raise Unavailable(f"Cannot listen on {host}:{port}: {failed.strerror or failed}. Name another with --port.") from failed
    with listener:
        yield listener


@contextmanager
def _worker() -> Iterator[None]:
    """A worker as a child process. It is started again if it dies, and ends with this process however that ends."""
    ending = threading.Event()

    def look_after() -> None:
        while not ending.is_set():
            with _start() as child:
                while child.poll() is None and not ending.wait(0.2):
                    pass
                if child.poll() is None:
                    _end(child)
            if not ending.is_set():
                log.error("worker died", code=child.returncode)
                ending.wait(AGAIN_SECONDS)

    keeper = threading.Thread(target=look_after, name="keeper of the worker")
    keeper.start()
    try:
        yield
    finally:
        ending.set()
        keeper.join()


def _start() -> subprocess.Popen[bytes]:
    """Start a worker in a session of its own: a Ctrl-C in the terminal is for us, who end it in order."""
    command = [sys.executable, "-m", "app.cli", "worker", "--with-parent"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)  # noqa: S603 - our own


def _end(child: subprocess.Popen[bytes]) -> None:
    """Have a worker finish its jobs and end; one that does not is killed, and its jobs are taken up again by another."""
    child.terminate()
    try:
        child.wait(WORKING_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def work_until_stopped(*, with_parent: bool) -> None:
    """Do jobs until SIGTERM or Ctrl-C, or, `with_parent`, until the process that started this one is gone."""
    if with_parent:
        threading.Thread(target=_end_with_parent, daemon=True).start()
    with here(log=True) as installation:
        asyncio.run(work(installation.settings, installation.database_url))


def _end_with_parent() -> None:
    """The parent holds the other end of our standard input, and says nothing; the kernel closes it however the parent ends."""
    while os.read(sys.stdin.fileno(), 64):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(WORKING_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)
