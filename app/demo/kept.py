"""The population as files: what was brought and what was meant, side by side, for whoever wants to check a figure by another way.

population/facts/<kind>.parquet    the rows of each kind of import; of the social security number only whether there is one
population/truth/<table>.parquet   what the generator meant
population/columns.txt             what each column of the truth holds
"""

import contextlib
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import polars as pl
import pyarrow.parquet

from app.demo.population import Chunk
from app.demo.truth import DESCRIBED


class Kept:
    """Files that grow by a chunk at a time. They are there when all of them are whole, and not before."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._part = folder.with_name(folder.name + ".part")
        self._writers: dict[str, pyarrow.parquet.ParquetWriter] = {}

    @property
    def there(self) -> bool:
        """Whether the files were made before."""
        return self._folder.is_dir()

    def __enter__(self) -> Self:
        shutil.rmtree(self._part, ignore_errors=True)
        self._part.mkdir(parents=True, mode=0o700)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with contextlib.ExitStack() as stack:
            for writer in self._writers.values():
                stack.callback(writer.close)
        if error is not None:
            shutil.rmtree(self._part, ignore_errors=True)
            return
        (self._part / "columns.txt").write_text(described(DESCRIBED), encoding="utf-8")
        shutil.rmtree(self._folder, ignore_errors=True)
        self._part.rename(self._folder)

    def add(self, chunk: Chunk) -> None:
        """Write what was brought and meant of some of the people."""
        for delivery in chunk.deliveries:
            self._write(f"facts/{delivery.kind}", _without_number(delivery.rows))
        for table, rows in chunk.truth.items():
            self._write(f"truth/{table}", rows)

    def _write(self, name: str, rows: pl.DataFrame) -> None:
        table = rows.to_arrow()
        if name not in self._writers:
            file = self._part / f"{name}.parquet"
            file.parent.mkdir(exist_ok=True)
            self._writers[name] = pyarrow.parquet.ParquetWriter(file, table.schema, compression="zstd")
        self._writers[name].write_table(table)


def _without_number(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(ssn=pl.col("ssn").is_not_null()).rename({"ssn": "has_ssn"}) if "ssn" in rows.columns else rows


def described(tables: Mapping[str, Mapping[str, str]]) -> str:
    """The columns in words, a line each."""
    return "".join(f"truth/{table}.{column}: {text}\n" for table, columns in tables.items() for column, text in columns.items())
