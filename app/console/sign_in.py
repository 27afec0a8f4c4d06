"""Signing in by key and out; on a demonstration, on this machine, by choosing whom to be."""

import json
import secrets
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from app.access.permissions import Permission, Role
from app.access.sessions import check_forgery, forgery_token, sign_in, sign_out
from app.console.dependencies import Tx, forget, keep, kept, may, on_this_machine, sent_token
from app.console.pages import HOME, page
from app.core.actor import Actor
from app.core.errors import NotFound, Unauthenticated
from app.core.settings import DEMO_KEYS, Settings

router = APIRouter(prefix="/console", include_in_schema=False)

VISITORS = {
    Role.BOARD_STAFF: (
        "Board staff",
        "You work for the Erie workforce board: find people, enroll them, record services, see exits coming.",
    ),
    Role.COLLEGE_STAFF: ("College staff", "You work for Western New York's community college, with its own learners."),
    Role.STATE_ADMIN: ("State staff", "You see the whole state: every region's outcomes, and how each figure came about."),
    Role.POLICYMAKER: ("Policymaker", "You read what was certified for publication, region by region."),
}
"""Whom a visitor of the demonstration can be, and what there is to do."""


def demo_keys(settings: Settings, request: Request) -> Path | None:
    """The file of the demonstration's keys: None anywhere but in a demonstration that a browser of the same machine looks at."""
    if settings.environment != "demo" or not on_this_machine(request):
        return None
    return settings.data_folder / DEMO_KEYS


async def _own_form(request: Request) -> None:
    """Raises `Forbidden` unless the form came from our own page: nobody is yet signed in, so it is bound to a cookie of its own."""
    check_forgery(kept(request, "visitor"), await sent_token(request))


_own_form.checks_forgery = True  # type: ignore[attr-defined]  # a test walks the routes and reads it
OwnForm = Depends(_own_form)


def _local(address: str) -> str:
    """The address, if it is one of the console's; the first screen else. A link that somebody sends leads nowhere outside."""
    return address if address.startswith("/console/") and "\\" not in address else HOME


def _form(request: Request, after: str, *, problem: str = "", status: int = 200) -> Response:
    """The page with the form, and on a demonstration with the choice."""
    visitor = kept(request, "visitor") or secrets.token_urlsafe(32)
    choice = VISITORS if demo_keys(request.app.state.settings, request) else {}
    told: dict[str, Any] = {"after": _local(after), "problem": problem, "visitors": choice, "own_token": forgery_token(visitor)}
    response = page(request, "sign_in.html", status=status, **told)
    keep(request, response, visitor, "visitor")
    return response


async def _open(request: Request, key: str, after: str) -> Response:
    """Sign in with a key, always to a new session."""
    async with request.app.state.database.transaction() as tx:
        try:
            token = await sign_in(tx, key.strip(), before=kept(request), request=request.state.id)
        except Unauthenticated as refused:
            return _form(request, after, problem=refused.detail, status=401)
        await tx.commit()
    response = RedirectResponse(_local(after), 303)
    keep(request, response, token)
    forget(request, response, "visitor")
    return response


@router.get("")
async def begin() -> Response:
    """The console begins with the day's work."""
    return RedirectResponse(HOME, 303)


@router.get("/sign-in")
async def ask(request: Request, after: str = HOME) -> Response:
    """Ask for a key."""
    return _form(request, after)


@router.post("/sign-in", dependencies=[OwnForm])
async def enter(request: Request, key: Annotated[str, Form()] = "", after: Annotated[str, Form()] = HOME) -> Response:
    """Sign in with the key that was typed."""
    return await _open(request, key, after)


@router.post("/sign-in/demo", dependencies=[OwnForm])
async def become(request: Request, role: Annotated[Role, Form()], after: Annotated[str, Form()] = HOME) -> Response:
    """Be one of the demonstration's people. Anywhere else there is no such page."""
    file = demo_keys(request.app.state.settings, request)
    if file is None or role not in VISITORS or not file.is_file():
        raise NotFound("There is nobody to choose here. Sign in with your key.")
    return await _open(request, json.loads(file.read_text())[role], after)


@router.post("/sign-out")
async def leave(request: Request, tx: Tx, by: Annotated[Actor, may(Permission.READ_DEFINITIONS)]) -> Response:
    """Sign out: the session opens nothing any more."""
    await sign_out(tx, kept(request))
    response = RedirectResponse("/console/sign-in", 303)
    forget(request, response)
    return response
