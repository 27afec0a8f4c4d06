"""How an act puts people into a partner's caseload: as one more CTE of its own statement."""

from typing import Any

from sqlalchemy import CTE, Select, literal_column, select
from sqlalchemy.dialects.postgresql import insert

from app.participants.models import Caseload


def joining(served: Select[Any]) -> CTE:
    """Into the caseload with everybody whom a partner registered, enrolled or served from now on.

    `served` has the columns `partner`, `participant` and `since`. Rows without a partner (the state's own staff acted) count for
    nobody, and who is in the caseload already stays as before. One statement may not bring the same pair twice with different days:
    the first day that is inserted stays.
    """
    rows = served.subquery("served")
    new = select(rows.c.partner, rows.c.participant, rows.c.since).where(rows.c.partner.is_not(None))
    joined = insert(Caseload).from_select(["partner", "participant", "since"], new).on_conflict_do_nothing()
    return joined.returning(literal_column("1")).cte("joined_caseload")
