"""People, as a partner registers them."""

from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import ColumnElement, Select, Table, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB

from app.access.permissions import Permission
from app.core.actor import Actor
from app.core.acts import By, Candidate
from app.core.db import Tx
from app.imports.kinds.kind import DAY, NUMBER, PARTNER, Kind, known
from app.imports.reading import Column, Shape
from app.participants import actions
from app.participants.models import Participant, PartnerReference
from app.participants.residence import Address, settle
from app.participants.sealing import KeyRing
from app.partners.models import Partner

_TOLD = ("not disclosed", "undisclosed", "unknown", "declined")
_SEX = {"m": "1", "male": "1", "f": "2", "female": "2", **dict.fromkeys(_TOLD, "9")}
_YES = {"yes": "1", "y": "1", "no": "0", "n": "0", **dict.fromkeys(_TOLD, "9")}

KEPT = (
    PARTNER,
    Column("reference", required=True, like="E-1", about="your own id for the person; never a social security number"),
    Column("first_name", required=True, personal=True, like="Ada"),
    Column("last_name", required=True, personal=True, like="Example"),
    Column("birth_date", DAY, required=True, personal=True, like="1980-05-01"),
    Column("email", personal=True, like="ada@example.org"),
    Column("phone", personal=True, like="716-555-0100"),
    Column("address", personal=True, like="1 Main Street"),
    Column("sex", NUMBER, codes=_SEX, like="2", about="1 male, 2 female, 9 not disclosed"),
    Column("hispanic", NUMBER, codes=_YES, like="0", about="1 Hispanic or Latino, 0 not, 9 not disclosed"),
    Column("races", Shape.WORDS, like="white|asian", about="as white|asian; blank: not disclosed"),
    Column("veteran", NUMBER, codes=_YES, like="0", about="1 yes, 0 no, 9 not disclosed"),
    Column("registered_on", DAY, required=True, like="2026-03-31"),
)
BROUGHT = (
    Column("ssn", Shape.SECRET, personal=True, about="sealed before anything is stored; blank: none known"),
    Column("postal", required=True, like="NY", about="the state of residence, two letters"),
    Column("county", width=5, like="36029", about="FIPS code, five digits"),
    Column("place", personal=True, like="Buffalo", about="the city or town"),
    Column("zip", personal=True, width=5, like="14202"),
)
SEALED = (Column("ssn_sealed", Shape.BYTES), Column("ssn_token", Shape.BYTES), Column("residence", Shape.ID))

_OWN = ("first_name", "last_name", "birth_date", "email", "phone", "address", "registered_on", "reference")
_UNDISCLOSED = (("sex", literal(9)), ("hispanic", literal(9)), ("races", literal([], JSONB)), ("veteran", literal(9)))


def _rows(s: "Table[Any]") -> Select[Any]:
    return select(
        s.c.line,
        s.c.id,
        *(s.c[name] for name in (*_OWN, "ssn_sealed", "ssn_token", "residence")),
        known(s.c.partner, Partner.id).label("partner"),
        *(func.coalesce(s.c[name], code).label(name) for name, code in _UNDISCLOSED),
    ).select_from(s.outerjoin(Partner, Partner.key == s.c.partner))


def _same(c: Candidate) -> ColumnElement[bool]:
    """The partner knows a person by this reference of whom all of it is recorded."""
    owner = func.coalesce(c.partner, By.partner)
    equal = [
        getattr(Participant, name).is_not_distinct_from(told)
        for name, told in (
            *((name, c[name]) for name in ("birth_date", "ssn_token", "phone", "address", "residence", "registered_on")),
            *((name, c[name]) for name, _ in _UNDISCLOSED),
            *((name, func.btrim(c[name])) for name in ("first_name", "last_name")),
            ("email", func.lower(c.email)),
        )
    ]
    called = (PartnerReference.partner == owner, PartnerReference.reference == func.btrim(c.reference))
    found = select(Participant.id).join(PartnerReference, PartnerReference.participant == Participant.id).where(*called, *equal)
    return found.correlate_except(Participant, PartnerReference).exists()


def kind(ring: KeyRing) -> Kind:
    """`ring` seals their numbers before they are staged."""

    async def prepare(tx: Tx, by: Actor, today: date, frame: pl.DataFrame) -> pl.DataFrame:
        """Numbers are sealed and addresses become residences before anything is staged."""
        where = ["postal", "county", "place", "zip"]
        addresses = [Address(*row) for row in frame.select(where).unique().drop_nulls("postal").iter_rows()]
        residences = await settle(tx, by=by, addresses=addresses, on=today)
        settled = pl.DataFrame(
            [(a.postal, a.county, a.place, a.zip, str(id_)) for a, id_ in residences.items()],
            schema=[*((name, pl.String) for name in where), ("residence", pl.String)],
            orient="row",
        )
        numbers = ring.seal_all(frame.get_column("ssn"), state=by.state)
        return frame.join(settled, on=where, how="left", nulls_equal=True, maintain_order="left").hstack(numbers).drop("ssn", *where)

    return Kind(
        "participants",
        "People",
        (*KEPT, *BROUGHT),
        actions.REGISTER,
        _rows,
        Permission.REGISTER,
        _same,
        once=("partner", "reference"),
        staged=(*KEPT, *SEALED),
        prepare=prepare,
        unhashed=("ssn_sealed",),
        fields={"residence": "county"},
    )
