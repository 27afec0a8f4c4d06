"""The extract: a state's facts, read in one snapshot, as the two tables of the frame in files that every table is made from.

It is made anew when anything changed that it depends on, and kept under a name that says what that was. The files hold personal data:
they lie in the data folder, readable by their owner alone, and the extract before is taken away.
"""

import fcntl
import json
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import narwhals as nw
import polars as pl
from adbc_driver_postgresql import dbapi

from app.outcomes.derive import Frames, frames
from app.outcomes.facts import STATEMENTS, VERSION, sql
from app.outcomes.indicators import Counted
from app.states.policy import Policy

GROUP = 131_072  # rows of a group in a file
FIRST_HALF = {"merged", "services", "planned"}  # about as long to read as everything else
LAYOUT = 2  # goes up when the same facts make another frame


@dataclass(frozen=True)
class Source:
    """Whose facts, from where, and what is to be known to read them: the two letters of the state, its region systems, its choices."""

    url: str
    state: str
    postal: str
    systems: tuple[str, ...]
    policy: Policy

    def name(self, version: str) -> str:
        """What names an extract of the facts as they are at a version."""
        known = [LAYOUT, self.state, self.postal, sorted(self.systems), sorted(asdict(self.policy).items()), version]
        return sha256(json.dumps(known).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Extract:
    """An extract that lies in a folder. `digest` is that of its contents: the input hash on every receipt."""

    folder: Path
    digest: str
    read_at: str  # when the snapshot was taken, UTC
    rows: dict[Counted, int]  # of each table
    evidence: frozenset[int]  # quarters of which the state has any evidence of work

    def table(self, counted: Counted) -> nw.LazyFrame[Any]:
        """One of the two tables, from its file."""
        return nw.scan_parquet(_file(self.folder, counted), backend="polars")


def _file(folder: Path, counted: Counted) -> Path:
    return folder / f"{counted}.parquet"


def kept(folder: Path, source: Source, version: str) -> Extract | None:
    """The extract of the facts as they are at a version, if it was made."""
    return _opened(folder / source.state / source.name(version))


def make(folder: Path, source: Source) -> Extract:
    """Read the facts as they are now and write their extract; if somebody else made the same meanwhile, that one.

    Blocks for as long as it takes: call it from a thread. Two processes do not make a state's extracts at the same time.
    """
    home = folder / source.state
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(home), snapshot(source) as cursor:
        at, read_at = version(cursor)
        place = home / source.name(at)
        if (there := _opened(place)) is not None:
            return there
        made = frames(facts(cursor, source), source.policy, source.postal, source.systems)
        return _written(home, place, made, read_at)


@contextmanager
def snapshot(source: Source, shared: str | None = None) -> Iterator[Any]:
    """A cursor on one snapshot of the state's rows, as the application's role: one of its own, or the one that another shares."""
    with dbapi.connect(source.url) as connection, connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        if shared is not None:
            cursor.execute(f"SET TRANSACTION SNAPSHOT '{shared}'")
        cursor.execute("SELECT set_config('app.state', $1, true)", (source.state,))
        cursor.fetchone()
        yield cursor
        connection.rollback()


def version(cursor: Any) -> tuple[str, str]:
    """The version that the facts are at in a snapshot, and when that was."""
    cursor.execute(f"SELECT ({sql(VERSION)}), now()::timestamp(0)::text")
    at, read_at = cursor.fetchone()
    return at, read_at


def facts(cursor: Any, source: Source) -> dict[str, pl.DataFrame]:
    """Everything that the frame is made of, by columns; half of it over a second connection, which sees the same snapshot."""
    cursor.execute("SELECT pg_export_snapshot()")
    [shared] = cursor.fetchone()
    mine, other = ({name: s for name, s in STATEMENTS.items() if (name in FIRST_HALF) == first} for first in (True, False))

    def read_other() -> dict[str, pl.DataFrame]:
        with snapshot(source, shared) as beside:
            return _read(beside, other)

    with ThreadPoolExecutor(1) as thread:
        reading = thread.submit(read_other)
        return _read(cursor, mine) | reading.result()


def _read(cursor: Any, statements: Mapping[str, Any]) -> dict[str, pl.DataFrame]:
    found = {}
    for name, statement in statements.items():
        cursor.execute(sql(statement))
        found[name] = pl.DataFrame(pl.from_arrow(cursor.fetch_arrow_table()))
    return found


def _written(home: Path, place: Path, made: Frames, read_at: str) -> Extract:
    """Write the files beside their place and move them there whole."""
    part = Path(mkdtemp(prefix=".making-", dir=home))
    try:
        digests = {}
        tables = {Counted.PERIODS: made.periods, Counted.LEARNERS: made.learners}
        for counted, table in tables.items():
            file = _file(part, counted)
            table.write_parquet(file, compression="zstd", compression_level=1, row_group_size=GROUP)
            file.chmod(0o600)
            with file.open("rb") as written:
                digests[counted] = file_digest(written, "sha256").hexdigest()
        about = {
            "digest": sha256(" ".join(digests[counted] for counted in tables).encode()).hexdigest(),
            "read_at": read_at,
            "rows": {counted: table.height for counted, table in tables.items()},
            "evidence": sorted(made.evidence),
        }
        (part / "extract.json").write_text(json.dumps(about))
        before = [folder for folder in home.iterdir() if folder.is_dir() and folder != part]
        part.rename(place)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    for folder in sorted(before, key=lambda f: f.stat().st_mtime)[:-1]:  # the last one may still be read
        shutil.rmtree(folder, ignore_errors=True)
    there = _opened(place)
    assert there is not None
    return there


def _opened(place: Path) -> Extract | None:
    about = place / "extract.json"
    if not about.exists():
        return None
    told = json.loads(about.read_text())
    return Extract(
        place, told["digest"], told["read_at"], {Counted(name): rows for name, rows in told["rows"].items()}, frozenset(told["evidence"])
    )


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    with (home / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
