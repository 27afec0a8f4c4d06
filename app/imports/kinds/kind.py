"""A kind of import is a declaration: its columns, how its lines become the candidates of a room's act, and what follows. Each has a file.

Lines name things as partners do: a partner by its key, a person by a partner's reference, an enrollment by the partner's own id for it, a
path and a step by their keys. What is named and not known becomes the nil id, which the room's own checks then refuse.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy import ColumnElement, FromClause, Select, Table, Uuid, and_, case, func, literal, select

from app.access.permissions import Permission
from app.core.actor import Actor
from app.core.acts import Act, Candidate
from app.core.db import Tx
from app.core.errors import Violation
from app.enrollments import participations
from app.enrollments.models import Enrollment
from app.imports.reading import TOLD, Column, Shape
from app.participants.models import PartnerReference
from app.partners.models import Partner

NOBODY = literal(UUID(int=0), Uuid)

Prepare = Callable[[Tx, Actor, date, pl.DataFrame], Awaitable[pl.DataFrame]]
After = Callable[[Tx, Actor, date, Any], Awaitable[None]]


async def _as_it_is(_tx: Tx, _by: Actor, _today: date, frame: pl.DataFrame) -> pl.DataFrame:
    return frame


@dataclass(frozen=True, eq=False)
class Kind:
    """One kind of import.

    title:   what people read.           columns: as they are brought.      staged: as they wait, where that differs.
    act:     what is done to the rows.   rows: staging -> the act's candidates.
    needs:   what else than importing the caller must be permitted.         once:   columns that no two lines may share.
    same:    whether a candidate is recorded already, just so: then it is left alone and is no mistake.
    prepare: what happens to a batch between reading and staging;           after:  what follows the merge, in its transaction.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    act: Act
    rows: Callable[[Any], Select[Any]]
    needs: Permission
    same: Callable[[Candidate], ColumnElement[bool]]
    once: tuple[str, ...] = ()
    staged: tuple[Column, ...] = ()
    prepare: Prepare = _as_it_is
    after: After | None = None
    fields: Mapping[str, str] = field(
        default_factory=dict
    )  # the act's field -> the column that people find it in, where it has another name
    unhashed: tuple[str, ...] = ()  # staged columns that differ although the content is the same
    wide: tuple[str, str] | None = None  # a column whose values may stand as titles, and the one whose values then stand beneath
    offered: bool = True  # to whoever brings a file; the others are the demonstration's

    @property
    def waiting(self) -> tuple[Column, ...]:
        """The columns of its staging table."""
        return self.staged or self.columns

    def violation(self, line: int, column: str | None, code: str) -> Violation:
        """What is wrong with a line and how to mend it. Without a column it is a check of the room that says so, and knows the field."""
        if column is not None:
            return Violation(line, column, code, TOLD[code])
        found = self.act.checks.violation(line, code)
        return replace(found, pointer=self.fields.get(found.pointer, found.pointer))


TEXT, DAY, NUMBER = Shape.TEXT, Shape.DATE, Shape.INTEGER
PARTNER = Column("partner", required=True, like="erie_board", about="the key of the partner that does it; yours, if left out")
OF = Column("of", like="", about="the partner whose reference `participant` is, where that is another one")
PERSON = Column("participant", required=True, like="E-1", about="your own id for the person")


def day(name: str, *, required: bool = True, like: str = "2026-03-31") -> Column:
    """A column of days."""
    return Column(name, DAY, required=required, like=like)


def known(given: ColumnElement[Any], found: Any) -> ColumnElement[Any]:
    """What was found under a name: nothing if none was given, nobody if there is none of that name."""
    return case((given.is_not(None), func.coalesce(found, NOBODY)))


def _called(reference: ColumnElement[Any]) -> ColumnElement[bool]:
    """The enrollment that the partner knows by a reference; one that was taken back has given its reference free."""
    return and_(Enrollment.partner == Partner.id, Enrollment.reference == reference, Enrollment.voided_by.is_(None))


def about_person(s: Table, *own: str) -> tuple[Select[Any], FromClause]:
    """Lines about a person whom a partner knows by a reference: what they say, and what it is selected from."""
    owner = Partner.__table__.alias("owner")
    joined: FromClause = (
        s.outerjoin(Partner, Partner.key == s.c.partner)
        .outerjoin(owner, owner.c.key == (func.coalesce(s.c.of, s.c.partner)))
        .outerjoin(PartnerReference, (PartnerReference.partner == owner.c.id) & (PartnerReference.reference == s.c.participant))
    )
    person = known(s.c.participant, PartnerReference.participant).label("participant")
    chosen = select(s.c.line, s.c.id, person, known(s.c.partner, Partner.id).label("partner"), *(s.c[name] for name in own))
    if "enrollment" in s.c:
        joined = joined.outerjoin(Enrollment, _called(s.c.enrollment))
        chosen = chosen.add_columns(known(s.c.enrollment, Enrollment.id).label("enrollment"))
    return chosen, joined


def of_person(*own: str) -> Callable[[Any], Select[Any]]:
    """The candidates of lines about a person, with these of their own columns."""

    def rows(s: "Table[Any]") -> Select[Any]:
        chosen, joined = about_person(s, *own)
        return chosen.select_from(joined)

    return rows


def about_enrollment(s: Table, *own: str) -> tuple[Select[Any], FromClause]:
    """Lines about an enrollment that a partner knows by a reference: what they say, and what it is selected from."""
    joined = s.outerjoin(Partner, Partner.key == s.c.partner).outerjoin(Enrollment, _called(s.c.enrollment))
    which = known(s.c.enrollment, Enrollment.id).label("enrollment")
    return select(s.c.line, s.c.id, which, *(s.c[name] for name in own)), joined


def recorded(table: Any, c: Candidate, *fields: str) -> ColumnElement[bool]:
    """Whether a fact with these fields, and nothing else in them, is recorded and was not taken back."""
    own = table.__table__.c
    equal = [own[name] == c[name] if name == "participant" else own[name].is_not_distinct_from(c[name]) for name in fields]
    return select(table.participant).where(*equal, table.voided_by.is_(None)).correlate_except(table).exists()


async def derive(tx: Tx, by: Actor, today: date, _staged: "Table[Any]") -> None:
    """What the services that came in say of participations."""
    await participations.derive_touched(tx, by=by, today=today)
