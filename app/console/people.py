"""A person: one time-line of everything, what keeps the participation open, and the way to record more."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.access.permissions import Permission
from app.console.choices import PROGRAMS, lives_in
from app.console.dependencies import Today, Tx, may
from app.console.pages import page
from app.core import db
from app.core.actor import Actor
from app.employment.timeline import timeline
from app.enrollments import reading
from app.participants import actions

router = APIRouter(prefix="/console", include_in_schema=False)

VOIDED_AS = {
    "service": "services",
    "planned_service": "planned-services",
    "enrollment": "enrollments",
    "step_completion": "step-completions",
    "credential": "credentials",
    "exit_reason": "exit-reasons",
    "employment": "employment-records",
}
"""What of the time-line can be taken back, and its kind in addresses."""


ANOTHER = "another_partner"


@dataclass(frozen=True)
class Moment:
    """Something that happened. `void` is the end of the address where it is taken back; empty where the caller may not.

    What another partner recorded, one after the other, is one moment with all its `days`, the last first.
    """

    on: date
    what: str
    title: str
    void: str = ""
    days: tuple[date, ...] = ()


async def told(tx: db.Tx, *, by: Actor, today: date, participant: UUID) -> dict[str, Any]:
    """Everything that the screen shows of a person. Each part leaves its entry. Raises `NoParticipant`."""
    person = await actions.read(tx, by=by, participant=participant)
    return {
        "person": person,
        "today": today,
        "regions": lives_in(person),
        "moments": _together(reversed(await moments(tx, by=by, today=today, participant=participant))),
        "programs": PROGRAMS,
        "participations": _open(await reading.participations(tx, by=by, today=today, participant=participant), today),
        "enrollments": await reading.under_way(tx, by=by, today=today, participant=participant),
    }


async def moments(tx: db.Tx, *, by: Actor, today: date, participant: UUID) -> list[Moment]:
    """What happened to a person, oldest first. Leaves an entry. Raises `NoParticipant`."""
    return [_moment(row, by) for row in await timeline(tx, by=by, today=today, participant=participant)]


def _moment(row: Any, by: Actor) -> Moment:
    """What another partner recorded and does not share is a date and no more."""
    if not row.shared:
        return Moment(row.on, ANOTHER, "", days=(row.on,))
    mine = Permission.VOID in by.permissions and by.partner in (None, row.partner) and row.what in VOIDED_AS
    return Moment(row.on, row.what, row.title or "", f"{VOIDED_AS[row.what]}/{row.id}" if mine else "")


def _together(each: Iterable[Moment]) -> list[Moment]:
    """The moments, what other partners recorded between two of them as one."""
    found: list[Moment] = []
    for moment in each:
        if found and found[-1].what == moment.what == ANOTHER:
            found[-1] = replace(found[-1], days=(*found[-1].days, *moment.days))
        else:
            found.append(moment)
    return found


def _open(found: Sequence[reading.Explained], today: date) -> list[reading.Explained]:
    """Those that stand open; of people who have none, the last one."""
    still = [one for one in found if one.period.exit(today) is None]
    return still or list(found[-1:])


@router.get("/people/{participant}")
async def show(
    request: Request, tx: Tx, by: Annotated[Actor, may(Permission.READ_PEOPLE)], today: Today, participant: UUID, done: str = ""
) -> Response:
    """One person. `done` names what was just recorded, after a form without script."""
    about = await told(tx, by=by, today=today, participant=participant)
    return page(request, "person.html", by=by, here="find", done=done, **about)
