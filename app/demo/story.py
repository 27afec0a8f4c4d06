"""One person whom a visitor can follow: from a real layoff notice to the figure that she is counted in. She herself is invented."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from typing import Any

import polars as pl

from app.core.actor import Actor
from app.core.db import Tx
from app.demo.population import Chunk, Delivery, Part, make
from app.demo.world import World
from app.labor_market import notices


@dataclass(frozen=True)
class Notice:
    """A layoff notice as the state published it (29 USC 2102)."""

    employer: str
    noticed_on: date
    effective_on: date
    site: str
    county: str
    affected: int
    source: str


NOTICE = Notice(
    employer="Air Products and Chemicals, Inc.",
    noticed_on=date(2025, 1, 30),
    effective_on=date(2025, 1, 30),
    site="6400 Sheridan Drive 310, Amherst, NY 14221",
    county="36029",
    affected=28,
    source="New York State Department of Labor, WARN notices, posted on 27 February 2025",
)


async def noticed(tx: Tx, *, by: Actor, today: date) -> None:
    """Record the notice, as the state's staff does, unless it is there."""
    told = {
        "employer": NOTICE.employer,
        "site": NOTICE.site,
        "county": NOTICE.county,
        "notice_date": NOTICE.noticed_on,
        "effective_date": NOTICE.effective_on,
        "affected": NOTICE.affected,
        "event": "closure",
        "source": NOTICE.source,
    }
    there = await notices.listed(tx, by=by, county=NOTICE.county, since=NOTICE.noticed_on)
    if not any((row.employer, row.notice_date) == (NOTICE.employer, NOTICE.noticed_on) for row in there.items):
        await tx.act(notices.RECORD, notices.RECORD.one(**told), by=by, today=today)


NAME, PATH, REGION, BOARD, REFERENCE = "Rosa Demobrook", "pharmacy_technician", "western_new_york", "erie_board", "STORY-0001"
COLLEGE = "western_new_york_college"
ENROLLMENT = "STORY-E-0001"
STARTED = date(2025, 2, 18)
ENTRY = date(2025, 2, 11)
PLACED_AFTER = timedelta(days=6)  # from the last step to help with the application that found her work

LOST, FOUND = "89-9990001", "89-9990002"
"""Employers, invented: the IRS gives no employer number that begins with 89."""

WAGES = (
    ("2024Q3", LOST, "12480.00", None, "325120"),
    ("2024Q4", LOST, "12655.50", None, "325120"),
    ("2025Q1", LOST, "4218.75", None, "325120"),
    ("2025Q4", FOUND, "9386.40", "29-2052", "456110"),
    ("2026Q1", FOUND, "9741.20", "29-2052", "456110"),
    ("2026Q2", FOUND, "9902.75", "29-2052", "456110"),
)
"""Quarter, employer, wages, occupation if known, industry.

Around Buffalo the median of her new occupation is $10,032 a quarter (OEWS May 2025).
"""

Rows = list[dict[str, Any]]


def finished(world: World) -> date:
    """The day of her last step: the path's planned weeks after its first."""
    return STARTED + timedelta(weeks=_way(world).weeks)


def exited(world: World) -> date:
    """Her last day served, which is her exit once 90 days have passed."""
    return finished(world) + PLACED_AFTER


def chunk(world: World) -> Chunk:
    """She alone, as a chunk like any other."""
    like = make(Part(0, 0, 2), 0, world)  # two people more whom nobody loads: the types of their columns are hers
    brought = _facts(world)
    deliveries = tuple(
        Delivery(d.kind, pl.DataFrame([] if d.late else brought.get(d.kind, []), schema=d.rows.schema), d.late) for d in like.deliveries
    )
    meant = {name: pl.DataFrame(_truth(world)[name], schema=frame.schema) for name, frame in like.truth.items()}
    return Chunk(-1, 1, deliveries, meant)


def _way(world: World) -> Any:
    return next(way for way in world.ways if way.key == PATH)


def _facts(world: World) -> Mapping[str, Rows]:
    """What her board, her college and the state's wage match recorded."""
    of_board = {"partner": BOARD, "of": BOARD, "participant": REFERENCE}
    of_college = {**of_board, "partner": COLLEGE}
    program = {"program": "dislocated_worker"}
    steps = _steps(world)
    training = {**program, "kind": "occupational_skills_training", "given_on": STARTED, "ended_on": finished(world)}
    return {
        "participants": [_person()],
        "enrollments": [
            {**of_college, "career_path": PATH, "started_on": STARTED, "planned_end": finished(world), "reference": ENROLLMENT}
        ],
        "services": [
            {**of_board, "kind": "initial_assessment", "program": "wagner_peyser", "given_on": ENTRY},
            {**of_board, **program, "kind": "individual_employment_plan", "given_on": ENTRY + timedelta(days=3)},
            {**of_college, **training, "enrollment": ENROLLMENT},
            {**of_board, **program, "kind": "placement_assistance", "given_on": exited(world)},
        ],
        "step_completions": [
            {"partner": COLLEGE, "enrollment": ENROLLMENT, "step": rung.key, "completed_on": on} for rung, on in steps
        ],
        "credentials": [
            {**of_college, "enrollment": ENROLLMENT, "name": r.credential, "wioa_type": r.wioa_type, "issuer": r.issuer, "awarded_on": on}
            for r, on in steps
            if r.credential
        ],
        "endings": [{"partner": COLLEGE, "enrollment": ENROLLMENT, "ended_on": finished(world), "ended_by": "completion"}],
        "employment_records": [
            {"partner": BOARD, "participant": REFERENCE, "quarter": quarter, "employer": employer, "source": "ui", "wages": wages,
             "occupation": occupation, "industry": industry, "apprenticeship": False}
            for quarter, employer, wages, occupation, industry in WAGES
        ],
    }  # fmt: skip


def _person() -> dict[str, Any]:
    first, last = NAME.split()
    return {
        "partner": BOARD, "reference": REFERENCE, "first_name": first, "last_name": last, "birth_date": date(1984, 5, 14),
        "ssn": "887990001", "email": "rosa.demobrook@example.org", "phone": "716-555-0130", "address": "30 Example Street",
        "postal": "NY", "county": NOTICE.county, "sex": 2, "hispanic": 0, "races": "white", "veteran": 0, "registered_on": ENTRY,
    }  # fmt: skip


def _steps(world: World) -> list[tuple[Any, date]]:
    """Her path's steps, each with the day on which she finished it: as planned."""
    days = (finished(world) - STARTED).days
    return [(rung, STARTED + timedelta(days=ceil(rung.upto * days))) for rung in _way(world).rungs]


def _truth(world: World) -> Mapping[str, Rows]:
    """What she stands for: one period, a completed path, work in both quarters that count, as far as they are in."""
    about = {"partner": BOARD, "reference": REFERENCE}
    return {
        "people": [{**about, "participates": True, "program": "dislocated_worker", "region": REGION, "area": "erie", "edges": ""}],
        "periods": [
            {
                **about, "number": 1, "entry": ENTRY, "last_service": exited(world), "exit": exited(world), "credential_cohort": True,
                "credential": True, "employed_q1": True, "employed_q2": True, "wages_q2": 974_120, "employed_q3": True,
            }
        ],
        "enrollments": [
            {
                "partner": COLLEGE, "reference": ENROLLMENT, "person_partner": BOARD, "person": REFERENCE, "career_path": PATH,
                "started_on": STARTED, "planned_end": finished(world), "ended_on": finished(world), "completed": True,
                "in_target": True, "occupation_known": True,
            }
        ],
    }  # fmt: skip
