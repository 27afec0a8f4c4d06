"""The service catalogue: `regions/<state>/service_catalogue.csv`."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from sqlalchemy import bindparam, func, select

from app.contract.enrollments import ServiceKindDefinition
from app.core.actor import Actor
from app.core.db import Read, Tx
from app.definitions import writing
from app.definitions.kind import Home, Wanted
from app.definitions.plan import Entry, Plan, What, plan
from app.definitions.reading import Reader
from app.definitions.translation import fields
from app.enrollments import catalogue
from app.enrollments.models import Service

SERVICE_KIND = "service_kind"
FILE = "service_catalogue.csv"
_SERVED = (
    select(Service.kind, func.count(Service.participant.distinct()).label("people"))
    .where(Service.kind.in_(bindparam("kinds", expanding=True)), Service.voided_by.is_(None))
    .group_by(Service.kind)
)


class Services:
    """All kinds of service, by key."""

    name = "service_catalogue"

    def read(self, reader: Reader, known: Wanted) -> Sequence[ServiceKindDefinition]:
        """The catalogue's lines; none without its file."""
        file = known.home.regions / FILE
        found = reader.csv(file, ServiceKindDefinition) if file.exists() else []
        reader.once(found, lambda line: line.key, "key")
        return sorted((line.value for line in found), key=lambda line: line.key)

    async def current(self, read: Read, *, by: Actor) -> Sequence[ServiceKindDefinition]:
        """The catalogue as recorded."""
        return [ServiceKindDefinition.model_validate(row._asdict()) for row in await catalogue.catalogue(read, by=by)]

    def plan(self, current: Sequence[ServiceKindDefinition], wanted: Sequence[ServiceKindDefinition], *, on: date) -> Plan:
        """Line by line. They hold undated."""
        return plan(_entries(current), _entries(wanted), on=on)

    async def people(self, read: Read, plan: Plan, /, *, by: Actor) -> Mapping[tuple[str, str], int]:
        """Those who were given a service of a kind that changes: their participations may."""
        kinds = [change.key for change in plan.of(SERVICE_KIND, What.CHANGED, What.ENDED)]
        rows = await read.all(_SERVED, {"kinds": kinds}) if kinds else []
        return {(SERVICE_KIND, row.kind): row.people for row in rows}

    async def apply(self, tx: Tx, wanted: Sequence[ServiceKindDefinition], _plan: Plan, _on: date, /, *, by: Actor) -> None:
        """The catalogue as a whole."""
        await catalogue.adopt_catalogue(tx, by=by, kinds=[catalogue.Kind(**line.model_dump()) for line in wanted])

    def files(self, held: Sequence[ServiceKindDefinition], home: Home) -> Mapping[Path, str]:
        """The catalogue as a table."""
        return {home.regions / FILE: writing.table(held, ServiceKindDefinition)} if held else {}


def _entries(lines: Sequence[ServiceKindDefinition]) -> Iterator[Entry]:
    return (Entry(SERVICE_KIND, line.key, fields(line)) for line in lines)


SERVICES = Services()
