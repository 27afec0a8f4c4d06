"""What happens every night to participations."""

import structlog
from sqlalchemy import func, select

from app.core.jobs import Work, nightly
from app.enrollments.participations import CHUNK, derive_range
from app.participants.models import Participant

log = structlog.get_logger()


@nightly("enrollments.derive")
async def derive(work: Work) -> None:
    """Derive everybody's participations anew. Where acts derived what they brought, nothing changes; a change of the service catalogue
    or of the state's policy does its work here."""
    today = work.actor.today(work.clock)
    async with work.reading() as read:
        last = await read.scalar(select(func.max(Participant.number))) or 0
    changed = 0
    for low in range(0, last + 1, CHUNK):
        async with work.transaction() as tx:
            changed += await derive_range(tx, by=work.actor, today=today, low=low, high=low + CHUNK - 1)
            await tx.commit()
    log.info("participations derived", changed=changed)
