"""Questions about partners. Whoever may read partners reads all of them; agreements are read by those who take part, and the state."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, Uuid, bindparam, or_, select
from sqlalchemy.orm import aliased

from app.core.actor import Actor
from app.core.db import Read
from app.core.errors import NotFound
from app.core.paging import LIMIT, Keyset, Page
from app.partners.models import Agreement, Partner, ServiceRegion, Site


class NoPartner(NotFound):
    """There is no partner with that key."""

    title = "There is no such partner"


class NoSite(NotFound):
    """The partner has no site with that id."""

    title = "There is no such site"


_PARTNER: tuple[Any, ...] = (
    Partner.id,
    Partner.key,
    Partner.name,
    Partner.kind,
    Partner.board_code,
    Partner.active_from,
    Partner.active_until,
    Partner.revision,
)
_TOLD: Select[Any] = select(*_PARTNER)
_BY_KEY = _TOLD.where(Partner.key == bindparam("key"))
_ORDER = Keyset(Partner.key)


async def partners(read: Read, *, by: Actor, kind: str | None = None, after: str | None = None, limit: int = LIMIT) -> Page[Row[Any]]:
    """The state's partners, of one kind or all, by key."""
    asked = _TOLD if kind is None else _TOLD.where(Partner.kind == kind)
    return _ORDER.cut(await read.all(_ORDER.page(asked, after=after, limit=limit)), limit=limit)


async def partner(read: Read, *, by: Actor, key: str) -> Row[Any]:
    """One partner; raises `NoPartner`."""
    row = await read.first(_BY_KEY, {"key": key})
    if row is None:
        raise NoPartner(f"There is no partner '{key}'. GET /v1/partners lists them.")
    return row


_SITE: tuple[Any, ...] = (
    Site.id,
    Site.key,
    Site.name,
    Site.address,
    Site.county,
    Site.revision,
)
_SITES: Select[Any] = select(*_SITE).where(Site.partner == bindparam("partner"))
_ONE_SITE = _SITES.where(Site.id == bindparam("site", type_=Uuid))
_SITE_ORDER = Keyset(Site.key)


async def sites(read: Read, *, by: Actor, partner: UUID, after: str | None = None, limit: int = LIMIT) -> Page[Row[Any]]:
    """A partner's sites, by key."""
    return _SITE_ORDER.cut(await read.all(_SITE_ORDER.page(_SITES, after=after, limit=limit), {"partner": partner}), limit=limit)


async def site(read: Read, *, by: Actor, partner: UUID, site: UUID) -> Row[Any]:
    """One of a partner's sites, with its revision. Raises `NoSite`."""
    row = await read.first(_ONE_SITE, {"partner": partner, "site": site})
    if row is None:
        raise NoSite("The partner has no such site. GET its sites to see which there are.")
    return row


_REGION: tuple[Any, ...] = (
    ServiceRegion.id,
    ServiceRegion.system,
    ServiceRegion.region,
    ServiceRegion.valid_from,
    ServiceRegion.valid_until,
)
_REGIONS: Select[Any] = select(*_REGION).where(ServiceRegion.partner == bindparam("partner"))
_REGION_ORDER = Keyset(ServiceRegion.id)


async def service_regions(read: Read, *, by: Actor, partner: UUID, after: str | None = None, limit: int = LIMIT) -> Page[Row[Any]]:
    """The regions that a partner serves or served, in the order in which they were recorded."""
    rows = await read.all(_REGION_ORDER.page(_REGIONS, after=after, limit=limit), {"partner": partner})
    return _REGION_ORDER.cut(rows, limit=limit)


def visible(statement: Select[Any], *, by: Actor) -> Select[Any]:
    """The agreements that the caller may see: the state's staff all, a partner's staff those in which their partner takes part."""
    if by.partner is None:
        return statement
    return statement.where(or_(Agreement.partner == by.partner, Agreement.with_partner == by.partner))


_other = aliased(Partner, name="other")
_AGREEMENT: tuple[Any, ...] = (
    Agreement.id,
    Partner.key.label("partner"),
    Agreement.kind,
    _other.key.label("with_partner"),
    Agreement.valid_from,
    Agreement.valid_until,
    Agreement.source,
)
_AGREEMENTS: Select[Any] = (
    select(*_AGREEMENT)
    .join(Partner, Partner.id == Agreement.partner)
    .outerjoin(_other, _other.id == Agreement.with_partner)
    .where(or_(Agreement.partner == bindparam("which"), Agreement.with_partner == bindparam("which")))
)
_AGREEMENT_ORDER = Keyset(Agreement.id)


async def agreements(read: Read, *, by: Actor, partner: UUID, after: str | None = None, limit: int = LIMIT) -> Page[Row[Any]]:
    """The agreements in which a partner takes part, as far as the caller may see them, in the order in which they were recorded."""
    asked = _AGREEMENT_ORDER.page(visible(_AGREEMENTS, by=by), after=after, limit=limit)
    return _AGREEMENT_ORDER.cut(await read.all(asked, {"which": partner}), limit=limit)
