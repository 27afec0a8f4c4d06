"""What happens every night to what is recorded about people."""

from app.core.jobs import Work, nightly
from app.participants.residence import resettle


@nightly("participants.resettle")
async def resettled(work: Work) -> None:
    """Regions that changed, or come into force today, reach the people who live in them."""
    async with work.transaction() as tx:
        await resettle(tx, by=work.actor, on=work.actor.today(work.clock))
        await tx.commit()
