"""What enrolling and serving stand on, as rows: paths, a catalogue, and people whom Alice, Charlie or both know."""

import csv
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from app.career_paths.models import CareerPath, OfferedRegion, Step
from app.contract.enrollments import ServiceKindDefinition
from app.core.db import Tx
from app.enrollments.catalogue import Kind, adopt_catalogue
from app.participants.models import Caseload, Participant, Residence
from app.regions.models import RegionSystem
from tests.house.tree import ROOT
from tests.people import DANA, ERIE, MONROE, _numbered

SINCE = date(2020, 1, 1)
CATALOGUE = ROOT / "regions/us-ny/service_catalogue.csv"

BUFFALO, CANTON, JERSEY = _numbered(201), _numbered(202), _numbered(203)
ANN, BEA, CAL, DEE, EVE = (_numbered(number) for number in range(211, 216))
"""Ann and Bea are Alice's, Cal is Charlie's, Dee is both's. Bea lives in the North Country, Eve (Alice's) in New Jersey."""

WELDING, PHARMACY, DRAFT, RETIRED = (_numbered(number) for number in range(221, 225))
"""Welding is offered everywhere, pharmacy in Western New York alone; one path is a draft, one was retired on 2026-01-01."""

COURSE, EXAM, PRACTICE, OTHER_STEP = (_numbered(number) for number in range(231, 235))
"""The steps of welding, the last of which holds nobody up, and a step of pharmacy."""


def catalogue() -> list[Kind]:
    """New York's."""
    with CATALOGUE.open(newline="") as file:
        return [Kind(**ServiceKindDefinition.model_validate(row).model_dump()) for row in csv.DictReader(file)]


def _path(id_: UUID, key: str, **otherwise: Any) -> dict[str, Any]:
    told = {"version": 1, "status": "published", "title": key.title(), "summary": "s", "source": "s", "leads_to": [], "everywhere": True}
    return {"id": id_, "key": key, **told, "weeks": 10, "valid_from": SINCE, "valid_until": None, **otherwise}


def _step(id_: UUID, path: UUID, position: int, kind: str) -> dict[str, Any]:
    told: dict[str, Any] = {"title": kind.title(), "hours": 40, "hours_basis": "typical", "weeks": 5, "delivery": "online", "cost": 0}
    told["provider"] = {"kind": "training_provider", "name": "A school"}
    awards = ("A certificate", "occupational_certificate", "A body") if kind == "credential" else (None, None, None)
    told |= dict(zip(("credential", "wioa_type", "issuer"), awards, strict=True))
    return {"id": id_, "career_path": path, "position": position, "key": f"step_{position}", "kind": kind, "cost_basis": "typical", **told}


async def lay(tx: Tx) -> None:
    """Put all of it into New York."""
    await tx.run(insert(RegionSystem).values(key="labor_market_region", title="Regions", source="s"))
    for id_, postal, county, region in (
        (BUFFALO, "NY", "36029", "western_new_york"),
        (CANTON, "NY", "36089", "north_country"),
        (JERSEY, "NJ", None, None),
    ):
        regions = {"labor_market_region": {"region": region, "how": "county" if county else "out_of_state"}}
        lives = {"postal": postal, "county": county, "decided_on": SINCE, "regions": regions, "fingerprint": id_.bytes}
        await tx.run(insert(Residence).values(id=id_, **lives))
    told = {"last_name": "Example", "birth_date": date(1990, 5, 17), "sex": 2, "hispanic": 9, "registered_on": SINCE, "act": UUID(int=0)}
    for id_, name, lives_in, partners in (
        (ANN, "Ann", BUFFALO, (ERIE,)),
        (BEA, "Bea", CANTON, (ERIE,)),
        (CAL, "Cal", BUFFALO, (MONROE,)),
        (DEE, "Dee", BUFFALO, (ERIE, MONROE)),
        (EVE, "Eve", JERSEY, (ERIE,)),
    ):
        about = {"id": id_, "person": id_, "first_name": name, "residence": lives_in, "registered_by": partners[0].id}
        await tx.run(insert(Participant).values(**about, **told))
        for partner in partners:
            await tx.run(insert(Caseload).values(partner=partner.id, participant=id_, since=SINCE))
    await tx.run(
        insert(CareerPath),
        [
            _path(WELDING, "welding"),
            _path(PHARMACY, "pharmacy", everywhere=False),
            _path(DRAFT, "drafted", status="draft"),
            _path(RETIRED, "retired", status="retired", valid_until=date(2026, 1, 1)),
        ],
    )
    await tx.run(insert(OfferedRegion).values(career_path=PHARMACY, system="labor_market_region", region="western_new_york", position=1))
    steps = [_step(COURSE, WELDING, 1, "course"), _step(EXAM, WELDING, 2, "credential"), _step(PRACTICE, WELDING, 3, "work_based_learning")]
    await tx.run(insert(Step), [*steps, _step(OTHER_STEP, PHARMACY, 1, "course")])
    await adopt_catalogue(tx, by=DANA.actor, kinds=catalogue())
