"""People on their way: enrollments, services, steps, credentials, and the participations that follow."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from app.access.dependencies import Read, Today, Tx, may, may_see
from app.access.once import Once
from app.access.permissions import Permission
from app.api.revisions import IfMatch, tagged
from app.contract import enrollments as contract
from app.contract.values import Day
from app.core import db
from app.core.actor import Actor
from app.core.errors import Invalid, NotFound, Refused
from app.core.paging import LIMIT, MOST, link
from app.enrollments import actions, catalogue, history, queries, reading
from app.enrollments.actions import AWARD, COMPLETE_STEP, ENROLL, EXCUSE
from app.enrollments.voiding import KINDS, void

router = APIRouter(prefix="/v1", tags=["enrollments"], route_class=Once)

Reader = Annotated[Actor, may(Permission.READ_PEOPLE)]
Enroller = Annotated[Actor, may(Permission.ENROLL)]
Server = Annotated[Actor, may(Permission.SERVE)]
Voider = Annotated[Actor, may(Permission.VOID)]
MISSING: dict[int | str, dict[str, Any]] = {404: {"description": "There is none, or none that you may see."}}
STALE: dict[int | str, dict[str, Any]] = {**MISSING, 412: {"description": "Somebody changed it since you read it."}}
GONE: dict[int | str, dict[str, Any]] = {**MISSING, 410: {"description": "It followed from what was known once, and follows no more."}}


@contextmanager
def named_in_path(*codes: str) -> Iterator[None]:
    """What the address names and is not there is a 404; of a body it is a violation like others."""
    try:
        yield
    except Refused as refused:
        for violation in refused.violations:
            if violation.code in codes:
                raise NotFound(violation.detail) from refused
        raise


@router.get("/service-catalogue")
async def read_service_catalogue(read: Read, by: Annotated[Actor, may_see(Permission.READ_DEFINITIONS)]) -> contract.ServiceCatalogue:
    """Every kind of service, and what each does to a participation."""
    rows = await catalogue.catalogue(read, by=by)
    return contract.ServiceCatalogue(items=[contract.ServiceKindDefinition.model_validate(dict(row._mapping)) for row in rows])


@router.post("/enrollments", status_code=201)
async def enroll(new: contract.NewEnrollment, tx: Tx, by: Enroller, today: Today, response: Response) -> contract.Recorded:
    """Enroll a participant on a career path."""
    [made] = await tx.act(ENROLL, ENROLL.one(**dict(new)), by=by, today=today)
    response.headers["Location"] = f"/v1/enrollments/{made}"
    return contract.Recorded(id=made)


@router.get("/enrollments")
async def list_enrollments(
    tx: Tx,
    by: Reader,
    today: Today,
    request: Request,
    response: Response,
    partner: Annotated[UUID | None, Query(description="those of a partner; your own if you belong to one")] = None,
    participant: UUID | None = None,
    system: Annotated[str | None, Query(description="with `region`: the region system")] = None,
    region: Annotated[str | None, Query(description="with `system`: where the person lived on the day of enrollment")] = None,
    career_path: Annotated[str | None, Query(description="a path's key: enrollments in any version")] = None,
    status: Annotated[contract.EnrollmentStatus | None, Query(description="those taken back are listed only if asked for")] = None,
    after: Annotated[str | None, Query(description="the `next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT,
) -> contract.EnrollmentPage:
    """Enrollments, oldest first."""
    if (system is None) != (region is None):
        raise Invalid("A region is known by its system and its code: send 'system' and 'region' together.")
    wanted = {"partner": partner, "participant": participant, "career_path": career_path, "status": status}
    where = (system, region) if system and region else None
    page = await reading.enrollments(tx, by=by, today=today, region=where, **wanted, after=after, limit=limit)
    if leads := link(str(request.url), page):
        response.headers["Link"] = leads
    return contract.EnrollmentPage(
        items=[contract.EnrollmentSummary.model_validate(dict(row._mapping)) for row in page.items], next=page.next
    )


@router.get("/enrollments/{enrollment}", responses=MISSING)
async def read_enrollment(enrollment: UUID, tx: Tx, by: Reader, today: Today, response: Response) -> contract.Enrollment:
    """One enrollment, with the steps of its path and the credentials that it led to."""
    told = await reading.enrollment(tx, by=by, today=today, enrollment=enrollment)
    tagged(response, told["revision"])
    regions = {system: decided["region"] for system, decided in told["regions"].items()}
    return contract.Enrollment.model_validate({**told, "regions": regions})


@router.post("/enrollments/{enrollment}/step-completions", status_code=201, responses=MISSING)
async def complete_step(enrollment: UUID, new: contract.NewStepCompletion, tx: Tx, by: Server, today: Today) -> contract.Recorded:
    """Record that a step was finished."""
    with named_in_path("unknown_enrollment"):
        [made] = await tx.act(COMPLETE_STEP, COMPLETE_STEP.one(enrollment=enrollment, **dict(new)), by=by, today=today)
    return contract.Recorded(id=made)


@router.post("/enrollments/{enrollment}/completion", status_code=201, responses=STALE)
async def complete(enrollment: UUID, ending: contract.Ending, tx: Tx, by: Server, today: Today, revision: IfMatch) -> contract.Recorded:
    """The path is finished: all its courses and credentials are. Participations go on until their own exit."""
    return await _end(tx, by, today, enrollment, ending, "completion", revision)


@router.post("/enrollments/{enrollment}/withdrawal", status_code=201, responses=STALE)
async def withdraw(enrollment: UUID, ending: contract.Ending, tx: Tx, by: Server, today: Today, revision: IfMatch) -> contract.Recorded:
    """The person left the path before its end."""
    return await _end(tx, by, today, enrollment, ending, "withdrawal", revision)


async def _end(
    tx: db.Tx, by: Actor, today: date, enrollment: UUID, ending: contract.Ending, ended_by: str, revision: int | None
) -> contract.Recorded:
    with named_in_path("unknown_enrollment"):
        await actions.end(tx, by=by, today=today, enrollment=enrollment, ended_on=ending.ended_on, ended_by=ended_by, revision=revision)
    return contract.Recorded(id=enrollment)


@router.post("/enrollments/{enrollment}/services", status_code=201, responses=MISSING)
async def serve_enrolled(enrollment: UUID, new: contract.NewServiceOfEnrollment, tx: Tx, by: Server, today: Today) -> contract.Recorded:
    """Record a service as part of an enrollment."""
    participant = await queries.participant_of(tx, by=by, today=today, enrollment=enrollment)
    return contract.Recorded(id=await actions.serve(tx, by=by, today=today, participant=participant, enrollment=enrollment, **dict(new)))


@router.post("/enrollments/{enrollment}/credentials", status_code=201, responses=MISSING)
async def award_enrolled(enrollment: UUID, new: contract.NewCredentialOfEnrollment, tx: Tx, by: Server, today: Today) -> contract.Recorded:
    """Record a credential that an enrollment led to."""
    participant = await queries.participant_of(tx, by=by, today=today, enrollment=enrollment)
    [made] = await tx.act(AWARD, AWARD.one(participant=participant, enrollment=enrollment, **dict(new)), by=by, today=today)
    return contract.Recorded(id=made)


@router.post("/participants/{participant}/services", status_code=201, responses=MISSING)
async def serve(participant: UUID, new: contract.NewService, tx: Tx, by: Server, today: Today) -> contract.Recorded:
    """Record a service. The person's participations follow from it."""
    with named_in_path("unknown_participant"):
        return contract.Recorded(id=await actions.serve(tx, by=by, today=today, participant=participant, **dict(new)))


