"""A form with a file, taken as it comes: the file is sealed while it arrives, and is never in memory or on the disk in clear.

Starlette would first write the whole form into a temporary file.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, Request
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from app.access.permissions import Permission
from app.access.sessions import check_forgery
from app.console.dependencies import FIELD, HEADER, kept, signed_in
from app.core.errors import Invalid
from app.imports.uploads import Received, Receiving, Uploads

LONGEST = 10_000
"""Bytes of a field that is no file."""


@dataclass
class Brought:
    """What a form brought: its fields, and the file, if one was chosen."""

    fields: dict[str, str] = field(default_factory=dict)
    file: Received | None = None


class NoForm(Invalid):
    """What was sent is no form with a file."""

    slug, title = "invalid", "This cannot be read"

    def __init__(self) -> None:
        super().__init__("The form did not arrive whole. Send it again.")


class _Parts:
    """What the parser meets. The first bytes of a file have to come after the proof that the form is our own."""

    def __init__(self, begin: Callable[[dict[str, str]], Receiving]) -> None:
        self.begin = begin
        self.fields: dict[str, bytearray] = {}
        self.receiving: Receiving | None = None
        self._header, self._value, self._disposition = bytearray(), bytearray(), b""
        self._field: bytearray | None = None
        self._file = False

    def told(self) -> dict[str, str]:
        return {name: bytes(value).decode("utf-8", "replace") for name, value in self.fields.items()}

    def on_part_begin(self) -> None:
        self._field, self._file, self._disposition = None, False, b""

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def on_header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = bytes(self._value)
        self._header.clear()
        self._value.clear()

    def on_headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        if b"filename" in options:
            self._file = bool(options[b"filename"]) and self.receiving is None
            if self._file:
                self.receiving = self.begin(self.told())
        else:
            self._field = self.fields.setdefault(options.get(b"name", b"").decode("utf-8", "replace"), bytearray())

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._file and self.receiving is not None:
            self.receiving.write(data[start:end])
        elif self._field is not None:
            self._field += data[start:end]
            if len(self._field) > LONGEST:
                raise NoForm


async def _taken(request: Request) -> AsyncIterator[Brought]:
    by = (await signed_in(request)).holding(Permission.IMPORT)
    uploads = Uploads(request.app.state.settings.data_folder, request.app.state.key_ring)

    def begin(fields: dict[str, str]) -> Receiving:
        check_forgery(kept(request), request.headers.get(HEADER) or fields.get(FIELD, ""))
        return uploads.receive(by.state)

    parts = _Parts(begin)
    try:
        await _parsed(request, parts)
        brought = Brought(parts.told())
        request.state.fields = brought.fields
        if parts.receiving is not None:
            brought.file = await parts.receiving.finish()
        yield brought
    except BaseException:
        if parts.receiving is not None:
            parts.receiving.forget()
        raise


async def _parsed(request: Request, parts: _Parts) -> None:
    media, options = parse_options_header(request.headers.get("content-type", ""))
    if media == b"application/x-www-form-urlencoded":  # a form without a file
        parts.fields = {name: bytearray(str(value).encode()) for name, value in (await request.form()).items()}
        return
    if media != b"multipart/form-data" or b"boundary" not in options:
        raise NoForm
    names = ("part_begin", "part_data", "header_field", "header_value", "header_end", "headers_finished")
    callbacks: Any = {f"on_{name}": getattr(parts, f"on_{name}") for name in names}
    parser = MultipartParser(options[b"boundary"], callbacks)
    try:
        async for piece in request.stream():
            parser.write(piece)
        parser.finalize()
    except MultipartParseError as unreadable:
        raise NoForm from unreadable


Taken = Annotated[Brought, Depends(_taken, scope="function")]
"""The form that was sent, taken before the transaction begins. Raises `NoForm`; `Forbidden` before a file is taken of a forged one."""
