"""A browser without a screen: keeps cookies, follows what it is told, and sends forms with the token that the page gave it."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response

from tests.people import Person

TOKEN = re.compile(r'name="forgery_token" value="([0-9a-f]{64})"')


class Browser(AsyncClient):
    """On this machine, unless told otherwise."""

    def __init__(self, app: FastAPI, *, base_url: str = "http://127.0.0.1", at: str = "127.0.0.1") -> None:
        super().__init__(transport=ASGITransport(app, client=(at, 50_000)), base_url=base_url)

    async def token(self, page: str = "/console/today") -> str:
        """The forgery token on a page."""
        found = TOKEN.search((await self.get(page)).text)
        assert found, f"{page} has no form"
        return found[1]

    async def sign_in(self, key: str, *, after: str = "/console/today") -> Response:
        """Fill in the form with a key."""
        token = await self.token("/console/sign-in")
        return await self.post("/console/sign-in", data={"forgery_token": token, "key": key, "after": after})

    async def submit(self, path: str, page: str = "/console/today", **fields: Any) -> Response:
        """Send a form as it stands on `page`."""
        return await self.post(path, data={"forgery_token": await self.token(page), **fields})


@asynccontextmanager
async def signed_in(app: FastAPI, person: Person) -> AsyncIterator[Browser]:
    """A browser at which somebody has signed in."""
    async with Browser(app) as browser:
        answer = await browser.sign_in(person.key)
        assert answer.status_code == 303, answer.text
        yield browser
