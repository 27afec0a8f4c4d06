"""The one write path: candidates, checks and acts.

An *act* is one verb done to one row or a million by one statement: its checks, inserts, audit entry and marks are
data-modifying CTEs over one snapshot. Its *candidates* are a relation with one row per thing asked for: a one-row SELECT of
binds for a POST, a staging table for a file. The same checks decide over both, so both get the same codes.

    ENROLLING = Checks("enroll", participant=Uuid, career_path=Uuid, started_on=Date)

    @ENROLLING.refuse("career_path", kept_by="enrollments_one_open_per_path")
    def already_enrolled(c: Candidate, by: type[By]) -> Refusing:
        \"\"\"The participant is on this career path already.\"\"\"
        return exists().where(Enrollment.participant == c.participant, ...)
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
    Date,
    FromClause,
    Integer,
    Row,
    Select,
    Text,
    Uuid,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    literal_column,
    null,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.types import TypeEngine

from app.core.errors import Conflict, Refusal, Refused, Violation
from app.core.ids import uuid7
from app.core.ready import Ready

Candidate = ReadOnlyColumnCollection[str, Any]
Refusing = ColumnElement[bool]


class By:
    """Who acts, as binds: what `Actor.binds` fills in, and the act's own id."""

    act = bindparam("by_act", type_=Uuid, unique=False)
    actor = bindparam("by_actor", type_=Uuid, unique=False)
    partner = bindparam("by_partner", type_=Uuid, unique=False)  # NULL: the state's own staff
    request = bindparam("by_request", type_=Text, unique=False)
    today = bindparam("by_today", type_=Date, unique=False)  # the state's date, of an act that asks for it


@dataclass(frozen=True)
class Candidates:
    """What an act is asked to do: a relation built once, with a `line` and the act's fields, and the binds that fill it this time."""

    rows: FromClause
    binds: Mapping[str, Any]


@dataclass(frozen=True)
class Check:
    """One reason to refuse a candidate."""

    code: str  # the function's name
    pointer: str  # the field it speaks of
    detail: str  # the function's docstring: what a person is told
    refuses: Callable[[Candidate, type[By]], Refusing]
    kept_by: str | None  # the constraint that refuses when two acts race past the check
    first: bool = False  # where it refuses, nothing else is said: of what the caller may not see, no other check may tell


@dataclass
class Checks:
    """Everything that can refuse one act, and the fields that its candidates have."""

    act: str
    fields: dict[str, TypeEngine[Any]]
    checks: dict[str, Check] = field(default_factory=dict)

    def __init__(self, act: str, **fields: TypeEngine[Any] | type[TypeEngine[Any]]) -> None:
        self.act = act
        self.fields = {name: kind() if isinstance(kind, type) else kind for name, kind in fields.items()}
        self.checks = {}
        # Cast, or a NULL for bytes or a truth value becomes a text: the driver does not say what it stands for.
        one = [cast(bindparam(f"c_{name}", type_=kind, unique=False), kind).label(name) for name, kind in self.fields.items()]
        self._one = select(literal_column("1", Integer).label("line"), *one).subquery(f"{act}_post")

    def refuse(
        self, pointer: str, *, kept_by: str | None = None, first: bool = False
    ) -> Callable[[Callable[[Candidate, type[By]], Refusing]], Callable[[Candidate, type[By]], Refusing]]:
        """Declare a check: `pointer` names the field at fault, the function's name is the code, its docstring the message.

        A `first` check silences the others where it refuses.
        """

        def declare(refuses: Callable[[Candidate, type[By]], Refusing]) -> Callable[[Candidate, type[By]], Refusing]:
            code = refuses.__name__.strip("_")
            assert refuses.__doc__, f"{code} needs a message"
            assert code not in self.checks, f"{self.act} has two checks called {code}"
            self.checks[code] = Check(code, pointer, " ".join(refuses.__doc__.split()), refuses, kept_by, first)
            return refuses

        return declare

    def also(self, other: "Checks", *codes: str) -> None:
        """Take over checks of another act that mean the same here."""
        self.checks.update({code: other.checks[code] for code in codes})

    def one(self, **values: Any) -> Candidates:
        """The candidates of a single request: one row of binds. Fields that are not given are NULL."""
        unknown = values.keys() - self.fields.keys()
        assert not unknown, f"{self.act} has no field {unknown}"
        return Candidates(self._one, {f"c_{name}": values.get(name) for name in self.fields})

    def refused(self, candidate: FromClause) -> CTE:
        """One row `(line, code)` per violation, all checks in one pass over the candidates."""
        codes: list[ColumnElement[Any]] = [
            case((check.refuses(candidate.c, By), _code(check))) for check in self.checks.values() if not check.first
        ]
        found: ColumnElement[Any] = func.array_remove(array[Any](codes or [null()], type_=Text()), null())
        if first := [check for check in self.checks.values() if check.first]:
            found = case(*((check.refuses(candidate.c, By), array([_code(check)])) for check in first), else_=found)
        # In the list of columns, where the checks' own subqueries see the candidate; a function in FROM they would not.
        return select(candidate.c.line, func.unnest(found).label("code")).cte("refused")

    def violation(self, line: int, code: str) -> Violation:
        check = self.checks[code]
        return Violation(line, check.pointer, code, check.detail)

    def raise_refused(self, rows: Iterable[Row[Any]]) -> None:
        """Raise `Refused` with every violation among an act's answer."""
        if violations := [self.violation(row.line, row.code) for row in rows if row.code is not None]:
            raise Refused(violations)

    def broken(self, race: IntegrityError) -> Refusal:
        """The refusal that a constraint stands for: two acts passed the checks at the same moment and the database kept one out."""
        name = getattr(getattr(race.orig, "diag", None), "constraint_name", None)
        for check in self.checks.values():
            if check.kept_by is not None and check.kept_by == name:
                return Refused([Violation(1, check.pointer, check.code, check.detail)])
        return Conflict(f"This contradicts what is recorded ({name or 'integrity'}).")


