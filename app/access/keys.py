"""Keys: random, shown once, kept as a fingerprint, expiring, revocable. Administration runs as the owner of the tables."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select, text, update

from app.access.models import ApiKey
from app.access.permissions import OF_A_PARTNER, Role
from app.core.db import Tx
from app.core.errors import Invalid, NotFound

PREFIX = "wf_"
LIFETIME = timedelta(days=365)


async def create(
    tx: Tx, *, state: str, role: Role, label: str, partner: str | None = None, lifetime: timedelta = LIFETIME, key: str | None = None
) -> str:
    """Make a key and answer it: this is the only time that it can be seen. `partner` is a partner's key in that state.

    `key` sets its text, for demonstrations that print the same keys again; else 256 random bits.
    """
    if (role in OF_A_PARTNER) != (partner is not None):
        raise Invalid(f"A key with the role '{role}' {'needs a partner' if partner is None else 'belongs to the state, not to a partner'}.")
    if await tx.scalar(text("SELECT 1 FROM states WHERE id = :state"), {"state": state}) is None:
        raise NotFound(f"There is no state '{state}'. Make it with 'workforce state new'.")
    partner_id = None
    if partner is not None:
        await tx.scalar(text("SELECT set_config('app.state', :state, true)"), {"state": state})
        partner_id = await tx.scalar(text("SELECT id FROM partners WHERE key = :partner"), {"partner": partner})
        if partner_id is None:
            raise NotFound(f"There is no partner '{partner}' in '{state}'.")
    key = key or PREFIX + secrets.token_urlsafe(32)
    await tx.run(
        insert(ApiKey).values(
            digest=sha256(key.encode()).digest(),
            prefix=key[:9],
            state=state,
            partner=partner_id,
            role=role,
            label=label,
            expires_at=func.now() + lifetime,
        )
    )
    return key


async def listed(tx: Tx, *, state: str) -> Sequence[Row[Any]]:
    """The state's keys, newest first: never the keys themselves."""
    fields = (ApiKey.id, ApiKey.prefix, ApiKey.role, ApiKey.partner, ApiKey.label, ApiKey.created_at, ApiKey.expires_at, ApiKey.revoked_at)
    return await tx.all(select(*fields).where(ApiKey.state == state).order_by(ApiKey.id.desc()))


async def revoke(tx: Tx, *, state: str, key: UUID) -> None:
    """From now on the key opens nothing. Raises `NotFound` for another state's key or one revoked before."""
    mine = (ApiKey.id == key) & (ApiKey.state == state) & ApiKey.revoked_at.is_(None)
    if not await tx.run(update(ApiKey).where(mine).values(revoked_at=func.now())):
        raise NotFound(f"'{state}' has no such key in force.")
