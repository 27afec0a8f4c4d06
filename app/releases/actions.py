"""Verbs about releases: draft, revise, certify, withdraw. Nothing that was certified is ever changed: a revision takes its place and says
why."""

from datetime import date
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from sqlalchemy import func, insert, select, text, update

from app.audit.entries import note
from app.core.actor import Actor
from app.core.db import Tx
from app.core.errors import Conflict, Forbidden, Refused, Violation
from app.core.ids import uuid7
from app.core.periods import Period
from app.releases import archive, exits, queries
from app.releases.drafting import BEFORE, SYSTEMS, Ground, made
from app.releases.models import Release
from app.releases.protecting import Progress, quietly
from app.releases.queries import ReleaseKept
from app.releases.tasks import finish
from app.states.policy import FLOOR

__all__ = ["SYSTEMS", "Ground", "begin", "certify", "draft", "draft_later", "revise", "revise_later", "withdraw"]

# One at a time in a state: what one release tells, the next one has to reckon with.
_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended('releases of ' || current_setting('app.state'), 0))")


class NotTheDrafter(Forbidden):
    """Who drafted a release may not certify it."""

    title = "A second person has to certify this"


async def draft(tx: Tx, *, by: Actor, period: Period, ground: Ground, progress: Progress = quietly) -> ReleaseKept:
    """Draft the release of a report period: computed, protected, proved and kept with its files, for the state's staff alone.

    Raises `NotProtected` if some figure could be worked out, `TooMuchTogether`, and `Conflict` if the period has a release, which can be
    revised. Takes seconds, and minutes where earlier releases overlap: `draft_later` does not wait.
    """
    return await _at_once(tx, by, await begin(tx, by=by, period=period, today=ground.today), ground, progress)


async def revise(tx: Tx, *, by: Actor, id: UUID, says: str, ground: Ground, progress: Progress = quietly) -> ReleaseKept:  # noqa: A002 - the column's name
    """Draft a revision of a release in force. `says`: what changed, for its readers. Raises as `draft`, and `NoRelease`."""
    return await _at_once(tx, by, await begin_revision(tx, by=by, id=id, says=says, today=ground.today), ground, progress)


async def draft_later(tx: Tx, *, by: Actor, period: Period, today: date) -> ReleaseKept:
    """Have a release drafted by a worker; answers it as it is begun. Its status tells what became of it."""
    return await _later(tx, by, await begin(tx, by=by, period=period, today=today))


async def revise_later(tx: Tx, *, by: Actor, id: UUID, says: str, today: date) -> ReleaseKept:  # noqa: A002 - the column's name
    """The same with a revision."""
    return await _later(tx, by, await begin_revision(tx, by=by, id=id, says=says, today=today))


async def _at_once(tx: Tx, by: Actor, begun: ReleaseKept, ground: Ground, progress: Progress) -> ReleaseKept:
    await made(tx, by=by, id=begun.id, period=begun.period, ground=ground, progress=progress)
    return await queries.release(tx, by=by, id=begun.id)


async def _later(tx: Tx, by: Actor, begun: ReleaseKept) -> ReleaseKept:
    await tx.defer(finish, release=str(begun.id))
    return begun


async def begin(tx: Tx, *, by: Actor, period: Period, today: date) -> ReleaseKept:
    """Begin the release of a period that has none. Raises `Conflict`."""
    there = await tx.scalar(select(Release.id).where(Release.period == str(period), Release.status == "certified"))
    if there is not None:
        raise Conflict(f"{period} has been released as '{there}'. Draft a revision of it, and say what changed.")
    return await _begun(tx, by, period, today)


async def begin_revision(tx: Tx, *, by: Actor, id: UUID, says: str, today: date) -> ReleaseKept:  # noqa: A002 - the column's name
    """Begin a revision of a release in force. Raises `NoRelease`, `Refused`, `Conflict`."""
    if not says.strip():
        raise Refused([Violation(1, "says", "says_nothing", "Say what changed: readers find it beside the revision.")])
    of = await queries.release(tx, by=by, id=id)
    if of.status != "certified":
        raise Conflict(f"Release '{id}' is {of.status}: only one that is in force can be revised.")
    return await _begun(tx, by, of.period, today, supersedes=of.id, says=says.strip())


async def _begun(tx: Tx, by: Actor, period: Period, today: date, *, supersedes: UUID | None = None, says: str = "") -> ReleaseKept:
    id = uuid7()  # noqa: A001 - the column's name
    begun = {"period": str(period), "status": "drafting", "drafted_by": by.id, "supersedes": supersedes, "says": says, "as_of": today}
    nothing = {"threshold": FLOOR, "input": "", "digest": "", "considered": [], "files": [], "proof": {}, "doing": "waiting"}
    await tx.run(insert(Release).values(id=id, **begun, **nothing))
    return await queries.release(tx, by=by, id=id)


async def certify(tx: Tx, *, by: Actor, id: UUID, data_folder: Path) -> ReleaseKept:  # noqa: A002 - the column's name
    """Let anybody read a draft, in the place of the release that it revises. Raises `NoRelease`, `NotTheDrafter`, `Conflict`."""
    await tx.run(_ALONE)
    drafted = await queries.release(tx, by=by, id=id)
    if drafted.status != "draft":
        raise Conflict(f"Release '{id}' is {drafted.status}: a draft alone can be certified.")
    if drafted.drafted_by == by.id:
        raise NotTheDrafter("You drafted this release yourself. Somebody else has to look at it and certify it.")
    considered = await tx.scalar(select(Release.considered).where(Release.id == id))
    if considered != [str(row.id) for row in await tx.all(BEFORE)]:
        raise Conflict("Another release was certified since this one was drafted, and the two were not proved together. Draft it anew.")
    _untouched(drafted, archive.folder(data_folder, by.state))
    if drafted.supersedes is not None:
        await tx.run(update(Release).where(Release.id == drafted.supersedes).values(status="superseded"))
    await tx.run(update(Release).where(Release.id == id).values(status="certified", certified_by=by.id, certified_at=func.now()))
    reported = await exits.report(tx, release=id)
    await note(tx, "certify_release", by=by, subject=id, detail={"digest": drafted.digest, "exits": reported})
    return await queries.release(tx, by=by, id=id)


async def withdraw(tx: Tx, *, by: Actor, id: UUID, because: str) -> ReleaseKept:  # noqa: A002 - the column's name
    """Hand out a published release no more. What somebody read of it stays known, and later releases reckon with it.

    `because`: for its readers, who find it in its place. Raises `NoRelease`, `Refused`, `Conflict`.
    """
    await tx.run(_ALONE)
    if not because.strip():
        raise Refused([Violation(1, "because", "because_of_nothing", "Say why: readers find it in the place of the release.")])
    there = await queries.release(tx, by=by, id=id)
    if there.status not in ("certified", "superseded"):
        raise Conflict(f"Release '{id}' is {there.status}: only one that was published can be withdrawn.")
    gone = {"status": "withdrawn", "withdrawn_by": by.id, "withdrawn_at": func.now(), "withdrawn_because": because.strip()}
    await tx.run(update(Release).where(Release.id == id).values(**gone))
    await note(tx, "withdraw_release", by=by, subject=id)
    return await queries.release(tx, by=by, id=id)


def _untouched(drafted: ReleaseKept, where: Path) -> None:
    """Raise `Conflict` unless every file is there and still is what was proved."""
    for file in drafted.files:
        path = where / file.sha256
        if not path.is_file() or sha256(path.read_bytes()).hexdigest() != file.sha256:
            raise Conflict(f"The file {file.name} of this draft is lost or was changed. Draft it anew.")
