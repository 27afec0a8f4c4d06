"""The extract: a state's facts, read in one snapshot, as the two tables of the frame in files that every table is made from.

It is made anew when anything changed that it depends on, and kept under a name that says what that was. Making it consumes the marks of
those who were touched. The files hold personal data: they lie in the data folder, readable by their owner alone, and the extract before is
taken away. People come in lots, so that however many there are, the memory that it takes is that of one lot.
"""

import fcntl
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import narwhals as nw
import polars as pl
from adbc_driver_postgresql import dbapi

from app.core.errors import Unavailable
from app.outcomes.derive import frames
from app.outcomes.facts import VERSION, sql
from app.outcomes.indicators import Counted
from app.outcomes.lots import LOT, Lots, read
from app.participants.touched import CONSUME
from app.states.policy import Policy

GROUP = 131_072  # rows of a group in a file
LAYOUT = 3  # goes up when the same facts make another frame, or other files
TRIES, OVERTAKEN = 3, "40001"  # where servers with folders of their own make one at the same time, PostgreSQL lets the first go ahead


@dataclass(frozen=True)
class Source:
    """Whose facts, from where, and what is to be known to read them: the two letters of the state, its region systems, its choices."""

    url: str
    state: str
    postal: str
    systems: tuple[str, ...]
    policy: Policy

    @property
    def kind(self) -> str:
        """What the names of all its extracts begin with, of whatever version the facts are."""
        known = [LAYOUT, self.state, self.postal, sorted(self.systems), sorted(asdict(self.policy).items())]
        return sha256(json.dumps(known).encode()).hexdigest()[:12]

    def name(self, version: str) -> str:
        """What names an extract of the facts as they are at a version."""
        return f"{self.kind}-{sha256(version.encode()).hexdigest()[:20]}"


@dataclass(frozen=True)
class Extract:
    """An extract that lies in a folder. `digest` is that of its contents: the input hash on every receipt."""

    folder: Path
    digest: str
    read_at: str  # when the snapshot was taken, UTC
    rows: dict[Counted, int]  # of each table
    evidence: frozenset[int]  # quarters of which the state has any evidence of work

    def table(self, counted: Counted) -> nw.LazyFrame[Any]:
        """One of the two tables, from its files."""
        return nw.scan_parquet(str(self.folder / counted / "*.parquet"), backend="polars")


def kept(folder: Path, source: Source, version: str | None) -> Extract | None:
    """The extract of the facts as they are at a version, if it was made; None is that of facts which nobody took up yet."""
    return None if version is None else _opened(folder / source.state / source.name(version))


def latest(folder: Path, source: Source) -> Extract | None:
    """The extract of the facts as they were last read, if there is one of these choices."""
    made = [there for place in (folder / source.state).glob(f"{source.kind}-*") if (there := _opened(place)) is not None]
    return max(made, key=lambda one: one.read_at, default=None)


def make(folder: Path, source: Source, *, lot: int = LOT) -> Extract:
    """Read the facts as they are now and write their extract; if somebody else made the same meanwhile, that one.

    Blocks for as long as it takes: call it from a thread. In one folder a state's extracts are made one after the other. `lot`: how many
    people are in memory at once. Raises `Unavailable`.
    """
    home = folder / source.state
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(home):
        for _ in range(TRIES):
            try:
                return _made(home, source, lot)
            except dbapi.Error as error:
                if error.sqlstate != OVERTAKEN:
                    raise
    raise Unavailable("Another server reads the same facts over and over. Try again in a moment.")


def _made(home: Path, source: Source, lot: int) -> Extract:
    """The marks are consumed in the snapshot in which the facts are read, and that commits when the extract lies in its place."""
    with snapshot(source, writing=True) as cursor:
        cursor.execute(CONSUME)
        at, read_at = version(cursor)
        assert at is not None, "the marks are consumed"
        place = home / source.name(at)
        there = _opened(place)
        if there is None:
            for left in home.glob(".making-*"):  # by a process that was killed
                shutil.rmtree(left, ignore_errors=True)
            with TemporaryDirectory(prefix=".making-", dir=home) as part:
                there = _written(facts(cursor, source, Path(part), lot=lot), source, read_at, Path(part) / "extract", place)
        cursor.connection.commit()
        return there


@contextmanager
def snapshot(source: Source, shared: str | None = None, *, writing: bool = False) -> Iterator[Any]:
    """A cursor on one snapshot of the state's rows, as the application's role: one of its own, or the one that another shares."""
    with dbapi.connect(source.url) as connection, connection.cursor() as cursor:
        cursor.execute(f"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ {'READ WRITE' if writing else 'READ ONLY'}")
        if shared is not None:
            cursor.execute(f"SET TRANSACTION SNAPSHOT '{shared}'")
        cursor.execute("SELECT set_config('app.state', $1, true)", (source.state,))
        cursor.fetchone()
        yield cursor
        connection.rollback()


def version(cursor: Any) -> tuple[str | None, str]:
    """The version that the facts are at in a snapshot, None if somebody was touched since one was made; and when that was."""
    cursor.execute(f"SELECT ({sql(VERSION)}), (now() AT TIME ZONE 'UTC')::timestamp(0)::text")
    at, read_at = cursor.fetchone()
    return at, read_at


def facts(cursor: Any, source: Source, folder: Path, *, lot: int = LOT) -> Lots:
    """Everything that the frame is made of, by lots; half of it is read over a second connection, which sees the same snapshot."""
    cursor.execute("SELECT pg_export_snapshot()")
    [shared] = cursor.fetchone()
    return read(cursor, snapshot(source, shared), folder, size=lot)


def _written(lots: Lots, source: Source, read_at: str, part: Path, place: Path) -> Extract:
    """Write the files beside their place, lot by lot, and move them there whole."""
    rows, evidence = dict.fromkeys(Counted, 0), set[int]()
    digests = {counted: sha256() for counted in Counted}
    for folder in (part, *(part / counted for counted in Counted)):
        folder.mkdir(mode=0o700)
    for n, lot in enumerate(lots):
        made = frames(lot, source.policy, source.postal, source.systems)
        evidence |= made.evidence
        for counted, table in ((Counted.PERIODS, made.periods), (Counted.LEARNERS, made.learners)):
            digests[counted].update(_file(part / counted / f"{n:04}.parquet", table))
            rows[counted] += table.height
    about = {
        "digest": sha256(" ".join(digests[counted].hexdigest() for counted in Counted).encode()).hexdigest(),
        "read_at": read_at,
        "rows": rows,
        "evidence": sorted(evidence),
    }
    (part / "extract.json").write_text(json.dumps(about))
    before = [folder for folder in place.parent.iterdir() if folder.is_dir() and not folder.name.startswith(".")]
    part.rename(place)
    for folder in sorted(before, key=lambda f: f.stat().st_mtime)[:-1]:  # the last one may still be read
        shutil.rmtree(folder, ignore_errors=True)
    there = _opened(place)
    assert there is not None
    return there


def _file(place: Path, table: pl.DataFrame) -> bytes:
    """Write a lot of a table; answers what its contents hash to."""
    table.write_parquet(place, compression="zstd", compression_level=1, row_group_size=GROUP)
    place.chmod(0o600)
    with place.open("rb") as written:
        return file_digest(written, "sha256").digest()


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
