"""What can be imported: each kind is declared in a file of its own."""

from collections.abc import Mapping

from app.imports.kinds import participants
from app.imports.kinds.credentials import CREDENTIALS
from app.imports.kinds.employment_records import EMPLOYMENT_RECORDS
from app.imports.kinds.endings import ENDINGS
from app.imports.kinds.enrollments import ENROLLMENTS
from app.imports.kinds.exit_reasons import EXIT_REASONS
from app.imports.kinds.given_services import SERVICES
from app.imports.kinds.kind import Kind
from app.imports.kinds.planned_services import PLANNED_SERVICES
from app.imports.kinds.step_completions import STEP_COMPLETIONS
from app.imports.kinds.wage_records import wage_records
from app.participants.sealing import KeyRing

__all__ = ["Kind", "kinds", "offered"]

_FACTS = (
    ENROLLMENTS,
    SERVICES,
    STEP_COMPLETIONS,
    CREDENTIALS,
    PLANNED_SERVICES,
    EXIT_REASONS,
    ENDINGS,
    EMPLOYMENT_RECORDS,
)


def kinds(ring: KeyRing) -> Mapping[str, Kind]:
    """Every kind by its name. `ring` seals social security numbers before they are staged."""
    return {kind.name: kind for kind in (participants.kind(ring), *_FACTS, wage_records(ring))}


def offered(ring: KeyRing) -> Mapping[str, Kind]:
    """The kinds of which anybody brings files, by their names."""
    return {name: kind for name, kind in kinds(ring).items() if kind.offered}
