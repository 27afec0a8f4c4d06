"""What is recorded about a person through forms: the very actions of the API, with its own shapes. Errors stand beside their fields."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ValidationError
from sqlalchemy.exc import IntegrityError

from app.access.permissions import Permission
from app.console import people
from app.console.choices import choices
from app.console.dependencies import FIELD, Today, Tx, may
from app.console.pages import elsewhere, page, wants_part
from app.contract import employment as work
from app.contract import enrollments as contract
from app.core import db
from app.core.actor import Actor
from app.core.errors import NotFound, Refused, Violation
from app.employment import actions as employment
from app.employment.rules import cents
from app.enrollments import actions
from app.enrollments.voiding import void
from app.participants import queries

router = APIRouter(prefix="/console", include_in_schema=False)

Reader = Annotated[Actor, may(Permission.READ_PEOPLE)]


class StepOfEnrollment(contract.NewStepCompletion):
    """A step that was finished, and in which enrollment."""

    enrollment: UUID


class EndOfEnrollment(contract.Ending):
    """How an enrollment ended."""

    enrollment: UUID
    ended_by: Literal["completion", "withdrawal"]


Do = Callable[[db.Tx, Actor, date, UUID, Any], Awaitable[Any]]


@dataclass(frozen=True)
class Deed:
    """Something that can be recorded: with which permission, in which shape, and how."""

    permission: Permission
    shape: type[BaseModel]
    do: Do
    of_partner: bool = True  # the state's own staff say for which partner


async def _enroll(tx: db.Tx, by: Actor, today: date, _participant: UUID, new: contract.NewEnrollment) -> None:
    await tx.act(actions.ENROLL, actions.ENROLL.one(**dict(new)), by=by, today=today)


async def _serve(tx: db.Tx, by: Actor, today: date, participant: UUID, new: contract.NewService) -> None:
    await actions.serve(tx, by=by, today=today, participant=participant, **dict(new))


async def _plan(tx: db.Tx, by: Actor, today: date, participant: UUID, new: contract.NewPlannedService) -> None:
    await actions.plan(tx, by=by, today=today, participant=participant, **dict(new))


async def _award(tx: db.Tx, by: Actor, today: date, participant: UUID, new: contract.NewCredential) -> None:
    await tx.act(actions.AWARD, actions.AWARD.one(participant=participant, **dict(new)), by=by, today=today)


async def _step(tx: db.Tx, by: Actor, today: date, _participant: UUID, new: StepOfEnrollment) -> None:
    await tx.act(actions.COMPLETE_STEP, actions.COMPLETE_STEP.one(**dict(new)), by=by, today=today)


async def _end(tx: db.Tx, by: Actor, today: date, _participant: UUID, new: EndOfEnrollment) -> None:
    await actions.end(tx, by=by, today=today, **dict(new))


async def _worked(tx: db.Tx, by: Actor, today: date, participant: UUID, new: work.NewEmploymentRecord) -> None:
    told = new.model_dump(exclude={"wages", "rate"}) | {"wages": None if new.wages is None else cents(new.wages)}
    await tx.act(employment.RECORD, employment.RECORD.one(participant=participant, **told), by=by, today=today)


DEEDS: Mapping[str, Deed] = {
    "enrollment": Deed(Permission.ENROLL, contract.NewEnrollment, _enroll),
    "service": Deed(Permission.SERVE, contract.NewService, _serve),
    "plan": Deed(Permission.SERVE, contract.NewPlannedService, _plan),
    "step": Deed(Permission.SERVE, StepOfEnrollment, _step, of_partner=False),
    "ending": Deed(Permission.SERVE, EndOfEnrollment, _end, of_partner=False),
    "credential": Deed(Permission.SERVE, contract.NewCredential, _award),
    "employment": Deed(Permission.RECORD_EMPLOYMENT, work.NewEmploymentRecord, _worked, of_partner=False),
}
"""By their name in addresses."""

Fields = dict[str, str]


def _deed(what: str, by: Actor) -> Deed:
    if what not in DEEDS:
        raise NotFound("There is no such form.")
    by.holding(DEEDS[what].permission)
    return DEEDS[what]


async def _fields(request: Request) -> Fields:
    """What was filled in; a field that is left blank is not said."""
    form = await request.form()
    return {name: text for name, value in form.items() if name != FIELD and isinstance(value, str) and (text := value.strip())}


def _read(shape: type[BaseModel], fields: Mapping[str, Any]) -> Any:
    """The fields in the API's own shape. Raises `Refused` with a violation for each that cannot be read."""
    try:
        return shape.model_validate({name: value for name, value in fields.items() if name in shape.model_fields})
    except ValidationError as wrong:
        raise Refused([_violation(error) for error in wrong.errors(include_input=False, include_url=False)]) from None


