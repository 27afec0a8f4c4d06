"""How an act says whom it touched: as one more CTE of its own statement; and how what was marked is taken up.

A mark commits or vanishes with its act. Whoever takes up what is recorded consumes, in the very snapshot in which it reads, the marks that
this snapshot shows. An act that is under way meanwhile commits its facts and its mark later: the mark stays, however low its number is and
however old its time. Neither numbers nor times say what was seen; that a mark is there, or none, does.
"""

from sqlalchemy import CTE, ColumnElement, Text, case, cast, func, insert, literal, select
from sqlalchemy.sql import FromClause

from app.participants.models import ConsumedMarks, Touched


def touching(made: FromClause, participant: ColumnElement[object] | None = None) -> CTE:
    """A mark for everybody whom an act touched; `participant` is the column that says whom (default: `made.c.participant`)."""
    whom = select(made.c.participant if participant is None else participant).distinct().select_from(made)
    return insert(Touched).from_select(["participant"], whom).returning(Touched.id).cte("touched_people")


CONSUME = """
WITH gone AS (DELETE FROM touched RETURNING participant), counted AS (SELECT count(*) AS marks FROM gone)
INSERT INTO consumed_marks (marks) SELECT marks FROM counted WHERE marks > 0
ON CONFLICT (state) DO UPDATE SET name = uuidv7(), marks = consumed_marks.marks + excluded.marks, at = now()
"""
"""Consume the marks that are seen. Run it under REPEATABLE READ, in the snapshot in which what they point to is read, and commit when
that is in safety: of two that consume at once, the one that comes second fails with a serialization failure (40001) and tries again."""

_SMALLEST = select(func.min(Touched.id)).scalar_subquery()  # the first entry of an index, where count or EXISTS may read the table
_NAME = select(cast(ConsumedMarks.name, Text)).scalar_subquery()
TAKEN_UP: ColumnElement[str | None] = case((_SMALLEST.is_(None), func.coalesce(_NAME, literal("nothing"))))
"""What names all that is recorded of people, if it was taken up; NULL if anybody was touched since."""
