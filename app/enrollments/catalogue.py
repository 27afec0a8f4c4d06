"""The service catalogue: what kinds of service there are, and what each does to a participation. It is data: a state's definition."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Row, delete, exists, select
from sqlalchemy.dialects.postgresql import insert

from app.audit.entries import note
from app.core.actor import Actor
from app.core.db import Read, Tx
from app.core.errors import Conflict
from app.enrollments.models import PlannedService, Service, ServiceKind
from app.enrollments.tasks import derive


@dataclass(frozen=True)
class Kind:
    """A line of the catalogue. Source: TEGL 10-16 Change 3, Attachment VII."""

    key: str
    title: str
    category: str
    programs: tuple[str, ...]
    elements: tuple[str, ...]
    citation: str
    triggers: bool
    extends: bool
    runs: bool = False
    training_type: str | None = None
    settles: str | None = None


_COLUMNS = [ServiceKind.__table__.c[name] for name in Kind.__dataclass_fields__]
_DOES = ("triggers", "extends", "runs", "settles")  # what participations depend on
_ALL = select(*_COLUMNS).order_by(ServiceKind.key)


async def catalogue(read: Read, *, by: Actor) -> Sequence[Row[Any]]:
    """Every kind of service, in the order of their keys."""
    return await read.all(_ALL)


async def adopt_catalogue(tx: Tx, *, by: Actor, kinds: Sequence[Kind]) -> int:
    """Make these the kinds of service that there are. Answers how many lines that added, changed or took away.

    Participations follow what kinds do: where that changes of a kind that there was, they are all derived anew, by a job.
    Raises `Conflict` if a kind is left out of which services are recorded.
    """
    before = {row.key: row for row in await catalogue(tx, by=by)}
    wanted = {
        kind.key: {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(kind).items()} for kind in kinds
    }
    changed = [line for key, line in wanted.items() if key not in before or dict(before[key]._mapping) != line]
    gone = sorted(before.keys() - wanted.keys())
    if gone:
        await _take_away(tx, gone)
    if changed:
        made = insert(ServiceKind)
        await tx.run(
            made.on_conflict_do_update(
                index_elements=["state", "key"], set_={c.name: made.excluded[c.name] for c in _COLUMNS if c.name != "key"}
            ),
            changed,
        )
    if any(line["key"] in before and any(getattr(before[line["key"]], does) != line[does] for does in _DOES) for line in changed):
        await tx.defer(derive)
    if changed or gone:
        await note(tx, "adopt_service_catalogue", by=by, rows=len(changed) + len(gone))
    return len(changed) + len(gone)


async def _take_away(tx: Tx, keys: Sequence[str]) -> None:
    recorded = exists().where(Service.kind == ServiceKind.key) | exists().where(PlannedService.kind == ServiceKind.key)
    if used := await tx.all(select(ServiceKind.key).where(ServiceKind.key.in_(keys), recorded).order_by(ServiceKind.key)):
        names = ", ".join(row.key for row in used)
        raise Conflict(f"Services of these kinds are recorded, so the catalogue has to keep them: {names}.")
    await tx.run(delete(ServiceKind).where(ServiceKind.key.in_(keys)))
