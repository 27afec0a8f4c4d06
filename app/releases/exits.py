"""The exits that a certified release reported, kept as they were; and what was recorded since, as differences.

An exit is derived: a service that is recorded late moves it, joins two periods, or opens one again. A certified quarter keeps the exit
that it reported, and what stands now is held against it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Row, select, text

from app.audit.entries import note
from app.core.actor import Actor
from app.core.db import Tx
from app.core.errors import Conflict, Forbidden
from app.core.periods import Period
from app.outcomes.cohorts import EXITED, cohort
from app.releases import queries
from app.releases.models import Release

SHOWN = 1000
"""Differences that are answered one by one; all are counted."""

# As they were known when the release was drafted: what was derived before, and found to be otherwise only later.
_REPORT = text("""
INSERT INTO reported_exits (release, person, track, entry, exit, programs)
SELECT r.id, k.person, k.track, k.entry, k.last_service, k.programs
FROM releases r, participations k
WHERE r.id = :release AND k.derived_at <= r.drafted_at AND (k.superseded_at IS NULL OR k.superseded_at > r.drafted_at)
  AND k.open_until < r.as_of AND k.last_service BETWEEN :first AND :last
""")

# A record that was merged since is the person's whose it is now.
_DIFFERENCES = text("""
WITH reported AS (
  SELECT p.person, r.track, r.entry, min(r.exit) AS exit FROM reported_exits r JOIN participants p ON p.id = r.person
  WHERE r.release = :release GROUP BY 1, 2, 3
), changed AS (
  SELECT r.person, r.track, r.entry, r.exit AS reported, CASE WHEN k.open_until < :today THEN k.last_service END AS now,
         CASE WHEN k.id IS NULL THEN 'gone' WHEN k.open_until < :today THEN 'moved' ELSE 'open_again' END AS change
  FROM reported r LEFT JOIN participations k
    ON k.person = r.person AND k.track = r.track AND k.entry = r.entry AND k.superseded_at IS NULL
  WHERE k.id IS NULL OR (CASE WHEN k.open_until < :today THEN k.last_service END) IS DISTINCT FROM r.exit
  UNION ALL
  SELECT k.person, k.track, k.entry, NULL, k.last_service, 'added'
  FROM participations k
  WHERE k.superseded_at IS NULL AND k.open_until < :today AND k.last_service BETWEEN :first AND :last
    AND NOT EXISTS (SELECT FROM reported r WHERE r.person = k.person AND r.track = k.track AND r.entry = k.entry)
)
SELECT c.*,
       count(*) FILTER (WHERE c.change = 'moved') OVER () AS moved, count(*) FILTER (WHERE c.change = 'open_again') OVER () AS open_again,
       count(*) FILTER (WHERE c.change = 'gone') OVER () AS gone, count(*) FILTER (WHERE c.change = 'added') OVER () AS added
FROM changed c ORDER BY c.person, c.track, c.entry LIMIT :shown
""")
CHANGES = ("moved", "open_again", "gone", "added")


@dataclass(frozen=True)
class Differences:
    """What stands now against what a release reported. Rows: person, track, entry, reported, now, change; the first `SHOWN` of them.

    moved: the exit is another day. open_again: it is no exit any more. gone: the participation follows no more, its services belong to
    another one. added: it lies in the release's quarters and was not reported.
    """

    first: date
    last: date
    counts: dict[str, int]
    items: Sequence[Row[tuple[UUID, str, date, date | None, date | None, str]]]


async def report(tx: Tx, *, release: UUID) -> int:
    """Keep the exits that a release counts, as they were known when it was drafted. Answers how many."""
    first, last = await _window(tx, release)
    return await tx.run(_REPORT, {"release": release, "first": first, "last": last})


async def differences(tx: Tx, *, by: Actor, release: UUID, today: date) -> Differences:
    """Hold what stands today against what a certified release reported. For the state's own staff.

    Raises `NoRelease`; `Conflict` for a draft; `Forbidden` for partners, who see their own people's participations.
    """
    if by.partner is not None:
        raise Forbidden("What a release reported of people is for the state's own staff. Read the participations of your people.")
    if (await queries.release(tx, by=by, id=release)).status in ("drafting", "failed", "draft"):
        raise Conflict(f"Release '{release}' is a draft: it has reported nothing yet. Certify it first.")
    first, last = await _window(tx, release)
    rows = await tx.all(_DIFFERENCES, {"release": release, "today": today, "first": first, "last": last, "shown": SHOWN})
    await note(tx, "list_exit_differences", by=by, subject=release, rows=len(rows))
    return Differences(first, last, {change: int(getattr(rows[0], change)) if rows else 0 for change in CHANGES}, rows)


async def _window(tx: Tx, release: UUID) -> tuple[date, date]:
    """The days whose exits a release counts: those of its cohort of exits (RSA-TAC-17-04, pages 9 and 10)."""
    row = await tx.first(select(Release.period, Release.as_of).where(Release.id == release))
    assert row is not None, "whoever asks has found it"
    window = cohort(Period.parse(row.period), EXITED, asked=row.as_of).window
    return window.begins, window.ends
