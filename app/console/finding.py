"""Find a person: as one types, or by a plain form. Every search leaves an entry."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.access.permissions import Permission
from app.console.dependencies import Tx, may
from app.console.pages import page, wants_part
from app.core.actor import Actor
from app.participants.searching import search, take_apart

router = APIRouter(prefix="/console", include_in_schema=False)

LONGEST = 200
"""Characters of what is looked for; nobody's name is longer."""


@router.get("/people")
async def find(
    request: Request,
    tx: Tx,
    by: Annotated[Actor, may(Permission.READ_PEOPLE)],
    q: Annotated[str, Query(max_length=LONGEST)] = "",
) -> Response:
    """The form, and whom it found; of the page the results alone while somebody types."""
    q = q.replace("\x00", " ").strip()
    rows, more = await search(tx, by=by, q=q)
    too_short = take_apart(q).too_short
    template = "_found.html" if wants_part(request) else "people.html"
    return page(request, template, by=by, here="find", q=q, rows=rows, more=more, too_short=too_short)
