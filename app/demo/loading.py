"""The population goes in as a partner's files do: staged, checked, merged. There is no other way in."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from hashlib import sha256

import polars as pl

from app.core.actor import Actor
from app.core.db import Database
from app.core.errors import Invalid
from app.core.ids import uuid7
from app.demo import story
from app.demo.kept import Kept
from app.demo.population import DELIVERIES, VERSION, Chunk, make, parts
from app.demo.world import World
from app.imports.engine import Load, Receipt, load
from app.imports.kinds import Kind

Told = Callable[[str, int], None]
"""Told after each delivery: its kind, and how many rows are through."""

Between = Callable[[str], Awaitable[None]]
"""Runs after a kind was merged into tables that were empty before: their statistics have to be taken."""


class NotTaken(Invalid):
    """The imports refuse what the generator made: the definitions changed, or one of the two is wrong."""

    slug, title = "demonstration-refused", "The synthetic population is refused"

    def __init__(self, receipt: Receipt) -> None:
        told = "; ".join(f"line {v.line}, {v.pointer}: {v.detail}" for v in receipt.examples[:3])
        codes = ", ".join(f"{code} ({count})" for code, count in receipt.refused.most_common())
        super().__init__(f"The import of {receipt.kind} was refused: {codes}. {told}")


@dataclass(frozen=True)
class Lot:
    """Some of the people, not made yet, and the name under which their rows are recognised."""

    name: str
    make: Callable[[], Chunk]


def lots(world: World, participants: int, seed: int) -> tuple[Lot, ...]:
    """The whole population, and the person of the story last: statistics of a table with one row would mislead the planner."""
    named = f"population {VERSION}, {participants} people, seed {seed}, part"
    return (
        *(Lot(f"{named} {part.number}", partial(make, part, seed, world)) for part in parts(participants)),
        Lot(f"story {VERSION}", partial(story.chunk, world)),
    )


async def bring(
    database: Database,
    lots: Sequence[Lot],
    *,
    by: Actor,
    today: date,
    kinds: Mapping[str, Kind],
    kept: Kept,
    told: Told,
    between: Between,
) -> int:
    """Load people; answers how many rows were made. What was loaded before is recognised by its name, and is not even made again.

    Raises `NotTaken` at the first delivery that is refused; the ones before it stay.
    """
    made = 0
    writing = not kept.there
    with kept if writing else nullcontext():
        for lot in lots:
            people = cache(lot.make)
            for at, (kind, late) in enumerate(DELIVERIES):
                name = sha256(f"{lot.name}: {kind}, {'late' if late else 'in time'}".encode()).digest()
                receipt = await load(Load(database, by, today, kinds[kind], uuid7()), _rows(people, at), content=name)
                if not receipt.merged:
                    raise NotTaken(receipt)
                if receipt.made and lot is lots[0]:  # the tables were empty: their statistics say nothing yet
                    await between(kind)
                made += receipt.made
                told(kind, receipt.rows)
            if writing:
                kept.add(people())
    return made


def _rows(people: Callable[[], Chunk], at: int) -> Iterator[pl.DataFrame]:
    """The rows of one delivery, made when they are asked for."""
    yield people().deliveries[at].rows
