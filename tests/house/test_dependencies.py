"""What is installed: declared with a reason, locked with hashes, from no particular place."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.house.tree import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PIN = re.compile(r"^(?P<name>[a-z0-9][a-z0-9._-]*)==(?P<version>[^ ;]+)(?: ; (?P<marker>[^\\]+?))? \\$")


def pins(lock: Path) -> dict[str, set[tuple[str, str]]]:
    """Name -> its versions with their markers: a universal lock may hold two of one package, for different machines."""
    found: dict[str, set[tuple[str, str]]] = {}
    for line in lock.read_text().splitlines():
        if match := PIN.match(line):
            found.setdefault(match["name"], set()).add((match["version"], match["marker"] or ""))
    return found


def declared(*, extra: str | None = None, group: str | None = None) -> list[Requirement]:
    if group:
        return [Requirement(line) for line in PROJECT["dependency-groups"][group] if isinstance(line, str)]
    lines = PROJECT["project"]["optional-dependencies"][extra] if extra else PROJECT["project"]["dependencies"]
    return [Requirement(line) for line in lines]


def test_every_dependency_says_what_it_is_for() -> None:
    silent = [
        line.strip()
        for line in (ROOT / "pyproject.toml").read_text().split("[project.scripts]")[0].splitlines()
        if re.match(r'^ +"[a-z]', line) and not re.search(r'",? +# \S', line)
    ]
    assert not silent


def test_every_dependency_names_rooms_that_exist() -> None:
    """The comment of a server's dependency starts with the rooms that use it, so a room that is gone takes its dependencies along."""
    lines = re.findall(r'^ +"[a-z][^#\n]*# ([a-z_/, ]+): ', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    rooms = {room for line in lines for room in line.split(", ")}
    assert rooms
    assert not [room for room in rooms if not (ROOT / "app" / room).is_dir() and not (ROOT / room).is_dir()]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_holds_exact_versions_with_hashes_and_no_addresses(lock: Path) -> None:
    text = lock.read_text()
    assert not re.search(r"^-|://| @ |^\.{0,2}/", text, re.MULTILINE), "an option, an address or a path"
    entries = re.split(r"\n(?=\S)", text.strip())
    odd = [entry.splitlines()[0] for entry in entries if not (PIN.match(entry.splitlines()[0]) and "--hash=sha256:" in entry)]
    assert not odd


@pytest.mark.parametrize("lock", [lock for lock in LOCKS if lock.stem != "dev"], ids=lambda lock: lock.stem)
def test_the_locks_agree(lock: Path) -> None:
    """What is tested is what runs: every lock is a part of the one for development."""
    dev = pins(ROOT / "requirements/dev.txt")
    versions = {name: {version for version, _ in found} for name, found in dev.items()}
    assert not {name: found for name, found in pins(lock).items() if not {version for version, _ in found} <= versions.get(name, set())}


@pytest.mark.parametrize(
    ("lock", "requirements"),
    [
        ("client", declared()),
        ("runtime", declared() + declared(extra="server")),
        ("dev", declared() + declared(extra="server") + declared(group="dev") + declared(group="build")),
        ("build", declared(group="build")),
    ],
)
def test_a_lock_meets_what_is_declared(lock: str, requirements: list[Requirement]) -> None:
    locked = pins(ROOT / f"requirements/{lock}.txt")
    for requirement in requirements:
        versions = locked.get(canonicalize_name(requirement.name), set())
        assert versions, f"{requirement.name} is not locked: make lock"
        assert all(requirement.specifier.contains(Version(version)) for version, _ in versions), f"{requirement}: make lock"


def test_a_college_installs_nothing_of_the_server() -> None:
    """`client/` and `contract/` come with the four packages that they need, and what those need."""
    assert not pins(ROOT / "requirements/client.txt").keys() & {r.name for r in declared(extra="server")}
    assert len(pins(ROOT / "requirements/client.txt")) < 25
