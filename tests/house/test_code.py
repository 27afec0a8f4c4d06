"""How the code is written, where ruff, mypy and import-linter have no rule for it."""

import ast
from pathlib import Path

import pytest

from tests.house.tree import ROOT, dotted, functions, modules

CODE = ("app", "tests", "bench", "migrations")
FILE_LINES = 430
FUNCTION_LINES = 60
LONGER_FILES: dict[str, str] = {}  # path -> why it stays in one piece
LONGER_FUNCTIONS: dict[str, str] = {}  # module:function -> why it stays in one piece
LISTS = {"upgrade", "downgrade"}  # a migration is a list
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "service", "services", "manager", "managers", "base", "shared", "stuff"}
CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "datetime.datetime.now", "datetime.date.today"}


def test_files_stay_readable() -> None:
    long = {
        str(p): n for p in modules(*CODE) if (n := len((ROOT / p).read_text().splitlines())) > FILE_LINES and str(p) not in LONGER_FILES
    }
    assert not long, f"more than about 400 lines: divide by verb or by measure, or name the reason here: {long}"


def test_functions_stay_readable() -> None:
    long = {
        name: length
        for path, module in modules("app", "migrations").items()
        for function in functions(module)
        if not (path.parts[0] == "migrations" and function.name in LISTS)
        and (length := (function.end_lineno or 0) - function.lineno + 1) > FUNCTION_LINES
        and (name := f"{path.name}:{function.name}") not in LONGER_FUNCTIONS
    }
    assert not long, f"more than about 40 lines: divide, or name the reason here: {long}"


def test_files_are_named_for_what_they_hold() -> None:
    assert not [str(p) for p in modules(*CODE) if {p.stem, *p.parts[:-1]} & VAGUE]


def calls(module: ast.Module) -> list[tuple[str, int]]:
    return [(dotted(node.func), node.lineno) for node in ast.walk(module) if isinstance(node, ast.Call)]


def test_the_time_is_handed_in() -> None:
    """ "Today" is the state's date: `core/clock.py` alone reads the machine's."""
    read = [
        f"{p}:{line}"
        for p, module in modules("app").items()
        if p != Path("app/core/clock.py")
        for name, line in calls(module)
        if name in CLOCKS
    ]
    assert not read, f"take the day as a parameter, or `clock.today(zone)` at the edge: {read}"


def test_skipped_tests_say_why() -> None:
    silent = [
        f"{path}:{node.lineno}"
        for path, module in modules("tests").items()
        for node in ast.walk(module)
        if isinstance(node, ast.Attribute)
        and dotted(node) in ("pytest.mark.skip", "pytest.mark.xfail", "pytest.mark.skipif")
        and not any(isinstance(call, ast.Call) and call.func is node and reasons(call) for call in ast.walk(module))
    ]
    assert not silent


def reasons(call: ast.Call) -> bool:
    return any(keyword.arg == "reason" for keyword in call.keywords)


@pytest.mark.parametrize("room", sorted({p.parts[1] for p in modules("tests") if len(p.parts) > 2}))
def test_tests_mirror_the_house(room: str) -> None:
    """A folder of tests is named for the room that it tests, or is one of the few that cross rooms."""
    assert room in {"house", "spec", "properties", "browser"} or (ROOT / "app" / room).is_dir() or (ROOT / "app" / f"{room}.py").is_file()
