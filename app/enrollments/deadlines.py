"""What is due for the people in a partner's caseload: exits that come, plans whose day has come, follow-up, paths past their end.

Each question reads people, and so leaves an entry. A list has the most urgent `SHOWN` and says how many there are; it starts at the
caseload, so it grows with that and not with the state.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, TextClause, text

from app.audit.entries import note
from app.core.actor import Actor
from app.core.db import Tx

DAYS = 15
"""An exit that is known in so many days or fewer is coming."""

AHEAD = 30
"""A service that is to hold a participation open is proposed for so many days from today."""

SHOWN = 25


@dataclass(frozen=True)
class Due:
    """The most urgent rows, and how many there are."""

    items: Sequence[Row[Any]]
    total: int


# A person may have several records, few have; the partner knows some. What another partner recorded is told only if it agreed to share:
# the kind of the last service is. The next one is of the same kind, unless that runs; else the first of the program's that keep a period
# open. Lists begin at the days, of which there is an index, and look the caseload up (OFFSET 0: row by row, not all of it into a hash).
_OURS = """
(EXISTS (SELECT FROM caseload c WHERE c.participant = k.person AND c.partner = :by_partner OFFSET 0)
 OR EXISTS (SELECT FROM participants r JOIN caseload c ON c.participant = r.id AND c.partner = :by_partner
            WHERE r.person = k.person AND r.person <> r.id OFFSET 0))
"""
_RECORD = """
(SELECT r.id FROM participants r JOIN caseload c ON c.participant = r.id AND c.partner = :by_partner
 WHERE r.person = u.person ORDER BY r.id LIMIT 1) AS participant
"""
_SHARED = """
(s.partner = :by_partner OR EXISTS (
  SELECT FROM agreements a WHERE a.kind = 'share_records' AND a.partner = s.partner AND a.with_partner = :by_partner
  AND a.valid_from <= :today AND (a.valid_until IS NULL OR a.valid_until > :today)))
"""


def _about_ours(statement: str) -> TextClause:
    """A statement with the three conditions in their places."""
    return text(statement.replace("{ours}", _OURS).replace("{record}", _RECORD).replace("{shared}", _SHARED))


_EXITS = _about_ours("""
WITH urgent AS MATERIALIZED (
  SELECT k.person, k.track, k.programs, k.entry, k.last_service, k.open_until, count(*) OVER () AS total
  FROM participations k
  WHERE k.superseded_at IS NULL AND k.open_until BETWEEN :today AND :today + (:days - 1) AND {ours}
  ORDER BY k.open_until, k.person LIMIT :shown
)
SELECT {record}, u.entry, u.last_service, u.open_until, u.open_until - :today + 1 AS days, :today + :ahead AS plan_for, u.total,
       s.program, CASE WHEN s.told THEN s.title END AS last_title, n.key AS next_kind, n.title AS next_title
FROM urgent u
CROSS JOIN LATERAL (
  SELECT s.program, s.kind, k.title, k.runs, {shared} AS told
  FROM services s JOIN participants r ON r.id = s.participant JOIN service_kinds k ON k.key = s.kind
  WHERE r.person = u.person AND s.voided_by IS NULL AND k.extends AND s.given_on <= u.last_service
    AND coalesce(s.ended_on, s.given_on) >= u.entry  -- an element of Youth may have been given before it counted
    AND u.programs ? s.program
  ORDER BY coalesce(s.ended_on, s.given_on) DESC, s.id DESC LIMIT 1
) s
LEFT JOIN LATERAL (
  SELECT k.key, k.title FROM service_kinds k WHERE k.extends AND NOT k.runs AND k.programs ? s.program
  ORDER BY (k.key = s.kind AND s.told) DESC, k.category = 'individualized' DESC, k.key LIMIT 1
) n ON true
ORDER BY u.open_until, u.person
""")
_PLANS = text("""
SELECT p.participant, p.planned_for, k.title, count(*) OVER () AS total
FROM planned_services p JOIN service_kinds k ON k.key = p.kind
WHERE p.partner = :by_partner AND p.voided_by IS NULL AND p.planned_for BETWEEN :today - 30 AND :today + 7
  AND NOT EXISTS (SELECT FROM services s WHERE s.participant = p.participant AND s.kind = p.kind AND s.partner = p.partner
                  AND s.voided_by IS NULL AND s.given_on > p.documented_on)
