"""Partners, their sites, the regions that they serve, and what they agreed to."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Row

from app.access.dependencies import Read, Tx, may, may_see
from app.access.once import Once
from app.access.permissions import Permission
from app.api.enrollments import MISSING, STALE, named_in_path
from app.api.revisions import IfMatch, tagged
from app.contract import partners as contract
from app.core import db
from app.core.actor import Actor
from app.core.acts import Act
from app.core.paging import LIMIT, MOST, Page, link
from app.partners import actions, queries
from app.partners.actions import ADD_SITE, AGREE, END_AGREEMENT, REGISTER, SERVE, STOP_SERVING, of_partner

router = APIRouter(prefix="/v1/partners", tags=["partners"], route_class=Once)

Reader = Annotated[Actor, may_see(Permission.READ_PARTNERS)]
Writer = Annotated[Actor, may(Permission.WRITE_PARTNERS)]
After = Annotated[str | None, Query(description="the `next` of the page before")]
Limit = Annotated[int, Query(ge=1, le=MOST)]
Kind = Annotated[contract.PartnerKind | None, Query(description="of this kind alone")]


@router.get("")
async def list_partners(
    read: Read, by: Reader, request: Request, response: Response, kind: Kind = None, after: After = None, limit: Limit = LIMIT
) -> contract.PartnerPage:
    """The state's partners, by key."""
    page = await queries.partners(read, by=by, kind=kind, after=after, limit=limit)
    _lead(request, response, page)
    return contract.PartnerPage(items=[_told(row) for row in page.items], next=page.next)


@router.post("", status_code=201)
async def register_partner(new: contract.NewPartner, tx: Tx, by: Writer, response: Response) -> contract.Partner:
    """Register an organisation that is to serve participants."""
    await tx.act(REGISTER, REGISTER.one(**dict(new)), by=by)
    response.headers["Location"] = f"/v1/partners/{new.key}"
    return _tagged(response, await queries.partner(tx, by=by, key=new.key))


@router.get("/{key}", responses=MISSING)
async def read_partner(key: str, read: Read, by: Reader, response: Response) -> contract.Partner:
    """One partner."""
    return _tagged(response, await queries.partner(read, by=by, key=key))


@router.patch("/{key}", responses=STALE)
async def change_partner(
    key: str, change: contract.PartnerChange, tx: Tx, by: Writer, response: Response, revision: IfMatch
) -> contract.Partner:
    """Change what is known of a partner. Its key and its kind never change."""
    await actions.change(tx, by=by, key=key, revision=revision, told=change.model_dump(exclude_unset=True))
    return _tagged(response, await queries.partner(tx, by=by, key=key))


@router.get("/{key}/sites", responses=MISSING)
async def list_sites(
    key: str, read: Read, by: Reader, request: Request, response: Response, after: After = None, limit: Limit = LIMIT
) -> contract.SitePage:
    """Where the partner serves people, by key."""
    partner = await queries.partner(read, by=by, key=key)
    page = await queries.sites(read, by=by, partner=partner.id, after=after, limit=limit)
    _lead(request, response, page)
    return contract.SitePage(items=[contract.Site.model_validate({**row._mapping}) for row in page.items], next=page.next)


@router.post("/{key}/sites", status_code=201, responses=MISSING)
async def add_site(key: str, new: contract.NewSite, tx: Tx, by: Writer) -> contract.Site:
    """Add a place where the partner serves people."""
    made = await of_partner(tx, ADD_SITE, by=by, partner=key, told=dict(new))
    return contract.Site(id=made, revision=1, **dict(new))


@router.patch("/{key}/sites/{site}", responses=STALE)
async def change_site(
    key: str, site: UUID, change: contract.SiteChange, tx: Tx, by: Writer, response: Response, revision: IfMatch
) -> contract.Site:
    """Correct a site, or say where it has moved. Its key never changes."""
    await actions.change_site(tx, by=by, partner=key, site=site, revision=revision, told=change.model_dump(exclude_unset=True))
    row = await queries.site(tx, by=by, partner=(await queries.partner(tx, by=by, key=key)).id, site=site)
    tagged(response, row.revision)
    return contract.Site.model_validate({**row._mapping})


@router.get("/{key}/service-regions", responses=MISSING)
async def list_service_regions(
    key: str, read: Read, by: Reader, request: Request, response: Response, after: After = None, limit: Limit = LIMIT
) -> contract.ServiceRegionPage:
    """The regions that the partner serves or served."""
    partner = await queries.partner(read, by=by, key=key)
    page = await queries.service_regions(read, by=by, partner=partner.id, after=after, limit=limit)
    _lead(request, response, page)
    return contract.ServiceRegionPage(items=[contract.ServiceRegion.model_validate({**row._mapping}) for row in page.items], next=page.next)


@router.post("/{key}/service-regions", status_code=201, responses=MISSING)
async def add_service_region(key: str, new: contract.NewServiceRegion, tx: Tx, by: Writer) -> contract.ServiceRegion:
    """Let the partner serve a region, from a day on."""
    made = await of_partner(tx, SERVE, by=by, partner=key, told=dict(new))
    return contract.ServiceRegion(id=made, **dict(new))


@router.post("/{key}/service-regions/{which}/end", status_code=204, responses=MISSING)
async def end_service_region(key: str, which: UUID, ending: contract.Ending, tx: Tx, by: Writer) -> Response:
    """Let the partner serve the region no more from a day on. It stays, with its end."""
    return await _ended(STOP_SERVING, tx, by, key, which, ending)


@router.get("/{key}/agreements", responses=MISSING)
async def list_agreements(
    key: str, read: Read, by: Reader, request: Request, response: Response, after: After = None, limit: Limit = LIMIT
) -> contract.AgreementPage:
    """What the partner agreed to: all of it for the state's staff, for partners what they take part in themselves."""
    partner = await queries.partner(read, by=by, key=key)
    page = await queries.agreements(read, by=by, partner=partner.id, after=after, limit=limit)
    _lead(request, response, page)
    return contract.AgreementPage(items=[contract.Agreement.model_validate({**row._mapping}) for row in page.items], next=page.next)


@router.post("/{key}/agreements", status_code=201, responses=MISSING)
async def add_agreement(key: str, new: contract.NewAgreement, tx: Tx, by: Writer) -> contract.Agreement:
    """Record what the partner agreed to: with another partner, or with the state."""
    made = await of_partner(tx, AGREE, by=by, partner=key, told=dict(new))
    return contract.Agreement(id=made, partner=key, **dict(new))


@router.post("/{key}/agreements/{which}/end", status_code=204, responses=MISSING)
async def end_agreement(key: str, which: UUID, ending: contract.Ending, tx: Tx, by: Writer) -> Response:
    """Let an agreement hold no more from a day on: what it let a partner see is not seen any more then."""
    return await _ended(END_AGREEMENT, tx, by, key, which, ending)


async def _ended(act: Act, tx: db.Tx, by: Actor, key: str, which: UUID, ending: contract.Ending) -> Response:
    with named_in_path("not_there"):
        await of_partner(tx, act, by=by, partner=key, told={"which": which, "valid_until": ending.valid_until})
    return Response(status_code=204)


def _lead(request: Request, response: Response, page: Page[Row[Any]]) -> None:
    if leads := link(str(request.url), page):
        response.headers["Link"] = leads


def _told(row: Row[Any]) -> contract.Partner:
    return contract.Partner.model_validate({**row._mapping})


def _tagged(response: Response, row: Row[Any]) -> contract.Partner:
    tagged(response, row.revision)
    return _told(row)
