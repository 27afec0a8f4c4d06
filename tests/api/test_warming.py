"""A served application has its routes and templates made before the first request, and the first request makes none."""

from typing import Any

import fastapi.routing
import pytest
from fastapi import FastAPI

from app.console.pages import TEMPLATES
from app.main import warmed
from tests.conftest import Client
from tests.people import ALICE, CHARLIE


async def test_nothing_is_left_for_whoever_comes_first(app: FastAPI, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert warmed(app) is app

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("this was left for the first request")

    monkeypatch.setattr(fastapi.routing._IncludedRouter, "_build_effective_context", refuse)
    monkeypatch.setattr(type(TEMPLATES), "compile", refuse)
    for path in ("/v1/me", "/v1/participants", "/v1/enrollments"):
        for person in (ALICE, CHARLIE):
            assert (await client(person).get(path)).status_code == 200, path
    for path in ("/console/sign-in", "/public/us-ny/", "/public/us-ny/how-it-was-counted"):
        assert (await client(None).get(path)).status_code == 200, path
    assert (await client(None).get("/-")).status_code == 404
