"""How an act says whom it touched: as one more CTE of its own statement."""

from sqlalchemy import CTE, ColumnElement, insert, select
from sqlalchemy.sql import FromClause

from app.participants.models import Touched


def touching(made: FromClause, participant: ColumnElement[object] | None = None) -> CTE:
    """A mark for every row that an act made; `participant` is the column that says whom (default: `made.c.participant`)."""
    whom = made.c.participant if participant is None else participant
    return insert(Touched).from_select(["participant"], select(whom).select_from(made)).returning(Touched.id).cte("touched_people")
