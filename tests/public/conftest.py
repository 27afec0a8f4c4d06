"""New York with the people of tests/releases/world.py, and a release of theirs that two people made."""

from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from app.access.permissions import Role
from app.public.pages import shelf
from tests.conftest import Client, TestDatabase
from tests.releases.conftest import peopled

__all__ = ["peopled"]
PERIOD = {"period": "quarter@2026-09-30"}


@dataclass
class Published:
    """A release, anybody who reads it without a key, and the two who can make another."""

    release: dict[str, Any]
    anybody: AsyncClient
    dana: AsyncClient
    eve: AsyncClient

    @property
    def id(self) -> str:
        return str(self.release["id"])

    async def revised(self, says: str) -> dict[str, Any]:
        """A revision, certified."""
        made = (await self.dana.post(f"/v1/releases/{self.id}/revision", json={"says": says})).json()
        answer = await self.eve.post(f"/v1/releases/{made['id']}/certification")
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told


@pytest.fixture
def anybody(app: FastAPI, client: Client) -> AsyncClient:
    """Somebody without a key. What was certified appears at once, not within seconds."""
    shelf(app).fresh_for = -1.0
    return client(None)


@pytest.fixture
async def published(peopled: TestDatabase, anybody: AsyncClient, client: Client, dana: AsyncClient) -> Published:
    eve = client(None)
    eve.headers["Authorization"] = f"Bearer {await peopled.key('us-ny', Role.STATE_ADMIN)}"
    drafted = await dana.post("/v1/releases", json=PERIOD)
    assert drafted.status_code == 201, drafted.text
    certified = await eve.post(f"/v1/releases/{drafted.json()['id']}/certification")
    assert certified.status_code == 200, certified.text
    return Published(certified.json(), anybody, dana, eve)
