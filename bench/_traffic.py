"""A light generator of HTTP traffic: a few connections that are kept open, a request at a time on each, and how long each took.

It speaks as much HTTP/1.1 as a server under measurement answers: a status line, headers, a body of announced length. A client that does
more would take processor time from the server, which stands on the same machine.
"""

import asyncio
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Measured:
    """What came of one measurement."""

    seconds: float
    took: list[float] = field(repr=False)  # seconds of each request
    last: bytes = b""  # the body of the last answer

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.took) / self.seconds

    def percentile(self, share: float) -> float:
        """Milliseconds within which that share of requests was answered."""
        ordered = sorted(self.took)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000

    def __str__(self) -> str:
        return f"{self.rate:8,.0f}/s   p50 {self.percentile(0.5):6.2f} ms   p99 {self.percentile(0.99):6.2f} ms"


def request(method: str, path: str, key: str, body: object = None, **headers: str) -> bytes:
    """A request as it goes over the wire."""
    content = b"" if body is None else json.dumps(body).encode()
    lines = [f"{method} {path} HTTP/1.1", "Host: bench", f"Authorization: Bearer {key}"]
    if content:
        lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + content


async def _connection(port: int, requests: Iterator[bytes], until: float, expected: bytes, measured: Measured) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        while time.perf_counter() < until:
            began = time.perf_counter()
            writer.write(next(requests))
            head = await reader.readuntil(b"\r\n\r\n")
            at = head.lower().index(b"content-length:") + 15
            body = await reader.readexactly(int(head[at : head.index(b"\r\n", at)]))
            measured.took.append(time.perf_counter() - began)
            if head[9:12] != expected:
                raise RuntimeError(f"answered {head[9:12].decode()}: {body[:500].decode()}")
            measured.last = body
    finally:
        writer.close()


async def measure(port: int, requests: Iterator[bytes], *, seconds: float, status: int, connections: int = 8) -> Measured:
    """Send requests on every connection, one after the other, for so many seconds."""
    began = time.perf_counter()
    measured = Measured(seconds, [])
    each = (_connection(port, requests, began + seconds, str(status).encode(), measured) for _ in range(connections))
    await asyncio.gather(*each)
    measured.seconds = time.perf_counter() - began
    return measured
