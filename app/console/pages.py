"""Pages: templates and what every one of them is given. Texts are marked for translation; today they are English."""

import gettext
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from app.access.permissions import Permission
from app.access.sessions import SignedIn, forgery_token
from app.contract.problems import Problem
from app.core.actor import Actor
from app.core.assets import address
from app.outcomes.disclosure import NOTICE

SCREENS = (
    ("today", "Today", "/console/today", Permission.READ_DEFINITIONS),
    ("find", "Find a person", "/console/people", Permission.READ_PEOPLE),
    ("import", "Import", "/console/imports", Permission.IMPORT),
    ("regions", "Regions", "/console/regions", Permission.READ_DEFINITIONS),
    ("outcomes", "Outcomes", "/console/outcomes", Permission.READ_RELEASES),
)
"""What stands at the top: its name, title, address, and the permission without which it is not shown. A person is found first."""

HOME = "/console/today"

HEADERS = {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; form-action 'self'; base-uri 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
"""No script or style but our own files; a page that may hold names is kept by nobody."""


def _day(on: date | str | None) -> str:
    """A day for people: `Oct 31, 2026`. Days that came as JSON are text."""
    day = date.fromisoformat(on) if isinstance(on, str) else on
    return "" if day is None else f"{day:%b} {day.day}, {day.year}"


def _moment(at: str) -> str:
    """A moment for people, to the minute: `Oct 31, 2026, 14:05 UTC`. It came as text, in UTC."""
    then = datetime.fromisoformat(at)
    return f"{_day(then.date())}, {then:%H:%M} UTC"


def _weekday(on: date) -> str:
    return f"{on:%A}"


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("app.console"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.install_gettext_translations(gettext.NullTranslations(), newstyle=True)  # type: ignore[attr-defined]  # the extension adds it
    made.globals |= {"asset": address, "notice": NOTICE}
    made.filters |= {"day": _day, "moment": _moment, "weekday": _weekday}
    return made


TEMPLATES = _environment()


def wants_part(request: Request) -> bool:
    """Whether htmx asks for a part of a page."""
    return request.headers.get("hx-request") == "true" and request.headers.get("hx-boosted") != "true"


def page(request: Request, template: str, *, by: Actor | None = None, status: int = 200, **told: Any) -> HTMLResponse:
    """A page, or a part of one, of `templates/`. `by` is who is signed in; everything in `told` is there under its name."""
    who: SignedIn | None = getattr(request.state, "signed_in", None)
    token: str = getattr(request.state, "session", "")
    given: Mapping[str, Any] = {
        "by": by,
        "who": who,
        "screens": [screen for screen in SCREENS if by is not None and screen[3] in by.permissions],
        "here": told.pop("here", ""),
        "forgery_token": forgery_token(token) if token else "",
        "part": wants_part(request),
        "demo": request.app.state.settings.environment == "demo",
        **told,
    }
    return HTMLResponse(TEMPLATES.get_template(template).render(given), status, HEADERS)


def elsewhere(request: Request, to: str) -> Response:
    """Send the browser to another page."""
    if wants_part(request):
        return Response(status_code=204, headers={"HX-Redirect": to})
    return RedirectResponse(to, 303)


def problem_page(request: Request, problem: Problem) -> Response:
    """Why something was not done, for people: the whole page, or the part that htmx puts at its top."""
    if problem.status == 401:
        asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        to = "/console/sign-in?" + urlencode({"after": asked if request.method == "GET" and not wants_part(request) else HOME})
        return Response(status_code=401, headers={"HX-Redirect": to}) if wants_part(request) else RedirectResponse(to, 303)
    template = "_problem.html" if wants_part(request) else "problem.html"
    return page(request, template, by=getattr(request.state, "by", None), status=problem.status, problem=problem)
