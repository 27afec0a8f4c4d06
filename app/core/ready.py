"""Statements that every request runs: compiled once, prepared once on each connection, and asked for by name.

SQLAlchemy finds a statement's text again by comparing the whole of it, and the driver looks for the binds in it: for an act of a
hundred lines that takes longer than the driver's work. Here both are done when the statement is made. The driver also forgets what
it has prepared with every rollback, in case that took a table away; these statements ask for tables that migrations alone make.
"""

import re
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any

import psycopg
from psycopg import pq
from psycopg.abc import PQGen
from psycopg.adapt import PyFormat, Transformer
from psycopg.generators import execute, fetch_many, send
from sqlalchemy import Boolean, ClauseElement, Dialect, Interval, LargeBinary, Numeric, UnaryExpression
from sqlalchemy.dialects.postgresql.psycopg import PGCompiler_psycopg, PGDialect_psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.operators import exists
from sqlalchemy.types import TypeEngine


class _OneAtATime(PGCompiler_psycopg):
    """Writes `EXISTS (… OFFSET 0)`: PostgreSQL then looks the one row up.

    Without, it may plan to read everything that could be asked for into a hash first: right for a million candidates, and for one a
    scan of the whole table that grows with it, kept as long as the plan that was made while the table was small.
    """

    def visit_unary(self, unary: UnaryExpression[Any], *arguments: Any, **options: Any) -> str:
        text: str = super().visit_unary(unary, *arguments, **options)  # type: ignore[no-untyped-call]  # SQLAlchemy has no types here
        return f"{text[:-1]} OFFSET 0)" if unary.operator is exists and text.endswith(")") else text


class _Dialect(PGDialect_psycopg):
    statement_compiler = _OneAtATime
    supports_statement_cache = True


_DIALECT: Dialect = _Dialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]  # $1, $2: PostgreSQL's own


UNSAID = 0
"""The statement's own text says what type a bind has: SQLAlchemy writes `$1::UUID`."""
_UNWRITTEN = {Boolean: 16, LargeBinary: 17, Interval: 1186, Numeric: 1700}
"""But not for these: PostgreSQL's numbers of what they are there."""


def _of_type(type_: TypeEngine[Any]) -> int:
    if type_.dialect_impl(_DIALECT).render_bind_cast:
        return UNSAID
    return next((number for kind, number in _UNWRITTEN.items() if isinstance(type_, kind)), UNSAID)


class Ready:
    """One statement with named binds. It runs on a `Line`."""

    def __init__(self, statement: ClauseElement) -> None:
        compiled = statement.compile(dialect=_DIALECT)
        assert isinstance(compiled, SQLCompiler)
        whole = compiled.construct_expanded_state(compiled.params)  # lists of constants, `IN (1, 2, 9)`, are written out
        self.text = whole.statement
        self.sql = self.text.encode()
        self._names = list(whole.positiontup or ())
        self._given = dict(whole.parameters)
        binds = {name: compiled.binds[name] for name in self._names if name in compiled.binds}  # what a list holds needs no writing
        self._written = {
            name: write for name, bind in binds.items() if (write := bind.type.dialect_impl(_DIALECT).bind_processor(_DIALECT))
        }
        self.formats = [PyFormat.TEXT] * len(self._names)
        self.types = [_of_type(binds[name].type) if name in binds else UNSAID for name in self._names]
        self.row: Callable[[Sequence[Any]], Any] | None = None  # makes a named tuple, once an answer has told the names

    def values(self, binds: Mapping[str, Any]) -> list[Any]:
        """What stands in the places of its binds. Those that are not given have the statement's own values."""
        values = {**self._given, **binds}
        for name, write in self._written.items():
            values[name] = write(values[name])
        return [values[name] for name in self._names]


_NUMBERS = count()
_OUTDATED = {"0A", "26", "42"}
"""Classes of errors after which a statement is prepared anew: the tables are no longer what they were, or it was forgotten."""
_QUOTED = re.compile(r'"[^"]*"')


