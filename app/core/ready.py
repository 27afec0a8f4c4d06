"""Statements that every request runs: compiled once, and handed to the driver as they are.

SQLAlchemy finds a statement's text again by comparing the whole of it, and the driver looks for the binds in it: for an act of a
hundred lines that takes longer than the driver's work. Here both are done when the statement is made.
"""

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg.rows import namedtuple_row
from sqlalchemy import ClauseElement, Dialect, UnaryExpression
from sqlalchemy.dialects.postgresql.psycopg import PGCompiler_psycopg, PGDialect_psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.operators import exists


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


class Ready:
    """One statement with named binds. It runs in the transaction of a connection that has begun one."""

    def __init__(self, statement: ClauseElement) -> None:
        compiled = statement.compile(dialect=_DIALECT)
        assert isinstance(compiled, SQLCompiler)
        whole = compiled.construct_expanded_state(compiled.params)  # lists of constants, `IN (1, 2, 9)`, are written out
        self.text = whole.statement
        self._sql = self.text.encode()
        self._names = list(whole.positiontup or ())
        self._given = dict(whole.parameters)
        binds = {name: compiled.binds[name] for name in self._names if name in compiled.binds}  # what a list holds needs no writing
        self._written = {
            name: write for name, bind in binds.items() if (write := bind.type.dialect_impl(_DIALECT).bind_processor(_DIALECT))
        }

    async def rows(self, connection: AsyncConnection, binds: Mapping[str, Any]) -> list[Any]:
        """Run it; answers its rows as named tuples. Binds that are not given have the statement's own values.

        Raises what SQLAlchemy raises; a connection that broke takes the idle ones of its pool along, as they broke with it.
        """
        values = {**self._given, **binds}
        for name, write in self._written.items():
            values[name] = write(values[name])
        assert connection.sync_connection is not None
        driver: Any = connection.sync_connection.connection.driver_connection
        try:
            async with psycopg.AsyncRawCursor(driver, row_factory=namedtuple_row) as cursor:
                await cursor.execute(self._sql, [values[name] for name in self._names])
                return await cursor.fetchall() if cursor.description else []
        except psycopg.Error as error:
            if driver.closed:
                await connection.invalidate()
                await connection.engine.dispose()
            raise DBAPIError.instance(
                None, None, error, psycopg.Error, hide_parameters=True, connection_invalidated=driver.closed, dialect=_DIALECT
            ) from error
