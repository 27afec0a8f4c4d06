"""What a form about a person lets one choose from: paths with wage, demand, hours and cost; kinds of service; steps; partners."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, get_args
from uuid import UUID

from app.career_paths.queries import startable
from app.console.pay import Pay, Published, published
from app.contract.career_paths import CredentialType
from app.contract.states import Program
from app.core import db
from app.core.actor import Actor
from app.core.paging import MOST
from app.core.periods import last_ended
from app.enrollments import reading
from app.enrollments.catalogue import catalogue
from app.labor_market.in_demand import in_demand
from app.partners import queries as partners

QUARTERS = 8
"""How many quarters the form about work offers: two years."""


USUAL = "career_counseling"
"""What the form about a service proposes where nothing was recorded before."""

PROGRAMS = {
    "adult": "Adult",
    "dislocated_worker": "Dislocated worker",
    "youth": "Youth",
    "wagner_peyser": "Wagner-Peyser",
    "dwg": "Dislocated worker grant",
}
"""What programs are called on screens."""


@dataclass(frozen=True)
class PathOffered:
    """A path that a person may start; `pay` is what the occupations to which it leads pay, area by area."""

    id: UUID
    key: str
    title: str
    steps: int
    weeks: int
    hours: int
    cost: Decimal
    pay: Sequence[Pay]
    in_demand: bool


@dataclass(frozen=True)
class Offer:
    """The paths that a person may start, and of when their wages are."""

    paths: Sequence[PathOffered]
    vintage: str


def lives_in(person: Any) -> dict[str, str]:
    """System -> the region where a person lives, of those that are decided."""
    return {system: decided["region"] for system, decided in person.regions.items() if decided.get("region")}


async def offer(read: db.Read, *, by: Actor, today: date, regions: Mapping[str, str]) -> Offer:
    """The paths that somebody who lives there may start today, those to jobs in demand first."""
    rows = await startable(read, by=by, on=today, regions=regions)
    wanted: set[str] = set()
    for system, region in regions.items():
        wanted |= await in_demand(read, by=by, system=system, region=region, on=today)
    told = await published(read, by=by, on=today, regions=regions, codes={code[:7] for row in rows for code in row.targets or ()})
    offered = [_offered(row, wanted, told) for row in rows]
    return Offer(sorted(offered, key=lambda path: (not path.in_demand, path.title)), told.vintage)


def _offered(row: Any, wanted: set[str], told: Published) -> PathOffered:
    codes = list(dict.fromkeys(code[:7] for code in row.targets or ()))
    return PathOffered(row.id, row.key, row.title, row.steps, row.weeks, row.hours, row.cost, told.pay(codes), not wanted.isdisjoint(codes))


def _grouped(kinds: Sequence[Any]) -> dict[str, list[tuple[str, str]]]:
    """Kinds of service by their category, for a list that is read rather than searched."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for row in sorted(kinds, key=lambda row: row.title):
        groups.setdefault(row.category, []).append((row.key, row.title))
    return groups


async def _served(tx: db.Tx, by: Actor, today: date, person: Any, kinds: Sequence[Any]) -> dict[str, str]:
    """What the form about a service proposes: what the person got last, if it is over in a day, under the same program."""
    last = await reading.last_served(tx, by=by, today=today, participant=person.id)
    once = {row.key for row in kinds if not row.runs}
    return {"kind": last.kind if last and last.kind in once else USUAL, "program": last.program if last else "adult"}


async def choices(tx: db.Tx, *, by: Actor, today: date, person: Any, what: str, of_partner: bool) -> dict[str, Any]:
    """What the form `what` about a person needs to know."""
    told: dict[str, Any] = {"partners": ()}
    if of_partner and by.partner is None:
        told["partners"] = [(str(row.id), row.name) for row in (await partners.partners(tx, by=by, limit=MOST)).items]
    match what:
        case "enrollment":
            told["offer"] = await offer(tx, by=by, today=today, regions=lives_in(person))
        case "service" | "plan":
            kinds = [row for row in await catalogue(tx, by=by) if what == "service" or row.extends]
            told |= {"kinds": _grouped(kinds), "proposed": await _served(tx, by, today, person, kinds)}
            told["programs"] = [(program, PROGRAMS[program]) for program in get_args(Program)]
        case "step" | "ending" | "credential":
            told["enrollments"] = await reading.under_way(tx, by=by, today=today, participant=person.id)
            told["types"] = [(name, name.replace("_", " ")) for name in get_args(CredentialType)]
        case "employment":
            last = last_ended(today)
            told["quarters"] = [f"{quarter // 4}Q{quarter % 4 + 1}" for quarter in range(last, last - QUARTERS, -1)]
    return told
