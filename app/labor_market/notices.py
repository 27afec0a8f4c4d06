"""Layoff notices: recorded as employers gave them, and listed. They tell where people will look for work before they come to anybody."""

from datetime import date
from typing import Any

from sqlalchemy import CTE, ColumnElement, Date, Integer, Row, Select, Text, and_, exists, false, func, insert, not_, select

from app.audit.entries import audited
from app.core.actor import Actor
from app.core.acts import Act, By, Candidate, Checks, Made, Refusing
from app.core.db import Read
from app.core.paging import LIMIT, Keyset, Page
from app.labor_market.models import EVENTS, LayoffNotice
from app.regions.models import Region, RegionEdition
from app.regions.rules import COUNTY

NOTIFYING = Checks(
    "record_layoff_notice",
    employer=Text,
    site=Text,
    county=Text,
    notice_date=Date,
    effective_date=Date,
    affected=Integer,
    event=Text,
    source=Text,
)


def unless(claim: ColumnElement[bool]) -> Refusing:
    """Refuse unless the claim surely holds: what is not given (NULL) is no excuse."""
    return not_(func.coalesce(claim, false()))


@NOTIFYING.refuse("employer")
def no_employer(c: Candidate, by: type[By]) -> Refusing:
    """The employer is missing."""
    return unless(func.btrim(c.employer) != "")


@NOTIFYING.refuse("site")
def no_site(c: Candidate, by: type[By]) -> Refusing:
    """Say where the jobs are: an address, or the site's name."""
    return unless(func.btrim(c.site) != "")


@NOTIFYING.refuse("county")
def county_unknown(c: Candidate, by: type[By]) -> Refusing:
    """This is not the FIPS code of a county of this state."""
    counties = exists().where(RegionEdition.system == COUNTY, Region.edition == RegionEdition.id, Region.code == c.county)
    return not_(counties.correlate_except(Region, RegionEdition))


@NOTIFYING.refuse("notice_date")
def no_notice_date(c: Candidate, by: type[By]) -> Refusing:
    """The date of the notice is missing."""
    return and_(c.notice_date.is_(None))


@NOTIFYING.refuse("notice_date")
def noticed_in_the_future(c: Candidate, by: type[By]) -> Refusing:
    """The date of the notice has not come yet. Check the year."""
    return and_(c.notice_date > by.today)


@NOTIFYING.refuse("effective_date")
def no_effective_date(c: Candidate, by: type[By]) -> Refusing:
    """The first day of the layoffs is missing."""
    return and_(c.effective_date.is_(None))


@NOTIFYING.refuse("affected", kept_by="layoff_notices_affects_somebody")
def affects_nobody(c: Candidate, by: type[By]) -> Refusing:
    """How many people lose their jobs is a number from 1 on."""
    return unless(c.affected > 0)


@NOTIFYING.refuse("event", kept_by="layoff_notices_event_known")
def event_unknown(c: Candidate, by: type[By]) -> Refusing:
    """The event is neither closure nor layoff."""
    return unless(c.event.in_(EVENTS))


@NOTIFYING.refuse("source")
def no_source(c: Candidate, by: type[By]) -> Refusing:
    """Say where the notice was published."""
    return unless(func.btrim(c.source) != "")


@NOTIFYING.refuse("site", kept_by="layoff_notices_once")
def noticed_already(c: Candidate, by: type[By]) -> Refusing:
    """This employer's notice of that date for that site is recorded."""
    same = (LayoffNotice.employer == func.btrim(c.employer), LayoffNotice.site == func.btrim(c.site))
    return exists().where(*same, LayoffNotice.notice_date == c.notice_date).correlate_except(LayoffNotice)


def _record(candidate: CTE, admitted: ColumnElement[bool]) -> Made:
    c = candidate.c
    told: dict[str, Any] = {name: c[name] for name in ("id", "county", "notice_date", "effective_date", "affected", "event", "source")}
    told |= {"employer": func.btrim(c.employer), "site": func.btrim(c.site), "act": By.act}
    made = insert(LayoffNotice).from_select(list(told), select(*told.values()).where(admitted)).returning(LayoffNotice.id).cte("made")
    return made, audited("record_layoff_notice", made)


RECORD = Act(NOTIFYING, _record)
"""Record an employer's notice. Run with `today`."""


_FIELDS: tuple[Any, ...] = (
    LayoffNotice.id,
    LayoffNotice.employer,
    LayoffNotice.site,
    LayoffNotice.county,
    LayoffNotice.notice_date,
    LayoffNotice.effective_date,
    LayoffNotice.affected,
    LayoffNotice.event,
    LayoffNotice.source,
)
_ORDER = Keyset(LayoffNotice.notice_date, LayoffNotice.id, descending=True)


async def listed(
    read: Read, *, by: Actor, county: str | None = None, since: date | None = None, after: str | None = None, limit: int = LIMIT
) -> Page[Row[Any]]:
    """Notices, newest first: of all counties or one, from a day on or of all times."""
    asked: Select[Any] = select(*_FIELDS)
    if county is not None:
        asked = asked.where(LayoffNotice.county == county)
    if since is not None:
        asked = asked.where(LayoffNotice.notice_date >= since)
    return _ORDER.cut(await read.all(_ORDER.page(asked, after=after, limit=limit)), limit=limit)
