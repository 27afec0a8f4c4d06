"""Every request has an id, in the log and in the answer. Query strings and bodies are never logged: they can hold names."""

import time

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.problems import too_large
from app.core.ids import uuid7

log = structlog.get_logger()


class Requests:
    """Names the request, logs its outcome and how long it took."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request, began, status = str(uuid7()), time.perf_counter(), 500
        scope.setdefault("state", {})["id"] = request

        async def named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", request.encode())]
            await send(message)

        with structlog.contextvars.bound_contextvars(request=request):
            try:
                limit, length = scope["app"].state.settings.upload_limit, _announced(scope)
                if length is not None and length > limit:
                    await too_large(Request(scope))(scope, receive, named)
                else:
                    await self.app(scope, _counted(receive, limit) if length is None else receive, named)
            finally:
                route = getattr(scope.get("route"), "path", None)  # the template: a path can hold nothing personal, but ids are noise
                took = round((time.perf_counter() - began) * 1000, 1)
                log.info("request answered", method=scope["method"], route=route, status=status, milliseconds=took)


def _announced(scope: Scope) -> int | None:
    """The length of the body as its header says; None if it comes in chunks, without."""
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return None


def _counted(receive: Receive, limit: int) -> Receive:
    """`receive`, giving up where a body of unknown length grows beyond `limit` bytes."""
    length = 0

    async def receive_some() -> Message:
        nonlocal length
        message = await receive()
        length += len(message.get("body", b""))
        if length > limit:
            raise HTTPException(413)
        return message

    return receive_some
