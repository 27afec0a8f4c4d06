"""The state's wage records, as the agency answers the match: by social security number, a row a quarter or a column a quarter."""

from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import Boolean, Select, String, Table, case, func, literal, null, select

from app.access.permissions import Permission
from app.core.actor import Actor
from app.core.db import Tx
from app.employment import actions
from app.imports.kinds.employment_records import EMPLOYER, QUARTER, same
from app.imports.kinds.kind import Kind, known
from app.imports.reading import Column, Shape
from app.participants.models import Participant
from app.participants.sealing import KeyRing

_KEPT = (
    QUARTER,
    EMPLOYER,
    Column("wages", Shape.DOLLARS, required=True, like="9126.00", about="paid in the quarter"),
    Column("industry", like="332312", about="NAICS 2022, six digits"),
)


def _rows(s: "Table[Any]") -> Select[Any]:
    """A number that two people have, who are not known to be one, says nothing of either."""
    people = func.array_agg(Participant.person.distinct())
    theirs = select(case((func.cardinality(people) == 1, people[1]))).where(Participant.ssn_token == s.c.ssn_token)
    who = known(s.c.ssn_token, theirs.correlate(s).scalar_subquery()).label("participant")
    told = (s.c.line, s.c.id, s.c.quarter, s.c.employer, s.c.wages, s.c.industry)
    unsaid = (literal("ui").label("source"), null().cast(String).label("occupation"), null().cast(Boolean).label("apprenticeship"))
    return select(*told, who, *unsaid)


def wage_records(ring: KeyRing) -> Kind:
    """`ring` makes the tokens by which people are found; the numbers themselves are staged nowhere."""

    async def prepare(_tx: Tx, by: Actor, _today: date, frame: pl.DataFrame) -> pl.DataFrame:
        tokens = ring.seal_all(frame.get_column("ssn"), state=by.state).select("ssn_token")
        return frame.hstack(tokens).drop("ssn")

    return Kind(
        "wage_records",
        "Wage records (the state's own match)",
        (Column("ssn", Shape.SECRET, required=True, personal=True, about="sealed before anything is stored"), *_KEPT),
        actions.RECORD,
        _rows,
        Permission.RECORD_EMPLOYMENT,
        same,
        once=("ssn_token", "quarter", "employer"),
        staged=(Column("ssn_token", Shape.BYTES), *_KEPT),
        prepare=prepare,
        wide=("quarter", "wages"),
        fields={"participant": "ssn"},
    )
