"""The partners of the demonstration: real areas, invented organisations."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from app.core.actor import Actor
from app.core.db import Tx
from app.demo.world import World
from app.partners import actions
from app.partners.models import Partner

SINCE = date(2015, 7, 1)
"""All of them serve people under the program since it began (WIOA, title I, section 506: 1 July 2015)."""

SECOND_COLLEGES = {"new_york_city": "New York City evening college (demo)", "long_island": "Long Island harbor college (demo)"}
"""The regions with two colleges."""

WITHOUT_WAGE_MATCH = frozenset({"mohawk_valley", "north_country"})
"""Regions whose college has no agreement on wage match: wages of its self-study learners are nobody's to look up."""


@dataclass(frozen=True)
class Organisation:
    """One partner. `system` and `region` say where it serves people."""

    key: str
    name: str
    kind: str
    system: str
    region: str
    wage_match: bool = False


def organisations(world: World) -> tuple[Organisation, ...]:
    """A workforce board for each of the 33 areas, and a dozen community colleges, in this order."""
    boards = [
        Organisation(f"{code}_board", f"{name} workforce board (demo)", "workforce_board", "lwda", code)
        for code, name in sorted(world.areas.items())
    ]
    colleges = [
        Organisation(
            f"{code}_college",
            f"{name} community college (demo)",
            "community_college",
            "labor_market_region",
            code,
            code not in WITHOUT_WAGE_MATCH,
        )
        for code, name in sorted(world.regions.items())
    ]
    second = [
        Organisation(f"{code}_second_college", name, "community_college", "labor_market_region", code, wage_match=True)
        for code, name in sorted(SECOND_COLLEGES.items())
    ]
    return (*boards, *colleges, *second)


async def settle(tx: Tx, *, by: Actor, world: World) -> int:
    """Register the partners that are not there yet, let each serve its region, and record its agreement; answers how many were new."""
    known = {row.key for row in await tx.all(select(Partner.key))}
    new = [one for one in organisations(world) if one.key not in known]
    for one in new:
        [partner] = await tx.act(
            actions.REGISTER, actions.REGISTER.one(key=one.key, name=one.name, kind=one.kind, active_from=SINCE), by=by
        )
        serves = {"partner": partner, "system": one.system, "region": one.region, "valid_from": SINCE}
        await tx.act(actions.SERVE, actions.SERVE.one(**serves), by=by)
        if one.wage_match:
            agreed = {"partner": partner, "kind": "wage_match", "valid_from": SINCE, "source": "Invented for the demonstration"}
            await tx.act(actions.AGREE, actions.AGREE.one(**agreed), by=by)
    return len(new)
