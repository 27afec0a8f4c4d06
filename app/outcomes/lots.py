"""The facts as they are read: each table once, as it streams in, its rows into a file for each lot of people.

Whatever becomes of a person follows from that person's facts and a few small tables. So a lot of people after the other is all that has to
be in memory, however many there are in the state. A lot's files hold personal data and go as soon as it was read.
"""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from app.outcomes.facts import MERGED, STATEMENTS, first_of_lots, sql

LOT = 65_536  # people
FIRST_HALF = {"services", "planned"}  # about as long to read as everything else

Facts = Mapping[str, pl.DataFrame]


@dataclass(frozen=True)
class Lots:
    """The facts of a state. Going through them answers one lot of people after the other, by number, each with all the small tables."""

    folder: Path
    firsts: list[int]  # the lowest number of each lot but the first
    small: Facts
    empty: Facts  # of each table that is in lots, its columns

    def __iter__(self) -> Iterator[dict[str, pl.DataFrame]]:
        for lot in range(len(self.firsts) + 1):
            yield {**self.small, **{name: self._of(name, lot) for name in self.empty}}

    def _of(self, name: str, lot: int) -> pl.DataFrame:
        file = _file(self.folder, name, lot)
        if not file.exists():
            return self.empty[name]
        with pa.OSFile(str(file)) as source, pa.ipc.open_stream(source) as reader:
            found = pl.DataFrame(pl.from_arrow(reader.read_all()))
        file.unlink()
        return found


def _file(folder: Path, name: str, lot: int) -> Path:
    return folder / f"{name}-{lot}.arrow"


def read(cursor: Any, beside: AbstractContextManager[Any], folder: Path, *, size: int = LOT) -> Lots:
    """Everything that the frame is made of, in lots of `size` people; half of it over a second connection that sees the same snapshot."""
    cursor.execute(sql(first_of_lots(size)))
    firsts = [row[0] for row in cursor.fetchall()][1:]
    merged = _whole(cursor, MERGED)
    mine, other = ({name: s for name, s in STATEMENTS.items() if (name in FIRST_HALF) == first} for first in (True, False))

    def read_other() -> tuple[Facts, Facts]:
        with beside as second:
            return _read(second, other, merged, firsts, folder)

    with ThreadPoolExecutor(1) as thread:
        reading = thread.submit(read_other)
        (small, empty), (more, void) = _read(cursor, mine, merged, firsts, folder), reading.result()
    return Lots(folder, firsts, {**small, **more}, {**empty, **void})


def _read(cursor: Any, statements: Mapping[str, Any], merged: pl.DataFrame, firsts: list[int], folder: Path) -> tuple[Facts, Facts]:
    """The tables that are read whole, and of the others, which are in files now, the columns."""
    small, empty = {}, {}
    for name, statement in statements.items():
        if name == "merged":
            small[name] = merged
        elif "person" in statement.selected_columns:
            empty[name] = _in_lots(cursor, name, statement, merged, firsts, folder)
        else:
            small[name] = _whole(cursor, statement)
    return small, empty


def _whole(cursor: Any, statement: Any) -> pl.DataFrame:
    cursor.execute(sql(statement))
    return pl.DataFrame(pl.from_arrow(cursor.fetch_arrow_table()))


def _in_lots(cursor: Any, name: str, statement: Any, merged: pl.DataFrame, firsts: list[int], folder: Path) -> pl.DataFrame:
    """Write each row of a table to the file of its person's lot: of a merged record, of the person whose it is."""
    cursor.execute(sql(statement))
    with ExitStack() as files:
        reader = files.enter_context(cursor.fetch_record_batch())
        to: dict[int, Any] = {}
        for batch in reader:
            person = pl.Series(pl.from_arrow(batch["person"]))
            whose = person.replace(merged["number"], merged["person"]) if len(merged) else person
            lots = np.searchsorted(firsts, whose.to_numpy(), side="right")
            for lot in np.unique(lots).tolist():
                if lot not in to:
                    sink = files.enter_context(pa.OSFile(str(_file(folder, name, lot)), "wb"))
                    to[lot] = files.enter_context(pa.ipc.new_stream(sink, reader.schema, options=_PACKED))
                to[lot].write_batch(batch.filter(pa.array(lots == lot)))
        return pl.DataFrame(pl.from_arrow(reader.schema.empty_table()))


_PACKED = pa.ipc.IpcWriteOptions(compression="lz4")
