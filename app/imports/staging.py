"""Where an import's rows wait: a table of its own in the schema `staging`, filled by COPY, gone when the import has ended.

It is unlogged (a crash empties it, and the import begins again), belongs to no tenant and is known by the import's id alone.
"""

from collections.abc import Sequence
from io import BytesIO
from typing import Any
from uuid import UUID

import polars as pl
from psycopg import sql
from sqlalchemy import BigInteger, Boolean, Date, Integer, LargeBinary, MetaData, Table, Text, Uuid
from sqlalchemy import Column as SqlColumn
from sqlalchemy.dialects.postgresql import JSONB

from app.core.db import Read
from app.imports.reading import Column, Shape

SCHEMA = "staging"
_TYPES: dict[Shape, Any] = {
    Shape.TEXT: Text,
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


async def drop(tx: Read, staged: "Table[Any]") -> None:
    """Take the table away, if it is there."""
    await _run(tx, sql.SQL("DROP TABLE IF EXISTS {}").format(_name(staged)))


def _name(staged: "Table[Any]") -> sql.Composable:
    return sql.Identifier(SCHEMA, staged.name)


async def _driver(tx: Read) -> Any:
    return (await tx.connection.get_raw_connection()).driver_connection


async def _run(tx: Read, statement: sql.Composed) -> None:
    await (await _driver(tx)).execute(statement)
