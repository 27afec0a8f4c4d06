"""A few people whose every figure can be told on one's fingers, in the world of tests/enrollments/world.py.

The report is quarter@2026-09-30, asked for on 2026-10-31. Ann took part and exited on 2025-08-15; Bea did and is in the North Country;
Cal is the other board's; Dee learns alone at the college, which has no agreement; Eve lives in New Jersey.
"""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from app.core.db import Tx
from app.employment.models import EmploymentRecord
from app.enrollments.models import Credential, Enrollment, ExitReason, Service
from app.labor_market.models import InDemandJob, Occupation
from app.participants.models import Touched
from app.partners.models import Agreement
from app.regions.models import Region, RegionEdition
from tests.enrollments.world import ANN, BEA, BUFFALO, CAL, CANTON, DEE, EVE, JERSEY, SINCE, WELDING, lay
from tests.people import ERIE, MONROE, NIAGARA

ACT = {"act": UUID(int=0)}
Q1_2026 = 2026 * 4
HOMES = {ANN: BUFFALO, BEA: CANTON, CAL: BUFFALO, DEE: BUFFALO, EVE: JERSEY}


async def settle(tx: Tx) -> None:
    """Put all of it into New York."""
    await lay(tx)
    edition = UUID(int=301)
    await tx.run(insert(RegionEdition).values(id=edition, system="labor_market_region", valid_from=SINCE, source="s"))
    for code, name in (("western_new_york", "Western New York"), ("north_country", "North Country")):
        await tx.run(insert(Region).values(edition=edition, code=code, name=name, counties=[]))
    await tx.run(insert(Occupation).values(system="soc_2018", code="51-4121", title="Welders", members=[], related=[], skills=[]))
    demand: dict[str, Any] = {
        "system": "soc_2018",
        "code": "51-4121",
        "valid_from": SINCE,
        "rule": "board_decision",
        "evidence": [],
        "source": "s",
    }
    await tx.run(insert(InDemandJob).values(region_system="labor_market_region", region="western_new_york", **demand))
    for who, partner in ((ANN, ERIE), (BEA, ERIE), (CAL, MONROE), (EVE, ERIE)):
        await served(tx, who, partner.id, date(2025, 3, 1), date(2025, 8, 15))
        await enrolled(tx, who, partner.id, date(2025, 3, 1), date(2025, 8, 15))
    await enrolled(tx, DEE, NIAGARA.id, date(2025, 3, 1), date(2025, 8, 20))
    for who, wages, occupation in ((ANN, 900_000, "51-4121"), (BEA, 700_000, None), (EVE, 500_000, "51-4121"), (DEE, 800_000, None)):
        await paid(tx, who, Q1_2026, wages, occupation)
    await tx.run(insert(ExitReason).values(participant=CAL, partner=MONROE.id, reason="deceased", since=date(2025, 8, 15), **ACT))
    await tx.run(insert(Touched).values(participant=ANN))


async def served(tx: Tx, who: UUID, partner: UUID, first: date, last: date, kind: str = "occupational_skills_training") -> None:
    told = {"partner": partner, "kind": kind, "program": "adult", "given_on": first, "ended_on": last}
    await tx.run(insert(Service).values(participant=who, **told, **ACT))


async def enrolled(tx: Tx, who: UUID, partner: UUID, started: date, ended: date | None, ended_by: str = "completion") -> None:
    told = {"career_path": WELDING, "partner": partner, "residence": HOMES[who], "started_on": started, "planned_end": started}
    end = {"ended_on": ended, "ended_by": ended_by if ended else None}
    await tx.run(insert(Enrollment).values(participant=who, **told, **end, **ACT))


async def paid(tx: Tx, who: UUID, quarter: int, wages: int, occupation: str | None = None, employer: str = "E1") -> None:
    told = {"quarter": quarter, "employer": employer, "source": "ui", "wages": wages, "occupation": occupation}
    await tx.run(insert(EmploymentRecord).values(participant=who, **told, **ACT))


async def awarded(tx: Tx, who: UUID, partner: UUID, on: date) -> None:
    told = {"name": "Welder", "wioa_type": "occupational_certification", "awarded_on": on}
    await tx.run(insert(Credential).values(participant=who, partner=partner, **told, **ACT))


async def agreed(tx: Tx, partner: UUID) -> None:
    await tx.run(insert(Agreement).values(partner=partner, kind="wage_match", valid_from=SINCE, source="s"))


async def marked(tx: Tx, who: UUID) -> None:
    await tx.run(insert(Touched).values(participant=who))