def without_values(error: psycopg.Error) -> None:
    """Take out of an error what was sent or is stored: `DETAIL: Key (phone)=(…) already exists`, `invalid input: "…"`.

    Type, SQLSTATE and the name of the constraint stay, in `diag`; of the message its first line, without what a data error (class 22)
    quotes.
    """
    told = error.diag.message_primary
    if told is not None:
        error.args = (_QUOTED.sub('"…"', told) if (error.sqlstate or "").startswith("22") else told,)


class Line:
    """One connection of the driver's, and which statements it has prepared: a round trip of as few messages and steps as there can be.

    Everything else on the connection goes through SQLAlchemy, in the same transaction: whichever comes first begins it.
    """

    def __init__(self, driver: psycopg.AsyncConnection[Any]) -> None:
        self.driver = driver
        self._prepared: dict[Ready, bytes] = {}
        self._adapt = Transformer(driver)

    @property
    def idle(self) -> bool:
        """Whether the connection works, and nothing is begun on it."""
        connection = self.driver.pgconn
        return (
            connection.status == pq.ConnStatus.OK
            and connection.transaction_status == pq.TransactionStatus.IDLE
            and connection.pipeline_status == pq.PipelineStatus.OFF
        )

    async def rows(self, ready: Ready, binds: Mapping[str, Any]) -> list[Any]:
        """Run a statement, in a transaction that it begins if there is none; answers its rows as named tuples.

        Raises what SQLAlchemy raises, without what was sent.
        """
        try:
            found = await self.driver.wait(self._asked(ready, self._adapt.dump_sequence(ready.values(binds), ready.formats)))
        except psycopg.Error as error:
            if (error.sqlstate or "")[:2] in _OUTDATED:
                self._prepared.pop(ready, None)
            without_values(error)
            raise DBAPIError.instance(
                None, None, error, psycopg.Error, hide_parameters=True, connection_invalidated=self.driver.closed, dialect=_DIALECT
            ) from error
        if not found.ntuples:
            return []
        self._adapt.set_pgresult(found)
        if ready.row is None:
            names: Any = [(found.fname(at) or b"").decode() for at in range(found.nfields)]
            ready.row = namedtuple("Row", names, rename=True)._make  # type: ignore[attr-defined]  # the names come with the answer
        return self._adapt.load_rows(0, found.ntuples, ready.row)

    async def rollback(self) -> None:
        """Take back what this line did. What is prepared stays so, unlike with the driver's own `rollback`."""
        self.driver.pgconn.send_query(b"ROLLBACK")
        await self.driver.wait(execute(self.driver.pgconn))

    def _asked(self, ready: Ready, values: Sequence[Any]) -> PQGen[Any]:
        """Send everything at once, and take the answers to it: BEGIN where nothing has begun, the preparation the first time, the run."""
        connection, asked = self.driver.pgconn, 1
        connection.enter_pipeline_mode()
        if connection.transaction_status == pq.TransactionStatus.IDLE:
            connection.send_query_params(b"BEGIN READ ONLY" if self.driver.read_only else b"BEGIN", None)
            asked += 1
        if (name := self._prepared.get(ready)) is None:
            name = b"ready_%d" % next(_NUMBERS)
            connection.send_prepare(name, ready.sql, ready.types)
            asked += 1
        connection.send_query_prepared(name, values)
        connection.pipeline_sync()
        yield from send(connection)
        answers: list[Any] = []
        for _ in range(asked):
            answers += yield from fetch_many(connection)
        yield from fetch_many(connection)  # the end of the pipeline
        connection.exit_pipeline_mode()
        for answer in answers:
            if answer.status == pq.ExecStatus.FATAL_ERROR:
                raise psycopg.errors.error_from_result(answer, encoding=self._adapt.encoding)
        self._prepared[ready] = name
        return answers[-1]
