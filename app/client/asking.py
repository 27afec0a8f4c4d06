"""Requests and answers as values, without anybody who sends them: what sync and async share.

Ask       a request, and the type of its answer
Listing   a list, page by page
Watch     something that takes a while, until it is over
Fetch     a file to be written while it comes
"""

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel, SecretStr, ValidationError

from app.client.problems import Unexpected

Id = uuid.UUID | str
Progress = Callable[[int, int | None], None]
"""Told how many bytes have gone so far, and of how many, if that is known."""

Answer = TypeVar("Answer", bound=BaseModel)
Item_co = TypeVar("Item_co", covariant=True)
Item = TypeVar("Item")
PIECE = 1 << 16
JSON = "application/json"


def at(*parts: object) -> str:
    """The address of something: `at("participants", id, "services")`. No part can lead elsewhere."""
    return "/v1/" + "/".join(quote(str(part), safe="") for part in parts)


def query(**asked: object) -> dict[str, str]:
    """What stands after the question mark; what is None does not."""
    return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in asked.items() if value is not None}


def written(body: BaseModel) -> dict[str, Any]:
    """A body as it is sent: what was set, and secrets in clear. It is to be sent and not to be shown."""
    told = body.model_dump(mode="json", exclude_unset=True)
    for name in body.model_fields_set:
        if isinstance(value := getattr(body, name), SecretStr):
            told[name] = value.get_secret_value()
    return told


@dataclass(frozen=True)
class Upload:
    """A file to be sent as a body, piece by piece, from its beginning at every attempt."""

    file: Path
    media_type: str
    progress: Progress | None = None

    @property
    def size(self) -> int:
        """Its bytes."""
        return self.file.stat().st_size

    def pieces(self) -> Iterator[bytes]:
        """Its content."""
        done, size = 0, self.size
        with self.file.open("rb") as content:
            while piece := content.read(PIECE):
                yield piece
                done += len(piece)
                if self.progress:
                    self.progress(done, size)


@dataclass(frozen=True)
class Ask(Generic[Answer]):
    """A request. `once` is its Idempotency-Key: made with it, so that every attempt has the same."""

    method: str
    path: str
    answer: type[Answer]
    query: Mapping[str, str]
    body: BaseModel | None = None
    upload: Upload | None = None
    once: str | None = None
    revision: int | None = None
    later: bool = False  # whether the server may answer before it is done

    @property
    def repeatable(self) -> bool:
        """Whether sending it again cannot do it twice."""
        return self.once is not None or self.method in ("GET", "PUT", "DELETE")

    @property
    def headers(self) -> dict[str, str]:
        """Those that are its own."""
        told = {}
        if self.once is not None:
            told["Idempotency-Key"] = self.once
        if self.revision is not None:
            told["If-Match"] = f'"{self.revision}"'
        if self.later:
            told["Prefer"] = "respond-async"
        if self.upload is not None:
            told |= {"Content-Type": self.upload.media_type, "Content-Length": str(self.upload.size)}
        return told

    def read(self, response: httpx.Response) -> Answer:
        """The answer out of a success. Raises `Unexpected` if it is of another shape."""
        try:
            return self.answer.model_validate_json(response.content)
        except ValidationError as odd:
            raise Unexpected(
                f"The answer to {self.method} {self.path} is not of the shape that this client knows. Check the address, or bring the "
                "client to the server's version."
            ) from odd


def get(path: str, answer: type[Answer], **asked: object) -> Ask[Answer]:
    """Read something."""
    return Ask("GET", path, answer, query(**asked))


def post(path: str, body: BaseModel, answer: type[Answer], *, once: str | None, revision: int | None = None) -> Ask[Answer]:
    """Record something, once however often it is sent: under `once`, or a key that is made here."""
    return Ask("POST", path, answer, {}, body, once=once or str(uuid.uuid4()), revision=revision)


