"""Idempotent answers: a route of this class keeps the answer that it gave to an Idempotency-Key, in the act's own transaction."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from sqlalchemy import bindparam, insert

from app.access.enter import Answered
from app.access.models import OnceAnswer
from app.core.ready import Ready

KEPT_HEADERS = ("content-type", "location", "etag")
_KEPT = ("actor", "key", "request", "status", "headers", "answer")
_KEEP = Ready(insert(OnceAnswer).inline().values({name: bindparam(name, type_=OnceAnswer.__table__.c[name].type) for name in _KEPT}))


class Once(APIRoute):
    """Every writing route is one; a test finds those that are not."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def once(request: Request) -> Response:
            try:
                response = await handle(request)
            except Answered as before:
                kept = before.kept
                return Response(kept.answer, kept.status, {**kept.headers, "idempotent-replay": "true"})
            if claimed := getattr(request.state, "once", None):
                tx, key, asked = claimed
                headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
                given = {"actor": tx.actor.id, "key": key, "request": asked, "status": response.status_code, "headers": headers}
                await tx.ready(_KEEP, {**given, "answer": bytes(response.body)})
            return response

        return once