def _violation(error: Any) -> Violation:
    pointer = str(error["loc"][0]) if error["loc"] else ""
    detail = "This may not be blank." if error["type"] == "missing" else f"{error['msg'].removeprefix('Value error, ')}."
    return Violation(1, pointer, error["type"], detail[0].upper() + detail[1:])


async def _form(
    request: Request, tx: db.Tx, by: Actor, today: date, participant: UUID, what: str, fields: Fields, refused: Refused | None = None
) -> Response:
    """The form, with what was filled in and what is wrong with it."""
    person = await queries.one(tx, by=by, participant=participant)
    told = await choices(tx, by=by, today=today, person=person, what=what, of_partner=what in DEEDS and DEEDS[what].of_partner)
    errors = {violation.pointer: violation.detail for violation in reversed(refused.violations)} if refused else {}
    template = "_recording.html" if wants_part(request) else "recording.html"
    told |= {"person": person, "what": what, "values": fields, "errors": errors, "today": today}
    if what == "void":
        happened = await people.moments(tx, by=by, today=today, participant=participant)
        told["moment"] = next((moment for moment in happened if moment.void == f"{fields['kind']}/{fields['record']}"), None)
    return page(request, template, by=by, here="find", status=422 if refused else 200, **told)


async def _recorded(request: Request, tx: db.Tx, by: Actor, today: date, participant: UUID, what: str) -> Response:
    """The person as things are now; a browser without script is sent there."""
    if not wants_part(request):
        return elsewhere(request, f"/console/people/{participant}?done={what}")
    return page(request, "_person.html", by=by, done=what, **await people.told(tx, by=by, today=today, participant=participant))


@router.get("/people/{participant}/record/{what}")
async def ask(request: Request, tx: Tx, by: Reader, today: Today, participant: UUID, what: str) -> Response:
    """The form for one thing; the query fills in what is known already."""
    _deed(what, by)
    return await _form(request, tx, by, today, participant, what, dict(request.query_params))


@router.post("/people/{participant}/record/{what}")
async def record(request: Request, tx: Tx, by: Reader, today: Today, participant: UUID, what: str) -> Response:
    """Record one thing."""
    deed, fields = _deed(what, by), await _fields(request)
    await queries.one(tx, by=by, participant=participant)
    try:
        await deed.do(tx, by, today, participant, _read(deed.shape, {**fields, "participant": str(participant)}))
    except Refused as refused:
        return await _told_why(request, tx, by, today, participant, what, fields, refused)
    return await _recorded(request, tx, by, today, participant, what)


async def _told_why(
    request: Request, tx: db.Tx, by: Actor, today: date, participant: UUID, what: str, fields: Fields, refused: Refused
) -> Response:
    """To htmx a problem, which is put beside the fields; else the form anew, unless the race that refused has ended the transaction."""
    if wants_part(request) or isinstance(refused.__cause__, IntegrityError):
        raise refused
    return await _form(request, tx, by, today, participant, what, fields, refused)


@router.get("/people/{participant}/void/{kind}/{record}")
async def ask_why(request: Request, tx: Tx, by: Reader, today: Today, participant: UUID, kind: str, record: UUID) -> Response:
    """Ask why something is taken back."""
    by.holding(Permission.VOID)
    return await _form(request, tx, by, today, participant, "void", {"kind": kind, "record": str(record)})


@router.post("/people/{participant}/void/{kind}/{record}")
async def take_back(request: Request, tx: Tx, by: Reader, today: Today, participant: UUID, kind: str, record: UUID) -> Response:
    """Take back one record, with a reason."""
    by.holding(Permission.VOID)
    if kind not in people.VOIDED_AS.values():
        raise NotFound("There are no such records.")
    fields = await _fields(request)
    await queries.one(tx, by=by, participant=participant)
    try:
        why = _read(contract.Void, fields)
        if kind == "employment-records":
            await employment.void(tx, by=by, record=record, reason=why.reason)
        else:
            await void(tx, by=by, today=today, kind=kind, record=record, reason=why.reason)
    except Refused as refused:
        kept = {**fields, "kind": kind, "record": str(record)}
        return await _told_why(request, tx, by, today, participant, "void", kept, refused)
    return await _recorded(request, tx, by, today, participant, "void")
