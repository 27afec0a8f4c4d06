"""The web application, put together: `create_app(settings)`."""

import importlib
import pkgutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import Scope

import app.api
import app.console
import app.public
from app.api.description import described
from app.api.problems import MEDIA_TYPE, answer_problems
from app.api.requests import Requests
from app.console.assets import Assets
from app.console.pages import TEMPLATES, problem_page
from app.contract.problems import Problem
from app.core.assets import ADDRESS
from app.core.clock import Clock, clock_for
from app.core.db import Database
from app.core.settings import Settings
from app.participants.keyring import key_ring
from app.public.pages import TEMPLATES as PUBLIC_TEMPLATES
from app.public.pages import problem_page as public_problem_page

ROOMS = (app.api, app.console, app.public)
"""Packages whose modules have routers."""

DESCRIPTION = """
Regions, in-demand jobs and career paths; learners and what became of them, per region.

Send your key as `Authorization: Bearer <key>`. Lists answer `{"items": [...], "next": ...}`. Errors are
`application/problem+json` (RFC 9457) and say what to do. `POST` takes an `Idempotency-Key`.
"""


def create_app(settings: Settings, *, database_url: str, clock: Clock | None = None) -> FastAPI:
    """The application over one database. `database_url` is that of the application's role: whoever starts the process knows it.

    `clock` tells the time, as `request.app.state.clock`; without it the machine's does, or the one that `settings.today` stops.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.key_ring = key_ring(settings)
        app.state.database = Database(database_url, pool=settings.database_pool)
        try:
            yield
        finally:
            await app.state.database.close()

    application = FastAPI(
        title="Workforce",
        version="1",
        description=DESCRIPTION,
        lifespan=lifespan,
        responses={status: {"model": Problem, "content": {MEDIA_TYPE: {}}} for status in (401, 403, 422)},
        docs_url="/docs",
        redoc_url=None,
    )
    application.state.settings = settings
    application.state.clock = clock or clock_for(settings.today)
    application.add_middleware(Requests)
    answer_problems(application, {"/console": problem_page, "/public": public_problem_page})
    for room in ROOMS:
        for module in pkgutil.iter_modules(room.__path__, f"{room.__name__}."):
            router = getattr(importlib.import_module(module.name), "router", None)
            if isinstance(router, APIRouter):
                _look_only_where_it_may_be(router)
                application.include_router(router)
    application.mount(ADDRESS, Assets(), name="static")
    described(application)
    return application


def warmed(application: FastAPI) -> FastAPI:
    """The application with everything made that it would make for whoever comes first: FastAPI works a route out when it is asked for the
    first time, Jinja a template. Together that is a second, which a server spends before it answers and a test never needs."""
    # Under a root path every route is tried: `_look_only_where_it_may_be`.
    nowhere = {"type": "http", "method": "GET", "path": "/-/-", "root_path": "/-", "headers": [], "query_string": b"", "app": application}
    for route in application.routes:
        route.matches(nowhere)
    for templates in (TEMPLATES, PUBLIC_TEMPLATES):
        for name in templates.list_templates(extensions=("html",)):
            templates.get_template(name)
    return application


def _look_only_where_it_may_be(router: APIRouter) -> None:
    """Have a module's routes tried only for addresses that begin like one of them, up to its first parameter.

    FastAPI tries every route of every router that it comes to, and those of the right router twice.
    """
    beginnings = tuple({route.path.partition("{")[0] for route in router.routes if isinstance(route, APIRoute)})
    tried = router.matches

    def matches(scope: Scope) -> tuple[Match, Scope]:
        maybe = scope["path"].startswith(beginnings) or scope.get("root_path")
        return tried(scope) if maybe else (Match.NONE, {})

    router.matches = matches  # type: ignore[method-assign]  # a router asks itself first