@router.post("/services/{service}/ending", status_code=201, responses=MISSING)
async def end_service(service: UUID, ending: contract.Ending, tx: Tx, by: Server, today: Today) -> contract.Recorded:
    """A service that ran has ended."""
    with named_in_path("unknown_service"):
        await actions.end_service(tx, by=by, today=today, service=service, ended_on=ending.ended_on)
    return contract.Recorded(id=service)


@router.post("/participants/{participant}/planned-services", status_code=201, responses=MISSING)
async def plan(participant: UUID, new: contract.NewPlannedService, tx: Tx, by: Server, today: Today) -> contract.Recorded:
    """Document a service for a later day: until then the participation stays open."""
    with named_in_path("unknown_participant"):
        return contract.Recorded(id=await actions.plan(tx, by=by, today=today, participant=participant, **dict(new)))


@router.post("/participants/{participant}/credentials", status_code=201, responses=MISSING)
async def award(participant: UUID, new: contract.NewCredential, tx: Tx, by: Server, today: Today) -> contract.Recorded:
    """Record a credential."""
    with named_in_path("unknown_participant"):
        [made] = await tx.act(AWARD, AWARD.one(participant=participant, **dict(new)), by=by, today=today)
    return contract.Recorded(id=made)


@router.post("/participants/{participant}/exit-reasons", status_code=201, responses=MISSING)
async def excuse(participant: UUID, new: contract.NewExitReason, tx: Tx, by: Server, today: Today) -> contract.Recorded:
    """Record a reason that leaves the person's exit out of indicators. No exit is entered: it is derived."""
    with named_in_path("unknown_participant"):
        [made] = await tx.act(EXCUSE, EXCUSE.one(participant=participant, **dict(new)), by=by, today=today)
    return contract.Recorded(id=made)


