"""Names for lists of other rooms: what to call those whom the caller may see. Each asking leaves an entry."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import bindparam, select

from app.audit.entries import note
from app.core.actor import Actor
from app.core.db import Tx
from app.participants.models import Participant
from app.participants.visibility import visible

_NAMED = select(Participant.id, Participant.first_name, Participant.last_name).where(
    Participant.id.in_(bindparam("participants", expanding=True)), visible(Participant.id)
)


async def names(tx: Tx, *, by: Actor, participants: Collection[UUID]) -> Mapping[UUID, str]:
    """Participant -> given and family name. Who is not the caller's to see is not in it."""
    if not participants:
        return {}
    rows = await tx.all(_NAMED, {**by.binds, "participants": list(participants)})
    await note(tx, "read_names", by=by, rows=len(rows))
    return {row.id: f"{row.first_name} {row.last_name}" for row in rows}
