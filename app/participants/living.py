"""How many people live where: counts alone, for plans that say whom a change of regions touches."""

from collections.abc import Collection

from sqlalchemy import func, select

from app.core.actor import Actor
from app.core.db import Read
from app.participants.models import Participant, Residence


async def living(read: Read, *, by: Actor, system: str, regions: Collection[str]) -> dict[str, int]:
    """The people known to the state who live in each of these regions of a system, as their residence was decided."""
    lived = select(Participant.residence, func.count().label("people")).group_by(Participant.residence).subquery("lived")
    region = Residence.regions[system]["region"].astext
    counted = (
        select(region.label("region"), func.sum(lived.c.people).label("people"))
        .join(lived, lived.c.residence == Residence.id)
        .where(region.in_(regions))
        .group_by(region)
    )
    return {row.region: int(row.people) for row in await read.all(counted)}