@router.get("/participants/{participant}/participations", responses=MISSING)
async def read_participations(participant: UUID, tx: Tx, by: Reader, today: Today) -> contract.Participations:
    """A person's participations, oldest first, each with what began it and what keeps it open."""
    found = await reading.participations(tx, by=by, today=today, participant=participant)
    reportable = not found and await history.served(tx, by=by, participant=participant)
    return contract.Participations(items=[_explained(one, by, today) for one in found], reportable_individual=reportable)


@router.get("/participants/{participant}/participation-history", responses=MISSING)
async def read_participation_history(
    participant: UUID,
    tx: Tx,
    by: Reader,
    today: Today,
    as_of: Annotated[Day | None, Query(description="what was known at the end of that day; left out, all that ever was")] = None,
) -> contract.ParticipationHistory:
    """What was known of a person's participations, and from when until when: a changed exit keeps what it was before."""
    found = await history.versions(tx, by=by, today=today, participant=participant, as_of=as_of)
    return contract.ParticipationHistory(items=[contract.ParticipationVersion(**asdict(one)) for one in found])


@router.get("/participations/{participation}", responses=GONE)
async def read_participation(participation: UUID, tx: Tx, by: Reader, today: Today) -> contract.ParticipationExplained:
    """One participation: entry, exit as known today, why it began, what keeps it open, and in how many days its exit is known."""
    return _explained(await reading.participation(tx, by=by, today=today, participation=participation), by, today)


def _explained(one: reading.Explained, by: Actor, today: date) -> contract.ParticipationExplained:
    period = one.period
    return contract.ParticipationExplained(
        id=one.id,
        person=one.person if by.partner is None else None,
        track=period.track,
        programs=one.programs,
        program_enrollments=[contract.ProgramEnrollment(**asdict(each)) for each in one.program_enrollments],
        entry=period.entry,
        last_service=period.last_service,
        open_until=period.open_until,
        exit=period.exit(today),
        days_to_exit=period.days_to_exit(today),
        as_of=today,
        began_by=[_evidence(row) for row in one.began_by],
        kept_open_by=[_evidence(row) for row in one.kept_open_by],
    )


def _evidence(row: Any) -> contract.Evidence:
    told = row._asdict()
    if not row.shared:
        told |= {"id": None, "kind": None, "title": None, "citation": None, "partner": None}
    return contract.Evidence.model_validate(told)


def _door(kind: str) -> None:
    """`POST /v1/{kind}/{id}/void`, a route for each kind: other rooms have kinds of their own."""

    @router.post(f"/{kind}/{{record}}/void", responses=MISSING, name=f"void_{kind}")
    async def take_back(record: UUID, why: contract.Void, tx: Tx, by: Voider, today: Today) -> contract.Recorded:
        """Take back one record, with a reason. It stays, marked, and counts for nothing any more."""
        with named_in_path("unknown_record"):
            await void(tx, by=by, today=today, kind=kind, record=record, reason=why.reason)
        return contract.Recorded(id=record)


for _kind in KINDS:
    _door(_kind)
