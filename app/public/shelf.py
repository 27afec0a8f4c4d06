"""What the public pages show, as long as nothing changes: which releases there are, a mark of all that a page is made of, finished pages.

A page is made once for a mark and then handed out from memory. Whether the mark still holds is asked every few seconds at most, so what
was certified appears that much later. The state is the one in the address; who asks may read releases and definitions, and nothing else.
"""

import gzip
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import Row, func, select

from app.access.permissions import Permission
from app.career_paths.models import CareerPath
from app.core.actor import Actor
from app.core.clock import Clock
from app.core.db import Database, Read
from app.core.errors import NotFound
from app.core.paging import MOST
from app.core.settings import Settings
from app.labor_market.models import InDemandJob, LaborMarketSource
from app.regions.models import RegionEdition, RegionSystem
from app.releases import queries as releases
from app.releases.protected import Protected
from app.releases.queries import NoRelease, ReleaseKept
from app.releases.table import Released
from app.states import queries as states

FRESH = 5.0
"""Seconds for which what is known of a state is not asked for again."""

ANYBODY = frozenset({Permission.READ_RELEASES, Permission.READ_DEFINITIONS})
"""What somebody without a key may do."""

_TEMPLATES = Path(__file__).parent
_CODE = sha256(b"".join(file.read_bytes() for file in sorted([*_TEMPLATES.rglob("*.html"), *_TEMPLATES.glob("*.py")]))).hexdigest()
_REVISED = (CareerPath, InDemandJob, RegionEdition, RegionSystem)
_DEFINED = select(
    *(select(func.count()).select_from(table).scalar_subquery() for table in _REVISED),
    *(select(func.coalesce(func.sum(table.revision), 0)).scalar_subquery() for table in _REVISED),
    select(func.string_agg(func.concat(LaborMarketSource.key, LaborMarketSource.vintage, LaborMarketSource.note), ",")).scalar_subquery(),
)
"""How many definitions there are, and how often they were changed: what a page says of them changes with it."""

Key = TypeVar("Key")
Held = TypeVar("Held")


class Few(Generic[Key, Held]):
    """The things used last, up to so many."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: OrderedDict[Key, Held] = OrderedDict()

    def get(self, key: Key) -> Held | None:
        """What is held under the key."""
        if key in self._held:
            self._held.move_to_end(key)
        return self._held.get(key)

    def put(self, key: Key, held: Held) -> Held:
        """Hold it; whatever has not been used for longest goes."""
        self._held[key] = held
        self._held.move_to_end(key)
        while len(self._held) > self._most:
            self._held.popitem(last=False)
        return held


@dataclass(frozen=True)
class Known:
    """What is known of a state. `releases`: those that are or were certified, newest first; `mark` changes with all that a page shows."""

    by: Actor
    state: Row[Any]
    today: date
    mark: str
    releases: tuple[ReleaseKept, ...]

    @property
    def in_force(self) -> tuple[ReleaseKept, ...]:
        """The releases that no revision has replaced, the latest period first."""
        found = [one for one in self.releases if one.status == "certified"]
        return tuple(sorted(found, key=lambda one: (one.period.quarter, one.certified_at), reverse=True))

    @property
    def latest(self) -> ReleaseKept | None:
        """The release in force of the latest period, if anything was released."""
        return next(iter(self.in_force), None)

    def release(self, id: UUID) -> ReleaseKept:  # noqa: A002 - the path's name
        """One release. Raises `NoRelease`."""
        for one in self.releases:
            if one.id == id:
                return one
        raise NoRelease(f"{self.state.name} has published no release '{id}'. The list of releases has all that there are.")


@dataclass(frozen=True)
class Page:
    """A finished page, plain and compressed."""

    mark: str
    plain: bytes
    compressed: bytes

    @classmethod
    def of(cls, mark: str, text: str) -> "Page":
        """The page of a text."""
        plain = text.encode()
        return cls(mark, plain, gzip.compress(plain, 6, mtime=0))


@dataclass
class Shelf:
    """Of one running application."""

    database: Database
    clock: Clock
    settings: Settings
    fresh_for: float = FRESH
    _known: dict[str, tuple[float, Known]] = field(default_factory=dict)
    _pages: Few[tuple[str, ...], Page] = field(default_factory=lambda: Few(512))
    _tables: Few[UUID, Protected[Released]] = field(default_factory=lambda: Few(32))

    async def known(self, state: str) -> Known:
        """What is known of a state, at most `fresh_for` seconds old. Raises `NotFound` for a state that takes no part."""
        since, found = self._known.get(state, (0.0, None))
        if found is None or time.monotonic() - since > self.fresh_for:
            found = await self._read(state)
            self._known[state] = time.monotonic(), found
        return found

    def seen(self, state: str) -> Known | None:
        """What was known of a state when it was last asked for; None if it never was, or takes no part."""
        _, found = self._known.get(state, (0.0, None))
        return found

    async def _read(self, state: str) -> Known:
        by = anybody(state)
        async with self.database.reading(by) as read:
            try:
                this = await states.this(read, by=by)
            except NotFound:
                raise NotFound(f"There is no state '{state[:20]}' here. A state is named as in 'us-ny'.") from None
            by = replace(by, zone=this.time_zone)
            found = (await releases.listed(read, by=by, limit=MOST)).items
            today = by.today(self.clock)
            defined = await read.first(_DEFINED)
        told = [_CODE, str(today), *map(str, this), *map(str, defined or ())]
        told += [f"{one.id} {one.status} {one.digest}" for one in found]
        return Known(by, this, today, sha256("\n".join(told).encode()).hexdigest()[:32], tuple(found))

    async def page(self, known: Known, name: tuple[str, ...], make: Callable[[Read], Awaitable[str]]) -> Page:
        """The page of that name, made by `make` unless it is on the shelf already."""
        key = (known.by.state, *name)
        found = self._pages.get(key)
        if found is not None and found.mark == known.mark:
            return found
        async with self.database.reading(known.by) as read:
            text = await make(read)
        return self._pages.put(key, Page.of(known.mark, text))

    async def figures(self, read: Read, release: ReleaseKept) -> Protected[Released]:
        """What a release shows. Nothing of it ever changes, so it is read once."""
        found = self._tables.get(release.id)
        if found is not None:
            return found
        return self._tables.put(release.id, await releases.figures(read, by=read.actor, release=release))


def anybody(state: str) -> Actor:
    """Who asks without a key, of one state."""
    return Actor(UUID(int=0), state, None, "public", frozenset(ANYBODY))
