"""Eighty people of whom one region has four, in the world of tests/enrollments/world.py and by two region systems that overlap.

All exited on 2025-08-15; the report is quarter@2026-09-30. Labor market regions: Western New York 50 people, 30 of them at work two
quarters later; Finger Lakes 24, 12; North Country 4, 2. The local area Genesee takes in 10 people of Western New York and the Finger
Lakes, Erie the other 40, North the North Country.
"""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from app.core.db import Tx
from app.employment.models import EmploymentRecord
from app.enrollments.models import Enrollment, Service
from app.participants.models import Participant, Residence
from app.regions.models import Region, RegionEdition, RegionSystem
from tests.enrollments.world import SINCE, WELDING, lay
from tests.people import ERIE, _numbered

ACT = {"act": UUID(int=0)}
Q1_2026 = 2026 * 4
ENTRY, EXIT = date(2025, 3, 1), date(2025, 8, 15)
REGIONS = {
    "labor_market_region": ("western_new_york", "finger_lakes", "north_country"),
    "lwda": ("erie", "genesee", "north"),
}
HOMES = {
    ("western_new_york", "erie"): (40, 24),
    ("western_new_york", "genesee"): (10, 6),
    ("finger_lakes", "genesee"): (24, 12),
    ("north_country", "north"): (4, 2),
}
"""Labor market region and local area: how many people, and how many of them at work."""


async def settle(tx: Tx) -> None:
    """Put all of it into New York."""
    await lay(tx)
    await tx.run(insert(RegionSystem).values(key="lwda", title="Local areas", source="s"))
    for number, (system, codes) in enumerate(REGIONS.items()):
        edition = UUID(int=301 + number)
        await tx.run(insert(RegionEdition).values(id=edition, system=system, valid_from=SINCE, source="s"))
        for code in codes:
            await tx.run(insert(Region).values(edition=edition, code=code, name=code.replace("_", " ").title(), counties=[]))
    people = 0
    for number, ((lmr, lwda), (count, at_work)) in enumerate(HOMES.items()):
        home = _numbered(901 + number)
        regions = {"labor_market_region": {"region": lmr, "how": "county"}, "lwda": {"region": lwda, "how": "county"}}
        lives = {"postal": "NY", "county": "36029", "decided_on": SINCE, "regions": regions, "fingerprint": home.bytes}
        await tx.run(insert(Residence).values(id=home, **lives))
        await exited(tx, [_numbered(1001 + people + n) for n in range(count)], home, at_work)
        people += count


async def exited(tx: Tx, people: list[UUID], home: UUID, at_work: int) -> None:
    """People who learned and took part, and exited; the first `at_work` of them earned $6,000 or $7,000."""
    about: dict[str, Any] = {
        "last_name": "Example",
        "birth_date": date(1990, 5, 17),
        "sex": 2,
        "hispanic": 9,
        "registered_on": SINCE,
        **ACT,
    }
    told = {"partner": ERIE.id, **ACT}
    lives = {"residence": home, "registered_by": ERIE.id, "first_name": "Somebody"}
    await tx.run(insert(Participant), [{"id": one, "person": one, **lives, **about} for one in people])
    served = {"kind": "occupational_skills_training", "program": "adult", "given_on": ENTRY, "ended_on": EXIT}
    await tx.run(insert(Service), [{"participant": one, **served, **told} for one in people])
    learned = {"career_path": WELDING, "residence": home, "started_on": ENTRY, "planned_end": ENTRY}
    ended = {"ended_on": EXIT, "ended_by": "completion"}
    await tx.run(insert(Enrollment), [{"participant": one, **learned, **ended, **told} for one in people])
    paid = {"quarter": Q1_2026, "employer": "E1", "source": "ui", **ACT}
    wages = [{"participant": one, "wages": 600_000 + 100_000 * (n % 2), **paid} for n, one in enumerate(people[:at_work])]
    if wages:
        await tx.run(insert(EmploymentRecord), wages)


async def one_more(tx: Tx) -> None:
    """Somebody else in Western New York, not at work, whom the records of the time did not have."""
    await exited(tx, [_numbered(2001)], _numbered(901), 0)
