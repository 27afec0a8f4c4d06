"""The synthetic population: `population(participants, seed, world)` yields it in chunks, columns and all, the same for the same seed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from app.demo import facts, truth, wages
from app.demo.chance import Chance
from app.demo.journeys import arrive, learn
from app.demo.naming import Names
from app.demo.partners import organisations
from app.demo.people import participants as people
from app.demo.serving import serve
from app.demo.work import work
from app.demo.world import World

CHUNK = 20_000
"""People made at a time: what bounds the memory."""

VERSION = 1
"""Counts the changes of the generator: another version makes other people of the same seed."""

ORDER = (
    "participants",
    "enrollments",
    "services",
    "planned_services",
    "step_completions",
    "credentials",
    "exit_reasons",
    "endings",
    "employment_records",
)
"""The kinds of imports in the order in which they can be loaded."""

LATE = ("services", "employment_records")
"""The kinds of which some rows are delivered after everything else."""

DELIVERIES = (*((kind, False) for kind in ORDER), *((kind, True) for kind in LATE))
"""What is brought of each chunk, in order: the kind, and whether it is late."""


@dataclass(frozen=True)
class Delivery:
    """The rows of one kind of import, as a partner would bring them. `late`: what is brought after everything else."""

    kind: str
    rows: pl.DataFrame
    late: bool = False


@dataclass(frozen=True)
class Chunk:
    """Some of the people: what is brought of them, in the order of loading, and what was meant."""

    number: int
    people: int
    deliveries: tuple[Delivery, ...]
    truth: Mapping[str, pl.DataFrame]


@dataclass(frozen=True)
class Part:
    """A chunk that is not made yet: which, whom it begins with, and how many there are."""

    number: int
    first: int
    people: int


def parts(participants: int) -> tuple[Part, ...]:
    """How a population of that size is divided; people are numbered from 1."""
    starts = range(1, participants + 1, CHUNK)
    return tuple(Part(number, first, min(CHUNK, participants + 1 - first)) for number, first in enumerate(starts))


def population(participants: int, seed: int, world: World) -> Iterator[Chunk]:
    """`participants` people, in chunks of at most CHUNK."""
    return (make(part, seed, world) for part in parts(participants))


def make(part: Part, seed: int, world: World) -> Chunk:
    """The people of one part. They depend on the seed, on the part, and on nothing else that changes between two runs."""
    partners = organisations(world)
    chance = Chance(np.random.default_rng([VERSION, seed, part.number]), part.people)
    who = arrive(chance, world, partners, part.first)
    learning = learn(chance, world, who)
    serving = serve(chance, who, learning)
    worked = work(chance, world, who, learning, serving, partners)
    names = Names.of(who, pl.Series([partner.key for partner in partners]))
    steps = facts.climbed(world, learning)
    awarded = facts.awards(chance, world, learning, steps)
    records, late_records = wages.employment_records(chance, world, who, learning, worked, names)
    deliveries = (
        Delivery("participants", people(chance, world, who, names)),
        Delivery("enrollments", facts.enrollments(world, who, learning, names)),
        Delivery("services", facts.services(who, serving, names, late=False)),
        Delivery("planned_services", facts.planned_services(who, serving, names)),
        Delivery("step_completions", facts.step_completions(world, learning, steps, names)),
        Delivery("credentials", facts.credentials(world, who, learning, awarded, names)),
        Delivery("exit_reasons", facts.exit_reasons(who, serving, names)),
        Delivery("endings", facts.endings(learning, names)),
        Delivery("employment_records", records),
        Delivery("services", facts.services(who, serving, names, late=True), late=True),
        Delivery("employment_records", late_records, late=True),
    )
    meant = {
        "people": truth.people(world, who, serving, names),
        "periods": truth.periods(world, who, learning, serving, worked, awarded, names),
        "enrollments": truth.enrollments(world, who, learning, worked, names),
    }
    return Chunk(part.number, part.people, deliveries, meant)