def _code(check: Check) -> ColumnElement[str]:
    return literal_column(f"'{check.code}'", Text)


class Answer(StrEnum):
    """What a statement built from an act tells."""

    EACH = "each"  # a row (line, code, NULL) per violation, a row (NULL, NULL, id) per thing made
    COUNTS = "counts"  # one row (refused, made): for very many candidates
    REFUSALS = "refusals"  # a row (line, code) per violation; nothing is made: a dry run


Made = tuple[CTE, ...]


@dataclass(frozen=True, eq=False)
class Act:
    """One verb: what can refuse its candidates, and what it makes of those that nothing refuses.

    `makes(candidate, admitted)` answers the CTEs that write. The first one, `made`, returns the `id` of each thing made; the rest are
    whatever else belongs to the act: further rows, `audited(…)`, `touching(…)`. Each selects from `candidate` (its columns are the
    fields of `checks` and `id`) where `admitted` holds, or from `made`. All or nobody: one refused candidate, and nothing is made.
    """

    checks: Checks
    makes: Callable[[CTE, ColumnElement[bool]], Made]

    def one(self, **values: Any) -> Candidates:
        """The candidates of a single request; see `Checks.one`."""
        return self.checks.one(**values)

    @cached_property
    def statement(self) -> Select[Any] | CompoundSelect[Any]:
        """The statement of a single request, built once: building costs more than running."""
        return self.over(self.checks.one().rows, Answer.EACH)

    @cached_property
    def ready(self) -> Ready:
        """The same, compiled."""
        return Ready(self.statement)

    def over(self, rows: FromClause, answer: Answer) -> Select[Any] | CompoundSelect[Any]:
        """The act as one statement over any relation with a `line` and the act's fields (and, if it likes, ids in a column `id`)."""
        candidate = select(rows).cte("candidate") if "id" in rows.c else select(rows, func.uuidv7().label("id")).cte("candidate")
        refused = self.checks.refused(candidate)
        if answer is Answer.REFUSALS:
            return select(refused.c.line, refused.c.code)
        made, *also = self.makes(candidate, ~exists(select(literal(1)).select_from(refused)))
        if answer is Answer.COUNTS:
            counts = (select(func.count()).select_from(cte).scalar_subquery() for cte in (refused, made))
            return select(*(count.label(name) for count, name in zip(counts, ("refused", "made"), strict=True))).add_cte(*also)
        each = union_all(select(refused.c.line, refused.c.code, null().label("id")), select(null(), null(), made.c.id))
        return each.add_cte(*also)


def act_binds(candidates: Candidates, by: Mapping[str, Any], *, today: date | None = None, **more: Any) -> dict[str, Any]:
    """The binds of one run of an act: who, which act, on which day, the candidates, and what else the statement asks for."""
    return {"by_act": uuid7(), "by_today": today, **by, **candidates.binds, **more}
