"""Layoff notices: recorded as employers gave them, corrected, taken back, and listed. They tell where people will look for work before
they come to anybody."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Date,
    Integer,
    Row,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    exists,
    false,
    func,
    insert,
    not_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from app.audit.entries import audited
from app.core.actor import Actor
from app.core.acts import Act, By, Candidate, Checks, Made, Refusing
from app.core.db import Read, Tx
from app.core.errors import NotFound, Stale
from app.core.paging import LIMIT, Keyset, Page
from app.labor_market.models import EVENTS, LayoffNotice
from app.regions.models import Region, RegionEdition
from app.regions.rules import COUNTY

_SAID: dict[str, Any] = {
    "employer": Text,
    "site": Text,
    "county": Text,
    "notice_date": Date,
    "effective_date": Date,
    "affected": Integer,
    "event": Text,
    "source": Text,
}

NOTIFYING = Checks("record_layoff_notice", **_SAID)
# `before` is what the notice said until now, as JSON: the audit entry keeps it.
CORRECTING = Checks("correct_layoff_notice", **_SAID, notice=Uuid, revision=BigInteger, before=JSONB)
VOIDING = Checks("void_layoff_notice", notice=Uuid, reason=Text)


class NoNotice(NotFound):
    """There is no layoff notice with that id, or it was taken back."""

    slug, title = "not-found", "There is no such notice"

    def __init__(self) -> None:
        super().__init__("There is no such notice, or it was taken back. GET /v1/layoff-notices lists them.")


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
    """This employer's notice of that date for that site is recorded. If it is wrong there, correct it."""
    return exists().where(*_the_same(c)).correlate_except(LayoffNotice)


def _the_same(c: Candidate) -> tuple[ColumnElement[bool], ...]:
    named = (LayoffNotice.employer == func.btrim(c.employer), LayoffNotice.site == func.btrim(c.site))
    return *named, LayoffNotice.notice_date == c.notice_date, LayoffNotice.voided_by.is_(None)


CORRECTING.also(NOTIFYING, *(code for code in NOTIFYING.checks if code != "noticed_already"))


@CORRECTING.refuse("site", kept_by="layoff_notices_once")
def another_says_that(c: Candidate, by: type[By]) -> Refusing:
    """Another notice of this employer, of that date and for that site, is recorded. Take one of the two back."""
    return exists().where(*_the_same(c), LayoffNotice.id != c.notice).correlate_except(LayoffNotice)


@VOIDING.refuse("reason")
def reason_missing(c: Candidate, by: type[By]) -> Refusing:
    """Say why it is taken back."""
    return unless(func.btrim(c.reason) != "")


def _record(candidate: CTE, admitted: ColumnElement[bool]) -> Made:
    c = candidate.c
    told = {"id": c.id, **_told(c), "act": By.act}
    made = insert(LayoffNotice).from_select(list(told), select(*told.values()).where(admitted)).returning(LayoffNotice.id).cte("made")
    return made, audited("record_layoff_notice", made)


def _told(c: Any) -> dict[str, Any]:
    """What a candidate says, as it is kept."""
    return {name: func.btrim(c[name]) if name in ("employer", "site") else c[name] for name in _SAID}


def _correct(candidate: CTE, admitted: ColumnElement[bool]) -> Made:
    c = candidate.c
    as_read = (LayoffNotice.id == c.notice, LayoffNotice.revision == c.revision, LayoffNotice.voided_by.is_(None))
    changed = update(LayoffNotice).where(*as_read, admitted).values(**_told(c), revision=LayoffNotice.revision + 1)
    made = changed.returning(LayoffNotice.id).cte("made")
    return made, audited("correct_layoff_notice", made, detail=_only(candidate, func.jsonb_build_object("before", c.before)))


def _void(candidate: CTE, admitted: ColumnElement[bool]) -> Made:
    c = candidate.c
    there = (LayoffNotice.id == c.notice, LayoffNotice.voided_by.is_(None))
    marked = update(LayoffNotice).where(*there, admitted).values(voided_by=By.act, revision=LayoffNotice.revision + 1)
    made = marked.returning(LayoffNotice.id).cte("made")
    return made, audited("void_layoff_notice", made, detail=_only(candidate, func.jsonb_build_object("reason", c.reason)))


def _only(candidate: CTE, said: ColumnElement[Any]) -> ColumnElement[Any]:
    """What the one candidate of a correction says: these acts come one by one."""
    return select(said).select_from(candidate).scalar_subquery()


RECORD = Act(NOTIFYING, _record)
"""Record an employer's notice. Run with `today`."""

CORRECT = Act(CORRECTING, _correct)
"""Let a notice say something else; `correct` does it."""

VOID = Act(VOIDING, _void)
"""Take a notice back; `void` does it."""


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
    LayoffNotice.revision,
)
_ONE = select(*_FIELDS).where(LayoffNotice.id == bindparam("notice", type_=Uuid), LayoffNotice.voided_by.is_(None))
_ORDER = Keyset(LayoffNotice.notice_date, LayoffNotice.id, descending=True)


async def listed(
    read: Read, *, by: Actor, county: str | None = None, since: date | None = None, after: str | None = None, limit: int = LIMIT
) -> Page[Row[Any]]:
    """Notices, newest first: of all counties or one, from a day on or of all times. Those that were taken back are not among them."""
    asked: Select[Any] = select(*_FIELDS).where(LayoffNotice.voided_by.is_(None))
    if county is not None:
        asked = asked.where(LayoffNotice.county == county)
    if since is not None:
        asked = asked.where(LayoffNotice.notice_date >= since)
    return _ORDER.cut(await read.all(_ORDER.page(asked, after=after, limit=limit)), limit=limit)


async def one(read: Read, *, by: Actor, notice: UUID) -> Row[Any]:
    """One notice, with its revision. Raises `NoNotice`."""
    row = await read.first(_ONE, {"notice": notice})
    if row is None:
        raise NoNotice
    return row


async def correct(tx: Tx, *, by: Actor, today: date, notice: UUID, revision: int | None, told: Mapping[str, Any]) -> None:
    """Let a notice say what `told` names, and change nothing if it says so already. `revision` is the one that the caller read, if it says.

    The audit entry keeps what it said before. Raises `NoNotice`, `Stale`, `Refused`.
    """
    kept = await one(tx, by=by, notice=notice)
    if revision is not None and kept.revision != revision:
        raise _stale()
    now = {name: getattr(kept, name) for name in _SAID}
    if {**now, **told} == now:
        return
    before = {
        name: value.isoformat() if isinstance(value, date) else value for name, value in now.items() if {**now, **told}[name] != value
    }
    corrected = CORRECT.one(**{**now, **told}, notice=notice, revision=kept.revision, before=before)
    if not await tx.act(CORRECT, corrected, by=by, today=today):
        raise _stale()


def _stale() -> Stale:
    return Stale("The notice has changed since you read it. GET it again and send your correction with its ETag as 'If-Match'.")


async def void(tx: Tx, *, by: Actor, notice: UUID, reason: str) -> None:
    """Take a notice back, with a reason: it stays, marked, and is shown no more. Raises `NoNotice`, `Refused`."""
    if not await tx.act(VOID, VOID.one(notice=notice, reason=reason), by=by):
        raise NoNotice
