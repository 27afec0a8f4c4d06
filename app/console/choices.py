"""What a form about a person lets one choose from: paths with wage, demand, hours and cost; kinds of service; steps; partners."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, get_args
from uuid import UUID

from app.career_paths.queries import startable
from app.contract.career_paths import CredentialType
from app.contract.states import Program
from app.core import db
from app.core.actor import Actor
from app.core.paging import MOST
from app.core.periods import last_ended
from app.enrollments import reading
from app.enrollments.catalogue import catalogue
from app.labor_market.in_demand import in_demand
from app.labor_market.queries import figures
from app.partners import queries as partners

QUARTERS = 8
"""How many quarters the form about work offers: two years."""


@dataclass(frozen=True)
class PathOffered:
    """A path that a person may start. `wages`: the lowest and highest statewide median of the occupations that it leads to."""

    id: UUID
    title: str
    weeks: int
    hours: int
    cost: Decimal
    wages: tuple[int, int] | None
    in_demand: bool


def lives_in(person: Any) -> dict[str, str]:
    """System -> the region where a person lives, of those that are decided."""
    return {system: decided["region"] for system, decided in person.regions.items() if decided.get("region")}


async def paths(tx: db.Tx, *, by: Actor, today: date, regions: Mapping[str, str]) -> list[PathOffered]:
    """The paths that somebody who lives there may start today, those to jobs in demand first."""
    rows = await startable(tx, by=by, on=today, regions=regions)
    wanted: set[str] = set()
    for system, region in regions.items():
        wanted |= await in_demand(tx, by=by, system=system, region=region, on=today)
    codes = sorted({code[:7] for row in rows for code in row.targets or ()})
    medians = {one.code: one.figures["median"].value for one in await figures(tx, by=by, codes=codes) if one.area_kind == "state"}
    offered = [_offered(row, wanted, medians) for row in rows]
    return sorted(offered, key=lambda path: (not path.in_demand, path.title))


def _offered(row: Any, wanted: set[str], medians: Mapping[str, int | None]) -> PathOffered:
    codes = [code[:7] for code in row.targets or ()]
    known = [median for code in codes if (median := medians.get(code)) is not None]
    wages = (min(known), max(known)) if known else None
    return PathOffered(row.id, row.title, row.weeks, row.hours, row.cost, wages, not wanted.isdisjoint(codes))


async def choices(tx: db.Tx, *, by: Actor, today: date, person: Any, what: str, of_partner: bool) -> dict[str, Any]:
    """What the form `what` about a person needs to know."""
    told: dict[str, Any] = {"partners": ()}
    if of_partner and by.partner is None:
        told["partners"] = [(str(row.id), row.name) for row in (await partners.partners(tx, by=by, limit=MOST)).items]
    match what:
        case "enrollment":
            told["paths"] = await paths(tx, by=by, today=today, regions=lives_in(person))
        case "service" | "plan":
            told["kinds"] = [(row.key, row.title) for row in await catalogue(tx, by=by) if what == "service" or row.extends]
            told["programs"] = [(program, program.replace("_", " ")) for program in get_args(Program)]
        case "step" | "ending" | "credential":
            told["enrollments"] = await reading.under_way(tx, by=by, today=today, participant=person.id)
            told["types"] = [(name, name.replace("_", " ")) for name in get_args(CredentialType)]
        case "employment":
            last = last_ended(today)
            told["quarters"] = [f"{quarter // 4}Q{quarter % 4 + 1}" for quarter in range(last, last - QUARTERS, -1)]
    return told
