"""Verbs about partners: register, change, add a site, serve a region, agree; and ending the two that hold for a time."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, func, insert, select, update

from app.audit.entries import audited
from app.core.actor import Actor
from app.core.acts import Act, Made
from app.core.db import Tx
from app.core.errors import Stale
from app.partners import queries
from app.partners.checks import ADDING_SITE, AGREEING, CHANGING, CHANGING_SITE, REGISTERING, SERVING, ending
from app.partners.models import Agreement, Partner, ServiceRegion, Site


def _register(candidate: CTE, admitted: ColumnElement[bool]) -> Made:
    c = candidate.c
    told = {name: c[name] for name in ("id", "key", "kind", "board_code", "active_from", "active_until")} | {"name": func.btrim(c.name)}
    made = insert(Partner).from_select(list(told), select(*told.values()).where(admitted)).returning(Partner.id).cte("made")
    return made, audited("register_partner", made)


REGISTER = Act(REGISTERING, _register)
"""Register an organisation that is to serve participants."""


def _add_site(candidate: CTE, admitted: ColumnElement[bool]) -> Made:
    c = candidate.c
    told = {name: c[name] for name in ("id", "partner", "key", "address", "county")} | {"name": func.btrim(c.name)}
    made = insert(Site).from_select(list(told), select(*told.values()).where(admitted)).returning(Site.id, Site.partner).cte("made")
    return made, audited("add_site", made)


ADD_SITE = Act(ADDING_SITE, _add_site)
"""Add a place where a partner serves people."""


def _serve(candidate: CTE, admitted: ColumnElement[bool]) -> Made:
    names = ["id", "partner", "system", "region", "valid_from", "valid_until"]
    new = insert(ServiceRegion).from_select(names, select(*(candidate.c[name] for name in names)).where(admitted))
    made = new.returning(ServiceRegion.id).cte("made")
    return made, audited("serve_region", made)


SERVE = Act(SERVING, _serve)
"""Let a partner serve a region, from a day on."""


def _agree(candidate: CTE, admitted: ColumnElement[bool]) -> Made:
    c = candidate.c
    other = select(Partner.id).where(Partner.key == c.with_partner).correlate(candidate).scalar_subquery()
    told = {name: c[name] for name in ("id", "partner", "kind", "valid_from", "valid_until", "source")} | {"with_partner": other}
    made = insert(Agreement).from_select(list(told), select(*told.values()).where(admitted)).returning(Agreement.id).cte("made")
    return made, audited("agree", made)


AGREE = Act(AGREEING, _agree)
"""Record what a partner agreed to: with another partner, or with the state."""


def _end(of: type[ServiceRegion] | type[Agreement], verb: str) -> Act:
    """The act that ends a row of `of`."""

    def makes(candidate: CTE, admitted: ColumnElement[bool]) -> Made:
        c = candidate.c
        ended = update(of).where(of.id == c.which, of.partner == c.partner, admitted).values(valid_until=c.valid_until)
        made = ended.returning(of.id).cte("made")
        return made, audited(verb, made)

    return Act(ending(of, verb), makes)


STOP_SERVING = _end(ServiceRegion, "stop_serving_region")
"""Let a partner serve a region no more from a day on."""

END_AGREEMENT = _end(Agreement, "end_agreement")
"""Let an agreement hold no more from a day on: what it let a partner see is not seen any more then."""


def _change(candidate: CTE, admitted: ColumnElement[bool]) -> Made:
    c = candidate.c
    told = {"name": func.btrim(c.name), "revision": Partner.revision + 1} | {
        name: c[name] for name in ("board_code", "active_from", "active_until")
    }
    changed = update(Partner).where(Partner.id == c.partner, Partner.revision == c.revision, admitted).values(told)
    made = changed.returning(Partner.id).cte("made")
    return made, audited("change_partner", made)


CHANGE = Act(CHANGING, _change)
"""Change what is known of a partner; `change` does it for one."""


async def change(tx: Tx, *, by: Actor, key: str, revision: int | None, told: Mapping[str, Any]) -> None:
    """Change what `told` names about a partner, and nothing if it is so already. `revision` is the one that the caller read, if it says.

    Raises `NoPartner`, `Stale`, `Refused`.
    """
    kept = await queries.partner(tx, by=by, key=key)
    if revision is not None and kept.revision != revision:
        raise _stale(key)
    now = {name: getattr(kept, name) for name in CHANGING.fields.keys() - {"partner"}}
    if {**now, **told} == now:
        return
    if not await tx.act(CHANGE, CHANGE.one(**{**now, **told}, partner=kept.id), by=by):
        raise _stale(key)


def _change_site(candidate: CTE, admitted: ColumnElement[bool]) -> Made:
    c = candidate.c
    told = {"name": func.btrim(c.name), "address": c.address, "county": c.county, "revision": Site.revision + 1}
    changed = update(Site).where(Site.id == c.site, Site.revision == c.revision, admitted).values(told)
    made = changed.returning(Site.id).cte("made")
    return made, audited("change_site", made)


CHANGE_SITE = Act(CHANGING_SITE, _change_site)
"""Change where a partner serves people; `change_site` does it for one."""


async def change_site(tx: Tx, *, by: Actor, partner: str, site: UUID, revision: int | None, told: Mapping[str, Any]) -> None:
    """Change what `told` names about a partner's site, and nothing if it is so already; its key never changes.

    `revision` is the one that the caller read, if it says. Raises `NoPartner`, `NoSite`, `Stale`, `Refused`.
    """
    kept = await queries.site(tx, by=by, partner=(await queries.partner(tx, by=by, key=partner)).id, site=site)
    if revision is not None and kept.revision != revision:
        raise _stale(kept.key)
    now = {name: getattr(kept, name) for name in ("name", "address", "county")}
    if {**now, **told} == now:
        return
    if not await tx.act(CHANGE_SITE, CHANGE_SITE.one(**{**now, **told}, site=site, revision=kept.revision), by=by):
        raise _stale(kept.key)


def _stale(key: str) -> Stale:
    return Stale(f"'{key}' has changed since you read it. GET it again and send your change with its ETag as 'If-Match'.")


async def of_partner(tx: Tx, act: Act, *, by: Actor, partner: str, told: Mapping[str, Any]) -> UUID:
    """Do an act to what belongs to one partner, who is named by its key; answers the id. Raises `NoPartner`, `Refused`."""
    kept = await queries.partner(tx, by=by, key=partner)
    [made] = await tx.act(act, act.one(**told, partner=kept.id), by=by)
    return made
