"""The demonstration's way through the main job, step by step. Every step finds what an earlier run did and leaves it as it is."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import select

from app.access.enter import enter
from app.access.permissions import Role
from app.core.actor import Actor
from app.core.clock import clock_for
from app.core.db import Database
from app.core.errors import Conflict
from app.core.installation import Installation
from app.core.jobs import Work, Workshop
from app.core.settings import DEMO_KEYS
from app.definitions import applying
from app.definitions.kind import Home, Wanted
from app.definitions.kinds.states import STATES
from app.definitions.mistakes import Mistaken
from app.definitions.registry import KINDS
from app.demo import loading, partners, story, visitors
from app.demo.kept import Kept
from app.demo.population import DELIVERIES, VERSION
from app.demo.world import World, read
from app.imports.kinds import kinds
from app.participants.sealing import KeyRing
from app.states.actions import create
from app.states.models import State

MARK, KEYS, POPULATION = "demo.json", DEMO_KEYS, "population"
"""In the data folder: which population this is, the visitors' keys, and the population as files."""

FILLS = {
    "participants": ("participants", "partner_references", "residences"),
    "services": ("services", "participations"),
    "planned_services": ("planned_services", "participations"),
    "endings": ("enrollments",),
}
"""The tables that a kind of import fills, where they are not named as it is."""

Tell = Callable[[str, int, int], None]
"""Told at every step: what is being done, how far it is, and how far it goes."""


@dataclass(frozen=True)
class Asked:
    """Which population is wanted."""

    participants: int
    seed: int
    version: int = VERSION


@dataclass(frozen=True)
class Ready:
    """What the steps have set up. `by` is the state's own staff, whose key is among `keys`."""

    by: Actor
    keys: dict[Role, str]
    world: World
    made: int  # rows that this run brought in


class AnotherPopulation(Conflict):
    """The data folder holds something else than what is asked for."""

    slug, title = "conflict", "The data folder holds something else"

    def __init__(self, folder: Path, there: dict[str, int] | None) -> None:
        what = f"the demonstration with {there['participants']:,} people and seed {there['seed']}" if there else "a database of your own"
        super().__init__(
            f"{folder} holds {what}. Name another folder (WORKFORCE_DATA_FOLDER=.demo)"
            + (", ask for the same, or start anew with --fresh, which deletes it." if there else ".")
        )


@dataclass(frozen=True)
class Course:
    """The steps over one installation. `home` is where the state's definitions are."""

    installation: Installation
    database: Database
    owner: Database
    home: Home
    asked: Asked
    tell: Tell

    @property
    def folder(self) -> Path:
        """Where everything is kept that is not in the database."""
        return self.installation.settings.data_folder

    async def run(self) -> Ready:
        """All steps up to the population being in. Raises `AnotherPopulation`, `Mistaken`, `NotPlanned`, `NotTaken`."""
        wanted = applying.read(self.home, self._counting("definitions read", len(KINDS)))
        if wanted.mistakes:
            raise Mistaken(wanted.mistakes)
        await self._begin(wanted)
        settings = self.installation.settings
        work = await Workshop(self.database, settings, clock_for(settings.today)).work(self.home.state, "demo")
        await self._define(work, wanted)
        world = read(self.home.regions, self.home.career_paths)
        await self._settle(work, world)
        keys = await visitors.admitted(self.database, self.owner, state=self.home.state, file=self.folder / KEYS)
        async with self.database.transaction() as tx:
            by = (await enter(tx, keys[Role.STATE_ADMIN], request="demo")).actor
        return Ready(by, keys, world, await self._bring(by, world, work))

    async def _begin(self, wanted: Wanted) -> None:
        """Make the tenant, and mark the folder as this demonstration's."""
        asked, there = asdict(self.asked), _marked(self.folder)
        async with self.owner.transaction() as tx:
            known = await tx.scalar(select(State.id).where(State.id == self.home.state)) is not None
            if there not in (None, asked) or (known and there is None):
                raise AnotherPopulation(self.folder, there)
            _mark(self.folder, asked)
            if not known:
                about = wanted.of(STATES)
                assert about is not None, "a state without its file has a mistake"
                await create(tx, state=about.id, name=about.name, fips=about.fips, postal=about.postal, time_zone=about.time_zone)
                await tx.commit()

    async def _define(self, work: Work, wanted: Wanted) -> None:
        """Check, plan and apply the state's definitions, as `workforce definitions apply` does."""
        async with work.transaction() as tx:
            tell = self._counting("definitions applied", len(KINDS))
            await applying.applied(tx, by=work.actor, wanted=wanted, on=work.actor.today(work.clock), tell=tell)
            await tx.commit()
        self.tell("definitions applied", len(KINDS), len(KINDS))

    async def _settle(self, work: Work, world: World) -> None:
        """Make the partners, and record the notice with which the story begins."""
        async with work.transaction() as tx:
            await partners.settle(tx, by=work.actor, world=world)
            await story.noticed(tx, by=work.actor, today=work.actor.today(work.clock))
            await tx.commit()

    async def _bring(self, by: Actor, world: World, work: Work) -> int:
        """Bring the population in."""
        ring = self.installation.settings.key_ring
        assert ring is not None, "an installation has a ring"
        lots = loading.lots(world, self.asked.participants, self.asked.seed)
        count = self._counting("population", len(lots) * len(DELIVERIES))
        return await loading.bring(
            self.database,
            lots,
            by=by,
            today=by.today(work.clock),
            kinds=kinds(KeyRing.parse(ring.get_secret_value())),
            kept=Kept(self.folder / POPULATION),
            told=lambda kind, _rows: count(kind),
            between=self._analyse,
        )

    async def _analyse(self, kind: str) -> None:
        """Take the statistics anew of what a kind fills: a plan made while a table was empty is a bad one when it is full."""
        async with await psycopg.AsyncConnection.connect(self.installation.owner_url, autocommit=True) as connection:
            tables = [sql.Identifier(table) for table in (*FILLS.get(kind, (kind,)), "caseload", "touched")]
            await connection.execute(sql.SQL("ANALYZE {}").format(sql.SQL(", ").join(tables)))

    def _counting(self, step: str, of: int) -> Callable[[str], None]:
        """Tells of a step each time that something in it begins or is done."""
        done = 0

        def count(what: str) -> None:
            nonlocal done
            done += 1
            self.tell(f"{step}: {what.replace('_', ' ')}", done, of)

        return count


def _marked(folder: Path) -> dict[str, int] | None:
    """Which population the folder is marked with."""
    mark = folder / MARK
    return dict(json.loads(mark.read_text(encoding="utf-8"))) if mark.exists() else None


def _mark(folder: Path, asked: dict[str, int]) -> None:
    (folder / MARK).write_text(json.dumps(asked) + "\n", encoding="utf-8")
