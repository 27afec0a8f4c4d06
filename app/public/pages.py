"""How a public page leaves: rendered, with what caches need to know, in a form that needs no script."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from app.contract.problems import Problem
from app.core.assets import address
from app.core.db import Read
from app.public.shelf import Known, Shelf
from app.public.speaking import SPOKEN
from app.public.words import span

SAFE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self' data:; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""No script at all, and nothing from elsewhere."""

A_MINUTE = "public, max-age=60"


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("app.public"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.install_gettext_translations(SPOKEN, newstyle=True)  # type: ignore[attr-defined]  # the extension adds it
    made.globals |= {"asset": address, "span": span}
    made.filters |= {"day": _day}
    return made


def _day(on: date) -> str:
    """A day for people: `October 31, 2026`."""
    return f"{on:%B} {on.day}, {on.year}"


TEMPLATES = _environment()


def shelf(app: FastAPI) -> Shelf:
    """The running application's finished pages."""
    found = getattr(app.state, "public_shelf", None)
    if found is None:
        found = app.state.public_shelf = Shelf(app.state.database, app.state.clock, app.state.settings)
    return found


def rendered(template: str, known: Known, settings: Any, **told: Any) -> str:
    """A template of this room, with the state and its latest release at hand."""
    given = {
        "state": known.state,
        "base": f"/public/{known.state.id}",
        "latest": known.latest,
        "today": known.today,
        "demo": settings.environment == "demo",
        "public_url": settings.public_url.rstrip("/"),
        "here": "",
    }
    return TEMPLATES.get_template(template).render(given | told)


async def shown(request: Request, state: str, name: tuple[str, ...], make: Callable[[Read, Known, Shelf], Awaitable[str]]) -> Response:
    """The page of that name: the one that the browser has already (304), the one on the shelf, or a new one that `make` makes."""
    on = shelf(request.app)
    known = await on.known(state)
    etag = f'W/"{known.mark}"'
    headers = SAFE | {"ETag": etag, "Cache-Control": A_MINUTE, "Vary": "Accept-Encoding"}
    if matches(request, etag):
        return Response(status_code=304, headers=headers)

    async def made(read: Read) -> str:
        return await make(read, known, on)

    page = await on.page(known, name, made)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return HTMLResponse(page.compressed, headers=headers | {"Content-Encoding": "gzip"})
    return HTMLResponse(page.plain, headers=headers)


def matches(request: Request, etag: str) -> bool:
    """Whether the browser says that it has this already (RFC 9110, 13.1.2: compared without regard to `W/`)."""
    asked = request.headers.get("if-none-match", "")
    return any(one.strip().removeprefix("W/") == etag.removeprefix("W/") for one in asked.split(",")) if asked else False


def problem_page(request: Request, problem: Problem) -> Response:
    """Why there is no such page, in words."""
    settings = request.app.state.settings
    state = request.url.path.removeprefix("/public/").partition("/")[0]
    known = shelf(request.app).seen(state)
    told = {"problem": problem, "state": known.state if known else None, "base": f"/public/{known.state.id}" if known else ""}
    common = {"latest": None, "here": "", "demo": settings.environment == "demo", "public_url": settings.public_url}
    text = TEMPLATES.get_template("problem.html").render(told | common)
    return HTMLResponse(text, problem.status, SAFE | {"Cache-Control": "no-store"})
