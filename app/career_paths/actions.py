"""Verbs about career paths: draft, change, publish, retire, and adopt, which is how definition files publish.

What is published is never changed: a new version ends the one before it from its own first day on, and whoever started stays on the
version that they started on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Unpack
from uuid import UUID

from sqlalchemy import Date, bindparam, or_, select, text, update

from app.audit.entries import note
from app.career_paths import queries, writing
from app.career_paths.models import CareerPath
from app.career_paths.queries import NoCareerPath
from app.career_paths.rules import NOT_EVEN_A_DRAFT, Finding, Path, PathChange
from app.career_paths.surroundings import judged
from app.core.actor import Actor
from app.core.db import Tx
from app.core.errors import Conflict, Refused, Stale, Violation

# One at a time in a state: two paths published at the same moment could lead to each other in a circle, two drafts be the same version.
_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended('career_paths of ' || current_setting('app.state'), 0))")
_DAY = bindparam("day", type_=Date)
_PUBLISHED = CareerPath.status != "draft"
_OPEN = or_(CareerPath.valid_until.is_(None), CareerPath.valid_until > _DAY)
_END = (
    update(CareerPath)
    .where(CareerPath.key == bindparam("path"), _PUBLISHED, _OPEN)
    .values(valid_until=_DAY, revision=CareerPath.revision + 1)
)
_LAST = (
    select(CareerPath.id, CareerPath.version, CareerPath.valid_from, CareerPath.valid_until)
    .where(CareerPath.key == bindparam("path"), _PUBLISHED)
    .order_by(CareerPath.valid_from.desc())
    .limit(1)
)


async def draft(tx: Tx, *, by: Actor, path: Path) -> UUID:
    """Keep a path as a draft, the next version of its key. Answers the version's id; raises `Refused`."""
    await tx.run(_ALONE)
    said = await judged(tx, by=by, paths=[path])
    _refuse(f for f in said[path.key] if f.code in NOT_EVEN_A_DRAFT)
    [made] = await tx.act(writing.DRAFT, writing.DRAFT.one(**writing.fields(path)), by=by)
    return made


async def change(tx: Tx, *, by: Actor, key: str, revision: int | None = None, **changes: Unpack[PathChange]) -> UUID:
    """Change the draft of a path. Answers its id; raises `NoCareerPath`, `Refused`, and `Stale` if it is not at `revision` any more."""
    kept = await queries.draft(tx, by=by, key=key)
    _current(kept, revision)
    path = replace(kept.path, **changes)
    if path == kept.path:
        return kept.id
    said = await judged(tx, by=by, paths=[path])
    _refuse(f for f in said[key] if f.code in NOT_EVEN_A_DRAFT)
    if not await writing.rewrite(tx, version=kept.id, revision=kept.revision, path=path):
        raise _stale(key)
    await note(tx, "change_career_path", by=by, subject=kept.id)
    return kept.id


async def publish(tx: Tx, *, by: Actor, key: str, valid_from: date | None = None, revision: int | None = None) -> UUID:
    """Publish the draft of a path, from its own first day or from another on. Answers its id.

    The version in force ends on that day. Raises `NoCareerPath`, `Stale`, and `Refused` with what the gates find.
    """
    await tx.run(_ALONE)
    kept = await queries.draft(tx, by=by, key=key)
    _current(kept, revision)
    path = replace(kept.path, valid_from=valid_from or kept.path.valid_from)
    await _admit(tx, by, [path])
    await tx.run(_END, {"path": key, "day": path.valid_from})
    as_read = (CareerPath.id == kept.id, CareerPath.revision == kept.revision)
    published = update(CareerPath).where(*as_read).values(status="published", valid_from=path.valid_from, revision=CareerPath.revision + 1)
    if not await tx.run(published):
        raise _stale(key)
    await note(tx, "publish_career_path", by=by, subject=kept.id)
    return kept.id


async def adopt(tx: Tx, *, by: Actor, paths: Sequence[Path]) -> list[UUID]:
    """Publish paths at once, without a draft, as files of definitions have them: a ladder may come as a whole.

    Each ends the version of its key that is in force. Answers the ids; raises `Refused` with what the gates find of any of them.
    """
    await tx.run(_ALONE)
    await _admit(tx, by, paths)
    for path in paths:
        await tx.run(_END, {"path": path.key, "day": path.valid_from})
    return [(await tx.act(writing.ADOPT, writing.ADOPT.one(**writing.fields(path)), by=by))[0] for path in paths]


async def retire(tx: Tx, *, by: Actor, key: str, valid_until: date) -> UUID:
    """Let a path be started no more from a day on. Answers the version that it ends; raises `NoCareerPath`, `Conflict`, `Refused`."""
    await tx.run(_ALONE)
    last = await tx.first(_LAST, {"path": key})
    if last is None:
        raise NoCareerPath(f"No version of '{key}' is published, so there is none to retire.")
    if last.valid_until is not None and last.valid_until <= valid_until:
        raise Conflict(f"'{key}' ended on {last.valid_until}: it cannot be started on {valid_until} in any case.")
    if last.valid_from >= valid_until:
        detail = f"Version {last.version} begins on {last.valid_from} only. Retire the path from a later day."
        raise Refused([Violation(1, "valid_until", "begins_later", detail)])
    ended = update(CareerPath).where(CareerPath.id == last.id)
    await tx.run(ended.values(status="retired", valid_until=valid_until, revision=CareerPath.revision + 1))
    await note(tx, "retire_career_path", by=by, subject=last.id)
    found: UUID = last.id
    return found


async def _admit(tx: Tx, by: Actor, paths: Sequence[Path]) -> None:
    """Raise `Refused` with everything that keeps one of the paths from being published."""
    said = await judged(tx, by=by, paths=paths)
    found = [(path, finding) for path in paths for finding in said[path.key] if finding.refuses]
    last = {row.path.key: row for row in await queries.last_versions(tx, by=by)}
    for path in paths:
        before = last.get(path.key)
        if before is not None and path.valid_from <= before.path.valid_from:
            detail = f"Version {before.number} of '{path.key}' begins on {before.path.valid_from}. This one has to begin later."
            found.append((path, Finding("not_after_the_version_before", "/valid_from", detail)))
    if found:
        many = len(paths) > 1
        raise Refused([_violation(finding, f"{path.key}/" if many else "") for path, finding in found])


def _refuse(found: Iterable[Finding]) -> None:
    if violations := [_violation(finding) for finding in found]:
        raise Refused(violations)


def _violation(finding: Finding, prefix: str = "") -> Violation:
    return Violation(1, prefix + finding.pointer.lstrip("/"), finding.code, finding.detail)


def _current(kept: queries.Version, revision: int | None) -> None:
    if revision is not None and revision != kept.revision:
        raise _stale(kept.path.key)


def _stale(key: str) -> Stale:
    return Stale(f"The draft of '{key}' has changed since you read it. GET it again and send your change with its ETag as 'If-Match'.")
