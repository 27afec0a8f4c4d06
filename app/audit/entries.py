"""How an act leaves its entry: as one more CTE of its own statement, or by itself for a read of personal data."""

from typing import Any
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, Text, Uuid, bindparam, case, func, insert, literal, literal_column, select
from sqlalchemy.dialects.postgresql import JSONB

from app.audit.models import AuditEntry
from app.core.actor import Actor
from app.core.acts import By
from app.core.db import Tx
from app.core.ids import uuid7
from app.core.ready import Ready


def audited(verb: str, made: CTE, subject: ColumnElement[UUID] | None = None, *, detail: ColumnElement[Any] | None = None) -> CTE:
    """The entry of an act that made something: one, whether it made one row or a million. `detail` is what else is to be known, as JSON."""
    concerned = made.c.id if subject is None else subject
    counted = select(func.count().label("rows")).select_from(made).subquery("counted")
    only = case((counted.c.rows == 1, select(concerned).select_from(made).scalar_subquery()))
    told = literal_column("'{}'", JSONB) if detail is None else detail
    entry = select(By.act, literal(verb, Text), By.actor, By.partner, By.request, only, counted.c.rows, told).where(counted.c.rows > 0)
    fields = ["id", "verb", "actor", "partner", "request", "subject", "rows", "detail"]
    return insert(AuditEntry).from_select(fields, entry).returning(AuditEntry.id).cte(f"audited_{verb}")


def looked(verb: str, found: CTE, subject: ColumnElement[UUID]) -> CTE:
    """The entry of a look at what is kept of one person, however many rows that is, by the statement that reads it."""
    counted = select(func.count()).select_from(found).scalar_subquery()
    fields = ["id", "verb", "actor", "partner", "request", "subject", "rows", "detail"]
    entry = select(By.act, literal(verb, Text), By.actor, By.partner, By.request, subject, counted, literal_column("'{}'", JSONB))
    return insert(AuditEntry).from_select(fields, entry).returning(AuditEntry.id).cte(f"looked_{verb}")


_READ = Ready(
    insert(AuditEntry)
    .inline()
    .values(
        id=bindparam("by_act", type_=Uuid),
        verb=bindparam("verb"),
        actor=bindparam("by_actor", type_=Uuid),
        partner=bindparam("by_partner", type_=Uuid),
        request=bindparam("by_request"),
        subject=bindparam("about", type_=Uuid),
        rows=bindparam("n"),
        detail=bindparam("more", type_=JSONB),
    )
)


async def note(
    tx: Tx,
    verb: str,
    *,
    by: Actor,
    subject: UUID | None = None,
    rows: int = 1,
    detail: dict[str, object] | None = None,
    act: UUID | None = None,
) -> UUID:
    """Record an act whose statements are several, or a read of personal data. Answers the act's id."""
    act = act or uuid7()
    await tx.ready(_READ, {**by.binds, "by_act": act, "verb": verb, "about": subject, "n": rows, "more": detail or {}})
    return act
