"""What can be imported. A kind is a declaration: its columns, how its lines become the candidates of a room's act, and what follows.

Lines name things as partners do: a partner by its key, a person by a partner's reference, an enrollment by the partner's own id for it, a
path and a step by their keys. What is named and not known becomes the nil id, which the room's own checks then refuse.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy import ColumnElement, FromClause, Select, Table, Uuid, and_, case, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB

from app.career_paths.models import CareerPath, Step
from app.career_paths.offers import may_start
from app.core.actor import Actor
from app.core.acts import Act
from app.core.db import Tx
from app.employment import actions as employment
from app.enrollments import actions as enrollments
from app.enrollments import participations
from app.enrollments.models import Enrollment
from app.imports.reading import Column, Shape
from app.participants import actions as participants
from app.participants.models import PartnerReference
from app.participants.residence import Address, settle
from app.participants.sealing import KeyRing
from app.partners.models import Partner

NOBODY = literal(UUID(int=0), Uuid)

Prepare = Callable[[Tx, Actor, date, pl.DataFrame], Awaitable[pl.DataFrame]]
After = Callable[[Tx, Actor, date, Any], Awaitable[None]]


async def _as_it_is(_tx: Tx, _by: Actor, _today: date, frame: pl.DataFrame) -> pl.DataFrame:
    return frame


@dataclass(frozen=True, eq=False)
class Kind:
    """One kind of import.

    columns: as they are brought.      staged: as they wait, where that differs.
    act:     what is done to the rows. rows: staging -> the act's candidates.
    once:    columns that no two lines may share.
    prepare: what happens to a batch between reading and staging; after: what follows the merge, in its transaction.
    """

    name: str
    columns: tuple[Column, ...]
    act: Act
    rows: Callable[[Any], Select[Any]]
    once: tuple[str, ...] = ()
    staged: tuple[Column, ...] = ()
    prepare: Prepare = _as_it_is
    after: After | None = None
    unhashed: tuple[str, ...] = ()  # staged columns that differ although the content is the same

    @property
    def waiting(self) -> tuple[Column, ...]:
        """The columns of its staging table."""
        return self.staged or self.columns


def kinds(ring: KeyRing) -> Mapping[str, Kind]:
    """Every kind by its name. `ring` seals social security numbers before they are staged."""
    return {kind.name: kind for kind in (_participants(ring), *_FACTS)}


TEXT, DAY, NUMBER = Shape.TEXT, Shape.DATE, Shape.INTEGER
PARTNER = Column("partner", required=True)
OF = Column("of")  # the partner whose reference `participant` is, where that is another one
PERSON = Column("participant", required=True)


def _participants(ring: KeyRing) -> Kind:
    kept = (
        PARTNER,
        Column("reference", required=True),
        Column("first_name", required=True),
        Column("last_name", required=True),
        Column("birth_date", DAY, required=True),
        Column("email"),
        Column("phone"),
        Column("address"),
        Column("sex", NUMBER),
        Column("hispanic", NUMBER),
        Column("races", Shape.WORDS),
        Column("veteran", NUMBER),
        Column("registered_on", DAY, required=True),
    )
    brought = (Column("ssn"), Column("postal", required=True), Column("county"), Column("place"), Column("zip"))
    sealed = (Column("ssn_sealed", Shape.BYTES), Column("ssn_token", Shape.BYTES), Column("residence", Shape.ID))

    async def prepare(tx: Tx, by: Actor, today: date, frame: pl.DataFrame) -> pl.DataFrame:
        """Numbers are sealed and addresses become residences before anything is staged."""
        where = ["postal", "county", "place", "zip"]
        addresses = [Address(*row) for row in frame.select(where).unique().drop_nulls("postal").iter_rows()]
        residences = await settle(tx, by=by, addresses=addresses, on=today)
        known = pl.DataFrame(
            [(a.postal, a.county, a.place, a.zip, str(id_)) for a, id_ in residences.items()],
            schema=[*((name, pl.String) for name in where), ("residence", pl.String)],
            orient="row",
        )
        numbers = ring.seal_all(frame.get_column("ssn"), state=by.state)
        return frame.join(known, on=where, how="left", nulls_equal=True, maintain_order="left").hstack(numbers).drop("ssn", *where)

    def rows(s: "Table[Any]") -> Select[Any]:
        own = ("first_name", "last_name", "birth_date", "email", "phone", "address", "registered_on", "reference")
        given = (*own, "ssn_sealed", "ssn_token", "residence")
        undisclosed = (("sex", literal(9)), ("hispanic", literal(9)), ("races", literal([], JSONB)), ("veteran", literal(9)))
        return select(
            s.c.line,
            s.c.id,
            *(s.c[name] for name in given),
            _known(s.c.partner, Partner.id).label("partner"),
            *(func.coalesce(s.c[name], code).label(name) for name, code in undisclosed),
        ).select_from(s.outerjoin(Partner, Partner.key == s.c.partner))

    return Kind(
        "participants",
        (*kept, *brought),
        participants.REGISTER,
        rows,
        ("partner", "reference"),
        (*kept, *sealed),
        prepare,
        unhashed=("ssn_sealed",),
    )


def _known(given: ColumnElement[Any], found: Any) -> ColumnElement[Any]:
    """What was found under a name: nothing if none was given, nobody if there is none of that name."""
    return case((given.is_not(None), func.coalesce(found, NOBODY)))


def _called(reference: ColumnElement[Any]) -> ColumnElement[bool]:
    """The enrollment that the partner knows by a reference; one that was taken back has given its reference free."""
    return and_(Enrollment.partner == Partner.id, Enrollment.reference == reference, Enrollment.voided_by.is_(None))


def _about_person(s: Table, *own: str) -> tuple[Select[Any], FromClause]:
    """Lines about a person whom a partner knows by a reference: what they say, and what it is selected from."""
    owner = Partner.__table__.alias("owner")
    joined: FromClause = (
        s.outerjoin(Partner, Partner.key == s.c.partner)
        .outerjoin(owner, owner.c.key == (func.coalesce(s.c.of, s.c.partner)))
        .outerjoin(PartnerReference, (PartnerReference.partner == owner.c.id) & (PartnerReference.reference == s.c.participant))
    )
    person = _known(s.c.participant, PartnerReference.participant).label("participant")
    chosen = select(s.c.line, s.c.id, person, _known(s.c.partner, Partner.id).label("partner"), *(s.c[name] for name in own))
    if "enrollment" in s.c:
        joined = joined.outerjoin(Enrollment, _called(s.c.enrollment))
        chosen = chosen.add_columns(_known(s.c.enrollment, Enrollment.id).label("enrollment"))
    return chosen, joined


def _of_person(*own: str) -> Callable[[Any], Select[Any]]:
    def rows(s: "Table[Any]") -> Select[Any]:
        chosen, joined = _about_person(s, *own)
        return chosen.select_from(joined)

    return rows


def _enrollments(s: "Table[Any]") -> Select[Any]:
    """The version of the path is the one that may be started on the day."""
    chosen, joined = _about_person(s, "started_on", "planned_end", "reference")
    in_force = (CareerPath.key == s.c.career_path) & may_start(s.c.started_on)
    version = _known(s.c.career_path, CareerPath.id).label("career_path")
    return chosen.add_columns(version).select_from(joined.outerjoin(CareerPath, in_force))


def _about_enrollment(s: Table, *own: str) -> tuple[Select[Any], FromClause]:
    joined = s.outerjoin(Partner, Partner.key == s.c.partner).outerjoin(Enrollment, _called(s.c.enrollment))
    which = _known(s.c.enrollment, Enrollment.id).label("enrollment")
    return select(s.c.line, s.c.id, which, *(s.c[name] for name in own)), joined


def _step_completions(s: "Table[Any]") -> Select[Any]:
    chosen, joined = _about_enrollment(s, "completed_on")
    of_path = (Step.career_path == Enrollment.career_path) & (Step.key == s.c.step)
    return chosen.add_columns(_known(s.c.step, Step.id).label("step")).select_from(joined.outerjoin(Step, of_path))


def _endings(s: "Table[Any]") -> Select[Any]:
    chosen, joined = _about_enrollment(s, "ended_on", "ended_by")
    return chosen.select_from(joined)


async def _derive(tx: Tx, by: Actor, today: date, _staged: "Table[Any]") -> None:
    """What the services that came in say of participations."""
    await participations.derive_touched(tx, by=by, today=today)


_FACTS = (
    Kind(
        "enrollments",
        (PARTNER, OF, PERSON, Column("career_path", required=True), Column("started_on", DAY, required=True), Column("planned_end", DAY),
         Column("reference", required=True)),
        enrollments.ENROLL, _enrollments, ("partner", "reference"),
    ),
    Kind(
        "services",
        (PARTNER, OF, PERSON, Column("kind", required=True), Column("program", required=True), Column("given_on", DAY, required=True),
         Column("ended_on", DAY), Column("enrollment")),
        enrollments.SERVE, _of_person("kind", "program", "given_on", "ended_on"), after=_derive,
    ),
    Kind(
        "planned_services",
        (PARTNER, OF, PERSON, Column("kind", required=True), Column("program", required=True), Column("documented_on", DAY, required=True),
         Column("planned_for", DAY, required=True)),
        enrollments.PLAN, _of_person("kind", "program", "documented_on", "planned_for"), after=_derive,
    ),
    Kind(
        "step_completions",
        (PARTNER, Column("enrollment", required=True), Column("step", required=True), Column("completed_on", DAY, required=True)),
        enrollments.COMPLETE_STEP, _step_completions, ("partner", "enrollment", "step"),
    ),
    Kind(
        "credentials",
        (PARTNER, OF, PERSON, Column("enrollment"), Column("name", required=True), Column("wioa_type", required=True), Column("issuer"),
         Column("awarded_on", DAY, required=True)),
        enrollments.AWARD, _of_person("name", "wioa_type", "issuer", "awarded_on"),
        ("partner", "participant", "name", "awarded_on"),
    ),
    Kind(
        "exit_reasons",
        (PARTNER, OF, PERSON, Column("reason", required=True), Column("since", DAY, required=True)),
        enrollments.EXCUSE, _of_person("reason", "since"), ("partner", "participant", "reason", "since"),
    ),
    Kind(
        "endings",
        (PARTNER, Column("enrollment", required=True), Column("ended_on", DAY, required=True), Column("ended_by", required=True)),
        enrollments.END, _endings, ("partner", "enrollment"),
    ),
    Kind(
        "employment_records",
        (PARTNER, OF, PERSON, Column("quarter", Shape.QUARTER, required=True), Column("employer", required=True),
         Column("source", required=True), Column("wages", Shape.DOLLARS),
         Column("occupation"), Column("industry"), Column("apprenticeship", Shape.TRUTH)),
        employment.RECORD, _of_person("quarter", "employer", "source", "wages", "occupation", "industry", "apprenticeship"),
        ("partner", "participant", "quarter", "employer", "source"),
    ),
)  # fmt: skip
