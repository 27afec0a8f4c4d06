"""The two that send: one waits, the other is awaited. What they send and when they send again is decided elsewhere."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel

from app.client.asking import Ask, Fetch, Fetched, Listing, Taking, Upload, Watch, written
from app.client.retrying import Attempts, Retry

Answer = TypeVar("Answer", bound=BaseModel)
Item = TypeVar("Item")


def _content(ask: Ask[Any]) -> dict[str, Any]:
    """What httpx is told of a request, but for an upload's content."""
    told: dict[str, Any] = {"params": ask.query or None, "headers": ask.headers or None}
    if ask.body is not None:
        told["json"] = written(ask.body)
    return told


async def _pieces(upload: Upload) -> AsyncIterator[bytes]:
    pieces = upload.pieces()
    while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
        yield piece


class Sender:
    """Sends over an `httpx.Client`."""

    def __init__(self, http: httpx.Client, retry: Retry) -> None:
        self.http, self.retry = http, retry

    def send(self, ask: Ask[Answer]) -> Answer:
        """Send until there is an answer. Raises a `ClientError`."""
        return ask.read(self._answered(ask.method, ask.path, _content(ask), Attempts(self.retry, repeatable=ask.repeatable), ask.upload))

    def watch(self, watch: Watch[Answer]) -> Answer:
        """Ask again until it is over; answers the last answer."""
        while True:
            answer = self.send(watch.ask)
            if watch.ends(answer):
                return answer
            time.sleep(watch.every)

    def walk(self, listing: Listing[Item]) -> Iterator[Item]:
        """Every item of a list; the next page is asked for when the one before is through."""
        left: Listing[Item] | None = listing
        while left is not None:
            attempts = Attempts(self.retry, repeatable=True)
            page = left.page(self._answered("GET", left.path, {"params": left.query}, attempts))
            yield from page.items
            left = left.after(page)

    def fetch(self, fetch: Fetch) -> Fetched:
        """Write a file while it comes; one that breaks off is begun anew, and half of one is not left behind."""
        try:
            return self._fetched(fetch, Attempts(self.retry, repeatable=True))
        finally:
            fetch.part.unlink(missing_ok=True)

    def _fetched(self, fetch: Fetch, attempts: Attempts) -> Fetched:
        while True:
            try:
                with self.http.stream("GET", fetch.path, params=fetch.query) as response:
                    if response.is_success:
                        taking = Taking(fetch, response)
                        with fetch.part.open("wb") as file:
                            for piece in response.iter_bytes():
                                file.write(taking.take(piece))
                        return fetch.keep(response, taking)
                    response.read()
            except httpx.TransportError as error:
                pause = attempts.failed(error, self.http.base_url)
            else:
                pause = attempts.refused(response)
            time.sleep(pause)

    def _answered(
        self, method: str, path: str, content: dict[str, Any], attempts: Attempts, upload: Upload | None = None
    ) -> httpx.Response:
        while True:
            more: dict[str, Any] = {} if upload is None else {"content": upload.pieces()}
            try:
                response = self.http.request(method, path, **content, **more)
            except httpx.TransportError as error:
                pause = attempts.failed(error, self.http.base_url)
            else:
                if response.is_success:
                    return response
                pause = attempts.refused(response)
            time.sleep(pause)


class AsyncSender:
    """Sends over an `httpx.AsyncClient`."""

    def __init__(self, http: httpx.AsyncClient, retry: Retry) -> None:
        self.http, self.retry = http, retry

    async def send(self, ask: Ask[Answer]) -> Answer:
        """Send until there is an answer. Raises a `ClientError`."""
        attempts = Attempts(self.retry, repeatable=ask.repeatable)
        return ask.read(await self._answered(ask.method, ask.path, _content(ask), attempts, ask.upload))

    async def watch(self, watch: Watch[Answer]) -> Answer:
        """Ask again until it is over; answers the last answer."""
        while True:
            answer = await self.send(watch.ask)
            if watch.ends(answer):
                return answer
            await asyncio.sleep(watch.every)

    async def walk(self, listing: Listing[Item]) -> AsyncIterator[Item]:
        """Every item of a list; the next page is asked for when the one before is through."""
        left: Listing[Item] | None = listing
        while left is not None:
            attempts = Attempts(self.retry, repeatable=True)
            page = left.page(await self._answered("GET", left.path, {"params": left.query}, attempts))
            for item in page.items:
                yield item
            left = left.after(page)

    async def fetch(self, fetch: Fetch) -> Fetched:
        """Write a file while it comes; one that breaks off is begun anew, and half of one is not left behind."""
        try:
            return await self._fetched(fetch, Attempts(self.retry, repeatable=True))
        finally:
            await asyncio.to_thread(fetch.part.unlink, missing_ok=True)

    async def _fetched(self, fetch: Fetch, attempts: Attempts) -> Fetched:
        while True:
            try:
                async with self.http.stream("GET", fetch.path, params=fetch.query) as response:
                    if response.is_success:
                        taking = Taking(fetch, response)
                        with await asyncio.to_thread(fetch.part.open, "wb") as file:
                            async for piece in response.aiter_bytes():
                                await asyncio.to_thread(file.write, taking.take(piece))
                        return await asyncio.to_thread(fetch.keep, response, taking)
                    await response.aread()
            except httpx.TransportError as error:
                pause = attempts.failed(error, self.http.base_url)
            else:
                pause = attempts.refused(response)
            await asyncio.sleep(pause)

    async def _answered(
        self, method: str, path: str, content: dict[str, Any], attempts: Attempts, upload: Upload | None = None
    ) -> httpx.Response:
        while True:
            more: dict[str, Any] = {} if upload is None else {"content": _pieces(upload)}
            try:
                response = await self.http.request(method, path, **content, **more)
            except httpx.TransportError as error:
                pause = attempts.failed(error, self.http.base_url)
            else:
                if response.is_success:
                    return response
                pause = attempts.refused(response)
            await asyncio.sleep(pause)
