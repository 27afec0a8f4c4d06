"""The database: what a table looks like here, and the two kinds of transaction, `Tx` and `Read`.

One request or task is one transaction. Row-level security gives every transaction the rows of one state alone: the one
whose name `app.state` holds. `access.enter` sets it for a request, `Database.transaction(state=…)` for a task.
"""

from asyncio import Semaphore, timeout
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar
from uuid import UUID

import psycopg
from sqlalchemy import BigInteger, Date, Executable, LargeBinary, MetaData, NullPool, Numeric, Row, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.event import listen
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.core.acts import Act, Candidates, act_binds
from app.core.errors import Unavailable
from app.core.ready import Line, Ready, without_values

if TYPE_CHECKING:
    from app.core.actor import Actor


class Data(StrEnum):
    """How sensitive a table or column is; every tenant table says it, personal columns say it again."""

    PUBLIC = "public"  # may be printed anywhere
    INTERNAL = "internal"  # the state's and its partners' staff
    PERSONAL = "personal"  # says something about one person
    SEALED = "sealed"  # never leaves in clear


class Base(DeclarativeBase):
    """What every table is declared on. Each says how sensitive its rows are in `__data__`."""

    __data__: ClassVar[Data]

    metadata = MetaData(
        naming_convention={
            "pk": "%(table_name)s_key",
            "fk": "%(table_name)s_%(column_1_name)s_known",
            "uq": "%(table_name)s_%(column_0_N_name)s_once",
            "ck": "%(table_name)s_%(constraint_name)s",
            "ix": "%(table_name)s_by_%(column_0_N_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text,
        UUID: Uuid,
        date: Date,
        datetime: TIMESTAMP(timezone=True),
        bytes: LargeBinary,
        Decimal: Numeric,
        dict[str, Any]: JSONB,
        dict[str, str]: JSONB,
        list[str]: JSONB,
        list[Any]: JSONB,
    }


THIS_STATE = text("current_setting('app.state')")


class InState:
    """A table whose rows belong to one state. `state` comes first in its key, and no code ever names it: the transaction does."""

    state: Mapped[str] = mapped_column(primary_key=True, server_default=THIS_STATE, sort_order=-20, doc="the state that the row belongs to")


class Tenant(InState):
    """A table of one state's rows, each with an id of its own; foreign keys to it are composite, `(state, id)`."""

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("uuidv7()"), sort_order=-10, doc="the row's id")


class Recorded:
    """A fact: written by one act, whose audit entry says who, when and for whom. Facts are voided, never deleted."""

    act: Mapped[UUID] = mapped_column(sort_order=90, doc="the audit entry of the act that recorded this")
    voided_by: Mapped[UUID | None] = mapped_column(sort_order=91, doc="the audit entry of the act that took it back")


class Revised:
    """A row that may change: its revision is the `ETag`, and every change is a compare-and-set on it."""

    revision: Mapped[int] = mapped_column(BigInteger, server_default=text("1"), sort_order=92, doc="counts the row's changes")


class Task(Protocol):
    """What procrastinate makes of a function; see `Tx.defer`."""

    def configure(self, *, connection: Any = ...) -> Any: ...


class Read:
    """A transaction that reads. Questions (`queries.py`) take it."""

    actor: "Actor"

    def __init__(self, connection: AsyncConnection, line: Line) -> None:
        self.connection, self.line = connection, line

    async def all(self, statement: Executable, binds: Mapping[str, Any] | None = None) -> Sequence[Row[Any]]:
        return (await self.connection.execute(statement, binds)).all()

    async def first(self, statement: Executable, binds: Mapping[str, Any] | None = None) -> Row[Any] | None:
        return (await self.connection.execute(statement, binds)).first()

    async def scalar(self, statement: Executable, binds: Mapping[str, Any] | None = None) -> Any:
        return (await self.connection.execute(statement, binds)).scalar()

    async def ready(self, statement: Ready, binds: Mapping[str, Any]) -> list[Any]:
        """The rows of a statement that is compiled already."""
        return await self.line.rows(statement, binds)

    async def stream(self, statement: Executable, binds: Mapping[str, Any] | None = None) -> AsyncIterator[Row[Any]]:
        """The rows one after the other through a server-side cursor: never all of them in memory."""
        async with self.connection.stream(statement, binds) as rows:
            async for row in rows:
                yield row


_COUNTED = {"preserve_rowcount": True}  # else SQLAlchemy forgets it for INSERT


class Tx(Read):
    """A transaction that writes. Verbs (`actions.py`) take it; the edge that opened it commits it."""

    async def act(self, act: Act, candidates: Candidates, *, by: "Actor", today: date | None = None, **more: Any) -> list[UUID]:
        """Do an act to one request's candidates. Answers the ids of what it made, in the candidates' order; raises `Refused`.

        `today` is the state's date, `more` are binds that the act's own statement asks for.
        """
        try:
            rows = await self.ready(act.ready, act_binds(candidates, by.binds, today=today, **more))
        except IntegrityError as race:
            raise act.checks.broken(race) from race
        act.checks.raise_refused(rows)
        return sorted(row.id for row in rows if row.id is not None)

    async def run(self, statement: Executable, binds: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None) -> int:
        """Run a statement for its effect; answers how many rows it touched."""
        return (await self.connection.execute(statement, binds, execution_options=_COUNTED)).rowcount

    async def defer(self, task: Task, **arguments: Any) -> None:
        """Queue a job that exists if and only if this transaction commits."""
        raw = await self.connection.get_raw_connection()
        await task.configure(connection=raw.driver_connection).defer_async(**arguments, state=self.actor.state)

    async def commit(self) -> None:
        await _committed(self)


