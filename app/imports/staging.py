"""Where an import's rows wait: a table of its own in the schema `staging`, filled by COPY, gone when the import has ended; and beside it
one of what is wrong with them.

They are unlogged (a crash empties them, and the import begins again), belong to no tenant and are known by the import's id alone.
"""

from collections.abc import Sequence
from io import BytesIO
from typing import Any
from uuid import UUID

import polars as pl
from psycopg import sql
from sqlalchemy import BigInteger, Boolean, Date, Integer, LargeBinary, MetaData, Table, Text, Uuid, text
from sqlalchemy import Column as SqlColumn
from sqlalchemy.dialects.postgresql import JSONB

from app.core.db import Read
from app.imports.reading import Column, Shape

SCHEMA = "staging"
_TYPES: dict[Shape, Any] = {
    Shape.TEXT: Text,
    Shape.SECRET: Text,
    Shape.DATE: Date,
    Shape.INTEGER: BigInteger,
    Shape.DOLLARS: BigInteger,
    Shape.QUARTER: Integer,
    Shape.TRUTH: Boolean,
    Shape.WORDS: JSONB,
    Shape.BYTES: LargeBinary,
    Shape.ID: Uuid,
}


def table(import_id: UUID, columns: Sequence[Column]) -> "Table[Any]":
    """The staging table of an import, for statements. `id` is what each row will be called where it is merged."""
    staged: list[SqlColumn[Any]] = [SqlColumn("line", BigInteger), SqlColumn("wrong", Text), SqlColumn("id", Uuid)]
    staged += [SqlColumn(column.name, _TYPES[column.shape]) for column in columns]
    return Table(f"import_{import_id.hex}", MetaData(schema=SCHEMA), *staged)


def wrong(import_id: UUID) -> "Table[Any]":
    """The table of what is wrong with an import's rows, for statements."""
    columns: list[SqlColumn[Any]] = [SqlColumn("line", BigInteger), SqlColumn("field", Text), SqlColumn("code", Text)]
    return Table(f"import_{import_id.hex}_wrong", MetaData(schema=SCHEMA), *columns)


async def create_wrong(tx: Read, table: "Table[Any]") -> None:
    """Make the table of what is wrong, empty."""
    await drop(tx, table)
    await _run(tx, sql.SQL("CREATE UNLOGGED TABLE {} (line bigint NOT NULL, field text, code text NOT NULL)").format(_name(table)))


async def create(tx: Read, staged: "Table[Any]", columns: Sequence[Column]) -> None:
    """Make the table, empty; what an earlier try left of it goes."""
    await drop(tx, staged)
    own = [sql.SQL("line bigint NOT NULL"), sql.SQL("wrong text"), sql.SQL("id uuid NOT NULL DEFAULT uuidv7()")]
    named = [sql.SQL("{} {}").format(sql.Identifier(column.name), sql.SQL(column.shape.sql)) for column in columns]
    await _run(tx, sql.SQL("CREATE UNLOGGED TABLE {} ({})").format(_name(staged), sql.SQL(", ").join(own + named)))


async def copy(tx: Read, staged: "Table[Any]", columns: Sequence[Column], batch: pl.DataFrame) -> None:
    """Append what `reading.read` made of a batch."""
    names = ["line", "wrong", *(column.name for column in columns)]
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(
        _name(staged), sql.SQL(", ").join(sql.Identifier(name) for name in names)
    )
    out = BytesIO()
    batch.select(names).write_csv(out, include_header=False, quote_style="necessary")
    connection = await _driver(tx)
    async with connection.cursor() as cursor, cursor.copy(statement) as sink:
        await sink.write(out.getbuffer())


async def analyse(tx: Read, staged: "Table[Any]") -> None:
    """Tell the planner what is in the table: one without statistics is planned as if it had one row."""
    await _run(tx, sql.SQL("ANALYZE {}").format(_name(staged)))


async def left_behind(tx: Read) -> list[UUID]:
    """The imports of which there is a table."""
    found = text("SELECT DISTINCT substr(relname, 8, 32) FROM pg_class WHERE relnamespace = 'staging'::regnamespace AND relkind = 'r'")
    return [UUID(row[0]) for row in await tx.all(found)]


async def drop(tx: Read, staged: "Table[Any]") -> None:
    """Take the table away, if it is there."""
    await _run(tx, sql.SQL("DROP TABLE IF EXISTS {}").format(_name(staged)))


def _name(staged: "Table[Any]") -> sql.Composable:
    return sql.Identifier(SCHEMA, staged.name)


async def _driver(tx: Read) -> Any:
    return (await tx.connection.get_raw_connection()).driver_connection


async def _run(tx: Read, statement: sql.Composed) -> None:
    await (await _driver(tx)).execute(statement)
