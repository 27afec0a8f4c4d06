"""Today: what is due for the people of a board or a college, and for the state's staff how its regions do."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response

from app.access.permissions import Permission
from app.console.dependencies import Today, Tx, may
from app.console.outcomes import summary
from app.console.pages import elsewhere, page, wants_part
from app.core import db
from app.core.actor import Actor
from app.enrollments import actions, deadlines
from app.imports import queries as imports
from app.participants.naming import names

router = APIRouter(prefix="/console", include_in_schema=False)


@router.get("/today")
async def show(request: Request, tx: Tx, by: Annotated[Actor, may(Permission.READ_DEFINITIONS)], today: Today) -> Response:
    """The day's work of whoever signed in."""
    told: dict[str, Any] = {"today": today, "caseload": None, "refused": (), "outcomes": None}
    if by.partner is not None and Permission.READ_PEOPLE in by.permissions:
        told |= {"caseload": await deadlines.numbers(tx, by=by, today=today), **await _due(tx, by, today)}
    if Permission.IMPORT in by.permissions:
        told["refused"] = await imports.with_errors(tx, by=by, today=today)
    if Permission.READ_OUTCOMES in by.permissions:
        told["outcomes"] = await summary(request, tx, by, today)
    return page(request, "today.html", by=by, here="today", **told)


async def _due(tx: db.Tx, by: Actor, today: date) -> dict[str, Any]:
    """The four lists, and the names of everybody in them."""
    lists = {
        "exits": await deadlines.exits_coming(tx, by=by, today=today),
        "plans": await deadlines.plans_due(tx, by=by, today=today),
        "follow_ups": await deadlines.follow_ups_due(tx, by=by, today=today),
        "overdue": await deadlines.past_planned_end(tx, by=by, today=today),
    }
    return lists | {"names": await names(tx, by=by, participants=_people(lists.values()))}


def _people(lists: Any) -> Sequence[UUID]:
    return list({row.participant for due in lists for row in due.items})


@router.post("/today/plans")
async def plan(
    request: Request,
    tx: Tx,
    by: Annotated[Actor, may(Permission.SERVE)],
    today: Today,
    participant: Annotated[UUID, Form()],
    kind: Annotated[str, Form()],
    program: Annotated[str, Form()],
    planned_for: Annotated[date, Form()],
) -> Response:
    """Plan a service with one click; the list of exits that come is shown anew, without the one that it holds open."""
    await actions.plan(
        tx, by=by, today=today, participant=participant, kind=kind, program=program, documented_on=today, planned_for=planned_for
    )
    if not wants_part(request):
        return elsewhere(request, "/console/today")
    exits = await deadlines.exits_coming(tx, by=by, today=today)
    known = await names(tx, by=by, participants=[participant, *_people([exits])])
    planned = {"who": known.get(participant, ""), "on": planned_for}
    return page(request, "_exits.html", by=by, exits=exits, names=known, today=today, planned=planned)