async def _committed(transaction: Read) -> None:
    if transaction.connection.in_transaction():
        await transaction.connection.commit()
    else:  # SQLAlchemy has no part in it
        await transaction.line.driver.commit()


PATIENCE = 10
"""Seconds that somebody waits for a connection."""


def _without_values(context: ExceptionContext) -> None:
    """What SQLAlchemy raises repeats the driver's message."""
    if isinstance(error := context.original_exception, psycopg.Error):
        without_values(error)
        if (raised := context.sqlalchemy_exception) is not None:
            raised.args = (f"({type(error).__module__}.{type(error).__name__}) {error}",)


# A statement whose process was killed ends within two seconds, and with it its locks: whoever begins its work again does not wait for it.
_OPTIONS = "-csearch_path=public,jobs -ctimezone=UTC -cclient_connection_check_interval=2000"


class Database:
    """Connections as one role, kept open from one transaction to the next."""

    def __init__(self, url: str, *, pool: int = 10) -> None:
        self.url = url
        self.engine = create_async_engine(
            make_url(url).set(drivername="postgresql+psycopg"),
            poolclass=NullPool,
            hide_parameters=True,
            connect_args={
                "options": _OPTIONS,
                "application_name": "workforce",
                "connect_timeout": 5,
                "prepare_threshold": None,  # `Line` prepares what is worth it; the driver forgets all that is prepared at every rollback
            },
        )
        listen(self.engine.sync_engine, "handle_error", _without_values)
        self._idle: list[Read] = []
        self._free = Semaphore(pool)

    @asynccontextmanager
    async def transaction(self, actor: "Actor | None" = None) -> AsyncIterator[Tx]:
        """A writing transaction; rolled back unless its user commits. With an actor, in the actor's state."""
        async with self._connection(read_only=False) as held:
            yield await _entered(Tx(held.connection, held.line), actor)

    @asynccontextmanager
    async def reading(self, actor: "Actor | None" = None) -> AsyncIterator[Read]:
        """A transaction that PostgreSQL itself keeps from writing."""
        async with self._connection(read_only=True) as held:
            yield await _entered(Read(held.connection, held.line), actor)

    @asynccontextmanager
    async def _connection(self, *, read_only: bool) -> AsyncIterator[Read]:
        """A connection with nothing begun on it, that nobody else uses meanwhile."""
        try:
            async with timeout(PATIENCE):
                await self._free.acquire()
        except TimeoutError as waited:
            raise Unavailable("The database does not answer. Try again in a moment.") from waited
        try:
            held = self._idle.pop() if self._idle else await self._opened()
            try:
                if held.line.driver.read_only is not read_only:
                    await held.line.driver.set_read_only(read_only)  # nothing is sent: the BEGIN to come says it
                yield held
            finally:
                await self._left(held)
        finally:
            self._free.release()

    async def _opened(self) -> Read:
        try:
            connection = await self.engine.connect()
            driver: Any = (await connection.get_raw_connection()).driver_connection
        except (DBAPIError, TimeoutError, OSError) as failed:
            raise Unavailable("The database does not answer. Try again in a moment.") from failed
        return Read(connection, Line(driver))

    async def _left(self, held: Read) -> None:
        """Take back what was not committed, and keep the connection for whoever comes next."""
        try:
            with suppress(DBAPIError, psycopg.Error):
                if held.connection.in_transaction():
                    await held.connection.rollback()
                elif not held.line.idle:
                    await held.line.rollback()
        finally:
            if held.line.idle:
                self._idle.append(held)
            elif held.line.driver.closed:
                await self._dropped(held, *self._taken())  # what broke one broke the idle ones
            else:
                await self._dropped(held)

    def _taken(self) -> list[Read]:
        taken, self._idle = self._idle, []
        return taken

    @staticmethod
    async def _dropped(*held: Read) -> None:
        for each in held:
            each.line.driver.pgconn.finish()
            await each.connection.invalidate()
            await each.connection.close()

    async def close(self) -> None:
        """Close the connections that nobody uses."""
        await self._dropped(*self._taken())
        await self.engine.dispose()


AnyRead = TypeVar("AnyRead", bound=Read)
_ENTERED = Ready(text("SELECT set_config('app.state', :state, true)"))


async def _entered(transaction: AnyRead, actor: "Actor | None") -> AnyRead:
    if actor is not None:
        await transaction.ready(_ENTERED, {"state": actor.state})
        transaction.actor = actor
    return transaction
