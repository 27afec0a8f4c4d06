"""Evidence of work. Reading it is recorded."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Row

from app.access.dependencies import Today, Tx, may
from app.access.once import Once
from app.access.permissions import Permission
from app.api.enrollments import MISSING, named_in_path
from app.contract import employment as contract
from app.contract.enrollments import Moment, Recorded, Timeline, Void
from app.core.actor import Actor
from app.core.paging import LIMIT, MOST, link
from app.core.periods import spoken
from app.employment import actions, queries, rules
from app.employment.timeline import timeline

router = APIRouter(prefix="/v1", tags=["employment"], route_class=Once)

Reader = Annotated[Actor, may(Permission.READ_PEOPLE)]
Recorder = Annotated[Actor, may(Permission.RECORD_EMPLOYMENT)]
Voider = Annotated[Actor, may(Permission.VOID)]
After = Annotated[str | None, Query(description="the `next` of the page before")]
Limit = Annotated[int, Query(ge=1, le=MOST)]


@router.post("/participants/{participant}/employment-records", status_code=201, responses=MISSING)
async def record_employment(
    participant: UUID, new: contract.NewEmploymentRecord, tx: Tx, by: Recorder, today: Today
) -> contract.EmploymentRecord:
    """Record a quarter of work. Only quarters that have ended; only what you collected yourself, unless you are the state."""
    told = {**new.model_dump(exclude={"wages", "rate"}), "participant": participant, "wages": _cents(new)}
    with named_in_path("unknown_participant"):
        [made] = await tx.act(actions.RECORD, actions.RECORD.one(**told), by=by, today=today)
    return _told(await queries.record(tx, by=by, today=today, record=made))


@router.get("/participants/{participant}/employment-records", responses=MISSING)
async def list_employment_records(
    participant: UUID,
    tx: Tx,
    by: Reader,
    today: Today,
    request: Request,
    response: Response,
    after: After = None,
    limit: Limit = LIMIT,
) -> contract.EmploymentRecordPage:
    """A person's quarters of work. Wages, employers and sources only as far as you may see them (20 CFR 603)."""
    page = await actions.listed(tx, by=by, today=today, participant=participant, after=after, limit=limit)
    if leads := link(str(request.url), page):
        response.headers["Link"] = leads
    return contract.EmploymentRecordPage(items=[_told(row) for row in page.items], next=page.next)


@router.post("/employment-records/{record}/void", responses=MISSING)
async def void_employment_record(record: UUID, why: Void, tx: Tx, by: Voider) -> Recorded:
    """Take back one record, with a reason. It stays, marked, and counts for nothing any more."""
    with named_in_path("unknown_record"):
        await actions.void(tx, by=by, record=record, reason=why.reason)
    return Recorded(id=record)


@router.get("/participants/{participant}/timeline", responses=MISSING)
async def read_timeline(participant: UUID, tx: Tx, by: Reader, today: Today) -> Timeline:
    """What happened to a person, oldest first. What another partner recorded is a date, unless it agreed to share; of work that is not
    disclosed to you, the quarter."""
    rows = await timeline(tx, by=by, today=today, participant=participant)
    return Timeline(items=[_moment(row) for row in rows])


def _moment(row: Any) -> Moment:
    if not row.shared:
        return Moment(on=row.on, what="another_partner", title=None, partner=None, id=None)
    return Moment.model_validate(row._asdict())


def _cents(new: contract.NewEmploymentRecord) -> int | None:
    """The quarter's wages: as told, or worked out from the rate."""
    if new.rate is not None:
        return rules.quarterly(rules.Basis(new.rate.basis), new.rate.amount, weekly_hours=new.rate.weekly_hours)
    return None if new.wages is None else rules.cents(new.wages)


def _told(row: Row[Any]) -> contract.EmploymentRecord:
    wages = None if row.wages is None else f"{row.wages // 100}.{row.wages % 100:02}"
    return contract.EmploymentRecord.model_validate({**row._mapping, "quarter": spoken(row.quarter).replace(" ", ""), "wages": wages})