def patch(path: str, body: BaseModel, answer: type[Answer], *, once: str | None, revision: int | None = None) -> Ask[Answer]:
    """Change something, once however often it is sent."""
    return Ask("PATCH", path, answer, {}, body, once=once or str(uuid.uuid4()), revision=revision)


def put(path: str, body: BaseModel | Upload, answer: type[Answer], **asked: object) -> Ask[Answer]:
    """Let something be so."""
    if isinstance(body, Upload):
        return Ask("PUT", path, answer, query(**asked), upload=body)
    return Ask("PUT", path, answer, query(**asked), body)


def send(path: str, upload: Upload, answer: type[Answer], *, once: str | None, **asked: object) -> Ask[Answer]:
    """Send a file to be taken in, once however often it is sent."""
    return Ask("POST", path, answer, query(**asked), upload=upload, once=once or str(uuid.uuid4()))


@dataclass(frozen=True)
class Watch(Generic[Answer]):
    """Something that takes a while: asked for again, every so many seconds, until it is over. `told` is called with each answer."""

    ask: Ask[Answer]
    over: Callable[[Answer], bool]
    told: Callable[[Answer], None] | None = None
    every: float = 0.5

    def ends(self, answer: Answer) -> bool:
        """Whether this answer is the last; tells of it."""
        if self.told is not None:
            self.told(answer)
        return self.over(answer)


class PageOf(Protocol[Item_co]):
    """A page of a list, as every list of the contract has it."""

    @property
    def items(self) -> Sequence[Item_co]: ...
    @property
    def next(self) -> str | None: ...


@dataclass(frozen=True)
class Listing(Generic[Item]):
    """A list. `path` and `query` are those of its first page."""

    path: str
    page: Callable[[httpx.Response], PageOf[Item]]
    query: Mapping[str, str]

    def after(self, page: PageOf[Item]) -> "Listing[Item] | None":
        """What is left of it after a page."""
        return None if page.next is None else replace(self, query={**self.query, "after": page.next})


def listing(path: str, page: type[Any], **asked: object) -> "Listing[Any]":
    """A list by the type of its pages."""
    return Listing(path, get(path, page).read, query(**asked))


@dataclass(frozen=True)
class Fetched:
    """A file that came whole."""

    file: Path
    size: int
    media_type: str
    disclosure: str | None
    """`internal`: unprotected; `protected`: may be shown to anybody."""


@dataclass(frozen=True)
class Fetch:
    """A file to be written to `to` while it comes. Until it is whole it has another name."""

    path: str
    query: Mapping[str, str]
    to: Path
    progress: Progress | None = None

    @property
    def part(self) -> Path:
        """Its name while it comes."""
        return self.to.with_name(f".{self.to.name}.part")

    def keep(self, response: httpx.Response, taken: "Taking") -> Fetched:
        """Let what came be the file. Raises `Unexpected` where it is not the content that the server announced."""
        tag = response.headers.get("ETag", "").strip('"')
        if len(tag) == 64 and tag != taken.digest.hexdigest():
            raise Unexpected(f"{self.to.name} did not arrive as the server sent it. Ask for it again.")
        self.part.replace(self.to)
        media_type = response.headers.get("Content-Type", "application/octet-stream")
        return Fetched(self.to, taken.done, media_type, response.headers.get("Disclosure"))


class Taking:
    """What has come of a file so far."""

    def __init__(self, fetch: Fetch, response: httpx.Response) -> None:
        self.fetch = fetch
        self.done = 0
        announced = response.headers.get("Content-Length", "")
        self.of = int(announced) if announced.isdigit() and "Content-Encoding" not in response.headers else None
        self.digest = sha256()

    def take(self, piece: bytes) -> bytes:
        """Count a piece; answers it."""
        self.done += len(piece)
        self.digest.update(piece)
        if self.fetch.progress:
            self.fetch.progress(self.done, self.of)
        return piece
