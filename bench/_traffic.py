"""A light generator of HTTP traffic: a few connections that are kept open, a request at a time on each, and how long each took.

It speaks as much HTTP/1.1 as a server under measurement answers: a status line, headers, a body of announced length. A client that does
more would take processor time from the server, which stands on the same machine.
"""

import json
import os
import selectors
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def worked(*pids: int) -> float:
    """Seconds of processor time, user's and system's, that processes have taken so far; zero where the system does not tell (no /proc)."""
    told = (file.read_text().rsplit(")", 1)[1].split() for pid in pids if (file := Path(f"/proc/{pid}/stat")).exists())
    return sum(int(fields[11]) + int(fields[12]) for fields in told) / TICKS


@dataclass
class Measured:
    """What came of one measurement, or of several."""

    seconds: float = 0.0
    took: list[float] = field(default_factory=list, repr=False)  # seconds of each request
    last: bytes = b""  # the body of the last answer
    server: float = 0.0  # seconds of processor time of the server's process
    generator: float = 0.0  # the same of this one

    def add(self, more: "Measured") -> None:
        """Count a round in."""
        self.seconds, self.took, self.last = self.seconds + more.seconds, self.took + more.took, more.last
        self.server, self.generator = self.server + more.server, self.generator + more.generator

    @property
    def each(self) -> float:
        """Milliseconds of the server's processor time that a request took."""
        return self.server / len(self.took) * 1000

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.took) / self.seconds

    def percentile(self, share: float) -> float:
        """Milliseconds within which that share of requests was answered."""
        ordered = sorted(self.took)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000

    def __str__(self) -> str:
        rate = f"{self.rate:8,.0f}/s   p50 {self.percentile(0.5):6.2f} ms   p99 {self.percentile(0.99):6.2f} ms"
        if not self.server:
            return rate
        return f"{rate}   processor: server {self.each:5.3f} ms, generator {self.generator / len(self.took) * 1000:5.3f} ms"


def request(method: str, path: str, key: str, body: object = None, **headers: str) -> bytes:
    """A request as it goes over the wire."""
    content = b"" if body is None else json.dumps(body).encode()
    lines = [f"{method} {path} HTTP/1.1", "Host: bench", f"Authorization: Bearer {key}"]
    if content:
        lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + content


class _Connection:
    """A connection with a request under way on it."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, wire: bytes) -> None:
        self.began, self.answer, self.length = time.perf_counter(), b"", 0
        self.socket.sendall(wire)

    def answered(self) -> bool:
        """Take what has come; whether that is the whole answer."""
        came = self.socket.recv(1 << 20)
        if not came:
            raise RuntimeError("the server hung up")
        self.answer += came
        if not self.length and (end := self.answer.find(b"\r\n\r\n")) >= 0:
            head = self.answer[:end].lower() + b"\r\n"
            at = head.index(b"content-length:") + 15
            self.body = end + 4
            self.length = self.body + int(head[at : head.index(b"\r\n", at)])
        return len(self.answer) == self.length


def measure(
    port: int, requests: Iterator[bytes], *, seconds: float, status: int, connections: int = 8, server: int | None = None
) -> Measured:
    """Send requests on every connection, one after the other, for so many seconds. `server` is the process whose work is to be told."""
    measured, expected = Measured(), str(status).encode()
    watched = [] if server is None else [server]
    began, work, own = time.perf_counter(), worked(*watched), time.process_time()
    with selectors.DefaultSelector() as selector:
        for _ in range(connections):
            connection = _Connection(port)
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.send(next(requests))
        while busy := selector.get_map():
            ready = selector.select(timeout=30)
            if not ready:
                raise RuntimeError(f"{len(busy)} requests were not answered within 30 seconds")
            for key, _ in ready:
                connection = key.data
                if not connection.answered():
                    continue
                now, answer = time.perf_counter(), connection.answer
                measured.took.append(now - connection.began)
                if answer[9:12] != expected:
                    raise RuntimeError(f"answered {answer[9:12].decode()}: {answer[connection.body :][:500].decode()}")
                measured.last = answer[connection.body :]
                if now < began + seconds:
                    connection.send(next(requests))
                else:
                    selector.unregister(connection.socket)
                    connection.socket.close()
    measured.seconds, measured.server, measured.generator = time.perf_counter() - began, worked(*watched) - work, time.process_time() - own
    return measured