ORDER BY p.planned_for, p.id LIMIT :shown
""")
# Twelve months of follow-up: for youth at least (20 CFR 681.580(c)), for adults and dislocated workers up to that (20 CFR 678.430(c)).
_FOLLOW_UPS = _about_ours("""
WITH latest AS MATERIALIZED (
  SELECT k.person, k.last_service, k.open_until FROM participations k
  WHERE k.superseded_at IS NULL AND k.open_until < :today AND k.last_service > :today - 365
    AND k.programs ?| ARRAY['adult', 'dislocated_worker', 'youth', 'dwg'] AND {ours}
    AND NOT EXISTS (SELECT FROM services s JOIN participants r ON r.id = s.participant
                    WHERE r.person = k.person AND s.voided_by IS NULL AND s.given_on > k.last_service OFFSET 0)
  ORDER BY k.open_until DESC LIMIT :shown
)
SELECT {record}, u.last_service AS exit, u.last_service + 365 AS until, count(*) OVER () AS total
FROM latest u ORDER BY u.last_service DESC, u.person
""")
# The partner's first, and then the paths: the other way round the planner may go through everybody who is on a path.
_OVERDUE = text("""
WITH latest AS MATERIALIZED (
  SELECT e.participant, e.id, e.career_path, e.planned_end, count(*) OVER () AS total FROM enrollments e
  WHERE e.partner = :by_partner AND e.ended_on IS NULL AND e.voided_by IS NULL AND e.planned_end < :today
  ORDER BY e.planned_end DESC, e.id LIMIT :shown
)
SELECT e.participant, e.id AS enrollment, c.title, e.planned_end, :today - e.planned_end AS days, e.total
FROM latest e JOIN career_paths c ON c.id = e.career_path
ORDER BY e.planned_end DESC, e.id
""")
_NUMBERS = text("""
SELECT count(*) AS people, count(*) FILTER (WHERE c.since > :today - 30) AS new,
  (SELECT count(DISTINCT e.participant) FROM enrollments e
   WHERE e.partner = :by_partner AND e.ended_on IS NULL AND e.voided_by IS NULL) AS learning
FROM caseload c WHERE c.partner = :by_partner
""")


async def _due(tx: Tx, statement: Any, verb: str, by: Actor, today: date, **more: Any) -> Due:
    rows = await tx.all(statement, {"by_partner": by.partner, "today": today, "shown": SHOWN, **more}) if by.partner else []
    await note(tx, verb, by=by, rows=len(rows))
    return Due(rows, rows[0].total if rows else 0)


async def exits_coming(tx: Tx, *, by: Actor, today: date) -> Due:
    """Participations whose exit is known within `DAYS` days if nothing more happens, the first first.

    Rows: participant, entry, last_service and its last_title (None: another partner's), open_until, days, and the service that would hold
    it open: program, next_kind, next_title, plan_for.
    """
    return await _due(tx, _EXITS, "list_exits_coming", by, today, days=DAYS, ahead=AHEAD)


async def plans_due(tx: Tx, *, by: Actor, today: date) -> Due:
    """What the partner planned for the days from a month ago to a week ahead and nobody recorded: participant, planned_for, title."""
    return await _due(tx, _PLANS, "list_plans_due", by, today)


async def follow_ups_due(tx: Tx, *, by: Actor, today: date) -> Due:
    """The last who exited within twelve months and were not heard of since: participant, exit, and until when follow-up lasts.

    There may be more than are shown: `total` counts those who are.
    """
    return await _due(tx, _FOLLOW_UPS, "list_follow_ups_due", by, today)


async def past_planned_end(tx: Tx, *, by: Actor, today: date) -> Due:
    """The partner's enrollments that should have ended, latest first: participant, enrollment, title, planned_end, days."""
    return await _due(tx, _OVERDUE, "list_past_planned_end", by, today)


async def numbers(tx: Tx, *, by: Actor, today: date) -> Row[Any]:
    """The caseload in numbers: people, those new in 30 days, and those learning (on a path of the partner's that they have not ended)."""
    row = await tx.first(_NUMBERS, {"by_partner": by.partner, "today": today})
    assert row is not None, "a count is always there"
    return row
