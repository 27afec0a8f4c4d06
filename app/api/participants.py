"""People: registering, looking up, changing, linking. Every read of a person is recorded, so it takes a writing transaction."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import SecretStr
from sqlalchemy import Row

from app.access.dependencies import Today, Tx, may
from app.access.once import Once
from app.access.permissions import Permission
from app.api.enrollments import MISSING, STALE
from app.api.revisions import IfMatch, tagged
from app.contract import participants as contract
from app.core import db
from app.core.actor import Actor
from app.core.paging import LIMIT, MOST, link
from app.enrollments import participations
from app.participants import actions, queries
from app.participants.residence import Address, settle
from app.participants.sealing import KeyRing
from app.states import queries as states

router = APIRouter(prefix="/v1", tags=["participants"], route_class=Once)

Reader = Annotated[Actor, may(Permission.READ_PEOPLE)]
Registrar = Annotated[Actor, may(Permission.REGISTER)]
Merger = Annotated[Actor, may(Permission.MERGE)]
After = Annotated[str | None, Query(description="the `next` of the page before")]
Limit = Annotated[int, Query(ge=1, le=MOST)]
Sought = Annotated[
    contract.Words | None,
    Query(
        description="a name however it is spelled, whole or begun, a birth date, a phone number, an id or its beginning, your own "
        "reference, or several of them: `ana kruz 1990-05-17`"
    ),
]


async def _key_ring(request: Request) -> KeyRing:
    ring: KeyRing = request.app.state.key_ring
    return ring


Ring = Annotated[KeyRing, Depends(_key_ring)]


@router.post("/participants", status_code=201)
async def register_participant(
    new: contract.NewParticipant, tx: Tx, by: Registrar, today: Today, ring: Ring, response: Response
) -> contract.Participant:
    """Register a person. Whether anybody else knows the person makes no difference to the answer."""
    told = {**new.model_dump(exclude={"ssn", "residence"}), "registered_on": new.registered_on or today}
    told |= _sealed(ring, by, new.ssn) | await _residence(tx, by, new.residence)
    [made] = await tx.act(actions.REGISTER, actions.REGISTER.one(**told), by=by, today=today)
    response.headers["Location"] = f"/v1/participants/{made}"
    return _told(await queries.one(tx, by=by, participant=made), response)


@router.get("/participants")
async def list_participants(
    tx: Tx, by: Reader, request: Request, response: Response, q: Sought = None, after: After = None, limit: Limit = LIMIT
) -> contract.ParticipantPage:
    """The people whom you may see, in the order of their ids; or those whom `q` finds, the likeliest first."""
    page = await actions.listed(tx, by=by, q=q, after=after, limit=limit)
    if leads := link(str(request.url), page):
        response.headers["Link"] = leads
    return contract.ParticipantPage(items=[contract.ParticipantListed.model_validate(row._mapping) for row in page.items], next=page.next)


@router.get("/participants/{participant}", responses=MISSING)
async def read_participant(participant: UUID, tx: Tx, by: Reader, response: Response) -> contract.Participant:
    """One person, with where they live and the region in every system."""
    return _told(await actions.read(tx, by=by, participant=participant), response)


@router.patch("/participants/{participant}", responses=STALE)
async def change_participant(
    participant: UUID,
    change: contract.ParticipantChange,
    tx: Tx,
    by: Registrar,
    today: Today,
    ring: Ring,
    revision: IfMatch,
    response: Response,
) -> contract.Participant:
    """Change what is recorded about a person. Enrollments keep the residence of the day on which they began."""
    told: dict[str, Any] = contract.changed(change)
    if "ssn" in told:
        told |= _sealed(ring, by, told.pop("ssn"))
    if "residence" in told:
        told |= await _residence(tx, by, told["residence"])
    await actions.change(tx, by=by, today=today, participant=participant, revision=revision, told=told)
    return _told(await actions.read(tx, by=by, participant=participant), response)


@router.post("/participants/{participant}/merge", status_code=201, responses=MISSING)
async def merge_participant(
    participant: UUID, how: contract.Merge, tx: Tx, by: Merger, today: Today, response: Response
) -> contract.Participant:
    """Say that this record and another are one person. It is a link: nothing is copied, and it can be undone."""
    for person in await actions.merge(tx, by=by, participant=participant, into=how.into):
        await participations.derive(tx, by=by, participant=person, today=today)
    return _told(await actions.read(tx, by=by, participant=participant), response)


@router.delete("/participants/{participant}/merge", responses=MISSING)
async def unmerge_participant(participant: UUID, tx: Tx, by: Merger, today: Today, response: Response) -> contract.Participant:
    """Take the record out of the person that it was merged into."""
    for person in await actions.unmerge(tx, by=by, participant=participant):
        await participations.derive(tx, by=by, participant=person, today=today)
    return _told(await actions.read(tx, by=by, participant=participant), response)


@router.get("/identity-reviews")
async def list_identity_reviews(
    tx: Tx, by: Merger, request: Request, response: Response, after: After = None, limit: Limit = LIMIT
) -> contract.IdentityReviewPage:
    """Pairs of records with an equal social security number that nobody has linked."""
    page = await actions.alike(tx, by=by, after=after, limit=limit)
    if leads := link(str(request.url), page):
        response.headers["Link"] = leads
    pairs = [{**row._mapping, "conflict": not (row.birth_date_agrees or row.last_name_agrees)} for row in page.items]
    return contract.IdentityReviewPage(items=[contract.IdentityReview.model_validate(pair) for pair in pairs], next=page.next)


def _sealed(ring: KeyRing, by: Actor, ssn: SecretStr | None) -> dict[str, bytes | None]:
    """The number as it is kept. From here on it is nowhere in clear."""
    kept = ring.sealed(ssn.get_secret_value() if ssn else None, state=by.state)
    return {"ssn_sealed": kept.sealed if kept else None, "ssn_token": kept.token if kept else None}


async def _residence(tx: db.Tx, by: Actor, told: contract.Address | None) -> dict[str, UUID | None]:
    """The residence of an address; none where the address cannot be one, which the checks refuse."""
    if told is None:
        return {"residence": None}
    home = (await states.this(tx, by=by)).postal
    address = Address(told.state or home, told.county, told.place, told.zip)
    return {"residence": (await settle(tx, by=by, addresses=[address])).get(address)}


def _told(row: Row[Any], response: Response) -> contract.Participant:
    tagged(response, row.revision)
    lives = {"state": row.postal, **{name: getattr(row, name) for name in ("county", "place", "zip", "decided_on", "regions")}}
    return contract.Participant.model_validate({**row._asdict(), "residence": lives})
