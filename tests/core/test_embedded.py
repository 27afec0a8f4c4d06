"""The embedded server's lifecycle, with real processes: who starts it, who stops it, and what a killed one leaves behind."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from app.core import embedded

USER = textwrap.dedent("""
    import sys
    from pathlib import Path
    import psycopg
    from app.core import embedded

    embedded.exit_on_signals()
    with embedded.start(Path(sys.argv[1])) as server:
        with psycopg.connect(server.url("postgres", "postgres"), autocommit=True) as connection:
            print("started", flush=True)
            for question in sys.stdin:
                print(connection.execute("SELECT 6 * 7").fetchone()[0], flush=True)
""")

Process = subprocess.Popen[str]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short path; whatever server a failed test leaves in it is stopped."""
    place = Path(tempfile.mkdtemp(prefix="wf"))
    yield place
    if pid := postmaster(place):
        os.kill(pid, signal.SIGKILL)
    shutil.rmtree(place)


@pytest.fixture
def user(folder: Path) -> Iterator[Callable[..., Process]]:
    """Start a process that uses the server of the folder; answers when it is connected."""
    started: list[Process] = []

    def begin(place: Path = folder) -> Process:
        process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", USER, str(place)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "started\n", process.communicate()[1]
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def postmaster(folder: Path) -> int | None:
    """The server's process as the operating system tells it, apart from the code under test. A zombie is no server."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if command[0].endswith(b"/postgres") and os.fsencode(folder / "pgdata") in command:
            return int(process.name)
    return None


def embedded_url(folder: Path) -> str:
    return f"postgresql://postgres@/postgres?host={folder}/pgdata"


def answers(process: Process) -> bool:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("?\n")
    process.stdin.flush()
    return process.stdout.readline() == "42\n"


def leave(process: Process) -> None:
    _out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err


def test_two_processes_share_one_server_and_the_last_one_out_stops_it(user: Callable[..., Process], folder: Path) -> None:
    first, second = user(), user()
    server = postmaster(folder)
    assert server is not None
    leave(first)
    assert answers(second)
    assert postmaster(folder) == server
    leave(second)
    assert postmaster(folder) is None


def test_a_killed_user_leaves_the_others_working_and_does_not_count_any_more(user: Callable[..., Process], folder: Path) -> None:
    first, second = user(), user()
    first.kill()
    first.wait()
    assert answers(second)
    leave(second)
    assert postmaster(folder) is None


def test_processes_that_come_at_once_start_one_server(folder: Path) -> None:
    processes = [
        subprocess.Popen([sys.executable, "-c", USER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    for process in processes:
        out, _ = process.communicate("?\n", timeout=60)
        assert out == "started\n42\n"
    assert postmaster(folder) is None


def test_after_everything_was_killed_the_next_start_recovers(user: Callable[..., Process], folder: Path) -> None:
    lost = user()
    with psycopg.connect(embedded_url(folder), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS n")
    server = postmaster(folder)
    assert server is not None
    lost.kill()
    os.kill(server, signal.SIGKILL)
    lost.wait()
    assert (folder / "pgdata" / "postmaster.pid").exists()
    with embedded.start(folder) as again, psycopg.connect(again.url("postgres", "postgres")) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (1,)
        assert postmaster(folder) not in (None, server)
    assert postmaster(folder) is None


def test_a_server_left_behind_is_taken_over(user: Callable[..., Process], folder: Path) -> None:
    lost = user()
    server = postmaster(folder)
    lost.kill()
    lost.wait()
    assert postmaster(folder) == server
    embedded.start(folder).close()
    assert postmaster(folder) is None


def test_a_pid_file_whose_number_belongs_to_another_process_now_is_stale(folder: Path) -> None:
    embedded.start(folder).close()
    (folder / "pgdata" / "postmaster.pid").write_text(f"{os.getpid()}\n{folder}/pgdata\n1\n5432\n\n\n\nready\n")
    with embedded.start(folder) as server:
        assert server.has_database("postgres")


def test_a_killed_initdb_leaves_nothing_in_the_way(folder: Path) -> None:
    (folder / "pgdata.new" / "base").mkdir(parents=True)
    with embedded.start(folder) as server:
        assert server.has_database("postgres")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_no_server_running(user: Callable[..., Process], folder: Path, number: signal.Signals) -> None:
    process = user()
    os.killpg(process.pid, number)  # as a terminal does: to all processes of the group
    process.communicate(timeout=60)
    assert process.returncode == (-signal.SIGINT if number is signal.SIGINT else 128 + number)
    assert postmaster(folder) is None


def test_an_interrupted_start_leaves_no_server_running(folder: Path) -> None:
    interrupted = textwrap.dedent("""
        import os, signal, sys
        from pathlib import Path
        from app.core import embedded

        def interrupt(self):
            os.kill(os.getpid(), signal.SIGINT)

        embedded.Server._ensure_roles = interrupt
        embedded.start(Path(sys.argv[1]))
    """)
    done = subprocess.run([sys.executable, "-c", interrupted, str(folder)], capture_output=True, text=True, timeout=60, check=False)
    assert "KeyboardInterrupt" in done.stderr
    assert (folder / "pgdata" / "PG_VERSION").exists()
    assert postmaster(folder) is None


def test_a_path_too_long_for_a_socket_serves_too(folder: Path) -> None:
    deep = folder / ("d" * 60) / ("e" * 60)
    with embedded.start(deep) as server, psycopg.connect(server.url("postgres", "postgres")) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert postmaster(deep) is None


def test_a_path_with_a_blank_a_quote_and_a_comma_serves_too(folder: Path) -> None:
    with embedded.start(folder / "Bob's data, old") as server, psycopg.connect(server.url("postgres", "postgres")) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_the_folder_of_another_version_is_refused(folder: Path) -> None:
    (folder / "pgdata").mkdir()
    (folder / "pgdata" / "PG_VERSION").write_text("16\n")
    with pytest.raises(embedded.ServerNotStarted, match="PostgreSQL 16"):
        embedded.start(folder)


def test_a_server_that_cannot_start_says_why(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "START_SECONDS", 2.0)
    monkeypatch.setitem(embedded.SETTINGS, "max_connections", "none")
    with pytest.raises(embedded.ServerNotStarted, match="max_connections"):
        embedded.start(folder)


class TestServer:
    """What the server is like, once it runs."""

    @pytest.fixture(scope="class")
    @staticmethod
    def server() -> Iterator[embedded.Server]:
        place = Path(tempfile.mkdtemp(prefix="wf"))
        with embedded.start(place) as server:
            yield server
        shutil.rmtree(place)

    def test_the_locale_does_not_depend_on_the_machine(self, server: embedded.Server) -> None:
        server.create_database("locale")
        with psycopg.connect(server.url("locale", embedded.OWNER_ROLE)) as connection:
            made = connection.execute(
                "SELECT datlocprovider, datlocale, pg_encoding_to_char(encoding) FROM pg_database WHERE datname = 'locale'"
            )
            assert made.fetchone() == ("b", "C.UTF-8", "UTF8")
            assert connection.execute("SELECT lower('ÀÉ')").fetchone() == ("àé",)

    @pytest.mark.parametrize("role", [embedded.OWNER_ROLE, embedded.APP_ROLE])
    def test_neither_role_can_pass_row_policies(self, server: embedded.Server, role: str) -> None:
        with psycopg.connect(server.url("postgres", role)) as connection:
            found = connection.execute(
                "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
        assert found == (False, False, False, False)

    def test_the_owner_makes_tables_and_the_app_does_not(self, server: embedded.Server) -> None:
        server.create_database("owned")
        with psycopg.connect(server.url("owned", embedded.OWNER_ROLE)) as connection:
            connection.execute("CREATE TABLE t (n int)")
        with psycopg.connect(server.url("owned", embedded.APP_ROLE)) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE u (n int)")

    def test_a_database_is_a_copy_of_its_template_until_it_is_dropped(self, server: embedded.Server) -> None:
        server.create_database("template")
        with psycopg.connect(server.url("template", embedded.OWNER_ROLE)) as connection:
            connection.execute("CREATE TABLE t AS SELECT 7 AS n")
        server.create_database("copy", template="template")
        connection = psycopg.connect(server.url("copy", embedded.OWNER_ROLE))
        assert connection.execute("SELECT n FROM t").fetchone() == (7,)
        server.drop_database("copy")
        with pytest.raises(psycopg.errors.AdminShutdown):
            connection.execute("SELECT n FROM t")
        connection.close()
        assert not server.has_database("copy")
        assert server.has_database("template")

    def test_there_is_no_door_but_the_socket(self, server: embedded.Server) -> None:
        with psycopg.connect(server.url("postgres", "postgres")) as connection:
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
            assert connection.execute("SHOW fsync").fetchone() == ("on",)
        assert (server.folder / "pgdata").stat().st_mode & 0o077 == 0

    def test_a_failing_statement_puts_no_data_into_the_log(self, server: embedded.Server) -> None:
        with psycopg.connect(server.url("postgres", "postgres"), autocommit=True) as connection:
            connection.execute("CREATE TABLE people (name text PRIMARY KEY)")
            connection.execute("INSERT INTO people VALUES ('Marguerite Testcase')")
            with pytest.raises(psycopg.errors.UniqueViolation):
                connection.execute("INSERT INTO people VALUES ('Marguerite Testcase')")
        log = (server.folder / "pgdata" / "server.log").read_text()
        assert "people_pkey" in log
        assert "Marguerite" not in log

    def test_closing_twice_is_harmless(self, server: embedded.Server) -> None:
        second = embedded.start(server.folder)
        second.close()
        second.close()
        assert server.has_database("postgres")
