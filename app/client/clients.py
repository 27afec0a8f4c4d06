"""`Client` and `AsyncClient`: where a program that is not ours begins."""

from typing import Self

import httpx

from app.client.asking import Ask, at, get
from app.client.calling import By, Resource, call
from app.client.imports import Imports
from app.client.problems import ClientError
from app.client.resources import (
    CareerPaths,
    Credentials,
    EmploymentRecords,
    Enrollments,
    InDemandJobs,
    Occupations,
    Outcomes,
    Participants,
    Partners,
    PlannedServices,
    Regions,
    Releases,
    Services,
)
from app.client.retrying import Retry
from app.client.sending import AsyncSender, Sender
from app.contract.access import Me

SECONDS = httpx.Timeout(60.0, connect=5.0)
HERE = ("localhost", "127.0.0.1", "::1")
PATIENT = Retry()


class Calls(Resource[By]):
    """All calls, by what they are about."""

    def __init__(self, by: By) -> None:
        super().__init__(by)
        self.participants = Participants(by)
        self.enrollments = Enrollments(by)
        self.services = Services(by)
        self.planned_services = PlannedServices(by)
        self.credentials = Credentials(by)
        self.employment_records = EmploymentRecords(by)
        self.regions = Regions(by)
        self.occupations = Occupations(by)
        self.in_demand_jobs = InDemandJobs(by)
        self.career_paths = CareerPaths(by)
        self.partners = Partners(by)
        self.imports = Imports(by)
        self.outcomes = Outcomes(by)
        self.releases = Releases(by)

    @call
    def me(self) -> Ask[Me]:
        """Who you are to the API, and what you may do."""
        return get(at("me"), Me)


class Client(Calls[Sender]):
    """Calls that wait for their answer. It keeps connections open: use one for many calls, and close it, or use it in a `with`.

    `url` is the server's address, `key` is what its administrator gave you. `http` is for whoever brings connections of their own (a proxy,
    a certificate): its address and headers are taken as they are, and closing it stays with them. Raises `ClientError` for an address
    over which the key would travel in clear.
    """

    def __init__(self, url: str = "", key: str = "", *, retry: Retry = PATIENT, http: httpx.Client | None = None) -> None:
        self._http = http or httpx.Client(base_url=_address(url), headers=_headers(key), timeout=SECONDS)
        self._own = http is None
        super().__init__(Sender(self._http, retry))

    def close(self) -> None:
        """End the connections."""
        if self._own:
            self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_how: object) -> None:
        self.close()


class AsyncClient(Calls[AsyncSender]):
    """The same calls, to be awaited; lists are walked with `async for`."""

    def __init__(self, url: str = "", key: str = "", *, retry: Retry = PATIENT, http: httpx.AsyncClient | None = None) -> None:
        self._http = http or httpx.AsyncClient(base_url=_address(url), headers=_headers(key), timeout=SECONDS)
        self._own = http is None
        super().__init__(AsyncSender(self._http, retry))

    async def aclose(self) -> None:
        """End the connections."""
        if self._own:
            await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_how: object) -> None:
        await self.aclose()


def _headers(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}", "Accept": "application/json, */*;q=0.5"} if key else {}


def _address(url: str) -> str:
    """The server's address. Raises `ClientError` where the key would travel in clear."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as odd:
        raise ClientError(f"'{url}' is no address of a server ({odd}). It begins with https://") from odd
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise ClientError(f"'{url}' is no address of a server. It begins with https://")
    if parsed.scheme == "http" and parsed.host not in HERE:
        raise ClientError(f"Over http:// everybody on the way to {parsed.host} could read the key and people's data. Use https://")
    return url.rstrip("/").removesuffix("/v1")
