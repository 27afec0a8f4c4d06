"""How a version of a path is written: itself, its steps, target occupations and offered regions, in one statement."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import (
    CTE,
    Boolean,
    ColumnElement,
    Date,
    FromClause,
    Insert,
    Integer,
    Text,
    Uuid,
    bindparam,
    column,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from app.audit.entries import audited
from app.career_paths import rules
from app.career_paths.models import CareerPath, OfferedRegion, Step, TargetOccupation
from app.core.acts import Act, By, Candidate, Checks, Made, Refusing
from app.core.db import Tx

_STEPS = TypeAdapter(tuple[rules.Step, ...])
PARTS: dict[str, Any] = {"steps": Step, "targets": TargetOccupation, "regions": OfferedRegion}
PLAIN = {"title": Text, "summary": Text, "valid_from": Date, "source": Text, "leads_to": JSONB, "everywhere": Boolean, "weeks": Integer}


def fields(path: rules.Path) -> dict[str, Any]:
    """A path as the candidate of an act: its parts as rows of their tables, numbered in their order."""
    steps = [{**step, **_credential(step["credential"])} for step in _STEPS.dump_python(path.steps, mode="json")]
    return {
        **{name: getattr(path, name) for name in ("key", "title", "summary", "valid_from", "source")},
        "leads_to": list(path.leads_to),
        "everywhere": path.regions_offered is None,
        "weeks": rules.totals(path.steps).weeks,
        "steps": _numbered(steps),
        "targets": _numbered({"system": one.system, "code": one.code} for one in path.target_occupations),
        "regions": _numbered({"system": one.system, "region": one.code} for one in path.regions_offered or ()),
    }


def _credential(awarded: dict[str, str] | None) -> dict[str, str | None]:
    if awarded is None:
        return {"credential": None}
    return {"credential": awarded["name"], "wioa_type": awarded["wioa_type"], "issuer": awarded["issuer"]}


def _numbered(rows: Any) -> list[dict[str, Any]]:
    return [{"position": position, **row} for position, row in enumerate(rows, start=1)]


def _part(name: str, version: FromClause, *where: ColumnElement[bool]) -> Insert:
    """The rows of one of a version's parts: `version` has its `id`, and the rows as JSON in the column `name`."""
    table = PARTS[name]
    own = [c for c in table.__table__.c if c.name not in ("state", "id", "career_path")]
    rows = func.jsonb_to_recordset(version.c[name]).table_valued(*(column(c.name, c.type) for c in own))
    rows = rows.render_derived(name=f"of_{name}", with_types=True)
    chosen = select(version.c.id, *(rows.c[c.name] for c in own)).select_from(version.join(rows, true())).where(*where)
    return insert(table).from_select(["career_path", *(c.name for c in own)], chosen)


DRAFTING = Checks("draft_career_path", key=Text, **PLAIN, **dict.fromkeys(PARTS, JSONB))
ADOPTING = Checks("adopt_career_path", key=Text, **PLAIN, **dict.fromkeys(PARTS, JSONB))


@DRAFTING.refuse("key", kept_by="career_paths_one_draft")
def draft_already(c: Candidate, by: type[By]) -> Refusing:
    """There is a draft of this path already. Change it with PATCH /v1/career-paths/{key}, or publish it first."""
    return exists().where(CareerPath.key == c.key, CareerPath.status == "draft")


def _version(status: str, verb: str) -> Callable[[CTE, ColumnElement[bool]], Made]:
    def makes(candidate: CTE, admitted: ColumnElement[bool]) -> Made:
        number = select(func.coalesce(func.max(CareerPath.version), 0) + 1).where(CareerPath.key == candidate.c.key).scalar_subquery()
        row = select(candidate.c.id, candidate.c.key, number, literal(status, Text), *(candidate.c[name] for name in PLAIN))
        into = ["id", "key", "version", "status", *PLAIN]
        made = insert(CareerPath).from_select(into, row.where(admitted)).returning(CareerPath.id).cte("made")
        parts = (_part(name, candidate, admitted).returning(table.career_path).cte(f"made_{name}") for name, table in PARTS.items())
        return (made, *parts, audited(verb, made))

    return makes


DRAFT = Act(DRAFTING, _version("draft", "draft_career_path"))
ADOPT = Act(ADOPTING, _version("published", "adopt_career_path"))

_ONE = select(bindparam("version", type_=Uuid).label("id"), *(bindparam(name, type_=JSONB).label(name) for name in PARTS)).subquery("one")
_REMOVALS = [delete(table).where(table.career_path == bindparam("version", type_=Uuid)) for table in PARTS.values()]
_PARTS = [_part(name, _ONE) for name in PARTS]


async def rewrite(tx: Tx, *, version: UUID, revision: int, path: rules.Path) -> bool:
    """Put a path in the place of a draft that is still at `revision`; answers whether it was."""
    row = fields(path)
    as_read = (CareerPath.id == version, CareerPath.revision == revision, CareerPath.status == "draft")
    values = {name: row[name] for name in PLAIN}
    if not await tx.run(update(CareerPath).where(*as_read).values(**values, revision=CareerPath.revision + 1)):
        return False
    for statement in (*_REMOVALS, *_PARTS):
        await tx.run(statement, {"version": version, **{name: row[name] for name in PARTS}})
    return True
